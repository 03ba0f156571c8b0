"""Gross, net and cost of a month: published figures, sums that always hold, and the inverse against every cent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from payroll.germany.contributions import Group
from payroll.germany.inverse import gross_of_cost, gross_of_net
from payroll.germany.salary import Salary, SalaryLaw, salary, salary_law
from payroll.germany.terms import Kind, Terms
from payroll.germany.wage_tax import wage_tax_law

JUNE_2026 = date(2026, 6, 1)
PUBLISHED_TERMS = Terms(additional_rate=Decimal("0.0269"), childless=True, levies_rate=Decimal("0.024"))


def law(year: int = 2026) -> SalaryLaw:
    return salary_law(date(year, 6, 1))


@pytest.mark.parametrize(("gross", "net", "cost"), [(60_500, 601, 787), (100_000, 875, 1264), (146_000, 1189, 1819)])
def test_rows_published_by_a_cooperative(gross, net, cost):
    # Source: salary table 2026 of the German cooperative of this kind, in whole euros.
    got = salary(law(), PUBLISHED_TERMS, gross)
    assert abs(got.net_cents - net * 100) <= 100
    assert abs(got.cost_cents - cost * 100) <= 200


def test_a_midijob_of_1150_euros_to_the_cent():
    got = salary(law(), PUBLISHED_TERMS, 115_000)
    assert got.group is Group.MIDIJOB
    assert got.contributions.employee_cents == 17_097
    assert got.contributions.employer_cents == 26_701
    assert got.contributions.total_cents == 43_798
    assert got.levies_cents == 2_760
    assert (got.wage_tax_cents, got.soli_cents, got.church_tax_cents) == (0, 0, 0)
    assert got.net_cents == 97_903
    assert got.cost_cents == 144_461


def test_the_flat_tax_of_a_minijob_is_the_employer_s():
    terms = Terms(additional_rate=Decimal(0), levies_rate=Decimal("0.0117"), pension_opt_out=True, tax_class=6)
    got = salary(law(), terms, 60_300)
    # 13 % and 15 % by the employer, 2 % flat tax, 1.17 % levies; nothing is withheld.
    assert got.net_cents == 60_300
    assert got.cost_cents == 60_300 + 7_839 + 9_045 + 1_206 + 706


def test_auto_changes_its_rules_at_the_limits():
    groups = [salary(law(), PUBLISHED_TERMS, gross).group for gross in (60_300, 60_301, 200_000, 200_001)]
    assert groups == [Group.MINIJOB, Group.MIDIJOB, Group.MIDIJOB, Group.FULL]
    assert salary(law(2025), PUBLISHED_TERMS, 55_601).group is Group.MIDIJOB


def test_a_student_s_provision_allowance_counts_pension_insurance_alone():
    terms = Terms(additional_rate=Decimal("0.029"), kind=Kind.WERKSTUDENT)
    got = salary(law(), terms, 250_000)
    # 30,000 a year less 1,266 lump sums less 9.3 % pension 2,790 leave 25,944; z = 0.8145;
    # (173.10 z + 2,397) z + 1,034.87 = 3,102.06; a twelfth of 3,102 is 258.50.
    assert got.wage_tax_cents == 25_850
    assert got.contributions.employee_cents == 23_250
    assert got.net_cents == 250_000 - 25_850 - 23_250


def test_church_tax_drops_fractions_of_a_cent():
    terms = Terms(additional_rate=Decimal("0.029"), childless=True, church_rate=Decimal("0.09"))
    got = salary(law(), terms, 500_000)
    assert got.wage_tax_cents == 78_241
    assert got.church_tax_cents == 7_041  # 9 % of 782.41 is 70.4169
    in_bavaria = Terms(additional_rate=Decimal("0.029"), childless=True, church_rate=Decimal("0.08"))
    assert salary(law(), in_bavaria, 500_000).church_tax_cents == 6_259  # 62.5928


def test_tax_sees_the_care_insurance_of_saxony_children_and_the_childless():
    def tax(**terms: object) -> int:
        return salary(law(), Terms(additional_rate=Decimal("0.029"), **terms), 400_000).wage_tax_cents  # type: ignore[arg-type]

    plain = tax()
    assert tax(childless=True) < plain
    assert tax(saxony=True) < plain
    assert tax(children_under25=1) == plain
    assert plain < tax(children_under25=2) < tax(children_under25=5) == tax(children_under25=7)


@pytest.mark.parametrize(
    ("kind", "gross"),
    [
        (Kind.MINIJOB, 60_301),
        (Kind.MIDIJOB, 60_300),
        (Kind.MIDIJOB, 200_001),
        (Kind.WERKSTUDENT, 60_300),
        (Kind.FULL, -1),
    ],
)
def test_pay_that_the_kind_cannot_have_is_refused(kind, gross):
    with pytest.raises(InvalidInput, match="gross"):
        salary(law(), Terms(additional_rate=Decimal(0), kind=kind), gross)


def test_a_target_below_the_kind_s_least_pay_is_refused():
    terms = Terms(additional_rate=Decimal(0), kind=Kind.WERKSTUDENT)
    with pytest.raises(InvalidInput, match="cost"):
        gross_of_cost(law(), terms, 50_000)
    with pytest.raises(InvalidInput, match="net"):
        gross_of_net(law(), terms, 50_000)


def test_a_target_above_the_kind_s_highest_pay_gives_that_pay():
    terms = Terms(additional_rate=Decimal(0), kind=Kind.MINIJOB)
    assert gross_of_cost(law(), terms, 500_000).gross_cents == 60_300
    assert gross_of_net(law(), terms, 500_000).gross_cents == 60_300


@pytest.mark.parametrize(
    ("terms", "target", "expected"),
    [
        # A student with insured pay elsewhere beyond the transition range has no part of it left.
        ({"kind": Kind.WERKSTUDENT, "other_insured_cents": 150_000}, 60_000_00, Group.WERKSTUDENT),
        # A second Minijob fits below what the first leaves of the limit: 603 - 500 = 103 EUR, below 175 EUR.
        ({"kind": Kind.MINIJOB, "other_minijob_cents": 50_000}, 500_000, Group.MINIJOB),
        # The first takes the limit to the cent: nothing but no pay is left.
        ({"kind": Kind.MINIJOB, "other_minijob_cents": 60_300}, 500_000, Group.MINIJOB),
    ],
)
def test_the_inverse_knows_what_other_employment_leaves(terms, target, expected):
    facts = Terms(additional_rate=Decimal("0.029"), **terms)
    got = gross_of_cost(law(), facts, target)
    assert got.group is expected
    assert got.cost_cents <= target
    if expected is Group.MINIJOB:
        assert got.gross_cents == 60_300 - facts.other_minijob_cents


@pytest.mark.parametrize(
    ("terms", "target"),
    [
        ({"kind": Kind.MINIJOB, "other_minijob_cents": 60_301}, 500_000),  # the limit is passed elsewhere
        ({"kind": Kind.WERKSTUDENT, "other_insured_cents": 150_000}, 50_000),  # and no lower range is left
    ],
)
def test_what_other_employment_leaves_no_room_for_is_refused(terms, target):
    with pytest.raises(InvalidInput, match="cost"):
        gross_of_cost(law(), Terms(additional_rate=Decimal("0.029"), **terms), target)


@pytest.mark.parametrize("elsewhere", ["other_insured_cents", "other_minijob_cents"])
def test_pay_elsewhere_is_not_negative(elsewhere):
    with pytest.raises(InvalidInput, match="other pay"):
        Terms(additional_rate=Decimal(0), **{elsewhere: -1})


@pytest.mark.parametrize("rates", [{"church_rate": Decimal(1)}, {"levies_rate": Decimal("0.0000001")}])
def test_rates_outside_their_range_are_refused(rates):
    with pytest.raises(InvalidInput, match=next(iter(rates))):
        Terms(additional_rate=Decimal(0), **rates)


# -- the inverse ------------------------------------------------------------------------------------------------------

VALUES: list[tuple[Callable[[SalaryLaw, Terms, int], Salary], Callable[[Salary], int]]] = [
    (gross_of_cost, lambda pay: pay.cost_cents),
    (gross_of_net, lambda pay: pay.net_cents),
]
SCANNED = [
    # Around nothing, the pension minimum, the Minijob's end, the range's end and both ceilings.
    (PUBLISHED_TERMS, [(0, 600), (17_000, 18_200), (109_000, 109_900), (199_400, 200_900), (581_000, 581_800)]),
    (
        Terms(additional_rate=Decimal("0.0439"), tax_class=6, church_rate=Decimal("0.09"), pension_opt_out=True),
        [(55_000, 72_000), (137_000, 138_000), (200_000, 201_000)],
    ),
    (
        Terms(additional_rate=Decimal("0.029"), tax_class=3, children_under25=3, child_allowances=Decimal("1.5")),
        [(60_000, 60_900), (330_000, 331_000), (844_500, 845_500)],
    ),
    (
        Terms(additional_rate=Decimal(0), tax_class=4, factor=Decimal("0.935"), saxony=True, children_under25=4),
        [(60_200, 60_900), (165_000, 166_000)],
    ),
    (
        Terms(additional_rate=Decimal("0.029"), kind=Kind.WERKSTUDENT, tax_class=5, levies_rate=Decimal("0.031")),
        [(60_301, 61_200), (199_500, 200_900)],
    ),
    (Terms(additional_rate=Decimal("0.0218"), kind=Kind.FULL, tax_class=2), [(0, 900), (60_000, 61_000)]),
]


@pytest.mark.slow
@pytest.mark.parametrize("terms", range(len(SCANNED)))
def test_the_inverse_is_the_largest_fitting_gross_of_every_cent_tried(terms):
    facts, windows = SCANNED[terms]
    for low, high in windows:
        pays = [salary(law(), facts, gross) for gross in range(low, high + 1)]
        for inverse, value in VALUES:
            values = [value(pay) for pay in pays]
            # Targets that the window's upper end is out of reach of, so that the answer lies within.
            targets = sorted(t for t in set(values) if t < min(values[-200:]))
            assert targets
            for target in targets[:: max(1, len(targets) // 40)]:
                largest = low + max(place for place, cents in enumerate(values) if cents <= target)
                assert inverse(law(), facts, target).gross_cents == largest


def test_cost_and_net_really_fall_in_places():
    falls = Terms(additional_rate=Decimal("0.029"), tax_class=6, pension_opt_out=True)
    minijob, midijob = salary(law(), falls, 60_300), salary(law(), falls, 60_301)
    assert midijob.cost_cents < minijob.cost_cents
    assert midijob.net_cents < minijob.net_cents
    # A cost just below the Minijob's highest is met by a Midijob beyond it.
    assert gross_of_cost(law(), falls, minijob.cost_cents).group is Group.MIDIJOB


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize(("tax_class", "euros"), [(1, 1), (3, 2), (5, 2)])
def test_yearly_tax_falls_by_rounding_no_more_than_the_inverse_allows(year, tax_class, euros):
    tax = wage_tax_law(date(year, 6, 1)).tax_euros
    yearly = [tax(income * 100, tax_class) for income in range(80_000)]
    highest = fall = 0
    for income, cents in enumerate(yearly[:-1]):
        # The rounded-up provision allowance may take one euro of income back.
        highest = max(highest, cents, yearly[income + 1])
        fall = max(fall, highest - cents)
    assert fall <= euros


terms_of_anyone = st.builds(
    Terms,
    additional_rate=st.integers(0, 450).map(lambda n: Decimal(n) / 10_000),
    kind=st.sampled_from([Kind.AUTO, Kind.AUTO, Kind.FULL]),
    tax_class=st.integers(1, 6),
    children_under25=st.integers(0, 6),
    child_allowances=st.integers(0, 8).map(lambda n: Decimal(n) / 2),
    church_rate=st.sampled_from([Decimal(0), Decimal("0.08"), Decimal("0.09")]),
    saxony=st.booleans(),
    pension_opt_out=st.booleans(),
    levies_rate=st.integers(0, 500).map(lambda n: Decimal(n) / 10_000),
)
euros = st.integers(0, 1_200_000) | st.integers(50_000, 80_000)


@settings(deadline=None)
@given(terms_of_anyone, euros, st.sampled_from([2025, 2026]))
def test_net_and_deductions_are_gross_and_the_employer_s_parts_are_cost(terms, gross, year):
    pay = salary(law(year), terms, gross)
    withheld = pay.contributions.employee_cents + pay.wage_tax_cents + pay.soli_cents + pay.church_tax_cents
    assert pay.net_cents + withheld == gross
    beside = pay.contributions.employer_cents + pay.contributions.flat_tax_cents + pay.levies_cents
    assert pay.cost_cents - beside == gross
    assert min(pay.wage_tax_cents, pay.soli_cents, pay.church_tax_cents, pay.levies_cents) >= 0
    if pay.group is Group.MINIJOB:
        assert (pay.wage_tax_cents, pay.soli_cents, pay.church_tax_cents) == (0, 0, 0)


@settings(deadline=None, max_examples=60)
@given(terms_of_anyone, euros, st.sampled_from([2025, 2026]), st.data())
def test_no_larger_gross_fits_the_target(terms, target, year, data):
    for inverse, value in VALUES:
        pay = inverse(law(year), terms, target)
        assert value(pay) <= target
        near = range(pay.gross_cents + 1, pay.gross_cents + 20)
        anywhere = data.draw(st.lists(st.integers(pay.gross_cents + 1, pay.gross_cents + 400_000), max_size=10))
        for gross in [*near, *anywhere]:
            assert value(salary(law(year), terms, gross)) > target


@settings(deadline=None, max_examples=60)
@given(terms_of_anyone, euros)
def test_the_inverse_of_a_salary_is_at_least_its_gross(terms, gross):
    pay = salary(law(), terms, gross)
    assert gross_of_cost(law(), terms, pay.cost_cents).gross_cents >= gross
    assert gross_of_net(law(), terms, pay.net_cents).gross_cents >= gross


@pytest.mark.parametrize("target", [10**9, 10**13])
def test_absurd_targets_are_still_answered(target):
    for inverse, value in VALUES:
        pay = inverse(law(), PUBLISHED_TERMS, target)
        assert value(pay) <= target < value(salary(law(), PUBLISHED_TERMS, pay.gross_cents + 10))
