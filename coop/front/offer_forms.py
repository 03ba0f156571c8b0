"""The questions of "What would I get?": they parse; what is allowed the law says."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coop.tenancy.models import Policy
from payroll.germany.church_tax import State, church_tax_rate
from payroll.germany.terms import Kind, Terms
from payroll.offers import Start, additional_rate_average
from payroll.web.forms import FEDERAL_STATES, EuroField, MonthField, PercentField

_CLASS_WITH_FACTOR = 4
_HIGHEST_ADDITIONAL = Decimal("99.99")
STARTS = [
    (Start.TURNOVER.value, _("What I invoice in a month, without VAT")),
    (Start.COST.value, _("What my budget can spend in a month (total cost)")),
    (Start.GROSS.value, _("A gross salary")),
    (Start.NET.value, _("What should arrive on my account (net)")),
]
KINDS = [
    (Kind.AUTO.value, _("An ordinary employment (a Minijob where the pay is that small)")),
    (Kind.MINIJOB.value, _("A Minijob")),
    (Kind.WERKSTUDENT.value, _("A working student's employment, up to 20 hours a week")),
]
CHILDREN = [
    ("none", _("No children, and 23 or older")),
    ("young", _("No children, and younger than 23")),
    ("grown", _("Children, all of them 25 or older")),
    ("1", _("One child under 25")),
    ("2", _("Two children under 25")),
    ("3", _("Three children under 25")),
    ("4", _("Four children under 25")),
    ("5", _("Five children under 25 or more")),
]
CLASSES = [("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV"), ("5", "V"), ("6", "VI")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a salary depends on besides an amount, as people and programs give it. Rates are shares of one."""

    month: date
    kind: str = Kind.AUTO.value
    tax_class: int = 1
    factor: Decimal | None = None
    children: str = "none"
    child_allowances: Decimal | None = None
    church: bool = False
    state: str = ""
    additional_rate: Decimal | None = None
    """None: the average of the year."""
    pension_opt_out: bool = False

    def terms(self, policy: Policy) -> Terms:
        """As the law wants to know it, with the levies of the cooperative's policy. Raises: LawUnknown, InvalidInput."""
        rate = additional_rate_average(self.month)[0] if self.additional_rate is None else self.additional_rate
        return Terms(
            kind=Kind(self.kind),
            tax_class=self.tax_class,
            factor=self.factor or Decimal(1),
            additional_rate=rate,
            childless=self.children == "none",
            children_under25=int(self.children) if self.children.isdigit() else 0,
            child_allowances=self.child_allowances or Decimal(0),
            church_rate=church_tax_rate(State(self.state), self.month) if self.church else Decimal(0),
            saxony=self.state == State.SAXONY.value,
            pension_opt_out=self.pension_opt_out,
            levies_rate=policy.levies_rate,
        )


def contradictions(data: dict[str, Any]) -> dict[str, Any]:
    """What does not fit together, by the field to put right."""
    wrong: dict[str, Any] = {}
    if data.get("church") and not data.get("state"):
        wrong["state"] = _("Choose the state you live in: the rate of church tax depends on it.")
    if data.get("factor") and int(data.get("tax_class") or 1) != _CLASS_WITH_FACTOR:
        wrong["factor"] = _("There is a factor in tax class IV alone. Leave it empty.")
    return wrong


class OfferForm(forms.Form):
    """An amount and one's circumstances, all but the amount with a sensible answer already chosen."""

    start = forms.ChoiceField(label=_("I know"), choices=STARTS, initial=Start.TURNOVER.value)
    amount = EuroField(label=_("Amount a month"), min_value=Decimal("0.01"))
    month = MonthField(label=_("Month"), help_text=_("Law and fee are those of this month."))
    kind = forms.ChoiceField(label=_("Kind of employment"), choices=KINDS, initial=Kind.AUTO.value)
    tax_class = forms.TypedChoiceField(
        label=_("Tax class"),
        choices=CLASSES,
        coerce=int,
        initial="1",
        help_text=_("I: single. II: alone with a child. III, IV and V: married. VI: a second job."),
    )
    children = forms.ChoiceField(
        label=_("Children"), choices=CHILDREN, initial="none", help_text=_("Care insurance depends on them.")
    )
    state = forms.ChoiceField(
        label=_("State you live in"),
        choices=[("", _("Any but Saxony")), *FEDERAL_STATES],
        required=False,
        help_text=_("It matters for church tax, and in Saxony for care insurance."),
    )
    church = forms.BooleanField(label=_("I pay church tax"), required=False)
    additional_rate = PercentField(
        label=_("Additional rate of your health fund"),
        required=False,
        max_value=_HIGHEST_ADDITIONAL,
        help_text=_("Your fund's website names it. Empty: the average of all funds."),
    )
    child_allowances = forms.DecimalField(
        label=_("Child allowances on the tax card"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal("99.5"),
        step_size=Decimal("0.5"),
        localize=True,
    )
    factor = forms.DecimalField(
        label=_("Factor of tax class IV"),
        required=False,
        min_value=Decimal("0.001"),
        max_value=Decimal(1),
        decimal_places=3,
        localize=True,
    )
    pension_opt_out = forms.BooleanField(label=_("Minijob: exempt from pension insurance"), required=False)

    def clean(self) -> dict[str, Any]:
        """What does not fit together is said at the field to put right."""
        data: dict[str, Any] = super().clean() or {}
        for name, message in contradictions(data).items():
            self.add_error(name, message)
        return data

    @property
    def circumstances(self) -> Circumstances:
        """What was entered besides the amount; the form must be valid."""
        return Circumstances(
            **{key: value for key, value in self.cleaned_data.items() if key not in {"start", "amount"}}
        )
