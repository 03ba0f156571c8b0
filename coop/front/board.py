"""The cooperative on one page: set-based reads, the same number of statements for ten members and for thousands."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from coop.banking.models import Claim
from coop.banking.states import ClaimState
from coop.ledger.actions import month_of, next_month
from coop.ledger.chart import AccountCode
from coop.ledger.models import Posting
from coop.ledger.queries import account_balance, budget_totals
from coop.tenancy.queries import policy_on
from invoicing.actions.invoices import CLAIM_KIND
from invoicing.queries import earned_by_month
from members.models import Person
from members.states import PersonState
from payroll.models import EmploymentContract

MONTHS = 12
REVENUES = (AccountCode.REVENUE, AccountCode.REVENUE_EU, AccountCode.REVENUE_THIRD_COUNTRY)
AGES = (0, 30, 60, 90)
"""Where the classes of arrears end, in days after the due day; what is older is the last class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """What a month brought; cents. Invoiced by issue, earned by the clients' payments."""

    month: date
    invoiced_cents: int
    earned_cents: int
    fee_invoiced_cents: int
    fee_earned_cents: int
    shortfall_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The cooperative today; cents."""

    members: int
    applicants: int
    employed: int
    months: tuple[MonthFigures, ...]
    arrears: tuple[int, ...]
    """Open amounts: not yet due, then by age as `AGES` divides it."""
    overdue_count: int
    free_cents: int
    """What budgets hold that are above zero."""
    advanced_cents: int
    """What budgets below zero have been advanced already."""
    ahead_cents: int
    """What will have been advanced once all that is promised is paid: what `advance_limit_cents` limits."""
    advance_limit_cents: int
    pending_cents: int
    cover_cents: int
    committed_cents: int
    shortfall_cents: int
    short_budgets: int
    """How many budgets do not bear what they promise."""

    @property
    def open_cents(self) -> int:
        """What clients owe."""
        return sum(self.arrears)

    @property
    def overdue_cents(self) -> int:
        """What clients owe beyond its due day."""
        return sum(self.arrears[1:])


def board_of(on: date) -> Board:
    """Everything the board's page shows, as of a day."""
    people = Person.objects.aggregate(
        members=Count("id", filter=Q(state=PersonState.ADMITTED)),
        applicants=Count("id", filter=Q(state=PersonState.APPLIED)),
    )
    month = month_of(on)
    employed = EmploymentContract.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=month), starts_on__lt=next_month(month)
    ).aggregate(n=Count("person_id", distinct=True))
    budgets = budget_totals(on)
    arrears, overdue_count = _arrears(on)
    return Board(
        members=people["members"],
        applicants=people["applicants"],
        employed=employed["n"],
        months=tuple(_months(on)),
        arrears=arrears,
        overdue_count=overdue_count,
        free_cents=budgets.free_cents,
        advanced_cents=budgets.advanced_cents,
        ahead_cents=budgets.ahead_cents,
        advance_limit_cents=policy_on(on).advance_limit_cents,
        pending_cents=budgets.pending_cents,
        cover_cents=budgets.cover_cents,
        committed_cents=budgets.committed_cents,
        shortfall_cents=account_balance(AccountCode.SHORTFALL),
        short_budgets=budgets.short,
    )


def _months(on: date) -> list[MonthFigures]:
    """The last months, this one included, from the ledger and from what clients paid."""
    months = [month_of(on)]
    while len(months) < MONTHS:
        months.insert(0, month_of(months[0] - timedelta(days=1)))
    booked: dict[tuple[date, str], int] = {}
    rows = (
        Posting.objects.filter(
            account__code__in=[*REVENUES, AccountCode.FEE, AccountCode.SHORTFALL],
            entry__booked_on__gte=months[0],
            entry__booked_on__lt=next_month(months[-1]),
        )
        .annotate(month=TruncMonth("entry__booked_on"))
        .values_list("month", "account__code")
        .annotate(total=Sum("amount_cents"))
        .order_by()
    )
    for month, code, total in rows:
        booked[month, code] = int(total)
    earned = earned_by_month(months[0])
    result = []
    for month in months:
        free, fee = earned.get(month, (0, 0))
        result.append(
            MonthFigures(
                month=month,
                invoiced_cents=-sum(booked.get((month, code), 0) for code in REVENUES),
                earned_cents=free + fee,
                fee_invoiced_cents=-booked.get((month, AccountCode.FEE), 0),
                fee_earned_cents=fee,
                shortfall_cents=booked.get((month, AccountCode.SHORTFALL), 0),
            )
        )
    return result


def _arrears(on: date) -> tuple[tuple[int, ...], int]:
    """Open cents of invoices by age, and how many are overdue."""
    edges = [on - timedelta(days=days) for days in AGES]
    classes = [Q(due_on__gte=edges[0])]
    classes += [Q(due_on__lt=newer, due_on__gte=older) for newer, older in pairwise(edges)]
    classes.append(Q(due_on__lt=edges[-1]))
    sums = {f"age_{place}": Sum("open_cents", filter=one) for place, one in enumerate(classes)}
    row = Claim.objects.filter(kind=CLAIM_KIND, state__in=[ClaimState.OPEN, ClaimState.PART]).aggregate(
        **sums, overdue=Count("id", filter=Q(due_on__lt=on))
    )
    return tuple(int(row[f"age_{place}"] or 0) for place in range(len(classes))), row["overdue"]
