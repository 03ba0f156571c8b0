"""The month-end forecast of all members on two cores, and how soon a moved slider is answered; without a database.

python -m bench.month_end_forecast [members] [processes]

Each member's forecast is the one that the board's page sums up: 12 months, 200 courses, a season of history and open
items. A slider's answer is the whole of a member's own plan: advice, the salary tried, what would change it.
"""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal

import numpy as np

from bench.incomes import HELD_OUT, KINDS, KNOWN_MONTHS, draw_member
from bench.steadypay import open_items
from payroll.smoothing.course import Course, outlook
from payroll.smoothing.forecast import draw_incomes

MEMBERS = 10_000
MONTHS_AHEAD = 12
PATHS = 200
"""As coop.planning.cooperative."""
SLIDES = 200
TODAY = date(2026, 7, 20)


def forecast(numbers: Sequence[int]) -> tuple[float, float]:
    """Processor seconds for the forecasts of these members, and how many of them run dry rather than not."""
    members = [draw_member(KINDS[number % len(KINDS)], HELD_OUT, number) for number in numbers]
    started = time.process_time()
    dry = 0.0
    for member in members:
        history = member.income[:KNOWN_MONTHS]
        incomes = draw_incomes(
            history, horizon=MONTHS_AHEAD, seed=1, open_items=open_items(member, KNOWN_MONTHS), paths=PATHS
        )
        course = Course(
            budget_cents=2 * sum(history) // KNOWN_MONTHS,
            incomes=incomes,
            fixed=np.zeros(MONTHS_AHEAD, dtype=np.int64),
            guaranteed=np.zeros(MONTHS_AHEAD, dtype=np.int64),
        )
        dry += float(outlook(course, [sum(history) // KNOWN_MONTHS] * MONTHS_AHEAD).risk)
    return time.process_time() - started, dry


def slides() -> list[float]:
    """Processor seconds of each answer to a moved slider."""
    import django  # noqa: PLC0415 (the forecast above does without)

    django.setup()
    from coop.planning.alternatives import changes  # noqa: PLC0415 (after the setup)
    from coop.planning.known import Known  # noqa: PLC0415
    from coop.planning.months import later  # noqa: PLC0415
    from coop.planning.plan import Planner, Wish  # noqa: PLC0415
    from payroll.germany.terms import Terms  # noqa: PLC0415

    terms = Terms(additional_rate=Decimal("0.0269"), childless=True, levies_rate=Decimal("0.024"))
    month = TODAY.replace(day=1)
    taken = []
    for number in range(SLIDES):
        history = draw_member(KINDS[number % len(KINDS)], HELD_OUT, number).income[:KNOWN_MONTHS]
        known = Known(
            person_id=1,
            on=TODAY,
            month=month,
            budget_cents=3 * sum(history) // KNOWN_MONTHS,
            months=(),
            rhythm={later(month, place - KNOWN_MONTHS): cents for place, cents in enumerate(history)},
            items=(),
            promised={},
            contract=None,
            advance_limit_cents=None,
            recommended_net_cents=None,
            fee_rate=Decimal("0.09"),
        )
        started = time.process_time()
        planner = Planner(known=known, terms=terms)
        plan = planner.plan(Wish(starts_on=later(month, 1), gross_cents=150_000))
        list(changes(planner, plan.chosen.wish, plan.advised))
        taken.append(time.process_time() - started)
    return taken


def main() -> None:
    """Print processor seconds and the clock of the forecast, and the answer times of sliders."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    parts = [range(place, count, processes) for place in range(processes)]
    started = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(forecast, parts))
    clock = time.perf_counter() - started
    seconds = [taken for taken, _dry in results]
    print(
        f"{count:,} members on {processes} processes: {max(seconds):.1f} processor seconds on the busier one, "
        f"{sum(seconds):.1f} in all, {clock:.1f} s by the clock with the drawing of members; "
        f"{1000 * sum(seconds) / count:.2f} ms a member"
    )
    answers = sorted(slides())
    print(
        f"a slider's answer without page and database: median {1000 * answers[len(answers) // 2]:.0f} ms, "
        f"95th percentile {1000 * answers[int(len(answers) * 0.95)]:.0f} ms of processor time"
    )


if __name__ == "__main__":
    main()
