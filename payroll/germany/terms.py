"""What a salary depends on besides its amount."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coop.errors import InvalidInput

MILLION = 1_000_000
_NO_FACTOR = Decimal(1)


class Kind(StrEnum):
    """Which rules a salary follows."""

    AUTO = "auto"
    """Minijob, transition range or ordinary rules, as the pay decides."""
    FULL = "full"
    MIDIJOB = "midijob"
    MINIJOB = "minijob"
    WERKSTUDENT = "werkstudent"
    SHORT_TERM = "short_term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Premiums:
    """Private insurance in health and care, in cents a month."""

    health_cents: int
    care_cents: int
    basic_cents: int
    """The part of both that is basic cover, as certified for wage tax."""
    sick_pay: bool = True
    """Whether the cover includes sick pay; without it the subsidy follows the reduced rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levies:
    """What employers pay among themselves, as shares of pay: U1 and U2 of the fund, and accident insurance.

    The insolvency levy (U3) is law, the levies of Minijobs are those of the Minijob-Zentrale.
    """

    sickness: Decimal
    maternity: Decimal
    accident: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a salary depends on besides its gross.

    Rates are shares of one: `additional_rate` is the health fund's full additional rate, `church_rate` is 0
    without church tax, `levies_rate` holds U1 to U3 and accident insurance where `levies` are not known one by
    one. Allowances and additions are those of the tax card.

    Raises: InvalidInput, for contradictions.
    """

    additional_rate: Decimal
    kind: Kind = Kind.AUTO
    tax_class: int = 1
    factor: Decimal = _NO_FACTOR
    childless: bool = False
    children_under25: int = 0
    child_allowances: Decimal = Decimal(0)
    church_rate: Decimal = Decimal(0)
    saxony: bool = False
    pension_opt_out: bool = False
    """Minijob: exempt from pension insurance."""
    levies_rate: Decimal = Decimal(0)
    levies: Levies | None = None
    premiums: Premiums | None = None
    """None: insured in a statutory fund."""
    health_compulsory: bool = True
    """Whether insurance in the statutory fund is compulsory, not chosen above the limit of § 6 SGB V."""
    pensioner: bool = False
    """Draws a full old-age pension after the regular age."""
    flat_tax: bool = True
    """Minijob: the employer pays the flat tax; otherwise it is taxed by the tax card."""
    over_four_weeks: bool = True
    """Short-term: the employment was agreed for more than four weeks, so that sickness is levied."""
    allowance_month_cents: int = 0
    addition_month_cents: int = 0
    allowance_year_cents: int = 0
    addition_year_cents: int = 0
    age_relief_year: int | None = None
    """The year after the 64th birthday, for those who completed it before the year began."""
    other_insured_cents: int = 0
    """Pay of insured employments elsewhere in the month."""
    other_minijob_cents: int = 0
    """Pay of Minijobs elsewhere in the month."""

    def __post_init__(self) -> None:
        if not 0 <= self.church_rate < 1:
            raise InvalidInput("church_rate: give a share of the wage tax from 0 to below 1")
        if not 0 <= self.levies_rate <= 1 or self.levies_rate * MILLION % 1:
            raise InvalidInput("levies_rate: give a share of gross from 0 to 1, with at most six decimals")
        if self.other_insured_cents < 0 or self.other_minijob_cents < 0:
            raise InvalidInput("other pay: must not be negative")
