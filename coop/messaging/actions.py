"""Write mail into the outbox and send what waits."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from coop.documents.actions import checked_bytes
from coop.documents.states import DocumentState
from coop.messaging import tasks
from coop.messaging.models import Attachment, OutboxMessage
from coop.messaging.states import MailState
from coop.tenancy.models import Cooperative
from coop.tenancy.queries import this_cooperative
from coop.tenancy.scope import coop_scope, current_coop_id
from coop.tenancy.tasks import enqueue, enqueue_many

logger = logging.getLogger(__name__)

ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be written; see `queue_mail`."""

    key: str
    to: str
    subject: str
    template: str
    context: dict[str, Any]
    language: str = "de"
    document_ids: Sequence[int] = ()


@transaction.atomic
def queue_mail(
    *,
    key: str,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any],
    language: str = "de",
    document_ids: Sequence[int] = (),
) -> OutboxMessage:
    """Write a mail; it leaves after the commit, and when its documents are ready. The same key writes none again.

    `template` names a pair under templates/emails without its ending: `<template>.txt` and, where it
    exists, `<template>.html`. They get `context` and `cooperative`.
    """
    mail = NewMail(
        key=key,
        to=to,
        subject=subject,
        template=template,
        context=context,
        language=language,
        document_ids=document_ids,
    )
    return queue_mails([mail])[0]


@transaction.atomic
def queue_mails(mails: Sequence[NewMail]) -> list[OutboxMessage]:
    """`queue_mail` for many, in the order given, in a number of statements that does not grow with theirs."""
    found = OutboxMessage.objects.filter(key__in=[mail.key for mail in mails])
    messages: dict[str, OutboxMessage] = {message.key: message for message in found}
    fresh = list({mail.key: mail for mail in reversed(mails) if mail.key not in messages}.values())[::-1]
    if fresh:
        cooperative = this_cooperative()
        written = OutboxMessage.objects.bulk_create([_written(mail, cooperative) for mail in fresh], batch_size=1000)
        messages.update({message.key: message for message in written})
        Attachment.objects.bulk_create(
            [
                Attachment(message=message, document_id=document)
                for mail, message in zip(fresh, written, strict=True)
                for document in mail.document_ids
            ],
            batch_size=1000,
        )
        ids = [message.pk for message in written]
        enqueue_many(tasks.send, ids, at_a_time=tasks.AT_A_TIME, coop_id=current_coop_id())
    return [messages[mail.key] for mail in mails]


def _written(mail: NewMail, cooperative: Cooperative) -> OutboxMessage:
    with translation.override(mail.language):
        everything = {"cooperative": cooperative, "subject": mail.subject, **mail.context}
        text = render_to_string(f"emails/{mail.template}.txt", everything)
        html = ""
        with suppress(TemplateDoesNotExist):  # text alone is fine
            html = render_to_string(f"emails/{mail.template}.html", everything)
    return OutboxMessage(
        key=mail.key, to=mail.to, subject=" ".join(mail.subject.split()), text=text, html=html, language=mail.language
    )


def send_message(*, coop_id: int, message_id: int, at: datetime) -> bool:
    """Hand one waiting message to the mail server. Whether it has been sent now.

    A worker that dies while the server is asked leaves the message “being sent”: a person decides then,
    because nobody can know whether it went out.
    """
    with coop_scope(coop_id):
        message = OutboxMessage.objects.select_for_update(skip_locked=True).filter(id=message_id).first()
        if message is None or message.state != MailState.WAITING or _waits_for_documents(message):
            return False
        message.state = MailState.SENDING
        message.attempts += 1
        message.save(update_fields=["state", "attempts"])
        mail = _mail(message)
    try:
        mail.send()
    except Exception as error:  # noqa: BLE001 (whatever happens, the message must not stay “being sent”)
        # The server's answer can quote the address: the log gets the id and the kind alone.
        logger.warning("message %s was not taken by the mail server: %s", message_id, type(error).__name__)
        _after(coop_id, message, at, sent=False)
        return False
    _after(coop_id, message, at, sent=True)
    return True


@transaction.atomic
def send_again(*, message_id: int) -> None:
    """Let a person send a message once more that failed, or that a dead worker left “being sent”."""
    stuck = [MailState.FAILED, MailState.SENDING]
    if OutboxMessage.objects.filter(id=message_id, state__in=stuck).update(
        state=MailState.WAITING, attempts=0, not_before=None
    ):
        enqueue(tasks.send, coop_id=current_coop_id(), ids=[message_id])


def waiting_message_ids(at: datetime, limit: int) -> list[int]:
    """Messages that can leave now, oldest first."""
    due = OutboxMessage.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=at), state=MailState.WAITING)
    unready = Attachment.objects.exclude(document__state=DocumentState.READY).values("message_id")
    return list(due.exclude(id__in=unready).order_by("id").values_list("id", flat=True)[:limit])


def _waits_for_documents(message: OutboxMessage) -> bool:
    return Attachment.objects.filter(message=message).exclude(document__state=DocumentState.READY).exists()


def _mail(message: OutboxMessage) -> EmailMultiAlternatives:
    cooperative = this_cooperative()
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.to],
        reply_to=[cooperative.email],
        headers={"Message-ID": f"<{current_coop_id()}.{message.pk}.{message.queued_at:%Y%m%d%H%M%S%f}@stetig>"},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for attachment in Attachment.objects.filter(message=message).select_related("document"):
        mail.attach(attachment.document.filename, checked_bytes(attachment.document), attachment.document.media_type)
    return mail


def _after(coop_id: int, message: OutboxMessage, at: datetime, *, sent: bool) -> None:
    with coop_scope(coop_id):
        if sent:
            changes: dict[str, Any] = {"state": MailState.SENT, "sent_at": at}
        elif message.attempts >= ATTEMPTS:
            changes = {"state": MailState.FAILED}
        else:
            changes = {"state": MailState.WAITING, "not_before": at + FIRST_RETRY * 2**message.attempts}
        OutboxMessage.objects.filter(id=message.pk, state=MailState.SENDING).update(**changes)
