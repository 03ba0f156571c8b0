"""A month of the ledger as DATEV's booking batch."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from coop.errors import StetigError
from coop.ledger.actions import next_month
from coop.ledger.chart import ALLOCATION_CODES, AccountCode
from coop.ledger.exports.extf import Batch, BatchLine, extf, paired
from coop.ledger.exports.numbers import client_on, numbers_on
from coop.ledger.models import Period, Posting


class NumbersMissing(StetigError):
    """Account numbers are missing for the export: bring in the adviser's list first."""

    code = "numbers_missing"


def booking_batch(month: date, *, at: datetime) -> tuple[str, bytes]:
    """The file of a month and its name. The allocation layer is in it where its accounts have numbers.

    Whether members' budgets are a liability, a provision or nothing in the annual accounts is what the numbers say.
    A closed month is exported as locked.

    Raises: NumbersMissing, naming the accounts; InvalidInput.
    """
    client = client_on(month)
    if client is None:
        raise NumbersMissing(_("Enter the consultant and client number first."))
    last = next_month(month) - timedelta(days=1)
    lines = list(_lines(month, last))
    year = month.year if month.month >= client.year_begins else month.year - 1
    data = extf(
        Batch(
            consultant_number=client.consultant_number,
            client_number=client.client_number,
            account_length=client.account_length,
            year_begins=date(year, client.year_begins, 1),
            since=month,
            last=last,
            name=f"Stetig {month:%m/%Y}",
            created_at=at,
            locked=Period.objects.filter(month=month, closed_at__isnull=False).exists(),
            lines=lines,
        )
    )
    return f"EXTF_Buchungsstapel_{month:%Y-%m}.csv", data


def missing_numbers(month: date) -> list[AccountCode]:
    """Accounts that a month moved and that have no number yet."""
    last = next_month(month) - timedelta(days=1)
    numbers = numbers_on(last)
    moved = Posting.objects.filter(entry__booked_on__gte=month, entry__booked_on__lte=last)
    codes = {AccountCode(code) for code in moved.values_list("account__code", flat=True).distinct()}
    if not any(code in numbers for code in ALLOCATION_CODES):
        codes -= set(ALLOCATION_CODES)
    return [code for code in AccountCode if code in codes and code not in numbers]


def _lines(month: date, last: date) -> Iterator[BatchLine]:
    missing = missing_numbers(month)
    if missing:
        raise NumbersMissing(
            _("These accounts have no number yet: %(accounts)s.")
            % {"accounts": ", ".join(code.value for code in missing)}
        )
    numbers = numbers_on(last)
    rows = (
        Posting.objects.filter(entry__booked_on__gte=month, entry__booked_on__lte=last)
        .order_by("entry__number", "id")
        .values_list(
            "entry__number",
            "entry__booked_on",
            "entry__document",
            "entry__text",
            "account__code",
            "amount_cents",
            "layer",
            "service_month",
        )
    )
    for (number, _layer), group in groupby(
        sorted(rows, key=lambda row: (row[0], row[6])), key=lambda row: (row[0], row[6])
    ):
        postings = list(group)
        if AccountCode(postings[0][4]) not in numbers:
            continue  # the layer of the budgets, which has no numbers
        on, document, text = postings[0][1], postings[0][2] or str(number), postings[0][3]
        service = max((row[7] for row in postings if row[7]), default=None)
        for cents, debit, credit in paired((numbers[AccountCode(row[4])], row[5]) for row in postings):
            yield BatchLine(
                cents=cents, debit=debit, credit=credit, on=on, document=document, text=text, service_on=service
            )
