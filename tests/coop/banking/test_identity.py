"""Each movement once, whatever formats tell of it, in whatever order and overlap."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stdnum.iban import calc_check_digits

from coop.banking.actions import UnknownAccount, import_statement, keep_table_format
from coop.banking.camt_writer import batch, camt053
from coop.banking.csv_tables import Column
from coop.banking.models import BankTransaction, BatchNotice, Sighting, Statement
from coop.banking.movements import MessageKind, TransactionDetail
from coop.banking.states import TransactionState
from coop.ledger.chart import AccountCode as A
from coop.ledger.queries import account_balance, party_balances
from coop.ledger.verify import problems
from coop.tenancy.scope import coop_scope
from tests.factories.banking import AT, IBAN, JAN, make_account, make_debt, paid
from tests.factories.statement_files import GERMAN_COLUMNS, interim, mt940, notification, table, zipped
from tests.factories.tenancy import make_cooperative, make_user

NUMBERED = f"{IBAN[4:12]}/{IBAN[12:]}"
"""The account as MT940 names it."""
RICH = {"bank_reference": "B-1", "end_to_end_id": "E-1"}


@pytest.fixture
def account(coop):
    return make_account()


@pytest.fixture
def ada(coop):
    return make_user()


def keep_mapping(by):
    keep_table_format(
        name="Bank", columns={Column(column): name for column, name in GERMAN_COLUMNS.items()}, delimiter=";",
        date_format="%d.%m.%Y", decimal_comma=True, by=by, at=AT,
    )  # fmt: skip


def bring(by, *files, **changes):
    """Import files one after another; the last report."""
    return [import_statement(data=data, filename="x", by=by, at=AT, **changes) for data in files][-1]


def money():
    """Movements that count: day and amount."""
    rows = BankTransaction.objects.exclude(state=TransactionState.SPLIT)
    return sorted(rows.values_list("booked_on", "amount_cents"))


@pytest.mark.parametrize("first", range(4))
def test_four_formats_of_one_day_are_one_day(account, ada, first):
    keep_mapping(ada)
    make_debt("RE-2026-000001")
    entries = [
        paid(10_000, "Rechnung RE-2026-000001", **RICH),
        paid(-390, "Entgelt", name="Bänk"),
        paid(-390, "Entgelt"),
    ]
    files = [
        camt053(iban=IBAN, entries=entries), interim(IBAN, entries[:2]), mt940(NUMBERED, entries),
        table(IBAN, entries, opening_cents=0),
    ]  # fmt: skip
    files = [*files[first:], *files[:first]]
    bring(ada, *files)
    assert money() == [(JAN, -390), (JAN, -390), (JAN, 10_000)]
    assert account_balance(A.BANK) == 10_000
    before = Sighting.objects.count()
    report = bring(ada, *reversed(files))
    assert (report.new, Sighting.objects.count(), len(money())) == (0, before, 3)
    assert list(problems()) == []


def test_two_payments_that_only_one_format_tells_apart_stay_two(account, ada):
    one, two = paid(500, "RE-2026-000001", end_to_end_id="E-1"), paid(500, "RE-2026-000002", end_to_end_id="E-2")
    bring(ada, mt940(NUMBERED, [one]), camt053(iban=IBAN, entries=[two]))
    assert [cents for _day, cents in money()] == [500, 500]
    bring(ada, camt053(iban=IBAN, entries=[one, two], statement_id="both"), mt940(NUMBERED, [one, two], number=2))
    assert [cents for _day, cents in money()] == [500, 500]


def test_the_richer_format_tells_more_and_the_payment_is_found_then(account, ada):
    claim = make_debt("RE-2026-000001", debtor="Somebody else AG")
    whole = paid(10_000, "Rechnung RE-2026-000001", **RICH)
    poor = replace(whole, details=(replace(whole.details[0], text="", end_to_end_id="", counterparty_iban=""),))
    assert bring(ada, mt940(NUMBERED, [poor])).matched == 0
    assert bring(ada, camt053(iban=IBAN, entries=[whole])).matched == 1
    claim.refresh_from_db()
    row = BankTransaction.objects.get()
    assert (claim.open_cents, row.end_to_end_id, row.source) == (0, "E-1", MessageKind.MT940)
    assert "RE-2026-000001" in row.text


def parts(*cents):
    """Payments of a batch that was received."""
    return [
        TransactionDetail(
            amount_cents=one, end_to_end_id=f"E-{number}", text=f"RE-2026-{number:06d}", counterparty_name=f"Client {number}"
        )
        for number, one in enumerate(cents, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 2), (2, 0), (0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_batch_is_resolved_by_details_that_come_before_or_after(account, ada, order):
    first, second = make_debt("RE-2026-000001", 300), make_debt("RE-2026-000002", 700)
    whole = batch(on=JAN, parts=parts(300, 700), bank_reference="SUM-1")
    bare = replace(whole, details=())
    files = [camt053(iban=IBAN, entries=[bare]), notification(IBAN, [whole]), mt940(NUMBERED, [bare])]
    with_statement = [files[number] for number in order]
    bring(ada, *with_statement)
    resolved = 1 in order
    assert [cents for _day, cents in money()] == ([300, 700] if resolved else [1_000])
    for claim in (first, second):
        claim.refresh_from_db()
        assert (claim.open_cents == 0) is resolved
    assert account_balance(A.BANK) == (1_000 if resolved else 0)
    bring(ada, *reversed(files))
    assert [cents for _day, cents in money()] == [300, 700]
    assert list(problems()) == []


def test_details_alone_move_no_money(account, ada):
    whole = batch(on=JAN, parts=parts(300, 700), bank_reference="SUM-1")
    report = bring(ada, notification(IBAN, [whole]))
    assert (report.new, report.noticed, money(), BatchNotice.objects.count()) == (0, 1, [], 1)
    assert bring(ada, notification(IBAN, [whole])).noticed == 0


def test_a_statement_without_an_account_needs_the_choice(account, ada):
    data = camt053(iban=IBAN, entries=[paid(1, "x")]).replace(f"<IBAN>{IBAN}</IBAN>".encode(), b"<Othr/>")
    with translation.override("en"), pytest.raises(UnknownAccount, match="choose"):
        bring(ada, data)
    assert bring(ada, data, account_id=account.pk).new == 1


def test_the_old_number_of_an_account_is_ours_with_and_without_the_sub_account(coop, ada):
    number = "250400660123456700"
    make_account(iban=f"DE{calc_check_digits(f'DE00{number}')}{number}")
    bring(ada, mt940("25040066/1234567", [paid(5, "a")]), mt940("25040066/0123456700", [paid(6, "b")]))
    assert [cents for _day, cents in money()] == [5, 6]
    with pytest.raises(UnknownAccount):
        bring(ada, mt940("25040067/1234567", [paid(7, "c")]))


def test_interim_reports_leave_the_chain_of_balances_alone(account, ada):
    bring(ada, camt053(iban=IBAN, entries=[paid(100, "a")], opening_cents=0))
    later = JAN + timedelta(days=1)
    bring(ada, interim(IBAN, [paid(50, "b", on=later)], opening_cents=777))
    report = bring(ada, camt053(iban=IBAN, entries=[paid(50, "b", on=later)], opening_cents=100, statement_id="S2"))
    assert (report.gaps, report.new, report.unchecked) == ((), 0, 0)


def test_an_archive_of_all_formats_brings_each_movement_once(account, ada):
    keep_mapping(ada)
    entries = [paid(10_000, "RE-2026-000001", **RICH), paid(-390, "Entgelt")]
    report = bring(
        ada,
        zipped(
            a=table(IBAN, entries), b=mt940(NUMBERED, entries, closing=False), c=camt053(iban=IBAN, entries=entries)
        ),
    )
    assert (report.new, report.known, report.unchecked, Statement.objects.count()) == (2, 4, 2, 3)


# --- any order, any overlap ----------------------------------------------------------------------------------------

WRITERS = ("053", "052", "mt940", "csv")


def written(kind, entries, first, last):
    """A window of days in one format."""
    if kind == "053":
        return camt053(iban=IBAN, entries=entries, from_on=first, to_on=last, statement_id=f"S{first}{last}")
    if kind == "052":
        return interim(IBAN, entries, from_on=first, to_on=last, statement_id=f"R{first}{last}")
    return mt940(NUMBERED, entries, on=last) if kind == "mt940" else table(IBAN, entries)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(data=st.data())
def test_any_order_and_overlap_of_any_formats_gives_the_same_ledger(data):
    """Days of payments, some alike, are cut into windows and written in four formats."""
    amounts = data.draw(st.lists(st.sampled_from([100, 250, 9_999, -300, -390]), min_size=1, max_size=7))
    entries = []
    for number, cents in enumerate(amounts):
        day = JAN + timedelta(days=data.draw(st.integers(0, 2)))
        fee = cents == -390
        entries.append(
            paid(
                cents, "Entgelt" if fee else f"Rechnung RE-2026-{number % 3 + 1:06d} Posten {number + 10}", on=day,
                end_to_end_id="" if fee or number % 2 else f"E-{number}", bank_reference="" if fee else f"B-{number}",
            )
        )  # fmt: skip
    windows = [(0, 2), *data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=3))]
    files = []
    for a, b in windows:
        first, last = JAN + timedelta(min(a, b)), JAN + timedelta(max(a, b))
        inside = [entry for entry in entries if first <= entry.booked_on <= last]
        if inside:
            files.append(written(data.draw(st.sampled_from(WRITERS)), inside, first, last))
    results = []
    places = range(len(files))
    for order in (places, data.draw(st.permutations(places))):
        coop = make_cooperative()
        with coop_scope(coop.pk):
            make_account()
            keep_mapping(make_user())
            for number in (1, 2, 3):
                make_debt(f"RE-2026-{number:06d}", 1_000_000)
            bring(make_user(), *(files[place] for place in order))
            results.append(
                (money(), account_balance(A.BANK), party_balances(A.RECEIVABLE), party_balances(A.CLIENT_CREDIT))
            )
            assert list(problems()) == []
    assert results[0] == results[1]
    assert sorted(cents for _day, cents in results[0][0]) == sorted(amounts)
