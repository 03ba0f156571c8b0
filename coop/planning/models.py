"""What members expect, saved plans, and salary requests."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coop.planning.states import OF_SALARY, REQUEST_STATES, ExpectationKind, RequestKind, RequestState
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from invoicing.models import Job
from members.models import Person
from payroll.models import EmploymentContract, WageElement
from payroll.timekeeping.models import Absence


class Expectation(CoopOwned):
    """What a member expects beyond documents: the chance of a job, or work and expenses of months.

    `cents` is a month's net invoice amount of work, or a month's expense; of a job's chance it is 0. The member writes
    and deletes it freely: it is an opinion and moves no money.
    """

    person = CoopForeignKey(Person, related_name="expectations")
    kind = models.CharField(max_length=8, choices=ExpectationKind.choices)
    job = CoopForeignKey(Job, null=True, blank=True, related_name="+")
    title = models.CharField(_("what it is"), max_length=120)
    cents = models.BigIntegerField()
    first_month = models.DateField(null=True, blank=True)
    last_month = models.DateField(null=True, blank=True)
    probability = models.DecimalField(max_digits=3, decimal_places=2)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "job"], name="expectation_job_once"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="expectation_probability_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=ExpectationKind.JOB,
                    job__isnull=False,
                    cents=0,
                    first_month__isnull=True,
                    last_month__isnull=True,
                )
                | (
                    ~Q(kind=ExpectationKind.JOB)
                    & Q(
                        job__isnull=True,
                        cents__gt=0,
                        first_month__day=1,
                        last_month__day=1,
                        last_month__gte=F("first_month"),
                    )
                ),
                name="expectation_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


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
    """What a member asks for from a month on: a monthly salary, which becomes a contract, or one of the other kinds.

    `gross_cents` is the monthly salary, or the one-off pay; unpaid leave and an end have none. `ends_on` is the end of
    the salary or of the leave; an employment ends on `starts_on`, the first day that no longer counts.
    """

    kind = models.CharField(max_length=8, choices=RequestKind.choices, default=RequestKind.NEW)
    person = CoopForeignKey(Person, related_name="salary_requests")
    gross_cents = models.BigIntegerField()
    weekly_hours = models.DecimalField(max_digits=4, decimal_places=2)
    position = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("what it is for"), max_length=120, blank=True)
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
    ending = CoopForeignKey(
        EmploymentContract, null=True, blank=True, related_name="+", help_text=_("The contract that is to end.")
    )
    absence = CoopOneToOneField(Absence, null=True, blank=True, related_name="salary_request")
    element = CoopOneToOneField(WageElement, null=True, blank=True, related_name="salary_request")
    plan = CoopForeignKey(SavedPlan, null=True, blank=True, related_name="requests")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OF_SALARY, gross_cents__gt=0, weekly_hours__gt=0)
                | Q(kind=RequestKind.ONE_OFF, gross_cents__gt=0, weekly_hours=0)
                | Q(kind__in=(RequestKind.PAUSE, RequestKind.END), gross_cents=0, weekly_hours=0),
                name="salaryrequest_amounts_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=RequestKind.END, ending__isnull=False)
                | (~Q(kind=RequestKind.END) & Q(ending__isnull=True)),
                name="salaryrequest_end_of_a_contract",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.PAUSE) | Q(ends_on__isnull=False), name="salaryrequest_leave_ends"
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
                condition=(
                    Q(state=RequestState.APPROVED)
                    & (
                        Q(kind__in=OF_SALARY, contract__isnull=False, absence__isnull=True, element__isnull=True)
                        | Q(kind=RequestKind.PAUSE, contract__isnull=True, absence__isnull=False, element__isnull=True)
                        | Q(
                            kind=RequestKind.ONE_OFF, contract__isnull=True, absence__isnull=True, element__isnull=False
                        )
                        | Q(kind=RequestKind.END, contract__isnull=True, absence__isnull=True, element__isnull=True)
                    )
                )
                | (
                    ~Q(state=RequestState.APPROVED)
                    & Q(contract__isnull=True, absence__isnull=True, element__isnull=True)
                ),
                name="salaryrequest_approved_with_result",
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
