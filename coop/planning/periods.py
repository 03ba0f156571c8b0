"""The months that a salary may last."""

from datetime import date

from django.utils.translation import gettext as _

from coop.errors import InvalidInput

LONGEST_MONTHS = 24
"""A fixed term without a ground lasts two years at most (§ 14 (2) TzBfG)."""


def months_between(starts_on: date, ends_on: date) -> int:
    """How many months lie between two first days."""
    return (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month


def check_months(starts_on: date, ends_on: date | None) -> None:
    """Raises: InvalidInput, where a salary is not for whole months, or for none or too many."""
    if starts_on.day != 1 or (ends_on is not None and ends_on.day != 1):
        raise InvalidInput(_("A salary begins on the first and ends with a month."))
    if ends_on is not None and not 1 <= months_between(starts_on, ends_on) <= LONGEST_MONTHS:
        raise InvalidInput(_("A salary lasts from 1 to %(months)s months.") % {"months": LONGEST_MONTHS})
