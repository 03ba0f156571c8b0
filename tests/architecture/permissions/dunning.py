"""Dunning: the office's letters, the member's answer."""

from datetime import timedelta

from django.utils import timezone

from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import Role
from invoicing.dunning.models import DunningCase, DunningItem, DunningPolicy
from invoicing.dunning.states import CaseState
from invoicing.models import Client, Invoice
from tests.factories.dunning import ASKED, on_day, switched_on
from tests.factories.invoicing import make_client, make_invoice

_MEMBER = {Role.MEMBER}
_OFFICE = {Role.INVOICING}
_READERS = {Role.INVOICING, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD}

PERMISSIONS = {
    "dunning:office": _READERS,
    "dunning:switch": _OFFICE,
    "dunning:policy": {
        "GET": _READERS | {Role.ADMINISTRATOR},
        "POST": {Role.INVOICING, Role.ADMINISTRATOR},
    },
    "dunning:mine": _MEMBER,
    "dunning:case": _READERS | _MEMBER,
    "dunning:answer": _MEMBER,
    "dunning:agree": _OFFICE,
    "dunning:pause": _OFFICE,
    "dunning:go_on": _OFFICE,
    "dunning:waive": _OFFICE,
    "dunning:hand_over": _OFFICE,
    "dunning:client": {"GET": _MEMBER | _OFFICE, "POST": _OFFICE},
    "dunning:letter_pdf": _READERS | _MEMBER,
    "dunning_api:preview": _READERS,
    "dunning_api:letters": _READERS | _MEMBER,
    "dunning_api:questions": _MEMBER,
    "dunning_api:answer": _MEMBER,
    "dunning_api:agree": _OFFICE,
    "dunning_api:pause": _OFFICE,
}


def _asked(cast):
    """An invoice about which its member is asked."""
    found = DunningCase.objects.filter(invoice__owner=cast.member, state=CaseState.ASKED).first()
    if found:
        return found.invoice_id
    if not DunningPolicy.objects.exists():
        switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    day = invoice.due_on
    while not DunningCase.objects.filter(invoice=invoice, state=CaseState.ASKED).exists() and day < ASKED:
        day += timedelta(days=1)
        on_day(day)
    return invoice.pk


def _letter(cast):
    item = DunningItem.objects.filter(invoice_id=_asked(cast)).select_related("letter").first()
    document = Document.objects.get(kind="dunning", source=item.letter.source)
    render_document(coop_id=current_coop_id(), document_id=document.pk, at=timezone.now())
    return {"letter_id": item.letter_id}


def _client(cast):
    return {"client_id": (Client.objects.filter(owner=cast.member).first() or make_client(cast.member)).pk}


def _invoice(cast):
    return Invoice.objects.filter(owner=cast.member).first() or make_invoice(cast.member, cast.invoicing)


SAMPLES = {
    **{f"dunning:{name}": lambda cast: {"invoice_id": _asked(cast)} for name in ("case", "answer")},
    **{
        f"dunning:{name}": lambda cast: {"invoice_id": _invoice(cast).pk}
        for name in ("agree", "pause", "go_on", "waive", "hand_over")
    },
    "dunning:client": _client,
    "dunning:letter_pdf": _letter,
    "dunning_api:answer": lambda cast: {"pk": _asked(cast)},
    **{f"dunning_api:{name}": lambda cast: {"pk": _invoice(cast).pk} for name in ("agree", "pause")},
}
