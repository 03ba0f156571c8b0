"""Salary requests and plans as the API tells them: money as decimal strings in EUR."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coop.planning.happened import Why
from coop.planning.plan import HORIZON, MONTHS, RISK, Plan
from coop.planning.states import ExpectationKind, RequestKind, RequestState
from coop.tenancy.api_fields import CurrencyField, MoneyField


class AskSerializer(serializers.Serializer[Any]):
    """A salary that a member would like. Months are first days; `ends_on` no longer counts; null is until further notice."""

    gross = MoneyField(source="gross_cents", positive=True)
    weekly_hours = serializers.DecimalField(max_digits=4, decimal_places=2, min_value=1, max_value=48)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    plan_id = serializers.IntegerField(required=False, help_text="The saved plan that it was made of.")


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
    kind = serializers.ChoiceField(choices=RequestKind.choices)
    person_id = serializers.IntegerField()
    note = serializers.CharField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    weekly_hours = serializers.DecimalField(max_digits=4, decimal_places=2)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=RequestState.choices)
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class PauseSerializer(serializers.Serializer[Any]):
    """Unpaid leave of whole months; `ends_on` no longer counts."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    note = serializers.CharField(max_length=120, default="")


class OneOffSerializer(serializers.Serializer[Any]):
    """One-off pay beside the salary of a month (its first day)."""

    amount = MoneyField(source="amount_cents", positive=True)
    month = serializers.DateField()
    note = serializers.CharField(max_length=120)


class EndSerializer(serializers.Serializer[Any]):
    """The end of the employment: the first day without it."""

    ends_on = serializers.DateField()
    note = serializers.CharField(max_length=120, default="")


class PauseEffectSerializer(serializers.Serializer[Any]):
    """What unpaid leave means."""

    currency = CurrencyField()
    months = serializers.IntegerField()
    insured_until = serializers.DateField(help_text="The first day that is not insured any more, or the end.")
    insurance_ends = serializers.BooleanField()
    saved = MoneyField(source="saved_cents")


class OneOffEffectSerializer(serializers.Serializer[Any]):
    """What one-off pay costs and leaves."""

    currency = CurrencyField()
    gross = MoneyField(source="quote.gross_cents")
    net = MoneyField(source="quote.net_cents")
    cost = MoneyField(source="quote.cost_cents")
    available = MoneyField(source="available_cents")
    covered = serializers.BooleanField()


class EndEffectSerializer(serializers.Serializer[Any]):
    """What the end of the employment means."""

    currency = CurrencyField()
    register_by = serializers.DateField()
    insured_months = serializers.IntegerField()
    left = MoneyField(source="left_cents")


class ApproveSerializer(serializers.Serializer[Any]):
    """Why a request is approved; needed where something stands out."""

    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class DeclineSerializer(serializers.Serializer[Any]):
    """Why a request is declined."""

    reason = serializers.CharField(max_length=500)


class WishSerializer(serializers.Serializer[Any]):
    """What a plan is asked for. Without `gross` it answers with the salary that is advised."""

    starts_on = serializers.DateField(help_text="A first day of a month after this one.")
    gross = MoneyField(source="gross_cents", positive=True, required=False)
    risk = serializers.DecimalField(max_digits=4, decimal_places=3, min_value=0, max_value=Decimal("0.5"), default=RISK)
    horizon = serializers.IntegerField(min_value=1, max_value=MONTHS - 1, default=HORIZON)


class SaveSerializer(WishSerializer):
    """A wish to be kept under a name. Without `gross` the salary advised is kept."""

    name = serializers.CharField(max_length=80)


class PlanMonthSerializer(serializers.Serializer[Any]):
    """One month of a plan."""

    month = serializers.DateField()
    income = MoneyField()
    cost = MoneyField()
    end = MoneyField()
    p10 = MoneyField()
    p50 = MoneyField()
    p90 = MoneyField()
    dry_by = serializers.DecimalField(max_digits=5, decimal_places=3)


class PlanSerializer(serializers.Serializer[Any]):
    """A member's plan: the salary advised, the one asked about, and the budget month by month."""

    currency = CurrencyField()
    advised_gross = MoneyField(source="advised.gross_cents")
    bearable_cost = MoneyField(source="advised.bearable_cents")
    gross = MoneyField(source="chosen.gross_cents")
    risk = serializers.DecimalField(source="chosen.risk", max_digits=5, decimal_places=3)
    from_history = serializers.BooleanField()
    estimated = serializers.BooleanField()
    law_confirmed_until = serializers.DateField(allow_null=True)
    law_digest = serializers.CharField()
    months = serializers.SerializerMethodField()

    @extend_schema_field(PlanMonthSerializer(many=True))
    def get_months(self, seen: Plan) -> Any:
        """The months ahead, this one first."""
        course = seen.chosen.outlook
        rows = [
            {
                "month": month,
                "income": course.expected_cents[k],
                "cost": course.costs_cents[k],
                "end": course.ends_cents[k],
                "p10": course.p10_cents[k],
                "p50": course.p50_cents[k],
                "p90": course.p90_cents[k],
                "dry_by": course.dry_by[k],
            }
            for k, month in enumerate(seen.months)
        ]
        return PlanMonthSerializer(rows, many=True).data


class SavedPlanSerializer(serializers.Serializer[Any]):
    """A plan that was saved."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    saved_at = serializers.DateTimeField()
    currency = CurrencyField()
    gross = MoneyField(source="gross_cents")
    starts_on = serializers.DateField()
    horizon = serializers.IntegerField()
    risk = serializers.DecimalField(max_digits=4, decimal_places=3)
    budget = MoneyField(source="budget_cents")
    law_digest = serializers.CharField()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a month went otherwise; `amount` is what it did to the budget."""

    why = serializers.ChoiceField(choices=[(why.value, why.value) for why in Why])
    amount = MoneyField(source="cents")
    document = serializers.CharField(source="source", help_text="Such as invoice:5; empty where there is none.")
    title = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)


class MonthComparedSerializer(serializers.Serializer[Any]):
    """One month of a saved plan: planned, happened, and why they differ."""

    month = serializers.DateField()
    over = serializers.BooleanField()
    planned_income = MoneyField(source="planned_income_cents")
    income = MoneyField(source="income_cents")
    planned_cost = MoneyField(source="planned_cost_cents")
    cost = MoneyField(source="cost_cents")
    planned_end = MoneyField(source="planned_end_cents")
    end = MoneyField(source="end_cents")
    difference = MoneyField(source="difference_cents")
    reasons = ReasonSerializer(many=True)


class ComparedPlanSerializer(SavedPlanSerializer):
    """A saved plan with the months that have begun, compared."""

    months = MonthComparedSerializer(many=True)


class ShortfallSerializer(serializers.Serializer[Any]):
    """Somebody whose agreed pay will not be borne by budget and cover."""

    person_id = serializers.IntegerField(source="person.pk")
    name = serializers.CharField(source="person.name")
    month = serializers.DateField(help_text="The first month that is not borne in full.")
    pay_on = serializers.DateField()
    currency = CurrencyField()
    missing = MoneyField(source="missing_cents")
    level = serializers.IntegerField(help_text="30 or 60: how many days ahead it lies at most.")


class ExpectationSerializer(serializers.Serializer[Any]):
    """Work (net, before the fee) or an expense that a member expects in each month from the first to the last."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(
        choices=[(ExpectationKind.WORK.value, "work"), (ExpectationKind.EXPENSE.value, "expense")]
    )
    title = serializers.CharField(max_length=120)
    currency = CurrencyField()
    amount = MoneyField(source="cents", positive=True)
    first_month = serializers.DateField()
    last_month = serializers.DateField()
    probability = serializers.DecimalField(max_digits=3, decimal_places=2, min_value=0, max_value=1, default=Decimal(1))


class ChanceSerializer(serializers.Serializer[Any]):
    """How likely a job is; null leaves it to the figures of the cooperative."""

    probability = serializers.DecimalField(max_digits=3, decimal_places=2, min_value=0, max_value=1, allow_null=True)
