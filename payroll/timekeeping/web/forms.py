"""Forms of hours and absences: they parse; what is allowed the actions say."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import dates
from django.utils.translation import gettext_lazy as _

from payroll.timekeeping.models import Absence
from payroll.timekeeping.queries import earlier_illnesses
from payroll.timekeeping.states import AbsenceCause


class DayField(forms.DateField):
    """A day, chosen in the browser's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class TimeField(forms.TimeField):
    """A time of day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class AbsenceForm(forms.Form):
    """From when to when somebody is away, and why."""

    cause = forms.ChoiceField(label=_("Reason"), choices=AbsenceCause.choices)
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), help_text=_("The last day on which you do not work."))
    half_day = forms.BooleanField(label=_("Only half of this one day"), required=False)
    note = forms.CharField(
        label=_("Message to the office"),
        required=False,
        max_length=300,
        help_text=_("Never write what the illness is: the office must not know."),
    )

    def values(self) -> dict[str, Any]:
        """What `actions.ask_absence` asks for."""
        data = self.cleaned_data
        return {
            "cause": AbsenceCause(data["cause"]),
            "starts_on": data["first_day"],
            "ends_on": data["last_day"] + timedelta(days=1),
            "half_day": data["half_day"],
            "note": data["note"],
        }


class HoursForm(forms.Form):
    """One stretch of work."""

    on = DayField(label=_("Day"))
    starts_at = TimeField(label=_("Begin"))
    ends_at = TimeField(label=_("End"), help_text=_("An end before the begin lies in the next day."))
    break_minutes = forms.IntegerField(label=_("Break in minutes"), min_value=0, max_value=720, initial=0)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)


class ConfirmForm(forms.Form):
    """What only the office can answer about an absence; each reason has its own questions."""

    certificate_on = DayField(
        label=_("Certificate (eAU) fetched on"),
        required=False,
        help_text=_("Fetch it from the health fund through your payroll office or the SV-Meldeportal."),
    )
    illness_of_id = forms.TypedChoiceField(
        label=_("Is it the same illness as before?"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The health fund answers this, not the member. The same illness shares one six weeks of pay."),
    )
    paid = forms.BooleanField(label=_("Paid by agreement (§ 616 BGB); otherwise the fund pays"), required=False)
    reduces_leave = forms.BooleanField(
        label=_("The employer declares that vacation shrinks by a twelfth for each whole month (§ 17 (1) BEEG)"),
        required=False,
    )

    def __init__(self, *args: Any, absence: Absence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {
            AbsenceCause.SICK: {"certificate_on", "illness_of_id"},
            AbsenceCause.CHILD_SICK: {"paid"},
            AbsenceCause.PARENTAL: {"reduces_leave"},
        }.get(AbsenceCause(absence.cause), set())
        for name in list(self.fields):
            if name not in wanted:
                del self.fields[name]
        if "illness_of_id" in self.fields:
            earlier = [(one.pk, _span(one)) for one in earlier_illnesses(absence)]
            self.fields["illness_of_id"].choices = [("", _("No, or not known")), *earlier]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is refused; the member reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The member reads this."),
    )


class WeekForm(forms.Form):
    """On which days somebody works, and how much leave the contract gives."""

    since = DayField(label=_("From day"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        coerce=int,
        choices=[(day, name) for day, name in dates.WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    leave_days = forms.DecimalField(
        label=_("Leave a year, in working days"),
        required=False,
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=100,
        localize=True,
        help_text=_("Empty: what the law gives, four weeks (§ 3 BUrlG)."),
    )


def _span(absence: Absence) -> str:
    last: date = absence.ends_on - timedelta(days=1)
    return f"{absence.starts_on:%d.%m.%Y} – {last:%d.%m.%Y}"
