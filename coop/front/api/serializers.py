"""Shapes of the front's part of the API."""

from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from coop.tenancy.states import Role


class WhoSerializer(serializers.Serializer[Any]):
    """The login behind the request and what it may do here."""

    name = serializers.CharField()
    email = serializers.EmailField()
    cooperative = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=[role.value for role in Role]))


class BudgetSerializer(serializers.Serializer[Any]):
    """One's own budget today: money that arrived, money on its way, and what is promised out of it."""

    currency = CurrencyField()
    free = MoneyField(source="free_cents", help_text="Arrived and not spent; below zero it was advanced.")
    pending = MoneyField(source="pending_cents", help_text="Invoiced and not yet paid by clients.")
    cover = MoneyField(source="cover_cents", help_text="Guaranteed by the cooperative before it is paid.")
    committed = MoneyField(source="committed_cents", help_text="Salary agreed and not yet paid out.")
    available = MoneyField(source="available_cents", help_text="What a new salary may use.")


class MovementSerializer(serializers.Serializer[Any]):
    """One movement of the budget; additions are positive."""

    number = serializers.IntegerField(help_text="The entry's number in the journal.")
    booked_on = serializers.DateField()
    event_on = serializers.DateField()
    text = serializers.CharField()
    document = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not the argument
        help_text="The decision that moved it, such as “invoice:7:issue”."
    )
    currency = CurrencyField()
    free = MoneyField(source="free_cents")
    pending = MoneyField(source="pending_cents")
    free_balance = MoneyField(source="free_balance_cents", help_text="What was free after this movement.")
