"""`python manage.py open_cooperative`: a new cooperative with its first administrator."""

import tomllib
from argparse import FileType
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coop.errors import StetigError
from coop.tenancy.actions import open_cooperative
from coop.tenancy.models import User


class Command(BaseCommand):
    """Reads the legal data and the first policy from a TOML file; prints the address."""

    help = (
        "Opens a cooperative. The TOML file has a table [legal] (slug, name, street, postcode, city, register_court, "
        "register_number, board_members, email, ...) and a table [policy] (fee_rate, share_cents, ...)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and the administrator."""
        parser.add_argument("file", type=FileType("rb"))
        parser.add_argument("--administrator", required=True, help="e-mail address of the first administrator")
        parser.add_argument("--name", required=True, help="the administrator's name")
        parser.add_argument("--since", type=date.fromisoformat, help="first day of the policy (default: today)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises: CommandError, saying what to put right."""
        try:
            data = tomllib.load(options["file"], parse_float=str)
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"{options['file'].name} is no TOML: {error}") from error
        on = options["since"] or timezone.localdate()
        user = User.objects.filter(email__iexact=options["administrator"]).first()
        if user is None:
            user = User.objects.create_user(email=options["administrator"], name=options["name"])
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        try:
            cooperative = open_cooperative(legal=data["legal"], policy=data["policy"], administrator=user, on=on)
        except KeyError as error:
            raise CommandError(f"the file has no table [{error.args[0]}]") from error
        except (StetigError, TypeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{cooperative.name} is open at {cooperative.slug}. Its administrator sets a password by “forgotten?”."
        )
