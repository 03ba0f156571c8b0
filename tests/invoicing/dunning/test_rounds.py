"""The daily round: letters, questions, decisions, and that it stops when money comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from coop.banking.actions import undo_match
from coop.banking.models import Match
from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.errors import InvalidInput, NotFound
from coop.ledger.verify import problems
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import Role
from invoicing.actions import cancel_invoice
from invoicing.dunning.actions import (
    DunningPolicyExists,
    NewLevel,
    NoDunningPolicy,
    NotAsked,
    NothingToPause,
    agree_letter,
    answer_question,
    except_client,
    lift_pause,
    pause_dunning,
    switch_dunning,
)
from invoicing.dunning.models import DunningCase, DunningItem, DunningLetter
from invoicing.dunning.queries import day_of, letters_for, questions_for
from invoicing.dunning.schedule import make_due_round
from invoicing.dunning.states import Answer, CaseState, Tone
from invoicing.dunning.steps import Hold
from invoicing.models import Invoice
from invoicing.states import JobState
from tests.cast import Cast
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.dunning import AT, LEVELS, decide, on_day, switched_on
from tests.factories.invoicing import french, make_client, make_invoice
from tests.factories.tenancy import make_role
from tests.invoicing.settling import pay

# Issued on 1 June, due on Monday 15 June, so the first letter leaves on Monday 22 June: the 20th is a Saturday.
FIRST = date(2026, 6, 22)
# Fourteen days later.
SECOND = date(2026, 7, 6)
# The member is asked, and has five days.
ASKED = date(2026, 7, 20)
LAST_ANSWER = date(2026, 7, 25)


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    """1,190.00 EUR, due on 15 June 2026; letters are switched on."""
    switched_on(cast.invoicing)
    return make_invoice(cast.member, cast.invoicing)


def _case(invoice: Invoice) -> DunningCase:
    return DunningCase.objects.get(invoice=invoice)


def test_nothing_leaves_before_staff_switch_it_on(cast: Cast):
    with pytest.raises(NoDunningPolicy):
        switch_dunning(on=True, day=FIRST, at=AT, by=cast.invoicing)
    decide()
    make_invoice(cast.member, cast.invoicing)
    assert on_day(FIRST) is None
    assert len(day_of(FIRST).round.letters) == 1
    switch_dunning(on=True, day=FIRST, at=AT, by=cast.invoicing)
    switch_dunning(on=False, day=FIRST, at=AT, by=cast.invoicing)
    assert on_day(FIRST) is None
    assert not DunningLetter.objects.exists()
    switch_dunning(on=True, day=FIRST, at=AT, by=cast.invoicing)
    assert on_day(FIRST).letters == 1


def test_levels_follow_each_other_and_the_office_decides_at_the_end(cast: Cast, invoice: Invoice):
    for day in range(70):
        on_day(date(2026, 6, 10) + timedelta(days=day))
        if DunningCase.objects.filter(state=CaseState.ASKED).exists():
            assert [case.invoice_id for case in questions_for(cast.member)] == [invoice.pk]
            answer_question(invoice_id=invoice.pk, answer=Answer.GO_ON, note="", by=cast.member)
    letters = list(DunningLetter.objects.order_by("id").values_list("number", "on", "level", "pay_by"))
    assert letters == [
        ("MA-2026-000001", FIRST, 1, date(2026, 7, 2)),
        ("MA-2026-000002", SECOND, 2, date(2026, 7, 16)),
        ("MA-2026-000003", date(2026, 7, 21), 3, date(2026, 8, 4)),
    ]
    case = _case(invoice)
    assert (case.state, case.level, case.first_letter_on) == (CaseState.DECIDE, 3, FIRST)
    sent = OutboxMessage.objects.filter(key__startswith="dunning").order_by("id")
    assert [message.key.split(":")[0] for message in sent] == ["dunning", "dunning", "dunning-question", "dunning"]
    assert list(problems()) == []


def test_a_letter_freezes_what_it_says_with_interest_by_law(cast: Cast, invoice: Invoice):
    on_day(FIRST)
    first = DunningLetter.objects.get()
    assert (first.total_cents, first.content["interest_cents"], first.content["flat_cents"]) == (119_000, 0, 0)
    assert first.content["title"]["de"] == "Zahlungserinnerung"
    pay(invoice, 59_500, on=date(2026, 6, 30))
    # The part payment begins the wait anew: fourteen days from 30 June.
    assert on_day(SECOND).letters == 0
    assert on_day(date(2026, 7, 14)).letters == 1
    second = DunningLetter.objects.order_by("id").last()
    (item,) = second.content["items"]
    # In default since the day after the reminder, 23 June. 1,190.00 x 10.27 % x 8 / 365 = 2.6786...;
    # 595.00 from 1 July on at 10.52 % for 14 days: 2.4008...; together 5.0795.
    assert [(line["days"], line["principal_cents"], line["rate"], line["cents"]) for line in item["lines"]] == [
        (8, 119_000, "0.1027", 268),
        (14, 59_500, "0.1052", 240),
    ]
    assert item["default_since"] == "2026-06-23"
    assert (item["interest_cents"], item["flat_cents"], item["fee_cents"]) == (508, 4000, 250)
    assert second.total_cents == 59_500 + 508 + 4000 + 250
    invoice.refresh_from_db()
    assert invoice.gross_cents == 119_000


def test_private_clients_pay_less_interest_and_no_flat_sum(cast: Cast):
    switched_on(cast.invoicing)
    client = make_client(cast.member, kind="private", name="Erika Beispiel")
    make_invoice(cast.member, cast.invoicing, client=client)
    on_day(FIRST)
    on_day(SECOND)
    (item,) = DunningLetter.objects.order_by("id").last().content["items"]
    # From the day after the reminder: 1,190.00 x 6.27 % x 8 / 365 = 1.6353..., x 6.52 % x 6 / 365 = 1.2754...
    assert [line["rate"] for line in item["lines"]] == ["0.0627", "0.0652"]
    assert (item["interest_cents"], item["flat_cents"]) == (291, 0)


def test_money_stops_letters_at_once_and_a_return_begins_the_wait_anew(cast: Cast):
    make_account()
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    on_day(FIRST)
    came = date(2026, 7, 3)
    bring_in(cast.accountant, paid(invoice.gross_cents, invoice.number, on=came))
    assert _case(invoice).state == CaseState.SETTLED
    assert on_day(SECOND).letters == 0
    undo_match(match_id=Match.objects.get().pk, on=date(2026, 7, 8), by=cast.accountant)
    case = _case(invoice)
    assert (case.state, case.anchor_on) == (CaseState.RUNNING, date(2026, 7, 8))
    assert on_day(date(2026, 7, 21)).letters == 0
    assert on_day(date(2026, 7, 22)).letters == 1
    assert list(DunningItem.objects.values_list("level", flat=True)) == [1, 2]


def test_money_that_waits_to_be_assigned_holds_the_letter(cast: Cast):
    make_account()
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    unclear = paid(50_000, "danke", on=date(2026, 6, 18), name=invoice.buyer_name)
    bring_in(cast.accountant, unclear)
    assert day_of(FIRST).round.held == ((invoice.pk, Hold.MONEY_WAITS),)
    assert on_day(FIRST).letters == 0


def test_a_day_is_made_once_and_each_level_once(cast: Cast, invoice: Invoice):
    assert on_day(FIRST).letters == 1
    assert on_day(FIRST) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        item = DunningItem.objects.get()
        DunningItem.objects.create(
            letter=item.letter, invoice=invoice, level=1, open_cents=1, interest_cents=0, flat_cents=0, fee_cents=0
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        DunningCase.objects.update(level=3)
    with pytest.raises(DatabaseError), transaction.atomic():
        DunningLetter.objects.update(total_cents=0)


def test_all_overdue_invoices_of_a_client_are_one_letter(cast: Cast):
    switched_on(cast.invoicing)
    client = make_client(cast.member)
    first = make_invoice(cast.member, cast.invoicing, client=client)
    second = make_invoice(cast.member, cast.invoicing, client=client, on=date(2026, 6, 5))
    later = make_invoice(cast.member, cast.invoicing, client=client, on=date(2026, 6, 12))
    on_day(FIRST)
    letter = DunningLetter.objects.get()
    assert [item["number"] for item in letter.content["items"]] == [first.number, second.number]
    assert letter.total_cents == 238_000
    assert not DunningItem.objects.filter(invoice=later).exists()


def test_without_an_answer_the_office_decides(cast: Cast, invoice: Invoice):
    for day in (FIRST, SECOND, ASKED):
        on_day(day)
    case = _case(invoice)
    assert (case.state, case.answer_by) == (CaseState.ASKED, LAST_ANSWER)
    assert on_day(LAST_ANSWER).decisions == 0
    assert on_day(LAST_ANSWER + timedelta(days=1)).decisions == 1
    with pytest.raises(NotAsked):
        answer_question(invoice_id=invoice.pk, answer=Answer.GO_ON, note="", by=cast.member)
    assert on_day(date(2026, 7, 27)).letters == 0
    agree_letter(invoice_id=invoice.pk, by=cast.invoicing)
    assert on_day(date(2026, 7, 28)).letters == 1


def test_a_member_may_object_and_nobody_else_may_answer(cast: Cast, invoice: Invoice):
    for day in (FIRST, SECOND, ASKED):
        on_day(day)
    with pytest.raises(NotFound):
        answer_question(invoice_id=invoice.pk, answer=Answer.GO_ON, note="", by=cast.bo)
    answer_question(invoice_id=invoice.pk, answer=Answer.DISPUTED, note="Colours are wrong", by=cast.member)
    case = _case(invoice)
    assert (case.state, case.answer_note) == (CaseState.DECIDE, "Colours are wrong")
    assert on_day(date(2026, 7, 21)).letters == 0
    pause_dunning(
        invoice_id=invoice.pk, until=date(2026, 8, 14), reason="talking", on=date(2026, 7, 22), by=cast.invoicing
    )
    assert _case(invoice).state == CaseState.RUNNING
    assert on_day(date(2026, 8, 14)).questions == 0
    # After the pause the member is asked anew.
    assert on_day(date(2026, 8, 17)).questions == 1


def test_pauses_and_exceptions_hold_letters_with_their_reason(cast: Cast, invoice: Invoice):
    pause_dunning(invoice_id=invoice.pk, until=None, reason="disputed", on=FIRST, by=cast.invoicing)
    with pytest.raises(NothingToPause):
        pause_dunning(invoice_id=invoice.pk, until=None, reason="twice", on=FIRST, by=cast.invoicing)
    assert day_of(FIRST).round.held == ((invoice.pk, Hold.PAUSED),)
    lift_pause(invoice_id=invoice.pk, on=FIRST, by=cast.invoicing)
    with pytest.raises(NotFound):
        lift_pause(invoice_id=invoice.pk, on=FIRST, by=cast.invoicing)
    rule = {"client_id": invoice.client_id, "at": AT, "by": cast.invoicing}
    except_client(excluded=True, extra_days=0, until=FIRST, reason="large client", **rule)
    assert day_of(FIRST).round.held == ((invoice.pk, Hold.EXCLUDED),)
    assert len(day_of(FIRST + timedelta(days=1)).round.letters) == 1
    except_client(excluded=False, extra_days=10, until=None, reason="pays at month's end", **rule)
    assert day_of(date(2026, 6, 29)).round.letters == ()
    assert len(day_of(date(2026, 6, 30)).round.letters) == 1
    with pytest.raises(InvalidInput):
        except_client(excluded=True, extra_days=0, until=None, reason=" ", **rule)


def test_a_cancelled_invoice_is_not_asked_for(cast: Cast, invoice: Invoice):
    on_day(FIRST)
    cancel_invoice(invoice_id=invoice.pk, reason="wrong", then=JobState.CANCELLED, on=FIRST, by=cast.invoicing)
    assert on_day(SECOND).letters == 0
    assert _case(invoice).state == CaseState.SETTLED


def test_interest_waits_for_the_base_rate_of_its_half_year(cast: Cast):
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    on_day(FIRST)
    assert day_of(date(2027, 1, 4)).round.held == ((invoice.pk, Hold.LAW_UNKNOWN),)


def test_the_round_is_made_in_the_morning_of_the_cooperatives_own_clock(cast: Cast, invoice: Invoice):
    # 05:59 and 06:00 in UTC are 07:59 and 08:00 in Berlin.
    assert make_due_round(at=datetime(2026, 6, 22, 5, 59, tzinfo=UTC)) is None
    assert make_due_round(at=datetime(2026, 6, 22, 6, 0, tzinfo=UTC)).on == FIRST
    assert make_due_round(at=datetime(2026, 6, 22, 20, 0, tzinfo=UTC)) is None
    # 22:30 is the next day there, and still night.
    assert make_due_round(at=datetime(2026, 6, 22, 22, 30, tzinfo=UTC)) is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_letters_are_drawn_in_the_clients_language(cast: Cast, language: str):
    switched_on(cast.invoicing)
    client = make_client(cast.member, **(french() if language == "en" else {}))
    make_invoice(cast.member, cast.invoicing, client=client)
    on_day(FIRST)
    on_day(SECOND)
    for document in Document.objects.filter(kind="dunning"):
        assert render_document(coop_id=current_coop_id(), document_id=document.pk, at=AT)
    subject = OutboxMessage.objects.filter(key__startswith="dunning:").order_by("id").last().subject
    assert subject.startswith("Mahnung MA-2026" if language == "de" else "Second reminder MA-2026")
    assert mail.outbox == []


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [LEVELS[1]],
        [LEVELS[0], LEVELS[2], LEVELS[1]],
        [
            NewLevel(name="x", name_en="x", days=1, pay_days=5, tone=Tone.FORMAL, signed_by="y"),
        ],
        [NewLevel(name="x", name_en="x", days=1, pay_days=0, tone=Tone.FIRM, signed_by="")],
    ],
    ids=["none", "first with a fee", "friendlier later", "formal without asking", "incomplete"],
)
def test_policies_that_would_harm_are_refused(cast: Cast, levels):
    with pytest.raises(InvalidInput):
        decide(levels=levels)


def test_a_policy_begins_after_the_one_before(cast: Cast):
    decide()
    with pytest.raises(DunningPolicyExists):
        decide()


def test_what_is_decided_about_is_in_its_turn(cast: Cast, invoice: Invoice):
    on_day(FIRST)
    with pytest.raises(InvalidTransition):
        agree_letter(invoice_id=invoice.pk, by=cast.invoicing)
    with pytest.raises(NotFound):
        agree_letter(invoice_id=0, by=cast.invoicing)


def test_the_day_reads_the_same_number_of_statements_for_many(cast: Cast, django_assert_num_queries):
    decide()
    client = make_client(cast.member)
    make_invoice(cast.member, cast.invoicing, client=client)
    with django_assert_num_queries(7):
        day_of(FIRST)
    for _ in range(5):
        make_invoice(cast.member, cast.invoicing)
    with django_assert_num_queries(7):
        assert len(day_of(FIRST).invoices) == 6


def test_a_letter_that_names_anothers_invoice_is_no_members_to_read(invoice: Invoice, cast: Cast):
    eve = make_role(Role.MEMBER, "Eve")
    other = make_invoice(eve, cast.invoicing)
    on_day(FIRST)
    pay(other, 50_000, date(2026, 6, 30))
    on_day(SECOND)
    second = DunningLetter.objects.get(on=SECOND)
    assert [item["invoice_id"] for item in second.content["items"]] == [invoice.pk]
    assert [one["number"] for one in second.content["also"]] == [other.number], "it starts anew, and is named besides"
    for member in (cast.member, eve):
        assert not letters_for(member, {Role.MEMBER}).exists()
    assert letters_for(cast.invoicing, {Role.INVOICING}).count() == 2


def test_a_letter_about_own_invoices_alone_is_the_members_to_read(invoice: Invoice, cast: Cast):
    on_day(FIRST)
    assert [one.on for one in letters_for(cast.member, {Role.MEMBER})] == [FIRST]
