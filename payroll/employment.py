"""Employing somebody: the contract and the promise out of the budget are one decision."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.law import LawUnknown
from coop.ledger.actions import commit, end_commitment, lengthen_commitments, month_of, next_month
from coop.ledger.models import Commitment
from coop.tenancy.models import User
from coop.tenancy.queries import policy_on, this_cooperative
from members.models import Person
from payroll.calculation import SAXONY, DataMissing, latest, terms_of
from payroll.facts import age_relief_year
from payroll.germany.law import german_law
from payroll.germany.salary import Salary, salary, salary_law
from payroll.germany.terms import Kind, Terms
from payroll.master_data import agree_contract, end_contract
from payroll.models import (
    AccidentRate,
    EmploymentContract,
    HealthFundRate,
    InsuranceData,
    OtherEmployment,
    TaxData,
)
from payroll.states import KINDS_OF_FORMS, ContractForm, EmploymentKind, OtherJob

WEEKS_A_MONTH = Decimal(13) / Decimal(3)
_YEARS_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a salary would cost and leave in a month."""

    salary: Salary
    estimated: bool
    """Whether tax class I, no children and the average fund stood in for data that has not been entered."""


def contract_source(contract: EmploymentContract) -> str:
    """The source of a contract's commitment in the ledger."""
    return f"contract:{contract.pk}"


@transaction.atomic
def employ(
    *,
    person_id: int,
    gross_cents: int,
    weekly_hours: Decimal,
    position: str,
    starts_on: date,
    ends_on: date | None,
    at: datetime,
    by: User | None,
    kind: EmploymentKind = EmploymentKind.AUTO,
    form: ContractForm | None = None,
    hourly_cents: int | None = None,
    flat_tax: bool = True,
    backdated: bool = False,
) -> EmploymentContract:
    """Agree a salary and promise its cost out of the person's budget; a running contract ends where this one begins.

    Without `ends_on` it runs until further notice, and the months are promised that the policy looks ahead. A month
    that is employed in part is promised as a whole. `backdated`: it may reach into months that were paid.

    Raises: BeyondCover, where budget and cover do not bear it; BeyondAdvanceLimit, NoOpenEndedSalaries,
    BelowMinimumWage, DataMissing, LawUnknown, ContractsOverlap, AlreadyPaid, InvalidInput, NotFound.
    """
    person = Person.objects.filter(id=person_id).first()
    if person is None or person.budget_id is None:
        raise NotFound
    since = month_of(starts_on)
    if kind == EmploymentKind.AUTO and form is not None:
        kind = KINDS_OF_FORMS.get(form, kind)
    cost = quote(person_id=person_id, gross_cents=gross_cents, month=since, kind=kind)
    if cost.estimated:
        raise DataMissing(_("Tax data and insurance come first: the cost of the salary depends on them."))
    check_minimum_wage(gross_cents=gross_cents, weekly_hours=weekly_hours, day=starts_on)
    promised_until = _whole_months(ends_on) if ends_on else promised_ahead(since, on=at.date())
    running = (
        EmploymentContract.objects.select_for_update()
        .filter(person_id=person_id, starts_on__lt=starts_on)
        .order_by("-starts_on")
        .first()
    )
    replaces = ""
    if running is not None and (running.ends_on is None or running.ends_on > starts_on):
        end_contract(contract_id=running.pk, ends_on=starts_on, by=by, backdated=backdated)
        replaces = contract_source(running)
        # Until further notice may have been promised less far than the new salary lies ahead.
        lengthen_commitments(ends={replaces: since})
    contract = agree_contract(
        person_id=person_id,
        gross_cents=gross_cents,
        weekly_hours=weekly_hours,
        position=position,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=kind,
        form=form,
        hourly_cents=hourly_cents,
        flat_tax=flat_tax,
        backdated=backdated,
        at=at,
        by=by,
    )
    commit(
        budget_id=person.budget_id,
        source=contract_source(contract),
        monthly_cents=cost.salary.cost_cents,
        since=since,
        until=promised_until,
        on=at.date(),
        replaces=replaces,
    )
    return contract


@transaction.atomic
def end_employment(*, contract_id: int, ends_on: date, by: User | None, backdated: bool = False) -> EmploymentContract:
    """Let a contract end on a day (that day no longer counts), and its promise with that month.

    Pay until then is owed, so a promise that looked less far ahead now reaches until then.

    Raises: NotFound, AlreadyPaid, InvalidInput.
    """
    contract = end_contract(contract_id=contract_id, ends_on=ends_on, by=by, backdated=backdated)
    until = _whole_months(ends_on)
    end_commitment(source=contract_source(contract), until=until)
    lengthen_commitments(ends={contract_source(contract): until})
    return contract


def _whole_months(ends_on: date) -> date:
    """The first day of a month by which an employment has ended."""
    return ends_on if ends_on.day == 1 else next_month(ends_on)


def promised_ahead(month: date, *, on: date) -> date:
    """Until which first day a salary until further notice is promised in `month`, by the policy of the day `on`.

    Raises: NoOpenEndedSalaries, NoPolicy.
    """
    months = policy_on(on).open_ended_months
    if months is None:
        raise NoOpenEndedSalaries
    return _later(month, months)


@transaction.atomic
def roll_promises_forward(*, on: date) -> int:
    """Let salaries until further notice stay promised as far ahead as the policy looks; how many went on.

    The months count from the first that is unpaid. It is owed whatever the budget holds (only a notice ends it), so
    nothing is refused here: new promises are, and shortfalls are announced. Runs twice without harm, and in two
    statements and one for each end, whatever the number of people.

    Raises: NoPolicy.
    """
    months = policy_on(on).open_ended_months
    if months is None:
        return 0
    this_month = month_of(on)
    open_ended = EmploymentContract.objects.filter(ends_on__isnull=True).values_list("id", flat=True)
    promises = Commitment.objects.filter(source__among=[f"contract:{contract_id}" for contract_id in open_ended])
    ends = {
        source: end
        for source, settled_until, until in promises.values_list("source", "settled_until", "until")
        if until < (end := _later(max(settled_until, this_month), months))
    }
    return lengthen_commitments(ends=ends)


def quote(*, person_id: int, gross_cents: int, month: date, kind: EmploymentKind = EmploymentKind.AUTO) -> Quote:
    """The salary of a month for a person, by what is entered for that month, else by an estimate that says so.

    Raises: LawUnknown, NoPolicy, InvalidInput.
    """
    terms, estimated = terms_on(person_id=person_id, month=month, kind=kind)
    return Quote(salary=salary(salary_law(month), terms, gross_cents), estimated=estimated)


def terms_on(*, person_id: int, month: date, kind: EmploymentKind = EmploymentKind.AUTO) -> tuple[Terms, bool]:
    """What a person's salary of a month is computed with, and whether it is an estimate.

    Raises: LawUnknown, NoPolicy.
    """
    terms = _terms(person_id, month, kind)
    if terms is not None:
        return terms, False
    estimate = Terms(
        additional_rate=salary_law(month).additional_rate_average,
        kind=Kind(kind),
        childless=True,
        saxony=this_cooperative().federal_state == SAXONY,
        levies_rate=policy_on(month).levies_rate,
    )
    return estimate, True


def last_lawful_month(month: date) -> date:
    """The month itself where its law is confirmed, else the last one before it that is. For forecasts alone.

    Raises: LawUnknown, where none of the ten years before is.
    """
    candidate = month
    for _step in range(_YEARS_LOOKED_BACK * 12):
        try:
            salary_law(candidate)
            german_law(candidate)["minimum_wage.hour"]
        except LawUnknown:
            candidate = _later(candidate, -1)
        else:
            return candidate
    salary_law(month)
    return month


def check_minimum_wage(*, gross_cents: int, weekly_hours: Decimal, day: date) -> None:
    """Raises: BelowMinimumWage, naming how many hours a week the pay allows at most; LawUnknown."""
    most = most_weekly_hours(gross_cents, day)
    if weekly_hours > most:
        raise BelowMinimumWage(
            _("This pay is below the minimum wage for these hours. It allows at most %(hours)s hours a week.")
            % {"hours": most}
        )


def most_weekly_hours(gross_cents: int, day: date) -> Decimal:
    """How many hours a week a monthly pay allows at the minimum wage, rounded down to a hundredth.

    A month has 13/3 weeks, as the limit of a Minijob is derived (§ 8 (1a) SGB IV). Raises: LawUnknown.
    """
    minimum: Decimal = german_law(day)["minimum_wage.hour"]
    hours = Decimal(gross_cents) / 100 / minimum / WEEKS_A_MONTH
    return hours.quantize(Decimal("0.01"), rounding="ROUND_FLOOR")


class NoOpenEndedSalaries(InvalidInput):
    """The cooperative has not decided how far ahead a salary until further notice is promised: name a last month."""

    code = "no_open_ended_salaries"


class BelowMinimumWage(InvalidInput):
    """The pay is below the minimum wage for these hours: raise the pay or lower the hours."""

    code = "below_minimum_wage"


def _later(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _terms(person_id: int, month: date, kind: EmploymentKind) -> Terms | None:
    """What a salary of the month would be computed with; None where something is missing."""
    tax = latest(TaxData.objects.filter(person_id=person_id), "person_id", month).get(person_id)
    insured = latest(InsuranceData.objects.filter(person_id=person_id), "person_id", month).get(person_id)
    if tax is None or insured is None:
        return None
    rate = latest(HealthFundRate.objects.filter(fund_id=insured.fund_id), "fund_id", month).get(insured.fund_id)
    if rate is None:
        return None
    elsewhere = {
        row.kind: row.gross_cents
        for row in OtherEmployment.objects.filter(person_id=person_id, since__lte=month).order_by("since")
    }
    accident = AccidentRate.objects.filter(since__lte=month).order_by("-since").first()
    return terms_of(
        accident_rate=accident.rate if accident else None,
        other_insured_cents=elsewhere.get(OtherJob.INSURED, 0),
        other_minijob_cents=elsewhere.get(OtherJob.MINIJOB, 0),
        age_relief_year=age_relief_year(insured.insurance_number, month),
        contract=EmploymentContract(kind=kind),
        tax=tax,
        insurance=insured,
        fund_rate=rate,
        levies_rate=policy_on(month).levies_rate,
        workplace_state=this_cooperative().federal_state,
        day=month,
    )
