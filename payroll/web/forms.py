"""Forms of payroll: they parse; what is allowed the actions say."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from coop.money import to_cents
from payroll.models import HealthFund
from payroll.queries import after
from payroll.states import Church, EmploymentKind

FEDERAL_STATES = [
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", "Hessen"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("SH", "Schleswig-Holstein"),
    ("TH", "Thüringen"),
]


_YEARS = range(2000, 2100)


class EuroField(forms.DecimalField):
    """An amount in euros as the reader's language writes it; its value is integer cents."""

    suffix = "€"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=11, decimal_places=2, localize=True, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Takes "1.150,00" in German and "1,150.00" in English; a separator that groups no thousands stays a point."""
        group = formats.get_format("THOUSAND_SEPARATOR")
        point = formats.get_format("DECIMAL_SEPARATOR")
        text = str(value or "").replace("\u00a0", "").replace(" ", "").removesuffix("€")
        if re.fullmatch(rf"\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(point)}\d*)?", text):
            text = text.replace(group, "")
        return super().to_python(text)

    def clean(self, value: Any) -> Any:
        """Cents, or None. Raises: ValidationError."""
        euros = super().clean(value)
        return None if euros is None else to_cents(euros)

    def prepare_value(self, value: Any) -> Any:
        """Cents as euros; what was typed stays as it was."""
        return Decimal(value) / 100 if isinstance(value, int) else value


class PercentField(forms.DecimalField):
    """A percentage such as 2,69; its value is a share (0.0269)."""

    suffix = "%"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=6, decimal_places=3, min_value=Decimal(0), localize=True, **kwargs)

    def clean(self, value: Any) -> Any:
        """A share of one, or None. Raises: ValidationError."""
        percent = super().clean(value)
        return None if percent is None else percent / 100


class MonthField(forms.DateField):
    """A month; its value is the first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
        super().__init__(input_formats=["%Y-%m"], widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The first day of the month, or None. Raises: ValidationError, also for a year that must be a slip."""
        month = super().to_python(value)
        if month is not None and month.year not in _YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return month


class StartRunForm(forms.Form):
    """Which month to pay."""

    month = MonthField(label=_("Month"))


class TermForm(forms.Form):
    """A salary that has a last month or runs until further notice."""

    def clean(self) -> dict[str, Any]:
        """One of both must be said."""
        data = super().clean() or self.cleaned_data
        if "last_month" in data and not data["last_month"] and not data.get("open_ended"):
            self.add_error("last_month", _("Name a last month, or choose “until further notice”."))
        return data


class ContractForm(TermForm):
    """An agreed salary."""

    position = forms.CharField(label=_("Work"), max_length=200, help_text=_("As the contract names it."))
    gross = EuroField(label=_("Monthly gross salary"), min_value=Decimal("0.01"))
    weekly_hours = forms.DecimalField(
        label=_("Hours a week"), max_digits=4, decimal_places=2, min_value=1, max_value=48, localize=True
    )
    starts_on = MonthField(label=_("First month"))
    last_month = MonthField(
        label=_("Last month"), required=False, help_text=_("A first contract normally lasts four months.")
    )
    open_ended = forms.BooleanField(label=_("Until further notice"), required=False)
    kind = forms.ChoiceField(label=_("Social insurance"), choices=EmploymentKind.choices)

    def values(self) -> dict[str, Any]:
        """What `payroll.employment.employ` asks for."""
        data = self.cleaned_data
        return {
            "position": data["position"],
            "gross_cents": data["gross"],
            "weekly_hours": data["weekly_hours"],
            "starts_on": data["starts_on"],
            "ends_on": None if data["open_ended"] else after(data["last_month"]),
            "kind": EmploymentKind(data["kind"]),
        }


class EndForm(forms.Form):
    """When an employment ends."""

    last_month = MonthField(label=_("Last month with salary"))

    def ends_on(self) -> date:
        """The first day that no longer counts."""
        return after(self.cleaned_data["last_month"])


class TaxForm(forms.Form):
    """The electronic wage-tax features (ELStAM), from a month on."""

    since = MonthField(label=_("From month"))
    tax_id = forms.CharField(
        label=_("Tax identification number"), max_length=20, help_text=_("11 digits, on the letter of the tax office.")
    )
    tax_class = forms.TypedChoiceField(
        label=_("Tax class"),
        coerce=int,
        choices=[(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V"), (6, "VI")],
    )
    factor = forms.DecimalField(
        label=_("Factor"),
        required=False,
        max_digits=4,
        decimal_places=3,
        localize=True,
        help_text=_("Only in class IV, where the tax office has set one."),
    )
    child_allowances = forms.DecimalField(
        label=_("Child allowances"), max_digits=3, decimal_places=1, min_value=0, initial=0, localize=True
    )
    church = forms.ChoiceField(label=_("Church tax"), choices=Church.choices)
    federal_state = forms.ChoiceField(label=_("Federal state of residence"), choices=FEDERAL_STATES)


class InsuranceForm(forms.Form):
    """What social insurance depends on, from a month on."""

    since = MonthField(label=_("From month"))
    insurance_number = forms.CharField(
        label=_("Social insurance number"), max_length=20, help_text=_("12 places, such as on the insurance card.")
    )
    fund_id = forms.TypedChoiceField(label=_("Health fund"), coerce=int, choices=())
    childless = forms.BooleanField(
        label=_("No children: the surcharge of care insurance is due (from 23 years on)"), required=False
    )
    children_under25 = forms.IntegerField(label=_("Children under 25"), min_value=0, max_value=20, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = HealthFund.objects.order_by("name").values_list("id", "name")
        self.fields["fund_id"].choices = list(funds)  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """Where net pay goes, from a day on."""

    since = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    iban = forms.CharField(label="IBAN", max_length=42)
    holder = forms.CharField(label=_("Account holder, as the bank knows the name"), max_length=70)


class FundForm(forms.Form):
    """A health fund's additional rate from a day on; a new number is a new fund."""

    name = forms.CharField(label=_("Name of the fund"), max_length=120)
    number = forms.RegexField(
        r"^\d{8}$", label=_("Employer number of the fund (Betriebsnummer)"), help_text=_("8 digits.")
    )
    since = MonthField(label=_("From month"))
    additional_rate = PercentField(label=_("Additional rate"), help_text=_("The full rate, such as 2.69."))
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("Where the rate is written, such as the fund's letter and its date."),
    )
