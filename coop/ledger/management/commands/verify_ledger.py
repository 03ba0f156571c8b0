"""`python manage.py verify_ledger`: the books proved from their rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coop.ledger.verify import problems
from coop.tenancy.models import Address
from coop.tenancy.scope import coop_scope


class Command(BaseCommand):
    """Exit status 0: all books are right; 1: the lines name the rows that are not."""

    help = "Proves every cooperative's ledger: balances, digests, numbers, chains, budgets against documents."

    def add_arguments(self, parser: CommandParser) -> None:
        """One cooperative, or all."""
        parser.add_argument("slug", nargs="*", help="addresses of cooperatives (default: all)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises: CommandError, where a row is wrong or an address unknown."""
        addresses = Address.objects.order_by("slug")
        if options["slug"]:
            addresses = addresses.filter(slug__in=options["slug"])
            missing = set(options["slug"]) - {address.slug for address in addresses}
            if missing:
                raise CommandError(f"no cooperative at: {', '.join(sorted(missing))}", returncode=2)
        wrong = 0
        for address in addresses:
            with coop_scope(address.coop_id):
                for line in problems():
                    wrong += 1
                    self.stdout.write(f"{address.slug}: {line}")
        if wrong:
            raise CommandError(f"{wrong} rows are wrong")
        self.stdout.write(f"{len(addresses)} ledgers verified")
