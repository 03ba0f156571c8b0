"""Days on which a recipient works.

Which German state somebody sits in is not known from an address for sure: a day that is a holiday in any of them is none.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from coop.banking.bank_days import STATES

HOME = "DE"
_WEEKEND = frozenset({5, 6})


def is_working_day(day: date, country: str) -> bool:
    """Whether people in `country` (ISO 3166) work on `day`; for a country whose holidays are not known: Monday to Friday."""
    days_off, weekend = _days_off(country, day.year)
    return day.weekday() not in weekend and day not in days_off


def next_working_day(day: date, country: str) -> date:
    """`day` itself or the first working day after it. Source: § 193 BGB."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=512)
def _days_off(country: str, year: int) -> tuple[frozenset[date], frozenset[int]]:
    if country == HOME:
        whole = (holidays.country_holidays(HOME, subdiv=state, years=year) for state in sorted(STATES))
        return frozenset(day for one in whole for day in one), _WEEKEND
    try:
        known = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return frozenset(), _WEEKEND
    return frozenset(known), frozenset(known.weekend)
