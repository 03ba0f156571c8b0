"""Hours, absences and leave as the API tells them. `ends_on` is the day that no longer counts."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from payroll.timekeeping.calendar import check_years
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState


class AbsenceSerializer(serializers.Serializer[Any]):
    """An absence."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    cause = serializers.ChoiceField(choices=AbsenceCause.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    half_day = serializers.BooleanField()
    state = serializers.ChoiceField(choices=AbsenceState.choices)
    certificate_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class AskAbsenceSerializer(serializers.Serializer[Any]):
    """What a member asks for or reports."""

    cause = serializers.ChoiceField(choices=AbsenceCause.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    half_day = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class ConfirmAbsenceSerializer(serializers.Serializer[Any]):
    """What only the office can answer."""

    illness_of_id = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    certificate_on = serializers.DateField(allow_null=True, default=None)
    paid = serializers.BooleanField(default=False)
    reduces_leave = serializers.BooleanField(default=False)


class RefuseSerializer(serializers.Serializer[Any]):
    """Why something is refused; the member reads it."""

    reason = serializers.CharField(max_length=300)


class LeaveSerializer(serializers.Serializer[Any]):
    """The account of leave of a year, in working days."""

    year = serializers.IntegerField()
    entitled = serializers.DecimalField(max_digits=6, decimal_places=2)
    carried = serializers.DecimalField(max_digits=6, decimal_places=2)
    lapsed = serializers.DecimalField(max_digits=6, decimal_places=2)
    taken = serializers.DecimalField(max_digits=6, decimal_places=2)
    waiting = serializers.DecimalField(max_digits=6, decimal_places=2)
    remaining = serializers.DecimalField(max_digits=6, decimal_places=2)
    carried_lapses_on = serializers.DateField(allow_null=True)


class EntrySerializer(serializers.Serializer[Any]):
    """One stretch of work."""

    id = serializers.IntegerField(read_only=True)
    on = serializers.DateField()
    starts_at = serializers.TimeField()
    ends_at = serializers.TimeField()
    break_minutes = serializers.IntegerField(min_value=0, max_value=720, default=0)
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class HoursFindingSerializer(serializers.Serializer[Any]):
    """Something that is not as the law wants it: the rule, by how many minutes, and the paragraph."""

    on = serializers.DateField()
    rule = serializers.CharField()
    minutes = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class


class SheetSerializer(serializers.Serializer[Any]):
    """A month's hours."""

    month = serializers.DateField()
    state = serializers.ChoiceField(choices=HoursState.choices)
    minutes = serializers.IntegerField()
    expected_minutes = serializers.IntegerField(allow_null=True)
    entries = EntrySerializer(many=True)
    findings = HoursFindingSerializer(many=True)


class HoursMonthSerializer(serializers.Serializer[Any]):
    """A month of hours in a list."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    month = serializers.DateField()
    state = serializers.ChoiceField(choices=HoursState.choices)


class MonthSerializer(serializers.Serializer[Any]):
    """A month as its first day; without it, the running one."""

    month = serializers.DateField(allow_null=True, default=None)

    def validate_month(self, value: Any) -> Any:
        """Raises: ValidationError, for another day than the first."""
        if value is not None and value.day != 1:
            raise serializers.ValidationError(_("A month is written as its first day."))
        check_years(value)
        return value


class MonthDaysSerializer(serializers.Serializer[Any]):
    """How the days of a month count for a person."""

    month = serializers.DateField()
    calendar_days = serializers.IntegerField()
    employed_days = serializers.IntegerField()
    paid_days = serializers.IntegerField()
    insured_days = serializers.IntegerField()
    tax_days = serializers.IntegerField()
