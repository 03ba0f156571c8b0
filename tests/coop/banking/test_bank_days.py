"""Bank days against published lists."""

from datetime import date, timedelta

import pytest

from coop.banking.bank_days import (
    STATES,
    contribution_statement_due_on,
    contributions_due_on,
    is_bank_day,
    is_target_day,
    next_bank_day,
    next_target_day,
    nth_last_bank_day,
    previous_bank_day,
)
from coop.errors import InvalidInput

# The funds' common list for 2026, nationwide holidays only: contributions credited, statement there at 0:00.
DUE_2026 = [
    ("2026-01-28", "2026-01-26"),
    ("2026-02-25", "2026-02-23"),
    ("2026-03-27", "2026-03-25"),
    ("2026-04-28", "2026-04-24"),
    ("2026-05-27", "2026-05-22"),
    ("2026-06-26", "2026-06-24"),
    ("2026-07-29", "2026-07-27"),
    ("2026-08-27", "2026-08-25"),
    ("2026-09-28", "2026-09-24"),
    ("2026-10-28", "2026-10-26"),
    ("2026-11-26", "2026-11-24"),
    ("2026-12-28", "2026-12-22"),
]


@pytest.mark.parametrize(("contributions", "statement"), DUE_2026)
def test_due_days_of_2026(contributions, statement):
    month = date.fromisoformat(contributions).replace(day=1)
    for day in (month, month.replace(day=28)):
        assert contributions_due_on(day) == date.fromisoformat(contributions)
        assert contribution_statement_due_on(day) == date.fromisoformat(statement)


def test_regional_holiday_moves_the_due_day():
    """31 October 2025 was a Friday, a holiday (Reformation Day) in Hamburg and none in Bavaria."""
    assert contributions_due_on(date(2025, 10, 1), "HH") == date(2025, 10, 28)
    assert contributions_due_on(date(2025, 10, 1), "BY") == date(2025, 10, 29)
    assert is_target_day(date(2025, 10, 31))


# Closing days of the euro payment system on weekdays, as the ECB announced them.
TARGET_CLOSED = {
    2025: ["2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26"],
    2026: ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25"],
    2027: ["2027-01-01", "2027-03-26", "2027-03-29"],
}


@pytest.mark.parametrize("year", TARGET_CLOSED)
def test_payment_system_is_closed_on_its_days_only(year):
    weekdays = [date(year, 1, 1) + timedelta(days=count) for count in range(365)]
    closed = [day.isoformat() for day in weekdays if day.weekday() < 5 and not is_target_day(day)]
    assert closed == TARGET_CLOSED[year]
    assert not any(is_target_day(day) for day in weekdays if day.weekday() >= 5)


def test_days_between_the_years():
    assert not is_bank_day(date(2026, 12, 24))
    assert not is_bank_day(date(2026, 12, 31))
    assert is_target_day(date(2026, 12, 24))
    assert next_bank_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert previous_bank_day(date(2026, 12, 31)) == date(2026, 12, 30)
    assert next_bank_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert next_target_day(date(2026, 12, 25)) == date(2026, 12, 28)
    assert next_bank_day(date(2026, 5, 25)) == date(2026, 5, 26)  # Whit Monday
    assert previous_bank_day(date(2026, 5, 26)) == date(2026, 5, 26)


def test_every_state_is_known():
    assert len(STATES) == 16
    for state in STATES:
        assert not is_bank_day(date(2025, 10, 3), state)


@pytest.mark.parametrize("n", [0, -1, 24])
def test_no_such_bank_day(n):
    with pytest.raises(InvalidInput, match="choose 1 to 20"):
        nth_last_bank_day(date(2026, 2, 1), n)


def test_unknown_state():
    with pytest.raises(InvalidInput, match="state"):
        is_bank_day(date(2026, 2, 2), "XX")
