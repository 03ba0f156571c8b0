"""The bank in the API."""

from typing import Any

from rest_framework import serializers

from coop.banking.models import BankTransaction
from coop.tenancy.api_fields import CurrencyField, MoneyField


class TransactionSerializer(serializers.ModelSerializer[BankTransaction]):
    """One movement on an account; a credit is positive."""

    amount = MoneyField(source="amount_cents", read_only=True)
    open = MoneyField(source="open_cents", read_only=True)
    currency = CurrencyField()
    account = serializers.CharField(source="account.iban", read_only=True)

    class Meta:
        model = BankTransaction
        fields = (
            "id",
            "account",
            "booked_on",
            "value_on",
            "amount",
            "open",
            "currency",
            "counterparty_name",
            "counterparty_iban",
            "text",
            "end_to_end_id",
            "state",
            "returned",
        )
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """A file of the bank: camt.052, 053 or 054, MT940, a table by a kept mapping, or a zip of these."""

    file = serializers.FileField()
    account = serializers.CharField(
        max_length=34, required=False, help_text="IBAN of the account, where the file does not name it."
    )


class ReportSerializer(serializers.Serializer[Any]):
    """What an import did."""

    new = serializers.IntegerField()
    known = serializers.IntegerField()
    matched = serializers.IntegerField()
    waiting = serializers.IntegerField()
    gaps = serializers.IntegerField(help_text="How many statements do not continue the balance before them.")
    unchecked = serializers.IntegerField(help_text="How many statements give no balances to check against.")
    noticed = serializers.IntegerField(help_text="Bookings with details that wait for their statement.")


class PartSerializer(serializers.Serializer[Any]):
    """So much of a payment for that claim."""

    reference = serializers.CharField(max_length=40)
    amount = MoneyField(positive=True)


class MatchSerializer(serializers.Serializer[Any]):
    """Which claims a payment settles."""

    parts = PartSerializer(many=True, allow_empty=False)


class ProposedPartSerializer(serializers.Serializer[Any]):
    """So much of a payment could be for that claim."""

    reference = serializers.CharField()
    debtor = serializers.CharField()
    amount = MoneyField()


class ProposalSerializer(serializers.Serializer[Any]):
    """What a payment may be for, how sure that is, and why."""

    score = serializers.IntegerField(help_text="0 to 100; from the cooperative's threshold on it posts by itself.")
    reason = serializers.CharField(help_text="The kind of evidence, such as typo_and_payer.")
    currency = CurrencyField()
    parts = ProposedPartSerializer(many=True)


class CameBackSerializer(serializers.Serializer[Any]):
    """Which payment came back."""

    end_to_end_id = serializers.CharField(max_length=35, help_text="The id that the payment went out with.")
