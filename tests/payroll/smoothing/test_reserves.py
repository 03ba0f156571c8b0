"""The simulator of the cooperative's reserves, against figures made by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import InvalidInput
from payroll.smoothing.reserves import simulate_reserves

GIVEN = {
    "reserves_cents": 1_000_000,
    "turnover_cents": 10_000_000,
    "cost_cents": 800_000,
    "fee_rate": Decimal("0.09"),
    "default_rate": Decimal(0),
    "growth_rate": Decimal(0),
}


def test_without_growth_or_default_each_year_is_the_same():
    assert [year.reserves_cents for year in simulate_reserves(**GIVEN)] == [1_100_000, 1_200_000, 1_300_000]


def test_growth_and_default_by_hand():
    first, second, _third = simulate_reserves(
        **{**GIVEN, "default_rate": Decimal("0.02"), "growth_rate": Decimal("0.10")}
    )
    # 110,000.00 invoiced: 98 % paid brings 9,702.00; 2 % unpaid costs 91 % of 2,200.00.
    assert (first.turnover_cents, first.fee_cents, first.loss_cents) == (11_000_000, 970_200, 200_200)
    assert first.reserves_cents == 1_000_000 + 970_200 - 200_200 - 800_000
    assert second.turnover_cents == 12_100_000


@given(st.integers(0, 100), st.integers(0, 100))
def test_more_default_never_helps(one, other):
    low, high = (
        simulate_reserves(**{**GIVEN, "default_rate": Decimal(rate) / 100})[-1].reserves_cents
        for rate in sorted((one, other))
    )
    assert high <= low


@pytest.mark.parametrize("wrong", [{"fee_rate": Decimal(1)}, {"growth_rate": Decimal(-1)}, {"cost_cents": -1}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidInput):
        simulate_reserves(**{**GIVEN, **wrong})
