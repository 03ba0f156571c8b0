"""Shapes of the front's part of the API."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from coop.front.offer_forms import CHILDREN, KINDS, Circumstances, contradictions
from coop.tenancy.api_fields import CurrencyField, MoneyField
from coop.tenancy.states import Role
from payroll.germany.church_tax import State
from payroll.offers import Start


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


class PartSerializer(serializers.Serializer[Any]):
    """One part of a movement."""

    name = serializers.CharField(source="label")
    amount = MoneyField(source="cents")


class MovementSerializer(serializers.Serializer[Any]):
    """One movement of the budget; additions are positive."""

    number = serializers.IntegerField(help_text="The entry's number in the journal.")
    booked_on = serializers.DateField()
    event_on = serializers.DateField()
    text = serializers.CharField()
    words = serializers.CharField(help_text="The same in the reader's language, told from the document.")
    parts = PartSerializer(many=True, help_text="What it consists of; they add up to `free`.")
    document = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not the argument
        help_text="The decision that moved it, such as “invoice:7:issue”."
    )
    currency = CurrencyField()
    free = MoneyField(source="free_cents")
    pending = MoneyField(source="pending_cents")
    free_balance = MoneyField(source="free_balance_cents", help_text="What was free after this movement.")


class SalaryQuestionSerializer(serializers.Serializer[Any]):
    """One amount of a month, and what a salary depends on besides. All but the amount may be left out."""

    turnover = MoneyField(positive=True, required=False, help_text="Invoices of the month without VAT.")
    cost = MoneyField(positive=True, required=False, help_text="What the budget can spend, employer's share included.")
    gross = MoneyField(positive=True, required=False)
    net = MoneyField(positive=True, required=False)
    month = serializers.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$", required=False, help_text="Such as 2026-06; otherwise this month."
    )
    kind = serializers.ChoiceField(choices=[key for key, _label in KINDS], required=False)
    tax_class = serializers.IntegerField(min_value=1, max_value=6, required=False, help_text="Otherwise 1.")
    factor = serializers.DecimalField(
        max_digits=4, decimal_places=3, min_value=Decimal("0.001"), max_value=Decimal(1), required=False
    )
    children = serializers.ChoiceField(
        choices=[key for key, _label in CHILDREN],
        required=False,
        help_text="none (from the age of 23), young (none, under 23), grown (all 25 or older), or how many are under 25.",
    )
    child_allowances = serializers.DecimalField(
        max_digits=3, decimal_places=1, min_value=Decimal(0), max_value=Decimal("99.5"), required=False
    )
    church = serializers.BooleanField(required=False, help_text="Whether church tax is paid.")
    state = serializers.ChoiceField(choices=[state.value for state in State], required=False)
    additional_rate = serializers.DecimalField(
        max_digits=7,
        decimal_places=5,
        min_value=Decimal(0),
        max_value=Decimal("0.9999"),
        required=False,
        help_text="Of the health fund, as a share of pay (0.0269); otherwise the average of all funds.",
    )
    pension_opt_out = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Start, cents and circumstances. Raises: ValidationError."""
        starts = [start for start in Start if start.value in attrs]
        if len(starts) != 1:
            raise serializers.ValidationError(_("Give exactly one of turnover, cost, gross and net."))
        if wrong := contradictions(attrs):
            raise serializers.ValidationError(wrong)
        cents = attrs.pop(starts[0].value)
        written = attrs.pop("month", "")
        month = date.fromisoformat(f"{written}-01") if written else timezone.localdate().replace(day=1)
        return {"start": starts[0], "cents": cents, "circumstances": Circumstances(month=month, **attrs)}


class SalaryLineSerializer(serializers.Serializer[Any]):
    """One contribution, levy or tax."""

    code = serializers.CharField()
    side = serializers.CharField(help_text="employer, employee or tax.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the argument
    amount = MoneyField(source="amount_cents")
    source = serializers.CharField(help_text="The paragraph that says so.")  # type: ignore[assignment]  # as above


class SalaryAnswerSerializer(serializers.Serializer[Any]):
    """A month from turnover to net pay."""

    currency = CurrencyField()
    turnover = MoneyField(source="turnover_cents")
    fee_rate = serializers.DecimalField(max_digits=5, decimal_places=4)
    fee = MoneyField(source="fee_cents")
    rest = MoneyField(source="rest_cents", help_text="Stays in the budget: too little for a cent more of gross.")
    cost = MoneyField(source="salary.cost_cents")
    gross = MoneyField(source="salary.gross_cents")
    net = MoneyField(source="salary.net_cents")
    kind = serializers.CharField(source="salary.group", help_text="The rules that the pay follows.")
    lines = SalaryLineSerializer(many=True)
