"""Months as they really are: parts, one-off pay, several employments, every group, the year's end."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.money import share_of
from payroll.germany.annual_equalisation import YearOfWages
from payroll.germany.contributions import Group, Insured, Room, contribution_law, contributions
from payroll.germany.inverse import gross_of_cost, gross_of_net
from payroll.germany.keys import contribution_group, person_group
from payroll.germany.law import german_law
from payroll.germany.month import LastYear, Month, YearEnd, YearSoFar, pay_of_month
from payroll.germany.salary import SalaryLaw, Taxes, salary, salary_law
from payroll.germany.salary_lines import explain_salary
from payroll.germany.seizure import seizable_cents
from payroll.germany.terms import Kind, Levies, Premiums, Terms
from payroll.germany.wage_tax import PayPeriod, wage_tax

PLAIN = Terms(additional_rate=Decimal("0.029"), childless=True)
LEVIES = Levies(sickness=Decimal("0.021"), maternity=Decimal("0.004"), accident=Decimal("0.0048"))


def law(month: int = 6, year: int = 2026) -> SalaryLaw:
    return salary_law(date(year, month, 1))


def year_of(months: int, cents: int, **more: int) -> YearSoFar:
    """So many earlier months with that pay below all ceilings."""
    return YearSoFar(wage_cents=months * cents, days=30 * months, charged=Room(*[months * cents] * 3), **more)


# --- one-off pay ----------------------------------------------------------------------------------------------------


def test_one_off_pay_fills_what_the_ceilings_of_the_year_leave():
    month = Month(
        current_cents=500_000, regular_cents=500_000, one_off_cents=600_000, months_left=7, so_far=year_of(5, 500_000)
    )
    got = pay_of_month(law(6), PLAIN, month)
    # Six months: 34,875.00 of health insurance less 30,000.00 leave 4,875.00; of pension insurance 20,700.00.
    assert got.one_off.health_base_cents == got.one_off.care_base_cents == 487_500
    assert got.one_off.pension_base_cents == 600_000
    assert got.one_off.pension_employee_cents == 55_800
    assert got.contributions == salary(law(6), PLAIN, 500_000).contributions
    assert got.gross_cents == 1_100_000


def test_the_tax_on_one_off_pay_is_the_difference_of_two_years():
    month = Month(
        current_cents=500_000, regular_cents=500_000, one_off_cents=100_000, months_left=7, so_far=year_of(5, 500_000)
    )
    got = pay_of_month(law(6), PLAIN, month)

    def year(cents: int) -> int:
        inputs = replace(month_input, wage_cents=cents, period=PayPeriod.YEAR, allowance_cents=0, addition_cents=0)
        return wage_tax(inputs, law().wage_tax).wage_tax_cents

    from payroll.germany.salary import Payroll

    payroll = Payroll(law(), PLAIN, Group.FULL)
    month_input = payroll.tax_input(500_000, got.contributions)
    assert got.one_off_taxes.wage_tax == year(6_100_000) - year(6_000_000)
    assert got.taxes.wage_tax == 78_241


def test_the_march_clause_puts_one_off_pay_into_last_year_with_its_rates():
    last = LastYear(
        law=law(12, 2025), additional_rate=Decimal("0.025"), days=360, charged=Room(6_000_000, 6_000_000, 6_000_000)
    )
    month = Month(
        current_cents=500_000,
        regular_cents=500_000,
        one_off_cents=700_000,
        months_left=10,
        so_far=year_of(2, 500_000),
        last_year=last,
    )
    got = pay_of_month(law(3), PLAIN, month)
    # March leaves 2,437.50 below the ceiling of health insurance: too little. 2025 left 66,150.00 less 60,000.00.
    assert got.one_off_in_last_year
    assert got.one_off.health_base_cents == 615_000
    assert got.one_off.pension_base_cents == 700_000
    assert got.one_off.additional_employee_cents == share_of(615_000, Decimal("0.0125"))
    lines = explain_salary(law(3), PLAIN, got, last)
    assert all("§ 23a (4) SGB IV" in line.source for line in lines if line.one_off and line.code != "wage_tax")
    # In April, with room for it, or without a year before, it stays.
    assert not pay_of_month(law(4), PLAIN, replace(month, so_far=year_of(3, 500_000))).one_off_in_last_year
    assert not pay_of_month(law(3), PLAIN, replace(month, one_off_cents=243_750)).one_off_in_last_year
    assert not pay_of_month(law(3), PLAIN, replace(month, last_year=replace(last, days=0))).one_off_in_last_year
    assert not pay_of_month(law(3), PLAIN, replace(month, last_year=None)).one_off_in_last_year


def test_the_ceiling_of_pension_insurance_decides_for_those_insured_of_free_will():
    last = LastYear(law=law(12, 2025), additional_rate=Decimal("0.025"), days=360, charged=Room(0, 0, 0))
    month = Month(
        current_cents=500_000, regular_cents=500_000, one_off_cents=700_000, so_far=year_of(2, 500_000), last_year=last
    )
    assert not pay_of_month(law(3), replace(PLAIN, health_compulsory=False), month).one_off_in_last_year
    assert pay_of_month(
        law(3), replace(PLAIN, health_compulsory=False), replace(month, one_off_cents=1_035_001)
    ).one_off_in_last_year


def test_one_off_pay_within_the_transition_range_follows_the_formula_of_the_sum():
    month = Month(current_cents=115_000, regular_cents=115_000, one_off_cents=20_000)
    got = pay_of_month(law(), PLAIN, month)
    assert got.one_off is None
    assert got.contributions == salary(law(), PLAIN, 135_000).contributions


def test_one_off_pay_beyond_the_transition_range_makes_the_month_ordinary():
    month = Month(current_cents=150_000, regular_cents=150_000, one_off_cents=60_000)
    got = pay_of_month(law(), PLAIN, month)
    assert not got.contributions.in_transition
    assert got.group is Group.MIDIJOB
    ordinary = contributions(law().contributions, Insured(group=Group.FULL, additional_rate=Decimal("0.029")), 150_000)
    assert got.contributions.pension_employee_cents == ordinary.pension_employee_cents
    assert got.one_off.pension_base_cents == 60_000


@pytest.mark.parametrize("kind", [Kind.MINIJOB, Kind.SHORT_TERM])
def test_small_jobs_know_no_one_off_pay_apart(kind):
    terms = replace(PLAIN, kind=kind)
    got = pay_of_month(law(), terms, Month(current_cents=40_000, regular_cents=40_000, one_off_cents=10_000))
    assert got.one_off is None
    assert got.gross_cents == 50_000


def test_one_off_pay_is_levied_for_insolvency_and_accidents_alone():
    terms = replace(PLAIN, levies=LEVIES)
    month = Month(current_cents=300_000, regular_cents=300_000, one_off_cents=100_000, so_far=year_of(5, 300_000))
    got = pay_of_month(law(), terms, month)
    amounts = {line.code: line.amount_cents for line in explain_salary(law(), terms, got) if line.code.endswith("levy")}
    assert amounts == {
        "sickness.levy": 6_300,
        "maternity.levy": 1_200,
        "insolvency.levy": 600,
        "accident.levy": 1_920,
    }
    assert got.levies_cents == sum(amounts.values())


# --- parts of months ------------------------------------------------------------------------------------------------


def test_a_part_of_a_month_is_taxed_by_the_day():
    got = pay_of_month(
        law(), PLAIN, Month(current_cents=250_000, regular_cents=500_000, insurance_days=15, tax_days=15)
    )
    assert got.contributions.health_base_cents == 250_000
    daily = wage_tax(
        replace(_input(PLAIN, 250_000), wage_cents=250_000 // 15, period=PayPeriod.DAY), law().wage_tax
    ).wage_tax_cents
    assert got.taxes.wage_tax == 15 * daily > 0


def test_days_without_insurance_lower_the_ceilings_and_not_the_days_of_tax():
    got = pay_of_month(
        law(), PLAIN, Month(current_cents=400_000, regular_cents=900_000, insurance_days=10, tax_days=30)
    )
    assert got.contributions.health_base_cents == 193_750
    assert got.taxes.wage_tax == salary(law(), PLAIN, 400_000).taxes.wage_tax


def test_a_month_without_insurance_owes_nothing():
    got = pay_of_month(law(), PLAIN, Month(current_cents=0, regular_cents=300_000, insurance_days=0, tax_days=30))
    assert (got.net_cents, got.cost_cents) == (0, 0)
    none = pay_of_month(law(), PLAIN, Month(current_cents=0, regular_cents=300_000, insurance_days=0, tax_days=0))
    assert none.taxes == (0, 0, 0)


def test_the_agreed_pay_decides_on_the_kind_of_a_part_of_a_month():
    got = pay_of_month(law(), PLAIN, Month(current_cents=50_000, regular_cents=100_000, insurance_days=15, tax_days=15))
    assert got.group is Group.MIDIJOB
    assert got.contributions.pension_base_cents == 42_703


@pytest.mark.parametrize("wrong", [{"current_cents": -1}, {"insurance_days": 31}, {"tax_days": -1}])
def test_impossible_months_are_refused(wrong):
    with pytest.raises(InvalidInput):
        Month(**{"current_cents": 1, "regular_cents": 1, **wrong})


# --- groups ---------------------------------------------------------------------------------------------------------


def test_a_pensioner_pays_the_reduced_rate_and_the_employer_half_alone():
    terms = replace(PLAIN, pensioner=True, childless=False)
    got = salary(law(), terms, 300_000).contributions
    assert (got.health_employee_cents, got.health_employer_cents) == (21_000, 21_000)
    assert (got.pension_employee_cents, got.pension_employer_cents) == (0, 27_900)
    assert (got.unemployment_employee_cents, got.unemployment_employer_cents) == (0, 3_900)
    assert got.care_employee_cents == 5_400
    assert (person_group(got.group, terms), contribution_group(got.group, terms)) == ("119", "3-3-2-1")


def test_pay_of_pensioners_is_partly_free_of_tax_from_2026_on():
    terms = replace(PLAIN, pensioner=True)
    assert salary(law(), terms, 200_000).wage_tax_cents == 0
    assert salary(law(), replace(terms, tax_class=6), 200_000).wage_tax_cents > 0
    assert salary(law(year=2025), terms, 250_000).wage_tax_cents > salary(law(), terms, 250_000).wage_tax_cents


def test_a_pensioner_in_a_minijob_pays_no_pension_contribution():
    terms = replace(PLAIN, pensioner=True)
    got = salary(law(), terms, 50_000)
    assert got.net_cents == 50_000
    assert contribution_group(got.group, terms) == "6-5-0-0"


def test_short_term_work_owes_levies_alone():
    terms = replace(PLAIN, kind=Kind.SHORT_TERM)
    got = salary(law(), terms, 200_000)
    result = got.contributions
    assert (got.employee_cents, got.employer_cents) == (0, 0)
    assert (result.sickness_levy_cents, result.maternity_levy_cents, result.insolvency_levy_cents) == (1_600, 440, 300)
    short = salary(law(), replace(terms, over_four_weeks=False), 200_000).contributions
    assert short.sickness_levy_cents == 0
    assert (person_group(got.group, terms), contribution_group(got.group, terms)) == ("110", "0-0-0-0")
    # Nothing is paid into insurance, so nothing of it lowers the tax.
    assert got.wage_tax_cents > salary(law(), PLAIN, 200_000).wage_tax_cents


def test_a_minijob_may_be_taxed_by_the_tax_card():
    terms = replace(PLAIN, flat_tax=False, tax_class=6, pension_opt_out=True)
    got = salary(law(), terms, 60_000)
    assert got.flat_tax_cents == 0
    assert got.wage_tax_cents > 0
    assert salary(law(), replace(terms, flat_tax=True), 60_000).wage_tax_cents == 0


def test_private_insurance_is_subsidised_beside_the_net():
    terms = replace(
        PLAIN, childless=False, premiums=Premiums(health_cents=80_000, care_cents=10_000, basic_cents=70_000)
    )
    got = salary(law(), terms, 900_000)
    assert got.group is Group.PRIVATE
    assert got.subsidy_cents == 45_000
    assert got.employee_cents == 78_585 + 10_985
    assert got.cost_cents == 900_000 + got.employer_cents + 45_000
    assert contribution_group(got.group, terms) == "0-1-1-0"
    subsidies = [line for line in explain_salary(law(), terms, got) if line.code.endswith(".subsidy")]
    assert sum(line.amount_cents for line in subsidies) == 45_000
    assert gross_of_cost(law(), terms, got.cost_cents).gross_cents >= 900_000
    with pytest.raises(InvalidInput, match="private"):
        salary(law(), terms, 150_000)
    minijob = salary(law(), terms, 50_000)
    assert minijob.contributions.health_employer_cents == 0
    assert contribution_group(minijob.group, terms) == "0-1-0-0"


def test_students_and_the_voluntarily_insured_have_keys_of_their_own():
    student = replace(PLAIN, kind=Kind.WERKSTUDENT)
    group = salary(law(), student, 100_000).group
    assert (person_group(group, student), contribution_group(group, student)) == ("106", "0-1-0-0")
    voluntary = replace(PLAIN, health_compulsory=False)
    assert contribution_group(Group.FULL, voluntary) == "9-1-1-1"
    assert (person_group(Group.FULL, PLAIN), contribution_group(Group.MINIJOB, PLAIN)) == ("101", "6-1-0-0")


# --- several employments --------------------------------------------------------------------------------------------


def test_two_insured_employments_share_the_formula_of_their_sum():
    alone = salary(law(), PLAIN, 140_000).contributions
    here = salary(law(), replace(PLAIN, other_insured_cents=70_000), 70_000).contributions
    assert here.in_transition
    assert abs(2 * here.pension_base_cents - alone.pension_base_cents) <= 1
    assert abs(2 * here.transition_employee_base_cents - alone.transition_employee_base_cents) <= 1


def test_two_insured_employments_share_the_ceilings():
    got = salary(law(), replace(PLAIN, other_insured_cents=600_000), 300_000).contributions
    # 5,812.50 of health insurance, shared 3,000.00 to 5,812.50 (each cut to the ceiling first).
    assert got.health_base_cents == round(581_250 * 300_000 / 881_250)
    assert got.pension_base_cents == round(845_000 * 300_000 / 900_000)


def test_other_insured_pay_lifts_a_salary_out_of_the_transition_range():
    assert salary(law(), replace(PLAIN, other_insured_cents=150_000), 100_000).group is Group.FULL


def test_a_first_minijob_beside_an_insured_employment_stays_one():
    assert salary(law(), replace(PLAIN, other_insured_cents=300_000), 50_000).group is Group.MINIJOB
    with pytest.raises(InvalidInput, match="second Minijob"):
        salary(law(), replace(PLAIN, other_insured_cents=300_000, other_minijob_cents=20_000), 50_000)


def test_minijobs_add_up():
    terms = replace(PLAIN, other_minijob_cents=30_000)
    assert salary(law(), terms, 30_300).group is Group.MINIJOB
    assert salary(law(), terms, 30_301).group is Group.MIDIJOB
    with pytest.raises(InvalidInput, match="add up"):
        salary(law(), replace(terms, kind=Kind.MINIJOB), 30_301)
    # Beside an insured pay here, the Minijob elsewhere stays one.
    assert salary(law(), terms, 100_000).contributions == salary(law(), PLAIN, 100_000).contributions


@pytest.mark.parametrize(
    "terms",
    [
        replace(PLAIN, other_insured_cents=100_000),
        replace(PLAIN, other_minijob_cents=20_000),
        replace(PLAIN, other_minijob_cents=70_000),
        replace(PLAIN, other_insured_cents=100_000, other_minijob_cents=20_000),
        replace(PLAIN, kind=Kind.SHORT_TERM),
        replace(PLAIN, pensioner=True),
        replace(PLAIN, premiums=Premiums(health_cents=80_000, care_cents=10_000, basic_cents=70_000)),
        replace(PLAIN, levies=LEVIES),
    ],
)
def test_the_inverse_is_the_largest_fitting_gross_with_other_jobs_and_groups(terms):
    for low, high in ((0, 400), (39_900, 40_700), (60_000, 60_800), (99_700, 100_500), (199_800, 200_400)):
        pays = {}
        for gross in range(low, high):
            try:
                pays[gross] = salary(law(), terms, gross)
            except InvalidInput:
                continue
        for inverse, value in ((gross_of_cost, "cost_cents"), (gross_of_net, "net_cents")):
            values = {gross: getattr(pay, value) for gross, pay in pays.items()}
            for target in sorted(set(values.values()))[::97]:
                best = inverse(law(), terms, target)
                assert getattr(best, value) <= target
                fitting = [gross for gross, cents in values.items() if cents <= target]
                assert best.gross_cents >= max(fitting)
                assert not (low <= best.gross_cents < high) or best.gross_cents == max(fitting)


# --- the year's end -------------------------------------------------------------------------------------------------


def december(year: YearOfWages, earlier: list[int], current: int, terms: Terms = PLAIN) -> Taxes:
    withheld = [salary(law(), terms, cents).taxes for cents in earlier]
    month = Month(
        current_cents=current,
        regular_cents=current,
        months_left=1,
        so_far=YearSoFar(wage_cents=sum(earlier), days=330),
        year_end=YearEnd(year=year, withheld=Taxes(*(sum(taxes) for taxes in zip(*withheld, strict=True)))),
    )
    return pay_of_month(law(12), terms, month).refund


def test_december_gives_back_what_uneven_months_paid_too_much():
    whole = YearOfWages(tax_classes=(1,) * 12)
    assert december(whole, [300_000] * 11, 300_000) == (0, 0, 0)
    back = december(whole, [300_000] * 6 + [500_000] * 5, 500_000)
    assert back.wage_tax > 0
    paid = sum(salary(law(), PLAIN, cents).taxes.wage_tax for cents in [300_000] * 6 + [500_000] * 6)
    inputs = replace(_input(PLAIN, 0), wage_cents=4_800_000, period=PayPeriod.YEAR)
    assert paid - back.wage_tax == wage_tax(inputs, law(12).wage_tax).wage_tax_cents


# --- always ---------------------------------------------------------------------------------------------------------

anyone = st.builds(
    Terms,
    additional_rate=st.integers(0, 450).map(lambda n: Decimal(n) / 10_000),
    kind=st.sampled_from([Kind.AUTO, Kind.AUTO, Kind.FULL, Kind.SHORT_TERM]),
    tax_class=st.integers(1, 6),
    children_under25=st.integers(0, 6),
    church_rate=st.sampled_from([Decimal(0), Decimal("0.09")]),
    saxony=st.booleans(),
    pension_opt_out=st.booleans(),
    pensioner=st.booleans(),
    flat_tax=st.booleans(),
    levies=st.sampled_from([None, LEVIES]),
    levies_rate=st.sampled_from([Decimal(0), Decimal("0.024")]),
    allowance_month_cents=st.integers(0, 50_000),
    age_relief_year=st.sampled_from([None, 2020]),
    other_insured_cents=st.sampled_from([0, 0, 90_000]),
)
amounts = st.integers(0, 1_000_000) | st.integers(50_000, 70_000)


@settings(deadline=None, max_examples=150)
@given(anyone, amounts, st.integers(0, 400_000), st.integers(1, 30), st.sampled_from([2025, 2026]), st.integers(1, 11))
def test_net_and_deductions_are_gross_and_the_lines_say_all(terms, current, one_off, days, year, number):
    month = Month(
        current_cents=current,
        regular_cents=max(current, 10_000),
        insurance_days=days,
        tax_days=days,
        one_off_cents=one_off,
        so_far=year_of(number - 1, 200_000),
    )
    of_month = law(number, year)
    got = pay_of_month(of_month, terms, month)
    assert got.gross_cents == current + one_off
    taxes = got.wage_tax_cents + got.soli_cents + got.church_tax_cents
    assert got.net_cents + got.employee_cents + taxes == got.gross_cents
    assert got.cost_cents == got.gross_cents + got.employer_cents + got.flat_tax_cents + got.levies_cents
    sums = {"employee": 0, "employer": 0, "levy": 0, "tax": 0}
    for line in explain_salary(of_month, terms, got):
        end = line.code.rsplit(".", 1)[-1]
        assert line.source
        if line.code == "flat_tax":
            assert line.amount_cents == got.flat_tax_cents
        else:
            sums[{"levies": "levy", "wage_tax": "tax", "soli": "tax", "church_tax": "tax"}.get(end, end)] += (
                line.amount_cents
            )
    assert sums == {
        "employee": got.employee_cents,
        "employer": got.employer_cents,
        "levy": got.levies_cents,
        "tax": taxes,
    }


@settings(deadline=None, max_examples=100)
@given(anyone, amounts)
def test_a_plain_month_is_the_salary(terms, gross):
    assert pay_of_month(law(), terms, Month(current_cents=gross, regular_cents=gross)) == salary(law(), terms, gross)


# --- seizure --------------------------------------------------------------------------------------------------------

JULY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("net", "dependants", "cents"),
    [
        (158_740, 0, 0),
        (159_999, 0, 182),  # 1,590.00 less 1,587.40, seven tenths of it
        (200_000, 0, 28_882),
        (218_000, 1, 0),
        (219_000, 1, 259),  # 2,190.00 less 2,184.82, five tenths
        (500_000, 5, 26_871),  # one tenth up to 4,866.30, all of the rest
        (-100, 0, 0),
    ],
)
def test_what_can_be_seized_follows_the_limits_of_the_day(net, dependants, cents):
    assert seizable_cents(net, dependants, JULY) == cents


def test_limits_without_a_source_are_refused_by_name():
    assert seizable_cents(155_000, 0, date(2026, 3, 1)) == 0
    with pytest.raises(LawUnknown, match=r"seizure\.first_dependant_month"):
        seizable_cents(300_000, 1, date(2026, 3, 1))
    with pytest.raises(InvalidInput, match="dependants"):
        seizable_cents(300_000, 6, JULY)


def _input(terms: Terms, gross: int):
    from payroll.germany.salary import Payroll

    result = contributions(contribution_law(german_law(date(2026, 6, 1))), Insured(group=Group.FULL), gross)
    return Payroll(law(), terms, Group.FULL).tax_input(gross, result)
