"""The parameters of wage tax on one day, made ready for whole-number arithmetic.

Amounts are cents, rates are millionths; both are exact. Source: the files `parameters/wage_tax-*.toml`.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from coop.law import LawOfDay
from payroll.germany.income_tax import Tariff
from payroll.germany.law import german_law
from payroll.germany.provision_allowance import (
    InsuranceRates,
    ProvisionRule,
    ProvisionWithMinimum,
    ProvisionWithUnemployment,
)
from payroll.germany.rounding import MILLION

_FIRST_COHORT = 2005


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What a cohort (the year a pension began, or the year after the 64th birthday) is granted."""

    rate: int
    """Share of the benefit or wage, in millionths."""
    pension_allowance_cents: int
    pension_supplement_cents: int
    age_relief_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WageTaxLaw:
    """Everything wage tax asks of the law of one day. Get it from `wage_tax_law`."""

    day: date
    digest: str
    """SHA-256 of the parameter files, kept with what is computed."""
    tariff: Tariff
    basic_allowance_cents: int
    class_5_6_steps: tuple[int, int, int]
    """Euros (W1, W2, W3)."""
    class_5_6_rates: tuple[int, int, int]
    """Millionths: least rate, rate above W1 and W2, rate above W3."""
    class_5_6_cut_cents: int
    soli_exemption_euros: int
    soli_rate: int
    soli_relief_rate: int
    child_allowance_euros: tuple[int, ...]
    """By tax class, 0 for classes without."""
    employee_lump_sum_cents: int
    pensioner_lump_sum_cents: int
    special_expenses_lump_sum_cents: int
    single_parent_relief_cents: int
    provision: ProvisionRule
    """The formula of the provision allowance in force."""
    reliefs: tuple[Relief, ...]
    class_5_6_marks: tuple[int, int, int] = field(init=False)
    """Euros of tax of classes V and VI at W1, W2, W3: what lies above is added to them."""

    def __post_init__(self) -> None:
        first, second, third = self.class_5_6_steps
        at_second = self._doubled_difference(second)
        at_third = at_second + (third - second) * self.class_5_6_rates[1] // MILLION
        object.__setattr__(self, "class_5_6_marks", (self._doubled_difference(first), at_second, at_third))

    def relief(self, year: int) -> Relief:
        """The relief of a cohort; years before the first and after the last count as these."""
        return self.reliefs[min(max(year - _FIRST_COHORT, 0), len(self.reliefs) - 1)]

    def tax_euros(self, income_cents: int, tax_class: int) -> int:
        """Yearly wage tax in whole euros on a taxable income (cents, not negative).

        Source: § 32a (1), (5), § 39b (2) sentences 6 and 7 EStG.
        """
        if tax_class == 3:  # noqa: PLR2004 - the splitting tariff halves and doubles
            return 2 * self.tariff.tax_euros(income_cents // 200 * 100)
        if tax_class < 5:  # noqa: PLR2004
            return self.tariff.tax_euros(income_cents // 100 * 100)
        return self._tax_of_classes_5_and_6(income_cents // 100)

    def _tax_of_classes_5_and_6(self, income: int) -> int:
        first, second, third = self.class_5_6_steps
        at_first, at_second, at_third = self.class_5_6_marks
        _, rate, top_rate = self.class_5_6_rates
        if income > third:
            return at_third + (income - third) * top_rate // MILLION
        if income > second:
            return at_second + (income - second) * rate // MILLION
        tax = self._doubled_difference(income)
        if income > first:
            return min(tax, at_first + (income - first) * rate // MILLION)
        return tax

    def _doubled_difference(self, income: int) -> int:
        """Twice the difference of the tax on 1.25 and on 0.75 times the income, at least the least rate."""
        cut = self.class_5_6_cut_cents
        more = self.tariff.tax_euros(income * 125 // cut * cut)
        less = self.tariff.tax_euros(income * 75 // cut * cut)
        return max(2 * (more - less), income * self.class_5_6_rates[0] // MILLION)


@lru_cache(maxsize=512)
def wage_tax_law(day: date) -> WageTaxLaw:
    """The law of wage tax on `day`: the last day of the pay period, or the day of payment.

    Raises: LawUnknown, where the law of that day is not confirmed.
    """
    return _ready(german_law(day))


def _ready(law: LawOfDay) -> WageTaxLaw:
    def value(name: str) -> Any:
        return law[f"wage_tax.{name}"]

    tariff = Tariff.of(value("tariff"))
    child, child_class_4 = value("child_allowance"), value("child_allowance_class_4")
    first, second, third = value("class_5_6_steps")
    least, middle, top = (_exact(share * MILLION) for share in value("class_5_6_rates"))
    return WageTaxLaw(
        day=law.day,
        digest=law.digest,
        tariff=tariff,
        basic_allowance_cents=tariff.basic_allowance_euros * 100,
        class_5_6_steps=(first, second, third),
        class_5_6_rates=(least, middle, top),
        class_5_6_cut_cents=_cents(law, "class_5_6_cut"),
        soli_exemption_euros=value("soli_exemption"),
        soli_rate=_millionths(law, "soli_rate"),
        soli_relief_rate=_millionths(law, "soli_relief_rate"),
        child_allowance_euros=(0, child, child, child, child_class_4, 0, 0),
        employee_lump_sum_cents=_cents(law, "employee_lump_sum"),
        pensioner_lump_sum_cents=_cents(law, "pensioner_lump_sum"),
        special_expenses_lump_sum_cents=_cents(law, "special_expenses_lump_sum"),
        single_parent_relief_cents=_cents(law, "single_parent_relief"),
        provision=_provision_rule(law),
        reliefs=tuple(
            Relief(
                rate=_exact(percent * MILLION / 100),
                pension_allowance_cents=_exact(percent * _cents(law, "pension_allowance_per_point")),
                pension_supplement_cents=_exact(percent * _cents(law, "pension_supplement_per_point")),
                age_relief_cents=_exact(percent * _cents(law, "age_relief_per_point")),
            )
            for percent in value("relief_percentages")
        ),
    )


def _provision_rule(law: LawOfDay) -> ProvisionRule:
    """The formula in force on the law's day, with its figures.

    Raises: LawUnknown, where the day lies before the first.
    """
    since = [day for day, _ in _PROVISION_RULES]
    _, rule = _PROVISION_RULES[max(bisect_right(since, law.day) - 1, 0)]
    return rule(law)


def _provision_with_minimum(law: LawOfDay) -> ProvisionRule:
    return ProvisionWithMinimum(
        rates=_insurance_rates(law),
        minimum_rate=_millionths(law, "minimum_provision_rate"),
        minimum_cap_cents=_cents(law, "minimum_provision_cap"),
        minimum_cap_class_3_cents=_cents(law, "minimum_provision_cap_class_3"),
        employer_health_rate=_millionths(law, "employer_health_rate"),
        employer_care_rate=_millionths(law, "employer_care_rate"),
        employer_care_rate_saxony=_millionths(law, "employer_care_rate_saxony"),
    )


def _provision_with_unemployment(law: LawOfDay) -> ProvisionRule:
    return ProvisionWithUnemployment(
        rates=_insurance_rates(law),
        unemployment_rate=_millionths(law, "unemployment_rate"),
        cap_cents=_cents(law, "provision_cap"),
    )


_PROVISION_RULES: tuple[tuple[date, Callable[[LawOfDay], ProvisionRule]], ...] = (
    (date(2025, 1, 1), _provision_with_minimum),
    (date(2026, 1, 1), _provision_with_unemployment),
)


def _insurance_rates(law: LawOfDay) -> InsuranceRates:
    return InsuranceRates(
        pension_ceiling_cents=_cents(law, "pension_ceiling"),
        health_ceiling_cents=_cents(law, "health_ceiling"),
        care_ceiling_cents=_cents(law, "care_ceiling"),
        pension_rate=_millionths(law, "pension_rate"),
        health_rate=_millionths(law, "health_rate"),
        care_rate=_millionths(law, "care_rate"),
        care_rate_saxony=_millionths(law, "care_rate_saxony"),
        care_surcharge_childless=_millionths(law, "care_surcharge_childless"),
        care_discount=_millionths(law, "care_discount"),
    )


def _cents(law: LawOfDay, name: str) -> int:
    return _exact(law[f"wage_tax.{name}"] * 100)


def _millionths(law: LawOfDay, name: str) -> int:
    return _exact(law[f"wage_tax.{name}"] * MILLION)


def _exact(number: Decimal | int) -> int:
    """`number` as an integer. Raises: ValueError, where the unit would lose a digit of the law."""
    if number != int(number):
        raise ValueError(f"{number}: more decimals than wage tax is computed with")
    return int(number)
