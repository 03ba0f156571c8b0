"""Contributions against computed and published cases, and what must hold for every pay."""

import json
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.money import share_of, to_cents
from payroll.germany.contribution_lines import contribution_lines
from payroll.germany.contributions import (
    ContributionLaw,
    Contributions,
    Group,
    Insured,
    contribution_law,
    contributions,
)
from payroll.germany.law import german_law

CASES = Path(__file__).with_name("cases")
COMPUTED = [json.loads(line) for line in (CASES / "contributions-2026.jsonl").read_text().splitlines()]
PUBLISHED = json.loads((CASES / "published-contributions.json").read_text())
BRANCHES = {"kv": "health", "zb": "additional", "pv": "care", "rv": "pension", "av": "unemployment"}


def law_on(year: int) -> ContributionLaw:
    return contribution_law(german_law(date(year, 6, 1)))


def insured_of(case: dict[str, Any]) -> Insured:
    return Insured(
        group=Group(case["group"]),
        additional_rate=Decimal(case["zusatzbeitrag_pct"]) / 100,
        childless=case["childless"],
        children_under25=case["children_under25"],
        saxony=case["saxony"],
        pension_opt_out=case.get("rv_exempt", False),
        health_insured=case.get("gkv_insured", True),
        flat_tax=case.get("flat_tax_2pct", True),
        health_premium_cents=case.get("kv_premium_cents", 0),
        care_premium_cents=case.get("pv_premium_cents", 0),
    )


def by_branch(result: Contributions) -> dict[str, int]:
    shares = {}
    for short, branch in BRANCHES.items():
        shares[f"{short}_an"] = getattr(result, f"{branch}_employee_cents")
        shares[f"{short}_ag"] = getattr(result, f"{branch}_employer_cents")
    return shares


@pytest.mark.parametrize("case", COMPUTED, ids=lambda case: case["id"])
def test_computed_cases_to_the_cent(case):
    inputs, expected = case["inputs"], case["outputs"]
    law = contribution_law(german_law(date.fromisoformat(inputs["date"])))
    result = contributions(law, insured_of(inputs), inputs["gross_cents"])
    got: dict[str, int | None] = {
        **by_branch(result),
        "an_total": result.employee_cents,
        "ag_total": result.employer_cents,
        "total": result.total_cents,
        "u1_ag": result.sickness_levy_cents,
        "u2_ag": result.maternity_levy_cents,
        "u3_ag": result.insolvency_levy_cents,
        "flat_tax_2pct_ag": result.flat_tax_cents,
        "kv_subsidy_ag": result.health_subsidy_cents,
        "pv_subsidy_ag": result.care_subsidy_cents,
    }
    if result.in_transition:
        got |= {"be_total_cents": result.pension_base_cents, "be_an_cents": result.transition_employee_base_cents}
    else:
        got |= {"base_kv_cents": result.health_base_cents, "base_rv_cents": result.pension_base_cents}
    expected = {key: value for key, value in expected.items() if key != "pv_an_defensible"}
    assert {key: got.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    "case", [case for case in PUBLISHED if case["kind"] in {"midijob", "regular"}], ids=lambda case: case["id"]
)
def test_published_examples(case):
    inputs = case["inputs"]
    insured = Insured(
        group=Group.MIDIJOB if case["kind"] == "midijob" else Group.FULL,
        additional_rate=Decimal(inputs["zb"]) / 100,
        childless=inputs["childless"],
        children_under25=inputs.get("kids", 0),
    )
    law = contribution_law(german_law(date.fromisoformat(case["date"])))
    result = contributions(law, insured, to_cents(Decimal(inputs["gross"])))
    shares = by_branch(result)
    got = {
        name.upper().replace("_A", "_a").replace("_aN", "_an").replace("_aG", "_ag"): v for name, v in shares.items()
    }
    got |= {f"KVZB_{side}": shares[f"kv_{side}"] + shares[f"zb_{side}"] for side in ("an", "ag")}
    got |= {"BE": result.pension_base_cents, "AN": result.employee_cents, "AG": result.employer_cents}
    # The publisher's own rounding differs by what the case states, see its note.
    off = {key: got[key] - cents for key, cents in case["expected"].items()}
    assert {key: by for key, by in off.items() if abs(by) > case["tolerance_cents"]} == {}


def test_published_constants_of_the_transition_range():
    published = next(case for case in PUBLISHED if case["kind"] == "beconst")["expected"]
    a, b, c, d = (Decimal(published[key]) for key in "abcd")
    law = law_on(2026)
    for gross in range(60_301, 200_001):
        for base, published_base in zip(
            law.transition_bases(gross), (a * gross - b * 100, c * gross - d * 100), strict=True
        ):
            # Ten digits of a constant carry to a thousandth of a cent: they cannot decide a half cent nearer than that.
            assert abs(published_base - base) < Decimal("0.501")


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_factor_is_that_of_the_year_s_rates(year):
    law = german_law(date(year, 1, 1))
    branches = (
        "health.general_rate",
        "health.additional_rate_average",
        "pension.rate",
        "unemployment.rate",
        "care.rate",
    )
    assert round(Decimal("0.28") / sum(law[name] for name in branches), 4) == law["midijob.factor"]


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_the_minijob_limit_follows_the_minimum_wage(year):
    law = german_law(date(year, 1, 1))
    ten_hours = (law["minimum_wage.hour"] * 130 / 3).to_integral_value(ROUND_CEILING)
    assert law["minijob.limit_month"] == ten_hours


def test_published_percentages_of_reference_amounts():
    published = {case["id"]: case["expected"]["v"][0] for case in PUBLISHED if case["kind"] == "pct"}
    of_2026, of_2025 = german_law(date(2026, 1, 1)), german_law(date(2025, 1, 1))
    regular = to_cents(of_2026["pension.reference_amount_month"] * of_2026["pension.rate"])
    least = to_cents(of_2025["minijob.limit_month"] * of_2025["pension.rate"])
    assert {"rv-regel": regular, "rv-mindest25": least} == published


@pytest.mark.parametrize(
    ("year", "health", "care", "care_saxony"),
    [(2025, 47_132, 9_923, 7_166), (2026, 50_859, 10_463, 7_556)],
)
def test_highest_subsidies_of_private_premiums(year, health, care, care_saxony):
    private = Insured(group=Group.PRIVATE, health_premium_cents=200_000, care_premium_cents=50_000)
    west = contributions(law_on(year), private, 900_000)
    saxon = contributions(law_on(year), replace(private, saxony=True), 900_000)
    assert (west.health_subsidy_cents, west.care_subsidy_cents) == (health, care)
    assert (saxon.health_subsidy_cents, saxon.care_subsidy_cents) == (health, care_saxony)


def test_private_cover_without_sick_pay_takes_the_reduced_rate():
    insured = Insured(group=Group.PRIVATE, health_premium_cents=200_000, sick_pay=False)
    assert contributions(law_on(2026), insured, 581_250).health_subsidy_cents == share_of(581_250, Decimal("0.0845"))


def test_half_a_premium_is_rounded_commercially():
    insured = Insured(group=Group.PRIVATE, health_premium_cents=40_001, care_premium_cents=1)
    result = contributions(law_on(2026), insured, 600_000)
    assert (result.health_subsidy_cents, result.care_subsidy_cents) == (20_001, 1)


def test_pay_of_nothing_owes_nothing():
    for group in Group:
        insured = Insured(group=group, additional_rate=Decimal("0.0269"), health_premium_cents=0)
        result = contributions(law_on(2026), insured, 0)
        assert (result.total_cents, result.flat_tax_cents, result.insolvency_levy_cents) == (0, 0, 0)


def test_the_pension_minimum_of_a_minijob_meets_the_plain_rule_at_175_euros():
    law = law_on(2026)
    insured = Insured(group=Group.MINIJOB)
    below, at = (contributions(law, insured, gross) for gross in (17_499, 17_500))
    assert below.pension_employee_cents + below.pension_employer_cents == 3255
    assert at.pension_employee_cents + at.pension_employer_cents == 3255


@pytest.mark.parametrize(
    ("days", "health_base", "pension_base"), [(30, 581_250, 845_000), (17, 329_375, 478_833), (1, 19_375, 28_167)]
)
def test_ceilings_of_part_of_a_month(days, health_base, pension_base):
    result = contributions(law_on(2026), Insured(group=Group.FULL), 1_000_000, days=days)
    assert (result.health_base_cents, result.care_base_cents, result.pension_base_cents) == (
        health_base,
        health_base,
        pension_base,
    )


def test_part_of_a_month_in_the_transition_range_is_extrapolated_and_cut_down():
    law = law_on(2026)
    # 500 euros for 15 days are 1,000 a month, whose bases are 854.06 and 568.36.
    assert law.transition_bases(100_000) == (85_406, 56_836)
    assert law.transition_bases(50_000, 15) == (42_703, 28_418)


def test_a_midijob_leaves_its_formula_in_a_month_above_the_range():
    law = law_on(2026)
    midijob, full = Insured(group=Group.MIDIJOB), Insured(group=Group.FULL)
    for gross, days in ((200_001, 30), (100_001, 15)):
        above = contributions(law, midijob, gross, days=days)
        assert not above.in_transition
        assert by_branch(above) == by_branch(contributions(law, full, gross, days=days))
    assert contributions(law, midijob, 100_000, days=15).in_transition


def test_a_midijob_at_or_below_the_minijob_limit_is_borne_by_the_employer():
    result = contributions(law_on(2026), Insured(group=Group.MIDIJOB), 60_300)
    assert (result.pension_base_cents, result.transition_employee_base_cents) == (39_913, 0)
    assert result.employee_cents == 0


def test_the_minijob_minimum_base_is_cut_down_with_the_days():
    result = contributions(law_on(2026), Insured(group=Group.MINIJOB), 5_000, days=15)
    assert result.pension_base_cents == 8_750
    assert result.pension_employee_cents == share_of(8_750, Decimal("0.186")) - 750


def test_two_to_five_children_bring_a_discount_and_more_do_not():
    law = law_on(2026)
    shares = [
        contributions(law, Insured(group=Group.FULL, children_under25=children), 300_000).care_employee_cents
        for children in range(8)
    ]
    assert shares == [5400, 5400, 4650, 3900, 3150, 2400, 2400, 2400]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"childless": True, "children_under25": 1}, "children_under25"),
        ({"children_under25": -1}, "children_under25"),
        ({"additional_rate": Decimal(2)}, "additional_rate"),
        ({"additional_rate": Decimal("-0.01")}, "additional_rate"),
        ({"additional_rate": Decimal("0.0269001")}, "additional_rate"),
        ({"health_premium_cents": -1}, "premiums"),
    ],
)
def test_contradictory_facts_are_refused(wrong, named):
    with pytest.raises(InvalidInput, match=named):
        Insured(group=Group.FULL, **wrong)


def test_negative_pay_and_impossible_days_are_refused():
    law, insured = law_on(2026), Insured(group=Group.FULL)
    with pytest.raises(InvalidInput, match="gross_cents"):
        contributions(law, insured, -1)
    for days in (0, 31):
        with pytest.raises(InvalidInput, match="days"):
            contributions(law, insured, 100_000, days=days)


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2027, 1, 1)])
def test_a_day_without_confirmed_law_is_refused_by_name(day):
    with pytest.raises(LawUnknown, match=r"[a-z]+\.[a-z_]+: no confirmed value"):
        contribution_law(german_law(day))


people = st.builds(
    Insured,
    group=st.sampled_from(Group),
    additional_rate=st.integers(0, 450).map(lambda n: Decimal(n) / 10_000),
    children_under25=st.integers(0, 7),
    saxony=st.booleans(),
    pensioner=st.booleans(),
    pension_opt_out=st.booleans(),
    health_insured=st.booleans(),
    flat_tax=st.booleans(),
    health_premium_cents=st.integers(0, 200_000),
    care_premium_cents=st.integers(0, 40_000),
) | st.builds(
    Insured,
    group=st.sampled_from(Group),
    additional_rate=st.integers(0, 450).map(lambda n: Decimal(n) / 10_000),
    childless=st.just(value=True),
    saxony=st.booleans(),
)
pay = st.integers(0, 1_500_000) | st.integers(60_200, 60_400) | st.integers(199_900, 200_100)


@settings(deadline=None)
@given(people, pay, st.sampled_from([2025, 2026]), st.integers(1, 30))
def test_the_lines_explain_the_whole_result(insured, gross, year, days):
    law = german_law(date(year, 6, 1))
    result = contributions(contribution_law(law), insured, gross, days=days)
    lines = contribution_lines(law, insured, result)

    def total(end: str) -> int:
        return sum(line.amount_cents for line in lines if line.code.endswith(end))

    assert total(".employee") == result.employee_cents
    assert total(".employer") == result.employer_cents
    assert total(".levy") == result.insolvency_levy_cents + result.sickness_levy_cents + result.maternity_levy_cents
    assert total(".subsidy") == result.health_subsidy_cents + result.care_subsidy_cents
    assert total("flat_tax") == result.flat_tax_cents
    for line in lines:
        assert line.basis_cents is not None
        assert line.rate is not None
        plain = share_of(line.basis_cents, line.rate)
        if line.code.endswith(".subsidy"):
            assert line.amount_cents <= plain
        elif not (result.in_transition and line.code.endswith(".employer")) and (
            result.pension_base_cents == gross or line.code != "pension.employee" or insured.group is not Group.MINIJOB
        ):
            assert line.amount_cents == plain, line


@settings(deadline=None)
@given(people, pay, st.sampled_from([2025, 2026]), st.integers(1, 30))
def test_shares_add_up_and_none_is_negative(insured, gross, year, days):
    result = contributions(law_on(year), insured, gross, days=days)
    shares = by_branch(result)
    assert all(cents >= 0 for cents in shares.values())
    assert sum(shares.values()) == result.total_cents == result.employee_cents + result.employer_cents
    if not insured.pension_opt_out and gross > 20_000:
        assert result.employee_cents < gross


@settings(deadline=None)
@given(people, st.sampled_from([2025, 2026]))
def test_the_range_s_upper_end_is_the_ordinary_rule(insured, year):
    law = law_on(year)
    midijob, full = (replace(insured, group=group) for group in (Group.MIDIJOB, Group.FULL))
    at_upper_end = by_branch(contributions(law, midijob, law.midijob_limit))
    ordinary = by_branch(contributions(law, full, law.midijob_limit))
    assert {key: cents for key, cents in at_upper_end.items() if abs(cents - ordinary[key]) > 1} == {}
