"""Mail is written in the transaction and sent once after it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.template import TemplateDoesNotExist
from django.test.utils import CaptureQueriesContext

from coop.documents.actions import render_document, request_document
from coop.documents.registry import register_renderer
from coop.messaging.actions import NewMail, queue_mail, queue_mails, send_message, waiting_message_ids
from coop.messaging.models import Attachment, OutboxMessage
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


def new_mail(key, **changes):
    return NewMail(
        **{"key": key, "to": "c@example.org", "subject": "S", "template": "plain", "context": {"body": key}} | changes
    )


def test_many_mails_come_back_in_order_and_each_key_is_written_once(coop):
    first = write("b")
    messages = queue_mails([new_mail("a"), new_mail("b"), new_mail("c"), new_mail("a", subject="Another")])
    assert [message.key for message in messages] == ["a", "b", "c", "a"]
    assert messages[1].pk == first.pk
    assert messages[0].pk == messages[3].pk
    assert (messages[0].subject, messages[1].subject) == ("S", "Your invoice 2026")
    assert OutboxMessage.objects.count() == 3
    assert "c" in messages[2].text
    assert queue_mails([]) == []


def test_many_mails_take_their_own_documents_and_language(coop):
    papers = [
        request_document(kind="mail test", source=f"s:{n}", title="T", filename="t.pdf", keep_until=date(2034, 12, 31))
        for n in range(3)
    ]
    one, two = queue_mails(
        [
            new_mail("one", document_ids=[papers[0].pk, papers[1].pk]),
            new_mail("two", document_ids=[papers[2].pk], language="en"),
        ]
    )
    kept = Attachment.objects.order_by("document_id").values_list("message_id", "document_id")
    assert list(kept) == [(one.pk, papers[0].pk), (one.pk, papers[1].pk), (two.pk, papers[2].pk)]
    assert (one.language, two.language) == ("de", "en")


def test_many_mails_leave_after_the_commit_and_none_for_what_was_written_before(
    coop, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("coop.messaging.tasks.send.apply_async", lambda **given: sent.append(given["kwargs"]))
    with django_capture_on_commit_callbacks(execute=True):
        known = write("known")
    with django_capture_on_commit_callbacks(execute=True):
        messages = queue_mails([new_mail("x"), new_mail("known"), new_mail("y")])
        assert [one["ids"] for one in sent] == [[known.pk]]
    assert [one["ids"] for one in sent[1:]] == [[messages[0].pk, messages[2].pk]]
    assert {one["coop_id"] for one in sent} == {coop.pk}


def test_one_bad_mail_stops_all_and_writes_none(coop):
    with pytest.raises(TemplateDoesNotExist), transaction.atomic():
        queue_mails([new_mail("good"), new_mail("bad", template="there is none")])
    assert not OutboxMessage.objects.exists()


def test_many_mails_cost_the_same_statements_for_2_and_40(coop, django_assert_num_queries):
    queue_mails([new_mail("what is read once a request is read now")])
    with CaptureQueriesContext(connection) as queries:
        queue_mails([new_mail(f"few:{n}") for n in range(2)])
    with django_assert_num_queries(len(queries)):
        queue_mails([new_mail(f"many:{n}") for n in range(40)])


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
