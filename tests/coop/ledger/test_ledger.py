"""Posting, and everything PostgreSQL itself refuses."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from coop.ledger.actions import (
    AlreadyPosted,
    AlreadyReversed,
    BeyondAdvanceLimit,
    BeyondCover,
    PeriodClosed,
    close_period,
    commit,
    open_books,
    open_budget,
    post,
    post_all,
    reverse,
    set_cover,
)
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import Unbalanced, credit, debit, draft
from coop.ledger.models import Account, Commitment, Entry, Posting
from coop.ledger.queries import account_balance, ahead_cents, budget_statement, figures_of
from coop.ledger.verify import problems
from coop.tenancy.models import Policy
from coop.tenancy.queries import POLICIES
from coop.tenancy.scope import coop_scope, read_anew
from tests.factories.tenancy import make_cooperative, policy

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


ENTRY = (
    "INSERT INTO ledger_entry "
    "(coop_id, number, booked_on, event_on, source, document, text, digest, born_in, posting_count) "
    "VALUES (%s, 900 + (random() * 1e6)::int, %s, %s, %s, '', '', '', 0, %s) RETURNING id"
)
POSTINGS = (
    "INSERT INTO ledger_posting (coop_id, entry_id, account_id, layer, budget_id, amount_cents, party) "
    "SELECT %s, {entry}, a.id, coalesce(t.layer, a.layer), t.budget, t.cents, '' "
    "FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::int[]) AS t (code, cents, budget, layer) "
    "JOIN ledger_account a ON a.code = t.code"
)


def raw_entry(cursor, coop_id, *rows, source="raw", booked_on=JAN, postings=2):
    """An entry with its postings in one statement; rows of (account code, cents[, budget id[, layer]])."""
    entry = [coop_id, booked_on, booked_on, source, postings]
    if rows:
        sql = f"WITH entry AS ({ENTRY}), postings AS ({POSTINGS.format(entry='entry.id')}, entry) SELECT id FROM entry"
        cursor.execute(sql, [*entry, coop_id, *columns(rows)])
    else:
        cursor.execute(ENTRY, entry)
    return cursor.fetchone()[0]


def raw_postings(cursor, coop_id, entry_id, *rows):
    """Postings of an entry that is there already."""
    cursor.execute(POSTINGS.format(entry="%s"), [coop_id, entry_id, *columns(rows)])


def columns(rows):
    return [list(column) for column in zip(*((*row, None, None)[:4] for row in rows), strict=True)]


def constraint_of(work):
    """The name of the constraint that refuses `work`, checked as at commit."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        work(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.__cause__.diag.constraint_name or str(caught.value)


def test_postgresql_refuses_unbalanced_entries(coop, budget):
    post(income(budget))

    def legal(cursor):
        raw_entry(cursor, coop.pk, ("bank", 5), postings=1)

    def allocation(cursor):
        raw_entry(cursor, coop.pk, ("bank", 5), ("fee", -5))

    def empty(cursor):
        raw_entry(cursor, coop.pk, postings=0)

    def without_postings(cursor):
        raw_entry(cursor, coop.pk)

    works = (legal, allocation, empty, without_postings)
    assert [constraint_of(work) for work in works] == ["entry_balances"] * 4


def test_postgresql_takes_a_balanced_entry_in_one_statement(coop, budget):
    post(income(budget))
    with connection.cursor() as cursor:
        entry_id = raw_entry(cursor, coop.pk, ("bank", 5), ("vat", -5))
    assert Posting.objects.filter(entry_id=entry_id).count() == 2


def test_postgresql_refuses_an_empty_entry_between_full_ones(coop, budget):
    entry = post(income(budget))

    def one_of_two_without(cursor):
        ids = [entry.pk + 1_000, entry.pk + 1_001]
        cursor.execute(
            "WITH entries AS (INSERT INTO ledger_entry "
            "(id, coop_id, number, booked_on, event_on, source, document, text, digest, born_in, posting_count) "
            "SELECT id, %s, 900 + id, %s, %s, 'raw ' || id, '', '', '', 0, 2 FROM unnest(%s) AS id) "
            "INSERT INTO ledger_posting (coop_id, entry_id, account_id, layer, amount_cents, party) "
            "SELECT %s, %s, a.id, a.layer, t.cents, '' FROM (VALUES ('bank', 5), ('vat', -5)) AS t (code, cents) "
            "JOIN ledger_account a ON a.code = t.code",
            [coop.pk, JAN, JAN, ids, coop.pk, ids[0]],
        )

    assert constraint_of(one_of_two_without) == "entry_balances"


def test_postgresql_refuses_more_or_fewer_postings_than_the_entry_was_born_with(coop, budget):
    post(income(budget))

    def too_few(cursor):
        raw_entry(cursor, coop.pk, ("bank", 5), ("vat", -5), postings=3)

    def later(cursor):
        raw_postings(cursor, coop.pk, raw_entry(cursor, coop.pk, ("bank", 5), ("vat", -5)), ("bank", 777))

    def doubled(cursor):
        entry = raw_entry(cursor, coop.pk, ("bank", 5), ("vat", -5))
        raw_postings(cursor, coop.pk, entry, ("bank", 5), ("vat", -5))

    assert [constraint_of(work) for work in (too_few, later, doubled)] == ["posting_born_with_entry"] * 3


def test_no_check_of_the_ledger_asks_row_by_row(coop):
    """Nor joins postings to entries: a plan made while a table is young would then loop over all of it.

    What PostgreSQL believes about a new cooperative is wrong until its tables are analysed, so each check must cost
    one pass at most under any plan.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid IN ('ledger_entry'::regclass, 'ledger_posting'::regclass) "
            "AND NOT t.tgisinternal AND t.tgtype & 4 = 4"
        )
        on_insert = dict(cursor.fetchall())
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 1 = 1 AND tgtype & 4 = 4 "
            "AND tgrelid IN ('ledger_entry'::regclass, 'ledger_posting'::regclass)"
        )
        each_row = {name for (name,) in cursor.fetchall()}
    assert len(on_insert) == 4
    for name, source in on_insert.items():
        if name in each_row:
            assert "SELECT" not in source, name
        assert "JOIN ledger_posting" not in source, name
        assert "JOIN ledger_entry" not in source, name


def test_many_entries_are_checked_in_few_passes_whatever_the_plan(committing):
    """Also where the planner takes no index, as it does on a young table, and a session keeps that plan."""
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        holder = open_budget(name="Ada", on=JAN)
        post(income(holder))
    with coop_scope(cooperative.pk), connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        before = rows_read(cursor)
        post_all([income(holder, f"invoice:{number}:issue") for number in range(2, 202)])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        read = rows_read(cursor)
        assert Posting.objects.count() == 201 * 5
        whole_table = rows_read(cursor) - read
        assert 0 < read - before < 5 * whole_table, (read, whole_table)


def rows_read(cursor):
    """Rows that this transaction has read by scans of the whole table of postings."""
    cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_all_tables WHERE relname = 'ledger_posting'")
    return cursor.fetchone()[0]


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
        raw_entry(cursor, coop.pk, ("bank", 0), postings=1)

    def layer(cursor):
        raw_entry(cursor, coop.pk, ("bank", 5, None, 2), ("bank", -5, None, 2))

    def without_budget(cursor):
        raw_entry(cursor, coop.pk, ("free", 5), ("alloc", -5))

    def account_next_door(cursor):
        with coop_scope(make_cooperative().pk):
            open_books()
            foreign = dict(Account.objects.values_list("code", "id"))["bank"]
        entry_with(cursor, foreign)

    def no_account(cursor):
        entry_with(cursor, 0)

    def entry_with(cursor, account_id):
        cursor.execute(
            f"WITH entry AS ({ENTRY}) "
            "INSERT INTO ledger_posting (coop_id, entry_id, account_id, layer, amount_cents, party) "
            "SELECT %s, entry.id, %s, 1, t.cents, '' FROM entry, unnest(ARRAY[5, -5]) AS t (cents)",
            [coop.pk, JAN, JAN, "raw", 2, coop.pk, account_id],
        )

    works = (zero, layer, without_budget, account_next_door, no_account)
    assert [constraint_of(work) for work in works] == [
        "posting_not_zero",
        "posting_layer_of_account",
        "posting_names_budget",
        "posting_layer_of_account",
        "posting_layer_of_account",
    ]


def test_closed_months_take_nothing_and_late_events_go_to_the_first_open_one(coop, budget, cast):
    post(income(budget))
    period = close_period(month=JAN, by=cast.accountant, at=datetime(2026, 2, 5, tzinfo=UTC))
    assert len(period.chain) == 64
    late = post(income(budget, "invoice:2:issue"))
    assert (late.booked_on, late.event_on) == (date(2026, 2, 1), JAN)
    assert constraint_of(lambda cursor: raw_entry(cursor, coop.pk, ("bank", 5), ("vat", -5))) == "entry_in_open_period"
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


def limits(since=date(2026, 1, 16), **values):
    """Let the cooperative decide limits from a day on."""
    Policy.objects.create(**policy(since=since, decided_on=since, **values))
    read_anew(POLICIES)


def promise(budget, source, cents, *, on=JAN, months=1, **more):
    until = date(2026, 2 + months, 1)
    return commit(
        budget_id=budget.pk, source=source, monthly_cents=cents, since=date(2026, 2, 1), until=until, on=on, **more
    )


def test_salary_ahead_of_client_money_keeps_within_the_limit_of_all_members(coop, budget):
    other = open_budget(name="Bo", on=JAN)
    limits(advance_limit_cents=150_000)
    for one in (budget, other):
        set_cover(budget_id=one.pk, source=f"job:{one.pk}", cents=400_000, since=JAN)
    # The limit holds from the day that was decided for: the day before, the old and higher one does.
    promise(budget, "c:1", 100_000, on=JAN)
    with pytest.raises(BeyondAdvanceLimit, match=r"1\.500,00 EUR|1,500\.00 EUR"):
        promise(other, "c:2", 50_001, on=date(2026, 1, 16))
    assert not Commitment.objects.filter(source="c:2").exists()
    promise(other, "c:2", 50_000, on=date(2026, 1, 16))
    # Money in hand is nobody's advance.
    post(draft("money", JAN, "Paid", [debit(A.ALLOC, 70_000), credit(A.FREE, 70_000, budget_id=other.pk)]))
    promise(other, "c:3", 20_000, on=date(2026, 1, 16))
    assert ahead_cents(JAN) == 100_000
    promise(other, "c:4", 50_000, on=date(2026, 1, 16))
    with pytest.raises(BeyondAdvanceLimit):
        promise(other, "c:5", 1, on=date(2026, 1, 16))


def test_salary_ahead_of_client_money_keeps_within_the_limit_of_one_member(coop, budget):
    limits(advance_limit_member_cents=60_000)
    day = date(2026, 1, 16)
    set_cover(budget_id=budget.pk, source="job:1", cents=400_000, since=JAN)
    with pytest.raises(BeyondAdvanceLimit, match="600"):
        promise(budget, "c:1", 20_001, months=3, on=day)
    promise(budget, "c:1", 20_000, months=3, on=day)


def test_a_lower_salary_is_agreed_even_where_the_limit_is_passed_already(coop, budget):
    set_cover(budget_id=budget.pk, source="job:1", cents=400_000, since=JAN)
    promise(budget, "c:1", 100_000, months=3)
    limits(advance_limit_member_cents=1, advance_limit_cents=1)
    lower = {"budget_id": budget.pk, "since": date(2026, 3, 1), "until": date(2026, 5, 1), "on": date(2026, 1, 16)}
    with pytest.raises(BeyondAdvanceLimit):
        commit(source="c:2", monthly_cents=100_001, replaces="c:1", **lower)
    commit(source="c:2", monthly_cents=90_000, replaces="c:1", **lower)


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
