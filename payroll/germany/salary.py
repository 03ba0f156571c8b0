"""From gross pay to net pay and total cost of a full month.

`salary` puts contributions, wage tax, solidarity surcharge, church tax and levies together. Parts of months, one-off
pay and the year's end: `payroll.germany.month`. The way back, from a cost or a net: `payroll.germany.inverse`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from coop.errors import InvalidInput
from payroll.germany.church_tax import church_tax_cents
from payroll.germany.contributions import (
    MILLION,
    ContributionLaw,
    Contributions,
    Group,
    Insured,
    contribution_law,
    contributions,
    share_millionths,
)
from payroll.germany.law import german_law
from payroll.germany.terms import Kind, Terms
from payroll.germany.wage_tax import PayPeriod, PrivateHealth, WageTaxInput, WageTaxLaw, wage_tax, wage_tax_law


class Taxes(NamedTuple):
    """Wage tax, solidarity surcharge and church tax, in cents."""

    wage_tax: int = 0
    soli: int = 0
    church_tax: int = 0


NO_TAXES = Taxes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Salary:
    """A month's pay: what the employee gets, what the employment costs, and what lies between."""

    contributions: Contributions
    """Of current pay."""
    taxes: Taxes
    """On current pay."""
    levies_cents: int
    """U1 to U3 and accident insurance, on all pay."""
    one_off: Contributions | None = None
    """Of one-off pay, where there is some beside current pay."""
    one_off_in_last_year: bool = False
    """Whether the March clause put it into the year before."""
    one_off_taxes: Taxes = NO_TAXES
    refund: Taxes = NO_TAXES
    """What the annual equalisation gives back."""

    @property
    def group(self) -> Group:
        """The rules that the pay followed."""
        return self.contributions.group

    @property
    def gross_cents(self) -> int:
        """Gross pay, one-off pay included."""
        return self.contributions.gross_cents + (self.one_off.gross_cents if self.one_off else 0)

    @property
    def employee_cents(self) -> int:
        """Contributions that are withheld."""
        return self.contributions.employee_cents + (self.one_off.employee_cents if self.one_off else 0)

    @property
    def employer_cents(self) -> int:
        """Contributions that the employer adds."""
        return self.contributions.employer_cents + (self.one_off.employer_cents if self.one_off else 0)

    @property
    def flat_tax_cents(self) -> int:
        """The employer's flat tax of a Minijob."""
        return self.contributions.flat_tax_cents

    @property
    def subsidy_cents(self) -> int:
        """What the employer adds to private premiums; it is paid out and free of tax (§ 3 Nr. 62 EStG)."""
        pay = self.contributions
        return pay.health_subsidy_cents + pay.care_subsidy_cents

    @property
    def wage_tax_cents(self) -> int:
        """Wage tax; below zero where the annual equalisation gives more back."""
        return self.taxes.wage_tax + self.one_off_taxes.wage_tax - self.refund.wage_tax

    @property
    def soli_cents(self) -> int:
        """Solidarity surcharge, as `wage_tax_cents`."""
        return self.taxes.soli + self.one_off_taxes.soli - self.refund.soli

    @property
    def church_tax_cents(self) -> int:
        """Church tax, as `wage_tax_cents`."""
        return self.taxes.church_tax + self.one_off_taxes.church_tax - self.refund.church_tax

    @property
    def net_cents(self) -> int:
        """Gross less what the law takes; below zero where a tiny Minijob owes the pension minimum."""
        return self.gross_cents - self.employee_cents - self.wage_tax_cents - self.soli_cents - self.church_tax_cents

    @property
    def cost_cents(self) -> int:
        """What the employment costs in all."""
        return self.gross_cents + self.employer_cents + self.flat_tax_cents + self.subsidy_cents + self.levies_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryLaw:
    """The law that a month's salary follows."""

    contributions: ContributionLaw
    wage_tax: WageTaxLaw
    additional_rate_average: Decimal
    """The average additional rate of the health funds, as a share of pay."""
    active_pension_month_cents: int
    """Pay of pensioners that is free of tax."""


@lru_cache(maxsize=64)
def salary_law(day: date) -> SalaryLaw:
    """The law of a day.

    Raises: LawUnknown, naming the first parameter without a confirmed value.
    """
    of_day = german_law(day)
    law = contribution_law(of_day)
    return SalaryLaw(
        contributions=law,
        wage_tax=wage_tax_law(day),
        additional_rate_average=law.additional_average,
        active_pension_month_cents=int(of_day["active_pension.free_year"] * 100) // 12,
    )


def salary(law: SalaryLaw, terms: Terms, gross_cents: int) -> Salary:
    """The salary of a full month.

    Raises: InvalidInput, where the pay is negative or impossible for the terms' kind.
    """
    if gross_cents < 0:
        raise InvalidInput("gross: must not be negative")
    return Payroll(law, terms, *group_and_others(law.contributions, terms, gross_cents)).salary(gross_cents)


def group_and_others(law: ContributionLaw, terms: Terms, gross_cents: int) -> tuple[Group, int]:
    """The rules that a full month's pay follows, and the insured pay elsewhere that is added to it.

    A first Minijob beside an insured employment stays one; several Minijobs add up.

    Raises: InvalidInput, where the kind cannot have the pay. Source: § 8 (2), § 20 (2) SGB IV.
    """
    kind, private = terms.kind, terms.premiums is not None
    limit, elsewhere, small = law.minijob_limit, terms.other_insured_cents, terms.other_minijob_cents
    if kind is Kind.SHORT_TERM:
        return Group.SHORT_TERM, 0
    if kind is Kind.MINIJOB:
        if gross_cents + (0 if elsewhere else small) > limit:
            raise InvalidInput("gross: Minijobs add up to more than their limit; choose another kind or lower the pay")
        return Group.MINIJOB, 0
    if kind is Kind.AUTO and gross_cents <= limit:
        if elsewhere and small:
            raise InvalidInput(
                "gross: a second Minijob beside an insured employment; choose the kind by which of both began first"
            )
        if elsewhere or gross_cents + small <= limit:
            return Group.MINIJOB, 0
        elsewhere = small
    group = Group.WERKSTUDENT if kind is Kind.WERKSTUDENT else Group.FULL
    if kind is Kind.MIDIJOB or (kind is Kind.AUTO and gross_cents + elsewhere <= law.midijob_limit):
        group = Group.MIDIJOB
    if private and group is not Group.WERKSTUDENT:
        # How the subsidy follows the reduced base is not settled in the sources: see `pay_range`.
        group = Group.PRIVATE
    low, high = law.pay_range(group)
    if gross_cents + elsewhere < low or (high is not None and gross_cents + elsewhere > high):
        raise InvalidInput(f"gross: the kind {group.value} cannot have this pay on that date; choose another kind")
    return group, elsewhere


class Payroll:
    """Computes pay of one group; what does not change with gross is prepared once."""

    def __init__(self, law: SalaryLaw, terms: Terms, group: Group, other_cents: int = 0) -> None:
        self.law = law
        self.terms = terms
        self.other_cents = other_cents
        self.insured = insured_of(terms, group)
        self.taxed = group is not Group.MINIJOB or not terms.flat_tax
        self._levies = int(terms.levies_rate * MILLION)
        self._additional_percent = terms.additional_rate * 100
        self._discounts = law.contributions.care_discounts(terms.children_under25)
        # Who owes no health, care and unemployment insurance from this employment has no allowance for it (§ 39b (2)
        # S. 5 Nr. 3 EStG), which the ministry's plan expresses as private insurance without a premium.
        alone = group in _NOT_IN_HEALTH_INSURANCE
        self._private = PrivateHealth() if alone else None
        self._unemployment = not alone and not terms.pensioner
        self._pension = not (
            terms.pensioner or group is Group.SHORT_TERM or (group is Group.MINIJOB and terms.pension_opt_out)
        )

    def salary(self, gross: int) -> Salary:
        """The salary of a full month."""
        result = contributions(self.law.contributions, self.insured, gross, other_cents=self.other_cents)
        return Salary(
            contributions=result, taxes=self.taxes(gross, result), levies_cents=self.levies_cents(result, None)
        )

    def employer_cents(self, gross: int) -> int:
        """What the employer bears beside gross in a full month."""
        result = contributions(self.law.contributions, self.insured, gross, other_cents=self.other_cents)
        subsidies = result.health_subsidy_cents + result.care_subsidy_cents
        return result.employer_cents + result.flat_tax_cents + subsidies + self.levies_cents(result, None)

    def deductions_cents(self, gross: int) -> int:
        """What lies between gross and net in a full month."""
        result = contributions(self.law.contributions, self.insured, gross, other_cents=self.other_cents)
        return result.employee_cents + sum(self.taxes(gross, result))

    def levies_cents(self, result: Contributions, one_off: Contributions | None) -> int:
        """U1 to U3 and accident insurance; one-off pay is not levied for sickness and maternity (§ 7 (2) AAG)."""
        levies = self.terms.levies
        gross = result.gross_cents + (one_off.gross_cents if one_off else 0)
        if levies is None:
            return share_millionths(gross, self._levies)
        return sum(cents for _code, _base, _rate, cents in levy_amounts(self.terms, result, one_off))

    def taxes(self, gross: int, result: Contributions) -> Taxes:
        """The taxes on a full month's current pay."""
        if not self.taxed:
            return NO_TAXES
        tax = wage_tax(self.tax_input(gross, result), self.law.wage_tax)
        return Taxes(tax.wage_tax_cents, tax.soli_cents, self.church_tax_cents(tax.church_base_cents))

    def church_tax_cents(self, base: int) -> int:
        """Church tax on a base."""
        return church_tax_cents(base, self.terms.church_rate) if base else 0

    def taxable(self, gross: int) -> int:
        """What of a month's pay is taxed; see `taxable_cents`."""
        return taxable_cents(self.law, self.terms, gross)

    def tax_input(self, gross: int, result: Contributions, period: PayPeriod = PayPeriod.MONTH) -> WageTaxInput:
        """The facts of wage tax for current pay of a month, a day or the year."""
        terms, premiums, private = self.terms, self.terms.premiums, self._private
        if premiums is not None and private is None:
            subsidy = result.health_subsidy_cents + result.care_subsidy_cents
            private = PrivateHealth(
                premium_month_cents=premiums.basic_cents,
                subsidy_month_cents=subsidy,
                employer_subsidises=subsidy > 0,
            )
        return WageTaxInput(
            tax_class=terms.tax_class,
            wage_cents=self.taxable(gross) if period is PayPeriod.MONTH else gross,
            period=period,
            allowance_cents=_of_period(terms.allowance_month_cents, terms.allowance_year_cents, period),
            addition_cents=_of_period(terms.addition_month_cents, terms.addition_year_cents, period),
            additional_rate=self._additional_percent,
            private_health=private,
            pension_insured=self._pension,
            unemployment_insured=self._unemployment,
            saxony=terms.saxony,
            childless=terms.childless,
            care_discounts=self._discounts,
            child_allowances=terms.child_allowances,
            church=terms.church_rate > 0,
            factor=terms.factor,
            age_relief_year=terms.age_relief_year,
        )


def taxable_cents(law: SalaryLaw, terms: Terms, gross: int) -> int:
    """What of a month's pay is taxed: pensioners have a part free. Source: § 3 Nr. 21 EStG."""
    if not terms.pensioner or terms.tax_class == _CLASS_OF_FURTHER_JOBS:
        return gross
    return max(0, gross - law.active_pension_month_cents)


def levy_amounts(
    terms: Terms, result: Contributions, one_off: Contributions | None
) -> tuple[tuple[str, int, Decimal, int], ...]:
    """The levies one by one: code, base, rate (0 where the law has it) and amount, in cents."""
    levies = terms.levies
    assert levies is not None  # noqa: S101 (asked for where they are known)
    gross = result.gross_cents + (one_off.gross_cents if one_off else 0)
    insolvency = result.insolvency_levy_cents + (one_off.insolvency_levy_cents if one_off else 0)
    if result.group in WITH_LEVIES_OF_MINIJOBS:
        own: tuple[tuple[str, int, Decimal, int], ...] = (
            ("sickness.levy", result.gross_cents, Decimal(0), result.sickness_levy_cents),
            ("maternity.levy", result.gross_cents, Decimal(0), result.maternity_levy_cents),
        )
    else:
        base = result.pension_base_cents
        own = tuple(
            (code, base, rate, share_millionths(base, int(rate * MILLION)))
            for code, rate in (("sickness.levy", levies.sickness), ("maternity.levy", levies.maternity))
        )
    accident = int((gross * levies.accident).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    return (
        *own,
        ("insolvency.levy", 0, Decimal(0), insolvency),
        ("accident.levy", gross, levies.accident, accident),
    )


WITH_LEVIES_OF_MINIJOBS = frozenset({Group.MINIJOB, Group.SHORT_TERM})
_NOT_IN_HEALTH_INSURANCE = frozenset({Group.WERKSTUDENT, Group.MINIJOB, Group.SHORT_TERM})
_CLASS_OF_FURTHER_JOBS = 6
_DAYS_OF_MONTH = 30


def _of_period(month_cents: int, year_cents: int, period: PayPeriod) -> int:
    """An amount of the tax card for a period; that of a day is rounded up to the cent."""
    if period is PayPeriod.YEAR:
        return year_cents
    return -(-month_cents // _DAYS_OF_MONTH) if period is PayPeriod.DAY else month_cents


def insured_of(terms: Terms, group: Group) -> Insured:
    """What contributions of a group are computed with."""
    premiums = terms.premiums
    return Insured(
        group=group,
        additional_rate=terms.additional_rate,
        childless=terms.childless,
        children_under25=terms.children_under25,
        saxony=terms.saxony,
        pensioner=terms.pensioner,
        pension_opt_out=terms.pension_opt_out,
        health_insured=premiums is None,
        flat_tax=terms.flat_tax,
        over_four_weeks=terms.over_four_weeks,
        health_premium_cents=premiums.health_cents if premiums else 0,
        care_premium_cents=premiums.care_cents if premiums else 0,
        sick_pay=premiums.sick_pay if premiums else True,
    )
