"""The life of an overdue invoice, and what people choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class CaseState(models.TextChoices):
    """Where asking for an invoice's money stands. A case begins with the first letter or question."""

    RUNNING = "running", _("reminders run")
    ASKED = "asked", _("the member is asked")
    AGREED = "agreed", _("the next letter is agreed")
    DECIDE = "decide", _("the office decides")
    COURT = "court", _("at the dunning court")
    COLLECTION = "collection", _("with a collection agency")
    WRITTEN_OFF = "written_off", _("written off")
    SETTLED = "settled", _("paid or taken back")


_DONE = (CaseState.SETTLED, CaseState.WRITTEN_OFF)
CASE_STATES = Transitions(
    first=[CaseState.RUNNING, CaseState.ASKED],
    table={
        CaseState.RUNNING: [CaseState.ASKED, CaseState.DECIDE, *_DONE],
        CaseState.ASKED: [CaseState.AGREED, CaseState.DECIDE, *_DONE],
        # An agreed letter has gone out, or a pause lets the client have more time.
        CaseState.AGREED: [CaseState.RUNNING, CaseState.DECIDE, *_DONE],
        CaseState.DECIDE: [CaseState.AGREED, CaseState.RUNNING, CaseState.COURT, CaseState.COLLECTION, *_DONE],
        CaseState.COURT: [CaseState.DECIDE, CaseState.COLLECTION, *_DONE],
        CaseState.COLLECTION: [CaseState.DECIDE, CaseState.COURT, *_DONE],
        # A payment that came back opens the case again where it stood; what was lost stays so, even if money comes.
        CaseState.SETTLED: [CaseState.RUNNING],
    },
)
HANDED_OVER = (CaseState.COURT, CaseState.COLLECTION)


class Tone(models.TextChoices):
    """How a letter speaks."""

    FRIENDLY = "friendly", _("friendly: it may have slipped by")
    FIRM = "firm", _("firm: payment is late")
    FORMAL = "formal", _("formal demand with a last day")


class Beneficiary(models.TextChoices):
    """Who gets interest and flat sums that clients pay."""

    COOPERATIVE = "cooperative", _("the cooperative")
    BUDGET = "budget", _("the member's budget")


class Answer(models.TextChoices):
    """What a member says before the formal demand."""

    GO_ON = "go_on", _("Send the formal demand")
    TALKING = "talking", _("I am talking to the client: please wait")
    DISPUTED = "disputed", _("The client disputes the invoice")
