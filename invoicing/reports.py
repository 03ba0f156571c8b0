"""What the tax office is told about invoices, read from the ledger."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from coop.errors import NotFound
from coop.ledger.chart import AccountCode
from coop.ledger.models import Posting
from invoicing.models import Invoice

QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EcListRow:
    """Services to one business in another member state; cents, negative where more was taken back than supplied."""

    vat_id: str
    name: str
    cents: int
    invoices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EcList:
    """The figures of an EC sales list; `unlisted_cents` are services to clients whose VAT number is missing."""

    first_month: date
    last_month: date
    rows: list[EcListRow]
    total_cents: int
    unlisted_cents: int


def quarter_of(day: date) -> tuple[date, date]:
    """First days of the first and of the last month of a quarter."""
    first = (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1
    return date(day.year, first, 1), date(day.year, first + QUARTER_MONTHS - 1, 1)


def quarter_before(day: date) -> tuple[date, date]:
    """The quarter that ended last."""
    return quarter_of(quarter_of(day)[0] - timedelta(days=1))


def quarter_named(name: str, today: date) -> tuple[date, date]:
    """The quarter called "2026-Q2"; where none is named, the one that ended last. Raises: NotFound."""
    if not name:
        return quarter_before(today)
    found = re.fullmatch(r"(20[0-9]{2})-Q([1-4])", name, re.ASCII)
    if found is None:
        raise NotFound
    return quarter_of(date(int(found[1]), int(found[2]) * QUARTER_MONTHS, 1))


def ec_list(first_month: date, last_month: date) -> EcList:
    """Services under reverse charge by the client's VAT number, for the months of supply from first to last.

    Read from the revenue account of services to the Union; a cancellation counts in the month in which it was made. Two
    statements.

    Source: § 18a (2), (7) UStG.
    """
    posted = (
        Posting.objects.filter(
            account__code=AccountCode.REVENUE_EU, tax_month__gte=first_month, tax_month__lte=last_month
        )
        .values_list("party")
        .annotate(Sum("amount_cents"))
        .order_by("party")
    )
    cents = {int(party.removeprefix("invoice:")): -int(total) for party, total in posted}
    sums: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for invoice in Invoice.objects.filter(id__in=cents).only("id", "buyer", "buyer_name").order_by("id"):
        vat_id = str(invoice.buyer.get("vat_id", ""))
        sums[vat_id] += cents[invoice.pk]
        counts[vat_id] += 1
        # The latest name stands beside the number.
        names[vat_id] = invoice.buyer_name
    rows = [
        EcListRow(vat_id=vat_id, name=names[vat_id], cents=sums[vat_id], invoices=counts[vat_id])
        for vat_id in sorted(sums)
        if vat_id
    ]
    return EcList(
        first_month=first_month,
        last_month=last_month,
        rows=rows,
        total_cents=sum(row.cents for row in rows),
        unlisted_cents=sums.get("", 0),
    )
