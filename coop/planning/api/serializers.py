"""Salary requests as the API tells them: money as decimal strings in EUR."""

from typing import Any

from rest_framework import serializers

from coop.planning.states import RequestState
from coop.tenancy.api_fields import CurrencyField, MoneyField


class AskSerializer(serializers.Serializer[Any]):
    """A salary that a member would like. Months are first days; `ends_on` no longer counts; null is until further notice."""

    gross = MoneyField(source="gross_cents", positive=True)
    weekly_hours = serializers.DecimalField(max_digits=4, decimal_places=2, min_value=1, max_value=48)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class PictureSerializer(serializers.Serializer[Any]):
    """What a salary would mean."""

    currency = CurrencyField()
    gross = MoneyField(source="salary.gross_cents")
    net = MoneyField(source="salary.net_cents")
    cost = MoneyField(source="salary.cost_cents")
    estimated = serializers.BooleanField()
    months = serializers.IntegerField()
    open_ended = serializers.BooleanField()
    lasts_months = serializers.IntegerField()
    total = MoneyField(source="total_cents")
    available = MoneyField(source="available_cents")
    covered = serializers.BooleanField()
    below_minimum_wage = serializers.BooleanField()


class SalaryRequestSerializer(serializers.Serializer[Any]):
    """A salary request."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    weekly_hours = serializers.DecimalField(max_digits=4, decimal_places=2)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=RequestState.choices)
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class DeclineSerializer(serializers.Serializer[Any]):
    """Why a request is declined."""

    reason = serializers.CharField(max_length=500)
