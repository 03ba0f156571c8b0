"""The outbox: mail written in the business transaction, sent after it."""

from django.db import models

from coop.documents.models import Document
from coop.messaging.states import MAIL_STATES, MailState
from coop.tenancy.fence import CoopForeignKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned


class OutboxMessage(CoopOwned):
    """One e-mail. `key` names its occasion, so that no retry writes it twice."""

    key = models.CharField(max_length=120)
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="de")
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "key"], name="outboxmessage_key_once")]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("outboxmessage", MAIL_STATES),
        ]

    def __str__(self) -> str:
        return self.subject


class Attachment(CoopOwned):
    """A document that goes with a message; the message waits until it is ready."""

    message = CoopForeignKey(OutboxMessage, related_name="attachments")
    document = CoopForeignKey(Document, related_name="+")

    def __str__(self) -> str:
        return str(self.document_id)
