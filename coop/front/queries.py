"""Reads that span packages. Lists are frozen rows; each function asks a constant number of times."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth

from coop.ledger.chart import Layer
from coop.ledger.models import Entry, Period, Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry in the journal; `cents` is what it moves in the legal layer, or in the allocation where that is all."""

    number: int
    booked_on: date
    text: str
    document: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One posting, debit positive; `budget` is the budget's name."""

    account: str
    budget: str
    party: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """An entry with all its postings."""

    number: int
    booked_on: date
    event_on: date
    source: str
    document: str
    text: str
    digest: str
    posted_by: str
    reverses: int | None
    reversed_by: int | None
    postings: tuple[PostingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A month of the books."""

    month: date
    entries: int
    closed_at: datetime | None
    closed_by: str
    chain: str


def entry_rows() -> QuerySet[Entry, Any]:
    """The journal, newest first, as mappings for `EntryRow`; sliced by the caller."""
    debits = Posting.objects.filter(entry=OuterRef("pk"), amount_cents__gt=0).order_by().values("entry")
    legal = debits.filter(layer=Layer.LEGAL).annotate(total=Sum("amount_cents")).values("total")
    allocation = debits.filter(layer=Layer.ALLOCATION).annotate(total=Sum("amount_cents")).values("total")
    rows: QuerySet[Entry, Any] = Entry.objects.order_by("-number").values(
        "number", "booked_on", "text", "document", cents=Coalesce(Subquery(legal), Subquery(allocation))
    )
    return rows


def entry_with_postings(number: int) -> EntryDetail | None:
    """One entry by its number in the journal, or None."""
    found = (
        Entry.objects.filter(number=number)
        .values(
            "id",
            "number",
            "booked_on",
            "event_on",
            "source",
            "document",
            "text",
            "digest",
            by=F("posted_by__name"),
            before=F("reverses__number"),
            after=F("reversed_by__number"),
        )
        .first()
    )
    if found is None:
        return None
    postings = (
        Posting.objects.filter(entry_id=found.pop("id"))
        .order_by("layer", "-amount_cents", "id")
        .values_list("account__code", "budget__name", "party", "amount_cents")
    )
    return EntryDetail(
        **{key: found[key] for key in ("number", "booked_on", "event_on", "source", "document", "text", "digest")},
        posted_by=found["by"] or "",
        reverses=found["before"],
        reversed_by=found["after"],
        postings=tuple(
            PostingRow(account=account, budget=budget or "", party=party, cents=cents)
            for account, budget, party, cents in postings
        ),
    )


def month_rows() -> list[MonthRow]:
    """The months of the books, newest first, with how much is booked in each."""
    counts = Entry.objects.annotate(month=TruncMonth("booked_on")).values_list("month").annotate(n=Count("id"))
    booked = dict(counts.order_by().values_list("month", "n"))
    periods = Period.objects.order_by("-month").values("month", "closed_at", "chain", by=F("closed_by__name"))
    return [
        MonthRow(
            month=row["month"],
            entries=booked.get(row["month"], 0),
            closed_at=row["closed_at"],
            closed_by=row["by"] or "",
            chain=row["chain"],
        )
        for row in periods
    ]
