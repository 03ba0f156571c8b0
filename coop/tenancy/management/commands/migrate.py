"""`python manage.py migrate`, in half the time: triggers change no model that migrations work with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger


class Command(migrate.Command):
    """Django's own, but for what it builds anew after each trigger."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """As Django's."""
        with _triggers_rebuild_no_models():
            return super().handle(*args, **options)


@contextmanager
def _triggers_rebuild_no_models() -> Iterator[None]:
    """Note a trigger in the state of its model without building that model and all related ones again.

    Building them takes longer than everything PostgreSQL does. Migrations hold triggers as compiled SQL and find
    them by name in the state, never in the built model; models, fields, constraints and indexes are built as ever.
    """
    operations = (AddTrigger, RemoveTrigger)
    before = [operation.state_forwards for operation in operations]
    for operation, original in zip(operations, before, strict=True):
        operation.state_forwards = _noting_only(original)
    try:
        yield
    finally:
        for operation, original in zip(operations, before, strict=True):
            operation.state_forwards = original


def _noting_only(original: Any) -> Any:
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        state.reload_model = _nothing
        try:
            original(operation, app_label, state)
        finally:
            del state.reload_model

    return state_forwards


def _nothing(*_args: Any, **_options: Any) -> None:
    """Builds nothing."""
