"""What a member enters, as the API takes and tells it."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from payroll.intake.states import IntakeState
from payroll.states import Church, OtherJob


class IntakeSerializer(serializers.Serializer[Any]):
    """Everything a salary depends on, from a month on (its first day)."""

    since = serializers.DateField()
    birth_on = serializers.DateField()
    nationality = serializers.RegexField(r"^[A-Z]{2}$")
    permit_until = serializers.DateField(allow_null=True, default=None)
    tax_id = serializers.CharField(max_length=20)
    tax_class = serializers.IntegerField(min_value=1, max_value=6)
    factor = serializers.DecimalField(max_digits=4, decimal_places=3, allow_null=True, default=None)
    child_allowances = serializers.DecimalField(max_digits=3, decimal_places=1, min_value=0, default=Decimal(0))
    church = serializers.ChoiceField(choices=Church.choices, default=Church.NONE)
    federal_state = serializers.CharField(max_length=2)
    insurance_number = serializers.CharField(max_length=20)
    fund_id = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    fund_name = serializers.CharField(max_length=120, allow_blank=True, default="")
    private = serializers.BooleanField(default=False)
    childless = serializers.BooleanField(default=False)
    children_under25 = serializers.IntegerField(min_value=0, max_value=20, default=0)
    other_job = serializers.ChoiceField(choices=OtherJob.choices, allow_blank=True, default="")
    currency = CurrencyField()
    other_gross = MoneyField(source="other_gross_cents", default=0)
    iban = serializers.CharField(max_length=42)
    holder = serializers.CharField(max_length=70)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class IntakeDetailSerializer(IntakeSerializer):
    """An intake with where it stands."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=IntakeState.choices)
    message = serializers.CharField()
    handed_in_at = serializers.DateTimeField()
    changed = serializers.SerializerMethodField(help_text="Names of the fields that differ from what is kept.")

    def get_changed(self, intake: Any) -> list[str]:
        """Which fields differ."""
        from payroll.intake.queries import changes_of  # noqa: PLC0415 (the schema needs no models)

        return [change.name for change in changes_of(intake) if change.changed]


class ConfirmIntakeSerializer(serializers.Serializer[Any]):
    """From which month (its first day) what differs holds."""

    since = serializers.DateField()


class QuestionSerializer(serializers.Serializer[Any]):
    """What the member should put right."""

    message = serializers.CharField(max_length=500)
