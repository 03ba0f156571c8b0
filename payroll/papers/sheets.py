"""A paper as data: columns, rows, sums and notes. One page, one PDF, one CSV and one API show them all."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils import translation

from coop.documents.pdf import pdf_of
from coop.money import decimal_string
from coop.tenancy.queries import this_cooperative

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDE = 7
"""From so many columns on a sheet is printed across."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet. `key` is its name for programs."""

    key: str
    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a paper. Money is integer cents; `totals` is a row of sums or None."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any] | None = None
    note: str = ""
    empty: str = ""

    @property
    def wide(self) -> bool:
        """Whether it is printed across."""
        return len(self.columns) >= WIDE

    def sums(self) -> dict[str, int]:
        """The sum of each money column."""
        return {
            column.key: sum(row.get(column.key) or 0 for row in self.rows)
            for column in self.columns
            if column.kind is Kind.MONEY
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper of one or more sheets, with what its reader must know."""

    key: str
    title: str
    about: str
    sheets: tuple[Sheet, ...]
    facts: tuple[tuple[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    filename: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its file, without an ending."""
        return self.filename or self.key


def text(key: str, label: str) -> Column:
    """A column of words."""
    return Column(key=key, label=label)


def money(key: str, label: str) -> Column:
    """A column of cents."""
    return Column(key=key, label=label, kind=Kind.MONEY)


def number(key: str, label: str) -> Column:
    """A column of numbers."""
    return Column(key=key, label=label, kind=Kind.NUMBER)


def day(key: str, label: str) -> Column:
    """A column of days."""
    return Column(key=key, label=label, kind=Kind.DAY)


def month(key: str, label: str) -> Column:
    """A column of months, as first days."""
    return Column(key=key, label=label, kind=Kind.MONTH)


def as_csv(paper: Paper) -> bytes:
    """The paper as German spreadsheets read it: semicolons, decimal commas, UTF-8 with its mark, CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for place, sheet in enumerate(paper.sheets):
        if place:
            writer.writerow([])
        if len(paper.sheets) > 1:
            writer.writerow([_safe(sheet.title)])
        writer.writerow([column.label for column in sheet.columns])
        rows = [*sheet.rows, sheet.totals] if sheet.totals else sheet.rows
        for row in rows:
            writer.writerow([_cell(row.get(column.key), column.kind) for column in sheet.columns])
    return out.getvalue().encode("utf-8-sig")


def as_pdf(paper: Paper, language: str = "de") -> bytes:
    """The paper on A4, across where a sheet has many columns."""
    cooperative = this_cooperative()
    with translation.override(language):
        context = {
            "paper": paper,
            "cooperative": cooperative,
            "wide": any(sheet.wide for sheet in paper.sheets),
        }
    return pdf_of("documents/report.html", context, language)


def as_json(paper: Paper) -> dict[str, Any]:
    """The paper for programs: money as decimal strings, days and months in ISO form."""
    return {
        "key": paper.key,
        "title": paper.title,
        "currency": "EUR",
        "notes": list(paper.notes),
        "sheets": [
            {
                "key": sheet.key,
                "title": sheet.title,
                "columns": [
                    {"key": column.key, "label": column.label, "kind": column.kind.value} for column in sheet.columns
                ],
                "rows": [_plain(row, sheet) for row in sheet.rows],
                "totals": _plain(sheet.totals, sheet) if sheet.totals else None,
            }
            for sheet in paper.sheets
        ],
    }


def _plain(row: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    return {column.key: _json(row.get(column.key), column.kind) for column in sheet.columns}


def _json(value: Any, kind: Kind) -> Any:
    if value is None or value == "":
        return None
    if kind is Kind.MONEY:
        return decimal_string(value)
    if kind is Kind.MONTH:
        return f"{value:%Y-%m}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | bool) else str(value)


def _cell(value: Any, kind: Kind) -> str:
    if value is None or value == "":
        return ""
    if kind is Kind.MONEY:
        return decimal_string(value).replace(".", ",")
    if kind is Kind.DAY:
        return f"{value:%d.%m.%Y}"
    if kind is Kind.MONTH:
        return f"{value:%m/%Y}"
    return _safe(str(value)) if kind is Kind.TEXT else str(value).replace(".", ",")


def _safe(value: str) -> str:
    """No spreadsheet takes a name for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
