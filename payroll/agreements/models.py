"""Papers of an employment, with what they say frozen when they are drawn up."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coop.tenancy.fence import CoopForeignKey, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from payroll.agreements.states import PAPER_STATES, Paper, PaperState, Signing
from payroll.models import EmploymentContract


class EmploymentPaper(CoopOwned):
    """One paper about a contract. `terms` holds what it says; its PDF is drawn from that alone."""

    contract = CoopForeignKey(EmploymentContract, related_name="papers")
    kind = models.CharField(max_length=13, choices=Paper.choices)
    state = models.CharField(max_length=9, choices=PaperState.choices, default=PaperState.MADE)
    form_needed = models.CharField(max_length=9, choices=Signing.choices)
    form_source = models.CharField(max_length=60)
    terms = models.JSONField()
    made_at = models.DateTimeField()
    made_by = LoginKey(null=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_how = models.CharField(max_length=9, choices=Signing.choices, blank=True)
    signed_noted_by = LoginKey(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True, help_text=_("When the member confirmed its receipt."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PaperState.SIGNED, signed_on__isnull=False) & ~Q(signed_how="")
                | ~Q(state=PaperState.SIGNED) & Q(signed_on__isnull=True, signed_how=""),
                name="employmentpaper_signed_with_day",
            ),
            # § 623 BGB excludes electronic form, § 126b BGB does not reach § 14 (4) TzBfG.
            models.CheckConstraint(
                condition=~Q(form_needed=Signing.PAPER) | Q(signed_how__in=["", Signing.PAPER]),
                name="employmentpaper_on_paper",
            ),
            models.CheckConstraint(
                condition=~Q(form_needed=Signing.QUALIFIED) | ~Q(signed_how=Signing.TEXT),
                name="employmentpaper_no_mere_text",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("employmentpaper", PAPER_STATES),
            pgtrigger.Protect(name="employmentpaper_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="employmentpaper_says_what_it_says",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "contract", "kind", "form_needed", "form_source", "terms", "made_at", "made_by"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def source(self) -> str:
        """The source of its PDF."""
        return f"paper:{self.pk}"
