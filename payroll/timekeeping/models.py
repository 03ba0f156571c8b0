"""Hours worked, absences, the working week, and reminders of leave."""

from datetime import timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from coop.tenancy.fence import CoopForeignKey, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.models import Person
from payroll.germany.working_time import Worked
from payroll.timekeeping.states import ABSENCE_STATES, HOURS_STATES, AbsenceCause, AbsenceState, HoursState

MONDAY_TO_FRIDAY = 0b0011111


class WorkingWeek(CoopOwned):
    """On which days somebody works, and how much leave the contract gives in a year, from a day on."""

    person = CoopForeignKey(Person, related_name="working_weeks")
    since = models.DateField(_("since"))
    weekdays = models.PositiveSmallIntegerField(default=MONDAY_TO_FRIDAY, help_text=_("One bit a day, Monday first."))
    leave_days = models.DecimalField(
        _("leave a year, in working days"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "since"], name="workingweek_once_a_day"),
            models.CheckConstraint(condition=Q(weekdays__gt=0, weekdays__lt=128), name="workingweek_has_a_day"),
        ]
        triggers = [pgtrigger.Protect(name="workingweek_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.since}"

    @property
    def days(self) -> frozenset[int]:
        """The weekdays, 0 for Monday."""
        return frozenset(day for day in range(7) if self.weekdays >> day & 1)


class Absence(CoopOwned):
    """Somebody is away from a day until another (that no longer counts). Never says what an illness is."""

    person = CoopForeignKey(Person, related_name="absences")
    cause = models.CharField(_("reason"), max_length=10, choices=AbsenceCause.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("day that no longer counts"))
    half_day = models.BooleanField(_("half a day"), default=False)
    state = models.CharField(max_length=10, choices=AbsenceState.choices, default=AbsenceState.REQUESTED)
    note = models.CharField(_("message to the office"), max_length=300, blank=True)
    certificate_on = models.DateField(
        null=True, blank=True, help_text=_("When the electronic certificate (eAU) was fetched, or the paper seen.")
    )
    illness_of = CoopForeignKey(
        "self", null=True, blank=True, related_name="+", help_text=_("The first sick note of the same illness.")
    )
    paid = models.BooleanField(default=False, help_text=_("Paid by agreement, for a sick child (§ 616 BGB)."))
    reduces_leave = models.BooleanField(
        default=False, help_text=_("The employer declared that leave shrinks by a twelfth a month (§ 17 (1) BEEG).")
    )
    requested_at = models.DateTimeField()
    requested_by = LoginKey(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="absence_lasts"),
            models.CheckConstraint(
                condition=Q(half_day=False)
                | Q(
                    cause__in=[AbsenceCause.VACATION, AbsenceCause.UNPAID],
                    ends_on=F("starts_on") + timedelta(days=1),
                ),
                name="absence_half_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=AbsenceState.REQUESTED, decided_at__isnull=True)
                | (~Q(state=AbsenceState.REQUESTED) & Q(decided_at__isnull=False)),
                name="absence_decided_with_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AbsenceState.DECLINED, AbsenceState.CANCELLED]) | ~Q(reason=""),
                name="absence_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(cause=AbsenceCause.SICK) | Q(illness_of__isnull=True, certificate_on__isnull=True),
                name="absence_illness_of_the_sick",
            ),
            models.CheckConstraint(condition=Q(cause=AbsenceCause.CHILD_SICK) | Q(paid=False), name="absence_paid"),
            # The same reason once at a time; a sick note may lie within a vacation, which it gives back.
            ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=[
                    ("coop", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("cause", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=False),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=[AbsenceState.REQUESTED, AbsenceState.CONFIRMED]),
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"]), models.Index(fields=["coop", "person", "starts_on"])]
        triggers = [
            *machine("absence", ABSENCE_STATES),
            pgtrigger.Protect(name="absence_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="absence_stays_as_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("person", "cause", "starts_on", "ends_on", "half_day", "requested_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.starts_on}"


class HoursMonth(CoopOwned):
    """A person's hours of one month: open, handed in, confirmed."""

    person = CoopForeignKey(Person, related_name="hours_months")
    month = models.DateField()
    state = models.CharField(max_length=10, choices=HoursState.choices, default=HoursState.OPEN)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = LoginKey(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True, help_text=_("What the office asks to put right."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "month"], name="hoursmonth_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="hoursmonth_is_a_month"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, state=HoursState.CONFIRMED),
                name="hoursmonth_confirmed_pair",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("hoursmonth", HOURS_STATES),
            pgtrigger.Protect(name="hoursmonth_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class WorkedHours(CoopOwned):
    """One stretch of work: begin, end and the break within. An end before the begin lies in the next day."""

    sheet = CoopForeignKey(HoursMonth, related_name="entries")
    on = models.DateField(_("day"))
    starts_at = models.TimeField(_("begin"))
    ends_at = models.TimeField(_("end"))
    break_minutes = models.PositiveSmallIntegerField(
        _("break in minutes"), default=0, validators=[MinValueValidator(0), MaxValueValidator(720)]
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "sheet", "on", "starts_at"], name="workedhours_once"),
        ]
        triggers = [
            # What was handed in stands still until it is sent back. After the fact, so that the fence answers first.
            pgtrigger.Trigger(
                name="workedhours_of_an_open_month",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[("row_", "timekeeping_workedhours")],
                func="""
                    IF TG_OP = 'DELETE' THEN row_ := OLD; ELSE row_ := NEW; END IF;
                    IF NOT EXISTS (SELECT FROM timekeeping_hoursmonth m
                                   WHERE m.id = row_.sheet_id AND m.coop_id = row_.coop_id AND m.state = 'open'
                                     AND m.month = date_trunc('month', row_.on)::date) THEN
                        RAISE EXCEPTION 'pgtrigger: these hours are not open' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'workedhours_of_an_open_month';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.starts_at}"

    @property
    def worked(self) -> Worked:
        """The stretch as the law counts it, in minutes. Raises: InvalidInput."""
        start = self.starts_at.hour * 60 + self.starts_at.minute
        end = self.ends_at.hour * 60 + self.ends_at.minute
        return Worked(
            on=self.on, start=start, end=end if end > start else end + 24 * 60, break_minutes=self.break_minutes
        )


class LeaveReminder(CoopOwned):
    """The employer told a member how much leave is left and that it lapses (BAG 9 AZR 541/15). Append-only."""

    person = CoopForeignKey(Person, related_name="leave_reminders")
    year = models.PositiveSmallIntegerField()
    days = models.DecimalField(max_digits=5, decimal_places=2)
    told_at = models.DateTimeField()
    told_by = LoginKey(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "person", "year"], name="leavereminder_once")]
        triggers = [pgtrigger.Protect(name="leavereminder_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.year}"
