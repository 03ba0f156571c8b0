"""The provision allowance of wage tax (Vorsorgepauschale): what social insurance may cost before tax.

The formula changed with the year 2026; each version is a rule of its own, taken by the day it holds from.
Source: § 39b (2) sentence 5 no. 3 EStG; PAP 2025 and PAP 2026 of the BMF. Rates are millionths.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from payroll.germany.rounding import MILLION, toward_zero, up_to_euro
from payroll.germany.wage_tax_input import WageTaxInput

_CLASS_3 = 3
_CLASS_6 = 6
_PPM_OF_HALF_A_PERCENT = 5_000


class Provision(NamedTuple):
    """The allowance of a year, and the parts it was made of, in cents."""

    allowance_cents: int
    """Whole euros."""
    pension_cents: int
    health_cents: int
    """Health and care insurance as paid, statutory or private."""
    unemployment_cents: int
    private_cents: int
    """VKV of the plans until 2025: health and care insurance that counted for the privately insured."""


class ProvisionRule(Protocol):
    """One version of the formula."""

    def provision(self, inputs: WageTaxInput, base_cents: int) -> Provision:
        """The allowance for a yearly wage before allowances (it may be negative beside compensation)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceRates:
    """Employee's rates and ceilings of a year that the allowance is computed with."""

    pension_ceiling_cents: int
    health_ceiling_cents: int
    care_ceiling_cents: int
    pension_rate: int
    health_rate: int
    care_rate: int
    care_rate_saxony: int
    care_surcharge_childless: int
    care_discount: int

    def pension_cents(self, inputs: WageTaxInput, base_cents: int) -> int:
        """The share of pension insurance, cut to the cent."""
        if not inputs.pension_insured:
            return 0
        return toward_zero(min(base_cents, self.pension_ceiling_cents) * self.pension_rate, MILLION)

    def statutory_health_cents(self, inputs: WageTaxInput, base_cents: int) -> int:
        """The shares of statutory health and care insurance together, cut to the cent."""
        health = self.health_rate + int(inputs.additional_rate * _PPM_OF_HALF_A_PERCENT)
        care = self.care_rate_saxony if inputs.saxony else self.care_rate
        if inputs.childless:
            care += self.care_surcharge_childless
        else:
            care -= self.care_discount * inputs.care_discounts
        return toward_zero(
            min(base_cents, self.health_ceiling_cents) * health + min(base_cents, self.care_ceiling_cents) * care,
            MILLION,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionWithUnemployment:
    """From 2026: private premiums count as paid; unemployment insurance counts within a cap."""

    rates: InsuranceRates
    unemployment_rate: int
    cap_cents: int

    def provision(self, inputs: WageTaxInput, base_cents: int) -> Provision:
        """The larger of: pension and health; pension and, up to the cap, health with unemployment insurance."""
        pension = self.rates.pension_cents(inputs, base_cents)
        health = self._health_cents(inputs, base_cents)
        allowance = up_to_euro(pension + health)
        if not inputs.unemployment_insured or inputs.tax_class == _CLASS_6:
            return Provision(allowance, pension, health, 0, 0)
        insured = min(base_cents, self.rates.pension_ceiling_cents)
        unemployment = toward_zero(insured * self.unemployment_rate, MILLION)
        capped = up_to_euro(pension + min(unemployment + health, self.cap_cents))
        return Provision(max(allowance, capped), pension, health, unemployment, 0)

    def _health_cents(self, inputs: WageTaxInput, base_cents: int) -> int:
        private = inputs.private_health
        if private is None:
            return self.rates.statutory_health_cents(inputs, base_cents)
        if inputs.tax_class == _CLASS_6:
            return 0
        return max(12 * (private.premium_month_cents - private.subsidy_month_cents), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionWithMinimum:
    """Until 2025: at least a share of the wage counts for health; the employer's subsidy is estimated."""

    rates: InsuranceRates
    minimum_rate: int
    minimum_cap_cents: int
    minimum_cap_class_3_cents: int
    employer_health_rate: int
    employer_care_rate: int
    employer_care_rate_saxony: int

    def provision(self, inputs: WageTaxInput, base_cents: int) -> Provision:
        """The larger of: pension and health as paid; pension and the minimum for health."""
        pension = self.rates.pension_cents(inputs, base_cents)
        insured = min(base_cents, self.rates.pension_ceiling_cents) if inputs.pension_insured else base_cents
        cap = self.minimum_cap_class_3_cents if inputs.tax_class == _CLASS_3 else self.minimum_cap_cents
        minimum = min(toward_zero(insured * self.minimum_rate, MILLION), cap)
        health = self._health_cents(inputs, base_cents)
        allowance = max(up_to_euro(pension + health), up_to_euro(pension + minimum))
        private = 0 if inputs.private_health is None else max(minimum, health)
        return Provision(allowance, pension, health, 0, private)

    def _health_cents(self, inputs: WageTaxInput, base_cents: int) -> int:
        private = inputs.private_health
        if private is None:
            return self.rates.statutory_health_cents(inputs, base_cents)
        if inputs.tax_class == _CLASS_6:
            return 0
        premium = 12 * private.premium_month_cents
        if not private.employer_subsidises:
            return premium
        care = self.employer_care_rate_saxony if inputs.saxony else self.employer_care_rate
        subsidy = (
            min(base_cents, self.rates.health_ceiling_cents) * self.employer_health_rate
            + min(base_cents, self.rates.care_ceiling_cents) * care
        )
        return toward_zero(premium * MILLION - subsidy, MILLION)
