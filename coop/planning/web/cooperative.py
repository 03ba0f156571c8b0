"""The board's view ahead: all budgets together, scenarios, and a simulator of the cooperative's reserves."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from coop.ledger.actions import month_of
from coop.planning.cooperative import Scenario, Sums, professions, sums_of
from coop.planning.months import later
from coop.tenancy.access import allow
from coop.tenancy.queries import policy_on
from coop.tenancy.states import Role
from invoicing.queries import earned_by_month
from payroll.smoothing.reserves import simulate_reserves
from payroll.web.forms import EuroField, PercentField

YEAR = 12


class OutlookForm(forms.Form):
    """What is supposed, for all members and for the cooperative's own money."""

    profession = forms.ChoiceField(label=gettext_lazy("40 percent less income for"), required=False)
    largest_client_defaults = forms.BooleanField(
        label=gettext_lazy("The largest client pays nothing any more"), required=False
    )
    fee = PercentField(label=gettext_lazy("Fee"))
    default = PercentField(label=gettext_lazy("Never paid by clients"))
    growth = forms.DecimalField(
        label=gettext_lazy("Growth a year"), max_digits=5, decimal_places=2, min_value=-90, max_value=200, localize=True
    )
    growth.suffix = "%"  # type: ignore[attr-defined]
    reserves = EuroField(label=gettext_lazy("Reserves today"))
    cost = EuroField(label=gettext_lazy("Cost of running the cooperative a year"), min_value=Decimal(0))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("nobody")), *((name, name) for name in professions())]
        self.fields["profession"].choices = choices  # type: ignore[attr-defined]


@allow(Role.BOARD, Role.AUDITOR)
@require_http_methods(["GET", "POST"])
def cooperative(request: HttpRequest) -> HttpResponse:
    """Promises against expectations, budgets that run dry, and reserves in three years."""
    today = timezone.localdate()
    form = OutlookForm(
        request.POST or None,
        initial={
            "fee": (policy_on(today).fee_rate * 100).quantize(Decimal("0.01")),
            "default": Decimal(0),
            "growth": Decimal(0),
            "reserves": 0,
            "cost": 0,
        },
    )
    scenario = Scenario()
    years: list[dict[str, Any]] = []
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        scenario = Scenario(profession=data["profession"], largest_client_defaults=data["largest_client_defaults"])
        paid = earned_by_month(later(month_of(today), -YEAR))
        turnover = sum(free + fee for month, (free, fee) in paid.items() if month < month_of(today))
        simulated = simulate_reserves(
            reserves_cents=data["reserves"],
            turnover_cents=turnover,
            cost_cents=data["cost"],
            fee_rate=data["fee"],
            default_rate=data["default"],
            growth_rate=data["growth"] / 100,
        )
        years = [
            {
                "year": str(today.year + number),
                "turnover": year.turnover_cents,
                "fee": year.fee_cents,
                "loss": -year.loss_cents,
                "cost": -year.cost_cents,
                "reserves": year.reserves_cents,
            }
            for number, year in enumerate(simulated, start=1)
        ]
    sums = sums_of(scenario, today)
    return render(
        request,
        "planning/cooperative.html",
        {
            "form": form,
            "sums": sums,
            "labels": list(sums.months),
            "money": [
                {"name": _("Promised"), "values": sums.promised_cents},
                {"name": _("Expected"), "values": sums.expected_cents},
            ],
            "dry": [{"name": _("Budgets"), "values": tuple(float(round(one, 1)) for one in sums.dry)}],
            "facts": _facts(sums),
            "years": years,
            "year_columns": [
                {"key": "year", "label": _("Year")},
                {"key": "turnover", "label": _("Invoiced, net"), "kind": "money"},
                {"key": "fee", "label": _("Fee earned"), "kind": "money"},
                {"key": "loss", "label": _("Guarantee paid"), "kind": "money"},
                {"key": "cost", "label": _("Running cost"), "kind": "money"},
                {"key": "reserves", "label": _("Reserves at the end"), "kind": "money"},
            ],
        },
    )


def _facts(sums: Sums) -> list[dict[str, Any]]:
    return [
        {"label": _("Members with a promised salary"), "value": sums.members},
        {"label": _("Of them likely to run dry within twelve months"), "value": sums.likely_dry},
        {"label": _("Promised in twelve months"), "cents": sum(sums.promised_cents)},
        {"label": _("Expected in twelve months, of all members"), "cents": sum(sums.expected_cents)},
        {
            "label": _("Largest client: %(name)s") % {"name": sums.largest_client}
            if sums.largest_client
            else _("Largest client"),
            "cents": sums.largest_client_cents,
            "note": _("on its way to members, after the fee"),
        },
        {"label": _("What the guarantee would cost in this scenario"), "cents": sums.loss_cents, "sum": True},
    ]
