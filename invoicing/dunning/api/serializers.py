"""Dunning as the API takes and tells it."""

from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from invoicing.dunning.states import Answer, CaseState
from invoicing.dunning.steps import Hold


class PreviewLetterSerializer(serializers.Serializer[Any]):
    """A letter that a day would bring."""

    client = serializers.CharField()
    level = serializers.IntegerField()
    title = serializers.CharField()
    invoices = serializers.ListField(child=serializers.CharField())
    also_open = serializers.ListField(child=serializers.CharField())
    open_amount = MoneyField()
    currency = CurrencyField()
    pay_by = serializers.DateField()


class HeldInvoiceSerializer(serializers.Serializer[Any]):
    """An invoice whose turn has come, and why it waits."""

    invoice = serializers.CharField()
    reason = serializers.ChoiceField(choices=[hold.value for hold in Hold])


class DunningPreviewSerializer(serializers.Serializer[Any]):
    """What a day would bring as things stand."""

    on = serializers.DateField()
    decided = serializers.BooleanField(help_text="Whether levels are in force on that day.")
    switched_on = serializers.BooleanField()
    letters = PreviewLetterSerializer(many=True)
    questions = serializers.ListField(child=serializers.CharField())
    decisions = serializers.ListField(child=serializers.CharField())
    held = HeldInvoiceSerializer(many=True)


class DunningLetterSerializer(serializers.Serializer[Any]):
    """A letter that was sent."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    on = serializers.DateField()
    level = serializers.IntegerField()
    client = serializers.CharField(source="name")
    total_amount = MoneyField(source="total_cents")
    currency = CurrencyField()
    pay_by = serializers.DateField()


class DunningCaseSerializer(serializers.Serializer[Any]):
    """How far asking for an invoice's money has come."""

    invoice_id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    level = serializers.IntegerField()
    pay_by = serializers.DateField(allow_null=True)
    answer_by = serializers.DateField(allow_null=True)
    answer = serializers.ChoiceField(choices=Answer.choices, allow_blank=True)


class DunningAnswerSerializer(serializers.Serializer[Any]):
    """What a member says before the formal demand."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class DunningPauseSerializer(serializers.Serializer[Any]):
    """A pause of one invoice; without `until` it holds until it is lifted."""

    until = serializers.DateField(allow_null=True, default=None)
    reason = serializers.CharField(max_length=300)
