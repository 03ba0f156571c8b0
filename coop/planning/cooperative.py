"""All members' budgets together: when they run dry, what is promised against what is expected, and what if."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from coop.ledger.actions import month_of
from coop.ledger.queries import budget_figures
from coop.planning.known import (
    Item,
    arrived_of,
    habits_on,
    history_of,
    items_of,
    months_of,
    promises_of,
    rhythm_of,
)
from coop.planning.months import ahead, later
from coop.planning.plan import SEED
from coop.tenancy.queries import policy_on
from members.models import Person
from members.states import PersonState
from payroll.smoothing.course import Course, outlook
from payroll.smoothing.evidence import Ints
from payroll.smoothing.forecast import LONGEST_HISTORY, MOST_OPEN_ITEMS, SHORTEST_HISTORY, OpenItem, draw_incomes

MONTHS_AHEAD = 12
PATHS = 200
"""Courses of each member: fewer than for one's own plan, because only sums are shown."""
FALL = Decimal("0.40")
"""How far income falls in the scenario of a profession."""
LIKELY = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is supposed: a profession's income falls by `FALL`, or the largest client pays nothing that is open."""

    profession: str = ""
    largest_client_defaults: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """All members together, month by month from this one on. Cents."""

    months: tuple[date, ...]
    members: int
    """How many have a salary promised."""
    promised_cents: tuple[int, ...]
    expected_cents: tuple[int, ...]
    """Income expected for all members, those without a salary too."""
    dry: tuple[Decimal, ...]
    """How many of the promised budgets will have run dry until then, as expected."""
    likely_dry: int
    """How many run dry within the months ahead rather than not."""
    largest_client: str
    largest_client_cents: int
    """What that client still owes the members."""
    loss_cents: int
    """What the guarantee would cost the cooperative in the scenario."""


def sums_of(scenario: Scenario, on: date) -> Sums:
    """The sums over all members, in a constant number of statements. Raises: NoPolicy."""
    month = month_of(on)
    policy = policy_on(on)
    admitted = Person.objects.filter(state=PersonState.ADMITTED, budget__isnull=False)
    people: dict[int, str] = dict(admitted.values_list("budget_id", "profession"))
    figures = budget_figures(on, people)
    habits, promised = habits_on(on), promises_of(people, month)
    items = items_of(people, policy, habits, on)
    rhythm = rhythm_of(months_of(people), items, habits, month)
    owed: Counter[str] = Counter()
    for found in items.values():
        for item in found:
            if item.client:  # what a member only expects has no client yet
                owed[item.client] += item.cents
    largest, largest_cents = owed.most_common(1)[0] if owed else ("", 0)
    gone = largest if scenario.largest_client_defaults else None
    months = tuple(later(month, count) for count in range(MONTHS_AHEAD))
    promised_sum, expected_sum, dry = [0] * MONTHS_AHEAD, [0] * MONTHS_AHEAD, [Decimal(0)] * MONTHS_AHEAD
    members = likely = 0
    for budget_id, profession in people.items():
        factor = 1 - FALL if scenario.profession and profession == scenario.profession else Decimal(1)
        course = _course(
            budget_cents=figures[budget_id].free_cents,
            rhythm=rhythm[budget_id],
            items=items[budget_id],
            month=month,
            factor=factor,
            gone=gone,
        )
        costs = [promised[budget_id].get(each, 0) for each in months]
        seen_ahead = outlook(course, costs)
        for k in range(MONTHS_AHEAD):
            promised_sum[k] += costs[k]
            expected_sum[k] += seen_ahead.expected_cents[k]
        if any(costs):
            members += 1
            likely += seen_ahead.risk > LIKELY
            dry = [total + chance for total, chance in zip(dry, seen_ahead.dry_by, strict=True)]
    return Sums(
        months=months,
        members=members,
        promised_cents=tuple(promised_sum),
        expected_cents=tuple(expected_sum),
        dry=tuple(dry),
        likely_dry=likely,
        largest_client=largest,
        largest_client_cents=largest_cents,
        loss_cents=sum(
            item.cents for found in items.values() for item in found if item.guaranteed and item.client == gone
        ),
    )


def professions() -> list[str]:
    """The professions of the members, in alphabetical order."""
    found = Person.objects.filter(state=PersonState.ADMITTED).values_list("profession", flat=True)
    return sorted(set(found))


def _course(
    *, budget_cents: int, rhythm: Mapping[date, int], items: list[Item], month: date, factor: Decimal, gone: str | None
) -> Course:
    """One member's incomes to come. What a client in default owes comes from the cooperative where it is guaranteed."""
    history = history_of(rhythm, month)
    used = history[-LONGEST_HISTORY:] if len(history) >= SHORTEST_HISTORY else [0] * SHORTEST_HISTORY
    arrived = [
        (place, cents)
        for when, cents in arrived_of(rhythm, month).items()
        if (place := ahead(month, when)) < MONTHS_AHEAD
    ]
    lost = [item for item in items if item.client == gone and not item.guaranteed]
    opened = [
        OpenItem(
            cents=item.cents,
            month=max(0, ahead(month, item.expected_on)),
            probability=1.0 if item in lost else float(item.probability),
        )
        for item in items
    ]
    opened[:0] = [OpenItem(cents=cents, month=place, probability=1.0) for place, cents in arrived]
    incomes: Ints = draw_incomes(
        used, horizon=MONTHS_AHEAD, seed=SEED, open_items=opened[:MOST_OPEN_ITEMS], paths=PATHS
    )
    for place, cents in arrived:
        incomes[:, place] -= cents  # the budget holds it already
    for item in lost:
        place = max(0, ahead(month, item.expected_on))
        if place < MONTHS_AHEAD:
            incomes[:, place] = np.maximum(incomes[:, place] - item.cents, 0)
    if factor != 1:
        incomes = incomes * int(factor * 100) // 100
    guaranteed = np.zeros(MONTHS_AHEAD, dtype=np.int64)
    for item in items:
        if item.guaranteed:
            guaranteed[: max(0, ahead(month, item.expected_on)) + 1] += item.cents
    return Course(
        budget_cents=budget_cents, incomes=incomes, fixed=np.zeros(MONTHS_AHEAD, dtype=np.int64), guaranteed=guaranteed
    )
