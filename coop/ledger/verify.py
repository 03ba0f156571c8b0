"""Proves the ledger from its rows alone: nothing cached, nothing believed."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from coop.ledger.actions import JOURNAL, chain_of, digest_of, entry_digests_of
from coop.ledger.chart import BUDGET_CODES, CHART, AccountCode, Layer
from coop.ledger.evidence import all_evidence
from coop.ledger.models import Entry, Period, Posting
from coop.tenancy.models import NumberRange

REVERSED = ":reversed"


def problems() -> Iterator[str]:
    """Everything that is wrong with the books of the cooperative in scope, one line each, naming the row."""
    yield from _entries()
    yield from _periods()
    yield from _budgets()


def _entries() -> Iterator[str]:
    postings = groupby(
        Posting.objects.order_by("entry__number", "id")
        .values_list(
            "entry_id", "account__code", "amount_cents", "budget_id", "party", "service_month", "tax_month", "layer"
        )
        .iterator(chunk_size=5000),
        key=lambda row: row[0],
    )
    current: tuple[int, list[Any]] | None = None
    expected = 1
    drawn = NumberRange.objects.filter(series=JOURNAL).values_list("next_number", flat=True).first() or 1
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != expected:
            yield f"entry {entry.number}: the journal should go on with {expected}"
        expected = entry.number + 1
        if current is None:
            current = _next(postings)
        rows: list[Any] = []
        if current is not None and current[0] == entry.pk:
            rows, current = current[1], None
        if not rows:
            yield f"entry {entry.number}: has no postings"
        for layer in Layer:
            if sum(row[2] for row in rows if row[7] == layer):
                yield f"entry {entry.number}: the {layer.name.lower()} layer does not sum to zero"
        if any(row[7] != CHART[row[1]].layer for row in rows):
            yield f"entry {entry.number}: a posting lies in another layer than its account"
        digest = digest_of(
            number=entry.number,
            booked_on=entry.booked_on,
            event_on=entry.event_on,
            source=entry.source,
            document=entry.document,
            text=entry.text,
            reverses_id=entry.reverses_id,
            postings=[row[1:7] for row in rows],
        )
        if digest != entry.digest:
            yield f"entry {entry.number}: its content does not match its digest"

    if expected != drawn:
        yield f"entry {expected}: the journal has drawn numbers up to {drawn - 1}"


def _next(postings: Any) -> tuple[int, list[Any]] | None:
    for entry_id, rows in postings:
        return entry_id, list(rows)
    return None


def _periods() -> Iterator[str]:
    before = ""
    still_open: Period | None = None
    for period in Period.objects.order_by("month"):
        if period.closed_at is None:
            still_open = still_open or period
            continue
        if still_open is not None:
            yield f"period {still_open}: is open although {period} is closed"
            still_open = None
        chain = chain_of(before, entry_digests_of(period.month))
        if chain != period.chain:
            yield f"period {period}: the chain of its entries does not match"
        before = period.chain


def _budgets() -> Iterator[str]:
    booked: dict[tuple[int, str], list[int]] = {}
    rows = Posting.objects.filter(account__code__in=BUDGET_CODES).values_list(
        "budget_id", "entry__source", "account__code", "amount_cents"
    )
    for budget_id, source, code, cents in rows.iterator(chunk_size=5000):
        moved = booked.setdefault((budget_id, source), [0, 0])
        moved[0 if code == AccountCode.FREE else 1] -= cents
    evidence = all_evidence()
    expected: dict[tuple[int, str], tuple[int, int]] = {}
    for read in evidence.values():
        expected.update(read())
    for (budget_id, source), moved in sorted(booked.items()):
        if source.endswith(REVERSED):
            original = booked.get((budget_id, source.removesuffix(REVERSED)))
            if original != [-moved[0], -moved[1]]:
                yield f"budget {budget_id}: {source} does not undo its entry"
        elif expected.get((budget_id, source), (0, 0)) != tuple(moved):
            yield f"budget {budget_id}: {source} differs from its document"
    for budget_id, source in sorted(expected.keys() - booked.keys()):
        if expected[budget_id, source] != (0, 0):
            yield f"budget {budget_id}: {source} has a document but is not booked"
