"""Saved plans and salary requests."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coop.planning.states import REQUEST_STATES, RequestState
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.models import Person
from payroll.models import EmploymentContract


class SavedPlan(CoopOwned):
    """A plan that a member kept: what was asked, what was expected month by month, and from what. Never rewritten.

    `wish` holds what the salary supposes beside its own columns; `months` the course, this month first, amounts in
    cents; `items` the money that was on its way, by its key (`invoice:5`, `job:7`) with the day it was expected.
    """

    person = CoopForeignKey(Person, related_name="saved_plans")
    name = models.CharField(_("name"), max_length=80)
    saved_at = models.DateTimeField()
    saved_on = models.DateField()
    starts_on = models.DateField()
    horizon = models.PositiveSmallIntegerField()
    gross_cents = models.BigIntegerField()
    risk = models.DecimalField(max_digits=4, decimal_places=3)
    wish = models.JSONField(default=dict)
    budget_cents = models.BigIntegerField()
    months = models.JSONField()
    items = models.JSONField(default=list)
    law_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "name"], name="savedplan_name_once"),
            models.CheckConstraint(condition=Q(starts_on__day=1), name="savedplan_begins_with_a_month"),
            models.CheckConstraint(condition=Q(gross_cents__gte=0) & ~Q(name=""), name="savedplan_is_named"),
        ]
        triggers = [pgtrigger.Protect(name="savedplan_stays_as_saved", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.name


class SalaryRequest(CoopOwned):
    """A monthly gross salary that a member asks for, from a month on; approved, it becomes a contract."""

    person = CoopForeignKey(Person, related_name="salary_requests")
    gross_cents = models.BigIntegerField()
    weekly_hours = models.DecimalField(max_digits=4, decimal_places=2)
    position = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True, blank=True, help_text=_("First day that no longer counts; empty: until further notice.")
    )
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = LoginKey(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    contract = CoopOneToOneField(EmploymentContract, null=True, blank=True, related_name="salary_request")
    plan = CoopForeignKey(SavedPlan, null=True, blank=True, related_name="requests")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_cents__gt=0, weekly_hours__gt=0), name="salaryrequest_amounts_positive"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__day=1)
                & (Q(ends_on__isnull=True) | Q(ends_on__day=1, ends_on__gt=F("starts_on"))),
                name="salaryrequest_whole_months",
            ),
            models.UniqueConstraint(
                fields=["coop", "person"],
                condition=Q(state=RequestState.REQUESTED),
                name="salaryrequest_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.REQUESTED, decided_at__isnull=True)
                | (~Q(state=RequestState.REQUESTED) & Q(decided_at__isnull=False)),
                name="salaryrequest_decided_with_day",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.APPROVED, contract__isnull=False)
                | (~Q(state=RequestState.APPROVED) & Q(contract__isnull=True)),
                name="salaryrequest_approved_with_contract",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.DECLINED) | ~Q(reason=""), name="salaryrequest_declined_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("salaryrequest", REQUEST_STATES),
            pgtrigger.Protect(name="salaryrequest_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="salaryrequest_stays_as_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("person", "gross_cents", "weekly_hours", "starts_on", "ends_on", "plan"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m}"
