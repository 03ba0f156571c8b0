"""Forms of payroll: they parse; what is allowed the actions say."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from coop.money import to_cents
from payroll.models import HealthFund
from payroll.queries import after
from payroll.states import Church, Cover, ElementKind, EmploymentKind, OtherJob
from payroll.states import ContractForm as Form

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


def _day_field(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


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
    form = forms.ChoiceField(label=_("Form"), choices=[("", _("by its end")), *Form.choices], required=False)
    kind = forms.ChoiceField(label=_("Social insurance"), choices=EmploymentKind.choices)
    first_day = _day_field(_("First day, where that is not the first of the month"))
    last_day = _day_field(_("Last day, where that is not the last of the month"))
    hourly = EuroField(
        label=_("Pay of an hour, where hours are paid"),
        required=False,
        min_value=Decimal("0.01"),
        help_text=_("The monthly salary above is then what the agreed hours come to."),
    )
    flat_tax = forms.BooleanField(
        label=_("Minijob: the cooperative pays the flat tax; otherwise the tax card decides"),
        required=False,
        initial=True,
    )
    backdated = forms.BooleanField(
        label=_("It reaches into months that were paid: they will wait to be corrected"), required=False
    )

    def values(self) -> dict[str, Any]:
        """What `payroll.employment.employ` asks for."""
        data = self.cleaned_data
        ends_on = None if data["open_ended"] else after(data["last_month"])
        if data["last_day"]:
            ends_on = data["last_day"] + timedelta(days=1)
        return {
            "form": Form(data["form"]) if data["form"] else None,
            "hourly_cents": data["hourly"],
            "flat_tax": data["flat_tax"],
            "backdated": data["backdated"],
            "position": data["position"],
            "gross_cents": data["gross"],
            "weekly_hours": data["weekly_hours"],
            "starts_on": data["first_day"] or data["starts_on"],
            "ends_on": ends_on,
            "kind": EmploymentKind(data["kind"]),
        }


class EndForm(forms.Form):
    """When an employment ends."""

    last_month = MonthField(label=_("Last month with salary"))
    last_day = _day_field(_("Last day, where that is not the last of the month"))
    backdated = forms.BooleanField(
        label=_("It reaches into months that were paid: they will wait to be corrected"), required=False
    )

    def ends_on(self) -> date:
        """The first day that no longer counts."""
        last: date | None = self.cleaned_data["last_day"]
        return last + timedelta(days=1) if last else after(self.cleaned_data["last_month"])


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
    allowance_month_cents = EuroField(label=_("Allowance of a month"), required=False, min_value=0)
    allowance_year_cents = EuroField(label=_("Allowance of the year"), required=False, min_value=0)
    addition_month_cents = EuroField(label=_("Addition of a month"), required=False, min_value=0)
    addition_year_cents = EuroField(
        label=_("Addition of the year"), required=False, min_value=0, help_text=_("All four as on the tax card.")
    )

    def values(self) -> dict[str, Any]:
        """What `payroll.master_data.enter_tax_data` asks for; an empty amount is none."""
        return {
            name: 0 if name.endswith("_cents") and value is None else value for name, value in self.cleaned_data.items()
        }


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
    cover = forms.ChoiceField(
        label=_("Health insurance"),
        choices=Cover.choices,
        required=False,
        help_text=_("Who is insured privately has a fund too, for the other branches."),
    )
    health_premium_cents = EuroField(label=_("Premium of private health insurance"), required=False, min_value=0)
    care_premium_cents = EuroField(label=_("Premium of private care insurance"), required=False, min_value=0)
    basic_premium_cents = EuroField(
        label=_("Of it for basic cover, as certified for wage tax"),
        required=False,
        min_value=0,
        help_text=_("All three for a month."),
    )
    no_sick_pay = forms.BooleanField(label=_("The private cover has no sick pay"), required=False)
    pensioner = forms.BooleanField(
        label=_("Draws a full old-age pension after the regular age of retirement"), required=False
    )
    pension_opt_out = forms.BooleanField(
        label=_("Minijob: exempt from pension insurance by application"), required=False
    )

    def values(self) -> dict[str, Any]:
        """What `payroll.master_data.enter_insurance` asks for; an empty amount is none."""
        data = {
            name: 0 if name.endswith("_cents") and value is None else value for name, value in self.cleaned_data.items()
        }
        data["cover"] = Cover(str(data["cover"] or Cover.STATUTORY))
        data["sick_pay"] = not data.pop("no_sick_pay")
        return data

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
    minijobs = forms.BooleanField(label=_("It collects for Minijobs (Minijob-Zentrale)"), required=False)
    sickness_levy_rate = PercentField(
        label=_("Levy for pay in sickness (U1)"),
        required=False,
        help_text=_(
            "With U1, U2 and accident insurance the payslip shows each levy; else the flat rate of the policy."
        ),
    )
    maternity_levy_rate = PercentField(label=_("Levy for maternity pay (U2)"), required=False)
    sickness_refund_rate = PercentField(label=_("Share of pay in sickness that it refunds"), required=False)


class OtherJobForm(forms.Form):
    """What somebody earns elsewhere, from a month on."""

    since = MonthField(label=_("From month"))
    kind = forms.ChoiceField(label=_("Kind"), choices=OtherJob.choices)
    gross = EuroField(label=_("Gross pay a month there"), min_value=0, help_text=_("0 where it has ended."))

    def values(self) -> dict[str, Any]:
        """What `payroll.master_data.enter_other_employment` asks for."""
        data = self.cleaned_data
        return {"since": data["since"], "kind": OtherJob(data["kind"]), "gross_cents": data["gross"]}


class ElementForm(forms.Form):
    """What is paid or kept back besides the salary."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ElementKind.choices)
    text = forms.CharField(label=_("What for"), max_length=120, help_text=_("As the payslip shall say it."))
    amount = EuroField(
        label=_("Amount"), min_value=Decimal("0.01"), help_text=_("Of each month; of an hour, where hours are given.")
    )
    hours = forms.DecimalField(
        label=_("Hours"), required=False, max_digits=5, decimal_places=2, min_value=Decimal("0.01"), localize=True
    )
    since = MonthField(label=_("First month"))
    last_month = MonthField(
        label=_("Last month"),
        required=False,
        help_text=_("Hours, one-off pay and expenses without one are paid once; the rest goes on."),
    )
    instalment = EuroField(
        label=_("Instalment"),
        required=False,
        min_value=Decimal("0.01"),
        help_text=_("Of an advance, kept back in each month after it was paid."),
    )
    dependants = forms.IntegerField(
        label=_("People supported by law"),
        required=False,
        min_value=0,
        max_value=5,
        help_text=_("For a set-off: they raise what cannot be touched (§ 850c ZPO)."),
    )

    def values(self) -> dict[str, Any]:
        """What `payroll.wage_elements.enter_wage_element` asks for."""
        data = self.cleaned_data
        return {
            "kind": ElementKind(data["kind"]),
            "text": data["text"],
            "amount_cents": data["amount"],
            "hours": data["hours"],
            "since": data["since"],
            "until": after(data["last_month"]) if data["last_month"] else None,
            "instalment_cents": data["instalment"] or 0,
            "dependants": data["dependants"] or 0,
        }


class EndElementForm(forms.Form):
    """From which month on an element no longer counts."""

    until = MonthField(label=_("First month without it"))


class AccidentForm(forms.Form):
    """The cooperative's accident insurance, as its carrier's notices say."""

    since = MonthField(label=_("From month"))
    hazard_class = forms.DecimalField(
        label=_("Hazard class"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"), localize=True
    )
    per_thousand = forms.DecimalField(
        label=_("Contribution of 1,000 euros of wages in hazard class 1"),
        max_digits=8,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        localize=True,
        help_text=_("The Beitragsfuss of the notice."),
    )
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("The notice and its date."))


class RatesFileForm(forms.Form):
    """Rates of many funds at once, as a table."""

    file = forms.FileField(label=_("Table of rates (CSV)"))
