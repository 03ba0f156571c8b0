"""Mail is written in the transaction and sent once after it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from coop.documents.actions import render_document, request_document
from coop.documents.registry import register_renderer
from coop.messaging.actions import queue_mail, send_message, waiting_message_ids
from coop.messaging.models import OutboxMessage
from coop.messaging.states import MailState

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
register_renderer("mail test", lambda _source: b"%PDF")


def write(key="k", documents=()):
    return queue_mail(
        key=key,
        to="client@example.org",
        subject="Your invoice\n2026",
        template="plain",
        context={"body": "Dear <client>"},
        document_ids=documents,
    )


def test_a_key_writes_one_message_and_it_is_sent_once(coop):
    message = write()
    assert write().pk == message.pk
    assert send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    assert not send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    assert [sent.subject for sent in mail.outbox] == ["Your invoice 2026"]
    assert mail.outbox[0].reply_to == [coop.email]
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (MailState.SENT, NOW)


def test_a_message_waits_for_its_documents(coop):
    document = request_document(
        kind="mail test", source="s", title="T", filename="t.pdf", keep_until=date(2034, 12, 31)
    )
    message = write(documents=[document.pk])
    assert waiting_message_ids(NOW, 5) == []
    assert not send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    render_document(coop_id=coop.pk, document_id=document.pk, at=NOW)
    assert waiting_message_ids(NOW, 5) == [message.pk]
    assert send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    assert mail.outbox[0].attachments[0][0] == "t.pdf"


def test_a_refusal_is_tried_again_later(coop, settings):
    message = write()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert not send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    assert waiting_message_ids(NOW, 5) == []
    assert waiting_message_ids(NOW + timedelta(minutes=5), 5) == [message.pk]


@pytest.mark.parametrize("state", [MailState.SENDING, MailState.SENT])
def test_what_may_have_left_is_never_sent_again_by_a_job(coop, state):
    message = write()
    OutboxMessage.objects.filter(pk=message.pk).update(state=MailState.SENDING)
    OutboxMessage.objects.filter(pk=message.pk).update(state=state)
    assert not send_message(coop_id=coop.pk, message_id=message.pk, at=NOW)
    assert mail.outbox == []
