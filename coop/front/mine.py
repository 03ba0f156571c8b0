"""What a member wants to know first: what is mine, promised and at risk; when the next pay comes; why it is so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from coop.errors import StetigError
from coop.ledger.actions import month_of, next_month
from coop.ledger.models import Commitment
from coop.ledger.queries import BudgetFigures, Movement, figures_of
from coop.tenancy.queries import policy_on
from invoicing.models import Invoice, InvoicePayment, Job
from invoicing.queries import JobRow, job_rows
from invoicing.states import InvoiceState, JobState
from members.models import Person
from payroll.drafts import draft_payslips
from payroll.models import Payslip
from payroll.pay_days import pay_day
from payroll.states import PayslipState

OPEN_JOBS = (
    JobState.DRAFT,
    JobState.SUBMITTED,
    JobState.RETURNED,
    JobState.ACCEPTED,
    JobState.CONFIRMED,
    JobState.INVOICED,
)
JOBS_SHOWN = 8
PAYSLIPS_SHOWN = 3
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget as its owner sees it; cents."""

    figures: BudgetFigures
    promised_cents: int
    """Guaranteed by the cooperative, invoiced or not, and not yet paid."""
    at_risk_cents: int
    """Invoiced without a guarantee and not yet paid: counts when the client pays."""
    overdue: int
    """How many invoices should have been paid by now."""
    safe_until: date | None
    """The last month whose agreed salary money and guarantee bear; None without an agreed salary."""
    borne: bool
    """Whether they bear it until it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPay:
    """The next salary as the law of that month gives it today; cents. `problem`: why it cannot be computed yet."""

    month: date
    on: date | None
    gross_cents: int
    net_cents: int | None
    cost_cents: int | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayslipRow:
    """A paid month; cents."""

    id: int
    month: date
    gross_cents: int
    net_cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEnd:
    """A budget at the end of a month; cents."""

    month: date
    free_cents: int
    pending_cents: int


def standing_of(budget_id: int, on: date) -> Standing:
    """What is mine, promised and at risk, in five statements."""
    figures = figures_of(budget_id, on)
    freed = (
        InvoicePayment.objects.filter(invoice=OuterRef("pk"), undone=False)
        .order_by()
        .values("invoice")
        .annotate(total=Sum("free_cents"))
        .values("total")
    )
    at_risk = overdue = 0
    waiting = Invoice.objects.filter(budget_id=budget_id, state=InvoiceState.ISSUED).values_list(
        "due_on",
        "job__guaranteed",
        F("net_cents") - F("fee_cents") - Coalesce(Subquery(freed), 0),
    )
    for due_on, guaranteed, open_share in waiting:
        overdue += due_on < on
        at_risk += 0 if guaranteed else open_share
    safe_until, borne = _safe_until(budget_id, figures)
    return Standing(
        figures=figures,
        promised_cents=figures.cover_cents,
        at_risk_cents=at_risk,
        overdue=overdue,
        safe_until=safe_until,
        borne=borne,
    )


def _safe_until(budget_id: int, figures: BudgetFigures) -> tuple[date | None, bool]:
    """The last month that money and cover bear of all promised ones, taken month by month."""
    promises = list(Commitment.objects.filter(budget_id=budget_id))
    left = figures.free_cents + figures.cover_cents
    months: dict[date, int] = {}
    for promise in promises:
        month = max(promise.since, promise.settled_until)
        while month < promise.until:
            months[month] = months.get(month, 0) + promise.monthly_cents
            month = next_month(month)
    last = None
    for month in sorted(months):
        left -= months[month]
        if left < 0:
            return last or month, False
        last = month
    return last, True


def next_pay(person: Person, on: date) -> NextPay | None:
    """The next salary of a person, computed as the run will compute it; None where none is agreed."""
    month = month_of(on)
    if Payslip.objects.filter(person=person, month=month, state=PayslipState.POSTED).exists():
        month = next_month(month)
    try:
        slip = next(iter(draft_payslips(month, [person.pk])), None)
    except StetigError as error:
        # A month whose law is not confirmed yet, say: the page says so and gives no figure.
        return NextPay(month=month, on=None, gross_cents=0, net_cents=None, cost_cents=None, problem=str(error))
    if slip is None:
        return None
    failed = slip.state == PayslipState.FAILED
    return NextPay(
        month=month,
        on=pay_day(month, policy_on(month).pay_day),
        gross_cents=slip.gross_cents,
        net_cents=None if failed else slip.net_cents,
        cost_cents=None if failed else slip.cost_cents,
        problem=slip.problem,
    )


def open_jobs(person: Person) -> list[JobRow]:
    """The jobs that are not paid yet, newest first."""
    jobs = Job.objects.filter(owner_id=person.user_id, state__in=OPEN_JOBS)
    reader: Any = person.user
    return [JobRow(**row) for row in job_rows(jobs, reader)[:JOBS_SHOWN]]


def latest_payslips(person: Person) -> list[PayslipRow]:
    """The last paid months."""
    slips = Payslip.objects.filter(person=person, state=PayslipState.POSTED).order_by("-month", "-id")
    rows = slips.values("id", "month", "gross_cents", "net_cents", "cost_cents")[:PAYSLIPS_SHOWN]
    return [PayslipRow(**row) for row in rows]


def month_ends(movements: Sequence[Movement], on: date) -> list[MonthEnd]:
    """The balance at the end of each of the last months, out of a statement (oldest first), by when it was booked."""
    if not movements:
        return []
    first = month_of(min(movement.booked_on for movement in movements))
    wanted = [month_of(on)]
    while len(wanted) < MONTHS_SHOWN and wanted[0] > first:
        wanted.insert(0, _month_before(wanted[0]))
    free = pending = 0
    by_month: dict[date, list[int]] = {}
    for movement in movements:
        moved = by_month.setdefault(month_of(movement.booked_on), [0, 0])
        moved[0] += movement.free_cents
        moved[1] += movement.pending_cents
    ends = []
    for month in sorted({*by_month, *wanted}):
        moved = by_month.get(month, [0, 0])
        free, pending = free + moved[0], pending + moved[1]
        if month in wanted:
            ends.append(MonthEnd(month=month, free_cents=free, pending_cents=pending))
    return ends


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
