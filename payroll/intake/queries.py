"""Reads over intakes: what is open, what it changes, whose permit ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from coop.errors import NotFound
from members.models import Person
from payroll.calculation import latest
from payroll.insurance_number import birth_date_in
from payroll.intake.models import Intake, PersonalDetails
from payroll.intake.states import OPEN, IntakeState
from payroll.models import EmploymentContract, InsuranceData, OtherEmployment, PayoutAccount, TaxData
from payroll.states import Cover, OtherJob

PERMIT_AHEAD = timedelta(days=90)
"""How long before its end a residence permit comes onto the list."""


class Part(StrEnum):
    """The kinds of master data that an intake feeds."""

    TAX = "tax"
    INSURANCE = "insurance"
    ACCOUNT = "account"
    PERSON = "person"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of an intake beside what is kept so far (`before` is None where nothing is)."""

    part: Part
    name: str
    before: Any
    after: Any

    @property
    def changed(self) -> bool:
        """Whether it differs."""
        return bool(self.before != self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What payroll keeps about a person in a month."""

    tax: TaxData | None
    insurance: InsuranceData | None
    account: PayoutAccount | None
    details: PersonalDetails | None
    others: tuple[OtherEmployment, ...]
    """The newest of each kind."""


def kept_of(person_id: int, month: date) -> Kept:
    """What is kept about a person for a month, in five statements."""

    def newest(rows: Any) -> Any:
        return latest(rows.filter(person_id=person_id), "person_id", month).get(person_id)

    return Kept(
        tax=newest(TaxData.objects),
        insurance=newest(InsuranceData.objects.select_related("fund")),
        account=newest(PayoutAccount.objects),
        details=newest(PersonalDetails.objects),
        others=tuple(latest(OtherEmployment.objects.filter(person_id=person_id), "kind", month).values()),
    )


def changes_of(intake: Intake) -> list[Change]:
    """Every field of an intake beside what is kept for its month."""
    kept = kept_of(intake.person_id, intake.since)
    return [*_of_rows(intake, kept), _of_other(intake, kept)]


FIELDS = (
    (Part.PERSON, "details", ("birth_on", "nationality", "permit_until")),
    (Part.TAX, "tax", ("tax_id", "tax_class", "factor", "child_allowances", "church", "federal_state")),
    (Part.INSURANCE, "insurance", ("insurance_number", "childless", "children_under25")),
    (Part.ACCOUNT, "account", ("iban", "holder")),
)
"""Which columns of an intake stand in which kind of master data."""


def _of_rows(intake: Intake, kept: Kept) -> Iterator[Change]:
    for part, attribute, names in FIELDS:
        row = getattr(kept, attribute)
        for name in names:
            yield Change(part=part, name=name, before=getattr(row, name) if row else None, after=getattr(intake, name))
        if part is Part.INSURANCE:
            now = intake.fund.name if intake.fund else intake.fund_name
            private = row.cover == Cover.PRIVATE if row else False
            yield Change(part=part, name="private", before=private if row else None, after=intake.private)
            yield Change(part=part, name="fund", before=row.fund.name if row else None, after=now)


def _of_other(intake: Intake, kept: Kept) -> Change:
    before = {row.kind: row.gross_cents for row in kept.others if row.gross_cents}
    after = {intake.other_job: intake.other_gross_cents} if intake.other_job else {}
    return Change(part=Part.OTHER, name="other_job", before=before, after=after)


def warnings_of(intake: Intake, on: date) -> list[str]:
    """What the office should look at before it confirms."""
    found = []
    born = birth_date_in(intake.insurance_number, on)
    if born is not None and born != intake.birth_on:
        found.append(_("The date of birth differs from the one in the social insurance number."))
    if intake.nationality != "DE" and intake.permit_until is None:
        found.append(
            _("No residence permit is named. Check whether this nationality needs one to work (§ 4a AufenthG).")
        )
    if intake.permit_until is not None and intake.permit_until <= on + PERMIT_AHEAD:
        found.append(_("The residence permit ends soon. Ask for the new one, and keep a copy (§ 4a AufenthG)."))
    if intake.fund is None and intake.fund_name:
        found.append(_("The health fund is not on the list. Enter it first, with its rates and their source."))
    if intake.private:
        found.append(_("Private health insurance: enter cover and premiums from the certificate of the insurer."))
    if intake.other_job == OtherJob.INSURED and intake.tax_class != 6:  # noqa: PLR2004 (§ 38b EStG)
        found.append(
            _("With another main employment tax class VI holds here, unless this is the main one (§ 38b EStG).")
        )
    if intake.children_under25 and not intake.child_allowances and intake.tax_class not in {5, 6}:
        found.append(_("There are children but no child allowance. Is the certificate of the tax office known?"))
    return found


def open_intake(person_id: int) -> Intake | None:
    """What a person entered and the office has not confirmed."""
    rows = Intake.objects.filter(person_id=person_id, state__in=OPEN).select_related("fund")
    intake: Intake | None = rows.first()
    return intake


def intake_by_id(intake_id: int) -> Intake:
    """One intake with person and fund. Raises: NotFound."""
    intake: Intake | None = Intake.objects.select_related("person", "fund", "decided_by").filter(id=intake_id).first()
    if intake is None:
        raise NotFound
    return intake


def waiting_intakes() -> list[Intake]:
    """Intakes that wait for the office, oldest first."""
    rows = Intake.objects.filter(state=IntakeState.HANDED_IN).select_related("person")
    return list(rows.order_by("handed_in_at", "id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A residence permit that ends."""

    person_id: int
    name: str
    until: date


def ending_permits(on: date) -> list[Permit]:
    """Employed people whose residence permit ends within the next weeks or has ended, the earliest first."""
    newest = latest(PersonalDetails.objects.select_related("person"), "person_id", on)
    employed = set(
        EmploymentContract.objects.filter(starts_on__lte=on)
        .exclude(ends_on__lte=on)
        .values_list("person_id", flat=True)
    )
    rows = [
        Permit(person_id=row.person_id, name=row.person.name, until=row.permit_until)
        for row in newest.values()
        if row.permit_until and row.permit_until <= on + PERMIT_AHEAD and row.person_id in employed
    ]
    return sorted(rows, key=lambda row: (row.until, row.name))


def initial_of(person: Person, month: date) -> dict[str, Any]:
    """What a person's form begins with: the open intake, else what is kept, else the little that is known."""
    intake = open_intake(person.pk)
    if intake is not None:
        columns = [field.attname for field in Intake._meta.concrete_fields]
        return {name: getattr(intake, name) for name in columns}
    kept = kept_of(person.pk, month)
    initial: dict[str, Any] = {"holder": person.name, "child_allowances": Decimal(0), "children_under25": 0}
    for _part, attribute, names in FIELDS:
        row = getattr(kept, attribute)
        if row is not None:
            initial.update({name: getattr(row, name) for name in names})
    if kept.insurance is not None:
        initial["fund_id"] = kept.insurance.fund_id
        initial["private"] = kept.insurance.cover == Cover.PRIVATE
    for other in kept.others:
        if other.gross_cents:
            initial |= {"other_job": other.kind, "other_gross_cents": other.gross_cents}
    return initial


def needs_intake(person_id: int, month: date) -> bool:
    """Whether a member should enter data: nothing is kept for the salary, and nothing waits."""
    if Intake.objects.filter(person_id=person_id, state=IntakeState.HANDED_IN).exists():
        return False
    if Intake.objects.filter(person_id=person_id, state=IntakeState.RETURNED).exists():
        return True
    return not TaxData.objects.filter(person_id=person_id, since__lte=month).exists()
