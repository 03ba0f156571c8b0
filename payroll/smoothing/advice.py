"""The highest steady monthly cost that a member's budget carries, at a risk the member has chosen.

Order within a month: pay first, out of what the budget holds at its start; then the month's income arrives. A month
is dry where its pay exceeds the budget. Pure: what leaves is cents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from coop.errors import InvalidInput
from payroll.smoothing.evidence import Ints
from payroll.smoothing.forecast import LARGEST_CENTS, PATHS, OpenItem, draw_incomes

DEFAULT_RISK = Decimal("0.05")
DEFAULT_HORIZON_MONTHS = 12
DEFAULT_SEED = 1

STILL_SHARE = Decimal("0.03")
"""Advice does not move for less than this share of what is paid so far ..."""
STILL_RISK_FACTOR = Decimal("1.25")
"""... unless staying would carry more than this multiple of the chosen risk."""
RAISE_RISK_FACTOR = Decimal("0.25")
"""Running pay is raised only to what holds at this share of the chosen risk, so that it need not fall again soon."""

_BANDS = (Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A steady monthly cost in cents, the chance that it runs dry, and the budget at the end of each month.

    The budgets have one entry in cents for each month of the horizon. Where a path runs dry they go below zero:
    pay that is owed is paid.
    """

    cost_cents: int
    risk: Decimal
    p10_cents: tuple[int, ...]
    p50_cents: tuple[int, ...]
    p90_cents: tuple[int, ...]


def highest_costs(budget_cents: int, incomes: Ints) -> Ints:
    """The highest steady monthly cost of each path with no dry month, in cents; shape (paths,).

    Before its pay, month k (from 1) holds budget + incomes of the k - 1 months before - (k - 1) costs, and must
    cover one cost more: so k costs may not exceed budget + those incomes, for every k.
    """
    paths, horizon = incomes.shape
    arrived = np.zeros((paths, horizon), dtype=np.int64)
    np.cumsum(incomes[:, :-1], axis=1, out=arrived[:, 1:])
    return np.asarray(((budget_cents + arrived) // np.arange(1, horizon + 1)).min(axis=1))


def budgets(budget_cents: int, incomes: Ints, cost_cents: int) -> Ints:
    """The budget at the end of each month of each path in cents, shape of `incomes`."""
    months = np.arange(1, incomes.shape[1] + 1)
    return np.asarray(budget_cents + np.cumsum(incomes, axis=1) - cost_cents * months)


def advise(
    *,
    budget_cents: int,
    history: Sequence[int],
    open_items: Sequence[OpenItem] = (),
    risk: Decimal = DEFAULT_RISK,
    horizon: int = DEFAULT_HORIZON_MONTHS,
    previous_cents: int = 0,
    seed: int = DEFAULT_SEED,
    paths: int = PATHS,
) -> Advice:
    """Advise the highest steady monthly cost whose chance of any dry month in `horizon` stays within `risk`.

    `budget_cents`: what the budget holds on the first day, before that month's pay. `history`: see
    `forecast.draw_incomes`. `previous_cents`: the monthly cost paid so far, 0 for none; see `_steadied`. More budget or a
    higher risk never lowers the cost: the paths depend on neither.

    Raises: InvalidInput, naming what is out of range.
    """
    if not 0 <= budget_cents <= LARGEST_CENTS:
        raise InvalidInput("budget: give an amount that is not negative")
    if not 0 <= risk < 1:
        raise InvalidInput("risk: give a share from 0 to below 1, such as 0.05")
    if not 0 <= previous_cents <= LARGEST_CENTS:
        raise InvalidInput("previous: give an amount that is not negative")
    incomes = draw_incomes(history, horizon=horizon, seed=seed, open_items=open_items, paths=paths)
    highest = np.sort(highest_costs(budget_cents, incomes))
    cost = _steadied(highest, risk, previous_cents) if previous_cents else _at_risk(highest, risk)
    at_end = np.sort(budgets(budget_cents, incomes, cost), axis=0)
    p10, p50, p90 = (tuple(map(int, at_end[rank(share, paths)])) for share in _BANDS)
    dry = int(np.searchsorted(highest, cost, side="left"))
    return Advice(cost_cents=cost, risk=Decimal(dry) / paths, p10_cents=p10, p50_cents=p50, p90_cents=p90)


def rank(share: Decimal, paths: int) -> int:
    """The place in a sorted list of `paths` figures that leaves the share `share`, and no more, below it."""
    return min(int((share * paths).to_integral_value(rounding=ROUND_FLOOR)), paths - 1)


def _at_risk(highest: Ints, risk: Decimal) -> int:
    """The largest cost that at most the share `risk` of the paths cannot carry; `highest` is sorted."""
    return int(highest[rank(risk, len(highest))])


def _steadied(highest: Ints, risk: Decimal, previous: int) -> int:
    """The advice for someone who is paid `previous` cents a month already.

    Pay falls as soon as it no longer holds at the chosen risk, and rises only as far as it is likely to last. It
    stays for differences of less than `STILL_SHARE`. Each bound grows with budget and risk, and so does the result.
    """
    holds = _at_risk(highest, risk)
    if previous > holds:
        near = previous * (1 - STILL_SHARE) < holds
        bearable = previous <= _at_risk(highest, min(risk * STILL_RISK_FACTOR, Decimal(1)))
        return previous if near and bearable else holds
    lasts = _at_risk(highest, risk * RAISE_RISK_FACTOR)
    return lasts if lasts > previous * (1 + STILL_SHARE) else previous
