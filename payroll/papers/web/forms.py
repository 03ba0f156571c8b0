"""Forms of the papers: they parse; what is allowed the actions say."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payroll.models import HealthFund
from payroll.papers.states import RefundKind
from payroll.states import ElementKind
from payroll.web.forms import FEDERAL_STATES, EuroField, PercentField


class DayField(forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class FilingForm(forms.Form):
    """That something was handed in, and its receipt."""

    filed_on = DayField(label=_("Handed in on"))
    reference = forms.CharField(
        label=_("Ticket or receipt number"), max_length=60, required=False, help_text=_("As the portal shows it.")
    )
    proof = forms.FileField(
        label=_("Proof"), required=False, help_text=_("The portal's receipt as PDF or picture, at most 5 MB.")
    )


class ProofForm(forms.Form):
    """One more receipt."""

    proof = forms.FileField(label=_("Proof"), help_text=_("The portal's receipt as PDF or picture, at most 5 MB."))


class CreditorForm(forms.Form):
    """The account of a fund or of the tax office."""

    fund_id = forms.TypedChoiceField(label=_("Who"), coerce=int, choices=(), empty_value=None, required=False)
    since = DayField(label=_("From"))
    name = forms.CharField(label=_("Account holder"), max_length=70, help_text=_("As the bank knows it."))
    iban = forms.CharField(label="IBAN", max_length=42)
    reference = forms.CharField(
        label=_("Number that payments name"),
        max_length=30,
        help_text=_("For a fund the employer number (Betriebsnummer), for the tax office the tax number."),
    )
    federal_state = forms.ChoiceField(
        label=_("Federal state of its seat"),
        required=False,
        choices=[("", "–"), *FEDERAL_STATES],
        help_text=_("Its public holidays move due days."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = HealthFund.objects.order_by("name").values_list("id", "name")
        self.fields["fund_id"].choices = [("", _("Tax office")), *funds]  # type: ignore[attr-defined]


class RefundForm(forms.Form):
    """Sick or maternity pay to be claimed back."""

    kind = forms.ChoiceField(label=_("Which pay"), choices=RefundKind.choices)
    since = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    rate = PercentField(
        label=_("Rate of the refund"),
        initial=Decimal(80),
        help_text=_("As the fund's statutes say; maternity pay: 100."),
    )
    with_contributions = forms.BooleanField(
        label=_("The fund refunds the employer's contributions too"), required=False
    )


class AccidentForm(forms.Form):
    """The accident insurer's notice."""

    year = forms.IntegerField(label=_("From year"), min_value=2020, max_value=2099)
    insurer = forms.CharField(label=_("Accident insurer"), max_length=120)
    membership_number = forms.CharField(label=_("Company number"), max_length=20)
    tariff_point = forms.CharField(label=_("Hazard tariff point"), max_length=8)
    most_year = EuroField(label=_("Most pay a year that counts"), min_value=Decimal(1))
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Such as the notice and its day."))


class WageTypeForm(forms.Form):
    """What a payroll office calls an element of pay."""

    element = forms.ChoiceField(label=_("Element of pay"), choices=[("salary", _("salary")), *ElementKind.choices])
    since = DayField(label=_("From"))
    number = forms.CharField(label=_("Wage type"), max_length=4)
    entry_key = forms.CharField(
        label=_("Entry key (Bearbeitungsschlüssel)"), max_length=2, help_text=_("As the payroll office says.")
    )
