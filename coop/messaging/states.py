"""The life of a message."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class MailState(models.TextChoices):
    """`SENDING` is written and committed before the server is asked, so that a crash never sends twice."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


MAIL_STATES = Transitions(
    first=[MailState.WAITING],
    table={
        MailState.WAITING: [MailState.SENDING],
        MailState.SENDING: [MailState.SENT, MailState.WAITING, MailState.FAILED],
        MailState.FAILED: [MailState.WAITING],
    },
)
