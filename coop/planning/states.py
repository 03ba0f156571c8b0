"""The life of a salary request."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class RequestState(models.TextChoices):
    """A request waits until the office decides or the member takes it back."""

    REQUESTED = "requested", _("waiting for the office")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


REQUEST_STATES = Transitions(
    first=[RequestState.REQUESTED],
    table={RequestState.REQUESTED: [RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN]},
)
