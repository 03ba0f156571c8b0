"""The life of a document."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class DocumentState(models.TextChoices):
    """A document is asked for, then its bytes are there for good."""

    WAITING = "waiting", _("being prepared")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be prepared")


DOCUMENT_STATES = Transitions(
    first=[DocumentState.WAITING],
    table={
        DocumentState.WAITING: [DocumentState.READY, DocumentState.FAILED],
        DocumentState.FAILED: [DocumentState.WAITING, DocumentState.READY],
    },
)
