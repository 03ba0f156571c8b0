"""Roles, and what policies choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a login may do in one cooperative. Several may be held at once."""

    MEMBER = "member", _("Member")
    INVOICING = "invoicing", _("Invoicing staff")
    PAYROLL = "payroll", _("Payroll staff")
    ACCOUNTANT = "accountant", _("Accountant")
    BOARD = "board", _("Board")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    FORMER = "former", _("Former member (own payslips only)")


STAFF = frozenset({Role.INVOICING, Role.PAYROLL, Role.ACCOUNTANT})
"""Who works in the office."""


class VatScheme(models.TextChoices):
    """When VAT falls due (§§ 16, 20 UStG)."""

    AGREED = "agreed", _("Agreed consideration: in the month of the supply")
    RECEIVED = "received", _("Received consideration: when the client pays")


class GuaranteeRule(models.TextChoices):
    """Which confirmed orders count in a budget before they are paid."""

    NONE = "none", _("None")
    EU = "eu", _("Confirmed orders of clients in the European Union")
