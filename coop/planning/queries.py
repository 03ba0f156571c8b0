"""What a salary would mean for a budget, which requests wait, and whose pay will not be borne."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from coop.errors import NotFound
from coop.ledger.models import Commitment
from coop.ledger.queries import PassedLimit, budget_figures, figures_of, passed_limit
from coop.planning.models import SalaryRequest
from coop.planning.periods import check_months, months_between
from coop.planning.states import RequestKind, RequestState
from coop.tenancy.queries import policy_on
from members.models import Person
from payroll.employment import contract_source, most_weekly_hours, promised_ahead, quote
from payroll.germany.salary import Salary
from payroll.models import EmploymentContract
from payroll.pay_days import pay_day
from payroll.queries import after

LEVELS = (30, 60)
"""How many days ahead a shortfall is announced, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a salary would cost, leave, and need until it ends. Cents."""

    salary: Salary
    estimated: bool
    """Whether tax and insurance data had to be guessed."""
    months: int
    """How long it is agreed; of a salary until further notice, how far ahead it is promised."""
    open_ended: bool
    free_cents: int
    cover_cents: int
    bound_cents: int
    """Other promises out of the budget, and what of a running salary falls before the new one begins."""
    most_hours: Decimal
    """Hours a week that the pay allows at the minimum wage."""
    weekly_hours: Decimal
    advised_net_cents: int | None
    """The average net income that the cooperative recommends; None where it recommends none."""
    passed_limit: PassedLimit | None
    """The limit of advances that the promise would pass."""

    @property
    def total_cents(self) -> int:
        """The cost until the end."""
        return self.salary.cost_cents * self.months

    @property
    def available_cents(self) -> int:
        """What the budget and its cover can give for it."""
        return self.free_cents + self.cover_cents - self.bound_cents

    @property
    def covered(self) -> bool:
        """Whether budget and cover bear it until it ends."""
        return self.total_cents <= self.available_cents

    @property
    def lasts_months(self) -> int:
        """How many months of it budget and cover bear."""
        return max(0, self.available_cents) // self.salary.cost_cents

    @property
    def below_minimum_wage(self) -> bool:
        """Whether the hours are too many for the pay."""
        return self.weekly_hours > self.most_hours

    @property
    def low_net(self) -> bool:
        """Whether it leaves less than recommended."""
        return self.advised_net_cents is not None and self.salary.net_cents < self.advised_net_cents

    @property
    def stands_out(self) -> bool:
        """Whether it should not be agreed unseen."""
        return self.below_minimum_wage or not self.covered or bool(self.passed_limit) or self.estimated or self.low_net


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallWarning:
    """Somebody whose agreed pay the budget and its cover will not bear. Cents."""

    person: Person
    month: date
    """The first month that is not borne in full."""
    pay_on: date
    missing_cents: int
    level: int
    """30 or 60: how many days ahead it lies at most."""


def picture(
    *, person: Person, gross_cents: int, weekly_hours: Decimal, starts_on: date, ends_on: date | None, on: date
) -> Picture:
    """What a salary would mean, by the law of its first month and the budget of the day `on`.

    Raises: LawUnknown, NoPolicy, NoOpenEndedSalaries, InvalidInput, NotFound.
    """
    if person.budget_id is None:
        raise NotFound
    check_months(starts_on, ends_on)
    cost = quote(person_id=person.pk, gross_cents=gross_cents, month=starts_on)
    figures = figures_of(person.budget_id, on)
    months = months_between(starts_on, ends_on or promised_ahead(starts_on, on=on))
    bound = figures.committed_cents - _freed_cents(person, starts_on)
    promised = replace(figures, committed_cents=bound + cost.salary.cost_cents * months)
    return Picture(
        salary=cost.salary,
        estimated=cost.estimated,
        months=months,
        open_ended=ends_on is None,
        free_cents=figures.free_cents,
        cover_cents=figures.cover_cents,
        bound_cents=bound,
        most_hours=most_weekly_hours(gross_cents, starts_on),
        weekly_hours=weekly_hours,
        advised_net_cents=policy_on(starts_on).recommended_net_cents,
        # What adds nothing is agreed whatever the limits.
        passed_limit=passed_limit(promised, on) if promised.ahead_cents > figures.ahead_cents else None,
    )


def picture_of(request: SalaryRequest, on: date) -> Picture:
    """The picture of a request. Raises: as `picture`."""
    return picture(
        person=request.person,
        gross_cents=request.gross_cents,
        weekly_hours=request.weekly_hours,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        on=on,
    )


def running_contract(person_id: int, day: date) -> EmploymentContract | None:
    """The contract in force on a day, or the next one that begins."""
    contracts: list[EmploymentContract] = list(
        EmploymentContract.objects.filter(person_id=person_id).order_by("starts_on")
    )
    for contract in contracts:
        if contract.ends_on is None or contract.ends_on > day:
            return contract
    return None


def kind_of_salary(person_id: int, gross_cents: int, starts_on: date) -> RequestKind:
    """Whether a salary would be new, more, less, or the same for longer than what holds in the month before it."""
    day = starts_on - timedelta(days=1)
    running = (
        EmploymentContract.objects.filter(person_id=person_id, starts_on__lte=day)
        .exclude(ends_on__lte=day)
        .order_by("-starts_on")
        .first()
    )
    if running is None:
        return RequestKind.NEW
    if running.gross_cents == gross_cents:
        return RequestKind.KEEP
    return RequestKind.RAISE if gross_cents > running.gross_cents else RequestKind.LOWER


def run_begins_on(month: date) -> date:
    """The day on which the salary run of a month starts, by its policy. Raises: NoPolicy."""
    return month.replace(day=policy_on(month).run_day)


def requests_of(person_id: int) -> list[SalaryRequest]:
    """A person's requests, newest first."""
    return list(SalaryRequest.objects.filter(person_id=person_id).order_by("-requested_at", "-id"))


def waiting_requests() -> list[SalaryRequest]:
    """Requests that the office has to decide, the earliest start first."""
    waiting = SalaryRequest.objects.filter(state=RequestState.REQUESTED).select_related("person")
    return list(waiting.order_by("starts_on", "requested_at"))


def decided_requests(limit: int = 100) -> list[SalaryRequest]:
    """The last decided requests, newest first."""
    decided = SalaryRequest.objects.exclude(state=RequestState.REQUESTED).select_related("person", "decided_by")
    return list(decided.order_by("-decided_at")[:limit])


def request_by_id(request_id: int, *, person_id: int | None = None) -> SalaryRequest:
    """A request; with `person_id`, only that person's. Raises: NotFound."""
    found = SalaryRequest.objects.select_related("person", "decided_by")
    if person_id is not None:
        found = found.filter(person_id=person_id)
    request: SalaryRequest | None = found.filter(id=request_id).first()
    if request is None:
        raise NotFound
    return request


def shortfall_warnings(on: date) -> list[ShortfallWarning]:
    """Everybody whose promised pay within 60 days neither budget nor cover will bear, nearest first.

    Money that is expected but not confirmed does not count. Five statements, whatever the number of people.
    """
    horizon = on + timedelta(days=max(LEVELS))
    promises = [promise for promise in Commitment.objects.filter(since__lte=horizon) if promise.outstanding_cents()]
    if not promises:
        return []
    figures = budget_figures(on, {promise.budget_id for promise in promises})
    people = {
        person.budget_id: person
        for person in Person.objects.filter(budget_id__in={promise.budget_id for promise in promises})
    }
    day = policy_on(on).pay_day
    left = {budget_id: figures[budget_id].free_cents + figures[budget_id].cover_cents for budget_id in people}
    due = sorted(
        ((month, promise) for promise in promises for month in _unpaid_months(promise, horizon)),
        key=lambda pair: (pair[0], pair[1].pk),
    )
    found: dict[int, ShortfallWarning] = {}
    for month, promise in due:
        budget_id = promise.budget_id
        if budget_id not in left or budget_id in found:
            continue
        left[budget_id] -= promise.monthly_cents
        pay_on = pay_day(month, day)
        level = next((level for level in LEVELS if pay_on <= on + timedelta(days=level)), None)
        if left[budget_id] < 0 and level is not None:
            found[budget_id] = ShortfallWarning(
                person=people[budget_id], month=month, pay_on=pay_on, missing_cents=-left[budget_id], level=level
            )
    return sorted(found.values(), key=lambda warning: (warning.pay_on, warning.person.name))


def warning_of(person: Person, on: date) -> ShortfallWarning | None:
    """The announced shortfall of one person."""
    return next((warning for warning in shortfall_warnings(on) if warning.person.pk == person.pk), None)


def _unpaid_months(promise: Commitment, horizon: date) -> list[date]:
    months, month = [], max(promise.since, promise.settled_until)
    while month < promise.until and month <= horizon:
        months.append(month)
        month = after(month)
    return months


def _freed_cents(person: Person, starts_on: date) -> int:
    """What of running promises falls away because the new salary replaces them.

    Below zero where a salary until further notice is promised less far than the new one lies ahead.
    """
    freed = 0
    contracts = EmploymentContract.objects.filter(person=person, starts_on__lt=starts_on).order_by("-starts_on")[:1]
    for contract in contracts:
        promise = Commitment.objects.filter(source=contract_source(contract)).first()
        if promise is None:
            continue
        first = max(starts_on, promise.since, promise.settled_until)
        months = months_between(first, promise.until)
        freed += promise.monthly_cents * (months if contract.ends_on is None else max(0, months))
    return freed
