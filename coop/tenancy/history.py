"""The history of master data that people edit: written by the database, read by board and auditors.

What cannot change (entries, issued invoices, decided policies) has none. docs/adr/0011 says why it is one table.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from coop.tenancy.models import MasterDataChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one record: what stood there and what stands there since, by the names of the fields."""

    at: datetime
    who: str
    """The login's name; empty where a job or a command did it."""
    through: str
    """The name of the page or API address that it was done through."""
    record: str
    """What kind of thing it is, and its id."""
    fields: tuple[tuple[str, str, str], ...]
    """(field, before, after)."""


def say_who(*, user_id: int, through: str) -> None:
    """Name the login, and the page or address, behind what this transaction changes from here on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.through', %s, true)",
            [str(user_id), through[:100]],
        )


def history_of(row: models.Model) -> list[Change]:
    """Every change of one record, the latest first, in one statement."""
    return latest_changes(about=row._meta.db_table, row_id=row.pk)


def latest_changes(*, limit: int = 200, **only: Any) -> list[Change]:
    """The latest changes of all records, or of those with these columns, in one statement."""
    rows = MasterDataChange.objects.filter(**only).select_related("by").order_by("-id")[:limit]
    kinds = {model._meta.db_table: model for model in apps.get_models()}
    return [
        Change(
            at=row.at,
            who=str(row.by) if row.by else "",
            through=row.through,
            record=f"{_kind(kinds.get(row.about), row.about)} {row.row_id}",
            fields=tuple(
                (_label(kinds.get(row.about), name), _text(row.before[name]), _text(row.after[name]))
                for name in sorted(row.after)
            ),
        )
        for row in rows
    ]


def _kind(model: type[models.Model] | None, table: str) -> str:
    return model.__name__ if model else table


def _label(model: type[models.Model] | None, column: str) -> str:
    return str(getattr(model._meta.get_field(column), "verbose_name", column)) if model else column


def _text(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
