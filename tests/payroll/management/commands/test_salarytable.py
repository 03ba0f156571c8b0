"""The salary table filter: the contract's keys, directions, options and refusals."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payroll.management.commands.salarytable import Command

PUBLISHED: dict[str, Any] = {"date": "2026-06-01", "childless": True, "additional_rate": "2.69", "levies_rate": "2.4"}
PLAIN: dict[str, Any] = {"date": "2026-06-01"}


def answer(*, option_fee: str = "9", **line: Any) -> dict[str, Any]:
    command = Command()
    command.fee_percent = Decimal(option_fee)
    target = io.BytesIO()
    command.filter(io.BytesIO(json.dumps({"id": "x"} | line).encode()), target)
    result: dict[str, Any] = json.loads(target.getvalue())
    return result


def test_a_gross_gives_net_cost_turnover_and_kind_in_the_contract_s_order():
    got = answer(**PUBLISHED, gross="1150")
    assert got == {
        "id": "x",
        "gross": "1150.00",
        "net": "979.03",
        "cost": "1444.61",
        "turnover": "1587.49",  # 1,444.61 / 0.91 = 1,587.4835, up to the cent
        "kind": "midijob",
    }
    assert list(got) == ["id", "gross", "net", "cost", "turnover", "kind"]


def test_all_three_directions_meet():
    assert answer(**PUBLISHED, cost="1444.61")["gross"] == "1150.00"
    assert answer(**PUBLISHED, net="979.03")["gross"] == "1150.00"


def test_the_fee_decides_the_turnover():
    assert answer(option_fee="0", **PUBLISHED, gross="1150.0")["turnover"] == "1444.61"
    assert answer(option_fee="7.5", **PUBLISHED, gross="1150.0")["turnover"] == "1561.75"  # 1,561.7405


@pytest.mark.parametrize(
    ("gross", "kind"),
    [("0", "minijob"), ("603", "minijob"), ("603.01", "midijob"), ("2000", "midijob"), ("2000.01", "full")],
)
def test_auto_kind(gross, kind):
    assert answer(**PLAIN, gross=gross)["kind"] == kind


def test_defaults_are_the_year_s_average_one_child_and_class_1():
    spelled_out: dict[str, Any] = {
        "additional_rate": "2.9",
        "children": 1,
        "childless": False,
        "tax_class": 1,
        "factor": "1",
        "child_allowances": "0",
        "church_rate": "0",
        "saxony": False,
        "kind": "auto",
        "pension_opt_out": False,
        "levies_rate": "0",
    }
    assert answer(**PLAIN, gross="3000") == answer(**PLAIN, **spelled_out, gross="3000")
    assert answer(date="2025-06-01", gross="3000") == answer(date="2025-06-01", additional_rate="2.50", gross="3000")


def test_each_option_changes_the_answer():
    plain = answer(**PLAIN, gross="6500", tax_class=4)
    changes: list[dict[str, Any]] = [
        {"tax_class": 3},
        {"factor": "0.9"},
        {"additional_rate": "1.0"},
        {"childless": True},
        {"children": 2},
        {"church_rate": "9"},
        {"saxony": True},
        {"kind": "werkstudent"},
        {"levies_rate": "0.01"},
        {"date": "2025-06-01"},
    ]
    for change in changes:
        assert answer(**({**PLAIN, "gross": "6500", "tax_class": 4} | change)) != plain, change
    with_church = {**PLAIN, "gross": "6500", "church_rate": "9"}
    assert answer(**with_church, child_allowances="1.0")["net"] != answer(**with_church)["net"]
    assert answer(**PLAIN, gross="500", pension_opt_out=True)["net"] == "500.00"
    assert answer(**PLAIN, gross="500")["net"] == "482.00"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (PLAIN, "gross"),
        (PLAIN | {"gross": "1", "net": "1"}, "gross"),
        (PLAIN | {"cost": "1", "net": "1"}, "cost"),
        ({"gross": "1"}, "date"),
        (PLAIN | {"gross": 1000}, "gross"),
        (PLAIN | {"gross": "-1"}, "gross"),
        (PLAIN | {"gross": "1e3"}, "gross"),
        (PLAIN | {"gross": "NaN"}, "gross"),
        (PLAIN | {"cost": "1.234"}, "cost"),
        (PLAIN | {"net": None}, "net"),
        (PLAIN | {"net": "99999999999999"}, "net"),
        (PLAIN | {"gross": "1", "tax_class": 0}, "tax_class"),
        (PLAIN | {"gross": "1", "tax_class": 7}, "tax_class"),
        (PLAIN | {"gross": "1", "tax_class": "1"}, "tax_class"),
        (PLAIN | {"gross": "1", "factor": "0.9"}, "factor"),
        (PLAIN | {"gross": "1", "tax_class": 4, "factor": "0"}, "factor"),
        (PLAIN | {"gross": "1", "tax_class": 4, "factor": "1.1"}, "factor"),
        (PLAIN | {"gross": "1", "tax_class": 4, "factor": "0.9351"}, "factor"),
        (PLAIN | {"gross": "1", "additional_rate": 2.69}, "additional_rate"),
        (PLAIN | {"gross": "1", "childless": True, "children": 1}, "children"),
        (PLAIN | {"gross": "1", "children": -1}, "children"),
        (PLAIN | {"gross": "1", "child_allowances": "0.25"}, "child_allowances"),
        (PLAIN | {"gross": "1", "church_rate": "7"}, "church_rate"),
        (PLAIN | {"gross": "1", "church_rate": 9}, "church_rate"),
        (PLAIN | {"gross": "1", "kind": "midi"}, "kind"),
        (PLAIN | {"gross": "1", "levies_rate": "-1"}, "levies_rate"),
        (PLAIN | {"gross": "1", "levies_rate": "101"}, "levies_rate"),
        (PLAIN | {"gross": "1", "fee": "9"}, "fee"),
        (PLAIN | {"gross": "603.01", "kind": "minijob"}, "gross"),
        (PLAIN | {"gross": "603", "kind": "werkstudent"}, "gross"),
        (PLAIN | {"cost": "100", "kind": "werkstudent"}, "cost"),
        ({"date": "2027-01-01", "gross": "1000"}, "date"),
        ({"date": "2024-12-31", "gross": "1000"}, "date"),
    ],
)
def test_what_cannot_be_answered_names_its_key(line, key):
    got = answer(**line)
    assert list(got) == ["id", "error"]
    assert key in got["error"].split(":")[0]


@pytest.mark.parametrize("fee", ["100", "-1", "nine", "1e1", "NaN", ".", "9,5"])
def test_a_wrong_fee_is_a_wrong_option(fee):
    with pytest.raises(CommandError, match="--fee"):
        call_command("salarytable", f"--fee={fee}")
