"""What always holds for the advice, whatever the incomes."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from payroll.smoothing.advice import STILL_SHARE, advise, budgets, highest_costs
from payroll.smoothing.forecast import LARGEST_CENTS, OpenItem, draw_incomes

STEADY = [300_000, 310_000, 290_000, 305_000, 295_000, 300_000, 280_000, 320_000, 300_000, 310_000, 290_000, 300_000]
LUMPY = [0, 700_000, 0, 900_000, 0, 0, 800_000, 0, 1_200_000, 0, 300_000, 0]

amounts = st.integers(0, 2_000_000)
histories = st.lists(amounts, min_size=6, max_size=60)
risks = st.decimals("0", "0.6", places=3)
items = st.lists(
    st.builds(OpenItem, cents=amounts, month=st.integers(0, 20), probability=st.floats(0, 1)),
    max_size=4,
)
few_examples = settings(max_examples=40, deadline=None)


@few_examples
@given(history=histories, low=amounts, more=amounts, risk=risks, open_items=items, previous=amounts)
def test_more_budget_never_lowers_the_advice(history, low, more, risk, open_items, previous):
    def cost(budget):
        return advise(
            budget_cents=budget,
            history=history,
            open_items=open_items,
            risk=risk,
            previous_cents=previous,
            paths=200,
        ).cost_cents

    assert cost(low) <= cost(low + more)


@few_examples
@given(history=histories, budget=amounts, lower=risks, higher=risks, open_items=items, previous=amounts)
def test_a_higher_risk_never_lowers_the_advice(history, budget, lower, higher, open_items, previous):
    def cost(risk):
        return advise(
            budget_cents=budget,
            history=history,
            open_items=open_items,
            risk=risk,
            previous_cents=previous,
            paths=200,
        ).cost_cents

    assert cost(min(lower, higher)) <= cost(max(lower, higher))


@pytest.mark.parametrize("share", ["0.90", "0.96", "0.98", "1.00", "1.02", "1.04", "1.10"])
def test_fine_steps_of_budget_and_risk_near_the_previous_cost_never_lower_the_advice(share):
    free = advise(budget_cents=900_000, history=STEADY).cost_cents
    previous = int(free * Decimal(share))
    over_budgets = [
        advise(budget_cents=budget, history=STEADY, previous_cents=previous).cost_cents
        for budget in range(600_000, 1_300_000, 25_000)
    ]
    over_risks = [
        advise(budget_cents=900_000, history=STEADY, previous_cents=previous, risk=Decimal(step) / 200).cost_cents
        for step in range(40)
    ]
    assert over_budgets == sorted(over_budgets)
    assert over_risks == sorted(over_risks)


@few_examples
@given(history=histories, budget=amounts, risk=risks)
def test_the_advice_is_the_highest_cost_within_the_risk_month_by_month(history, budget, risk):
    advice = advise(budget_cents=budget, history=history, risk=risk, paths=100)
    incomes = draw_incomes(history, horizon=12, seed=1, paths=100).tolist()

    def dry_share(cost):
        dry = 0
        for path in incomes:
            holds = budget
            for income in path:
                if cost > holds:
                    dry += 1
                    break
                holds += income - cost
        return Decimal(dry) / 100

    assert advice.risk == dry_share(advice.cost_cents) <= risk
    assert dry_share(advice.cost_cents + 1) > risk


@few_examples
@given(history=histories, budget=amounts, horizon=st.integers(1, 24), open_items=items)
def test_budget_and_plan_add_up_to_the_cent(history, budget, horizon, open_items):
    advice = advise(budget_cents=budget, history=history, horizon=horizon, open_items=open_items, paths=150)
    incomes = draw_incomes(history, horizon=horizon, seed=1, open_items=open_items, paths=150)
    at_end = budgets(budget, incomes, advice.cost_cents)
    assert (at_end[:, -1] == budget + incomes.sum(axis=1) - horizon * advice.cost_cents).all()
    for band in (advice.p10_cents, advice.p50_cents, advice.p90_cents):
        assert len(band) == horizon
        assert all(cents in at_end[:, month] for month, cents in enumerate(band))
    triples = zip(advice.p10_cents, advice.p50_cents, advice.p90_cents, strict=True)
    assert all(p10 <= p50 <= p90 for p10, p50, p90 in triples)


def test_the_highest_cost_of_a_path_pays_before_the_income_of_the_month_arrives():
    incomes = np.array([[0, 600, 0], [600, 0, 0], [0, 0, 600]])
    # 300 in hand: two months must come out of it in the first path; the last income is always too late.
    assert highest_costs(300, incomes).tolist() == [150, 300, 100]
    assert highest_costs(0, incomes).tolist() == [0, 0, 0]


def test_the_same_seed_gives_the_same_advice_and_another_one_other_paths():
    first = advise(budget_cents=900_000, history=STEADY, seed=7)
    assert first == advise(budget_cents=900_000, history=STEADY, seed=7)
    assert first.p50_cents != advise(budget_cents=900_000, history=STEADY, seed=8).p50_cents


def test_an_income_that_never_came_is_paid_out_of_the_budget_alone():
    advice = advise(budget_cents=120_011, history=[0] * 6)
    assert advice.cost_cents == 10_000
    assert advice.risk == 0
    assert advice.p10_cents == advice.p90_cents
    assert advice.p50_cents[-1] == 11


def test_an_empty_budget_carries_no_cost_because_pay_comes_first():
    assert advise(budget_cents=0, history=STEADY).cost_cents == 0


@pytest.mark.parametrize("months", [6, 7, 11, 12, 13, 24, 60])
def test_any_length_of_history_gives_an_advice_below_the_income(months):
    advice = advise(budget_cents=600_000, history=[300_000] * months)
    assert 150_000 < advice.cost_cents < 350_000


def test_the_largest_amounts_stay_exact():
    advice = advise(
        budget_cents=LARGEST_CENTS,
        history=[LARGEST_CENTS] * 60,
        horizon=60,
        open_items=[OpenItem(cents=LARGEST_CENTS, month=3, probability=1.0)] * 200,
    )
    assert 0 < advice.cost_cents <= LARGEST_CENTS
    assert max(advice.p90_cents) > 0


def test_lumpy_incomes_get_an_advice_above_what_the_budget_alone_would_pay():
    assert advise(budget_cents=600_000, history=LUMPY).cost_cents > 600_000 // 12


@pytest.mark.parametrize("share", ["0.98", "0.99", "1.01"])
def test_pay_does_not_move_for_less_than_three_per_cent(share):
    free = advise(budget_cents=900_000, history=STEADY).cost_cents
    previous = int(free * Decimal(share))
    again = advise(budget_cents=900_000, history=STEADY, previous_cents=previous)
    assert again.cost_cents == previous
    assert Decimal(free) * STILL_SHARE > abs(free - previous)


def test_pay_that_no_longer_holds_falls_at_once_to_what_does():
    free = advise(budget_cents=900_000, history=STEADY)
    again = advise(budget_cents=900_000, history=STEADY, previous_cents=2 * free.cost_cents)
    assert again == free


def test_pay_rises_when_there_is_room_and_less_far_than_a_first_advice_would():
    free = advise(budget_cents=900_000, history=STEADY).cost_cents
    again = advise(budget_cents=900_000, history=STEADY, previous_cents=free // 2).cost_cents
    assert free // 2 < again < free


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"budget_cents": -1}, "budget"),
        ({"budget_cents": LARGEST_CENTS + 1}, "budget"),
        ({"history": [1, 2, -3, 4, 5, 6]}, "history"),
        ({"history": [1] * 5}, "history"),
        ({"history": [1] * 61}, "history"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 61}, "horizon"),
        ({"risk": Decimal(-1)}, "risk"),
        ({"risk": Decimal(1)}, "risk"),
        ({"previous_cents": -1}, "previous"),
        ({"open_items": [OpenItem(cents=-1, month=0, probability=1.0)]}, "open"),
        ({"open_items": [OpenItem(cents=1, month=-1, probability=1.0)]}, "open"),
        ({"open_items": [OpenItem(cents=1, month=0, probability=1.1)]}, "open"),
        ({"open_items": [OpenItem(cents=1, month=0, probability=1.0)] * 201}, "open"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(wrong, named):
    with pytest.raises(InvalidInput, match=f"^{named}:"):
        advise(**{"budget_cents": 100, "history": STEADY, **wrong})
