"""`python manage.py dunning --cooperative SLUG --on DAY`: what a day's round would do. With `--send` it is made."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from coop.tenancy.models import Address
from coop.tenancy.queries import local_day
from coop.tenancy.scope import coop_scope
from invoicing.dunning.actions import make_round
from invoicing.dunning.queries import day_of, letter_rows


class Command(BaseCommand):
    """Prints counts and invoice numbers, no names."""

    help = "Shows what a day's reminders would be, in one cooperative; with --send they go out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which cooperative, which day, and whether for real."""
        parser.add_argument("--cooperative", required=True, metavar="SLUG")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="default: tomorrow; with --send today")
        parser.add_argument("--send", action="store_true", help="make the round instead of showing it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Show or make the round. Raises: CommandError."""
        address = Address.objects.filter(slug=options["cooperative"]).first()
        if address is None:
            raise CommandError("There is no such cooperative: give its name in the address (slug).")
        with coop_scope(address.coop_id):
            now = timezone.now()
            if options["send"]:
                self._send(options["on"] or local_day(now), now)
            else:
                self._show(options["on"] or local_day(now) + timedelta(days=1))

    def _send(self, on: date, now: Any) -> None:
        made = make_round(on=on, at=now)
        if made is None:
            raise CommandError("Nothing was made: letters are switched off, no levels are decided, or the day is done.")
        self.stdout.write(f"{on}: {made.letters} letters, {made.questions} questions, {made.decisions} decisions")

    def _show(self, on: date) -> None:
        day = day_of(on)
        if day is None:
            raise CommandError("No levels are decided: record them under Reminders, Levels.")
        for row in letter_rows(day):
            numbers = ", ".join([*row["numbers"], *(f"({number})" for number in row["also"])])
            self.stdout.write(f"letter, level {row['level']}: {numbers}")
        for invoice_id in day.round.questions:
            self.stdout.write(f"question to the member: {day.invoices[invoice_id].number}")
        for invoice_id in day.round.decisions:
            self.stdout.write(f"the office decides: {day.invoices[invoice_id].number}")
        for invoice_id, hold in day.round.held:
            self.stdout.write(f"waits ({hold}): {day.invoices[invoice_id].number}")
        self.stdout.write(f"{on}: {len(day.round.letters)} letters; nothing was sent")
