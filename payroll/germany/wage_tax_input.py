"""The facts that wage tax is computed from, in names of their own; amounts are whole cents.

The names of the ministry's plan (RE4, LZZ, ...) stand beside each field. What the tax card (ELStAM), the contract
and the insurance of a person say goes in as it is; the law of the day decides what of it counts.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from coop.errors import InvalidInput

_NO_FACTOR = Decimal(1)
_ZERO = Decimal(0)
_CLASS_WITH_FACTOR = 4


class PayPeriod(IntEnum):
    """LZZ: the time that the wage was paid for."""

    YEAR = 1
    MONTH = 2
    WEEK = 3
    DAY = 4

    def to_year(self, cents: int) -> int:
        """An amount of the period as one of the year, cut to the cent; a year has 360 days."""
        times, parts = _YEAR[self]
        return cents * times // parts

    def of_year(self, cents: int) -> int:
        """The period's share of a yearly amount that is not negative, cut to the cent."""
        times, parts = _YEAR[self]
        return cents * parts // times


_YEAR = ((0, 1), (1, 1), (12, 1), (360, 7), (360, 1))
"""By period: times and parts that make a year of it; there is no period 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateHealth:
    """Private health and care insurance; both amounts are per month, whatever the pay period."""

    premium_month_cents: int = 0
    """PKPV: the person's premium for basic cover."""
    subsidy_month_cents: int = 0
    """PKPVAGZ: the employer's subsidy to it; counts from 2026."""
    employer_subsidises: bool = False
    """PKV 2 instead of 1: whether there is a subsidy; counts until 2025, when the plan estimates it."""

    def __post_init__(self) -> None:
        _refuse_negative(self, "premium_month_cents", "subsidy_month_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class PensionBenefits:
    """Pension benefits of a former employer (Versorgungsbezuege) within the wage."""

    since_year: int
    """VJAHR: the year of the first benefit."""
    period_cents: int = 0
    """VBEZ: the part of the period's wage."""
    first_month_cents: int = 0
    """VBEZM: the benefit of the first full month."""
    first_year_special_cents: int = 0
    """VBEZS: special payments expected in the year of the first benefit."""
    months: int = 0
    """ZMVB: months with benefits in the year; counts for the pay period year and for one-off payments."""

    def __post_init__(self) -> None:
        _refuse_negative(self, "period_cents", "first_month_cents", "first_year_special_cents")
        if not 0 <= self.months <= 12:  # noqa: PLR2004 - months of a year
            raise InvalidInput("months: give 0 to 12 months with pension benefits")
        _check_year("since_year", self.since_year)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffPayments:
    """Payments beside the current wage, and what is expected of the year without them."""

    amount_cents: int = 0
    """SONSTB: the one-off payments, all parts below included except `equity_benefit_cents`."""
    compensation_cents: int = 0
    """SONSTENT: the part that is compensation (§ 24 no. 1 EStG) or a taxable benefit of § 19a EStG."""
    year_wage_cents: int = 0
    """JRE4: wage expected for the year without `amount_cents`, earlier one-off payments included."""
    year_compensation_cents: int = 0
    """JRE4ENT: the part of it as in `compensation_cents`."""
    year_allowance_cents: int = 0
    """JFREIB."""
    year_addition_cents: int = 0
    """JHINZU."""
    equity_benefit_cents: int = 0
    """MBV: benefit of shares that is not taxed yet (§ 19a EStG)."""
    year_pension_cents: int = 0
    """JVBEZ: pension benefits within `year_wage_cents`."""
    pension_cents: int = 0
    """VBS: pension benefits within `amount_cents`."""
    death_benefit_cents: int = 0
    """STERBE: death benefit and capital payments within `pension_cents`."""

    def __post_init__(self) -> None:
        _refuse_negative(self, *OneOffPayments.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WageTaxInput:
    """Everything that decides on the wage tax of one payment to one person.

    Raises: InvalidInput, naming the field.
    """

    tax_class: int
    """STKL, 1 to 6."""
    wage_cents: int
    """RE4: taxable wage of the period, before allowances."""
    period: PayPeriod = PayPeriod.MONTH
    allowance_cents: int = 0
    """LZZFREIB of the tax card, for the period."""
    addition_cents: int = 0
    """LZZHINZU of the tax card, for the period."""
    additional_rate: Decimal = _ZERO
    """KVZ: the health fund's full additional rate in percent, two decimals."""
    private_health: PrivateHealth | None = None
    """None: statutory health insurance (PKV 0)."""
    pension_insured: bool = True
    """KRV 0: in statutory pension insurance or a professional scheme."""
    unemployment_insured: bool = True
    """ALV 0; counts from 2026."""
    saxony: bool = False
    """PVS: the care insurance split of Saxony."""
    childless: bool = False
    """PVZ: surcharge in care insurance."""
    care_discounts: int = 0
    """PVA: children under 25 less one, 0 to 4; without effect for the childless."""
    child_allowances: Decimal = _ZERO
    """ZKF of the tax card, one decimal."""
    church: bool = False
    """R above 0: church tax is due."""
    factor: Decimal = _NO_FACTOR
    """f of the factor method, above 0 to 1, three decimals; class 4 alone."""
    age_relief_year: int | None = None
    """AJAHR: the year after the 64th birthday, for those who completed it before the year began (ALTER1)."""
    pension: PensionBenefits | None = None
    one_off: OneOffPayments | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.tax_class <= 6:  # noqa: PLR2004 - the classes of § 38b EStG
            raise InvalidInput("tax_class: give 1 to 6")
        if self.wage_cents < 0 or self.allowance_cents < 0 or self.addition_cents < 0:
            _refuse_negative(self, "wage_cents", "allowance_cents", "addition_cents")
        if not 0 <= self.care_discounts <= 4:  # noqa: PLR2004 - § 55 (3) SGB XI counts five children
            raise InvalidInput("care_discounts: give 0 to 4, the children under 25 less one")
        if self.additional_rate is not _ZERO:
            _check_decimal("additional_rate", self.additional_rate, 2, "a percentage with at most two decimals")
        if self.child_allowances is not _ZERO:
            _check_decimal("child_allowances", self.child_allowances, 1, "a number with at most one decimal")
        if self.factor is not _NO_FACTOR and self.factor != _NO_FACTOR:
            _check_factor(self.factor, self.tax_class)
        if self.age_relief_year is not None:
            _check_year("age_relief_year", self.age_relief_year)
        if self.pension is None and self.one_off and (self.one_off.year_pension_cents or self.one_off.pension_cents):
            raise InvalidInput("pension: one-off payments hold pension benefits; say since which year they are paid")


def _refuse_negative(values: object, *names: str) -> None:
    for name in names:
        if getattr(values, name) < 0:
            raise InvalidInput(
                f"{name}: must not be negative; correct a payment by computing anew the month that it belongs to"
            )


def _check_decimal(name: str, value: Decimal, places: int, wanted: str) -> None:
    # The order also refuses what is no number before it is rounded.
    if not 0 <= value < 100 or round(value, places) != value:  # noqa: PLR2004
        raise InvalidInput(f"{name}: give {wanted}")


def _check_factor(factor: Decimal, tax_class: int) -> None:
    if tax_class != _CLASS_WITH_FACTOR:
        raise InvalidInput("factor: there is a factor in tax class 4 alone; leave it out")
    if not 0 < factor < 1 or factor * 1000 % 1:
        raise InvalidInput("factor: give a number above 0 and below 1 with at most three decimals")


def _check_year(name: str, year: int) -> None:
    if not 1900 <= year <= 2100:  # noqa: PLR2004 - a typing error and not a year otherwise
        raise InvalidInput(f"{name}: give a calendar year")
