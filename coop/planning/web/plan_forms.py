"""What a member moves on the page of the own plan."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from coop.planning.known import Known
from coop.planning.months import later
from coop.planning.plan import HORIZON, RISK, SOON, Wish

STARTS = 6
"""How many months ahead a salary may begin here."""
STEP_EUROS = 10
RISKS = [("0.02", "2 %"), ("0.05", "5 %"), ("0.10", "10 %"), ("0.20", "20 %")]
KEPT = [("0", _("nothing")), ("1", _("one month's cost")), ("3", _("three months' cost"))]
HORIZONS = [(str(SOON), _("four months")), ("6", _("six months")), (str(HORIZON), _("twelve months"))]


class PlanForm(forms.Form):
    """Sliders and choices. `gross` is in whole euros; empty means what is advised."""

    gross = forms.IntegerField(label=_("Gross salary a month"), min_value=0, max_value=100_000, required=False)
    starts_on = forms.ChoiceField(label=_("Begins"))
    risk = forms.ChoiceField(
        label=_("How often may it go wrong?"),
        choices=RISKS,
        help_text=_("The chance that the budget does not bear the salary in some month."),
    )
    horizon = forms.ChoiceField(label=_("Is to hold for"), choices=HORIZONS)
    off_from = forms.ChoiceField(label=_("Time off without pay from"), required=False)
    off_months = forms.IntegerField(
        label=_("Months off"),
        min_value=0,
        max_value=6,
        required=False,
        widget=forms.NumberInput(attrs={"type": "range", "min": "0", "max": "6", "step": "1"}),
    )
    kept = forms.ChoiceField(label=_("To remain at the end"), choices=KEPT)
    dropped = forms.ChoiceField(label=_("What if this falls through?"), required=False)
    late_client = forms.ChoiceField(label=_("What if this client pays late?"), required=False)
    late_months = forms.IntegerField(
        label=_("Months late"),
        min_value=0,
        max_value=6,
        required=False,
        widget=forms.NumberInput(attrs={"type": "range", "min": "0", "max": "6", "step": "1"}),
    )

    def __init__(self, known: Known, highest_cents: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        highest = -(-highest_cents // 100 // STEP_EUROS) * STEP_EUROS
        self.fields["gross"].widget = forms.NumberInput(
            attrs={"type": "range", "min": "0", "max": str(highest), "step": str(STEP_EUROS)}
        )
        ahead = [later(known.month, count) for count in range(1, HORIZON + 1)]
        self._choose("starts_on", [(_key(month), _month(month)) for month in ahead[:STARTS]])
        self._choose("off_from", [("", _("none")), *((_key(month), _month(month)) for month in ahead)])
        items = {item.key: ", ".join(filter(None, (item.title, item.client))) for item in known.items}
        self._choose("dropped", [("", _("nothing falls through")), *items.items()])
        clients = {str(item.client_id): item.client for item in known.items if item.client}
        self._choose("late_client", [("", _("everybody pays as usual")), *clients.items()])

    def wish(self) -> Wish:
        """What was chosen. Call it after the form was found valid."""
        data = self.cleaned_data
        off: frozenset[date] = frozenset()
        if data["off_from"] and data["off_months"]:
            first = date.fromisoformat(data["off_from"])
            off = frozenset(later(first, count) for count in range(data["off_months"]))
        return Wish(
            starts_on=date.fromisoformat(data["starts_on"]),
            gross_cents=None if data["gross"] is None else data["gross"] * 100,
            risk=Decimal(data["risk"]),
            horizon=int(data["horizon"]),
            off=off,
            kept=Decimal(data["kept"]),
            dropped=data["dropped"],
            late_client=int(data["late_client"]) if data["late_client"] else None,
            late_months=(data["late_months"] or 0) if data["late_client"] else 0,
        )

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def first_values(known: Known, gross_cents: int | None) -> dict[str, Any]:
    """What the form says before anybody has moved anything."""
    return {
        "gross": None if gross_cents is None else gross_cents // 100 // STEP_EUROS * STEP_EUROS,
        "starts_on": _key(later(known.month, 1)),
        "risk": str(RISK),
        "horizon": str(HORIZON),
        "off_months": 0,
        "late_months": 0,
        "kept": "0",
    }


def _key(month: date) -> str:
    return month.isoformat()


def _month(month: date) -> str:
    return formats.date_format(month, "F Y")
