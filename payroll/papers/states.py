"""What is filed with whom, and why a fund refunds pay."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FilingKind(models.TextChoices):
    """What was handed in outside of this program."""

    CONTRIBUTIONS = "contributions", _("contribution statement")
    WAGE_TAX = "wage_tax", _("wage-tax return")
    NOTICE = "notice", _("notice to social insurance")
    CERTIFICATE = "certificate", _("annual wage-tax certificate")
    ACCIDENT = "accident", _("accident insurance report")
    REFUND = "refund", _("refund of sick or maternity pay")
    ARTISTS = "artists", _("artists' social levy report")


class RefundKind(models.TextChoices):
    """Which levy pays an employer back. Source: § 1 AAG."""

    SICKNESS = "U1", _("sick pay (U1)")
    MATERNITY = "U2", _("maternity pay (U2)")
