"""The course of a budget under a planned salary: what it bears month by month, and how likely.

A plan has a cost known for each month (a running salary, an expense) and a steady cost that is sought, paid in the
months of its `weights` (1, or 0 for time off and the months before it begins). Order within a month as in
`advice`: pay first, then income. A guarantee counts like money on hand until the money itself has arrived.

Pure: paths may be arrays, what leaves is cents. More budget, and a higher risk, never lower a steady cost: the paths
know neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from coop.errors import InvalidInput
from payroll.smoothing.advice import rank
from payroll.smoothing.evidence import Ints

_BANDS = (Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What surrounds a salary that is planned. Cents.

    `incomes` has the shape (paths, horizon), `fixed` and `guaranteed` (horizon,). `guaranteed` is what the
    cooperative advances before the pay of each month for work that clients have confirmed and not yet paid.
    """

    budget_cents: int
    incomes: Ints
    fixed: Ints
    guaranteed: Ints

    @property
    def horizon(self) -> int:
        """How many months lie ahead."""
        return int(self.incomes.shape[1])

    def at_hand(self) -> Ints:
        """What bears the pay of each month, were nothing paid before; shape (paths, horizon)."""
        arrived = np.zeros_like(self.incomes)
        np.cumsum(self.incomes[:, :-1], axis=1, out=arrived[:, 1:])
        return np.asarray(self.budget_cents + arrived + self.guaranteed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What becomes of a budget when `costs_cents` are paid. One entry for each month; cents.

    `expected_cents` is the mean income in whole cents, `ends_cents` the budget that it leads to: the budget at the
    start plus expected incomes less costs, to the cent. The bands are those of the paths themselves.
    """

    costs_cents: tuple[int, ...]
    expected_cents: tuple[int, ...]
    ends_cents: tuple[int, ...]
    p10_cents: tuple[int, ...]
    p50_cents: tuple[int, ...]
    p90_cents: tuple[int, ...]
    dry_by: tuple[Decimal, ...]
    """The chance that the pay of this month or of one before was not borne."""

    @property
    def risk(self) -> Decimal:
        """The chance that any month is dry."""
        return self.dry_by[-1]

    def safe_months(self, risk: Decimal) -> int:
        """How many months go by before the chance of a dry one exceeds `risk`."""
        return sum(chance <= risk for chance in self.dry_by)


def steady_costs(course: Course, weights: Ints, *, kept: Decimal = Decimal(0)) -> Ints:
    """The highest steady cost of each path, sorted, in cents; shape (paths,).

    `kept`: how many times the cost is to remain after the last month. Raises: InvalidInput, where no month is paid.
    """
    if not weights.any():
        raise InvalidInput("weights: choose at least one month that is paid")
    paid = np.cumsum(weights)
    bearable = course.at_hand() - np.cumsum(course.fixed)
    counts = np.flatnonzero(weights)
    highest = (bearable[:, counts] // paid[counts]).min(axis=1)
    if kept > 0:
        left = course.budget_cents + course.incomes.sum(axis=1) - int(course.fixed.sum())
        last = Decimal(int(paid[-1])) + kept
        highest = np.minimum(highest, left * 100 // int(last * 100))
    return np.asarray(np.sort(highest))


def cost_at_risk(highest: Ints, risk: Decimal) -> int:
    """The largest cost that at most the share `risk` of the paths cannot carry, never below zero."""
    if not 0 <= risk < 1:
        raise InvalidInput("risk: give a share from 0 to below 1, such as 0.05")
    return max(0, int(highest[rank(risk, len(highest))]))


def outlook(course: Course, costs: Sequence[int]) -> Outlook:
    """What becomes of the budget when `costs` (cents, one a month, besides nothing) are paid."""
    if len(costs) != course.horizon:
        raise InvalidInput("costs: give one for each month")
    paths = len(course.incomes)
    spent = np.asarray(costs, dtype=np.int64)
    before = course.at_hand() - (np.cumsum(spent) - spent)
    dry = np.logical_or.accumulate((before < spent) & (spent > 0), axis=1).sum(axis=0)
    at_end = course.budget_cents + np.cumsum(course.incomes, axis=1) - np.cumsum(spent)
    ordered = np.sort(at_end, axis=0)
    p10, p50, p90 = (tuple(map(int, ordered[rank(share, paths)])) for share in _BANDS)
    expected = [int(total) // paths for total in course.incomes.sum(axis=0)]
    ends, budget = [], course.budget_cents
    for income, cost in zip(expected, costs, strict=True):
        budget += income - cost
        ends.append(budget)
    return Outlook(
        costs_cents=tuple(costs),
        expected_cents=tuple(expected),
        ends_cents=tuple(ends),
        p10_cents=p10,
        p50_cents=p50,
        p90_cents=p90,
        dry_by=tuple(Decimal(int(count)) / paths for count in dry),
    )
