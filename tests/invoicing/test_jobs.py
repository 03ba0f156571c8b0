"""Clients and jobs: who may do what, in which state, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from coop.errors import InvalidInput, NotFound
from coop.ledger.models import Cover, Entry
from coop.states import InvalidTransition
from coop.tenancy.actions import decide_policy
from coop.tenancy.states import GuaranteeRule, Role
from invoicing.actions import (
    HasInvoice,
    NotEditable,
    VatOpen,
    accept_job,
    accept_jobs,
    add_client,
    cancel_job,
    change_client,
    change_job,
    confirm_job,
    decide_vat,
    issue_invoice,
    mark_read,
    return_job,
    say_on_job,
    submit_job,
)
from invoicing.law.vat import VatCase
from invoicing.models import Client, Job, JobLine
from invoicing.queries import (
    client_for,
    client_rows,
    clients_for,
    found_invoices,
    invoice_for,
    invoice_rows,
    invoices_for,
    job_counts,
    job_for,
    job_rows,
    jobs_for,
    jobs_in_state,
    lines_of_job,
    steps_of,
    unread_for_member,
    unread_for_staff,
)
from invoicing.states import JobState
from tests.cast import Cast
from tests.factories.invoicing import (
    FRENCH_VAT_ID,
    french,
    make_budget,
    make_client,
    make_confirmed_job,
    make_invoice,
    make_job,
    swiss,
)
from tests.factories.tenancy import make_role

DAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
CONFIRMATION = {
    "confirmed_on": DAY,
    "confirmed_by_name": "M. Beispiel",
    "way": "contract",
    "evidence": "Contract of 4 May, signed",
    "on": DAY,
}


@pytest.fixture(autouse=True)
def _english():
    """What is said is compared in English, whatever language is compiled."""
    with translation.override("en"):
        yield


def test_from_draft_to_confirmation(cast: Cast):
    job = make_job(cast.member)
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    return_job(job_id=job.pk, reason="Which rights does the client get?", on=DAY, at=NOW, by=cast.invoicing)
    change_job(job_id=job.pk, by=cast.member, description="All rights for three years")
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    accept_job(job_id=job.pk, on=DAY, by=cast.invoicing)
    assert not Cover.objects.exists()
    confirm_job(job_id=job.pk, by=cast.member, **CONFIRMATION)
    cover = Cover.objects.get()
    assert (cover.source, cover.cents, cover.since) == (f"job:{job.pk}", 91_000, DAY)
    assert not Entry.objects.exists()
    states = ["draft", "submitted", "returned", "submitted", "accepted", "confirmed"]
    assert [step.state for step in steps_of(job)] == states


def test_many_jobs_are_accepted_together_or_none(cast: Cast):
    jobs = [make_job(cast.member) for _number in range(4)]
    for job in jobs[:3]:
        submit_job(job_id=job.pk, on=DAY, by=cast.member)
    ids = [job.pk for job in jobs]
    with pytest.raises(InvalidTransition):
        accept_jobs(job_ids=ids, on=DAY, by=cast.invoicing)
    with pytest.raises(NotFound):
        accept_jobs(job_ids=ids[:3], on=DAY, by=cast.member)
    assert Job.objects.filter(state=JobState.ACCEPTED).count() == 0
    with CaptureQueriesContext(connection) as one:
        accept_jobs(job_ids=ids[:1], on=DAY, by=cast.invoicing)
    with CaptureQueriesContext(connection) as two:
        accept_jobs(job_ids=ids[1:3], on=DAY, by=cast.invoicing)
    assert len(one) == len(two)
    assert [step.state for step in steps_of(jobs[2])] == ["draft", "submitted", "accepted"]


def test_a_cancelled_job_loses_its_cover(cast: Cast):
    job = make_confirmed_job(cast.member, cast.invoicing)
    assert Cover.objects.exists()
    cancel_job(job_id=job.pk, reason="The client gave it up", on=DAY, by=cast.member)
    assert not Cover.objects.exists()


def test_the_policy_of_the_confirmation_decides_on_the_cover(cast: Cast):
    decide_policy(since=date(2026, 5, 2), decided_on=DAY, by=cast.board, guarantee=GuaranteeRule.NONE)
    job = make_confirmed_job(cast.member, cast.invoicing)  # confirmed on 1 May
    assert job.guaranteed
    later = make_job(cast.member)
    submit_job(job_id=later.pk, on=DAY, by=cast.member)
    accept_job(job_id=later.pk, on=DAY, by=cast.invoicing)
    assert not confirm_job(job_id=later.pk, by=cast.invoicing, **CONFIRMATION).guaranteed
    assert Cover.objects.get().source == f"job:{job.pk}"


@pytest.mark.parametrize(
    ("client", "case", "covered"),
    [({}, "de_standard", True), (french(), "eu_reverse_charge", True), (swiss(), "third_country_business", False)],
)
def test_cover_is_for_clients_in_the_union(cast: Cast, client, case, covered):
    job = make_confirmed_job(cast.member, cast.invoicing, client=make_client(cast.member, **client))
    assert (job.guaranteed, Cover.objects.exists()) == (covered, covered)


def test_only_drafts_and_returned_jobs_change(cast: Cast):
    job = make_job(cast.member)
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    with pytest.raises(NotEditable):
        change_job(job_id=job.pk, by=cast.member, net_cents=1)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"net_cents": 0}, "net"),
        ({"net_cents": -5}, "net"),
        ({"service_until": date(2026, 4, 30)}, "service until"),
        ({"title": ""}, "title"),
        ({"service": "none"}, "service"),
        ({"service": ""}, "VAT"),
        ({"vat_case": "de_standard"}, "vat_case"),
        ({"state": "paid"}, "state"),
        ({"title": "x" * 201}, "title"),
    ],
)
def test_bad_jobs_are_refused(cast: Cast, fields, says):
    with pytest.raises(InvalidInput, match=says):
        make_job(cast.member, **fields)
    assert not Job.objects.exists()


def test_a_job_needs_an_own_client_and_a_budget_that_exists(cast: Cast):
    theirs = make_client(make_role(Role.MEMBER))
    with pytest.raises(NotFound):
        make_job(cast.member, client=theirs)
    budget = make_budget()
    budget.pk += 1000
    with pytest.raises(NotFound):
        make_job(cast.member, budget=budget)


def test_a_question_on_the_vat_is_answered_by_the_office_before_it_accepts(cast: Cast):
    job = make_job(cast.member, client=make_client(cast.member, **french(vat_id="")))
    assert (job.vat_case, "§ 3a" in job.vat_question) == ("", True)
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    with pytest.raises(VatOpen):
        accept_job(job_id=job.pk, on=DAY, by=cast.invoicing)
    decision = {"job_id": job.pk, "case": VatCase.ABROAD_PRIVATE_STANDARD, "why": "No business", "on": DAY}
    for who in (cast.member, cast.accountant, cast.cem):
        with pytest.raises(NotFound):
            decide_vat(by=who, **decision)
    with pytest.raises(InvalidInput):
        decide_vat(by=cast.invoicing, **{**decision, "why": " "})
    with pytest.raises(InvalidInput, match="VAT number"):
        decide_vat(by=cast.invoicing, **{**decision, "case": VatCase.EU_REVERSE_CHARGE})
    decide_vat(by=cast.invoicing, **decision)
    accept_job(job_id=job.pk, on=DAY, by=cast.invoicing)
    with pytest.raises(NotEditable):
        decide_vat(by=cast.invoicing, **decision)
    confirm_job(job_id=job.pk, by=cast.invoicing, **CONFIRMATION)
    invoice = issue_invoice(job_id=job.pk, on=date(2026, 6, 1), by=cast.invoicing)
    assert (invoice.vat_case, invoice.vat_cents) == ("abroad_private_standard", 19_000)


def test_what_a_person_decided_falls_with_the_facts(cast: Cast):
    job = make_job(cast.member, client=make_client(cast.member, **french(vat_id="")))
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    decide_vat(job_id=job.pk, case=VatCase.DOMESTIC_STANDARD, why="Here", on=DAY, by=cast.invoicing)
    return_job(job_id=job.pk, reason="And where?", on=DAY, at=NOW, by=cast.invoicing)
    job = change_job(job_id=job.pk, by=cast.member, service="rights")
    assert (job.vat_case, job.vat_decided_by) == ("", None)


def test_lines_make_the_amount_and_stand_once_submitted(cast: Cast):
    line = {
        "title": "",
        "unit": "HUR",
        "quantity": Decimal("7.5"),
        "unit_price": Decimal("85.333"),
        "discount_cents": 0,
    }
    job = make_job(cast.member, net_cents=None, lines=[line, {**line, "discount_cents": 100}])
    assert job.net_cents == 64_000 + 63_900
    assert [(line.title, line.position) for line in lines_of_job(job)] == [(job.title, 1), (job.title, 2)]
    assert change_job(job_id=job.pk, by=cast.member, lines=[line]).net_cents == 64_000
    assert change_job(job_id=job.pk, by=cast.member, title="Other").net_cents == 64_000
    assert len(lines_of_job(job)) == 1
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    for change in (
        lambda: JobLine.objects.filter(job=job).update(net_cents=1),
        lambda: JobLine.objects.filter(job=job).delete(),
        lambda: JobLine.objects.filter(job=job).update(position=7),
    ):
        with pytest.raises(DatabaseError, match="submitted"), transaction.atomic():
            change()


def test_one_price_replaces_lines(cast: Cast):
    line = {"title": "x", "unit": "C62", "quantity": Decimal(1), "unit_price": Decimal(5), "discount_cents": 0}
    job = make_job(cast.member, net_cents=None, lines=[line])
    assert change_job(job_id=job.pk, by=cast.member, net_cents=700).net_cents == 700
    assert lines_of_job(job) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"unit_price": Decimal("-0.01")}, "unit price"),
        ({"discount_cents": -1}, "discount"),
        ({"discount_cents": 501}, "discount"),
        ({"unit": "XXX"}, "unit"),
        ({"service": "magic"}, "service"),
        ({"net_cents": 5}, "net_cents"),
        ({"unit_price": Decimal("1.00001")}, "unit_price"),
    ],
)
def test_bad_lines_are_refused_by_number(cast: Cast, changes, says):
    line = {"title": "x", "unit": "C62", "quantity": Decimal(1), "unit_price": Decimal(5), "discount_cents": 0}
    with pytest.raises(InvalidInput, match=says):
        make_job(cast.member, net_cents=None, lines=[line, {**line, **changes}])
    assert not Job.objects.exists()


def test_lines_of_two_rates_are_taxed_apart(cast: Cast):
    line = {
        "title": "Text",
        "unit": "C62",
        "quantity": Decimal(1),
        "unit_price": Decimal("500.05"),
        "discount_cents": 0,
    }
    lines = [line, {**line, "title": "Workshop", "service": "general", "unit_price": Decimal("100.01")}]
    job = make_confirmed_job(cast.member, cast.invoicing, net_cents=None, service="rights", lines=lines)
    invoice = issue_invoice(job_id=job.pk, on=date(2026, 6, 1), by=cast.invoicing)
    assert (invoice.net_cents, invoice.vat_cents) == (60_006, 3_500 + 1_900)
    assert [(tax["rate"], tax["net_cents"], tax["vat_cents"]) for tax in invoice.taxes] == [
        ("0.07", 50_005, 3_500),
        ("0.19", 10_001, 1_900),
    ]


def test_what_is_not_taxable_here_stands_alone(cast: Cast):
    line = {"title": "x", "unit": "C62", "quantity": Decimal(1), "unit_price": Decimal(5), "discount_cents": 0}
    lines = [line, {**line, "service": "admission"}]
    client = make_client(cast.member, **swiss())
    with pytest.raises(InvalidInput, match="of its own"):
        make_job(cast.member, client=client, net_cents=None, lines=lines, performed_in="DE")


def test_the_office_alone_accepts_and_returns(cast: Cast):
    job = make_job(cast.member)
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    for who in (cast.member, cast.payroll, cast.accountant, cast.bo, cast.cem):
        with pytest.raises(NotFound):
            accept_job(job_id=job.pk, on=DAY, by=who)
        with pytest.raises(NotFound):
            return_job(job_id=job.pk, reason="x", on=DAY, at=NOW, by=who)
    with pytest.raises(InvalidInput):
        return_job(job_id=job.pk, reason="  ", on=DAY, at=NOW, by=cast.invoicing)


def test_somebody_elses_job_is_not_there(cast: Cast):
    job, other = make_job(cast.member), make_role(Role.MEMBER)
    for act in (
        lambda: submit_job(job_id=job.pk, on=DAY, by=other),
        lambda: change_job(job_id=job.pk, by=other, title="x"),
        lambda: cancel_job(job_id=job.pk, reason="", on=DAY, by=other),
        lambda: say_on_job(job_id=job.pk, text="x", at=NOW, by=other),
        lambda: mark_read(job_id=job.pk, at=NOW, by=other),
        lambda: confirm_job(job_id=job.pk, by=other, **CONFIRMATION),
        lambda: job_for(other, [Role.MEMBER], job.pk),
        lambda: client_for(other, [Role.MEMBER], job.client_id),
        lambda: change_client(client_id=job.client_id, on=DAY, by=other, name="x"),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(
    "changes",
    [{"confirmed_by_name": " "}, {"evidence": ""}, {"way": "by telephone"}, {"confirmed_on": date(2026, 5, 5)}],
)
def test_a_confirmation_is_whole(cast: Cast, changes):
    job = make_job(cast.member)
    submit_job(job_id=job.pk, on=DAY, by=cast.member)
    accept_job(job_id=job.pk, on=DAY, by=cast.invoicing)
    with pytest.raises(InvalidInput):
        confirm_job(job_id=job.pk, by=cast.member, **{**CONFIRMATION, **changes})
    assert not Cover.objects.exists()


def test_steps_out_of_order_are_refused(cast: Cast):
    job = make_job(cast.member)
    with pytest.raises(InvalidTransition):
        accept_job(job_id=job.pk, on=DAY, by=cast.invoicing)
    with pytest.raises(InvalidTransition):
        confirm_job(job_id=job.pk, by=cast.member, **CONFIRMATION)
    invoice = make_invoice(cast.member, cast.invoicing)
    with pytest.raises(HasInvoice):
        cancel_job(job_id=invoice.job_id, reason="", on=DAY, by=cast.invoicing)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"vat_id": "FR40303265046", "country": "FR"}, "VAT number"),
        ({"vat_id": FRENCH_VAT_ID, "country": "AT"}, "VAT number"),
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"kind": "friend"}, "kind"),
        ({"country": ""}, "country"),
        ({"owner_id": 1}, "owner_id"),
    ],
)
def test_bad_clients_are_refused(cast: Cast, fields, says):
    with pytest.raises(InvalidInput, match=says):
        make_client(cast.member, **fields)
    assert not Client.objects.exists()


def test_unread_messages_are_those_of_the_other_side(cast: Cast):
    job = make_job(cast.member)
    say_on_job(job_id=job.pk, text="Is 7 % right here?", at=NOW, by=cast.member)
    say_on_job(job_id=job.pk, text="Yes.", at=NOW, by=cast.invoicing)
    say_on_job(job_id=job.pk, text="It is about rights.", at=NOW, by=cast.invoicing)
    assert (unread_for_staff(), unread_for_member(cast.member)) == (1, 2)
    assert job_rows(Job.objects.all(), cast.member)[0]["unread"] == 2
    assert job_rows(Job.objects.all(), cast.invoicing)[0]["unread"] == 1
    mark_read(job_id=job.pk, at=NOW, by=cast.member)
    assert (unread_for_staff(), unread_for_member(cast.member)) == (1, 0)
    with pytest.raises(InvalidInput):
        say_on_job(job_id=job.pk, text="\n", at=NOW, by=cast.member)


def test_members_see_their_own_and_the_office_everything(cast: Cast):
    other = make_role(Role.MEMBER)
    mine, theirs = make_invoice(cast.member, cast.invoicing), make_invoice(other, cast.invoicing)
    assert [i.pk for i in invoices_for(cast.member, [Role.MEMBER])] == [mine.pk]
    assert [j.pk for j in jobs_for(cast.member, [Role.MEMBER])] == [mine.job_id]
    assert [c.pk for c in clients_for(cast.member, [Role.MEMBER])] == [mine.client_id]
    assert clients_for(cast.accountant, [Role.ACCOUNTANT]).count() == 0
    for role in (Role.INVOICING, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD):
        assert invoices_for(getattr(cast, role), [role]).count() == 2
    with pytest.raises(NotFound):
        invoice_for(cast.member, [Role.MEMBER], theirs.pk)


def test_invoices_are_found(cast: Cast):
    invoice = make_invoice(cast.member, cast.invoicing)
    everyone = invoices_for(cast.invoicing, [Role.INVOICING])
    for text in ("000001", "hafen", str(cast.member)):
        assert found_invoices(everyone, text=text).get() == invoice
    assert not found_invoices(everyone, text="elsewhere").exists()
    assert not found_invoices(everyone, state="overdue", on=invoice.due_on).exists()
    assert found_invoices(everyone, state="overdue", on=date(2026, 6, 16)).exists()
    assert not found_invoices(everyone, state="paid").exists()
    assert not found_invoices(everyone, year=2025).exists()


def test_lists_ask_the_same_number_of_questions_for_one_and_for_thirty(cast: Cast):
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            list(job_rows(jobs_for(cast.invoicing, [Role.INVOICING]), cast.invoicing))
            jobs_in_state(JobState.SUBMITTED, cast.invoicing)
            job_counts(Job.objects.all())
            list(client_rows(clients_for(cast.invoicing, [Role.INVOICING])))
            list(invoice_rows(invoices_for(cast.invoicing, [Role.INVOICING])))
        return len(asked)

    client = make_client(cast.member)
    make_invoice(cast.member, cast.invoicing, client=client)
    one = ask()
    for _ in range(29):
        job = make_job(cast.member, client=client)
        submit_job(job_id=job.pk, on=DAY, by=cast.member)
        say_on_job(job_id=job.pk, text="Hello", at=NOW, by=cast.member)
    assert ask() == one
    assert len(jobs_in_state(JobState.SUBMITTED, cast.invoicing)) == 29


def test_a_client_is_counted_with_its_jobs(cast: Cast):
    client = add_client(
        on=DAY,
        by=cast.member,
        name="Verlag Nordlicht",
        street="Am Markt 1",
        postcode="18055",
        city="Rostock",
        email="rechnung@example.org",
    )
    make_job(cast.member, client=client)
    assert next(iter(client_rows(Client.objects.all())))["job_count"] == 1
