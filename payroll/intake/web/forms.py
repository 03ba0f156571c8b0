"""The intake form: it parses; what is allowed the actions say."""

from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payroll.intake.actions import Entered
from payroll.models import HealthFund
from payroll.states import Church, OtherJob
from payroll.timekeeping.web.forms import DayField
from payroll.web.forms import FEDERAL_STATES, EuroField, MonthField

_CODE = 2


@lru_cache(maxsize=4)
def countries(language: str) -> list[tuple[str, str]]:
    """Countries by their names in a language, Germany first."""
    names = Locale.parse(language).territories
    found = [(code, name) for code, name in names.items() if len(code) == _CODE and code.isalpha()]
    found = [(code, name) for code, name in found if code not in {"ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"}]
    return sorted(found, key=lambda one: (one[0] != "DE", one[1]))


class IntakeForm(forms.Form):
    """What a salary depends on, in the order in which people have their papers."""

    since = MonthField(label=_("From month"), help_text=_("The first month in which this holds."))
    birth_on = DayField(label=_("Date of birth"))
    nationality = forms.ChoiceField(label=_("Nationality"))
    permit_until = DayField(
        label=_("Residence permit valid until"),
        required=False,
        help_text=_("Only where you need one to work. The office asks for a copy."),
    )
    tax_id = forms.CharField(
        label=_("Tax identification number"), max_length=20, help_text=_("11 digits, on the letter of the tax office.")
    )
    tax_class = forms.TypedChoiceField(
        label=_("Tax class"),
        coerce=int,
        choices=[(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V"), (6, "VI")],
        help_text=_("I: single. II: single parent. III, IV, V: married. VI: there is another main employment."),
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
        label=_("Child allowances"),
        max_digits=3,
        decimal_places=1,
        min_value=0,
        localize=True,
        help_text=_("As in your tax features: 0.5 for each child, 1.0 where you have the whole allowance."),
    )
    church = forms.ChoiceField(
        label=_("Church tax"),
        choices=Church.choices,
        help_text=_("Only if you belong to a church that collects it."),
    )
    federal_state = forms.ChoiceField(label=_("Federal state of residence"), choices=FEDERAL_STATES)
    insurance_number = forms.CharField(
        label=_("Social insurance number"), max_length=20, help_text=_("12 places, such as on the insurance card.")
    )
    fund_id = forms.TypedChoiceField(label=_("Health fund"), coerce=int, empty_value=None, required=False)
    fund_name = forms.CharField(label=_("Another health fund"), required=False, max_length=120)
    private = forms.BooleanField(label=_("I am privately insured"), required=False)
    childless = forms.BooleanField(label=_("I have no children"), required=False)
    children_under25 = forms.IntegerField(label=_("Children under 25"), min_value=0, max_value=20, initial=0)
    other_job = forms.ChoiceField(
        label=_("Another employment at the same time"), required=False, choices=[("", _("none")), *OtherJob.choices]
    )
    other_gross_cents = EuroField(label=_("What it pays a month, gross"), required=False, min_value=0)
    iban = forms.CharField(label="IBAN", max_length=42)
    holder = forms.CharField(label=_("Account holder, as the bank knows the name"), max_length=70)
    note = forms.CharField(
        label=_("Message to the office"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nationality"].choices = countries((get_language() or "en")[:2])  # type: ignore[attr-defined]
        funds = HealthFund.objects.filter(minijobs=False).order_by("name").values_list("id", "name")
        self.fields["fund_id"].choices = [("", _("not on this list")), *funds]  # type: ignore[attr-defined]

    def entered(self) -> Entered:
        """What `actions.hand_in` asks for."""
        data = dict(self.cleaned_data)
        data["church"] = Church(data["church"])
        data["other_gross_cents"] = data["other_gross_cents"] or 0
        return Entered(**data)


class ConfirmIntakeForm(forms.Form):
    """From which month what differs holds."""

    since = MonthField(label=_("Holds from month"), help_text=_("What was entered before stays as it is."))


class QuestionForm(forms.Form):
    """What the member should put right."""

    message = forms.CharField(
        label=_("Question"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The member reads this."),
    )
