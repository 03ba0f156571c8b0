"""The demo made in processes beside each other holds what the plain one holds. Real commits, so a module of its own."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from coop.ledger.models import Entry, Posting
from coop.ledger.verify import problems
from coop.tenancy.models import Address
from coop.tenancy.scope import coop_scope
from invoicing.models import Invoice
from members.models import Person
from payroll.models import Payslip
from tests.front.test_demo import put_aside

SLUGS = ("nord", "sued", "neu")


def made(*options: str) -> dict[str, list[list[tuple]]]:
    """What each cooperative holds after the command has run, without ids; then the way is free for the next demo."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    command = [sys.executable, "manage.py", "make_demo", "--today=2026-11-22", "--members=4", "--months=1", *options]
    environment = {**os.environ, "DATABASE_URL": database, "STETIG_DEMO": "1"}
    root = Path(settings.BASE_DIR)
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        return {slug: held(slug) for slug in SLUGS}
    finally:
        put_aside(*SLUGS)


def held(slug: str) -> list[list[tuple]]:
    with coop_scope(Address.objects.get(slug=slug).coop_id):
        assert not list(problems())
        return [
            sorted(Person.objects.values_list("name", "email", "state", "city")),
            sorted(Invoice.objects.values_list("number", "issued_on", "gross_cents")),
            sorted(Payslip.objects.values_list("month", "person__name", "gross_cents", "net_cents", "state")),
            sorted(Entry.objects.values_list("number", "event_on", "booked_on", "text", "posting_count")),
            sorted(Posting.objects.values_list("entry__number", "account__code", "amount_cents")),
        ]


def test_side_by_side_makes_the_same_as_one_after_the_other(committing):
    plain, beside = made(), made("--side-by-side")
    assert all(plain[slug][-1] for slug in SLUGS[:2]), "nothing was compared"
    assert beside == plain
