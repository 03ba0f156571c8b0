"""What was written to people: mail and papers, what failed and can be tried again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from coop.documents.actions import open_document, try_again
from coop.documents.models import Document
from coop.documents.states import DocumentState
from coop.front.navigation import OFFICE
from coop.messaging.actions import send_again
from coop.messaging.models import Attachment, OutboxMessage
from coop.messaging.queries import undelivered
from coop.messaging.states import MailState
from coop.tenancy.access import allow
from coop.tenancy.states import Role

PER_PAGE = 25
FAILED_SHOWN = 50
TONES = {
    MailState.WAITING: "info",
    MailState.SENDING: "warn",
    MailState.SENT: "good",
    MailState.FAILED: "bad",
}
ONLY_FOR = {"invitation": Role.ADMINISTRATOR, "payslip": Role.PAYROLL}
"""Mail that not all of the office may read, by the beginning of its key: an invitation's link is a login, pay is pay."""


@allow(*OFFICE)
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The cooperative's mail, newest first, and the papers that could not be prepared."""
    shown = request.GET.get("state", "")
    state = MailState(shown) if shown in MailState.values else None
    mails = _readable(request).order_by("-id")
    if state:
        mails = mails.filter(state=state)
    rows = mails.values("id", "subject", "to", "state", "queued_at", "sent_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    failed = Document.objects.filter(state=DocumentState.FAILED).order_by("id")[:FAILED_SHOWN]
    return render(
        request,
        "front/outbox.html",
        {
            "rows": [_row(row) for row in page.object_list],
            "columns": [
                {"key": "subject", "label": _("Subject"), "url": "url"},
                {"key": "to", "label": _("To")},
                {"key": "queued_at", "label": _("Written"), "kind": "time"},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
            "page_obj": page,
            "tabs": _tabs(state),
            "papers": [_paper(document) for document in failed],
            "paper_columns": [
                {"key": "title", "label": _("Paper")},
                {"key": "requested_at", "label": _("Asked for"), "kind": "time"},
                {"key": "attempts", "label": _("Attempts"), "kind": "number"},
                {"key": "actions", "label": _("To do"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(*OFFICE)
@require_GET
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One mail as it was written, with its attachments."""
    found = _message(request, message_id)
    state = MailState(found.state)
    facts: list[dict[str, Any]] = [
        {"label": _("To"), "value": found.to},
        {"label": _("Written"), "day": found.queued_at},
        {"label": _("Sent"), "day": found.sent_at}
        if found.sent_at
        else {"label": _("Attempts"), "value": found.attempts},
    ]
    attachments = [
        {
            "title": one.document.title,
            "state": {"label": DocumentState(one.document.state).label, "tone": _document_tone(one.document)},
            "url": _attachment_url(found, one.document, request),
        }
        for one in Attachment.objects.filter(message=found).select_related("document").order_by("id")
    ]
    again = {
        "url": reverse("front:send_again", args=[found.pk]),
        "label": _("Send again"),
        "method": "post",
        "tone": "primary",
    }
    if state == MailState.SENDING:
        again |= {
            "id": "again",
            "confirm": _("Nobody knows whether this mail went out: sending was cut short. Send it once more?"),
        }
    return render(
        request,
        "front/message.html",
        {
            "mail": found,
            "state": {"label": state.label, "tone": TONES[state]},
            "facts": facts,
            "attachments": attachments,
            "attachment_columns": [
                {"key": "title", "label": _("Paper"), "url": "url"},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
            "actions": [again] if undelivered(timezone.now()).filter(pk=found.pk).exists() else [],
        },
    )


@allow(*OFFICE)
@require_POST
def send_message_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try once more to send a mail that failed."""
    send_again(message_id=_message(request, message_id).pk)
    messages.success(request, _("The mail is tried again now."))
    return redirect("front:message", message_id)


@allow(*OFFICE)
@require_GET
def attachment(request: HttpRequest, message_id: int, document_id: int) -> HttpResponse:
    """A paper that went with a mail."""
    found = _message(request, message_id)
    attached = Attachment.objects.filter(message=found, document_id=document_id).select_related("document").first()
    if attached is None or not _may_open(attached.document, request):
        raise Http404
    document, data = open_document(document_id=document_id, by=request.user)  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type=document.media_type,
        headers={"Content-Disposition": f'inline; filename="{document.filename}"', "Cache-Control": "no-store"},
    )


@allow(*OFFICE)
@require_POST
def draw_again(request: HttpRequest, document_id: int) -> HttpResponse:
    """Prepare a failed paper once more."""
    document = Document.objects.filter(id=document_id).first()
    if document is None:
        raise Http404
    try_again(document_id=document.pk)
    messages.success(request, _("The paper is prepared again now."))
    return redirect("front:outbox")


def _readable(request: HttpRequest) -> Any:
    mails = OutboxMessage.objects.all()
    for beginning, role in ONLY_FOR.items():
        if role not in request.roles:  # type: ignore[attr-defined]
            mails = mails.exclude(key__startswith=beginning)
    return mails


def _message(request: HttpRequest, message_id: int) -> OutboxMessage:
    found: OutboxMessage | None = _readable(request).filter(id=message_id).first()
    if found is None:
        raise Http404
    return found


def _may_open(document: Document, request: HttpRequest) -> bool:
    needed = ONLY_FOR.get(document.kind)
    return needed is None or needed in request.roles  # type: ignore[attr-defined]


def _attachment_url(found: OutboxMessage, document: Document, request: HttpRequest) -> str:
    if document.state != DocumentState.READY or not _may_open(document, request):
        return ""
    return reverse("front:attachment", args=[found.pk, document.pk])


def _document_tone(document: Document) -> str:
    return {DocumentState.READY: "good", DocumentState.FAILED: "bad"}.get(DocumentState(document.state), "info")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    state = MailState(row["state"])
    return {
        **row,
        "url": reverse("front:message", args=[row["id"]]),
        "state": {"label": state.label, "tone": TONES[state]},
    }


def _paper(document: Document) -> dict[str, Any]:
    again = {"url": reverse("front:draw_again", args=[document.pk]), "label": _("Try again"), "method": "post"}
    return {
        "title": document.title,
        "requested_at": document.requested_at,
        "attempts": document.attempts,
        "actions": [{**again, "small": True}],
    }


def _tabs(current: MailState | None) -> list[dict[str, Any]]:
    address = reverse("front:outbox")
    return [
        {"url": address, "label": _("All"), "current": current is None},
        *(
            {"url": f"{address}?state={state}", "label": state.label, "current": current == state}
            for state in (MailState.FAILED, MailState.SENDING, MailState.WAITING, MailState.SENT)
        ),
    ]
