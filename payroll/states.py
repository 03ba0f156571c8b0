"""The life of a salary run and of its payslips."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class RunState(models.TextChoices):
    """A run is computed in pieces, approved by a second person, and posted whole."""

    COMPUTING = "computing", _("being computed")
    COMPUTED = "computed", _("to be reviewed")
    APPROVED = "approved", _("being posted")
    POSTED = "posted", _("posted")


RUN_STATES = Transitions(
    first=[RunState.COMPUTING],
    table={
        RunState.COMPUTING: [RunState.COMPUTED],
        # Computing again takes up what changed since.
        RunState.COMPUTED: [RunState.COMPUTING, RunState.APPROVED],
        RunState.APPROVED: [RunState.POSTED],
    },
)


class PayslipState(models.TextChoices):
    """A draft may be computed anew; a posted payslip stays as it is."""

    FAILED = "failed", _("something is missing")
    DRAFT = "draft", _("draft")
    POSTED = "posted", _("posted")


PAYSLIP_STATES = Transitions(
    first=[PayslipState.FAILED, PayslipState.DRAFT],
    table={
        PayslipState.FAILED: [PayslipState.DRAFT],
        PayslipState.DRAFT: [PayslipState.FAILED, PayslipState.POSTED],
    },
)


class Church(models.TextChoices):
    """Whether church tax is withheld."""

    NONE = "none", _("none")
    YES = "yes", _("church tax")


class EmploymentKind(models.TextChoices):
    """Which rules of social insurance a contract follows."""

    AUTO = "auto", _("by pay: Minijob, transition range or regular")
    FULL = "full", _("regular")
