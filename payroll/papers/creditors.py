"""The accounts of funds and of the tax office, from a day on."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError as NumberError

from coop.banking.bank_days import STATES
from coop.banking.sepa import permitted_name, permitted_text
from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from payroll.calculation import latest
from payroll.models import HealthFund
from payroll.papers.models import Creditor


class CreditorMissing(StetigError):
    """The bank account of the fund or of the tax office is missing: enter it first."""

    code = "creditor_missing"


class CreditorEntered(StetigError):
    """There is an account for that day already; another one begins on another day."""

    code = "creditor_entered"


def creditors_on(day: date) -> dict[int, Creditor]:
    """Fund id -> its account in force on a day."""
    return latest(Creditor.objects.filter(fund__isnull=False), "fund_id", day)


def tax_office_on(day: date) -> Creditor | None:
    """The tax office's account in force on a day."""
    found: Creditor | None = Creditor.objects.filter(fund__isnull=True, since__lte=day).order_by("-since").first()
    return found


@transaction.atomic
def enter_creditor(
    *,
    fund_id: int | None,
    since: date,
    name: str,
    iban: str,
    reference: str,
    federal_state: str,
    at: datetime,
    by: User | None,
) -> Creditor:
    """Enter the account of a fund, or of the tax office (without a fund), from a day on.

    Raises: NotFound, InvalidInput, CreditorEntered.
    """
    if fund_id is not None and not HealthFund.objects.filter(id=fund_id).exists():
        raise NotFound
    try:
        number = iban_number.validate(iban)
    except NumberError as error:
        raise InvalidInput(_("IBAN: this is not a valid account number. Please compare it with the letter.")) from error
    if federal_state and federal_state not in STATES:
        raise InvalidInput(_("Federal state: choose one of the sixteen."))
    if not reference.strip():
        raise InvalidInput(_("Say under which number they know the cooperative: payments carry it."))
    permitted_text(reference, "reference")
    row = Creditor(
        fund_id=fund_id,
        since=since,
        name=permitted_name(name, "name"),
        iban=number,
        reference=reference.strip(),
        federal_state=federal_state,
        entered_at=at,
        entered_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CreditorEntered from error
    note_access(user=by, action="creditor entered", about=f"creditor {row.pk}")
    return row
