"""What people type about dunning. Forms parse; the actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coop.tenancy.web.pages import day_input
from invoicing.dunning.actions import NewLevel
from invoicing.dunning.models import DunningPolicy
from invoicing.dunning.states import Answer, Beneficiary, Tone

MOST_LEVELS = 5


def _euros(label: Any, **options: Any) -> forms.DecimalField:
    field = forms.DecimalField(label=label, min_value=0, max_digits=9, decimal_places=2, localize=True, **options)
    field.suffix = "€"  # type: ignore[attr-defined]
    return field


class DayForm(forms.Form):
    """Which day's letters are looked at."""

    on = forms.DateField(label=_("Day"), required=False, widget=day_input())


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new decision about dunning, without its levels."""

    smallest_euros = _euros(
        _("Remind from this sum on"), help_text=_("All that a client owes and is overdue together.")
    )
    benefits = forms.ChoiceField(
        label=_("Who gets interest and flat sums that clients pay"), choices=Beneficiary.choices
    )

    class Meta:
        model = DunningPolicy
        fields = ("since", "decided_on", "answer_days", "agreed_terms")
        widgets = {"since": day_input(), "decided_on": day_input()}

    def values(self) -> dict[str, Any]:
        """The fields as the action takes them."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "smallest_euros"}
        return {
            **values,
            "smallest_cents": int(self.cleaned_data["smallest_euros"] * 100),
            "benefits": Beneficiary(self.cleaned_data["benefits"]),
        }

    def _post_clean(self) -> None:
        """The action checks the whole; the form only parses."""


class LevelForm(forms.Form):
    """One level; without a name there is none."""

    name = forms.CharField(label=_("Name of the letter, German"), max_length=60, required=False)
    name_en = forms.CharField(label=_("Name of the letter, English"), max_length=60, required=False)
    days = forms.IntegerField(
        label=_("Days after the due day or the last letter"), min_value=0, max_value=365, required=False
    )
    pay_days = forms.IntegerField(label=_("Days to pay from the letter on"), min_value=1, max_value=365, required=False)
    tone = forms.ChoiceField(label=_("Tone"), choices=Tone.choices)
    signed_by = forms.CharField(label=_("Signed by"), max_length=100, required=False)
    fee_euros = _euros(_("Real costs of the letter"), required=False, help_text=_("Not for the first letter."))
    interest = forms.BooleanField(label=_("Claims late interest and the flat sum"), required=False)
    asks_member = forms.BooleanField(label=_("The member is asked first"), required=False)

    def clean(self) -> dict[str, Any]:
        """A level is whole or absent."""
        data = super().clean() or {}
        wanted = ("name_en", "days", "pay_days", "signed_by")
        if data.get("name") and any(data.get(name) in {None, ""} for name in wanted):
            raise forms.ValidationError(_("Fill in all of this level, or leave its name empty."))
        return data

    def level(self) -> NewLevel | None:
        """What the action takes; None for an empty row."""
        data = self.cleaned_data
        if not data.get("name"):
            return None
        return NewLevel(
            name=data["name"],
            name_en=data["name_en"],
            days=data["days"],
            pay_days=data["pay_days"],
            tone=Tone(data["tone"]),
            signed_by=data["signed_by"],
            fee_cents=int((data["fee_euros"] or 0) * 100),
            interest=data["interest"],
            asks_member=data["asks_member"],
        )


class AnswerForm(forms.Form):
    """What a member says before the formal demand."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Answer.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note for the office"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class PauseForm(forms.Form):
    """A pause of one invoice."""

    until = forms.DateField(
        label=_("Until"), required=False, widget=day_input(), help_text=_("Empty: until somebody lifts it.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ExceptionForm(forms.Form):
    """How a client is treated otherwise."""

    excluded = forms.BooleanField(label=_("No reminders to this client"), required=False)
    extra_days = forms.IntegerField(label=_("Days more at each level"), min_value=0, max_value=365, initial=0)
    until = forms.DateField(label=_("Until"), required=False, widget=day_input(), help_text=_("Empty: for good."))
    reason = forms.CharField(label=_("Reason"), max_length=300)
