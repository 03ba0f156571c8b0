"""Every case of the case files, to the cent, through the command that reads the plan's names.

Source: check tables and public calculator of the BMF, and computed cases at every threshold of PAP 2025 and 2026.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from payroll.management.commands.wagetax import Command

CASES = Path(__file__).parent / "cases"


def cases(year: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / f"wage-tax-{year}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("year", "count"), [(2025, 1158), (2026, 3389)])
def test_every_case_comes_out_to_the_cent(year, count):
    command = Command()
    command.prepare(year)
    wrong = {
        case["id"]: answer
        for case in cases(year)
        if (answer := command.answer({"id": case["id"], "in": case["in"]})) != {"out": case["out"]}
    }
    assert wrong == {}
    assert len(cases(year)) == count
