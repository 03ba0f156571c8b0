"""What is known of a member's money: the budget, what came month by month, what is on its way, what is promised."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import TruncMonth

from coop.errors import NotFound
from coop.ledger.actions import month_of
from coop.ledger.chart import AccountCode
from coop.ledger.models import Commitment, Posting
from coop.ledger.queries import figures_of
from coop.money import share_of
from coop.planning.expectations import expected_by_budget, judged_jobs, months_of_expectation
from coop.planning.models import Expectation
from coop.planning.months import ahead, later
from coop.planning.queries import running_contract
from coop.planning.states import UNCERTAIN, ExpectationKind
from coop.tenancy.models import Policy
from coop.tenancy.queries import policy_on
from invoicing.models import Invoice, InvoicePayment, Job
from invoicing.states import InvoiceState, JobState
from members.models import Person
from payroll.models import EmploymentContract
from payroll.timekeeping.models import Absence
from payroll.timekeeping.states import AbsenceCause, AbsenceState

SALARY = "payslip:"
"""How the sources of salaries begin in the ledger; every other movement of a budget is income, or an expense."""
LONG_OVERDUE_DAYS = 90
"""An invoice open so long after its due day counts as unpaid when a client's reliability is judged."""
_AHEAD = (JobState.DRAFT, JobState.SUBMITTED, JobState.RETURNED, JobState.ACCEPTED, JobState.CONFIRMED)
_WITHOUT_PAY = (AbsenceCause.UNPAID, AbsenceCause.PARENTAL)
_DONE = (JobState.INVOICED, JobState.PAID)


class ItemKind(StrEnum):
    """Where expected money comes from."""

    INVOICE = "invoice"
    JOB = "job"
    EXPECTED = "expected"
    """Work that the member expects, without a document yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Money after fee that is on its way. Cents."""

    kind: ItemKind
    id: int
    title: str
    client: str
    client_id: int
    cents: int
    due_on: date
    """When it is due; of a job that is not invoiced yet, when it would be."""
    expected_on: date
    """When it will probably come, as this client pays."""
    probability: Decimal
    guaranteed: bool
    """Whether the cooperative bears the loss; it counts for pay before it has come."""

    @property
    def key(self) -> str:
        """Its name on the page: invoice:5, job:7."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfBudget:
    """What a budget saw in a month by the days when it truly happened; cents. Income less what was paid is the change."""

    month: date
    income_cents: int = 0
    salary_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a member's plan is computed from, as it stood on one day. Cents."""

    person_id: int
    on: date
    month: date
    """The month of that day: the first of the forecast."""
    budget_cents: int
    months: tuple[MonthOfBudget, ...]
    """Whole months that lie behind, oldest first, from the first income on."""
    rhythm: Mapping[date, int]
    """Income by the month in which it was expected; that of this month and later ones is in the budget already."""
    items: tuple[Item, ...]
    promised: Mapping[date, int]
    """The full cost of salaries promised and not yet paid, by month."""
    contract: EmploymentContract | None
    advance_limit_cents: int | None
    """How far pay may run ahead of clients' money for one member."""
    recommended_net_cents: int | None
    fee_rate: Decimal
    expenses: Mapping[date, int] = field(default_factory=dict)
    """What the member expects to spend beyond what is usual, by month, as far as it is likely."""
    away: frozenset[date] = frozenset()
    """Months without pay: unpaid and parental leave that is confirmed and takes the whole month."""

    @property
    def history(self) -> tuple[int, ...]:
        """Income month by month, oldest first, in the rhythm of the work."""
        return history_of(self.rhythm, self.month)

    @property
    def arrived(self) -> dict[date, int]:
        """What of the budget belongs to this month or a later one."""
        return arrived_of(self.rhythm, self.month)

    @property
    def average_cents(self) -> int | None:
        """The mean monthly income of the last twelve months, the rule of thumb; None without a whole month."""
        last = self.history[-12:]
        return sum(last) // len(last) if last else None


def history_of(rhythm: Mapping[date, int], month: date) -> tuple[int, ...]:
    """Whole months before `month` from the first income on; one that gave back more than it brought counts as empty."""
    first = min((each for each, cents in rhythm.items() if cents > 0 and each < month), default=month)
    return tuple(max(0, rhythm.get(later(first, count), 0)) for count in range(ahead(first, month)))


def arrived_of(rhythm: Mapping[date, int], month: date) -> dict[date, int]:
    """What came for `month` and later ones already."""
    return {each: cents for each, cents in rhythm.items() if each >= month and cents > 0}


def known_of(person: Person, on: date) -> Known:
    """What is known on a day, in a constant number of statements. Raises: NotFound, NoPolicy."""
    if person.budget_id is None:
        raise NotFound
    month = month_of(on)
    policy = policy_on(on)
    budget_ids = [person.budget_id]
    seen, habits = months_of(budget_ids), habits_on(on)
    items = items_of(budget_ids, policy, habits, on)
    expected = expected_by_budget(budget_ids, month)[person.budget_id]
    away = away_months(person.pk, month)
    promised = promises_of(budget_ids, month)[person.budget_id]
    return Known(
        person_id=person.pk,
        on=on,
        month=month,
        budget_cents=figures_of(person.budget_id, on).free_cents,
        months=whole_months(seen[person.budget_id], month),
        rhythm=rhythm_of(seen, items, habits, month)[person.budget_id],
        items=tuple(items[person.budget_id]),
        promised={each: 0 if each in away else cents for each, cents in promised.items()},
        contract=running_contract(person.pk, on),
        advance_limit_cents=policy.advance_limit_member_cents,
        recommended_net_cents=policy.recommended_net_cents,
        fee_rate=policy.fee_rate,
        expenses=_expenses(expected, month),
        away=away,
    )


def away_months(person_id: int, month: date) -> frozenset[date]:
    """Months from `month` on that confirmed leave without pay takes as a whole; one statement."""
    rows = Absence.objects.filter(
        person_id=person_id, state=AbsenceState.CONFIRMED, cause__in=_WITHOUT_PAY, ends_on__gt=month
    ).values_list("starts_on", "ends_on")
    found = set()
    for starts_on, ends_on in rows:
        each = max(month, starts_on if starts_on.day == 1 else later(month_of(starts_on), 1))
        while later(each, 1) <= ends_on:
            found.add(each)
            each = later(each, 1)
    return frozenset(found)


def _expenses(expected: Iterable[Expectation], month: date) -> dict[date, int]:
    spent: Counter[date] = Counter()
    for row in expected:
        if row.kind == ExpectationKind.EXPENSE:
            for each in months_of_expectation(row, month):
                spent[each] += round(row.cents * row.probability)
    return dict(spent)


def _work(row: Expectation, policy: Policy, month: date) -> Iterator[Item]:
    """Work that a member expects, month by month, after the fee; money comes when an invoice of the month is due."""
    for each in months_of_expectation(row, month):
        due_on = later(each, 1) + timedelta(days=policy.payment_terms_days)
        yield Item(
            kind=ItemKind.EXPECTED,
            id=row.pk,
            title=row.title,
            client="",
            client_id=0,
            cents=row.cents - share_of(row.cents, policy.fee_rate),
            due_on=due_on,
            expected_on=due_on,
            probability=row.probability,
            guaranteed=False,
        )


def months_of(budget_ids: Collection[int]) -> dict[int, list[MonthOfBudget]]:
    """Every month in which something moved in free money, oldest first, by budget; one statement."""
    is_salary = Q(entry__source__startswith=SALARY)
    rows: Any = (
        Posting.objects.filter(budget_id__in=budget_ids, account__code=AccountCode.FREE)
        .values("budget_id", month=TruncMonth("entry__event_on"))
        .annotate(
            income=Sum(Case(When(is_salary, then=Value(0)), default=-F("amount_cents"), output_field=IntegerField())),
            salary=Sum(Case(When(is_salary, then=F("amount_cents")), default=Value(0), output_field=IntegerField())),
        )
        .order_by("budget_id", "month")
    )
    found: dict[int, list[MonthOfBudget]] = {budget_id: [] for budget_id in budget_ids}
    for row in rows:
        found[row["budget_id"]].append(
            MonthOfBudget(month=row["month"], income_cents=int(row["income"]), salary_cents=int(row["salary"]))
        )
    return found


def whole_months(seen: list[MonthOfBudget], month: date) -> tuple[MonthOfBudget, ...]:
    """All months before `month` from the first income on, those without movement too."""
    by_month = {one.month: one for one in seen if one.month < month}
    first = min((one.month for one in by_month.values() if one.income_cents > 0), default=None)
    if first is None:
        return ()
    every = [later(first, count) for count in range(ahead(first, month))]
    return tuple(by_month.get(each, MonthOfBudget(month=each)) for each in every)


def promises_of(budget_ids: Collection[int], month: date) -> dict[int, dict[date, int]]:
    """The cost of promised salaries by budget and month, from `month` on; arrears count in `month`. One statement."""
    promised: dict[int, dict[date, int]] = {budget_id: {} for budget_id in budget_ids}
    for promise in Commitment.objects.filter(budget_id__in=budget_ids):
        due = max(promise.since, promise.settled_until)
        costs = promised[promise.budget_id]
        while due < promise.until:
            when = max(due, month)
            costs[when] = costs.get(when, 0) + promise.monthly_cents
            due = later(due, 1)
    return promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How clients pay, by client and over all: mean days after the due day, and how many invoices were judged and paid."""

    days: Mapping[int, int]
    paid: Mapping[int, int]
    judged: Mapping[int, int]
    all_days: int
    all_paid: int
    all_judged: int

    def delay(self, client_id: int) -> timedelta:
        """How long after the due day this client's money comes, by its own invoices or else by all."""
        return timedelta(days=max(0, self.days.get(client_id, self.all_days)))

    def chance(self, client_id: int) -> Decimal:
        """The chance that an invoice of this client is paid: its own record, beside two of the average client."""
        everyone = Decimal(self.all_paid + 1) / (self.all_judged + 2)  # the rule of succession
        paid, judged = self.paid.get(client_id, 0), self.judged.get(client_id, 0)
        return ((paid + 2 * everyone) / (judged + 2)).quantize(Decimal("0.01"))


def rhythm_of(
    seen: Mapping[int, list[MonthOfBudget]], items: Mapping[int, list[Item]], habits: Habits, month: date
) -> dict[int, dict[date, int]]:
    """Income by budget and by the month in which it was expected; one statement.

    Two payments in one month and none in the next are no unsteady work when one client was a week late: a payment
    belongs to the month in which this client's money was expected, and an invoice that is overdue to its own as well,
    by its chance. What else comes in or is given back belongs to the month in which it happened.
    """
    rhythm: dict[int, Counter[date]] = {
        budget_id: Counter({one.month: one.income_cents for one in months}) for budget_id, months in seen.items()
    }
    payments: Any = (
        InvoicePayment.objects.filter(invoice__budget_id__in=seen, undone=False)
        .values("invoice__budget_id", "invoice__client_id", "invoice__due_on", came=TruncMonth("on"))
        .annotate(cents=Sum("free_cents"))
        .order_by()
    )
    for row in payments:
        expected = row["invoice__due_on"] + habits.delay(row["invoice__client_id"])
        of_budget = rhythm[row["invoice__budget_id"]]
        of_budget[row["came"]] -= row["cents"]
        of_budget[month_of(expected)] += row["cents"]
    for budget_id, of_budget in rhythm.items():
        for item in items[budget_id]:
            expected = month_of(item.due_on + habits.delay(item.client_id))
            if item.kind == ItemKind.INVOICE and expected < month:
                of_budget[expected] += round(item.cents * item.probability)
    return {budget_id: dict(of_budget) for budget_id, of_budget in rhythm.items()}


def items_of(budget_ids: Collection[int], policy: Policy, habits: Habits, on: date) -> dict[int, list[Item]]:
    """Money on its way by budget, soonest first, in five statements."""
    judged = judged_jobs(budget_ids)
    sure, likely = _chances_of_jobs()
    items: dict[int, list[Item]] = {budget_id: [] for budget_id in budget_ids}
    for row in _open_invoices(budget_ids):
        due_on = row["due_on"]
        items[row["budget_id"]].append(
            Item(
                kind=ItemKind.INVOICE,
                id=row["id"],
                title=row["number"],
                client=row["buyer_name"],
                client_id=row["client_id"],
                cents=row["net_cents"] - row["fee_cents"] - (row["freed"] or 0),
                due_on=due_on,
                expected_on=_not_past(due_on + habits.delay(row["client_id"]), on),
                probability=Decimal(1) if row["job__guaranteed"] else habits.chance(row["client_id"]),
                guaranteed=row["job__guaranteed"],
            )
        )
    jobs = Job.objects.filter(budget_id__in=budget_ids, state__in=_AHEAD).select_related("client")
    for job in jobs:
        due_on = max(job.service_until, on) + timedelta(days=policy.payment_terms_days)
        chance = judged.get(job.pk, likely) if job.state in UNCERTAIN else sure
        items[job.budget_id].append(
            Item(
                kind=ItemKind.JOB,
                id=job.pk,
                title=job.title,
                client=job.client.name,
                client_id=job.client_id,
                cents=job.left_cents - share_of(job.left_cents, policy.fee_rate),
                due_on=due_on,
                expected_on=due_on + habits.delay(job.client_id),
                probability=Decimal(1)
                if job.guaranteed
                else (chance * habits.chance(job.client_id)).quantize(Decimal("0.01")),
                guaranteed=job.guaranteed,
            )
        )
    for budget_id, rows in expected_by_budget(budget_ids, month_of(on)).items():
        for row in rows:
            if row.kind == ExpectationKind.WORK:
                items[budget_id].extend(_work(row, policy, month_of(on)))
    for found in items.values():
        found.sort(key=lambda item: (item.expected_on, item.key))
    return items


def _open_invoices(budget_ids: Collection[int]) -> Any:
    freed = Sum("payments__free_cents", filter=Q(payments__undone=False))
    waiting = Invoice.objects.filter(budget_id__in=budget_ids, state=InvoiceState.ISSUED).annotate(freed=freed)
    return waiting.values(
        *("id", "number", "budget_id", "buyer_name", "client_id", "net_cents", "fee_cents", "due_on"),
        *("job__guaranteed", "freed"),
    )


def habits_on(on: date) -> Habits:
    """How clients have paid until a day; one statement."""
    late = Q(state=InvoiceState.ISSUED, due_on__lt=on - timedelta(days=LONG_OVERDUE_DAYS))
    is_paid = Q(state=InvoiceState.PAID)
    late_by = ExpressionWrapper(F("paid_on") - F("due_on"), output_field=DurationField())
    rows = list(
        Invoice.objects.filter(is_paid | late)
        .values("client_id")
        .annotate(paid=Count("id", filter=is_paid), judged=Count("id"), late_by=Avg(late_by, filter=is_paid))
        .values_list("client_id", "paid", "judged", "late_by")
    )
    paid = sum(row[1] for row in rows)
    weighted = sum(row[3].days * row[1] for row in rows if row[3] is not None)
    return Habits(
        days={row[0]: row[3].days for row in rows if row[3] is not None},
        paid={row[0]: row[1] for row in rows},
        judged={row[0]: row[2] for row in rows},
        all_days=round(weighted / paid) if paid else 0,
        all_paid=paid,
        all_judged=sum(row[2] for row in rows),
    )


def _chances_of_jobs() -> tuple[Decimal, Decimal]:
    """The chance that a confirmed job, and any job, is invoiced in the end, by what became of jobs so far."""
    done, gone = Q(state__in=_DONE), Q(state=JobState.CANCELLED)
    confirmed = Q(confirmed_on__isnull=False)
    counts = Job.objects.aggregate(
        done=Count("id", filter=done),
        gone=Count("id", filter=gone),
        confirmed_done=Count("id", filter=done & confirmed),
        confirmed_gone=Count("id", filter=gone & confirmed),
    )
    sure = Decimal(counts["confirmed_done"] + 1) / (counts["confirmed_done"] + counts["confirmed_gone"] + 2)
    return sure, Decimal(counts["done"] + 1) / (counts["done"] + counts["gone"] + 2)


def _not_past(day: date, on: date) -> date:
    """Money that should be here already is expected within a month from now."""
    return day if day >= on else on + timedelta(days=30)
