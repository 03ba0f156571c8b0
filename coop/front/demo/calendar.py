"""The days of the demo: none of it depends on what day it is, but for where the history ends."""

from datetime import UTC, date, datetime, timedelta

from coop.law import LawUnknown
from coop.ledger.actions import month_of, next_month
from invoicing.law.vat import in_eu
from payroll.germany.salary import salary_law


def last_day_of(month: date) -> date:
    """The last day of a month."""
    return next_month(month) - timedelta(days=1)


def within_law(today: date) -> date:
    """`today`, or the last day for whose month the law of salaries is confirmed.

    Raises: LawUnknown, where that would be before all confirmed law.
    """
    month = month_of(today)
    for _step in range(600):
        if payable(month):
            return min(today, last_day_of(month))
        month = month_of(month - timedelta(days=1))
    raise LawUnknown("salary", today, "no month before it has confirmed law")


def payable(month: date) -> bool:
    """Whether salaries of a month can be computed by confirmed law."""
    try:
        salary_law(month)
    except LawUnknown:
        return False
    return True


def ended_on(today: date) -> date | None:
    """The day on which the demo's history ends because no law is confirmed after it; None before that day."""
    last = within_law(today)
    return last if last < today else None


def at(day: date, hour: int = 9) -> datetime:
    """An hour of a working day, as an instant."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def month_to_work_in(today: date) -> date:
    """The month after today's, for work that is still to come, or today's where no law is confirmed after it."""
    coming = next_month(month_of(today))
    return coming if law_reaches(coming) else month_of(today)


def law_reaches(month: date) -> bool:
    """Whether work of a month can be invoiced by confirmed law."""
    try:
        in_eu("DE", last_day_of(month))
    except LawUnknown:
        return False
    return True


def months_from(begin: date, today: date) -> list[date]:
    """The first days of all months from `begin`'s to today's."""
    months = []
    month = month_of(begin)
    while month <= today:
        months.append(month)
        month = next_month(month)
    return months
