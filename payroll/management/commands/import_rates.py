"""`python manage.py import_rates`: rates of health funds, or of accident insurance, from a table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coop.errors import StetigError
from coop.tenancy.models import Address
from coop.tenancy.scope import coop_scope


class Command(BaseCommand):
    """Reads a CSV file as `payroll.rates_import` describes it, all or nothing."""

    help = "Enters rates of health funds or of accident insurance from a CSV table, all or none."

    def add_arguments(self, parser: CommandParser) -> None:
        """The cooperative and the file."""
        parser.add_argument("slug", help="the cooperative's address")
        parser.add_argument("file", type=Path, help="CSV in UTF-8, whose first line names the columns")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises: CommandError, naming the line that is wrong."""
        from payroll.rates_import import import_rates  # noqa: PLC0415 (the filters start without models)

        address = Address.objects.filter(slug=options["slug"]).first()
        if address is None:
            raise CommandError(f"no cooperative at: {options['slug']}", returncode=2)
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        try:
            with coop_scope(address.coop_id):
                done = import_rates(data=data, at=timezone.now(), by=None)
        except StetigError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.new} new rates, {done.known} known before")
