"""Payslips and runs as the API tells them: money as decimal strings in EUR."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from payroll.states import ElementKind, PayslipState, RunState


class PayslipLineSerializer(serializers.Serializer[Any]):
    """One line: what was taken, from which basis, at which rate, and which paragraph says so."""

    code = serializers.CharField()
    side = serializers.ChoiceField(choices=["employee", "tax", "employer"])
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class
    basis = MoneyField(source="basis_cents", allow_null=True)
    rate = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True)
    amount = MoneyField(source="amount_cents")
    source = serializers.CharField()  # type: ignore[assignment]


class PayslipSerializer(serializers.Serializer[Any]):
    """A posted payslip without its lines."""

    id = serializers.IntegerField()
    month = serializers.DateField()
    posted_on = serializers.DateField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    net = MoneyField(source="net_cents")
    cost = MoneyField(source="cost_cents")
    shortfall = MoneyField(source="shortfall_cents")
    correction = serializers.BooleanField()
    corrected = serializers.BooleanField()


class PayslipDetailSerializer(serializers.Serializer[Any]):
    """A posted payslip with its lines."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    month = serializers.DateField()
    posted_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=PayslipState.choices)
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    social_insurance = MoneyField(source="employee_cents")
    wage_tax = MoneyField(source="wage_tax_cents")
    solidarity_surcharge = MoneyField(source="soli_cents")
    church_tax = MoneyField(source="church_tax_cents")
    net = MoneyField(source="net_cents")
    cost = MoneyField(source="cost_cents")
    shortfall = MoneyField(source="shortfall_cents")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    lines = PayslipLineSerializer(many=True, source="explained_lines")


class RunSerializer(serializers.Serializer[Any]):
    """A salary run: how far it is and what came out."""

    id = serializers.IntegerField()
    month = serializers.DateField()
    number = serializers.IntegerField()
    pay_on = serializers.DateField()
    state = serializers.ChoiceField(choices=RunState.choices)
    expected = serializers.IntegerField()
    computed = serializers.IntegerField()
    failed = serializers.IntegerField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    net = MoneyField(source="net_cents")
    cost = MoneyField(source="cost_cents")
    shortfall = MoneyField(source="shortfall_cents")
    started_at = serializers.DateTimeField()
    computed_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    posted_at = serializers.DateTimeField(allow_null=True)


class RunSlipSerializer(serializers.Serializer[Any]):
    """One person's draft or payslip in a run."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=PayslipState.choices)
    problem = serializers.CharField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    net = MoneyField(source="net_cents")
    cost = MoneyField(source="cost_cents")
    shortfall = MoneyField(source="shortfall_cents")
    net_change = MoneyField(source="net_change_cents", allow_null=True)


class ReturnedPaySerializer(serializers.Serializer[Any]):
    """Net pay that the bank sent back, and the order that pays it anew."""

    id = serializers.IntegerField(source="match_id")
    person_id = serializers.IntegerField()
    name = serializers.CharField()
    currency = CurrencyField()
    amount = MoneyField(source="cents")
    on = serializers.DateField()
    reason = serializers.CharField(help_text="The bank's code.")
    order = serializers.IntegerField(source="order_id", allow_null=True)
    same_account = serializers.BooleanField(help_text="The account has not changed since.")


class OrderReturnedSerializer(serializers.Serializer[Any]):
    """To which account."""

    same_account = serializers.BooleanField(
        default=False, help_text="The account from which it came back is right all the same."
    )


class OrderedSerializer(serializers.Serializer[Any]):
    """A payment order that waits for its second person; null, where nothing is owed."""

    order = serializers.IntegerField(allow_null=True)


class StartRunSerializer(serializers.Serializer[Any]):
    """Which month to pay, as its first day."""

    month = serializers.DateField()


class LateChangeSerializer(serializers.Serializer[Any]):
    """A paid month that would be computed otherwise with what is known today."""

    payslip_id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    name = serializers.CharField()
    month = serializers.DateField()
    currency = CurrencyField()
    net_change = MoneyField(source="net_change_cents")
    cost_change = MoneyField(source="cost_change_cents")
    problem = serializers.CharField(help_text="What to do, where it cannot be corrected yet.")


class WageElementSerializer(serializers.Serializer[Any]):
    """What is paid or kept back besides the salary, from a month on until (and without) another."""

    id = serializers.IntegerField()
    person_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ElementKind.choices)
    text = serializers.CharField()
    currency = CurrencyField()
    amount = MoneyField(source="amount_cents")
    hours = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    instalment = MoneyField(source="instalment_cents")
    dependants = serializers.IntegerField()


class NewWageElementSerializer(serializers.Serializer[Any]):
    """What to pay or keep back. `amount` is the sum of each month, of an hour where `hours` is given."""

    person_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(choices=ElementKind.choices)
    text = serializers.CharField(max_length=120)
    amount = MoneyField(positive=True, source="amount_cents")
    hours = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal("0.01"), allow_null=True, default=None
    )
    since = serializers.DateField(help_text="The first month, as its first day.")
    until = serializers.DateField(allow_null=True, default=None, help_text="The first month without it.")
    instalment = MoneyField(positive=True, source="instalment_cents", required=False)
    dependants = serializers.IntegerField(min_value=0, max_value=5, default=0)


class EndWageElementSerializer(serializers.Serializer[Any]):
    """From which month on it no longer counts; its own first month takes it back as a whole."""

    until = serializers.DateField()
