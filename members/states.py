"""The way into the cooperative and out of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class PersonState(models.TextChoices):
    """Where somebody stands. Notice to leave is a date, not a state: until the exit one is a member."""

    APPLIED = "applied", _("applied")
    ADMITTED = "admitted", _("member")
    REJECTED = "rejected", _("not admitted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LEFT = "left", _("left")


PERSON_STATES = Transitions(
    first=[PersonState.APPLIED],
    table={
        PersonState.APPLIED: [PersonState.ADMITTED, PersonState.REJECTED, PersonState.WITHDRAWN],
        PersonState.ADMITTED: [PersonState.LEFT],
    },
)


class RegisterEvent(models.TextChoices):
    """What the member register records (§ 30 GenG)."""

    ADMITTED = "admitted", _("admitted")
    SHARES = "shares", _("shares subscribed")
    DATA = "data", _("name or address changed")
    NOTICE = "notice", _("notice given")
    LEFT = "left", _("membership ended")
