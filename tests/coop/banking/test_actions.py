"""Statements come in once, payments find their claims, and every step can be taken back."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coop.banking.actions import (
    AccountExists,
    AlreadyOrdered,
    AlreadyUndone,
    NewPayment,
    NotMatchable,
    Part,
    ReferenceTaken,
    SecondPersonNeeded,
    UnknownAccount,
    WrongAccount,
    WrongCurrency,
    approve_payment_order,
    book_directly,
    book_return,
    cancel_claim,
    create_payment_order,
    finish_item,
    ignore_transaction,
    import_statement,
    match_by_hand,
    match_order,
    match_transactions,
    open_account,
    reduce_claim,
    reject_payment_order,
    take_payment_file,
    take_up_transaction,
    undo_match,
)
from coop.banking.camt_writer import batch, camt053, payment, write_statements
from coop.banking.models import BankTransaction, Claim, Match, PaymentOrder, Statement, WorkItem
from coop.banking.movements import UnreadableStatement
from coop.banking.queries import gaps_of, proposals_for, returnable_for, settlements_of_kind, work_counts
from coop.banking.registry import register_claim_kind
from coop.banking.states import ClaimState, OrderState, TransactionState
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import open_budget, post
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Entry, Posting
from coop.ledger.queries import account_balance, party_balances
from coop.ledger.verify import problems
from coop.states import InvalidTransition
from coop.tenancy.scope import coop_scope
from tests.factories.banking import AT, IBAN, JAN, bring_in, heard, make_account, make_debt, paid
from tests.factories.tenancy import make_cooperative, make_user

LATER = JAN + timedelta(days=10)


@pytest.fixture
def account(coop):
    return make_account()


@pytest.fixture
def ada(coop):
    return make_user()


def everything():
    """What must be as it was after a refusal."""
    return (
        list(BankTransaction.objects.order_by("id").values_list("id", "state", "matched_cents")),
        list(Claim.objects.order_by("id").values_list("id", "state", "open_cents")),
        list(Match.objects.order_by("id").values_list("id", "undone_on")),
        Statement.objects.count(),
        Entry.objects.count(),
        list(PaymentOrder.objects.order_by("id").values_list("id", "state")),
    )


def only():
    return BankTransaction.objects.get()


# --- accounts ------------------------------------------------------------------------------------------------------


def test_the_first_account_is_the_default_and_a_new_default_replaces_it(account):
    assert account.is_default
    second = open_account(name="Second", holder="T eG", iban="DE89 3704 0044 0532 0130 00", default=True, by=None)
    account.refresh_from_db()
    assert (second.is_default, account.is_default, second.iban) == (True, False, "DE89370400440532013000")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iban": "DE02120300000000202052"}, InvalidInput),
        ({"iban": IBAN}, AccountExists),
        ({"iban": "DE89370400440532013000", "bic": "NO"}, InvalidInput),
        ({"iban": "DE89370400440532013000", "name": " "}, InvalidInput),
    ],
)
def test_a_wrong_account_is_refused(account, changes, error):
    with pytest.raises(error):
        make_account(**changes)


# --- import --------------------------------------------------------------------------------------------------------


def test_a_statement_is_stored_matched_and_reported(account, ada):
    claim = make_debt("RE-2026-000001")
    heard.clear()
    report = bring_in(ada, paid(10_000, "Rechnung RE-2026-000001"), paid(7, "who knows"), opening_cents=500)
    assert (report.new, report.known, report.matched, report.waiting, report.gaps) == (2, 0, 1, 1, ())
    claim.refresh_from_db()
    assert (claim.state, claim.open_cents) == (ClaimState.SETTLED, 0)
    assert account_balance(A.BANK) == 10_000
    assert heard == [[claim.pk]]
    assert work_counts().transactions == 1
    statement = Statement.objects.get()
    assert (statement.opening_cents, statement.closing_cents, statement.new_count) == (500, 10_507, 2)
    assert list(problems()) == []


def test_the_same_file_again_brings_nothing(account, ada):
    make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    before = everything()
    report = bring_in(ada, paid(10_000, "RE-2026-000001"))
    assert (report.new, report.known) == (0, 1)
    assert everything() == before


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_overlapping_files_in_any_order_give_the_same_movements_and_books(data):
    """Days are cut into overlapping windows, written in either version, and imported in any order.

    More money than is owed is the exception: what names a claim that is settled by then waits for a person, and which
    of several payments that is depends on which came in first. Nothing is lost or booked twice there either.
    """
    owed = data.draw(st.sampled_from([500, 100_000]))
    amounts = data.draw(st.lists(st.sampled_from([100, 250, 9_999, -300]), min_size=1, max_size=8))
    days = [JAN + timedelta(days=data.draw(st.integers(0, 4))) for _amount in amounts]
    entries = [
        paid(cents, f"RE-2026-{number % 3 + 1:06d}", on=day, bank_reference=f"B{number}")
        for number, (cents, day) in enumerate(zip(amounts, days, strict=True))
    ]
    starts = data.draw(st.lists(st.integers(0, 4), max_size=3))
    windows = [(0, 4), *((start, data.draw(st.integers(start, 4))) for start in starts)]
    files = [
        camt053(
            iban=IBAN,
            version=data.draw(st.sampled_from(["02", "08"])),
            entries=[e for e in entries if JAN + timedelta(a) <= e.booked_on <= JAN + timedelta(b)],
            from_on=JAN + timedelta(a),
            to_on=JAN + timedelta(b),
            statement_id=f"S{a}{b}",
        )
        for a, b in windows
    ]
    results = []
    for order in (files, data.draw(st.permutations(files))):
        coop = make_cooperative()
        with coop_scope(coop.pk):
            make_account()
            for number in (1, 2, 3):
                make_debt(f"RE-2026-{number:06d}", owed)
            for file in order:
                import_statement(data=file, filename="x.xml", by=make_user(), at=AT)
            movements = BankTransaction.objects.all()
            waiting = movements.filter(state=TransactionState.UNMATCHED)
            booked = account_balance(A.BANK)
            assert booked + sum(waiting.values_list("amount_cents", flat=True)) == sum(amounts)
            assert account_balance(A.RECEIVABLE) + account_balance(A.CLIENT_CREDIT) == -booked
            assert list(problems()) == []
            results.append((sorted(movements.values_list("fingerprint", "amount_cents", "booked_on")), booked))
    assert results[0][0] == results[1][0]
    if owed >= sum(amounts):
        assert results[0][1] == results[1][1]


def test_two_uploads_of_one_file_at_once_store_it_once(committing):
    coop = make_cooperative()
    with coop_scope(coop.pk):
        make_account()
        make_debt("RE-2026-000001")
        ada = make_user()
    data = camt053(iban=IBAN, entries=[paid(10_000, "RE-2026-000001"), paid(3, "x")])
    together, reports, errors = Barrier(2), [], []

    def upload():
        try:
            with coop_scope(coop.pk):
                together.wait(timeout=20)
                reports.append(import_statement(data=data, filename="x.xml", by=ada, at=AT))
        except StetigError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=upload) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
    assert sorted((report.new, report.known) for report in reports) == [(0, 2), (2, 0)]
    with coop_scope(coop.pk):
        assert BankTransaction.objects.count() == 2
        assert account_balance(A.BANK) == 10_000


def test_gaps_within_and_between_statements_are_reported(account, ada):
    bring_in(ada, paid(100, "a"), opening_cents=1_000)
    report = bring_in(ada, paid(50, "b", on=LATER), opening_cents=1_200, closing_cents=1_300, sequence_number=2)
    assert [(gap.cents, gap.within) for gap in report.gaps] == [(50, True), (100, False)]
    assert gaps_of(account.pk) == list(report.gaps)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"<Document><not closed", UnreadableStatement),
        (b"", UnreadableStatement),
        (camt053(iban="DE89370400440532013000", entries=[paid(1, "x")]), UnknownAccount),
        (camt053(iban=IBAN, entries=[paid(1, "x")]).replace(b'"EUR"', b'"CHF"').replace(b">EUR<", b">CHF<"), WrongCurrency),
        (camt053(iban=IBAN, entries=[paid(1, "x")]).replace(b"0.01<", b"0.0x<"), UnreadableStatement),
    ],
    ids=["broken", "empty", "another's account", "francs", "no amount"],
)  # fmt: skip
def test_a_wrong_file_is_refused_and_leaves_everything(account, ada, data, error):
    bring_in(ada, paid(5, "before"))
    before = everything()
    with pytest.raises(error) as refused:
        import_statement(data=data, filename="x.xml", by=ada, at=AT)
    assert str(refused.value)
    assert everything() == before


def test_one_wrong_statement_refuses_the_whole_file(account, ada):
    from coop.banking.camt import read_statements

    right = read_statements(camt053(iban=IBAN, entries=[paid(1, "x")]))
    wrong = read_statements(camt053(iban="DE89370400440532013000", entries=[paid(2, "y")]))
    with pytest.raises(UnknownAccount, match="DE89370400440532013000"):
        import_statement(data=write_statements([*right, *wrong]), filename="x.xml", by=ada, at=AT)
    assert BankTransaction.objects.count() == 0


def test_a_statement_of_another_account_than_the_chosen_one_is_refused(account, ada):
    other = open_account(name="Other", holder="T eG", iban="DE89370400440532013000", by=None)
    with pytest.raises(WrongAccount):
        import_statement(
            data=camt053(iban=IBAN, entries=[paid(1, "x")]), filename="x", by=ada, at=AT, account_id=other.pk
        )
    with pytest.raises(NotFound):
        import_statement(data=camt053(iban=IBAN, entries=[paid(1, "x")]), filename="x", by=ada, at=AT, account_id=0)


def test_the_number_of_statements_does_not_grow_with_the_lines(account, ada):
    counts = []
    for size, first in ((2, 1), (60, 100)):
        for number in range(first, first + size):
            make_debt(f"RE-2026-{number:06d}")
        entries = [
            paid(10_000, f"RE-2026-{number:06d}", bank_reference=f"B{number}", on=JAN + timedelta(days=first))
            for number in range(first, first + size)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            report = bring_in(ada, *entries, statement_id=f"S{first}")
        assert report.matched == size
        counts.append(len(queries))
    # The books' first entry of a cooperative also opens its accounts; later ones do not.
    assert counts[1] <= counts[0]


# --- what is matched without a person ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "text", "settled", "credit_cents"),
    [
        (10_000, "RE-2026-000001", 10_000, 0),
        (10_000, "re 2026/1 danke", 10_000, 0),
        (4_000, "RE-2026-000001 Teil", 4_000, 0),
        (12_500, "RE-2026-000001", 10_000, 2_500),
        (10_000, "2026-000001", 10_000, 0),
        (9_999, "2026-000001", 0, 0),
        (10_000, "RE-2026-000009", 10_000, 0),
        (10_000, "RE-2026-000477", 0, 0),
        (10_000, "", 10_000, 0),
        (9_998, "", 0, 0),
    ],
    ids=[
        "exact",
        "spelled",
        "part",
        "too much",
        "no prefix",
        "no prefix, other sum",
        "one digit wrong",
        "unknown",
        "payer and sum",
        "payer, other sum",
    ],
)
def test_what_is_sure_is_matched(account, ada, cents, text, settled, credit_cents):
    claim = make_debt("RE-2026-000001")
    make_debt("RE-2026-000002", 20_000)
    bring_in(ada, paid(cents, text))
    claim.refresh_from_db()
    assert claim.paid_cents == settled
    assert account_balance(A.BANK) == settled + credit_cents
    assert party_balances(A.CLIENT_CREDIT) == (
        {f"client credit of {claim.source}": -credit_cents} if credit_cents else {}
    )
    assert only().state == (TransactionState.MATCHED if settled else TransactionState.UNMATCHED)
    assert list(problems()) == []


def test_one_transfer_for_several_claims_is_split_when_the_sum_fits(account, ada):
    first, second = make_debt("RE-2026-000001"), make_debt("RE-2026-000002", 5_000)
    bring_in(ada, paid(15_000, "RE-2026-000001 und RE-2026-000002"), paid(14_000, "RE-2026-000001, RE-2026-000002"))
    for claim in (first, second):
        claim.refresh_from_db()
        assert claim.state == ClaimState.SETTLED
    assert work_counts().incoming_cents == 14_000


def test_a_second_payment_of_a_settled_claim_waits(account, ada):
    make_debt("RE-2026-000001")
    report = bring_in(ada, paid(10_000, "RE-2026-000001"), paid(10_000, "RE-2026-000001", on=LATER))
    assert (report.matched, report.waiting) == (1, 1)


def test_a_claim_that_comes_after_the_money_is_matched_on_demand(account, ada):
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    claim = make_debt("RE-2026-000001")
    assert match_transactions(by=ada) == 1
    assert match_transactions(by=ada) == 0
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED
    assert Match.objects.get().automatic


def test_a_payment_that_came_back_is_left_to_a_person(account, ada):
    make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001", return_reason="AC04"))
    assert only().state == TransactionState.UNMATCHED


# --- by a person ---------------------------------------------------------------------------------------------------


def test_a_payment_is_given_to_several_claims_by_hand(account, ada):
    first, second = make_debt("RE-2026-000001"), make_debt("RE-2026-000002")
    bring_in(ada, paid(15_000, "?"))
    match_by_hand(transaction_id=only().pk, parts=[Part(claim_id=first.pk, cents=10_000)], by=ada)
    assert (only().state, only().open_cents) == (TransactionState.PART, 5_000)
    match_by_hand(transaction_id=only().pk, parts=[Part(claim_id=second.pk, cents=5_000)], by=ada)
    second.refresh_from_db()
    assert (only().state, second.state, second.open_cents) == (TransactionState.MATCHED, ClaimState.PART, 5_000)
    assert account_balance(A.RECEIVABLE) == -15_000


def test_wrong_matches_are_refused_and_leave_everything(account, ada):
    claim, cancelled = make_debt("RE-2026-000001"), make_debt("RE-2026-000002")
    cancel_claim(source=cancelled.source)
    bring_in(ada, paid(15_000, "?"), paid(-100, "?"))
    incoming, outgoing = BankTransaction.objects.order_by("-amount_cents")
    before = everything()
    for transaction_id, parts, error in [
        (incoming.pk, [], NotMatchable),
        (incoming.pk, [Part(claim_id=claim.pk, cents=0)], NotMatchable),
        (incoming.pk, [Part(claim_id=claim.pk, cents=15_001)], NotMatchable),
        (incoming.pk, [Part(claim_id=claim.pk, cents=1), Part(claim_id=claim.pk, cents=1)], NotMatchable),
        (incoming.pk, [Part(claim_id=cancelled.pk, cents=1)], NotMatchable),
        (incoming.pk, [Part(claim_id=0, cents=1)], NotFound),
        (outgoing.pk, [Part(claim_id=claim.pk, cents=100)], NotMatchable),
        (0, [Part(claim_id=claim.pk, cents=1)], NotFound),
    ]:
        with pytest.raises(error):
            match_by_hand(transaction_id=transaction_id, parts=parts, by=ada)
    with pytest.raises(NotMatchable):
        book_directly(transaction_id=outgoing.pk, account=A.REVENUE, by=ada)
    with pytest.raises(InvalidInput):
        ignore_transaction(transaction_id=outgoing.pk, reason=" ", by=ada)
    with pytest.raises(NotMatchable):
        take_up_transaction(transaction_id=outgoing.pk, by=ada)
    assert everything() == before


def test_a_match_is_undone_and_made_anew(account, ada):
    claim = make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    match = Match.objects.get()
    undo_match(match_id=match.pk, on=LATER, by=ada)
    claim.refresh_from_db()
    assert (claim.state, only().state, account_balance(A.BANK)) == (ClaimState.OPEN, TransactionState.UNMATCHED, 0)
    with pytest.raises(AlreadyUndone):
        undo_match(match_id=match.pk, on=LATER, by=ada)
    match_by_hand(transaction_id=only().pk, parts=[Part(claim_id=claim.pk, cents=10_000)], by=ada)
    claim.refresh_from_db()
    assert (claim.state, account_balance(A.BANK)) == (ClaimState.SETTLED, 10_000)
    assert Entry.objects.get(source=f"match:{match.pk}:reversed").event_on == LATER
    assert list(problems()) == []
    assert [one.cents for one in settlements_of_kind("debt")] == [10_000, 10_000]


def test_undone_first_payment_lets_a_later_over_payment_settle_more(account, ada):
    claim = make_debt("RE-2026-000001")
    bring_in(ada, paid(6_000, "RE-2026-000001"), paid(9_000, "RE-2026-000001", on=LATER))
    assert account_balance(A.CLIENT_CREDIT) == -5_000
    first = Match.objects.order_by("id").first()
    undo_match(match_id=first.pk, on=LATER, by=ada)
    claim.refresh_from_db()
    assert (claim.open_cents, account_balance(A.CLIENT_CREDIT), account_balance(A.BANK)) == (1_000, 0, 9_000)
    assert sorted(BankTransaction.objects.values_list("state", flat=True)) == ["matched", "unmatched"]


def test_a_match_cannot_be_undone_before_its_day_or_after_the_claim_was_cancelled(account, ada):
    claim = make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    match = Match.objects.get()
    with pytest.raises(InvalidInput):
        undo_match(match_id=match.pk, on=JAN - timedelta(days=1), by=ada)
    cancel_claim(source=claim.source)
    with pytest.raises(NotMatchable):
        undo_match(match_id=match.pk, on=LATER, by=ada)


def test_a_movement_is_left_aside_and_taken_up_again(account, ada):
    bring_in(ada, paid(100, "own transfer"))
    ignore_transaction(transaction_id=only().pk, reason="between own accounts", by=ada)
    assert (only().state, work_counts().transactions, account_balance(A.BANK)) == (TransactionState.IGNORED, 0, 0)
    take_up_transaction(transaction_id=only().pk, by=ada)
    assert only().state == TransactionState.UNMATCHED


def test_charges_are_booked_directly(account, ada):
    bring_in(ada, paid(-390, "Kontofuehrung"))
    match = book_directly(transaction_id=only().pk, account=A.BANK_CHARGES, by=ada)
    assert (account_balance(A.BANK_CHARGES), account_balance(A.BANK)) == (390, -390)
    undo_match(match_id=match.pk, on=LATER, by=ada)
    assert (account_balance(A.BANK_CHARGES), only().state) == (0, TransactionState.UNMATCHED)


def test_proposals_name_why(account, ada):
    by_name = make_debt("RE-2026-000003", 700, debtor="client gmbh")
    by_amount = make_debt("RE-2026-000002", 9_000, debtor="Other")
    by_reference = make_debt("RE-2026-000001", 10_000, debtor="Other")
    make_debt("RE-2026-000004", 1, debtor="Nobody")
    bring_in(ada, paid(9_000, "2026-000001"))
    found = [(proposal.claim.pk, proposal.reason) for proposal in proposals_for(only())]
    assert found == [(by_reference.pk, "named"), (by_amount.pk, "amount"), (by_name.pk, "name")]


# --- money that goes back ------------------------------------------------------------------------------------------


def test_a_returned_payment_reverses_its_match_on_its_own_day_and_raises_an_item(account, ada):
    budget = open_budget(name="Ada", on=JAN)

    def drafts(settlements):
        return [
            draft(
                one.source,
                one.on,
                one.text,
                [
                    debit(A.BANK, one.cents),
                    credit(A.RECEIVABLE, one.cents, party=one.claim_source),
                    debit(A.PENDING, one.cents, budget_id=budget.pk),
                    credit(A.FREE, one.cents, budget_id=budget.pk),
                ],
            )
            for one in settlements
        ]

    register_claim_kind("debt of a budget", drafts=drafts, after=lambda _ids: None)
    from coop.banking.actions import open_claim

    claim = open_claim(
        kind="debt of a budget", source="b:1", reference="RE-2026-000001", debtor="C", amount_cents=10_000,
        due_on=JAN, on=JAN,
    )  # fmt: skip
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    post(draft("salary", JAN, "Salary", [debit(A.FREE, 8_000, budget_id=budget.pk), credit(A.RELEASE, 8_000)]))
    bring_in(ada, paid(-10_300, "Rueckgabe", on=LATER, return_reason="MD06"), sequence_number=2)
    back = BankTransaction.objects.get(amount_cents=-10_300)
    match = returnable_for(back)[0]
    items = book_return(transaction_id=back.pk, match_id=match.pk, by=ada)
    assert [(item.budget_id, item.raised_on) for item in items] == [(budget.pk, LATER)]
    assert work_counts().items == 1
    claim.refresh_from_db()
    back.refresh_from_db()
    assert (claim.state, account_balance(A.BANK), back.state, back.open_cents) == (ClaimState.OPEN, 0, "part", -300)
    book_directly(transaction_id=back.pk, account=A.BANK_CHARGES, by=ada)
    assert account_balance(A.BANK) == -300
    received = BankTransaction.objects.get(amount_cents=10_000)
    assert received.state == TransactionState.MATCHED
    finish_item(item_id=items[0].pk, on=LATER, by=ada)
    with pytest.raises(NotFound):
        finish_item(item_id=items[0].pk, on=LATER, by=ada)
    with pytest.raises(AlreadyUndone):
        book_return(transaction_id=back.pk, match_id=match.pk, by=ada)


def test_wrong_returns_are_refused_and_leave_everything(account, ada):
    make_debt("RE-2026-000001")
    bring_in(ada, paid(10_000, "RE-2026-000001"), paid(-9_000, "less"), paid(500, "more"))
    match = Match.objects.get()
    less = BankTransaction.objects.get(amount_cents=-9_000)
    before = everything()
    for transaction_id, match_id, error in [
        (less.pk, match.pk, NotMatchable),
        (BankTransaction.objects.get(amount_cents=500).pk, match.pk, NotMatchable),
        (less.pk, 0, NotFound),
    ]:
        with pytest.raises(error):
            book_return(transaction_id=transaction_id, match_id=match_id, by=ada)
    assert everything() == before
    assert WorkItem.objects.count() == 0


# --- claims --------------------------------------------------------------------------------------------------------


def test_claims_are_lowered_and_cancelled(account, ada):
    claim = make_debt("RE-2026-000001")
    assert reduce_claim(source=claim.source, by_cents=4_000).state == ClaimState.OPEN
    bring_in(ada, paid(2_000, "RE-2026-000001"))
    assert reduce_claim(source=claim.source, by_cents=4_000).state == ClaimState.SETTLED
    with pytest.raises(InvalidInput):
        reduce_claim(source=claim.source, by_cents=1)
    assert cancel_claim(source=claim.source).amount_cents == 2_000
    with pytest.raises(InvalidTransition):
        cancel_claim(source=claim.source)
    with pytest.raises(NotFound):
        cancel_claim(source="debt:none")
    with pytest.raises(ReferenceTaken):
        make_debt("RE-2026-000001")
    with pytest.raises(InvalidInput):
        make_debt("RE-2026-000002", 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE banking_claim SET open_cents = -1",
        "UPDATE banking_claim SET state = 'settled'",
        "UPDATE banking_banktransaction SET matched_cents = 20000",
        "UPDATE banking_banktransaction SET amount_cents = 1",
        "DELETE FROM banking_banktransaction",
        "DELETE FROM banking_match",
        "UPDATE banking_match SET cents = 1",
        "UPDATE banking_statement SET closing_cents = 0",
    ],
)
def test_the_database_refuses_what_no_action_does(account, ada, sql):
    make_debt("RE-2026-000001", 20_000)
    bring_in(ada, paid(10_000, "RE-2026-000001"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- payment orders ------------------------------------------------------------------------------------------------


def order_of(by, source="run:1", cents=(97_903, 50_000)):
    for number, amount in enumerate(cents):
        post(
            draft(
                f"{source}:{number}",
                JAN,
                "pay",
                [debit(A.WAGES, amount), credit(A.NET_PAY, amount, party=f"p:{number}")],
            )
        )
    return create_payment_order(
        source=source,
        execute_on=JAN,
        lines=[
            NewPayment(
                party=f"p:{number}",
                name="Ada Löwe",
                iban="DE89370400440532013000",
                cents=amount,
                text="Gehalt Januar",
                end_to_end_id=f"PAY-{source.replace(':', '-')}-{number}",
            )
            for number, amount in enumerate(cents)
        ],
        by=by,
        at=AT,
    )


def test_an_order_is_made_approved_by_another_taken_and_cleared_by_the_statement(account, ada):
    order = order_of(ada)
    with pytest.raises(AlreadyOrdered):
        order_of_again = create_payment_order(source="run:1", execute_on=JAN, lines=[], by=ada, at=AT)
        assert order_of_again is None
    with pytest.raises(SecondPersonNeeded):
        approve_payment_order(order_id=order.pk, by=ada, at=AT)
    with pytest.raises(NotFound):
        take_payment_file(order_id=order.pk, by=ada)
    bo = make_user("Bo")
    approve_payment_order(order_id=order.pk, by=bo, at=AT)
    assert (account_balance(A.NET_PAY), account_balance(A.IN_TRANSIT)) == (0, -147_903)
    name, data = take_payment_file(order_id=order.pk, by=bo)
    assert name == f"{order.reference}.xml"
    assert b"<CtrlSum>1479.03</CtrlSum>" in data
    assert "Ada Löwe".encode() in data
    bring_in(ada, payment(amount_cents=-147_903, on=JAN, text=f"SEPA {order.reference}"))
    order.refresh_from_db()
    assert (order.state, account_balance(A.IN_TRANSIT), account_balance(A.BANK)) == (OrderState.CLEARED, 0, -147_903)
    undo_match(match_id=Match.objects.get().pk, on=LATER, by=ada)
    order.refresh_from_db()
    assert (order.state, account_balance(A.IN_TRANSIT)) == (OrderState.APPROVED, -147_903)
    match_order(transaction_id=only().pk, order_id=order.pk, by=ada)
    order.refresh_from_db()
    assert (order.state, account_balance(A.IN_TRANSIT)) == (OrderState.CLEARED, 0)
    assert list(problems()) == []


def test_a_split_batch_clears_its_order_line_by_line(account, ada):
    order = order_of(ada)
    approve_payment_order(order_id=order.pk, by=make_user("Bo"), at=AT)
    parts = [
        payment(amount_cents=-c, on=JAN, end_to_end_id=f"PAY-run-1-{n}").details[0]
        for n, c in enumerate((97_903, 50_000))
    ]
    report = bring_in(ada, batch(on=JAN, parts=parts))
    assert (report.new, report.matched) == (2, 2)
    order.refresh_from_db()
    assert (order.state, account_balance(A.IN_TRANSIT)) == (OrderState.CLEARED, 0)


def test_the_sum_alone_clears_only_where_one_order_fits(account, ada):
    bo = make_user("Bo")
    first, second = order_of(ada, "run:1"), order_of(ada, "run:2")
    for order in (first, second):
        approve_payment_order(order_id=order.pk, by=bo, at=AT)
    report = bring_in(ada, payment(amount_cents=-147_903, on=JAN, text="Sammler"))
    assert report.matched == 0
    match_order(transaction_id=only().pk, order_id=first.pk, by=ada)
    report = bring_in(
        ada, payment(amount_cents=-147_903, on=LATER - timedelta(days=6), text="Sammler"), sequence_number=2
    )
    assert report.matched == 1
    with pytest.raises(NotMatchable):
        match_order(transaction_id=only_first().pk, order_id=second.pk, by=ada)


def only_first():
    return BankTransaction.objects.order_by("id").first()


def test_a_rejected_order_books_nothing_and_frees_its_source(account, ada):
    order = order_of(ada)
    reject_payment_order(order_id=order.pk, by=ada, at=AT)
    with pytest.raises(InvalidTransition):
        approve_payment_order(order_id=order.pk, by=make_user("Bo"), at=AT)
    assert account_balance(A.IN_TRANSIT) == 0
    again = create_payment_order(
        source="run:1", execute_on=JAN, by=ada, at=AT,
        lines=[NewPayment(party="p", name="A", iban=IBAN, cents=1, text="", end_to_end_id="E")],
    )  # fmt: skip
    assert again.pk != order.pk


def test_the_database_itself_asks_for_a_second_person(account, ada):
    order = order_of(ada)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentOrder.objects.filter(id=order.pk).update(state="approved", decided_at=AT, decided_by=ada)
    assert Posting.objects.filter(account__code=A.IN_TRANSIT).count() == 0
    assert date(2026, 1, 15) == order.execute_on
