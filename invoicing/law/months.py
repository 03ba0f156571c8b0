"""Calendar months of a period. Pure."""

from datetime import date, timedelta


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """First and last day of each calendar month within `first` to `last`, both inclusive; the ends are cut."""
    months = []
    while first <= last:
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append((first, min(after - timedelta(days=1), last)))
        first = after
    return months
