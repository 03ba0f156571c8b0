"""What a payment is for: every kind of evidence, its score, and when it acts by itself."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from coop.banking import queries
from coop.banking.actions import (
    PolicyOfThatDayExists,
    decide_matching,
    forget_payer,
    undo_match,
)
from coop.banking.matching import SCORES, Book, Movement, OpenClaim, decide_claims, name_key, propose
from coop.banking.models import BankTransaction, KnownPayer, Match
from coop.banking.states import TransactionState
from coop.errors import InvalidInput
from coop.ledger.chart import AccountCode as A
from coop.ledger.queries import account_balance
from coop.ledger.verify import problems
from tests.factories.banking import AT, JAN, PAYER_IBAN, bring_in, make_account, make_debt, paid
from tests.factories.tenancy import make_user

CLAIMS = [
    OpenClaim(id=1, key="RE2026123", open_cents=119_000, debtor="Müller & Söhne GmbH"),
    OpenClaim(id=2, key="RE2026124", open_cents=50_000, debtor="Müller & Söhne GmbH"),
    OpenClaim(id=3, key="RE2026777", open_cents=119_000, debtor="Atelier Nord"),
    OpenClaim(id=4, key="MA202612", open_cents=4_000, debtor="Atelier Nord"),
    OpenClaim(id=5, key="RE2026888", open_cents=33_300, debtor="Verlag Ost KG"),
    OpenClaim(id=6, key="RE2026889", open_cents=33_300, debtor="Verlag Ost KG"),
]
PAYERS = {"DE1": "Müller & Söhne GmbH"}


def best(cents: int, text: str = "", name: str = "", iban: str = ""):
    """The surest proposal: claims with cents, reason."""
    movement = Movement(id=9, cents=cents, texts=(text,), on=date(2026, 5, 4), name=name, iban=iban)
    found = propose(movement, Book.of(CLAIMS, PAYERS))
    return (found[0].parts, found[0].reason) if found else ((), "")


@pytest.mark.parametrize(
    ("payment", "parts", "reason"),
    [
        ((119_000, "RE-2026-000123"), ((1, 119_000),), "exact"),
        ((119_000, "re 2026 / 123 danke"), ((1, 119_000),), "spelled"),
        ((119_000, "RE-2O26-OOO123"), ((1, 119_000),), "spelled"),
        ((119_000, "Nr. 2026-000123"), ((1, 119_000),), "without_prefix"),
        ((119_000, "RE-2026-0001 23"), ((1, 119_000),), "joined"),
        ((119_000, "RE-2026-000132", "Mueller und Soehne"), ((1, 119_000),), "typo_and_payer"),
        ((119_000, "RE-2026-000128", "Soehne Mueller GmbH"), ((1, 119_000),), "typo_and_payer"),
        ((119_000, "RE-2026-00012", "Somebody"), ((1, 119_000),), "typo"),
        ((169_000, "RE-2026-000123, RE-2026-000124"), ((1, 119_000), (2, 50_000)), "several"),
        ((123_000, "RE-2026-000777", "Atelier Nord"), ((3, 119_000), (4, 4_000)), "with_other_claims"),
        ((60_000, "RE-2026-000123", "Müller & Söhne"), ((1, 60_000),), "part"),
        ((119_500, "RE-2026-000123", "Müller & Söhne"), ((1, 119_500),), "over"),
        ((116_620, "RE-2026-000123", "Müller & Söhne"), ((1, 116_620),), "discount"),
        ((60_000, "RE-2026-000123", "Atelier Nord"), ((1, 60_000),), "other_payer"),
        ((119_000, "Rechnung", "MUELLER + SOEHNE"), ((1, 119_000),), "name_and_amount"),
        ((169_000, "Rechnung", "Müller & Söhne GmbH"), ((1, 119_000), (2, 50_000)), "name_all_open"),
        ((50_000, "Danke", "Holding", "DE1"), ((2, 50_000),), "payer_and_amount"),
        ((169_000, "Danke", "Holding", "DE1"), ((1, 119_000), (2, 50_000)), "payer_all_open"),
        ((7, "Danke", "Holding", "DE1"), ((1, 7),), "payer"),
        ((4_000, "?"), ((4, 4_000),), "amount"),
        ((5, "?"), (), ""),
    ],
)  # fmt: skip
def test_each_kind_of_evidence(payment, parts, reason):
    assert best(*payment) == (parts, reason)


def test_two_equal_claims_of_one_payer_are_never_sure():
    movement = Movement(id=9, cents=33_300, texts=("Danke",), on=JAN, name="Verlag Ost KG")
    assert [one.score for one in propose(movement, Book.of(CLAIMS))][:2] == [60, 60]
    assert decide_claims([movement], CLAIMS) == []


def test_a_payment_that_names_another_document_is_never_sure():
    movement = Movement(id=9, cents=119_000, texts=("RE-2025-004711",), on=JAN, name="Atelier Nord")
    found = propose(movement, Book.of(CLAIMS))
    assert (found[0].parts, found[0].score) == (((3, 119_000),), 60)
    assert decide_claims([movement], CLAIMS) == []


def test_a_claim_is_settled_once_in_one_run():
    movements = [Movement(id=number, cents=119_000, texts=("RE-2026-000123",), on=JAN) for number in (1, 2)]
    assert [one.movement_id for one in decide_claims(movements, CLAIMS)] == [1]


@pytest.mark.parametrize("threshold", [80, 90, 96, 100, 101])
def test_only_what_reaches_the_threshold_acts(threshold):
    movements = [
        Movement(id=1, cents=119_000, texts=("RE-2026-000123",), on=JAN),
        Movement(id=2, cents=10_000, texts=("RE-2026-000124",), on=JAN, name="Müller & Söhne"),
        Movement(id=3, cents=4_000, texts=("?",), on=JAN, name="Atelier Nord"),
    ]
    made = {one.movement_id: one.score for one in decide_claims(movements, CLAIMS, threshold=threshold)}
    scores = {1: SCORES["exact"], 2: SCORES["part"], 3: SCORES["name_and_amount"]}
    assert made == {number: score for number, score in scores.items() if score >= threshold}


def test_names_are_compared_without_legal_form_case_order_and_umlauts():
    assert name_key("Müller & Söhne GmbH & Co. KG") == name_key("SOEHNE, MUELLER")
    assert name_key("GmbH") == "gmbh"
    assert name_key("") == ""


# --- in the cooperative --------------------------------------------------------------------------------------------


@pytest.fixture
def ada(coop):
    make_account()
    return make_user()


def test_the_threshold_is_dated_and_kept(ada):
    assert queries.threshold_on(JAN) == 90
    decide_matching(since=JAN, post_from=96, by=ada, at=AT)
    assert (queries.threshold_on(JAN - timedelta(days=1)), queries.threshold_on(JAN)) == (90, 96)
    with pytest.raises(PolicyOfThatDayExists):
        decide_matching(since=JAN, post_from=90, by=ada, at=AT)
    for wrong in (79, 102):
        with pytest.raises(InvalidInput):
            decide_matching(since=AT.date(), post_from=wrong, by=ada, at=AT)
    make_debt("RE-2026-000001")
    assert bring_in(ada, paid(4_000, "RE-2026-000001")).matched == 0


def test_payers_are_learned_used_unlearned_and_forgotten(ada):
    make_debt("RE-2026-000001")
    make_debt("RE-2026-000002", 7_700)
    bring_in(ada, paid(10_000, "RE-2026-000001", name="Holding"))
    known = KnownPayer.objects.get()
    assert (known.iban, known.debtor, known.times, known.last_on) == (PAYER_IBAN, "Client GmbH", 1, JAN)
    later = JAN + timedelta(days=1)
    assert bring_in(ada, paid(7_700, "thanks", name="Holding", on=later), statement_id="S2").matched == 1
    second = Match.objects.latest("id")
    assert (second.reason, second.score, KnownPayer.objects.get().times) == ("payer_and_amount", 92, 2)
    undo_match(match_id=second.pk, on=later, by=ada)
    assert KnownPayer.objects.get().times == 1
    forget_payer(payer_id=known.pk, by=ada)
    assert queries.known_payers() == {}
    assert list(problems()) == []


def test_the_number_of_a_paid_document_is_no_slip(ada):
    make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    make_debt("RE-2026-000002")
    later = JAN + timedelta(days=1)
    assert bring_in(ada, paid(10_000, "RE-2026-000001 again", on=later), statement_id="S2").matched == 0
    assert bring_in(ada, paid(10_000, "RE-2026-000003", on=later), statement_id="S3").matched == 1


def test_a_returned_debit_takes_its_payment_back_and_the_charge_is_ours(ada):
    claim = make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001", end_to_end_id="E-1"))
    later = JAN + timedelta(days=3)
    back = paid(-10_000, "RETOURE", end_to_end_id="E-1", return_reason="MD06", on=later)
    assert bring_in(ada, back, statement_id="S2").matched == 1
    claim.refresh_from_db()
    assert (claim.open_cents, account_balance(A.BANK), Match.objects.get().undone_on) == (10_000, 0, later)
    assert BankTransaction.objects.get(amount_cents=-10_000).state == TransactionState.MATCHED
    assert list(problems()) == []


def test_a_return_of_another_amount_or_of_nothing_known_waits(ada):
    make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001", end_to_end_id="E-1"))
    later = JAN + timedelta(days=3)
    for number, (cents, named) in enumerate([(-9_000, "E-1"), (-10_000, "E-2"), (-10_000, "")]):
        back = paid(cents, f"R{number}", end_to_end_id=named, return_reason="MD06", on=later)
        assert bring_in(ada, back, statement_id=f"S{number}").matched == 0
    assert Match.objects.get().undone_on is None


def test_the_days_list_is_cleared_by_one_click_each(cast, client_of):
    make_account()
    claim = make_debt("RE-2026-000001")
    bring_in(cast.accountant, paid(9_900, "RE-2026-000001"), paid(-390, "fee"))
    row = BankTransaction.objects.get(amount_cents=9_900)
    browser = client_of(cast.accountant, cast.coop)
    page = browser.get(reverse("banking:day"))
    assert f'value="{claim.pk}:9900"' in page.text
    accept = reverse("banking:day_accept", args=[row.pk])
    refused = browser.post(accept, {"proposal": f"{claim.pk}:9901"}, headers={"HX-Request": "true"})
    assert (refused.status_code, Match.objects.count()) == (200, 0)
    done = browser.post(accept, {"proposal": f"{claim.pk}:9900"}, headers={"HX-Request": "true"})
    match = Match.objects.get()
    assert reverse("banking:undo", args=[match.pk]) in done.text
    assert browser.post(accept, {"proposal": f"{claim.pk}:9900"}).status_code == 302
    assert Match.objects.count() == 1
    undo_match(match_id=match.pk, on=JAN, by=cast.accountant)
    assert browser.post(accept, {"proposal": f"{claim.pk}:9900"}).status_code == 302
    assert Match.objects.filter(undone_on__isnull=True).count() == 1


def test_what_was_learned_and_decided_is_seen_and_changed(cast, client_of):
    make_account()
    make_debt("RE-2026-000001")
    bring_in(cast.accountant, paid(10_000, "RE-2026-000001"))
    browser = client_of(cast.accountant, cast.coop)
    assert PAYER_IBAN in browser.get(reverse("banking:learned")).text
    decide = reverse("banking:decide_matching")
    assert browser.post(decide, {"since": "2026-01-01", "post_from": "5"}).status_code == 200
    assert browser.post(decide, {"since": "2026-01-01", "post_from": "95"}).status_code == 302
    assert queries.threshold_on(JAN) == 95
    assert browser.post(reverse("banking:forget_payer", args=[KnownPayer.objects.get().pk])).status_code == 302
    assert KnownPayer.objects.count() == 0
