"""Handing in what a salary depends on, and confirming it into the dated master data."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from stdnum import iban as iban_number
from stdnum.de import idnr
from stdnum.exceptions import ValidationError as NumberError

from coop.banking.sepa import permitted_name
from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.actions import queue_mail
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from members.models import Person
from members.states import PersonState
from payroll.germany.church_tax import State
from payroll.insurance_number import check_insurance_number
from payroll.intake.models import Intake, PersonalDetails
from payroll.intake.queries import Part, changes_of
from payroll.intake.states import INTAKE_STATES, OPEN, IntakeState
from payroll.master_data import (
    AlreadyEntered,
    enter_insurance,
    enter_other_employment,
    enter_payout_account,
    enter_tax_data,
    saved,
)
from payroll.models import HealthFund
from payroll.states import Church, Cover, OtherJob
from payroll.timekeeping.calendar import check_years


class FundUnknown(StetigError):
    """The health fund is not on the list: enter it with its rates, then confirm."""

    code = "fund_unknown"


class PrivateCover(StetigError):
    """Private insurance needs its premiums: enter the insurance on the person's page, then confirm the rest."""

    code = "private_cover"


class OwnData(StetigError):
    """Somebody else has to confirm your own data."""

    code = "own_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a member says about themselves. Amounts in cents."""

    since: date
    birth_on: date
    nationality: str
    tax_id: str
    tax_class: int
    federal_state: str
    insurance_number: str
    iban: str
    holder: str
    permit_until: date | None = None
    factor: Decimal | None = None
    child_allowances: Decimal = Decimal(0)
    church: Church = Church.NONE
    fund_id: int | None = None
    fund_name: str = ""
    private: bool = False
    childless: bool = False
    children_under25: int = 0
    other_job: str = ""
    other_gross_cents: int = 0
    note: str = ""


@transaction.atomic
def hand_in(*, person_id: int, entered: Entered, at: datetime, by: User | None) -> Intake:
    """Give one's data to the office; what was given and not yet confirmed is replaced.

    Raises: InvalidInput, naming the number that does not pass its check; NotFound.
    """
    if not Person.objects.filter(id=person_id, state=PersonState.ADMITTED).exists():
        raise NotFound
    values = _checked(entered)
    intake = Intake.objects.select_for_update().filter(person_id=person_id, state__in=OPEN).first()
    if intake is None:
        intake = Intake(person_id=person_id)
    elif intake.state == IntakeState.RETURNED:
        INTAKE_STATES.check(intake.state, IntakeState.HANDED_IN)
        intake.state = IntakeState.HANDED_IN
    for name, value in values.items():
        setattr(intake, name, value)
    intake.handed_in_at = at
    intake.handed_in_by = by
    intake.message = ""
    try:
        intake.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
    intake.save()
    return intake


@transaction.atomic
def confirm_intake(*, intake_id: int, since: date, at: datetime, by: User) -> Intake:
    """Write what differs into the dated master data, from a month on (pay account: from its first day).

    What is the same is left alone, and nothing past is rewritten.

    Raises: NotFound, InvalidTransition, OwnData, FundUnknown, PrivateCover, AlreadyEntered, InvalidInput.
    """
    intake = _locked(intake_id)
    INTAKE_STATES.check(intake.state, IntakeState.CONFIRMED)
    if intake.person.user_id == by.pk:
        raise OwnData
    check_years(since)
    if since.day != 1:
        raise InvalidInput(_("A month is written as its first day."))
    intake.since = since
    changed = {change.part for change in changes_of(intake) if change.changed}
    common: dict[str, Any] = {"person_id": intake.person_id, "since": since, "at": at, "by": by}
    if Part.TAX in changed:
        _enter_tax(intake, common)
    if Part.INSURANCE in changed:
        _enter_insurance(intake, common)
    if Part.ACCOUNT in changed:
        enter_payout_account(**common, iban=intake.iban, holder=intake.holder)
    if Part.PERSON in changed:
        row = PersonalDetails(
            person_id=intake.person_id,
            since=since,
            birth_on=intake.birth_on,
            nationality=intake.nationality,
            permit_until=intake.permit_until,
            entered_at=at,
            entered_by=by,
        )
        saved(row, AlreadyEntered)
    if Part.OTHER in changed:
        _enter_other(intake, common)
    _decided(intake, IntakeState.CONFIRMED, at=at, by=by)
    note_access(user=by, action="intake confirmed", about=f"intake:{intake.pk}")
    return intake


@transaction.atomic
def return_intake(*, intake_id: int, message: str, at: datetime, by: User) -> Intake:
    """Give an intake back with a question; the member gets a mail. Raises: NotFound, InvalidTransition, InvalidInput."""
    intake = _locked(intake_id)
    if not message.strip():
        raise InvalidInput(_("Say what to put right."))
    intake.message = message.strip()
    _decided(intake, IntakeState.RETURNED, at=at, by=by)
    person = intake.person
    with translation.override(person.language):
        subject = _("A question about your data")
    queue_mail(
        key=f"intake:{intake.pk}:{at.isoformat()}",
        to=person.email,
        subject=subject,
        template="intake_returned",
        context={"intake": intake, "greeting_name": person.name},
        language=person.language,
    )
    return intake


@transaction.atomic
def withdraw_intake(*, person_id: int, at: datetime, by: User | None) -> Intake:
    """Take one's open intake back. Raises: NotFound."""
    intake = Intake.objects.select_for_update().filter(person_id=person_id, state__in=OPEN).first()
    if intake is None:
        raise NotFound
    return _decided(intake, IntakeState.WITHDRAWN, at=at, by=by)


def _checked(entered: Entered) -> dict[str, Any]:
    """The values as they are stored. Raises: InvalidInput."""
    values = {name: getattr(entered, name) for name in entered.__dataclass_fields__}
    check_years(entered.since, entered.permit_until)
    try:
        values["tax_id"] = idnr.validate(entered.tax_id)
    except NumberError as error:
        raise InvalidInput(_("Tax identification number: 11 digits, as on the letter of the tax office.")) from error
    try:
        values["iban"] = iban_number.validate(entered.iban)
    except NumberError as error:
        raise InvalidInput(
            _("IBAN: this is not a valid account number. Please compare it with your bank card.")
        ) from error
    values["insurance_number"] = check_insurance_number(entered.insurance_number)
    permitted_name(entered.holder, "holder")
    values["holder"] = entered.holder.strip()
    if entered.federal_state not in set(State):
        raise InvalidInput(_("Federal state: choose one of the sixteen."))
    if entered.factor is not None and (entered.tax_class != 4 or not 0 < entered.factor < 1):  # noqa: PLR2004 (§ 39f EStG)
        raise InvalidInput(_("A factor exists in tax class 4 alone and lies between 0 and 1."))
    if entered.childless and entered.children_under25:
        raise InvalidInput(_("Children: either none, or how many are under 25."))
    if entered.fund_id is not None and not HealthFund.objects.filter(id=entered.fund_id, minijobs=False).exists():
        raise InvalidInput(_("Health fund: choose one of the list, or write its name."))
    if entered.fund_id is None and not entered.fund_name.strip() and not entered.private:
        raise InvalidInput(_("Health fund: choose one of the list, or write its name."))
    if bool(entered.other_job) != bool(entered.other_gross_cents):
        raise InvalidInput(_("Other employment: say which kind and what it pays a month, or neither."))
    if entered.since.day != 1:
        raise InvalidInput(_("A month is written as its first day."))
    return values


def _enter_tax(intake: Intake, common: dict[str, Any]) -> None:
    enter_tax_data(
        **common,
        tax_id=intake.tax_id,
        tax_class=intake.tax_class,
        factor=intake.factor,
        child_allowances=intake.child_allowances,
        church=Church(intake.church),
        federal_state=intake.federal_state,
        **_kept_tax(intake),
    )


def _kept_tax(intake: Intake) -> dict[str, Any]:
    """Allowances of the tax card stay: members do not enter them."""
    row = intake.person.tax_data.filter(since__lte=intake.since).order_by("-since").first()
    names = ("allowance_year_cents", "allowance_month_cents", "addition_year_cents", "addition_month_cents")
    return {name: getattr(row, name) for name in names} if row else {}


def _enter_insurance(intake: Intake, common: dict[str, Any]) -> None:
    kept = intake.person.insurance_data.filter(since__lte=intake.since).order_by("-since").first()
    if intake.private and (kept is None or kept.cover != Cover.PRIVATE):
        raise PrivateCover
    if intake.fund_id is None and not (intake.private and kept is not None):
        raise FundUnknown
    names = ("health_premium_cents", "care_premium_cents", "basic_premium_cents", "sick_pay")
    premiums = {name: getattr(kept, name) for name in names} if kept is not None and intake.private else {}
    cover = Cover.PRIVATE if intake.private else Cover.STATUTORY
    if kept is not None and not intake.private and kept.cover == Cover.VOLUNTARY:
        cover = Cover.VOLUNTARY
    enter_insurance(
        **common,
        insurance_number=intake.insurance_number,
        fund_id=intake.fund_id or kept.fund_id,
        childless=intake.childless,
        children_under25=intake.children_under25,
        cover=cover,
        pensioner=kept.pensioner if kept is not None else False,
        pension_opt_out=kept.pension_opt_out if kept is not None else False,
        **premiums,
    )


def _enter_other(intake: Intake, common: dict[str, Any]) -> None:
    """The other employment named, and an end for each kind that is not named any more."""
    kinds = set(intake.person.other_employments.filter(since__lte=intake.since).values_list("kind", flat=True))
    if intake.other_job:
        kinds.add(intake.other_job)
    for kind in sorted(kinds):
        gross = intake.other_gross_cents if kind == intake.other_job else 0
        enter_other_employment(**common, kind=OtherJob(kind), gross_cents=gross)


def _locked(intake_id: int) -> Intake:
    rows = Intake.objects.select_for_update(of=("self",)).select_related("person", "fund")
    intake: Intake | None = rows.filter(id=intake_id).first()
    if intake is None:
        raise NotFound
    return intake


def _decided(intake: Intake, state: IntakeState, *, at: datetime, by: User | None) -> Intake:
    INTAKE_STATES.check(intake.state, state)
    intake.state = state
    intake.decided_at = at
    intake.decided_by = by
    intake.save()
    return intake
