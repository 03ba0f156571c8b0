"""`python manage.py make_demo`: the cooperatives of the demo, with everything that has happened in them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coop.errors import StetigError
from coop.front.demo.make import make_demo


class Command(BaseCommand):
    """Prints what it does; a second call finds everything there and does nothing."""

    help = "Makes the demo: two cooperatives with a year of history and an empty one. Needs STETIG_DEMO=1."

    def add_arguments(self, parser: CommandParser) -> None:
        """How large, how long, until when."""
        parser.add_argument("--today", type=date.fromisoformat, help="last day of the history (default: today)")
        parser.add_argument("--months", type=int, help="only the latest so many months (default: since January 2026)")
        parser.add_argument("--members", type=int, help="at most so many members in a cooperative")
        parser.add_argument("--side-by-side", action="store_true", help="each cooperative in a process of its own")
        parser.add_argument("--seed", type=int, default=2026, help="another seed makes another history")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises: CommandError, where this installation is no demo or nothing can be played."""
        if not settings.DEMO:
            raise CommandError("This is no demo: set STETIG_DEMO=1. Never do so where real people's data are.")
        today = options["today"] or timezone.localdate()
        try:
            made = make_demo(
                today=today,
                password=settings.DEMO_PASSWORD,
                seed=options["seed"],
                months=options["months"],
                members=options["members"],
                side_by_side=options["side_by_side"],
                say=self.stdout.write,
            )
        except StetigError as error:
            raise CommandError(str(error)) from error
        if not made:
            self.stdout.write("The demo is there already.")
