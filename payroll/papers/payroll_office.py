"""What goes to a payroll office that transmits for the cooperative: each month's elements of pay for DATEV LODAS."""

from collections.abc import Iterator
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, StetigError
from coop.ledger.exports.numbers import client_on
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from payroll.models import Payslip
from payroll.papers.figures.lodas import Movement, lodas
from payroll.papers.models import WageType
from payroll.states import ElementKind, PayslipState

SALARY = "salary"
ELEMENTS = (SALARY, *(kind.value for kind in ElementKind))
"""Elements of pay that a wage type can be given to."""
_OF_PAY = ("pay.", "free.", "kept.")


class WageTypeMissing(StetigError):
    """A wage type is missing: enter what the payroll office calls this element of pay."""

    code = "wage_type_missing"


class WageTypeEntered(StetigError):
    """There is a wage type for this element from that day on already."""

    code = "wage_type_entered"


@transaction.atomic
def enter_wage_type(*, element: str, since: date, number: str, entry_key: str, by: User) -> WageType:
    """Keep what the payroll office calls an element of pay, from a day on. Raises: InvalidInput, WageTypeEntered."""
    if element not in ELEMENTS:
        raise InvalidInput(_("Choose an element of pay."))
    for value, longest in ((number, 4), (entry_key, 2)):
        if not (value.isascii() and value.isdigit() and len(value) <= longest):
            raise InvalidInput(_("Wage type (up to 4 digits) and entry key (up to 2) are numbers."))
    try:
        with transaction.atomic():
            row: WageType = WageType.objects.create(element=element, since=since, number=number, entry_key=entry_key)
    except IntegrityError as error:
        raise WageTypeEntered from error
    note_access(user=by, action="wage type entered", about=f"wage type {row.pk}")
    return row


def wage_types_on(day: date) -> dict[str, WageType]:
    """Element of pay -> its wage type on a day."""
    return {row.element: row for row in WageType.objects.filter(since__lte=day).order_by("since")}


def movement_file(month: date) -> tuple[str, bytes]:
    """The LODAS file of a month and its name, from its computed or posted payslips.

    Raises: WageTypeMissing, naming the elements; InvalidInput.
    """
    client = client_on(month)
    if client is None:
        raise InvalidInput(_("Enter the consultant and client number first, under Books, Export."))
    data = lodas(
        consultant_number=client.consultant_number,
        client_number=client.client_number,
        month=month,
        movements=_movements(month),
    )
    return f"LODAS_{month:%Y-%m}.txt", data


def _movements(month: date) -> list[Movement]:
    types = wage_types_on(month)
    slips = (
        Payslip.objects.filter(month=month, corrections__isnull=True)
        .exclude(state=PayslipState.FAILED)
        .select_related("person")
        .order_by("person_id", "id")
    )
    found: list[Movement] = []
    missing: set[str] = set()
    for slip in slips:
        for element, cents in _elements(slip):
            known = types.get(element)
            if known is None:
                missing.add(element)
            else:
                number = slip.person.member_number or 0
                found.append(Movement(person=number, wage_type=known.number, entry_key=known.entry_key, cents=cents))
    if missing:
        raise WageTypeMissing(_("Enter the wage types of: %(elements)s.") % {"elements": ", ".join(sorted(missing))})
    return found


def _elements(slip: Payslip) -> Iterator[tuple[str, int]]:
    """Elements of a payslip with their amounts; one without lines of pay is a salary alone."""
    lines = [line for line in slip.lines if line["code"].startswith(_OF_PAY)]
    if not any(line["code"].startswith("pay.") for line in lines) and slip.gross_cents:
        yield SALARY, slip.gross_cents
    for line in lines:
        if line["amount_cents"]:
            yield line["code"].split(".", 1)[1], line["amount_cents"]
