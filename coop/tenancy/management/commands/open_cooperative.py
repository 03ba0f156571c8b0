"""`python manage.py open_cooperative`: a new cooperative with its first administrator."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from coop.errors import StetigError
from coop.tenancy.actions import open_cooperative
from coop.tenancy.models import Cooperative, User


class Command(BaseCommand):
    """Reads the legal data and the first policy from a TOML file; prints the address."""

    help = (
        "Opens a cooperative. The TOML file has a table [legal] (slug, name, street, postcode, city, register_court, "
        "register_number, board_members, email, ...) and a table [policy] (fee_rate, share_cents, ...)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and the administrator."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--administrator", required=True, help="e-mail address of the first administrator")
        parser.add_argument("--name", required=True, help="the administrator's name")
        parser.add_argument("--since", type=date.fromisoformat, help="first day of the policy (default: today)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises: CommandError, saying what to put right."""
        data = _read(options["file"])
        on = options["since"] or timezone.localdate()
        try:
            cooperative = _open(data, options["administrator"], options["name"], on)
        except (StetigError, TypeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{cooperative.name} is open at {cooperative.slug}. Its administrator sets a password by “forgotten?”."
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=str)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:  # no TOML, or not even UTF-8
        raise CommandError(f"{file} is no TOML: {error}") from error
    for table in ("legal", "policy"):
        if not isinstance(data.get(table), dict):
            raise CommandError(f"the file has no table [{table}]")
    if "slug" not in data["legal"]:
        raise CommandError("the table [legal] has no slug")
    return data


@transaction.atomic  # a refused file leaves no login behind
def _open(data: dict[str, Any], email: str, name: str, on: date) -> Cooperative:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email=email, name=name)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return open_cooperative(legal=data["legal"], policy=data["policy"], administrator=user, on=on)
