"""Forms of employment papers: they parse; what is allowed the actions say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payroll.agreements.actions import Wording
from payroll.agreements.states import Paper, Signing
from payroll.timekeeping.web.forms import DayField


class PaperForm(forms.Form):
    """What the office adds to what the contract holds."""

    kind = forms.ChoiceField(label=_("Paper"), choices=Paper.choices)
    workplace = forms.CharField(
        label=_("Place of work"),
        required=False,
        max_length=200,
        help_text=_("For a contract. Such as: a place in Germany that the member chooses."),
    )
    objective_reason = forms.CharField(
        label=_("Objective reason of the fixed term"),
        required=False,
        max_length=300,
        help_text=_("Only where there is one (§ 14 (1) TzBfG), such as a project that ends."),
    )
    project = forms.CharField(label=_("Project"), required=False, max_length=200)
    probation_months = forms.IntegerField(
        label=_("Probation in months"), min_value=0, max_value=6, initial=0, required=False
    )
    last_day = DayField(
        label=_("Last day of the employment"), required=False, help_text=_("For notice and for an agreement to end.")
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For an addendum: what changes. Otherwise: what is agreed beyond."),
    )

    def wording(self) -> Wording:
        """What `actions.make_paper` asks for."""
        data: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if name != "kind"}
        return Wording(**{**data, "probation_months": data["probation_months"] or 0})


class SignedForm(forms.Form):
    """When and how both sides signed."""

    on = DayField(label=_("Signed on"))
    how = forms.ChoiceField(label=_("How"), choices=Signing.choices)
