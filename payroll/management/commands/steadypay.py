"""`manage.py steadypay`: the highest steady monthly cost that a budget carries, JSON lines in and out."""

from datetime import date
from decimal import Decimal
from typing import Any

from coop.errors import InvalidInput
from coop.money import decimal_string
from payroll.json_lines import JsonLinesCommand, Keys
from payroll.smoothing.advice import DEFAULT_HORIZON_MONTHS, DEFAULT_RISK, DEFAULT_SEED, Advice, advise
from payroll.smoothing.forecast import (
    LONGEST_HISTORY,
    LONGEST_HORIZON,
    MOST_OPEN_ITEMS,
    SHORTEST_HISTORY,
    OpenItem,
)

_HIGHEST_RISK = Decimal("0.99")
_LARGEST_SEED = 2**63 - 1
_PLACES = 6


class Command(JsonLinesCommand):
    """Answers `{"id", "month", "budget", "history", ...}` with `{"id", "cost", "risk", "p10", "p50", "p90"}`."""

    help = (
        "Steady pay advised for a budget and its income: JSON lines on standard input, JSON lines on standard output."
    )

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        """Raises: InvalidInput."""
        keys = Keys(record)
        month = keys.month("month")
        budget = keys.cents("budget")
        history = keys.cents_list("history", shortest=SHORTEST_HISTORY, longest=LONGEST_HISTORY)
        items = [_item(item, month) for item in keys.inner_list("open", longest=MOST_OPEN_ITEMS)]
        risk = keys.decimal("risk", places=_PLACES, maximum=_HIGHEST_RISK, default=DEFAULT_RISK)
        horizon = keys.whole("horizon", minimum=1, maximum=LONGEST_HORIZON, default=DEFAULT_HORIZON_MONTHS)
        previous = keys.cents("previous", default=0)
        seed = keys.whole("seed", maximum=_LARGEST_SEED, default=DEFAULT_SEED)
        keys.nothing_else()
        advice = advise(
            budget_cents=budget,
            history=history,
            open_items=items,
            risk=risk,
            horizon=horizon,
            previous_cents=previous,
            seed=seed,
        )
        return _shown(advice)


def _item(keys: Keys, first: date) -> OpenItem:
    cents = keys.cents("amount")
    due = keys.day("due")
    probability = keys.decimal("probability", places=_PLACES, maximum=Decimal(1))
    keys.nothing_else()
    months_ahead = (due.year - first.year) * 12 + due.month - first.month
    if months_ahead < 0:
        raise InvalidInput(f"{keys.name('due')}: lies before month; give the day on which the money is expected now")
    return OpenItem(cents=cents, month=months_ahead, probability=float(probability))


def _shown(advice: Advice) -> dict[str, Any]:
    return {
        "cost": decimal_string(advice.cost_cents),
        "risk": f"{advice.risk:f}",
        "p10": [decimal_string(cents) for cents in advice.p10_cents],
        "p50": [decimal_string(cents) for cents in advice.p50_cents],
        "p90": [decimal_string(cents) for cents in advice.p90_cents],
    }
