"""Gapless numbers: drawn in the transaction that uses them, so a rollback gives them back."""

from django.db import connection

from coop.tenancy.scope import current_coop_id


def draw_numbers(series: str, count: int = 1) -> range:
    """The next `count` numbers of a series of the cooperative in scope.

    Locks the series until the commit, so draw last and render nothing before it.

    Raises: NoCoopInScope.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenancy_numberrange (coop_id, series, next_number) VALUES (%s, %s, 1 + %s) "
            "ON CONFLICT (coop_id, series) DO UPDATE SET next_number = tenancy_numberrange.next_number + %s "
            "RETURNING next_number",
            [current_coop_id(), series, count, count],
        )
        after = int(cursor.fetchone()[0])
    return range(after - count, after)


def draw_number(series: str) -> int:
    """The next number of a series. See `draw_numbers`."""
    return draw_numbers(series)[0]
