"""The fence between cooperatives, as constraints that live in migrations like any other.

`CoopOwnedBase` adds them to every model that belongs to a cooperative, so that none can be forgotten:
row-level security, a key (coop, id) to point at, and foreign keys that carry the cooperative along
(PostgreSQL checks foreign keys without looking at policies, a plain one could point next door).
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint

POLICY = "(select nullif(current_setting('app.coop_id', true), '')::bigint)"
"""The cooperative in scope as SQL; the sub-select runs once a query, and no scope means no rows."""


class SqlConstraint(BaseConstraint):
    """A constraint that is plain SQL; the database alone checks it."""

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        # With CREATE TABLE it runs after the table and its indexes are there.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Left to the database."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SqlConstraint) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


class RowLevelSecurity(SqlConstraint):
    """Rows are seen and written only in the scope of the cooperative that `column` names."""

    def __init__(self, *, name: str, column: str = "coop_id") -> None:
        self.column = column
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        table = schema_editor.quote_name(model._meta.db_table)
        column = schema_editor.quote_name(self.column)
        return (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
            f"CREATE POLICY {schema_editor.quote_name(self.name)} ON {table} "
            f"USING ({column} = {POLICY}) WITH CHECK ({column} = {POLICY})"
        )

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        table = schema_editor.quote_name(model._meta.db_table)
        return f"DROP POLICY {schema_editor.quote_name(self.name)} ON {table}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "column": self.column}


class SameCoop(SqlConstraint):
    """The foreign key `field` points into the same cooperative."""

    def __init__(self, *, name: str, field: str) -> None:
        self.field = field
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        field: Any = model._meta.get_field(self.field)
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (coop_id, {quote(field.column)}) "
            f"REFERENCES {quote(field.related_model._meta.db_table)} (coop_id, id) DEFERRABLE INITIALLY DEFERRED"
        )

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}


class CoopForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key inside one cooperative.

    The constraint and the index, both beginning with the cooperative, come from `CoopOwnedBase`;
    `indexed=False` leaves the index out where another one serves, `checked=False` the constraint.
    """

    def __init__(
        self, to: Any, on_delete: Any = models.PROTECT, *, indexed: bool = True, checked: bool = True, **kwargs: Any
    ) -> None:
        self.indexed = indexed
        self.checked = checked
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)


class LoginKey(models.ForeignKey):  # type: ignore[type-arg]
    """Which login did it. Logins stand outside the fence and are never deleted, so no index is needed."""

    def __init__(self, to: Any = settings.AUTH_USER_MODEL, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_index"] = False
        kwargs["related_name"] = "+"
        kwargs.setdefault("blank", kwargs.get("null", False))
        super().__init__(to, on_delete, **kwargs)


class CoopOneToOneField(models.OneToOneField):  # type: ignore[type-arg]
    """A one-to-one relation inside one cooperative."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class CoopOwnedBase(models.base.ModelBase):
    """Adds the fence to the `Meta` of every concrete model that belongs to a cooperative.

    `class Leaf(CoopOwned, pointed_at=False)` has no key (coop, id): nothing points at its rows, and an index less is
    written with each of them.
    """

    def __new__(
        mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], *, pointed_at: bool = True, **kwargs: Any
    ) -> type:
        given = attrs.get("Meta")
        if not getattr(given, "abstract", False) and not getattr(given, "proxy", False):
            label = name.lower()
            constraints: list[BaseConstraint] = [RowLevelSecurity(name=f"{label}_fence")]
            if pointed_at:
                constraints.append(models.UniqueConstraint(fields=["coop", "id"], name=f"{label}_in_coop"))
            indexes: list[models.Index] = []
            for key, field in attrs.items():
                if isinstance(field, CoopForeignKey | CoopOneToOneField) and getattr(field, "checked", True):
                    constraints.append(SameCoop(name=f"{label}_{key}_same_coop"[:63], field=key))
                if isinstance(field, CoopForeignKey) and field.indexed:
                    indexes.append(models.Index(fields=["coop", key]))
            attrs["Meta"] = type(
                "Meta",
                (given,) if given else (),
                {
                    "constraints": [*constraints, *getattr(given, "constraints", [])],
                    "indexes": [*indexes, *getattr(given, "indexes", [])],
                    # Related objects are fetched through the fenced manager too.
                    "base_manager_name": "objects",
                    "default_manager_name": "objects",
                },
            )
        return super().__new__(mcs, name, bases, attrs, **kwargs)
