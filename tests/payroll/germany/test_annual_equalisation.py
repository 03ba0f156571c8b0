"""Who gets an equalisation at the end of the year, and how much."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from coop.errors import InvalidInput
from payroll.germany.annual_equalisation import (
    Amounts,
    EqualisationExcluded,
    Exclusion,
    YearOfWages,
    compulsory,
    exclusions,
    refund,
)
from payroll.germany.church_tax import church_tax_cents
from payroll.germany.wage_tax import PayPeriod, WageTaxInput, wage_tax, wage_tax_law

LAW = wage_tax_law(date(2026, 12, 31))
ALL_YEAR = YearOfWages(tax_classes=(1,) * 12)
CHURCH = Decimal("0.09")


def person(period: PayPeriod, wage_cents: int) -> WageTaxInput:
    return WageTaxInput(
        tax_class=1,
        wage_cents=wage_cents,
        period=period,
        additional_rate=Decimal("2.90"),
        childless=True,
        church=True,
    )


def withheld(wages: list[int]) -> Amounts:
    months = [wage_tax(person(PayPeriod.MONTH, wage), LAW) for wage in wages]
    return Amounts(
        wage_tax_cents=sum(month.wage_tax_cents for month in months),
        soli_cents=sum(month.soli_cents for month in months),
        church_tax_cents=sum(church_tax_cents(month.church_base_cents, CHURCH) for month in months),
    )


def back(wages: list[int], **changes) -> Amounts:
    return refund(
        **{
            "year": ALL_YEAR,
            "inputs": person(PayPeriod.YEAR, sum(wages)),
            "law": LAW,
            "withheld": withheld(wages),
            "church_rate": CHURCH,
        }
        | changes
    )


@pytest.mark.parametrize(
    ("year", "reasons"),
    [
        (ALL_YEAR, ()),
        (YearOfWages(tax_classes=(3,) * 12), ()),
        (YearOfWages(tax_classes=(1,) * 11), (Exclusion.NOT_EMPLOYED_ALL_YEAR,)),
        (YearOfWages(tax_classes=()), (Exclusion.NOT_EMPLOYED_ALL_YEAR,)),
        (YearOfWages(tax_classes=(5,) * 12), (Exclusion.CLASS_5_OR_6,)),
        (YearOfWages(tax_classes=(1,) * 11 + (6,)), (Exclusion.CLASS_5_OR_6,)),
        (YearOfWages(tax_classes=(1,) * 6 + (2,) * 6), (Exclusion.CLASS_2_TO_4_FOR_PART_OF_THE_YEAR,)),
        (YearOfWages(tax_classes=(3,) * 6 + (4,) * 6), (Exclusion.CLASS_2_TO_4_FOR_PART_OF_THE_YEAR,)),
        (replace(ALL_YEAR, factor=True), (Exclusion.FACTOR,)),
        (replace(ALL_YEAR, allowances=True), (Exclusion.ALLOWANCES,)),
        (replace(ALL_YEAR, short_time_benefit=True), (Exclusion.SHORT_TIME_BENEFIT,)),
        (replace(ALL_YEAR, letter_u=True, factor=True), (Exclusion.FACTOR, Exclusion.LETTER_U)),
    ],
)
def test_the_law_excludes_by_the_wage_account(year, reasons):
    assert exclusions(year) == reasons
    if reasons:
        with pytest.raises(EqualisationExcluded) as raised:
            back([300_000] * 12, year=year)
        assert raised.value.exclusions == reasons


def test_uneven_months_give_back_what_progression_took_too_much():
    wages = [200_000] * 11 + [1_400_000]
    taken, given = withheld(wages), back(wages)
    # Withheld less given back is exactly the tax of the year: 36,000.00 in class I.
    due = wage_tax(person(PayPeriod.YEAR, 3_600_000), LAW)
    assert taken.wage_tax_cents - given.wage_tax_cents == due.wage_tax_cents
    assert taken.church_tax_cents - given.church_tax_cents == church_tax_cents(due.church_base_cents, CHURCH)
    assert (taken.soli_cents, given.soli_cents) == (taken.soli_cents, taken.soli_cents)
    assert taken.soli_cents > 0
    assert given.wage_tax_cents > 0


def test_even_months_give_nothing_back():
    # Each month is cut to the cent, so the months hold no more than the year.
    assert back([300_000] * 12) == Amounts(wage_tax_cents=0, soli_cents=0, church_tax_cents=0)


@pytest.mark.parametrize(
    "inputs",
    [
        person(PayPeriod.MONTH, 3_600_000),
        replace(person(PayPeriod.YEAR, 3_600_000), tax_class=3),
        replace(person(PayPeriod.YEAR, 3_600_000), allowance_cents=1),
        replace(person(PayPeriod.YEAR, 3_600_000), addition_cents=1),
    ],
)
def test_inputs_of_another_year_are_refused(inputs):
    with pytest.raises(InvalidInput):
        back([300_000] * 12, inputs=inputs)


def test_ten_employees_make_it_a_duty():
    assert [compulsory(count, date(2026, 12, 31)) for count in (0, 9, 10, 350)] == [False, False, True, True]
