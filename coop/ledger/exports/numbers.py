"""The account numbers of the tax adviser's chart, and how DATEV knows the cooperative: dated, imported, never shipped."""

import csv
import io
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, StetigError
from coop.ledger.chart import AccountCode
from coop.ledger.models import ExportAccount, ExportClient
from coop.tenancy.actions import note_access
from coop.tenancy.models import User

LARGEST_FILE = 100_000
_LONGEST_NUMBER = 9
_SHORTEST_NUMBER = 4


class NumbersEntered(StetigError):
    """There are numbers from that day on already; others begin on another day."""

    code = "numbers_entered"


def numbers_on(day: date) -> dict[AccountCode, str]:
    """The number of each account on a day, as far as they were entered."""
    rows = ExportAccount.objects.filter(since__lte=day).order_by("since").values_list("code", "number")
    return {AccountCode(code): number for code, number in rows}


def client_on(day: date) -> ExportClient | None:
    """How DATEV knows the cooperative on a day."""
    found: ExportClient | None = ExportClient.objects.filter(since__lte=day).order_by("-since").first()
    return found


@transaction.atomic
def enter_client(
    *, since: date, consultant_number: int, client_number: int, account_length: int, year_begins: int, by: User
) -> ExportClient:
    """Enter the adviser's numbers from a day on. Raises: InvalidInput, NumbersEntered."""
    if not 1001 <= consultant_number <= 9_999_999 or not 1 <= client_number <= 99_999:  # noqa: PLR2004 (the format's own limits)
        raise InvalidInput(_("Consultant number: 1001 to 9999999; client number: 1 to 99999."))
    if not 4 <= account_length <= 8 or not 1 <= year_begins <= 12:  # noqa: PLR2004
        raise InvalidInput(_("Accounts have 4 to 8 digits; the financial year begins in a month from 1 to 12."))
    try:
        with transaction.atomic():
            row: ExportClient = ExportClient.objects.create(
                since=since,
                consultant_number=consultant_number,
                client_number=client_number,
                account_length=account_length,
                year_begins=year_begins,
            )
    except IntegrityError as error:
        raise NumbersEntered from error
    note_access(user=by, action="export numbers entered", about=f"export client {row.pk}")
    return row


@transaction.atomic
def import_numbers(*, data: bytes, since: date, by: User) -> int:
    """Bring in account numbers from a day on: lines of `account;number`. How many were entered.

    Accounts without a number are left out. Raises: InvalidInput, naming the line; NumbersEntered.
    """
    rows = [ExportAccount(code=code, since=since, number=number) for code, number in _read(data).items()]
    if not rows:
        raise InvalidInput(_("There is no line with an account and a number."))
    try:
        with transaction.atomic():
            ExportAccount.objects.bulk_create(rows)
    except IntegrityError as error:
        raise NumbersEntered from error
    note_access(user=by, action="export numbers entered", about=f"accounts since {since}")
    return len(rows)


def template() -> bytes:
    """A file to fill in: every account of the ledger, without numbers."""
    return ("account;number\r\n" + "".join(f"{code.value};\r\n" for code in AccountCode)).encode()


def _read(data: bytes) -> dict[AccountCode, str]:
    if len(data) > LARGEST_FILE:
        raise InvalidInput(_("This file is too large for a list of accounts."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    delimiter = ";" if ";" in text else ","
    known = {code.value: code for code in AccountCode}
    found: dict[AccountCode, str] = {}
    for place, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0] == "account":
            continue
        code = known.get(cells[0])
        number = cells[1] if len(cells) > 1 else ""
        if code is None:
            raise InvalidInput(_("Line %(line)s: this account is not in the ledger.") % {"line": place})
        if not number:
            continue
        if not (number.isascii() and number.isdigit() and _SHORTEST_NUMBER <= len(number) <= _LONGEST_NUMBER):
            raise InvalidInput(_("Line %(line)s: an account number has 4 to 9 digits.") % {"line": place})
        if code in found:
            raise InvalidInput(_("Line %(line)s: this account stands twice.") % {"line": place})
        found[code] = number
    return found
