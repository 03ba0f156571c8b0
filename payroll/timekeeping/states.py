"""The life of an absence and of a month's hours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions
from payroll.germany.absence import Cause


class AbsenceCause(models.TextChoices):
    """Why somebody does not work; the values are those of the law (`payroll.germany.absence.Cause`)."""

    VACATION = Cause.VACATION.value, _("vacation")
    SICK = Cause.SICK.value, _("unfit for work")
    CHILD_SICK = Cause.CHILD_SICK.value, _("a child is ill")
    UNPAID = Cause.UNPAID.value, _("unpaid leave")
    PARENTAL = Cause.PARENTAL.value, _("parental leave")
    MATERNITY = Cause.MATERNITY.value, _("maternity protection")


class AbsenceState(models.TextChoices):
    """An absence counts once it is confirmed; one that turns out wrong is cancelled, never changed."""

    REQUESTED = "requested", _("waiting for the office")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")


ABSENCE_STATES = Transitions(
    first=[AbsenceState.REQUESTED],
    table={
        AbsenceState.REQUESTED: [AbsenceState.CONFIRMED, AbsenceState.DECLINED, AbsenceState.WITHDRAWN],
        AbsenceState.CONFIRMED: [AbsenceState.CANCELLED],
    },
)


class HoursState(models.TextChoices):
    """A month's hours are open while they are recorded, handed in, and confirmed by the office."""

    OPEN = "open", _("being recorded")
    HANDED_IN = "handed_in", _("waiting for the office")
    CONFIRMED = "confirmed", _("confirmed")


HOURS_STATES = Transitions(
    first=[HoursState.OPEN],
    table={
        HoursState.OPEN: [HoursState.HANDED_IN],
        # Sent back, or taken back by the member.
        HoursState.HANDED_IN: [HoursState.CONFIRMED, HoursState.OPEN],
        HoursState.CONFIRMED: [HoursState.OPEN],
    },
)
