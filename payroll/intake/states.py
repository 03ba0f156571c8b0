"""The life of what a member entered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class IntakeState(models.TextChoices):
    """The office confirms an intake or gives it back with a question."""

    HANDED_IN = "handed_in", _("waiting for the office")
    RETURNED = "returned", _("please correct")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")


INTAKE_STATES = Transitions(
    first=[IntakeState.HANDED_IN],
    table={
        IntakeState.HANDED_IN: [IntakeState.CONFIRMED, IntakeState.RETURNED, IntakeState.WITHDRAWN],
        IntakeState.RETURNED: [IntakeState.HANDED_IN, IntakeState.WITHDRAWN],
    },
)
OPEN = (IntakeState.HANDED_IN, IntakeState.RETURNED)
