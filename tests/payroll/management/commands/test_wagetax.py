"""`manage.py wagetax`: the plan's names in and out, and what is wrong with a line."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from payroll.management.commands.wagetax import PLANS, Command

ROOT = Path(__file__).parents[4]
GOOD = {"STKL": 1, "LZZ": 2, "RE4": 500_000, "KVZ": "2.90", "PVZ": 1}


def answer(plan_input: Any, year: int = 2026, **more: Any) -> dict[str, Any]:
    command = Command()
    command.prepare(year)
    target = io.BytesIO()
    line = json.dumps({"id": "x", "in": plan_input, **more})
    command.filter(io.BytesIO(line.encode()), target)
    return json.loads(target.getvalue())


def test_the_worked_examples_of_the_plan_of_2026():
    out = answer(GOOD)["out"]
    assert (out["LSTLZZ"], out["SOLZLZZ"], out["BK"], out["VFRB"]) == (78241, 0, 0, 123_000)
    assert answer(GOOD | {"R": 1})["out"]["BK"] == 78241
    assert answer({"STKL": 5, "LZZ": 2, "RE4": 250_000, "KVZ": "2.90", "PVZ": 1})["out"]["LSTLZZ"] == 46566
    married = {
        "STKL": 3,
        "LZZ": 2,
        "RE4": 600_000,
        "ZKF": "2.0",
        "PVA": 1,
        "R": 1,
        "SONSTB": 600_000,
        "JRE4": 7_200_000,
    }
    out = answer(married | {"KVZ": "2.90"})["out"]
    assert (out["LSTLZZ"], out["BK"], out["STS"], out["SOLZS"], out["BKS"]) == (63433, 21166, 153_200, 0, 153_200)


def test_each_year_has_the_outputs_of_its_plan():
    assert {year: len(plan.outputs) for year, plan in PLANS.items()} == {2025: 14, 2026: 12}
    for year, plan in PLANS.items():
        assert set(answer(GOOD, year)["out"]) == set(plan.outputs)


def test_what_counts_beside_a_one_off_payment_alone_may_stand_without_one():
    assert answer(GOOD | {"JRE4": 6_000_000, "JVBEZ": 100, "VJAHR": 2020}) == answer(GOOD)


@pytest.mark.parametrize("name", ["STKL", "LZZ", "RE4"])
def test_required_names_are_missed(name):
    assert answer({key: value for key, value in GOOD.items() if key != name})["error"].startswith(f"in.{name}: missing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STKL", 0),
        ("STKL", 7),
        ("STKL", "1"),
        ("STKL", True),
        ("LZZ", 0),
        ("LZZ", 5),
        ("RE4", -1),
        ("RE4", 5000.0),
        ("RE4", "500000"),
        ("RE4", None),
        ("RE4", float("inf")),
        ("RE4", 10**40),
        ("KVZ", 2.9),
        ("KVZ", "2.905"),
        ("KVZ", "-1"),
        ("KVZ", "NaN"),
        ("ZKF", "0.25"),
        ("ZKF", 1),
        ("PKV", 2),
        ("KRV", 2),
        ("ALV", True),
        ("PVS", -1),
        ("PVZ", 2),
        ("PVA", 5),
        ("R", -1),
        ("f", "0.9"),
        ("f", "0.9351"),
        ("f", "0"),
        ("f", "1.1"),
        ("f", 0.9),
        ("af", 2),
        ("ALTER1", 2),
        ("AJAHR", 26),
        ("VJAHR", -1),
        ("ZMVB", 13),
        *((name, -1) for name in ("LZZFREIB", "LZZHINZU", "PKPV", "PKPVAGZ", "SONSTB", "SONSTENT", "JRE4", "JRE4ENT")),
        *((name, -1) for name in ("JFREIB", "JHINZU", "MBV", "VBEZ", "VBEZM", "VBEZS", "JVBEZ", "VBS", "STERBE")),
        ("JLFREIB", 0),
        ("re4", 0),
    ],
)
def test_a_wrong_value_is_an_error_that_names_it(name, value):
    result = answer(GOOD | {name: value})
    assert set(result) == {"id", "error"}
    assert result["error"].startswith(f"in.{name}: ")


@pytest.mark.parametrize("name", ["PKPVAGZ", "ALV"])
def test_names_of_2026_are_unknown_in_2025(name):
    assert "out" in answer(GOOD | {name: 0}, 2026)
    assert answer(GOOD | {name: 0}, 2025)["error"].startswith(f"in.{name}: unknown key")


def test_two_kinds_of_private_insurance_ended_with_2025():
    private = {"STKL": 1, "LZZ": 2, "RE4": 500_000, "PKV": 2, "PKPV": 30_000}
    assert answer(private, 2025)["out"]["VKVLZZ"] > 0
    assert answer(private, 2026)["error"].startswith("in.PKV: ")


def test_reliefs_need_their_year():
    assert answer(GOOD | {"ALTER1": 1})["error"].startswith("in.AJAHR: missing")
    assert answer(GOOD | {"VBEZ": 1})["error"].startswith("in.VJAHR: missing")
    assert answer(GOOD | {"SONSTB": 1, "VBS": 1})["error"].startswith("in.VJAHR: missing")


def test_the_factor_without_the_factor_method_does_not_count():
    married = GOOD | {"STKL": 4}
    assert answer(married | {"f": "0.900", "af": 0}) == answer(married)
    assert answer(married | {"f": "0.900", "af": 1}) == answer(married | {"f": "0.9"}) != answer(married)
    assert answer(married | {"f": "1.0", "af": 1}) == answer(married)


@pytest.mark.parametrize("plan_input", [None, [], "x", 1])
def test_the_input_is_an_object(plan_input):
    assert answer(plan_input)["error"].startswith("in: ")


def test_keys_beside_the_input_are_unknown():
    assert answer(GOOD, out={})["error"].startswith("out: unknown key")


def test_the_command_runs_without_a_database():
    lines = "".join(json.dumps({"id": str(wage), "in": GOOD | {"RE4": wage}}) + "\n" for wage in (500_000, 0))
    environment = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "manage.py", "wagetax", "--year", "2025"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"]) == ("500000", "0")
    assert first["out"]["LSTLZZ"] > second["out"]["LSTLZZ"] == 0
