"""Wage tax calculations a second on one core, over the case files of the tests.

python -m bench.wage_tax
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from django.conf import settings

settings.configure()  # The command's reader of the plan's names is used, no setting of Django is.

from bench.ground import load  # noqa: E402
from payroll.germany.wage_tax import WageTaxInput, WageTaxLaw, wage_tax  # noqa: E402
from payroll.json_lines import Keys  # noqa: E402
from payroll.management.commands.wagetax import PLANS, Command, read_inputs  # noqa: E402

CASES = Path(__file__).parents[1] / "tests" / "payroll" / "germany" / "cases"
ROUNDS = 15


def per_second(count: int, work: Callable[[], object]) -> tuple[float, float]:
    """The best and the median of some rounds, of the processor's time: the machine may be busy with others."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return count / min(taken), count / median(taken)


def compute(inputs: list[WageTaxInput], law: WageTaxLaw) -> None:
    for one in inputs:
        wage_tax(one, law)


def build_and_compute(inputs: list[WageTaxInput], law: WageTaxLaw) -> None:
    for one in inputs:
        wage_tax(replace(one), law)


def main() -> None:
    print(f"Python {platform.python_version()}, a second of one core's time, best and median of {ROUNDS}; {load()}")
    for year in PLANS:
        measure(year)


def measure(year: int) -> None:
    command = Command()
    command.prepare(year)
    law = command.law
    lines = (CASES / f"wage-tax-{year}.jsonl").read_bytes().splitlines()
    cases = [{"id": case["id"], "in": case["in"]} for case in map(json.loads, lines)]
    inputs = [read_inputs(Keys(case["in"], "in."), PLANS[year]) for case in cases]
    current = [one for one in inputs if one.one_off is None]
    encoded = [json.dumps(case).encode() for case in cases]
    for what, (best, middle) in (
        ("current wages", per_second(len(current), lambda: compute(current, law))),
        ("current wages, their input built", per_second(len(current), lambda: build_and_compute(current, law))),
        ("all cases, one-off payments too", per_second(len(inputs), lambda: compute(inputs, law))),
        ("JSON lines answered", per_second(len(cases), lambda: command.answer_block(encoded))),
    ):
        print(f"{year}: {best:>9,.0f} {middle:>9,.0f} {what}")


if __name__ == "__main__":
    sys.exit(main())
