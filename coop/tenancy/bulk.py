"""Many values at once: as one parameter instead of thousands, each of which Django and the driver would handle alone."""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models.fields.related import ForeignObject
from django.db.models.lookups import Lookup

from coop.tenancy.scope import current_coop_id

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TEXTS = frozenset({"text", "varchar"})


@ForeignObject.register_lookup  # foreign keys inherit no lookups of other fields
@models.Field.register_lookup
class Among(Lookup):
    """`person_id__among=ids`: what `__in` finds, through one array. For lists that may be long."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """`column = ANY (array)`."""
        column, parameters = self.process_lhs(compiler, connection)
        kind = kind_of(self.lhs.output_field)
        return f"{column} = ANY (%s::{kind}[])", [*parameters, array_of(list(self.rhs), kind)]


def kind_of(field: Any) -> str:
    """The type of a column in PostgreSQL, without its length: a text that is too long must raise, not be cut."""
    return str(field.db_type(connection)).split("(", maxsplit=1)[0]


def array_of(values: Sequence[Any], kind: str) -> str:
    """An array as PostgreSQL reads it, written at once: the driver would look at each value by itself.

    Numbers and days need no quotes. `kind` is the type of an element.
    """
    if kind == "jsonb":
        values = [_JSON.encode(value) for value in values]
    elif kind not in _TEXTS:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
    return "{" + ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in values]) + "}"


def insert_rows(
    model: type[models.Model],
    columns: Mapping[str, Sequence[Any]],
    same: Mapping[str, Any],
    *,
    on_conflict: str = "",
) -> None:
    """Insert rows of the cooperative in scope in one statement, without making instances of the model.

    `columns` are attributes (such as `order_id`) with one value a row, `same` those that all rows share; what is named
    in neither takes its default. `on_conflict` is SQL that says what becomes of rows that a unique constraint knows.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    kinds = {name: kind_of(fields[name]) for name in columns}
    left_out = {
        name: field.get_default()
        for name, field in fields.items()
        if not field.primary_key and not field.has_db_default()
    }
    shared = {**left_out, "coop_id": current_coop_id(), **same}
    for name in columns:
        shared.pop(name, None)
    names = ", ".join(str(fields[name].column) for name in (*shared, *columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "  # noqa: S608 (names of columns)
            f"SELECT {'%s, ' * len(shared)}t.* FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds.values())}) AS t"
            f"{on_conflict and f' ON CONFLICT {on_conflict}'}",
            [
                *(fields[name].get_db_prep_save(value, connection) for name, value in shared.items()),
                *(array_of(values, kinds[name]) for name, values in columns.items()),
            ],
        )


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold Python's collector of cycles back while thousands of rows are in hand: they form no cycles, and it would walk
    all of them again each time that some more have been made, for up to a third of the time.

    What is not in a cycle is freed as ever. Also a decorator.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
