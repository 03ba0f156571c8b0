"""Rates of many funds, and of accident insurance, from a table: what each carrier has published, with its source."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, StetigError
from coop.tenancy.models import User
from payroll.master_data import AlreadyEntered, enter_accident_rate, enter_health_fund

FUND_COLUMNS = ("name", "number", "since", "additional_rate", "u1", "u2", "refund", "source")
"""Rates in percent with a point; `u1`, `u2` and `refund` may be empty."""
ACCIDENT_COLUMNS = ("since", "hazard_class", "per_thousand", "source")
MOST_BYTES = 2_000_000
_NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rates were new, and how many had been entered before."""

    new: int
    known: int


@transaction.atomic
def import_rates(*, data: bytes, at: datetime, by: User | None) -> Imported:
    """Enter the rates of a CSV table in UTF-8, separated by semicolons or commas, all or none.

    Its first line names the columns: those of funds or those of accident insurance. What is known stays as it is.

    Raises: InvalidInput, naming the line.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(_("The table is larger than 2 MB. Split it."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(_("The table is not in UTF-8. Save it as CSV in UTF-8.")) from error
    first = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter=";" if ";" in first else ",")
    columns = {name.strip() for name in rows.fieldnames or ()}
    if columns == set(FUND_COLUMNS):
        enter = _enter_fund
    elif columns == set(ACCIDENT_COLUMNS):
        enter = _enter_accident
    else:
        raise InvalidInput(
            _("The first line names the columns: %(funds)s; or for accident insurance: %(accident)s.")
            % {"funds": ";".join(FUND_COLUMNS), "accident": ";".join(ACCIDENT_COLUMNS)}
        )
    new = known = 0
    for row in rows:
        try:
            enter({str(name).strip(): (value or "").strip() for name, value in row.items()}, at, by)
        except AlreadyEntered:
            known += 1
        except StetigError as error:
            raise InvalidInput(_("Line %(line)s: %(error)s") % {"line": rows.line_num, "error": error}) from error
        else:
            new += 1
    return Imported(new=new, known=known)


def _enter_fund(row: Mapping[str, str], at: datetime, by: User | None) -> None:  # noqa: ARG001 (as the other table)
    if len(row["number"]) != _NUMBER_LENGTH or not row["number"].isdigit():
        raise InvalidInput(_("number: the employer number of a fund has 8 digits"))
    enter_health_fund(
        name=row["name"],
        number=row["number"],
        since=_day(row["since"]),
        additional_rate=_share(row, "additional_rate"),
        sickness_levy_rate=_share(row, "u1") if row["u1"] else None,
        maternity_levy_rate=_share(row, "u2") if row["u2"] else None,
        sickness_refund_rate=_share(row, "refund") if row["refund"] else None,
        source=row["source"],
    )


def _enter_accident(row: Mapping[str, str], at: datetime, by: User | None) -> None:
    enter_accident_rate(
        since=_day(row["since"]),
        hazard_class=_decimal(row, "hazard_class"),
        per_thousand=_decimal(row, "per_thousand"),
        source=row["source"],
        at=at,
        by=by,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(_("since: write a day as 2026-01-01")) from error


def _share(row: Mapping[str, str], name: str) -> Decimal:
    return _decimal(row, name) / 100


def _decimal(row: Mapping[str, str], name: str) -> Decimal:
    try:
        value = Decimal(row[name])
    except InvalidOperation as error:
        raise InvalidInput(_("%(name)s: write a number with a point, such as 2.69") % {"name": name}) from error
    if not value.is_finite() or not 0 <= value <= 100:  # noqa: PLR2004 (percent)
        raise InvalidInput(_("%(name)s: write a number from 0 to 100") % {"name": name})
    return value
