"""Shared budgets and transfers as the API tells them."""

from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from members.collectives.states import PlaceState, TransferState


class FoundSerializer(serializers.Serializer[Any]):
    """A new shared budget, and who is asked to share it, by e-mail address."""

    name = serializers.CharField(max_length=120)
    emails = serializers.ListField(child=serializers.EmailField(), min_length=1, max_length=50)


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether one shares a budget."""

    joins = serializers.BooleanField()


class CollectiveSerializer(serializers.Serializer[Any]):
    """A shared budget; `free` is null until one has joined."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    budget_id = serializers.IntegerField()
    manager = serializers.CharField()
    manages = serializers.BooleanField()
    state = serializers.ChoiceField(choices=PlaceState.choices)
    currency = CurrencyField()
    free = MoneyField(source="free_cents", allow_null=True)


class OfferSerializer(serializers.Serializer[Any]):
    """Money offered to a shared budget (`receiver_id`) or to a member (`email`); without `giver_id` out of one's own."""

    giver_id = serializers.IntegerField(required=False)
    receiver_id = serializers.IntegerField(required=False)
    email = serializers.EmailField(required=False)
    amount = MoneyField(source="cents", positive=True)
    text = serializers.CharField(max_length=120)


class TransferSerializer(serializers.Serializer[Any]):
    """A transfer; `amount` is negative for the giving side."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    giver = serializers.CharField()
    receiver = serializers.CharField()
    currency = CurrencyField()
    amount = MoneyField(source="cents")
    state = serializers.ChoiceField(choices=TransferState.choices)
    offered_on = serializers.DateField()
