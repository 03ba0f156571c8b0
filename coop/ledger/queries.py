"""Reads over the ledger: balances, statements of budgets, what is available."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from coop.ledger.chart import AccountCode
from coop.ledger.models import Commitment, Cover, Posting


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
        postings = postings.filter(party__in=parties)
    rows = postings.values("party").annotate(total=Sum("amount_cents"))
    return {row["party"]: int(row["total"]) for row in rows if row["total"]}


def budget_figures(on: date, budget_ids: Iterable[int] | None = None) -> dict[int, BudgetFigures]:
    """Figures of many budgets (default: all that have any) in three statements, whatever their number."""
    only = Q() if budget_ids is None else Q(budget_id__in=list(budget_ids))
    figures: dict[int, dict[str, int]] = {}
    columns = {AccountCode.FREE: "free_cents", AccountCode.PENDING: "pending_cents"}
    moved = Posting.objects.filter(only, budget__isnull=False).values_list("budget_id", "account__code")
    for budget_id, code, total in moved.annotate(total=Sum("amount_cents")):
        figures.setdefault(budget_id, {})[columns[AccountCode(code)]] = -int(total)
    for budget_id, total in _covers(only, on).values_list("budget_id").annotate(total=Sum("cents")):
        figures.setdefault(budget_id, {})["cover_cents"] = int(total)
    for promise in Commitment.objects.filter(only):
        row = figures.setdefault(promise.budget_id, {})
        row["committed_cents"] = row.get("committed_cents", 0) + promise.outstanding_cents()
    result = {budget_id: BudgetFigures(budget_id=budget_id, **row) for budget_id, row in figures.items()}
    for budget_id in budget_ids or ():
        result.setdefault(budget_id, BudgetFigures(budget_id=budget_id))
    return result


def figures_of(budget_id: int, on: date) -> BudgetFigures:
    """The figures of one budget."""
    return budget_figures(on, [budget_id])[budget_id]


def available_cents(budget_id: int, on: date) -> int:
    """Balance + cover − commitments of one budget: what a new salary promise may use."""
    return figures_of(budget_id, on).available_cents


def ahead_cents(on: date) -> int:
    """What the cooperative would have advanced to all budgets together, as `BudgetFigures.ahead_cents` counts it."""
    return sum(one.ahead_cents for one in budget_figures(on).values())


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


def _covers(only: Q, on: date) -> Any:
    return Cover.objects.filter(only, Q(until__isnull=True) | Q(until__gt=on), since__lte=on)
