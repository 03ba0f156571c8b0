"""Other ways to live from the same money, beside the steady salary; and what would change the advice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coop.errors import InvalidInput
from coop.planning.months import later
from coop.planning.plan import HORIZON, SOON, Offer, Planner, Wish
from payroll.germany.inverse import gross_of_cost
from payroll.germany.salary import salary_law

MONTHS_OFF = 2
SUMMER = 7
"""The month from which time off is shown: July, as in the question most asked."""
RESERVE_MONTHS = Decimal(3)
MORE_CENTS = 1_000_00
"""An amount that is easy to scale in one's head, for "what if there were more"."""
BOLDER = Decimal("0.10")


class Way(StrEnum):
    """What a member may want most."""

    STEADY = "steady"
    SOON = "soon"
    TIME_OFF = "time_off"
    RESERVE = "reserve"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A way and the salary that it leaves."""

    way: Way
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the advice would be if something were different; gross cents a month more than now."""

    kind: str
    gross_cents: int


def wish_of(way: Way, wish: Wish) -> Wish:
    """The wish that a way stands for, with the start and the risk of `wish`."""
    base = Wish(starts_on=wish.starts_on, risk=wish.risk)
    if way is Way.SOON:
        return replace(base, horizon=SOON)
    if way is Way.TIME_OFF:
        first = next_summer(wish.starts_on)
        return replace(base, off=frozenset(later(first, count) for count in range(MONTHS_OFF)))
    if way is Way.RESERVE:
        return replace(base, kept=RESERVE_MONTHS)
    return base


def way_of(wish: Wish) -> Way:
    """The way that a wish comes nearest to."""
    if wish.off:
        return Way.TIME_OFF
    if wish.kept:
        return Way.RESERVE
    return Way.SOON if wish.horizon < HORIZON else Way.STEADY


def alternatives(planner: Planner, wish: Wish) -> list[Alternative]:
    """Every way with its salary; the twelve-month average, which cooperatives use by hand today, as the last."""
    found = [Alternative(way=way, offer=planner.advise(wish_of(way, wish))) for way in Way if way is not Way.AVERAGE]
    average = planner.known.average_cents
    if average:
        law = salary_law(planner.law_months[0])
        try:
            gross = gross_of_cost(law, planner.terms, average).gross_cents
        except InvalidInput:
            return found
        held = Wish(starts_on=wish.starts_on, risk=wish.risk, horizon=HORIZON)
        found.append(Alternative(way=Way.AVERAGE, offer=planner.show(held, gross)))
    return found


def changes(planner: Planner, wish: Wish, advised: Offer) -> Iterator[Change]:
    """What would raise or lower the advice: more money, more courage, a later start."""
    law = salary_law(planner.law_months[-1])

    def gross(cost_cents: int) -> int:
        try:
            return gross_of_cost(law, planner.terms, cost_cents).gross_cents
        except InvalidInput:
            return 0

    yield Change(
        kind="money", gross_cents=gross(planner.bearable_cents(wish, extra_cents=MORE_CENTS)) - advised.gross_cents
    )
    if wish.risk < BOLDER:
        bolder = planner.bearable_cents(replace(wish, risk=BOLDER))
        yield Change(kind="risk", gross_cents=gross(bolder) - advised.gross_cents)
    delayed = planner.bearable_cents(replace(wish, starts_on=later(wish.starts_on, 1)))
    yield Change(kind="start", gross_cents=gross(delayed) - advised.gross_cents)


def next_summer(start: date) -> date:
    """The first July after the month `start`."""
    return date(start.year + (start.month >= SUMMER), SUMMER, 1)
