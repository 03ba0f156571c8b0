"""Days on which money moves: the payment system's calendar and that of the insurance funds' banks.

Source: TARGET calendar of the European Central Bank (Saturdays, Sundays, 1 January, Good Friday,
Easter Monday, 1 May, 25 and 26 December); § 23 (1) and § 28f (3) SGB IV for contributions.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import holidays

from coop.errors import InvalidInput

STATES = frozenset({"BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"})
"""The German states by their ISO 3166-2 codes."""
_SATURDAY = 5
_YEAR_END = frozenset({(12, 24), (12, 31)})


def is_target_day(day: date) -> bool:
    """Whether the euro payment system settles on this day."""
    return day.weekday() < _SATURDAY and day not in _target_holidays(day.year)


def is_bank_day(day: date, state: str | None = None) -> bool:
    """Whether it is a bank day at a fund's seat in this German state (None: nationwide holidays only).

    24 and 31 December are none, by the funds' common practice.

    Raises: InvalidInput, for an unknown state.
    """
    return is_target_day(day) and (day.month, day.day) not in _YEAR_END and day not in _public_holidays(day.year, state)


def next_bank_day(day: date, state: str | None = None) -> date:
    """`day` itself or the first bank day after it."""
    return _step(day, 1, lambda one: is_bank_day(one, state))


def previous_bank_day(day: date, state: str | None = None) -> date:
    """`day` itself or the last bank day before it."""
    return _step(day, -1, lambda one: is_bank_day(one, state))


def next_target_day(day: date) -> date:
    """`day` itself or the first day after it on which the payment system settles."""
    return _step(day, 1, is_target_day)


def nth_last_bank_day(month: date, n: int, state: str | None = None) -> date:
    """The n-th last bank day of the month that `month` lies in; 1 is the last.

    Raises: InvalidInput, where the month has fewer or `n` is not positive.
    """
    first = month.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    days = [first + timedelta(days=count) for count in range((following - first).days)]
    bank_days = [day for day in days if is_bank_day(day, state)]
    if not 1 <= n <= len(bank_days):
        raise InvalidInput(f"n: choose 1 to {len(bank_days)}, the number of bank days in this month")
    return bank_days[-n]


def contributions_due_on(month: date, state: str | None = None) -> date:
    """The day by which social contributions of the month are credited to the fund.

    Source: § 23 (1) SGB IV: the third-last bank day of the month.
    """
    return nth_last_bank_day(month, 3, state)


def contribution_statement_due_on(month: date, state: str | None = None) -> date:
    """The day at whose beginning (0:00) the contribution statement has reached the fund.

    So it is sent on the bank day before at the latest. Source: § 28f (3) SGB IV: two working days
    before the contributions fall due.
    """
    return nth_last_bank_day(month, 5, state)


def _step(day: date, direction: int, wanted: Callable[[date], bool]) -> date:
    while not wanted(day):
        day += timedelta(days=direction)
    return day


@lru_cache(maxsize=64)
def _target_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("XECB", years=year))


@lru_cache(maxsize=512)
def _public_holidays(year: int, state: str | None) -> frozenset[date]:
    if state is not None and state not in STATES:
        raise InvalidInput(f"state: choose one of {', '.join(sorted(STATES))}")
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year))
