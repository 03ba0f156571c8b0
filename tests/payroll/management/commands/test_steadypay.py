"""The steadypay filter: the contract's keys, and refusals that name the key."""

import io
import json
import sys
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from coop.money import parse_cents
from payroll.smoothing.advice import advise
from payroll.smoothing.forecast import OpenItem

HISTORY = ["3000", "3100.0", "2900.00", "3050", "2950", "3000", "2800", "3200", "3000", "3100", "2900", "3000"]
LINE = {"id": "a", "month": "2026-06", "budget": "9000", "history": HISTORY}


class Stream:
    """A text stream over bytes, as standard input and output are."""

    def __init__(self, content: bytes = b"") -> None:
        self.buffer = io.BytesIO(content)

    def write(self, text: str) -> int:
        return self.buffer.write(text.encode())

    def flush(self) -> None:
        """Nothing is held back."""


def run(monkeypatch: pytest.MonkeyPatch, *lines: dict[str, Any] | str) -> tuple[list[dict[str, Any]], bool]:
    """The answers, and whether the command said that all went well."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    target = Stream()
    monkeypatch.setattr(sys, "stdin", Stream(text.encode()))
    monkeypatch.setattr(sys, "stdout", target)
    status = 0
    try:
        call_command("steadypay")
    except CommandError as error:
        status = error.returncode
    monkeypatch.undo()
    return [json.loads(line) for line in target.buffer.getvalue().splitlines()], status == 0


def test_a_line_is_answered_with_exactly_the_keys_of_the_contract(monkeypatch):
    [answer], well = run(monkeypatch, LINE)
    assert well
    assert list(answer) == ["id", "cost", "risk", "p10", "p50", "p90"]
    assert 0 <= float(answer["risk"]) <= 0.05
    assert [len(answer[band]) for band in ("p10", "p50", "p90")] == [12, 12, 12]
    cents = [parse_cents(value) for band in ("p10", "p50", "p90") for value in (answer["cost"], *answer[band])]
    assert len(cents) == 39


def test_every_key_reaches_the_engine(monkeypatch):
    line = LINE | {
        "open": [{"amount": "1500.50", "due": "2027-01-15", "probability": "0.9"}],
        "risk": "0.1",
        "horizon": 18,
        "previous": "2500",
        "seed": 7,
    }
    [answer], well = run(monkeypatch, line)
    advice = advise(
        budget_cents=900_000,
        history=[parse_cents(amount) for amount in HISTORY],
        open_items=[OpenItem(cents=150_050, month=7, probability=0.9)],
        risk=Decimal("0.1"),
        horizon=18,
        previous_cents=250_000,
        seed=7,
    )
    assert well
    assert parse_cents(answer["cost"]) == advice.cost_cents
    assert Decimal(answer["risk"]) == advice.risk
    assert [parse_cents(cents) for cents in answer["p10"]] == list(advice.p10_cents)
    assert [parse_cents(cents) for cents in answer["p90"]] == list(advice.p90_cents)


def test_bad_lines_are_answered_in_their_place_and_never_stop_the_others(monkeypatch):
    answers, well = run(monkeypatch, LINE, "no json", "", LINE | {"id": "b", "budget": "-1"}, LINE | {"id": "c"})
    assert not well
    assert [answer["id"] for answer in answers] == ["a", None, "b", "c"]
    assert ["error" in answer for answer in answers] == [False, True, True, False]
    assert answers[0] == answers[3] | {"id": "a"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"month": "2026-13"}, "month"),
        ({"month": "2026-06-01"}, "month"),
        ({"budget": 9000}, "budget"),
        ({"budget": "-0.01"}, "budget"),
        ({"budget": "NaN"}, "budget"),
        ({"history": HISTORY[:5]}, "history"),
        ({"history": HISTORY * 6}, "history"),
        ({"history": [*HISTORY[:6], "-1"]}, "history[6]"),
        ({"history": [*HISTORY[:6], None]}, "history[6]"),
        ({"open": [{"amount": "1", "due": "2026-05-31", "probability": "1"}]}, "open[0].due"),
        ({"open": [{"amount": "-1", "due": "2026-07-01", "probability": "1"}]}, "open[0].amount"),
        ({"open": [{"amount": "1", "due": "2026-07-01", "probability": "1.1"}]}, "open[0].probability"),
        ({"open": [{"amount": "1", "due": "2026-07-01", "probability": 0.9}]}, "open[0].probability"),
        ({"open": [{"amount": "1", "due": "2026-07-01", "probability": "1", "client": "x"}]}, "open[0].client"),
        ({"risk": "1"}, "risk"),
        ({"risk": 0.05}, "risk"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": "12"}, "horizon"),
        ({"previous": "-2"}, "previous"),
        ({"seed": -1}, "seed"),
        ({"saldo": "1"}, "saldo"),
    ],
)
def test_a_line_that_cannot_be_answered_names_the_key(monkeypatch, changed, named):
    [answer], well = run(monkeypatch, LINE | changed)
    assert not well
    assert answer["error"].startswith(f"{named}:")


def test_money_due_behind_the_horizon_changes_nothing(monkeypatch):
    late = LINE | {"open": [{"amount": "9000", "due": "2027-06-01", "probability": "1"}]}
    answers, well = run(monkeypatch, LINE, late)
    assert well
    assert answers[0] == answers[1]
