"""`python manage.py demo_logins`: where the demo is, and who can sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from coop.front.demo.logins import demo_cooperatives


class Command(BaseCommand):
    """A table to read."""

    help = "Prints addresses and logins of the demo."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises: CommandError, where this installation is no demo."""
        if not settings.DEMO:
            raise CommandError("This is no demo: there are no logins to print.")
        for cooperative in demo_cooperatives():
            self.stdout.write(f"{cooperative.name}  {cooperative.url}")
            width = max((len(login.email) for login in cooperative.logins), default=0)
            for login in cooperative.logins:
                self.stdout.write(f"  {login.email:<{width}}  {login.shows}")
            self.stdout.write("")
        self.stdout.write(f"One password for all of them: {settings.DEMO_PASSWORD}")
