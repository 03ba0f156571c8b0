"""What unpaid leave, a one-off pay-out or an end would mean: shown before it is sent, and again before it is decided.

A salary's effects are its `coop.planning.queries.Picture`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.ledger.actions import month_of, next_month
from coop.ledger.models import Commitment
from coop.ledger.queries import PassedLimit, figures_of, passed_limit
from coop.planning.models import SalaryRequest
from coop.planning.months import later
from coop.planning.periods import months_between
from coop.planning.queries import Picture, picture_of
from coop.planning.states import OF_SALARY, RequestKind
from members.models import Person
from payroll.employment import contract_source
from payroll.germany.absence import add_months
from payroll.germany.fixed_term import register_by
from payroll.models import EmploymentContract
from payroll.one_off import NotEmployedThen, OneOffQuote, quote_one_off
from payroll.timekeeping.queries import leave_law, leave_of

LONGEST_LEAVE = 12
"""Months of unpaid leave that can be asked for at once."""
MONTHS_INSURED = 12
"""Insured months within `WITHIN_MONTHS` that unemployment benefit asks for. Source: §§ 142, 143 SGB III."""
WITHIN_MONTHS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Unpaid leave of whole months."""

    starts_on: date
    ends_on: date
    insured_until: date
    """The first day without insurance, where the leave lasts so long; else its end."""
    saved_cents: int
    """What promised salary costs less for it."""
    free_cents: int

    @property
    def months(self) -> int:
        """How long it lasts."""
        return months_between(self.starts_on, self.ends_on)

    @property
    def insurance_ends(self) -> bool:
        """Whether it lasts longer than insurance does."""
        return self.insured_until < self.ends_on

    @property
    def stands_out(self) -> bool:
        """Whether somebody should look at it."""
        return self.insurance_ends


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff:
    """One-off pay of a month. Cents."""

    quote: OneOffQuote
    month: date
    free_cents: int
    cover_cents: int
    bound_cents: int
    passed_limit: PassedLimit | None

    @property
    def available_cents(self) -> int:
        """What budget and cover can give for it."""
        return self.free_cents + self.cover_cents - self.bound_cents

    @property
    def covered(self) -> bool:
        """Whether they bear it."""
        return self.quote.cost_cents <= self.available_cents

    @property
    def stands_out(self) -> bool:
        """Whether it should not be agreed unseen: not borne, or paid out of money that has not come."""
        return not self.covered or bool(self.passed_limit) or self.quote.cost_cents > self.free_cents - self.bound_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of an employment. `ends_on` is the first day without it."""

    contract: EmploymentContract
    ends_on: date
    register_by: date
    """The last day to register as job-seeking."""
    late: bool
    """Whether less than three months are left: then it is to be done at once."""
    insured_months: int
    """Months employed here within the thirty before the end."""
    unpaid_leave_days: int
    """Whole days of leave that would still have to be taken or paid."""
    left_cents: int
    """What the budget holds now, less the salaries until the end."""

    @property
    def claim(self) -> bool:
        """Whether the months here alone give a claim to unemployment benefit."""
        return self.insured_months >= MONTHS_INSURED

    @property
    def stands_out(self) -> bool:
        """An employment never ends unseen."""
        return True


Effect = Picture | Pause | OneOff | End


def effect_of(request: SalaryRequest, on: date) -> Effect:
    """What a request would mean on a day. Raises: as the effect of its kind."""
    person = request.person
    if request.kind in OF_SALARY:
        return picture_of(request, on)
    if request.kind == RequestKind.PAUSE and request.ends_on is not None:
        return pause_effect(person, starts_on=request.starts_on, ends_on=request.ends_on, on=on)
    if request.kind == RequestKind.ONE_OFF:
        return one_off_effect(person, amount_cents=request.gross_cents, month=request.starts_on, on=on)
    return end_effect(person, ends_on=request.starts_on, on=on)


def stands_out_mildly(effect: Effect) -> bool:
    """Whether something speaks against it that somebody may set aside, with a reason; guard rails nobody sets aside."""
    if isinstance(effect, Picture):
        return effect.low_net and effect.covered
    return effect.stands_out and not (isinstance(effect, OneOff) and not effect.covered)


def pause_effect(person: Person, *, starts_on: date, ends_on: date, on: date) -> Pause:
    """What unpaid leave of whole months means. Raises: InvalidInput, NotEmployedThen, NotFound."""
    if person.budget_id is None:
        raise NotFound
    if starts_on.day != 1 or ends_on.day != 1 or not 1 <= months_between(starts_on, ends_on) <= LONGEST_LEAVE:
        raise InvalidInput(f"ends_on: choose 1 to {LONGEST_LEAVE} whole months")
    month = starts_on
    while month < ends_on:
        if employed_in(person.pk, month) is None:
            raise NotEmployedThen
        month = next_month(month)
    insured = add_months(starts_on, leave_law(starts_on)["unpaid.insured_months"])
    saved = sum(
        promise.monthly_cents
        for promise in _promises(person)
        for month in _months_of(promise)
        if starts_on <= month < ends_on
    )
    return Pause(
        starts_on=starts_on,
        ends_on=ends_on,
        insured_until=min(insured, ends_on),
        saved_cents=saved,
        free_cents=figures_of(person.budget_id, on).free_cents,
    )


def one_off_effect(person: Person, *, amount_cents: int, month: date, on: date) -> OneOff:
    """What one-off pay costs, and whether it is borne.

    Raises: NotEmployedThen, DataMissing, LawUnknown, InvalidInput, NotFound, NoPolicy.
    """
    if person.budget_id is None:
        raise NotFound
    if month.day != 1:
        raise InvalidInput("month: give its first day")
    quote = quote_one_off(person_id=person.pk, amount_cents=amount_cents, month=month)
    figures = figures_of(person.budget_id, on)
    promised = replace(figures, committed_cents=figures.committed_cents + quote.cost_cents)
    return OneOff(
        quote=quote,
        month=month,
        free_cents=figures.free_cents,
        cover_cents=figures.cover_cents,
        bound_cents=figures.committed_cents,
        passed_limit=passed_limit(promised, on) if promised.ahead_cents > figures.ahead_cents else None,
    )


def end_effect(person: Person, *, ends_on: date, on: date) -> End:
    """What the end of the employment means. Raises: NotEmployedThen, InvalidInput, NotFound."""
    if person.budget_id is None:
        raise NotFound
    if ends_on.day != 1:
        raise InvalidInput("ends_on: an employment ends with a month")
    contract = employed_in(person.pk, later(ends_on, -1))
    if contract is None or (contract.ends_on is not None and contract.ends_on <= ends_on):
        raise NotEmployedThen(_("The employment ends by then anyway. Choose an earlier month, or let it run out."))
    account = leave_of(person.pk, ends_on - timedelta(days=1))
    owed = sum(
        promise.monthly_cents for promise in _promises(person) for month in _months_of(promise) if month < ends_on
    )
    first = later(ends_on, -WITHIN_MONTHS)
    contracts = list(EmploymentContract.objects.filter(person=person))
    insured = sum(_holds(contracts, later(first, count)) is not None for count in range(WITHIN_MONTHS))
    last = register_by(on, ends_on)
    return End(
        contract=contract,
        ends_on=ends_on,
        register_by=last,
        late=last > add_months(ends_on, -3),
        insured_months=insured,
        unpaid_leave_days=max(0, int(account.free)) if account else 0,
        left_cents=figures_of(person.budget_id, on).free_cents - owed,
    )


def employed_in(person_id: int, month: date) -> EmploymentContract | None:
    """The contract that holds for the whole of a month, the last one where there are several."""
    return _holds(EmploymentContract.objects.filter(person_id=person_id).order_by("-starts_on"), month)


def _holds(contracts: Iterable[EmploymentContract], month: date) -> EmploymentContract | None:
    until = next_month(month)
    return next(
        (one for one in contracts if one.starts_on <= month and (one.ends_on is None or one.ends_on >= until)), None
    )


def _promises(person: Person) -> list[Commitment]:
    contracts = EmploymentContract.objects.filter(person=person)
    return list(Commitment.objects.filter(source__in=[contract_source(one) for one in contracts]))


def _months_of(promise: Commitment) -> Iterator[date]:
    month = month_of(max(promise.since, promise.settled_until))
    while month < promise.until:
        yield month
        month = next_month(month)
