"""Forms of salary requests: they parse; what is allowed the actions say."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payroll.queries import after
from payroll.web.forms import EuroField, MonthField, TermForm


class SalaryForm(TermForm):
    """The salary that a member would like."""

    gross = EuroField(label=_("Monthly gross salary"), min_value=Decimal("0.01"))
    weekly_hours = forms.DecimalField(
        label=_("Hours a week"), max_digits=4, decimal_places=2, min_value=1, max_value=48, localize=True
    )
    starts_on = MonthField(label=_("First month"))
    last_month = MonthField(
        label=_("Last month"), required=False, help_text=_("A first contract normally lasts four months.")
    )
    open_ended = forms.BooleanField(
        label=_("Until further notice"), required=False, help_text=_("Tick this instead of a last month.")
    )

    plan = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What `coop.planning.queries.picture` asks for."""
        data = self.cleaned_data
        return {
            "gross_cents": data["gross"],
            "weekly_hours": data["weekly_hours"],
            "starts_on": data["starts_on"],
            "ends_on": None if data["open_ended"] else after(data["last_month"]),
        }


class SavePlanForm(forms.Form):
    """Under which name a plan is kept."""

    name = forms.CharField(label=_("Name of the plan"), max_length=80)


class DeclineForm(forms.Form):
    """Why a request is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The member reads this. Say what would make it possible."),
    )
