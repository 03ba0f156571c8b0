"""Reads over the ledger: balances, statements of budgets, what is available."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, F, Sum, Value, When
from django.db.models.functions import Coalesce

from coop.ledger.chart import AccountCode
from coop.ledger.models import Posting
from coop.tenancy.queries import policy_on
from coop.tenancy.scope import current_coop_id


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetFigures:
    """What stands behind a budget, in cents, credit balances positive."""

    budget_id: int
    free_cents: int = 0
    """Money that has arrived and is not spent; below zero it was advanced by the cooperative."""
    pending_cents: int = 0
    """Invoiced and not yet paid."""
    cover_cents: int = 0
    """What the guarantee adds for confirmed and invoiced work that is not yet paid."""
    committed_cents: int = 0
    """Salary promised and not yet paid out."""

    @property
    def available_cents(self) -> int:
        """What a new salary promise may use."""
        return self.free_cents + self.cover_cents - self.committed_cents

    @property
    def ahead_cents(self) -> int:
        """What the cooperative would have advanced once all that is promised is paid and no client has paid more."""
        return max(0, self.committed_cents - self.free_cents)

    @property
    def available_for_expenses_cents(self) -> int:
        """What expenses may use: money only, no cover."""
        return self.free_cents - self.committed_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTotals:
    """What stands behind all budgets together, in cents."""

    free_cents: int
    """What budgets hold that are above zero."""
    advanced_cents: int
    """What budgets below zero have been advanced."""
    pending_cents: int
    cover_cents: int
    committed_cents: int
    ahead_cents: int
    """As `BudgetFigures.ahead_cents`, budget by budget."""
    short: int
    """How many budgets do not bear what they promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedLimit:
    """A limit of salary paid ahead of client money, and what would stand against it. Cents."""

    ahead_cents: int
    limit_cents: int
    of_all: bool
    """Whether it is the limit of all members together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of a budget's statement; amounts in cents, additions positive."""

    number: int
    booked_on: date
    event_on: date
    text: str
    document: str
    source: str
    free_cents: int
    pending_cents: int
    free_balance_cents: int


def account_balance(code: AccountCode, *, party: str | None = None, until: date | None = None) -> int:
    """The balance of an account in cents, debit positive; of one party, and until a day (inclusive), where given."""
    postings = Posting.objects.filter(account__code=code)
    if party is not None:
        postings = postings.filter(party=party)
    if until is not None:
        postings = postings.filter(entry__booked_on__lte=until)
    return int(postings.aggregate(total=Coalesce(Sum("amount_cents"), 0))["total"])


def account_balances(*, until: date | None = None, since: date | None = None) -> dict[AccountCode, int]:
    """The balances of all accounts in cents, debit positive, over the days from `since` until `until` inclusive."""
    postings = Posting.objects.all()
    if until is not None:
        postings = postings.filter(entry__booked_on__lte=until)
    if since is not None:
        postings = postings.filter(entry__booked_on__gte=since)
    rows = postings.values("account__code").annotate(total=Sum("amount_cents")).values_list("account__code", "total")
    return {AccountCode(code): int(total) for code, total in rows}


def party_balances(code: AccountCode, parties: Collection[str] | None = None) -> dict[str, int]:
    """The open items of an account, of all or some parties: party to cents, debit positive, zeros left out."""
    postings = Posting.objects.filter(account__code=code)
    if parties is not None:
        postings = postings.filter(party__among=parties)
    rows = postings.values("party").annotate(total=Sum("amount_cents"))
    return {row["party"]: int(row["total"]) for row in rows if row["total"]}


def budget_figures(on: date, budget_ids: Iterable[int] | None = None) -> dict[int, BudgetFigures]:
    """Figures of many budgets (default: all that have any) in one statement, whatever their number."""
    wanted = None if budget_ids is None else list(budget_ids)
    rows = _read(f"SELECT {_FIGURES} FROM {_BUDGETS}", on, wanted)  # noqa: S608 (names from this module)
    result = {row[0]: _figures(row) for row in rows}
    for budget_id in wanted or ():
        result.setdefault(budget_id, BudgetFigures(budget_id=budget_id))
    return result


def short_budgets(on: date, most: int) -> tuple[int, list[BudgetFigures]]:
    """How many budgets do not bear what they promise, and the figures of the shortest ones, at most so many."""
    rows = _read(
        f"SELECT {_FIGURES}, count(*) OVER () FROM {_BUDGETS} "  # noqa: S608 (names from this module)
        "WHERE free + cover - committed < 0 ORDER BY free + cover - committed, budget_id LIMIT %(most)s",
        on,
        most=most,
    )
    return (rows[0][-1] if rows else 0), [_figures(row) for row in rows]


def budget_totals(on: date) -> BudgetTotals:
    """The figures of all budgets added up, in one statement."""
    ((free, advanced, pending, cover, committed, ahead, short),) = _read(
        "SELECT coalesce(sum(free) FILTER (WHERE free > 0), 0)::bigint, "  # noqa: S608 (names from this module)
        "coalesce(-sum(free) FILTER (WHERE free < 0), 0)::bigint, coalesce(sum(pending), 0)::bigint, "
        "coalesce(sum(cover), 0)::bigint, coalesce(sum(committed), 0)::bigint, "
        "coalesce(sum(greatest(committed - free, 0)), 0)::bigint, "
        f"count(*) FILTER (WHERE free + cover - committed < 0) FROM {_BUDGETS}",
        on,
    )
    return BudgetTotals(
        free_cents=free,
        advanced_cents=advanced,
        pending_cents=pending,
        cover_cents=cover,
        committed_cents=committed,
        ahead_cents=ahead,
        short=short,
    )


# Per budget what `BudgetFigures` holds; what is promised is counted as `Commitment.outstanding_cents` does.
_BUDGETS = """(
    SELECT budget_id, sum(free)::bigint AS free, sum(pending)::bigint AS pending, sum(cover)::bigint AS cover,
        sum(committed)::bigint AS committed
    FROM (
        SELECT p.budget_id, CASE WHEN a.code = %(free)s THEN -p.amount_cents ELSE 0 END AS free,
            CASE WHEN a.code = %(pending)s THEN -p.amount_cents ELSE 0 END AS pending, 0 AS cover, 0 AS committed
        FROM ledger_posting p JOIN ledger_account a ON a.coop_id = p.coop_id AND a.id = p.account_id
            -- The only ones that name budgets; said here, so that no plan looks up the budgets for each other account.
            AND a.code IN (%(free)s, %(pending)s)
        WHERE p.coop_id = %(coop)s AND p.budget_id IS NOT NULL AND (%(all)s OR p.budget_id = ANY(%(ids)s))
        UNION ALL
        SELECT budget_id, 0, 0, cents, 0 FROM ledger_cover
        WHERE coop_id = %(coop)s AND since <= %(on)s AND (until IS NULL OR until > %(on)s)
            AND (%(all)s OR budget_id = ANY(%(ids)s))
        UNION ALL
        SELECT budget_id, 0, 0, 0, monthly_cents * greatest(0,
            (extract(year FROM until)::int - extract(year FROM greatest(since, settled_until))::int) * 12
            + extract(month FROM until)::int - extract(month FROM greatest(since, settled_until))::int)
        FROM ledger_commitment WHERE coop_id = %(coop)s AND (%(all)s OR budget_id = ANY(%(ids)s))
    ) AS parts GROUP BY budget_id
) AS budgets"""
_FIGURES = "budget_id, free, pending, cover, committed"


def _read(statement: str, on: date, budget_ids: list[int] | None = None, **more: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "coop": current_coop_id(),
                "on": on,
                "free": AccountCode.FREE.value,
                "pending": AccountCode.PENDING.value,
                "all": budget_ids is None,
                "ids": budget_ids or [],
                **more,
            },
        )
        return list(cursor.fetchall())


def _figures(row: tuple[Any, ...]) -> BudgetFigures:
    budget_id, free, pending, cover, committed = row[:5]
    return BudgetFigures(
        budget_id=budget_id,
        free_cents=free,
        pending_cents=pending,
        cover_cents=cover,
        committed_cents=committed,
    )


def figures_of(budget_id: int, on: date) -> BudgetFigures:
    """The figures of one budget."""
    return budget_figures(on, [budget_id])[budget_id]


def available_cents(budget_id: int, on: date) -> int:
    """Balance + cover − commitments of one budget: what a new salary promise may use."""
    return figures_of(budget_id, on).available_cents


def ahead_cents(on: date) -> int:
    """What the cooperative would have advanced to all budgets together, as `BudgetFigures.ahead_cents` counts it."""
    return budget_totals(on).ahead_cents


def passed_limit(figures: BudgetFigures, on: date) -> PassedLimit | None:
    """The limit of the day that is passed where one budget comes to stand at `figures` and all others stay as they are.

    Raises: NoPolicy.
    """
    policy = policy_on(on)
    limit = policy.advance_limit_member_cents
    if limit is not None and figures.ahead_cents > limit:
        return PassedLimit(ahead_cents=figures.ahead_cents, limit_cents=limit, of_all=False)
    of_others = ahead_cents(on) - figures_of(figures.budget_id, on).ahead_cents
    if of_others + figures.ahead_cents > policy.advance_limit_cents:
        return PassedLimit(
            ahead_cents=of_others + figures.ahead_cents, limit_cents=policy.advance_limit_cents, of_all=True
        )
    return None


def budget_statement(budget_id: int) -> list[Movement]:
    """Every movement of a budget, oldest first, with its running balance."""
    rows: Any = (
        Posting.objects.filter(budget_id=budget_id)
        .values(
            number=F("entry__number"),
            booked_on=F("entry__booked_on"),
            event_on=F("entry__event_on"),
            text=F("entry__text"),
            document=F("entry__document"),
            source=F("entry__source"),
        )
        .annotate(free=_sum_of(AccountCode.FREE), pending=_sum_of(AccountCode.PENDING))
        .order_by("number")
    )
    movements, balance = [], 0
    for row in rows:
        free, pending = -row.pop("free"), -row.pop("pending")
        balance += free
        movements.append(Movement(**row, free_cents=free, pending_cents=pending, free_balance_cents=balance))
    return movements


def _sum_of(code: AccountCode) -> Any:
    return Sum(Case(When(account__code=code, then=F("amount_cents")), default=Value(0)))
