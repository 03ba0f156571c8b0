"""What did not go out."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from coop.messaging.models import OutboxMessage
from coop.messaging.states import MailState

SENDING_AT_MOST = timedelta(minutes=15)
"""Longer than any mail server is waited for: what is “being sent” for longer has lost its worker."""


def undelivered(at: datetime) -> QuerySet[OutboxMessage]:
    """Mail that needs a person: failed for good, or left “being sent” by a worker that died."""
    stuck = Q(state=MailState.SENDING, queued_at__lt=at - SENDING_AT_MOST)
    rows: QuerySet[OutboxMessage] = OutboxMessage.objects.filter(Q(state=MailState.FAILED) | stuck)
    return rows
