"""Entering what a salary needs: contracts, tax data, insurance, accounts. Each dated, none rewritten."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from stdnum import iban as iban_number
from stdnum.de import idnr
from stdnum.exceptions import ValidationError as NumberError

from coop.banking.sepa import permitted_name
from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from members.models import Person
from members.states import PersonState
from payroll.germany.church_tax import State
from payroll.insurance_number import check_insurance_number
from payroll.models import (
    AccidentRate,
    EmploymentContract,
    HealthFund,
    HealthFundRate,
    InsuranceData,
    OtherEmployment,
    PayoutAccount,
    Payslip,
    TaxData,
)
from payroll.states import (
    KINDS_OF_FORMS,
    Church,
    ContractForm,
    Cover,
    EmploymentKind,
    OtherJob,
    PayslipState,
)

M = TypeVar("M", bound=models.Model)


class ContractsOverlap(StetigError):
    """There is a contract for that time already: end it first, or begin later."""

    code = "contracts_overlap"


class AlreadyPaid(StetigError):
    """This month has been paid; a change for it goes through a correction."""

    code = "already_paid"


class AlreadyEntered(StetigError):
    """There is an entry for that day already; a correction begins with the next month."""

    code = "already_entered"


@transaction.atomic
def agree_contract(
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
    """Enter an agreed employment; it may begin and end within a month.

    Without a `form` the contract is permanent where it has no end, of a fixed term otherwise. What reaches into
    months that were paid is refused unless it is meant to (`backdated`); it waits among the late changes then.

    Raises: ContractsOverlap, AlreadyPaid, InvalidInput.
    """
    if ends_on is not None and ends_on <= starts_on:
        raise InvalidInput(_("Employment ends after it has begun."))
    if not Person.objects.filter(id=person_id, state=PersonState.ADMITTED).exists():
        raise InvalidInput(_("Only members are employed. Admit the person first."))
    if not backdated:
        _refuse_paid_month(person_id, starts_on)
    if form is None:
        form = ContractForm.FIXED_TERM if ends_on else ContractForm.PERMANENT
    if kind == EmploymentKind.AUTO:
        kind = KINDS_OF_FORMS.get(form, kind)
    contract = EmploymentContract(
        person_id=person_id,
        form=form,
        gross_cents=gross_cents,
        weekly_hours=weekly_hours,
        position=position,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=kind,
        hourly_cents=hourly_cents,
        flat_tax=flat_tax,
        agreed_at=at,
        agreed_by=by,
    )
    return saved(contract, ContractsOverlap)


@transaction.atomic
def end_contract(*, contract_id: int, ends_on: date, by: User | None, backdated: bool = False) -> EmploymentContract:
    """Let a contract end on a day (that day no longer counts), in a month that was paid only where it is `backdated`.

    Raises: NotFound, AlreadyPaid, InvalidInput.
    """
    contract: EmploymentContract | None = EmploymentContract.objects.select_for_update().filter(id=contract_id).first()
    if contract is None:
        raise NotFound
    if ends_on <= contract.starts_on:
        raise InvalidInput(_("Employment ends after it has begun."))
    if not backdated:
        _refuse_paid_month(contract.person_id, ends_on)
    contract.ends_on = ends_on
    contract.save(update_fields=["ends_on"])
    note_access(user=by, action="contract ended", about=f"contract {contract.pk}")
    return contract


@transaction.atomic
def enter_tax_data(
    *,
    person_id: int,
    since: date,
    tax_id: str,
    tax_class: int,
    federal_state: str,
    at: datetime,
    by: User | None,
    factor: Decimal | None = None,
    child_allowances: Decimal = Decimal(0),
    church: Church = Church.NONE,
    allowance_year_cents: int = 0,
    allowance_month_cents: int = 0,
    addition_year_cents: int = 0,
    addition_month_cents: int = 0,
) -> TaxData:
    """Enter tax data from a month on. Allowances and additions are those of the tax card, of the year and of a month.

    Raises: InvalidInput, AlreadyEntered.
    """
    try:
        number = idnr.validate(tax_id)
    except NumberError as error:
        raise InvalidInput(_("Tax identification number: 11 digits, as on the letter of the tax office.")) from error
    if federal_state not in set(State):
        raise InvalidInput(_("Federal state: choose one of the sixteen."))
    if factor is not None and (tax_class != 4 or not 0 < factor < 1):  # noqa: PLR2004 (§ 39f EStG)
        raise InvalidInput(_("A factor exists in tax class 4 alone and lies between 0 and 1."))
    row = TaxData(
        person_id=person_id,
        since=since,
        tax_id=number,
        tax_class=tax_class,
        factor=factor,
        child_allowances=child_allowances,
        church=church,
        federal_state=federal_state,
        allowance_year_cents=allowance_year_cents,
        allowance_month_cents=allowance_month_cents,
        addition_year_cents=addition_year_cents,
        addition_month_cents=addition_month_cents,
        entered_at=at,
        entered_by=by,
    )
    return saved(row, AlreadyEntered)


@transaction.atomic
def enter_insurance(
    *,
    person_id: int,
    since: date,
    insurance_number: str,
    fund_id: int,
    childless: bool,
    children_under25: int,
    at: datetime,
    by: User | None,
    cover: Cover = Cover.STATUTORY,
    health_premium_cents: int = 0,
    care_premium_cents: int = 0,
    basic_premium_cents: int = 0,
    sick_pay: bool = True,
    pensioner: bool = False,
    pension_opt_out: bool = False,
) -> InsuranceData:
    """Enter insurance data from a month on. Who is insured privately still has a fund, for the other branches.

    Raises: InvalidInput, AlreadyEntered.
    """
    if cover != Cover.PRIVATE and (health_premium_cents or care_premium_cents or basic_premium_cents):
        raise InvalidInput(_("Premiums belong to private insurance. Choose it, or leave them out."))
    if basic_premium_cents > health_premium_cents + care_premium_cents:
        raise InvalidInput(_("The premium for basic cover is a part of the premiums and cannot be higher."))
    row = InsuranceData(
        person_id=person_id,
        since=since,
        insurance_number=check_insurance_number(insurance_number),
        fund_id=fund_id,
        childless=childless,
        children_under25=children_under25,
        cover=cover,
        health_premium_cents=health_premium_cents,
        care_premium_cents=care_premium_cents,
        basic_premium_cents=basic_premium_cents,
        sick_pay=sick_pay,
        pensioner=pensioner,
        pension_opt_out=pension_opt_out,
        entered_at=at,
        entered_by=by,
    )
    return saved(row, AlreadyEntered)


@transaction.atomic
def enter_payout_account(
    *, person_id: int, since: date, iban: str, holder: str, at: datetime, by: User | None
) -> PayoutAccount:
    """Enter the account that net pay goes to, from a day on.

    Raises: InvalidInput, AlreadyEntered.
    """
    try:
        number = iban_number.validate(iban)
    except NumberError as error:
        raise InvalidInput(
            _("IBAN: this is not a valid account number. Please compare it with your bank card.")
        ) from error
    permitted_name(holder, "holder")  # a name that no bank takes would stop everybody's payment order
    row = PayoutAccount(
        person_id=person_id, since=since, iban=number, holder=holder.strip(), entered_at=at, entered_by=by
    )
    return saved(row, AlreadyEntered)


@transaction.atomic
def enter_other_employment(
    *, person_id: int, since: date, kind: OtherJob, gross_cents: int, at: datetime, by: User | None
) -> OtherEmployment:
    """Enter what a person earns elsewhere a month, from a month on; 0 where that has ended.

    Raises: InvalidInput, AlreadyEntered.
    """
    row = OtherEmployment(
        person_id=person_id, since=since, kind=kind, gross_cents=gross_cents, entered_at=at, entered_by=by
    )
    return saved(row, AlreadyEntered)


@transaction.atomic
def enter_health_fund(
    *,
    name: str,
    number: str,
    since: date,
    additional_rate: Decimal,
    source: str,
    minijobs: bool = False,
    sickness_levy_rate: Decimal | None = None,
    maternity_levy_rate: Decimal | None = None,
    sickness_refund_rate: Decimal | None = None,
) -> HealthFund:
    """Keep a fund with its rates (shares of pay) from a day on, and where they are written.

    Raises: InvalidInput, AlreadyEntered.
    """
    if not source.strip():
        raise InvalidInput(_("Additional rate: name its source."))
    if (sickness_levy_rate is None) != (maternity_levy_rate is None):
        raise InvalidInput(_("Levies: give the rates of U1 and U2, or neither."))
    fund: HealthFund = HealthFund.objects.get_or_create(number=number, defaults={"name": name, "minijobs": minijobs})[0]
    if fund.name != name:  # funds are renamed; the number stays, and the history keeps the old name
        fund.name = name
        fund.save(update_fields=["name"])
    row = HealthFundRate(
        fund=fund,
        since=since,
        additional_rate=additional_rate,
        sickness_levy_rate=sickness_levy_rate,
        maternity_levy_rate=maternity_levy_rate,
        sickness_refund_rate=sickness_refund_rate,
        source=source,
    )
    saved(row, AlreadyEntered)
    return fund


@transaction.atomic
def enter_accident_rate(
    *, since: date, hazard_class: Decimal, per_thousand: Decimal, source: str, at: datetime, by: User | None
) -> AccidentRate:
    """Keep the cooperative's accident insurance rate from a day on, as the notices of the carrier say.

    Raises: InvalidInput, AlreadyEntered.
    """
    if not source.strip():
        raise InvalidInput(_("Accident insurance: name the notice that says so."))
    row = AccidentRate(
        since=since, hazard_class=hazard_class, per_thousand=per_thousand, source=source, entered_at=at, entered_by=by
    )
    return saved(row, AlreadyEntered)


def _refuse_paid_month(person_id: int, from_on: date) -> None:
    if Payslip.objects.filter(
        person_id=person_id, month__gte=from_on.replace(day=1), state=PayslipState.POSTED
    ).exists():
        raise AlreadyPaid


def saved(row: M, taken: type[StetigError]) -> M:
    """Save a new row. Raises: InvalidInput, where a field refuses it; `taken`, where its day is."""
    # Who enters and where is known to be there.
    given = [field.name for field in row._meta.fields if field.name == "coop" or field.related_model is User]
    try:
        row.full_clean(exclude=given, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name.endswith(("_once_a_day", "_one_at_a_time")):
            raise taken from error
        raise InvalidInput(_("This cannot be entered (%(name)s).") % {"name": name}) from error
    return row
