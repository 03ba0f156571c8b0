"""The history of master data that people edit: written by the database, read by board and auditors.

What cannot change (entries, issued invoices, decided policies) has none. docs/adr/0011 says why it is one table.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext as _

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
    why: str = ""
    """The reason, in the words of whoever changed it; empty where none was given."""


WHY = "change_reason"
"""The field of any form in which people give the reason of their change."""
WHY_HEADER = "X-Change-Reason"
"""The header of an API request for the same, UTF-8 and percent-encoded."""
LONGEST_WHY = 300
"""Letters of a reason."""


def say_who(*, user_id: int, through: str, why: str = "") -> None:
    """Name the login, the page or address, and the reason behind what this transaction changes from here on."""
    told = " ".join(why.replace("\0", " ").split())[:LONGEST_WHY]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.through', %s, true), "
            "set_config('app.why', %s, true)",
            [str(user_id), through[:100], told],
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
                (_label(kinds.get(row.about), name), _text(row.before.get(name)), _text(row.after[name]))
                for name in sorted(row.after)
                if _text(row.before.get(name)) != _text(row.after[name])
            ),
            why=row.why,
        )
        for row in rows
    ]


def _kind(model: type[models.Model] | None, table: str) -> str:
    return model.__name__ if model else table


def _label(model: type[models.Model] | None, column: str) -> str:
    return str(getattr(model._meta.get_field(column), "verbose_name", column)) if model else column


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
