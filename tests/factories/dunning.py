"""A dunning policy and overdue invoices, made through the same actions that people use."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from coop.tenancy.models import User
from invoicing.dunning.actions import (
    NewLevel,
    decide_dunning,
    except_client,
    make_round,
    pause_dunning,
    switch_dunning,
)
from invoicing.dunning.models import DunningCase, DunningPayment, DunningPolicy, DunningRound
from invoicing.dunning.states import Tone
from invoicing.models import Invoice
from tests.cast import Cast

SINCE = date(2026, 1, 1)
AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
LEVELS = (
    NewLevel(
        name="Zahlungserinnerung",
        name_en="Payment reminder",
        days=5,
        pay_days=10,
        tone=Tone.FRIENDLY,
        signed_by="Buchhaltung",
    ),
    NewLevel(
        name="Mahnung",
        name_en="Second reminder",
        days=14,
        pay_days=10,
        tone=Tone.FIRM,
        signed_by="Buchhaltung",
        interest=True,
        fee_cents=250,
    ),
    NewLevel(
        name="Letzte Mahnung",
        name_en="Formal demand",
        days=14,
        pay_days=14,
        tone=Tone.FORMAL,
        signed_by="Vorstand",
        interest=True,
        asks_member=True,
    ),
)


def decide(by: User | None = None, *, levels: Sequence[NewLevel] = LEVELS, **changes: Any) -> DunningPolicy:
    """Three levels; the last one asks the member for five days."""
    values = {"since": SINCE, "smallest_cents": 500, "answer_days": 5, "decided_on": SINCE, **changes}
    return decide_dunning(levels=levels, by=by, **values)


def switched_on(by: User, **changes: Any) -> DunningPolicy:
    """A policy in force, and letters switched on."""
    policy = decide(by, **changes)
    switch_dunning(on=True, day=date(2026, 6, 1), at=AT, by=by)
    return policy


def on_day(day: date) -> DunningRound | None:
    """The round of a day."""
    return make_round(on=day, at=datetime(day.year, day.month, day.day, 7, tzinfo=UTC))


ASKED = date(2026, 7, 20)
"""By this day the member of an invoice issued on 1 June is asked."""


def live_dunning(invoice: Invoice, cast: Cast) -> Invoice:
    """Everything once: a letter about an invoice of 1 June, costs paid with another one, a pause, an exception."""
    switched_on(cast.invoicing)
    on_day(date(2026, 6, 22))
    case = DunningCase.objects.get(invoice=invoice)
    DunningPayment.objects.create(case=case, match_id=10**9, on=ASKED, fee_cents=0, interest_cents=1, free_cents=0)
    pause_dunning(invoice_id=invoice.pk, until=None, reason="talking", on=ASKED, by=cast.invoicing)
    except_client(
        client_id=invoice.client_id,
        excluded=False,
        extra_days=5,
        until=None,
        reason="slow",
        at=AT,
        by=cast.invoicing,
    )
    return invoice
