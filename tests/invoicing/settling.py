"""Payments as banking passes them on: the entries are posted, then the owner of the claims hears of it."""

import itertools
from datetime import date

from coop.banking.models import Claim
from coop.banking.registry import Settlement
from coop.ledger.actions import post_all, reverse
from invoicing.actions import claim_source, record_payments, refresh_paid
from invoicing.models import Invoice

_matches = itertools.count(1)


def pay(invoice: Invoice, cents: int, on: date = date(2026, 6, 20)) -> int:
    """Let `cents` arrive. The number of the match."""
    invoice.refresh_from_db()
    settlement = Settlement(
        match_id=next(_matches),
        claim_source=claim_source(invoice.pk),
        cents=cents,
        on=on,
        paid_before_cents=invoice.paid_cents,
        amount_cents=invoice.gross_cents,
        text="Payment",
    )
    post_all(record_payments([settlement]))
    _tell(invoice)
    return settlement.match_id


def undo(invoice: Invoice, match_id: int, on: date = date(2026, 6, 25)) -> None:
    """Take a payment back."""
    reverse(source=f"match:{match_id}", event_on=on)
    _tell(invoice)


def _tell(invoice: Invoice) -> None:
    refresh_paid([Claim.objects.get(source=claim_source(invoice.pk)).pk])
    invoice.refresh_from_db()
