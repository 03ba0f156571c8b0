"""The rights of the application's database role: rows, never tables."""

from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connections


def grant_application_role(*, using: str, **_kwargs: Any) -> None:
    """Let the application read and write rows of every table, and nothing more.

    Runs after `migrate`, as the owner. The application gets no TRUNCATE, no DDL and no table.
    """
    role = settings.DATABASE_APP_ROLE
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = %s, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role, role])
        is_application, exists = cursor.fetchone()
        if is_application:
            return
        name = connection.ops.quote_name(role)
        if not exists:
            cursor.execute(f"CREATE ROLE {name} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
            cursor.execute(f"GRANT {name} TO current_user")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")
        for table in kept_tables():
            cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {name}")
        # pgtrigger's triggers ask this function whether a session wants them ignored: nobody may.
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        for (function,) in cursor.fetchall():
            arguments = function.partition("(")[2]
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {function.partition('(')[0]}(trigger_name {arguments} "
                "RETURNS BOOLEAN AS $$ SELECT FALSE $$ LANGUAGE sql"
            )


def kept_tables() -> list[str]:
    """Tables whose rows are refused every change by a trigger without a condition."""
    return [
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if isinstance(trigger, pgtrigger.Protect)
        and trigger.condition is None
        and {str(one) for one in getattr(trigger.operation, "operations", [])} == {"UPDATE", "DELETE"}
    ]
