"""Payments of ours that came back, and returns that were none: to the cent, both layers, once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from coop.banking.actions import (
    AlreadyUndone,
    NewPayment,
    NotMatchable,
    NotReturned,
    PaidAgain,
    approve_payment_order,
    book_return,
    book_returned_payment,
    cancel_claim,
    create_payment_order,
    match_by_hand,
    match_transactions,
    undo_match,
    undo_return,
)
from coop.banking.actions.matches import Part
from coop.banking.models import BankTransaction, Claim, Match, PaymentLine, WorkItem
from coop.banking.queries import (
    OF_CLIENTS,
    anew_source,
    came_back_cents,
    returned_payments,
    sent_payments_like,
    work_counts,
)
from coop.banking.states import ClaimState, TransactionState
from coop.errors import InvalidInput, NotFound
from coop.ledger.actions import post
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Entry, Posting
from coop.ledger.queries import account_balance, figures_of, party_balances
from coop.ledger.verify import problems
from tests.factories.banking import AT, IBAN, JAN, PAYER_IBAN, bring_in, make_account, make_debt, paid
from tests.factories.invoicing import ISSUED, make_client, make_invoice
from tests.factories.tenancy import make_user

LATER = JAN + timedelta(days=10)
AFTER = ISSUED + timedelta(days=10)


@pytest.fixture
def account(coop):
    return make_account()


@pytest.fixture
def ada(coop):
    return make_user()


def of_source(source):
    rows = Posting.objects.filter(entry__source=source)
    return sorted(rows.values_list("account__code", "amount_cents", "party"))


# --- a return that was none ------------------------------------------------------------------------------------------


def returned_debt(by, cents=10_000):
    """A claim paid, and a debit that was taken for the payment's return."""
    claim = make_debt("RE-2026-000100", cents)
    bring_in(by, paid(cents, "RE-2026-000100"))
    bring_in(by, paid(-cents, "Ruecklastschrift", on=LATER, return_reason="MD06"))
    match = Match.objects.get(claim=claim)
    back = BankTransaction.objects.get(amount_cents__lt=0, booked_on=LATER)
    book_return(transaction_id=back.pk, match_id=match.pk, by=by)
    return claim, match, back


def test_an_undone_return_counts_the_payment_again_once_and_lets_the_debit_wait(account, ada):
    claim, match, back = returned_debt(ada)
    assert account_balance(A.BANK) == 0
    new = undo_return(match_id=match.pk, on=LATER, by=ada)
    claim.refresh_from_db()
    back.refresh_from_db()
    row = BankTransaction.objects.get(amount_cents__gt=0)
    assert (claim.state, claim.open_cents) == (ClaimState.SETTLED, 0)
    assert (back.state, back.matched_cents) == (TransactionState.UNMATCHED, 0)
    assert (row.state, row.matched_cents) == (TransactionState.MATCHED, 10_000)
    assert new.revives == match
    assert of_source(new.source) == of_source(match.source)
    assert account_balance(A.BANK) == 10_000
    assert account_balance(A.RECEIVABLE) == -10_000
    before = Entry.objects.count()
    with pytest.raises(NotReturned):
        undo_return(match_id=match.pk, on=LATER, by=ada)
    assert Entry.objects.count() == before
    assert match_transactions(by=ada) == 0
    assert list(problems()) == []


@pytest.mark.parametrize(("charged", "sure"), [(350, True), (349, False)])
def test_what_the_bank_asks_for_a_chargeback_is_the_cooperatives_cost(account, ada, charged, sure):
    claim = make_debt("RE-2026-000100")
    bring_in(ada, paid(10_000, "RE-2026-000100", end_to_end_id="E2E-1"))
    bring_in(ada, paid(-10_350, "Ruecklastschrift", on=LATER, return_reason="MD06", end_to_end_id="E2E-1"))
    back = BankTransaction.objects.filter(amount_cents=-10_350)
    assert back.get().state == TransactionState.UNMATCHED
    back.update(charges_cents=charged)
    assert match_transactions(by=ada) == sure
    claim.refresh_from_db()
    assert (claim.open_cents, back.get().open_cents) == ((10_000, 0) if sure else (0, -10_350))
    assert account_balance(A.BANK_CHARGES) == (350 if sure else 0)
    assert account_balance(A.BANK) == (-350 if sure else 10_000)
    if sure:
        fee = Match.objects.get(account=A.BANK_CHARGES)
        assert of_source(fee.source) == [(A.BANK, -350, ""), (A.BANK_CHARGES, 350, "")]


def test_what_is_revived_can_be_returned_and_revived_again(account, ada):
    claim, match, back = returned_debt(ada)
    for _round in range(2):
        match = undo_return(match_id=match.pk, on=LATER, by=ada)
        book_return(transaction_id=back.pk, match_id=match.pk, by=ada)
        claim.refresh_from_db()
        assert claim.open_cents == 10_000
    new = undo_return(match_id=match.pk, on=LATER, by=ada)
    undo_match(match_id=new.pk, on=LATER, by=ada)
    assert not BankTransaction.objects.exclude(state=TransactionState.UNMATCHED).exists()
    assert account_balance(A.BANK) == 0
    assert list(problems()) == []


def test_where_the_client_paid_again_meanwhile_the_revived_payment_is_their_credit(account, ada):
    claim, match, _back = returned_debt(ada)
    bring_in(ada, paid(6_000, "RE-2026-000100", on=LATER))
    undo_return(match_id=match.pk, on=LATER, by=ada)
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED
    assert party_balances(A.CLIENT_CREDIT) == {f"client credit of {claim.source}": -6_000}
    assert account_balance(A.BANK) == 16_000
    assert list(problems()) == []


def test_where_the_claim_was_cancelled_meanwhile_all_of_it_is_credit(account, ada):
    claim, match, _back = returned_debt(ada)
    cancel_claim(source=claim.source)
    undo_return(match_id=match.pk, on=LATER, by=ada)
    assert account_balance(A.CLIENT_CREDIT) == -10_000
    assert Claim.objects.get().state == ClaimState.CANCELLED
    assert list(problems()) == []


def test_only_a_booked_return_is_undone_and_not_before_its_day(account, ada):
    make_debt("RE-2026-000101", 500)
    bring_in(ada, paid(500, "RE-2026-000101"))
    match = Match.objects.get()
    with pytest.raises(NotReturned):
        undo_return(match_id=match.pk, on=LATER, by=ada)
    undo_match(match_id=match.pk, on=LATER, by=ada)
    with pytest.raises(NotReturned):
        undo_return(match_id=match.pk, on=LATER, by=ada)
    with pytest.raises(NotFound):
        undo_return(match_id=match.pk + 1_000, on=LATER, by=ada)
    _claim, returned, _back = returned_debt(ada)
    with pytest.raises(InvalidInput):
        undo_return(match_id=returned.pk, on=JAN, by=ada)


def test_both_layers_come_back_and_the_raised_item_is_done(cast, coop):
    make_account()
    member, office = cast.member, cast.accountant
    invoice = make_invoice(member, cast.invoicing, client=make_client(member), net_cents=100_000)
    job = invoice.job
    bring_in(office, paid(invoice.gross_cents, invoice.number, on=ISSUED))
    budget_id = job.budget_id
    spend = [debit(A.FREE, 91_000, budget_id=budget_id), credit(A.RELEASE, 91_000)]
    post(draft("test:spent", ISSUED, "Spent", spend))
    paid_figures = figures_of(budget_id, AFTER)
    bring_in(office, paid(-invoice.gross_cents, "Rueckgabe", on=AFTER, return_reason="MD06"))
    match = Match.objects.get()
    back = BankTransaction.objects.get(amount_cents__lt=0)
    (item,) = book_return(transaction_id=back.pk, match_id=match.pk, by=office)
    assert figures_of(budget_id, AFTER).free_cents == -91_000
    new = undo_return(match_id=match.pk, on=AFTER, by=office)
    assert figures_of(budget_id, AFTER) == paid_figures
    assert of_source(new.source) == of_source(match.source)
    item.refresh_from_db()
    assert (item.done_on, item.done_by) == (AFTER, office)
    assert not WorkItem.objects.filter(done_on__isnull=True).exists()
    invoice.refresh_from_db()
    assert invoice.open_cents == 0


# --- our own payment came back ---------------------------------------------------------------------------------------


def send(by, cents=97_903, reference="SAL-1", party="person:7"):
    """A salary that is owed, ordered, approved and carried out."""
    post(draft(f"pay:{reference}", JAN, "Pay", [debit(A.WAGES, cents), credit(A.NET_PAY, cents, party=party)]))
    line = NewPayment(party=party, name="Ada", iban=PAYER_IBAN, cents=cents, text="Salary", end_to_end_id=reference)
    order = create_payment_order(source=f"order:{reference}", execute_on=JAN, lines=[line], by=by, at=AT)
    approve_payment_order(order_id=order.pk, by=make_user(), at=AT)
    bring_in(by, paid(-cents, order.reference))
    return PaymentLine.objects.get(order=order)


def test_the_bank_repeats_the_id_so_it_is_found_and_owed_again_to_the_cent(account, ada):
    line = send(ada)
    assert account_balance(A.NET_PAY) == account_balance(A.IN_TRANSIT) == 0
    back = paid(97_903, "Retoure", on=LATER, return_reason="AC04", end_to_end_id="SAL-1")
    assert bring_in(ada, back).matched == 1
    match = Match.objects.get(line=line)
    assert of_source(match.source) == [(A.BANK, 97_903, ""), (A.NET_PAY, -97_903, "person:7")]
    assert party_balances(A.NET_PAY) == {"person:7": -97_903}
    assert account_balance(A.BANK) == 0
    assert (match.transaction.state, match.automatic, match.on) == (TransactionState.MATCHED, True, LATER)
    # The same statement once more, and the search once more, change nothing.
    assert bring_in(ada, back).new == 0
    assert match_transactions(by=ada) == 0
    assert Match.objects.filter(line=line).count() == 1
    assert list(problems()) == []


@pytest.mark.parametrize("changes", [{"end_to_end_id": "SAL-2"}, {"end_to_end_id": "SAL-1", "amount_cents": 97_902}])
def test_another_id_or_amount_waits_for_a_person(account, ada, changes):
    send(ada)
    assert bring_in(ada, paid(**{"cents": 97_903, "on": LATER, "return_reason": "AC04", **changes})).waiting == 1


def test_without_the_id_a_person_names_the_payment_once(account, ada):
    line = send(ada)
    for number in (1, 2):
        bring_in(ada, paid(97_903, f"Retoure {number}", on=LATER, return_reason="AC04"))
    first, second = BankTransaction.objects.filter(returned=True).order_by("id")
    assert sent_payments_like(first) == [line]
    book_returned_payment(transaction_id=first.pk, line_id=line.pk, by=ada)
    assert sent_payments_like(second) == []
    for row in (first, second):
        with pytest.raises(NotFound):
            book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=ada)
    with pytest.raises(DatabaseError), transaction.atomic():
        Match.objects.create(transaction=second, line=line, cents=97_903, on=LATER)
    assert party_balances(A.NET_PAY) == {"person:7": -97_903}


def test_what_a_bank_kept_on_the_way_is_our_charge_and_the_whole_pay_is_owed(account, ada):
    line = send(ada)
    bring_in(ada, paid(97_553, "Retoure", on=LATER, return_reason="AC04"))
    BankTransaction.objects.filter(returned=True).update(charges_cents=350)
    row = BankTransaction.objects.get(returned=True)
    match = book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=ada)
    assert of_source(match.source) == [
        (A.BANK, 97_553, ""),
        (A.BANK_CHARGES, 350, ""),
        (A.NET_PAY, -97_903, "person:7"),
    ]
    undo_match(match_id=match.pk, on=LATER, by=ada)
    assert party_balances(A.NET_PAY) == {}
    assert account_balance(A.BANK_CHARGES) == 0


def test_wrong_credits_are_refused(account, ada):
    line = send(ada)
    bring_in(ada, paid(50_000, "too little", on=LATER), paid(-97_903, "a debit", on=LATER))
    make_account(PAYER_IBAN)
    for row in BankTransaction.objects.filter(booked_on=LATER):
        with pytest.raises(NotMatchable):
            book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=ada)
    post(draft("pay:x", JAN, "Pay", [debit(A.WAGES, 100), credit(A.NET_PAY, 100, party="person:8")]))
    new = NewPayment(party="person:8", name="Bo", iban=PAYER_IBAN, cents=100, text="", end_to_end_id="X")
    waits = create_payment_order(source="order:x", execute_on=JAN, lines=[new], by=ada, at=AT)
    bring_in(ada, paid(100, "early", on=LATER))
    early = BankTransaction.objects.get(amount_cents=100)
    with pytest.raises(NotFound):
        book_returned_payment(transaction_id=early.pk, line_id=waits.lines.get().pk, by=ada)


def test_a_return_is_undone_only_until_it_is_ordered_anew(account, ada):
    line = send(ada)
    bring_in(ada, paid(97_903, "Retoure", on=LATER, return_reason="AC04", end_to_end_id="SAL-1"))
    match = Match.objects.get(line=line)
    assert came_back_cents(A.NET_PAY, ["person:7"]) == {"person:7": 97_903}
    new = NewPayment(party="person:7", name="Ada", iban=IBAN, cents=97_903, text="", end_to_end_id=f"ANEW-{match.pk}")
    order = create_payment_order(source=anew_source(match.pk), execute_on=LATER, lines=[new], by=ada, at=AT)
    assert [row.anew_id for row in returned_payments(A.NET_PAY)] == [order.pk]
    assert came_back_cents(A.NET_PAY, ["person:7"]) == {}
    with pytest.raises(PaidAgain):
        undo_match(match_id=match.pk, on=LATER, by=ada)
    order.state = "rejected"
    order.decided_at, order.decided_by = AT, make_user()
    order.save()
    undo_match(match_id=match.pk, on=LATER, by=ada)
    assert party_balances(A.NET_PAY) == {}
    with pytest.raises(AlreadyUndone):
        undo_match(match_id=match.pk, on=LATER, by=ada)


def test_the_office_of_clients_sees_no_pay_that_came_back(account, ada):
    send(ada)
    bring_in(ada, paid(97_903, "SAL-1", on=LATER, end_to_end_id="SAL-1"))
    row = BankTransaction.objects.get(amount_cents=97_903)
    assert Match.objects.filter(transaction=row, line__isnull=False).exists()
    assert not BankTransaction.objects.filter(OF_CLIENTS, id=row.pk).exists()
    make_debt("RE-2026-000102", 100)
    bring_in(ada, paid(100, "RE-2026-000102", on=LATER))
    assert BankTransaction.objects.filter(OF_CLIENTS).count() == 1
    assert work_counts(of_clients=True).transactions == 0


def test_a_returned_salary_is_no_money_of_clients_and_no_clients_money_is_a_salary(account, ada):
    line = send(ada)
    make_debt("RE-2026-000103", 97_903)
    bring_in(ada, paid(97_903, "Retoure", on=LATER, return_reason="AC04", end_to_end_id="SAL-1"))
    row = BankTransaction.objects.get(returned=True)
    with pytest.raises(NotMatchable):
        match_by_hand(transaction_id=row.pk, parts=[Part(claim_id=Claim.objects.get().pk, cents=1)], by=ada)
    bring_in(ada, paid(-97_903, "Abgang", on=LATER))
    debit_row = BankTransaction.objects.filter(amount_cents=-97_903, booked_on=LATER).get()
    with pytest.raises(NotMatchable):
        book_return(transaction_id=debit_row.pk, match_id=Match.objects.get(line=line).pk, by=ada)


# --- the pages and the API -------------------------------------------------------------------------------------------


def test_the_page_offers_the_payment_and_both_can_be_undone_with_a_button(account, cast, client_of):
    line = send(cast.accountant)
    bring_in(cast.accountant, paid(97_903, "Retoure", on=LATER, return_reason="AC04"))
    row = BankTransaction.objects.get(returned=True)
    page = reverse("banking:transaction", args=[row.pk])
    client = client_of(cast.accountant, cast.coop)
    assert (
        reverse("banking:came_back", args=[row.pk])
        in client.get(page, headers={"accept-language": "en"}).content.decode()
    )
    for _twice in range(2):
        client.post(reverse("banking:came_back", args=[row.pk]), {"line": line.pk})
    match = Match.objects.get(line=line)
    assert " to Ada came back" in client.get(page, headers={"accept-language": "en"}).content.decode()
    client.post(reverse("banking:undo", args=[match.pk]))
    assert party_balances(A.NET_PAY) == {}
    assert client_of(cast.invoicing, cast.coop).get(page).status_code == 404

    _claim, returned, _back = returned_debt(cast.accountant)
    page = reverse("banking:transaction", args=[returned.transaction_id])
    assert "Undo the return" in client.get(page, headers={"accept-language": "en"}).content.decode()
    for _twice in range(2):
        client.post(reverse("banking:undo_return", args=[returned.pk]))
    assert Match.objects.filter(revives=returned).count() == 1
    shown = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "Undo the return" not in shown
    assert "return undone" in shown


def test_both_go_through_the_api_once(account, cast, client_of):
    send(cast.accountant)
    bring_in(cast.accountant, paid(97_903, "Retoure", on=LATER, return_reason="AC04"))
    row = BankTransaction.objects.get(returned=True)
    client = client_of(cast.accountant, cast.coop)
    address = reverse("banking-api:transaction-came-back", args=[row.pk])
    body = {"end_to_end_id": "SAL-1"}
    assert client.post(address, body, "application/json").json()["open"] == "0.00"
    assert client.post(address, body, "application/json").status_code == 404
    _claim, returned, _back = returned_debt(cast.accountant)
    address = reverse("banking-api:transaction-undo-return", args=[returned.transaction_id])
    assert client.post(address).json()["state"] == "matched"
    assert client.post(address).status_code == 409
