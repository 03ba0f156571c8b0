"""Figures of the wage-tax return by the numbers of its form, and how often it is due.

Source: § 41a EStG; form of the wage-tax return 2026 (BMF of 14 August 2025, IV C 5 - S 2533/00120/006/009).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MONTHLY_ABOVE_CENTS = 5_000_00
YEARLY_UP_TO_CENTS = 1_080_00
"""Wage tax of the year before that decides the period. Source: § 41a (2) S. 2 EStG."""
QUARTER = 3
DECEMBER = 12


class Rhythm(StrEnum):
    """How often the return is due."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Field(StrEnum):
    """Numbers of the form (Kennzahlen)."""

    EMPLOYEES = "86"
    WAGE_TAX = "42"
    SOLI = "49"
    PROTESTANT = "61"
    CATHOLIC = "62"
    TOTAL = "83"


CHURCH_FIELDS = {"ev": Field.PROTESTANT, "rk": Field.CATHOLIC}
"""Whose number is the same in every state; other communities' numbers differ by state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What one payslip withheld, in cents. `church` is the community's key, `year` the one the pay belongs to."""

    person_id: int
    year: int
    wage_tax_cents: int
    soli_cents: int
    church_tax_cents: int
    church: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WageTaxReturn:
    """The figures of one return. Cents but `employees`."""

    employees: int
    wage_tax_cents: int
    soli_cents: int
    church_cents: Mapping[str, int]
    wage_tax_by_year: Mapping[int, int]

    @property
    def total_cents(self) -> int:
        """What is due to the tax office."""
        return self.wage_tax_cents + self.soli_cents + sum(self.church_cents.values())


def wage_tax_return(withheld: Iterable[Withheld]) -> WageTaxReturn:
    """The figures of all that was withheld in a period."""
    rows = list(withheld)
    church: dict[str, int] = {}
    years: dict[int, int] = {}
    for row in rows:
        years[row.year] = years.get(row.year, 0) + row.wage_tax_cents
        if row.church_tax_cents:
            church[row.church] = church.get(row.church, 0) + row.church_tax_cents
    return WageTaxReturn(
        employees=len({row.person_id for row in rows}),
        wage_tax_cents=sum(row.wage_tax_cents for row in rows),
        soli_cents=sum(row.soli_cents for row in rows),
        church_cents=dict(sorted(church.items())),
        wage_tax_by_year=dict(sorted(years.items())),
    )


def rhythm_of(*, last_year_cents: int | None, first_month_cents: int = 0) -> Rhythm:
    """How often the return is due, by the wage tax of the year before.

    Where there was none, the first full month times twelve decides. Source: § 41a (2) S. 2 to 4 EStG.
    """
    year = first_month_cents * DECEMBER if last_year_cents is None else last_year_cents
    if year > MONTHLY_ABOVE_CENTS:
        return Rhythm.MONTH
    return Rhythm.QUARTER if year > YEARLY_UP_TO_CENTS else Rhythm.YEAR


def period_of(month: date, rhythm: Rhythm) -> tuple[date, date]:
    """The period a month lies in: its first day, and the first day after it."""
    if rhythm is Rhythm.YEAR:
        return date(month.year, 1, 1), date(month.year + 1, 1, 1)
    length = QUARTER if rhythm is Rhythm.QUARTER else 1
    first = (month.month - 1) // length * length + 1
    after = first + length
    return date(month.year, first, 1), date(month.year + (after > DECEMBER), (after - 1) % DECEMBER + 1, 1)
