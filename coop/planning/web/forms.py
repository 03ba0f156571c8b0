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


class PauseForm(forms.Form):
    """Unpaid leave of whole months."""

    starts_on = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    note = forms.CharField(label=_("Message to the office"), max_length=120, required=False)

    def values(self) -> dict[str, Any]:
        """What `request_pause` asks for."""
        data = self.cleaned_data
        return {"starts_on": data["starts_on"], "ends_on": after(data["last_month"])}


class OneOffForm(forms.Form):
    """One-off pay beside the salary of a month."""

    amount = EuroField(label=_("Amount, gross"), min_value=Decimal("0.01"))
    month = MonthField(label=_("With the salary of"))
    note = forms.CharField(label=_("What it is for"), max_length=120, help_text=_("It stands on your payslip."))

    def values(self) -> dict[str, Any]:
        """What `request_one_off` asks for."""
        return {"amount_cents": self.cleaned_data["amount"], "month": self.cleaned_data["month"]}


class EndForm(forms.Form):
    """The end of the employment."""

    last_month = MonthField(label=_("Last month with a salary"))
    note = forms.CharField(label=_("Message to the office"), max_length=120, required=False)

    def values(self) -> dict[str, Any]:
        """What `request_end` asks for."""
        return {"ends_on": after(self.cleaned_data["last_month"])}


class ApproveForm(forms.Form):
    """Why a request is approved, where something stands out."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The member reads this too."),
    )


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
