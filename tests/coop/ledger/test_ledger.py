"""Posting, and everything PostgreSQL itself refuses."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from coop.ledger.actions import (
    AlreadyPosted,
    AlreadyReversed,
    BeyondCover,
    PeriodClosed,
    close_period,
    commit,
    open_budget,
    post,
    post_all,
    reverse,
    set_cover,
)
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import Unbalanced, credit, debit, draft
from coop.ledger.models import Entry, Posting
from coop.ledger.queries import account_balance, budget_statement, figures_of
from coop.ledger.verify import problems
from coop.tenancy.scope import coop_scope
from tests.factories.tenancy import make_cooperative

JAN = date(2026, 1, 15)


def income(budget, source="invoice:1:issue", on=JAN, cents=100_000):
    """An invoice as walk a has it: 91 % pending, 9 % fee."""
    fee = cents * 9 // 100
    return draft(
        source,
        on,
        "Invoice",
        [
            debit(A.RECEIVABLE, cents, party="invoice:1"),
            credit(A.REVENUE, cents),
            debit(A.ALLOC, cents),
            credit(A.PENDING, cents - fee, budget_id=budget.pk),
            credit(A.FEE, fee),
        ],
    )


@pytest.fixture
def budget(coop):
    return open_budget(name="Ada", on=JAN)


def test_post_numbers_and_balances(budget):
    first = post(income(budget))
    second = post(income(budget, "invoice:2:issue"))
    assert (first.number, second.number) == (1, 2)
    assert account_balance(A.RECEIVABLE) == 200_000
    assert figures_of(budget.pk, JAN).pending_cents == 182_000
    assert [m.pending_cents for m in budget_statement(budget.pk)] == [91_000, 91_000]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [debit(A.BANK, 0)],
        [debit(A.BANK, 1)],
        [debit(A.BANK, 100), credit(A.FEE, 100)],
    ],
    ids=["empty", "only zeros", "one-sided", "across layers"],
)
def test_post_refuses_unbalanced_entries(coop, lines):
    with pytest.raises(Unbalanced):
        post(draft("x", JAN, "x", lines))
    assert Entry.objects.count() == 0


def test_post_refuses_a_source_twice_and_leaves_no_gap(budget):
    post(income(budget))
    with pytest.raises(AlreadyPosted):
        post(income(budget))
    assert post(income(budget, "invoice:2:issue")).number == 2


def test_reverse_turns_every_sign_once(budget):
    post(income(budget))
    reversal = reverse(source="invoice:1:issue", event_on=date(2026, 2, 1))
    assert reversal.reverses.source == "invoice:1:issue"
    assert account_balance(A.RECEIVABLE) == 0
    assert figures_of(budget.pk, JAN).pending_cents == 0
    with pytest.raises(AlreadyReversed):
        reverse(source="invoice:1:issue", event_on=date(2026, 2, 1))


def raw_entry(cursor, coop_id, *, source="raw", booked_on=JAN, postings=2):
    cursor.execute(
        "INSERT INTO ledger_entry "
        "(coop_id, number, booked_on, event_on, source, document, text, digest, born_in, posting_count) "
        "VALUES (%s, 900 + (random() * 1e6)::int, %s, %s, %s, '', '', '', 0, %s) RETURNING id",
        [coop_id, booked_on, booked_on, source, postings],
    )
    return cursor.fetchone()[0]


def raw_postings(cursor, coop_id, entry_id, *rows):
    """Rows of (account code, cents[, budget id]) in one statement."""
    codes, cents, budgets = zip(*((*row, None)[:3] for row in rows), strict=True)
    cursor.execute(
        "INSERT INTO ledger_posting (coop_id, entry_id, account_id, layer, budget_id, amount_cents, party) "
        "SELECT %s, %s, a.id, a.layer, t.budget, t.cents, '' "
        "FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS t (code, cents, budget) "
        "JOIN ledger_account a ON a.code = t.code",
        [coop_id, entry_id, list(codes), list(cents), list(budgets)],
    )


def constraint_of(work):
    """The name of the constraint that refuses `work`, checked as at commit."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        work(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.__cause__.diag.constraint_name or str(caught.value)


def test_postgresql_refuses_unbalanced_entries(coop, budget):
    post(income(budget))

    def legal(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk, postings=1), ("bank", 5))

    def allocation(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk), ("bank", 5), ("fee", -5))

    def empty(cursor):
        raw_entry(cursor, coop.pk, postings=0)

    assert [constraint_of(work) for work in (legal, allocation, empty)] == ["entry_balances"] * 3


def test_postgresql_refuses_more_or_fewer_postings_than_the_entry_was_born_with(coop, budget):
    post(income(budget))

    def too_few(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk, postings=3), ("bank", 5), ("vat", -5))

    def later(cursor):
        entry = raw_entry(cursor, coop.pk)
        raw_postings(cursor, coop.pk, entry, ("bank", 5), ("vat", -5))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        raw_postings(cursor, coop.pk, entry, ("bank", 777))

    def doubled(cursor):
        entry = raw_entry(cursor, coop.pk)
        raw_postings(cursor, coop.pk, entry, ("bank", 5), ("vat", -5))
        raw_postings(cursor, coop.pk, entry, ("bank", 5), ("vat", -5))

    assert [constraint_of(work) for work in (too_few, later)] == ["posting_born_with_entry"] * 2
    assert constraint_of(doubled) == "entry_balances"


def test_postgresql_refuses_postings_born_after_their_entry(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        entry = post(income(open_budget(name="Ada", on=JAN)))
    with coop_scope(cooperative.pk):

        def late(cursor):
            raw_postings(cursor, cooperative.pk, entry.pk, ("bank", 5), ("vat", -5))

        assert constraint_of(late) == "posting_born_with_entry"


def test_nobody_can_switch_the_triggers_off(coop, budget):
    post(income(budget))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{ledger_period:period_is_kept}', true)")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("DELETE FROM ledger_period")
        cursor.execute("SELECT has_table_privilege(current_user, 'ledger_posting', 'UPDATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_posting SET amount_cents = amount_cents + 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_entry SET text = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_account SET code = 'x'",
        "DELETE FROM ledger_period",
    ],
)
def test_postgresql_refuses_changes(budget, sql):
    post(income(budget))
    with pytest.raises(DatabaseError, match=r"pgtrigger|permission denied"), transaction.atomic():
        connection.cursor().execute(sql)


def test_postgresql_refuses_zero_wrong_layer_and_missing_budget(coop, budget):
    post(income(budget))

    def zero(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk, postings=1), ("bank", 0))

    def layer(cursor):
        entry = raw_entry(cursor, coop.pk)
        cursor.execute(
            "INSERT INTO ledger_posting (coop_id, entry_id, account_id, layer, amount_cents, party) "
            "SELECT %s, %s, a.id, 2, t.cents, '' FROM ledger_account a, unnest(ARRAY[5, -5]) AS t (cents) "
            "WHERE a.code = 'bank'",
            [coop.pk, entry],
        )

    def without_budget(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk), ("free", 5), ("alloc", -5))

    assert [constraint_of(work) for work in (zero, layer, without_budget)] == [
        "posting_not_zero",
        "posting_layer_of_account",
        "posting_names_budget",
    ]


def test_closed_months_take_nothing_and_late_events_go_to_the_first_open_one(coop, budget, cast):
    post(income(budget))
    period = close_period(month=JAN, by=cast.accountant, at=datetime(2026, 2, 5, tzinfo=UTC))
    assert len(period.chain) == 64
    late = post(income(budget, "invoice:2:issue"))
    assert (late.booked_on, late.event_on) == (date(2026, 2, 1), JAN)
    assert constraint_of(lambda cursor: raw_entry(cursor, coop.pk)) == "entry_in_open_period"
    with pytest.raises(PeriodClosed):
        close_period(month=JAN, by=cast.accountant, at=datetime(2026, 2, 5, tzinfo=UTC))
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute("UPDATE ledger_period SET closed_at = NULL, closed_by_id = NULL, chain = ''")


def test_a_month_nobody_closed_is_opened_even_when_later_ones_are_there(budget):
    post(income(budget, on=date(2026, 3, 2)))
    early = post(income(budget, "invoice:2:issue", on=date(2026, 2, 10)))
    assert early.booked_on == date(2026, 2, 10)


def test_commitments_stop_at_the_cover(budget):
    feb, june = date(2026, 2, 1), date(2026, 6, 1)
    set_cover(budget_id=budget.pk, source="job:1", cents=400_000, since=JAN)
    with pytest.raises(BeyondCover):
        commit(budget_id=budget.pk, source="c:1", monthly_cents=100_001, since=feb, until=june, on=JAN)
    commit(budget_id=budget.pk, source="c:1", monthly_cents=100_000, since=feb, until=june, on=JAN)
    assert figures_of(budget.pk, JAN).available_cents == 0
    with pytest.raises(BeyondCover):
        commit(budget_id=budget.pk, source="c:2", monthly_cents=1, since=feb, until=date(2026, 3, 1), on=JAN)


def test_post_all_is_two_statements_whatever_the_number(budget, django_assert_max_num_queries):
    post(income(budget, "warm"))
    with django_assert_max_num_queries(12):
        post_all([income(budget, f"bulk:{i}") for i in range(300)])
    assert Posting.objects.count() == 5 * 301


def test_verify_finds_nothing_wrong_in_what_was_posted(budget):
    post(draft("share:1", JAN, "Share", [debit(A.BANK, 5000), credit(A.MEMBERS_CAPITAL, 5000)]))
    reverse(source="share:1", event_on=JAN)
    assert list(problems()) == []


def test_verify_names_budget_entries_without_a_document(budget):
    post(income(budget, "nowhere:1"))
    assert list(problems()) == [f"budget {budget.pk}: nowhere:1 differs from its document"]
