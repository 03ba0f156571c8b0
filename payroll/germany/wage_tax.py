"""German wage tax: what an employer withholds from one payment, exact to the cent.

`wage_tax` answers for one payment under the law of one day; `explain` names its steps. Only whole numbers are used,
and each rounding is a step of the plan.

Source: § 39b EStG, § 51a EStG, § 3 and § 4 SolZG, as carried out by PAP 2025 and PAP 2026 of the BMF (§ 39b (6) EStG).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from payroll.germany.lines import Line
from payroll.germany.provision_allowance import Provision
from payroll.germany.rounding import MILLION, away_from_zero, toward_zero, up_to_euro
from payroll.germany.wage_tax_input import (
    OneOffPayments,
    PayPeriod,
    PensionBenefits,
    PrivateHealth,
    WageTaxInput,
)
from payroll.germany.wage_tax_law import WageTaxLaw, wage_tax_law

__all__ = [
    "OneOffPayments",
    "PayPeriod",
    "PensionBenefits",
    "PrivateHealth",
    "WageTaxInput",
    "WageTaxLaw",
    "WageTaxResult",
    "explain",
    "wage_tax",
    "wage_tax_law",
]

_CLASS_2 = 2
_CLASS_3 = 3
_CLASS_4 = 4
_CLASS_6 = 6
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WageTaxResult:
    """What is withheld from one payment, in cents; the plan's names stand beside."""

    wage_tax_cents: int
    """LSTLZZ."""
    soli_cents: int
    """SOLZLZZ."""
    church_base_cents: int
    """BK: church tax is a share of it, see `payroll.germany.church_tax`; 0 where none is due."""
    one_off_wage_tax_cents: int = 0
    """STS."""
    one_off_soli_cents: int = 0
    """SOLZS."""
    one_off_church_base_cents: int = 0
    """BKS."""
    allowances_cents: int
    """VFRB: lump sum and pension allowances used, of the year."""
    allowances_before_one_off_cents: int = 0
    """VFRBS1."""
    allowances_by_one_off_cents: int = 0
    """VFRBS2: what the one-off payment added to them."""
    above_basic_allowance_cents: int
    """WVFRB: taxable income of the year above the basic allowance."""
    above_basic_allowance_before_one_off_cents: int = 0
    """WVFRBO."""
    above_basic_allowance_with_one_off_cents: int = 0
    """WVFRBM."""
    private_insurance_cents: int = 0
    """VKVLZZ, in plans until 2025: private insurance that counted in the period."""
    one_off_private_insurance_cents: int = 0
    """VKVSONST, in plans until 2025."""


def wage_tax(inputs: WageTaxInput, law: WageTaxLaw) -> WageTaxResult:
    """Wage tax, solidarity surcharge and the base of church tax for one payment."""
    current = _current(inputs, law)
    one_off = inputs.one_off
    if one_off is None or not (one_off.amount_cents or one_off.equity_benefit_cents):
        return _current_result(inputs, law, current)
    return _with_one_off(inputs, law, current, one_off)


class _PensionReliefs(NamedTuple):
    """Allowances against pension benefits; cents of a year."""

    allowance: int
    """FVB."""
    supplement: int
    """FVBZ."""
    one_off_allowance: int
    """FVBSO: the same with death benefits."""
    one_off_supplement: int
    """FVBZSO."""


class _Year(NamedTuple):
    """One year's wage on its way to the tax; cents, but for the tax."""

    wage: int
    base: int
    """ZRE4: wage less allowances by age and tax card."""
    reliefs: int
    """FVB and age relief."""
    lump_sum: int
    """Employee's and pensioner's expenses."""
    fixed: int
    """ZTABFB: all allowances that need no proof."""
    used: int
    """VFRB."""
    provision: Provision
    income: int
    """ZVE before it is cut at zero."""
    tax_euros: int

    def above(self, basic_allowance_cents: int) -> int:
        """WVFRB and its kin."""
        income = self.income if self.income >= _EURO else 0
        return max(income - basic_allowance_cents, 0)


_EURO = 100


def _current(inputs: WageTaxInput, law: WageTaxLaw) -> _Year:
    """The year that the current wage stands for."""
    period = inputs.period
    wage = period.to_year(inputs.wage_cents)
    pension = inputs.pension
    benefits = period.to_year(pension.period_cents) if pension else 0
    months = pension.months if pension and period is PayPeriod.YEAR else _MONTHS
    reliefs = _pension_reliefs(inputs, law, benefits, months)
    return _year(
        inputs,
        law,
        wage=wage,
        benefits=benefits,
        allowance=reliefs.allowance,
        supplement=reliefs.supplement,
        card=period.to_year(inputs.addition_cents) - period.to_year(inputs.allowance_cents),
        provision_base=wage,
    )


def _age_relief(inputs: WageTaxInput, law: WageTaxLaw, active_wage: int) -> int:
    """Relief of those past 64, against a year's wage without pension benefits. Source: § 24a EStG."""
    if inputs.age_relief_year is None:
        return 0
    relief = law.relief(inputs.age_relief_year)
    return min(up_to_euro(active_wage * relief.rate, MILLION), relief.age_relief_cents)


def _pension_reliefs(
    inputs: WageTaxInput, law: WageTaxLaw, benefits: int, months: int, death_benefit: int = 0
) -> _PensionReliefs:
    """Allowance and supplement against a year's pension benefits. Source: § 19 (2), § 39b (2) EStG."""
    pension = inputs.pension
    if not benefits or pension is None:
        return _NO_PENSION_RELIEFS
    relief = law.relief(pension.since_year)
    base = pension.first_month_cents * months + pension.first_year_special_cents
    greatest = up_to_euro(relief.pension_allowance_cents * months, _MONTHS)
    supplement = up_to_euro(relief.pension_supplement_cents * months, _MONTHS)
    allowance = min(away_from_zero(base * relief.rate, MILLION), greatest, benefits)
    one_off_allowance = min(
        allowance + away_from_zero(death_benefit * relief.rate, MILLION), relief.pension_allowance_cents
    )
    one_off_supplement = min(
        up_to_euro(supplement + death_benefit),
        up_to_euro(base + death_benefit - one_off_allowance),
        relief.pension_supplement_cents,
    )
    return _PensionReliefs(
        allowance, min(supplement, up_to_euro(base - allowance)), one_off_allowance, one_off_supplement
    )


_NO_PENSION_RELIEFS = _PensionReliefs(0, 0, 0, 0)


def _year(
    inputs: WageTaxInput,
    law: WageTaxLaw,
    *,
    wage: int,
    benefits: int,
    allowance: int,
    supplement: int,
    card: int,
    provision_base: int,
) -> _Year:
    """From a year's wage to its tax. `card` is what the tax card adds to the wage, less what it frees."""
    age_relief = _age_relief(inputs, law, wage - benefits)
    base = max(wage - allowance - age_relief + card, 0)
    benefits_left = max(benefits - allowance, 0)
    lump_sum = fixed = 0
    if inputs.tax_class == _CLASS_6:
        supplement = 0
    else:
        if benefits_left < supplement:
            supplement = benefits_left // _EURO * _EURO
        lump_sum = _lump_sum(law, base - benefits_left, benefits_left, supplement)
        fixed = lump_sum + supplement + law.special_expenses_lump_sum_cents
        if inputs.tax_class == _CLASS_2:
            fixed += law.single_parent_relief_cents
    provision = law.provision.provision(inputs, provision_base)
    income = base - fixed - provision.allowance_cents
    return _Year(
        wage=wage,
        base=base,
        reliefs=allowance + age_relief,
        lump_sum=lump_sum,
        fixed=fixed,
        used=lump_sum + allowance + supplement,
        provision=provision,
        income=income,
        tax_euros=_tax_euros(inputs, law, income),
    )


def _lump_sum(law: WageTaxLaw, active_wage: int, benefits_left: int, supplement: int) -> int:
    """The lump sums of pensioners and of employees, neither above what it stands against.

    Source: § 9a EStG.
    """
    result = 0
    if benefits_left > 0:
        result = min(law.pensioner_lump_sum_cents, up_to_euro(benefits_left - supplement))
    if active_wage <= 0:
        return result
    if active_wage < law.employee_lump_sum_cents:
        return up_to_euro(result + active_wage)
    return result + law.employee_lump_sum_cents


def _tax_euros(inputs: WageTaxInput, law: WageTaxLaw, income: int) -> int:
    """A year's tax before the factor; incomes below one euro have none."""
    return law.tax_euros(income, inputs.tax_class) if income >= _EURO else 0


def _child_allowance(inputs: WageTaxInput, law: WageTaxLaw) -> int:
    """Child allowances of a year, in cents of whole euros. Source: § 51a (2a) EStG."""
    if not inputs.child_allowances:
        return 0
    return int(inputs.child_allowances * law.child_allowance_euros[inputs.tax_class]) * _EURO


def _with_factor(inputs: WageTaxInput, euros: int) -> int:
    """An amount of tax under the factor method, cut to whole euros by magnitude. Source: § 39f EStG."""
    if inputs.tax_class != _CLASS_4:
        return euros
    return toward_zero(euros * int(inputs.factor * 1000), 1000)


def _soli_limit(inputs: WageTaxInput, law: WageTaxLaw) -> int:
    """Euros of a year's tax up to which there is no surcharge. Source: § 3 (4) SolZG."""
    return law.soli_exemption_euros * (2 if inputs.tax_class == _CLASS_3 else 1)


def _surcharge_base(inputs: WageTaxInput, law: WageTaxLaw, year: _Year) -> int:
    """Euros of a year's tax, as it were with child allowances: base of surcharge and church tax."""
    children = _child_allowance(inputs, law)
    tax = _tax_euros(inputs, law, year.income - children) if children else year.tax_euros
    return _with_factor(inputs, tax)


def _soli_year(inputs: WageTaxInput, law: WageTaxLaw, base_euros: int) -> int:
    """A year's surcharge in cents, with the relief zone above the limit. Source: § 3 (3), § 4 SolZG."""
    above = base_euros - _soli_limit(inputs, law)
    if above <= 0:
        return 0
    return min(base_euros * _EURO * law.soli_rate, above * _EURO * law.soli_relief_rate) // MILLION


def _current_result(inputs: WageTaxInput, law: WageTaxLaw, year: _Year) -> WageTaxResult:
    period = inputs.period
    base = _surcharge_base(inputs, law, year)
    return WageTaxResult(
        wage_tax_cents=period.of_year(_with_factor(inputs, year.tax_euros) * _EURO),
        soli_cents=period.of_year(_soli_year(inputs, law, base)),
        church_base_cents=period.of_year(base * _EURO) if inputs.church else 0,
        allowances_cents=year.used,
        above_basic_allowance_cents=year.above(law.basic_allowance_cents),
        private_insurance_cents=period.of_year(year.provision.private_cents),
    )


def _one_off_years(inputs: WageTaxInput, law: WageTaxLaw, one_off: OneOffPayments) -> tuple[_Year, _Year]:
    """The expected year without and with the one-off payments. Source: § 39b (3) EStG."""
    months = (inputs.pension.months if inputs.pension else 0) or _MONTHS
    card = one_off.year_addition_cents - one_off.year_allowance_cents
    wage = one_off.year_wage_cents
    benefits = one_off.year_pension_cents
    reliefs = _pension_reliefs(inputs, law, benefits, months)
    insured = wage - one_off.year_compensation_cents
    without = _year(
        inputs,
        law,
        wage=wage,
        benefits=benefits,
        allowance=reliefs.allowance,
        supplement=reliefs.supplement,
        card=card,
        provision_base=insured,
    )
    wage += one_off.amount_cents
    benefits += one_off.pension_cents
    insured += one_off.amount_cents + one_off.equity_benefit_cents - one_off.compensation_cents
    reliefs = _pension_reliefs(inputs, law, benefits, months, one_off.death_benefit_cents)
    including = _year(
        inputs,
        law,
        wage=wage,
        benefits=benefits,
        allowance=reliefs.one_off_allowance,
        supplement=reliefs.one_off_supplement,
        card=card,
        provision_base=insured,
    )
    return without, including


def _with_one_off(inputs: WageTaxInput, law: WageTaxLaw, current_year: _Year, one_off: OneOffPayments) -> WageTaxResult:
    current = _current_result(inputs, law, current_year)
    without, including = _one_off_years(inputs, law, one_off)
    tax = _with_factor(inputs, including.tax_euros - without.tax_euros) * _EURO
    wage_tax_cents, soli, church_base = current.wage_tax_cents, current.soli_cents, current.church_base_cents
    one_off_soli = 0
    if tax < 0:
        # The allowance for insurance grows in whole euros and may outgrow the payment; only untaxed shares
        # may turn that into less tax on the current wage.
        if one_off.equity_benefit_cents:
            wage_tax_cents = max(wage_tax_cents + tax, 0)
            soli = max((soli * MILLION + tax * law.soli_rate) // MILLION, 0)
            church_base = max(church_base + tax, 0)
        tax = 0
    elif _surcharge_base(inputs, law, including) > _soli_limit(inputs, law):
        # No relief zone here (§ 3 (4a) SolZG).
        one_off_soli = tax * law.soli_rate // MILLION
    return WageTaxResult(
        wage_tax_cents=wage_tax_cents,
        soli_cents=soli,
        church_base_cents=church_base,
        one_off_wage_tax_cents=tax,
        one_off_soli_cents=one_off_soli,
        one_off_church_base_cents=tax if inputs.church else 0,
        allowances_cents=current.allowances_cents,
        allowances_before_one_off_cents=without.used,
        allowances_by_one_off_cents=including.used - without.used,
        above_basic_allowance_cents=current.above_basic_allowance_cents,
        above_basic_allowance_before_one_off_cents=without.above(law.basic_allowance_cents),
        above_basic_allowance_with_one_off_cents=including.above(law.basic_allowance_cents),
        private_insurance_cents=current.private_insurance_cents,
        one_off_private_insurance_cents=including.provision.private_cents - without.provision.private_cents,
    )


def explain(inputs: WageTaxInput, law: WageTaxLaw) -> tuple[Line, ...]:
    """The steps of `wage_tax` for the same inputs, in order; amounts of a year come before the period's."""
    result = wage_tax(inputs, law)
    year = _current(inputs, law)
    surcharge_base = _surcharge_base(inputs, law, year) * _EURO
    lines = [
        *_year_lines("year", inputs, year),
        Line(code="year.tax", basis_cents=max(year.income, 0), amount_cents=year.tax_euros * _EURO, source=_TARIFF),
    ]
    if inputs.factor != 1:
        lines.append(
            Line(
                code="year.tax_with_factor",
                basis_cents=year.tax_euros * _EURO,
                rate=inputs.factor,
                amount_cents=_with_factor(inputs, year.tax_euros) * _EURO,
                source="§ 39f EStG",
            )
        )
    lines += [
        Line(code="wage_tax", amount_cents=result.wage_tax_cents, source="§ 39b (2) EStG"),
        Line(code="soli", basis_cents=surcharge_base, amount_cents=result.soli_cents, source="§ 3, § 4 SolZG"),
        Line(code="church_base", basis_cents=surcharge_base, amount_cents=result.church_base_cents, source=_CHURCH),
    ]
    one_off = inputs.one_off
    if one_off is None or not (one_off.amount_cents or one_off.equity_benefit_cents):
        return tuple(lines)
    without, including = _one_off_years(inputs, law, one_off)
    for name, it in (("without_one_off", without), ("with_one_off", including)):
        lines += _year_lines(name, inputs, it)
        lines.append(
            Line(code=f"{name}.tax", basis_cents=max(it.income, 0), amount_cents=it.tax_euros * _EURO, source=_TARIFF)
        )
    tax = result.one_off_wage_tax_cents
    lines += [
        Line(code="one_off_wage_tax", amount_cents=tax, source="§ 39b (3) EStG"),
        Line(
            code="one_off_soli",
            basis_cents=tax,
            rate=Decimal(law.soli_rate) / MILLION,
            amount_cents=result.one_off_soli_cents,
            source="§ 3 (4a), § 4 SolZG",
        ),
        Line(
            code="one_off_church_base",
            basis_cents=tax,
            amount_cents=result.one_off_church_base_cents,
            source=_CHURCH,
        ),
    ]
    return tuple(lines)


_TARIFF = "§ 32a, § 39b (2) EStG"
_CHURCH = "§ 51a EStG"
_PROVISION = "§ 39b (2) sentence 5 no. 3 EStG"


def _year_lines(name: str, inputs: WageTaxInput, year: _Year) -> list[Line]:
    """From the wage to the taxable income: wage + card − the other lines, but for the parts of the provision."""
    provision = year.provision
    return [
        Line(code=f"{name}.wage", amount_cents=year.wage, source="§ 39b (2) sentence 1 EStG"),
        Line(code=f"{name}.reliefs", amount_cents=year.reliefs, source="§ 19 (2), § 24a EStG"),
        Line(code=f"{name}.base", amount_cents=year.base, source="§ 39b (2) sentence 4 EStG"),
        Line(code=f"{name}.lump_sum", amount_cents=year.lump_sum, source="§ 9a EStG"),
        Line(code=f"{name}.fixed_allowances", amount_cents=year.fixed, source="§ 39b (2) sentence 5 EStG"),
        Line(code=f"{name}.pension_insurance", amount_cents=provision.pension_cents, source=_PROVISION),
        Line(
            code=f"{name}.private_health_insurance" if inputs.private_health else f"{name}.health_insurance",
            amount_cents=provision.health_cents,
            source=_PROVISION,
        ),
        Line(code=f"{name}.unemployment_insurance", amount_cents=provision.unemployment_cents, source=_PROVISION),
        Line(code=f"{name}.provision_allowance", amount_cents=provision.allowance_cents, source=_PROVISION),
        Line(code=f"{name}.income", amount_cents=max(year.income, 0), source="§ 39b (2) sentence 5 EStG"),
    ]
