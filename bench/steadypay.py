"""Backtest of the steady-pay advice on synthetic histories (`bench/incomes.py`), through the function the filter calls.

    python -m bench.steadypay                                   # 170 members of each kind, the held-out family
    python -m bench.steadypay --members 60 --family tuning --in-hand 2

Held: the first advice is kept for its horizon of 12 months. Re-planned: a new advice every quarter for 36 months,
with the cost so far as `previous`. Beside it stand the rule of the 12-month average, re-planned as often, and the same
rule scaled down until it leaves no more members short than the advice does. A member is short in a month whose pay
exceeds the budget; what the budget holds is paid then.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise

import numpy as np

from bench.incomes import HELD_OUT, KINDS, KNOWN_MONTHS, TUNING, WITHOUT_TREND, Member, draw_members
from payroll.smoothing.advice import advise
from payroll.smoothing.forecast import OpenItem

RISK = Decimal("0.05")
HORIZON = 12
REPLAN_MONTHS = 3
LIVED = 36
COLLECTED_SHARE = 0.97  # what the cooperative's own figures would say about an open invoice

Rule = Callable[[Member, int, int, int], int]
"""The monthly cost for a member, at a month, with a budget, after a previous cost (0: none); cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One advice held for its horizon."""

    dry: bool
    stated: float
    below_p10: float
    below_p50: float
    below_p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """36 months of pay under one rule; money in cents, `change` the mean month-to-month change of pay."""

    short: bool
    paid: int
    income: int
    change: float
    unspent: int


def open_items(member: Member, month: int) -> list[OpenItem]:
    """What is invoiced and unpaid, as the filter takes it; what is overdue is expected next."""
    return [
        OpenItem(cents=invoice.cents, month=max(invoice.due - month, 0), probability=COLLECTED_SHARE)
        for invoice in member.open_at(month)
    ]


def advised(member: Member, month: int, budget: int, previous: int, *, with_open: bool) -> int:
    """The advice as a rule."""
    return advise(
        budget_cents=budget,
        history=member.income[:month][-60:],
        open_items=open_items(member, month) if with_open else (),
        risk=RISK,
        horizon=HORIZON,
        previous_cents=previous,
    ).cost_cents


def average(member: Member, month: int, budget: int, previous: int, *, scale: float) -> int:  # noqa: ARG001 (a `Rule`)
    """The rule cooperatives use today: a share of the mean of the last 12 months."""
    return int(scale * sum(member.income[month - 12 : month]) / 12)


def start_budget(member: Member, in_hand: float) -> int:
    """What a member brings: `in_hand` months of the known mean income."""
    return int(in_hand * sum(member.income[:KNOWN_MONTHS]) / KNOWN_MONTHS)


def hold(member: Member, *, in_hand: float, with_open: bool) -> Held:
    """Follow the first advice through its horizon."""
    budget = start_budget(member, in_hand)
    advice = advise(
        budget_cents=budget,
        history=member.income[:KNOWN_MONTHS],
        open_items=open_items(member, KNOWN_MONTHS) if with_open else (),
        risk=RISK,
        horizon=HORIZON,
    )
    ends, dry = [], False
    for income in member.income[KNOWN_MONTHS : KNOWN_MONTHS + HORIZON]:
        dry = dry or advice.cost_cents > budget
        budget += income - advice.cost_cents
        ends.append(budget)
    below = [
        float(np.mean(np.array(ends) < np.array(band)))
        for band in (advice.p10_cents, advice.p50_cents, advice.p90_cents)
    ]
    return Held(dry=dry, stated=float(advice.risk), below_p10=below[0], below_p50=below[1], below_p90=below[2])


def live(member: Member, rule: Rule, *, in_hand: float) -> Lived:
    """Re-plan every quarter for 36 months."""
    budget, cost, short = start_budget(member, in_hand), 0, False
    paid, costs = 0, []
    for ahead in range(LIVED):
        if ahead % REPLAN_MONTHS == 0:
            cost = rule(member, KNOWN_MONTHS + ahead, budget, cost)
        short = short or cost > budget
        pay = min(cost, budget)
        paid += pay
        budget += member.income[KNOWN_MONTHS + ahead] - pay
        costs.append(cost)
    # Over the higher of the two, so that a rise and the fall that takes it back count the same.
    changes = [abs(now - then) / max(now, then) if now != then else 0.0 for then, now in pairwise(costs)]
    income = sum(member.income[KNOWN_MONTHS : KNOWN_MONTHS + LIVED])
    assert start_budget(member, in_hand) + income - paid == budget
    return Lived(short=short, paid=paid, income=income, change=float(np.mean(changes)), unspent=budget)


def _short(lives: Sequence[Lived]) -> float:
    return float(np.mean([life.short for life in lives]))


def _paid(lives: Sequence[Lived]) -> float:
    return sum(life.paid for life in lives) / sum(life.income for life in lives)


def scaled_average(members: Sequence[Member], ruin: float, *, in_hand: float) -> tuple[float, list[Lived]]:
    """The largest scale (at most 1, to a thousandth) of the average rule that leaves no more than `ruin` short."""
    low, high = 0, 1000
    while low < high:
        middle = (low + high + 1) // 2
        lives = [live(member, partial(average, scale=middle / 1000), in_hand=in_hand) for member in members]
        low, high = (middle, high) if _short(lives) <= ruin else (low, middle - 1)
    return low / 1000, [live(member, partial(average, scale=low / 1000), in_hand=in_hand) for member in members]


def _report(kind: str, *, family: str, count: int, seed: int, in_hand: float, with_open: bool) -> dict[str, float]:
    members = draw_members(kind, family, count, seed)
    held = [hold(member, in_hand=in_hand, with_open=with_open) for member in members]
    lives = [live(member, partial(advised, with_open=with_open), in_hand=in_hand) for member in members]
    plain = [live(member, partial(average, scale=1.0), in_hand=in_hand) for member in members]
    scale, scaled = scaled_average(members, _short(lives), in_hand=in_hand)
    return {
        "held dry": float(np.mean([one.dry for one in held])),
        "stated": float(np.mean([one.stated for one in held])),
        "<p10": float(np.mean([one.below_p10 for one in held])),
        "<p50": float(np.mean([one.below_p50 for one in held])),
        "<p90": float(np.mean([one.below_p90 for one in held])),
        "short": _short(lives),
        "paid": _paid(lives),
        "change": float(np.mean([life.change for life in lives])),
        "unspent": sum(life.unspent for life in lives) / sum(life.income for life in lives) * LIVED,
        "avg short": _short(plain),
        "avg paid": _paid(plain),
        "scale": scale,
        "sc paid": _paid(scaled),
        "sc change": float(np.mean([life.change for life in scaled])),
    }


def main() -> None:
    """Print one line for each kind, and the mean of the kinds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=170, help="of each of the six kinds")
    parser.add_argument("--family", choices=[TUNING, HELD_OUT], default=HELD_OUT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in-hand", type=float, default=3.0, help="months of mean income in the budget at the start")
    parser.add_argument("--open", action="store_true", help="tell the advice about open invoices")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    report = partial(
        _report,
        family=options.family,
        count=options.members,
        seed=options.seed,
        in_hand=options.in_hand,
        with_open=options.open,
    )
    with ProcessPoolExecutor(options.processes) as pool:
        reports = dict(zip(KINDS, pool.map(report, KINDS), strict=True))
    print(
        f"{options.family}, {options.members} members of each kind, {options.in_hand} months in hand, {vars(options)}"
    )
    columns = list(reports[KINDS[0]])
    print(" " * 12, *(f"{column:>9}" for column in columns))
    for kind, figures in reports.items():
        print(f"{kind:12}", *(f"{figures[column]:9.3f}" for column in columns))
    mean = {column: float(np.mean([figures[column] for figures in reports.values()])) for column in columns}
    print(f"{'mean':12}", *(f"{mean[column]:9.3f}" for column in columns))
    calm = {column: float(np.mean([reports[kind][column] for kind in WITHOUT_TREND])) for column in columns[:5]}
    print(f"{'no trend':12}", *(f"{value:9.3f}" for value in calm.values()))
    gap = 1 - mean["sc paid"]
    print(
        f"share of the gap between the scaled rule and all income that is closed: {(mean['paid'] - mean['sc paid']) / gap:.2f}"
    )
    print(
        "unspent: months of mean income left in the budgets after 36 months; <p10, <p50, <p90: should be 0.1, 0.5, 0.9"
    )


if __name__ == "__main__":
    main()
