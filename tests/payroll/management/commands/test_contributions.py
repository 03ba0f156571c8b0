"""The contributions filter: the contract's keys and figures, and refusals that name the key."""

import io
import json
from typing import Any

import pytest

from payroll.management.commands.contributions import Command
from tests.payroll.germany.test_contributions import COMPUTED

COMMON = {
    "group": "full",
    "gross_cents": 300_000,
    "date": "2026-06-01",
    "zusatzbeitrag_pct": "2.69",
    "childless": False,
    "children_under25": 1,
    "saxony": False,
}
MINIJOB = (
    COMMON
    | {"group": "minijob", "gross_cents": 50_000}
    | dict.fromkeys(("rv_exempt", "gkv_insured", "flat_tax_2pct"), True)
)
PRIVATE = COMMON | {"group": "private", "kv_premium_cents": 50_000, "pv_premium_cents": 8_000}


def answers(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    source = io.BytesIO("\n".join(json.dumps(line) for line in lines).encode())
    target = io.BytesIO()
    Command().filter(source, target)
    return [json.loads(line) for line in target.getvalue().splitlines()]


def answer(inputs: dict[str, Any]) -> dict[str, Any]:
    return answers({"id": "x", "inputs": inputs})[0]


def test_every_computed_case_with_exactly_its_keys_in_order():
    got = answers(*({"id": case["id"], "inputs": case["inputs"]} for case in COMPUTED))
    expected = [
        {"id": case["id"], "outputs": {key: v for key, v in case["outputs"].items() if key != "pv_an_defensible"}}
        for case in COMPUTED
    ]
    assert got == expected
    assert [list(line["outputs"]) for line in got] == [list(line["outputs"]) for line in expected]


@pytest.mark.parametrize(
    ("inputs", "key"),
    [
        (COMMON | {"group": "midijob"}, "inputs.gross_cents"),
        (COMMON | {"group": "midijob", "gross_cents": 60_300}, "inputs.gross_cents"),
        (COMMON | {"group": "midijob", "gross_cents": 200_001}, "inputs.gross_cents"),
        (COMMON | {"group": "midijob", "gross_cents": 55_600, "date": "2025-06-01"}, "inputs.gross_cents"),
        (MINIJOB | {"gross_cents": 60_301}, "inputs.gross_cents"),
        (MINIJOB | {"gross_cents": 55_601, "date": "2025-12-31"}, "inputs.gross_cents"),
        (COMMON | {"group": "werkstudent", "gross_cents": 60_300}, "inputs.gross_cents"),
        (PRIVATE | {"gross_cents": 200_000}, "inputs.gross_cents"),
        (COMMON | {"group": "beamter"}, "inputs.group"),
        (COMMON | {"group": None}, "inputs.group"),
        (COMMON | {"gross_cents": -1}, "inputs.gross_cents"),
        (COMMON | {"gross_cents": 3000.0}, "inputs.gross_cents"),
        (COMMON | {"gross_cents": "300000"}, "inputs.gross_cents"),
        (COMMON | {"gross_cents": float("nan")}, "inputs.gross_cents"),
        (COMMON | {"gross_cents": float("inf")}, "inputs.gross_cents"),
        (COMMON | {"gross_cents": True}, "inputs.gross_cents"),
        (COMMON | {"date": "2026-02-30"}, "inputs.date"),
        (COMMON | {"date": "01.06.2026"}, "inputs.date"),
        (COMMON | {"zusatzbeitrag_pct": 2.69}, "inputs.zusatzbeitrag_pct"),
        (COMMON | {"zusatzbeitrag_pct": "2,69"}, "inputs.zusatzbeitrag_pct"),
        (COMMON | {"zusatzbeitrag_pct": "2.691"}, "inputs.zusatzbeitrag_pct"),
        (COMMON | {"zusatzbeitrag_pct": "100"}, "inputs.zusatzbeitrag_pct"),
        (COMMON | {"zusatzbeitrag_pct": "-1"}, "inputs.zusatzbeitrag_pct"),
        (COMMON | {"childless": 0}, "inputs.childless"),
        (COMMON | {"childless": True}, "inputs.children_under25"),
        (COMMON | {"children_under25": -1}, "inputs.children_under25"),
        (COMMON | {"children_under25": 1.5}, "inputs.children_under25"),
        (COMMON | {"saxony": "no"}, "inputs.saxony"),
        (COMMON | {"rv_exempt": True}, "inputs.rv_exempt"),
        (COMMON | {"kv_premium_cents": 1}, "inputs.kv_premium_cents"),
        (MINIJOB | {"flat_tax_2pct": "yes"}, "inputs.flat_tax_2pct"),
        (MINIJOB | {"pv_premium_cents": 1}, "inputs.pv_premium_cents"),
        (PRIVATE | {"pv_premium_cents": -1}, "inputs.pv_premium_cents"),
        (PRIVATE | {"gkv_insured": True}, "inputs.gkv_insured"),
    ],
)
def test_what_cannot_be_answered_names_its_key(inputs, key):
    line = answer(inputs)
    assert list(line) == ["id", "error"]
    assert line["error"].startswith(f"{key}:")


@pytest.mark.parametrize("base", [COMMON, MINIJOB, PRIVATE], ids=lambda base: base["group"])
def test_every_key_of_the_group_is_required(base):
    for key in base:
        line = answer({name: value for name, value in base.items() if name != key})
        assert line["error"].startswith(f"inputs.{key}:")


@pytest.mark.parametrize("day", ["2024-12-31", "2027-01-01"])
def test_a_date_without_confirmed_law_names_the_key_and_the_parameter(day):
    error = answer(COMMON | {"date": day})["error"]
    assert error.startswith("inputs.date: ")
    assert "care.rate" in error


def test_keys_beside_the_inputs_are_refused():
    assert answers({"id": "x", "inputs": COMMON, "year": 2026})[0]["error"].startswith("year:")
    assert answers({"id": "x"})[0]["error"].startswith("inputs:")


def test_a_fund_without_additional_rate():
    outputs = answer(COMMON | {"zusatzbeitrag_pct": "0"})["outputs"]
    assert (outputs["zb_an"], outputs["zb_ag"], outputs["kv_an"]) == (0, 0, 21_900)


@pytest.mark.parametrize("gross", [60_301, 200_000])
def test_a_midijob_s_edges_are_answered(gross):
    assert "be_total_cents" in answer(COMMON | {"group": "midijob", "gross_cents": gross})["outputs"]


def test_last_year_has_its_own_law():
    outputs = answer(COMMON | {"gross_cents": 900_000, "date": "2025-12-31"})["outputs"]
    assert (outputs["base_kv_cents"], outputs["base_rv_cents"]) == (551_250, 805_000)
