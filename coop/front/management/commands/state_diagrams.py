"""`python manage.py state_diagrams > docs/states.md`: every state machine as a diagram, from its own table."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from coop.states import Transitions

HEAD = """# State machines

Made by `python manage.py state_diagrams` from the tables that the actions check and PostgreSQL enforces.
"""


def diagrams() -> str:
    """The whole page, sorted by app and name."""
    parts = [HEAD]
    for config in sorted(apps.get_app_configs(), key=lambda one: one.name):
        if find_spec(f"{config.name}.states") is None:
            continue
        module = import_module(f"{config.name}.states")
        for name, table in sorted(vars(module).items()):
            if isinstance(table, Transitions):
                title = name.removesuffix("_STATES").replace("_", " ").lower()
                parts.append(f"## {config.name}: {title}\n\n```mermaid\n{table.mermaid()}```\n")
    return "\n".join(parts)


class Command(BaseCommand):
    """Prints Markdown with Mermaid diagrams."""

    help = "Prints every state machine as a diagram."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the page."""
        self.stdout.write(diagrams(), ending="")
