"""What a member entered about themselves, and what payroll keeps about who they are."""

from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coop.tenancy.fence import CoopForeignKey, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.models import Person
from payroll.intake.states import INTAKE_STATES, OPEN, IntakeState
from payroll.models import HealthFund
from payroll.states import Church, OtherJob


class Intake(CoopOwned):
    """Everything a salary depends on, as the member knows it, from a month on. At most one is open."""

    person = CoopForeignKey(Person, related_name="intakes")
    since = models.DateField(_("from month"))
    state = models.CharField(max_length=10, choices=IntakeState.choices, default=IntakeState.HANDED_IN)
    birth_on = models.DateField(_("date of birth"))
    nationality = models.CharField(_("nationality"), max_length=2)
    permit_until = models.DateField(_("residence permit valid until"), null=True, blank=True)
    tax_id = models.CharField(_("tax identification number"), max_length=11)
    tax_class = models.PositiveSmallIntegerField(
        _("tax class"), validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    factor = models.DecimalField(_("factor (class 4)"), max_digits=4, decimal_places=3, null=True, blank=True)
    child_allowances = models.DecimalField(_("child allowances"), max_digits=3, decimal_places=1, default=Decimal(0))
    church = models.CharField(_("church tax"), max_length=5, choices=Church.choices, default=Church.NONE)
    federal_state = models.CharField(_("federal state of residence"), max_length=2)
    insurance_number = models.CharField(_("social insurance number"), max_length=12)
    fund = CoopForeignKey(HealthFund, null=True, blank=True, related_name="+")
    fund_name = models.CharField(_("another health fund"), max_length=120, blank=True)
    private = models.BooleanField(_("privately insured"), default=False)
    childless = models.BooleanField(_("no children"), default=False)
    children_under25 = models.PositiveSmallIntegerField(_("children under 25"), default=0)
    other_job = models.CharField(_("other employment"), max_length=7, choices=OtherJob.choices, blank=True)
    other_gross_cents = models.PositiveBigIntegerField(_("gross pay a month there"), default=0)
    iban = models.CharField("IBAN", max_length=34)
    holder = models.CharField(_("account holder, as the bank knows it"), max_length=70)
    note = models.CharField(_("message to the office"), max_length=500, blank=True)
    handed_in_at = models.DateTimeField()
    handed_in_by = LoginKey(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)
    message = models.CharField(max_length=500, blank=True, help_text=_("What the office asks to put right."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coop", "person"], condition=Q(state__in=list(OPEN)), name="intake_one_open"
            ),
            models.CheckConstraint(condition=Q(since__day=1), name="intake_from_a_first"),
            models.CheckConstraint(condition=Q(childless=False) | Q(children_under25=0), name="intake_children"),
            models.CheckConstraint(
                condition=Q(fund__isnull=False) | ~Q(fund_name="") | Q(private=True), name="intake_names_a_fund"
            ),
            models.CheckConstraint(
                condition=Q(other_job="", other_gross_cents=0) | ~Q(other_job=""), name="intake_other_job"
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("intake", INTAKE_STATES),
            pgtrigger.Protect(name="intake_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="intake_stays_decided",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[IntakeState.CONFIRMED, IntakeState.WITHDRAWN]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m}"


class PersonalDetails(CoopOwned):
    """Who somebody is for the employer, from a day on: birth, nationality, and until when they may work here."""

    person = CoopForeignKey(Person, related_name="personal_details")
    since = models.DateField(_("since"))
    birth_on = models.DateField(_("date of birth"))
    nationality = models.CharField(_("nationality"), max_length=2)
    permit_until = models.DateField(_("residence permit valid until"), null=True, blank=True)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "person", "since"], name="personaldetails_once_a_day")]
        triggers = [pgtrigger.Protect(name="personaldetails_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.since}"
