"""Papers of employments as the API takes and tells them."""

from typing import Any

from rest_framework import serializers

from payroll.agreements.states import Paper, PaperState, Signing


class EmploymentPaperSerializer(serializers.Serializer[Any]):
    """A paper: what it is, the form that the law asks for, and how it was signed."""

    id = serializers.IntegerField()
    contract_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Paper.choices)
    state = serializers.ChoiceField(choices=PaperState.choices)
    form_needed = serializers.ChoiceField(choices=Signing.choices)
    form_source = serializers.CharField()
    made_at = serializers.DateTimeField()
    signed_on = serializers.DateField(allow_null=True)
    signed_how = serializers.ChoiceField(choices=Signing.choices, allow_blank=True)
    received_at = serializers.DateTimeField(allow_null=True)


class MakeEmploymentPaperSerializer(serializers.Serializer[Any]):
    """What the office adds to what the contract holds."""

    kind = serializers.ChoiceField(choices=Paper.choices)
    workplace = serializers.CharField(max_length=200, allow_blank=True, default="")
    objective_reason = serializers.CharField(max_length=300, allow_blank=True, default="")
    project = serializers.CharField(max_length=200, allow_blank=True, default="")
    probation_months = serializers.IntegerField(min_value=0, max_value=6, default=0)
    last_day = serializers.DateField(allow_null=True, default=None)
    text = serializers.CharField(max_length=2000, allow_blank=True, default="")


class SignedSerializer(serializers.Serializer[Any]):
    """When and how both sides signed."""

    on = serializers.DateField()
    how = serializers.ChoiceField(choices=Signing.choices)
