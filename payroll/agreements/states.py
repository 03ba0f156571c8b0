"""The life of an employment's paper."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions
from payroll.germany.fixed_term import Form, PaperKind


class PaperState(models.TextChoices):
    """A paper is drawn up, then signed or discarded; one that is signed stays."""

    MADE = "made", _("to be signed")
    SIGNED = "signed", _("signed")
    DISCARDED = "discarded", _("discarded")


PAPER_STATES = Transitions(first=[PaperState.MADE], table={PaperState.MADE: [PaperState.SIGNED, PaperState.DISCARDED]})


class Paper(models.TextChoices):
    """What a paper is; the values are those of the law (`payroll.germany.fixed_term.PaperKind`)."""

    TERMS = PaperKind.TERMS.value, _("employment contract")
    ADDENDUM = PaperKind.ADDENDUM.value, _("addendum")
    END_AGREEMENT = PaperKind.END_AGREEMENT.value, _("agreement to end the employment")
    NOTICE = PaperKind.NOTICE.value, _("notice by the cooperative")


class Signing(models.TextChoices):
    """How something is or was signed; the values are those of the law (`payroll.germany.fixed_term.Form`)."""

    TEXT = Form.TEXT.value, _("text form (such as a mail with the PDF)")
    QUALIFIED = Form.QUALIFIED.value, _("qualified electronic signature")
    PAPER = Form.PAPER.value, _("by hand on paper")
