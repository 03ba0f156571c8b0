"""The life of a salary request, and what is asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions
from invoicing.states import JobState


class RequestKind(models.TextChoices):
    """What a member asks for. Which of the kinds of a salary it is follows from the one that runs."""

    NEW = "new", _("a salary")
    RAISE = "raise", _("more salary")
    LOWER = "lower", _("less salary")
    KEEP = "keep", _("the same salary for longer")
    PAUSE = "pause", _("unpaid leave")
    ONE_OFF = "one_off", _("a one-off pay-out")
    END = "end", _("the end of the employment")


OF_SALARY = (RequestKind.NEW, RequestKind.RAISE, RequestKind.LOWER, RequestKind.KEEP)
"""Kinds that become a contract."""


class ExpectationKind(models.TextChoices):
    """What a member expects."""

    JOB = "job", _("a likely job")
    WORK = "work", _("work")
    EXPENSE = "expense", _("an expense")


UNCERTAIN = (JobState.DRAFT, JobState.SUBMITTED, JobState.RETURNED, JobState.ACCEPTED)
"""States of jobs that no client has confirmed."""


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
