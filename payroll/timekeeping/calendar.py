"""Which days somebody would work: the own week without public holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.utils.translation import gettext as _

from coop.errors import InvalidInput
from payroll.germany.absence import WORKING_WEEK

_YEARS = range(2000, 2100)


def check_years(*days: date | None) -> None:
    """Raises: InvalidInput, for a day whose year must be a slip."""
    if any(day is not None and day.year not in _YEARS for day in days):
        raise InvalidInput(_("This year cannot be meant; please check the dates."))


@lru_cache(maxsize=64)
def public_holidays(year: int, state: str) -> frozenset[date]:
    """The public holidays of a German state (such as "BE") in a year."""
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year))


def is_holiday(day: date, state: str) -> bool:
    """Whether a day is a public holiday there."""
    return day in public_holidays(day.year, state)


def working_days(starts_on: date, ends_on: date, *, state: str, week: frozenset[int] = WORKING_WEEK) -> Iterator[date]:
    """The days of work from one day until another (that no longer counts). Source: § 3 (2) BUrlG."""
    for number in range((ends_on - starts_on).days):
        day = starts_on + timedelta(days=number)
        if day.weekday() in week and not is_holiday(day, state):
            yield day
