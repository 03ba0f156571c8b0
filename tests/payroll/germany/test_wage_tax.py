"""What always holds of wage tax, what is refused, and that the cases reach every branch of the law."""

import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from coop.law import LawUnknown
from payroll.germany import income_tax, provision_allowance, wage_tax_law
from payroll.germany import wage_tax as module
from payroll.germany.income_tax import Tariff
from payroll.germany.wage_tax import (
    OneOffPayments,
    PayPeriod,
    PensionBenefits,
    PrivateHealth,
    WageTaxInput,
    explain,
    wage_tax,
)
from payroll.json_lines import Keys
from payroll.management.commands.wagetax import PLANS, read_inputs
from tests.payroll.germany.test_wage_tax_cases import cases

LAWS = {year: wage_tax_law.wage_tax_law(date(year, 12, 31)) for year in PLANS}
LAW = LAWS[2026]


def employee(**changes: Any) -> WageTaxInput:
    return WageTaxInput(**{"tax_class": 1, "wage_cents": 500_000, "additional_rate": Decimal("2.90"), **changes})


employees = st.builds(
    WageTaxInput,
    tax_class=st.integers(1, 6),
    wage_cents=st.integers(0, 3_000_000),
    period=st.sampled_from(PayPeriod),
    additional_rate=st.integers(0, 499).map(lambda hundredths: Decimal(hundredths) / 100),
    private_health=st.none()
    | st.builds(PrivateHealth, premium_month_cents=st.integers(0, 90_000), employer_subsidises=st.booleans()),
    pension_insured=st.booleans(),
    unemployment_insured=st.booleans(),
    saxony=st.booleans(),
    childless=st.booleans(),
    care_discounts=st.integers(0, 4),
    child_allowances=st.integers(0, 12).map(lambda halves: Decimal(halves) / 2),
    church=st.booleans(),
)
laws = st.sampled_from(sorted(LAWS)).map(LAWS.__getitem__)


@given(employees, laws)
def test_child_allowances_touch_surcharge_and_church_base_alone(inputs, law):
    with_children, without = wage_tax(inputs, law), wage_tax(replace(inputs, child_allowances=Decimal(0)), law)
    assert with_children.wage_tax_cents == without.wage_tax_cents
    assert with_children.soli_cents <= without.soli_cents
    assert with_children.church_base_cents <= without.church_base_cents


@given(employees, laws)
def test_the_church_changes_nothing_but_its_base(inputs, law):
    member, other = (wage_tax(replace(inputs, church=church), law) for church in (True, False))
    assert replace(member, church_base_cents=0) == other


@given(employees, laws)
def test_class_3_taxes_even_euros_and_class_6_more_than_any(inputs, law):
    inputs = replace(inputs, period=PayPeriod.YEAR)
    taxes = {tax_class: wage_tax(replace(inputs, tax_class=tax_class), law).wage_tax_cents for tax_class in range(1, 7)}
    assert taxes[3] % 200 == 0
    assert taxes[1] == taxes[4]
    assert taxes[2] <= taxes[1]
    assert max(taxes.values()) == taxes[6]


@given(st.integers(0, 60_000_000), st.integers(1, 6), laws)
def test_the_tariff_never_falls_with_the_income(income, tax_class, law):
    assert law.tax_euros(income, tax_class) <= law.tax_euros(income + 100, tax_class)


@given(employees, laws, st.integers(0, 2_000_000))
def test_the_factor_scales_the_tax_of_class_4(inputs, law, bonus):
    inputs = replace(inputs, tax_class=4, one_off=OneOffPayments(amount_cents=bonus, year_wage_cents=3_000_000))
    full, part = wage_tax(inputs, law), wage_tax(replace(inputs, factor=Decimal("0.9")), law)
    assert part.wage_tax_cents <= full.wage_tax_cents
    assert part.one_off_wage_tax_cents == full.one_off_wage_tax_cents * 9 // 1000 * 100


@given(employees, laws)
def test_a_month_pays_a_twelfth_of_the_year(inputs, law):
    month = replace(inputs, period=PayPeriod.MONTH)
    year = replace(month, period=PayPeriod.YEAR, wage_cents=month.wage_cents * 12)
    of_month, of_year = wage_tax(month, law), wage_tax(year, law)
    assert of_month.wage_tax_cents == of_year.wage_tax_cents // 12
    assert of_month.church_base_cents == of_year.church_base_cents // 12
    assert of_month.soli_cents == of_year.soli_cents // 12


@given(employees, laws)
@settings(max_examples=50)
def test_the_explanation_adds_up_and_ends_in_the_result(inputs, law):
    lines = {line.code: line for line in explain(inputs, law)}
    result = wage_tax(inputs, law)
    amount = {code: line.amount_cents for code, line in lines.items()}
    assert amount["wage_tax"] == result.wage_tax_cents
    assert amount["soli"] == result.soli_cents
    assert amount["church_base"] == result.church_base_cents
    assert amount["year.base"] == amount["year.wage"] - amount["year.reliefs"]
    left = amount["year.base"] - amount["year.fixed_allowances"] - amount["year.provision_allowance"]
    assert amount["year.income"] == max(left, 0)
    assert inputs.period.of_year(amount["year.tax"]) == result.wage_tax_cents
    assert all(line.source for line in lines.values())


def test_the_explanation_names_factor_and_one_off_payments():
    inputs = employee(
        tax_class=4, factor=Decimal("0.935"), one_off=OneOffPayments(amount_cents=600_000, year_wage_cents=6_000_000)
    )
    amount = {line.code: line.amount_cents for line in explain(inputs, LAW)}
    result = wage_tax(inputs, LAW)
    assert inputs.period.of_year(amount["year.tax_with_factor"]) == result.wage_tax_cents
    assert amount["one_off_wage_tax"] == result.one_off_wage_tax_cents > 0
    difference = (amount["with_one_off.tax"] - amount["without_one_off.tax"]) // 100
    assert amount["one_off_wage_tax"] == difference * 935 // 1000 * 100


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"tax_class": 0}, "tax_class"),
        ({"tax_class": 7}, "tax_class"),
        ({"wage_cents": -1}, "wage_cents"),
        ({"allowance_cents": -1}, "allowance_cents"),
        ({"addition_cents": -1}, "addition_cents"),
        ({"additional_rate": Decimal("2.695")}, "additional_rate"),
        ({"additional_rate": Decimal(-1)}, "additional_rate"),
        ({"care_discounts": 5}, "care_discounts"),
        ({"child_allowances": Decimal("0.25")}, "child_allowances"),
        ({"factor": Decimal("0.9")}, "factor"),
        ({"tax_class": 4, "factor": Decimal("0.9351")}, "factor"),
        ({"tax_class": 4, "factor": Decimal(0)}, "factor"),
        ({"tax_class": 4, "factor": Decimal("1.1")}, "factor"),
        ({"age_relief_year": 26}, "age_relief_year"),
        ({"one_off": OneOffPayments(amount_cents=1, pension_cents=1)}, "pension"),
    ],
)
def test_input_that_no_payment_can_have_is_refused(wrong, field):
    with pytest.raises(InvalidInput, match=rf"^{field}: "):
        employee(**wrong)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (PrivateHealth, {"premium_month_cents": -1}),
        (PrivateHealth, {"subsidy_month_cents": -1}),
        (PensionBenefits, {"since_year": 2020, "period_cents": -1}),
        (PensionBenefits, {"since_year": 2020, "months": 13}),
        (PensionBenefits, {"since_year": 0}),
        *((OneOffPayments, {name: -1}) for name in OneOffPayments.__slots__),
    ],
)
def test_parts_of_the_input_refuse_what_cannot_be(kind, wrong):
    with pytest.raises(InvalidInput, match=rf"^{list(wrong)[-1]}: "):
        kind(**wrong)


def test_there_is_no_wage_tax_without_confirmed_law():
    for day in (date(2024, 12, 31), date(2027, 1, 1)):
        with pytest.raises(LawUnknown, match=r"wage_tax\."):
            wage_tax_law.wage_tax_law(day)


def test_a_tariff_may_have_any_number_of_linear_zones():
    tariff = Tariff.of(
        [
            {"up_to": 1000},
            {"up_to": 2000, "line": [Decimal("0.1"), 100]},
            {"up_to": 3000, "line": [Decimal("0.2"), Decimal("300.5")]},
            {"line": [Decimal("0.5"), Decimal("1200.50")]},
        ]
    )
    incomes = [0, 1000, 1009, 1010, 2000, 2001, 3000, 3003, 10_000]
    assert [tariff.tax_euros(euros * 100) for euros in incomes] == [0, 0, 0, 1, 100, 99, 299, 301, 3799]
    assert tariff.basic_allowance_euros == 1000


def test_a_figure_finer_than_the_arithmetic_is_refused_and_not_cut():
    with pytest.raises(ValueError, match="decimals"):
        Tariff.of([{"up_to": 1000}, {"curve": [Decimal("914.511"), 1400, 0]}])


def test_the_cases_reach_every_line_of_the_law():
    """Each line of the formulas is run by some case, so that no branch is untested; errors are tested above."""
    watched = {module_of.__file__: module_of for module_of in (module, income_tax, provision_allowance, wage_tax_law)}
    reached: dict[CodeType, set[int]] = defaultdict(set)

    def note(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename not in watched:
            return None
        if event == "line":
            reached[frame.f_code].add(frame.f_lineno)
        return note

    before = sys.gettrace()
    inputs = [
        (read_inputs(Keys(case["in"], "in."), plan), LAWS[year]) for year, plan in PLANS.items() for case in cases(year)
    ]
    sys.settrace(note)
    try:
        for given_input, law in inputs:
            wage_tax(given_input, law)
    finally:
        sys.settrace(before)
    functions = [
        wage_tax.__code__,
        *(getattr(module, name).__code__ for name in FORMULAS),
        wage_tax_law.WageTaxLaw.tax_euros.__code__,
        wage_tax_law.WageTaxLaw._tax_of_classes_5_and_6.__code__,
        wage_tax_law.WageTaxLaw._doubled_difference.__code__,
        provision_allowance.InsuranceRates.pension_cents.__code__,
        provision_allowance.InsuranceRates.statutory_health_cents.__code__,
        provision_allowance.ProvisionWithMinimum.provision.__code__,
        provision_allowance.ProvisionWithMinimum._health_cents.__code__,
        provision_allowance.ProvisionWithUnemployment.provision.__code__,
        provision_allowance.ProvisionWithUnemployment._health_cents.__code__,
    ]
    missing = {
        code.co_qualname: lines
        for code in functions
        if (lines := {line for _, _, line in code.co_lines() if line} - reached[code] - {code.co_firstlineno})
    }
    assert missing == {}


FORMULAS = [
    "_current",
    "_age_relief",
    "_pension_reliefs",
    "_year",
    "_lump_sum",
    "_tax_euros",
    "_child_allowance",
    "_with_factor",
    "_soli_limit",
    "_surcharge_base",
    "_soli_year",
    "_current_result",
    "_one_off_years",
    "_with_one_off",
]
