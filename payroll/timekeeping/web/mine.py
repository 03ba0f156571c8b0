"""A member's own hours, absences and leave."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.queries import after, before
from payroll.timekeeping import actions
from payroll.timekeeping.queries import absence_by_id, absences_of, contract_in, leave_of, sheet_of
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState
from payroll.timekeeping.web.forms import AbsenceForm, HoursForm
from payroll.timekeeping.web.rows import absence_columns, absence_row, days_text, left_text, sheet_context
from payroll.web.forms import MonthField

REPORTED = frozenset({AbsenceCause.SICK, AbsenceCause.CHILD_SICK})
"""Reasons that are reported, not asked for."""


@allow(Role.MEMBER)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Leave that is left, absences, and the way to ask for more."""
    person = _me(request)
    today = timezone.localdate()
    rows = []
    for absence in absences_of(person.pk):
        row = absence_row(absence)
        row["actions"] = []
        if absence.state == AbsenceState.REQUESTED:
            row["actions"].append(
                {
                    "url": reverse("timekeeping:withdraw", args=[absence.pk]),
                    "label": _("Withdraw"),
                    "method": "post",
                    "tone": "quiet",
                    "small": True,
                }
            )
        rows.append(row)
    new = reverse("timekeeping:ask")
    account = leave_of(person.pk, today)
    return render(
        request,
        "timekeeping/mine.html",
        {
            "account": account,
            "left": days_text(account.remaining) if account else None,
            "notes": _notes(account) if account else {},
            "waiting": days_text(account.waiting) if account else None,
            "employed": contract_in(person.pk, month_of(today)) is not None,
            "rows": rows,
            "columns": absence_columns(actions=True),
            "actions": [
                {"url": f"{new}?cause=vacation", "label": _("Ask for leave"), "tone": "primary"},
                {"url": f"{new}?cause=sick", "label": _("Report sick")},
                {"url": reverse("timekeeping:hours"), "label": _("My hours")},
            ],
        },
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for leave or report sickness."""
    person = _me(request)
    today = timezone.localdate()
    cause = request.GET.get("cause", "")
    initial = {"cause": cause, "first_day": today if cause in REPORTED else None}
    form = AbsenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            absence = actions.ask_absence(person_id=person.pk, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            reported = AbsenceCause(absence.cause) in REPORTED
            messages.success(
                request,
                _("The office knows. Get well soon! Your doctor's certificate reaches us through the health fund.")
                if reported
                else _("The office answers soon. You get a mail."),
            )
            return redirect("timekeeping:mine")
    return render(request, "timekeeping/ask.html", {"form": form, "back": reverse("timekeeping:mine")})


@allow(Role.MEMBER)
@require_POST
def withdraw(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Take one's own request back."""
    person = _me(request)
    _own(absence_id, person)
    try:
        actions.withdraw_absence(absence_id=absence_id, person_id=person.pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your request was withdrawn."))
    return redirect("timekeeping:mine")


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """One's own hours of a month; a POST records one stretch of work."""
    person = _me(request)
    today = timezone.localdate()
    month = _month(request, today)
    form = HoursForm(request.POST or None, initial={"on": today if month_of(today) == month else month})
    if request.method == "POST" and form.is_valid():
        try:
            entry = actions.record_hours(person_id=person.pk, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return _to_month(entry.on.replace(day=1))
    try:
        sheet = sheet_of(person, month)
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("timekeeping:mine")
    here = reverse("timekeeping:hours")
    button: dict[str, Any] | None = None
    if sheet.state == HoursState.OPEN and sheet.entries:
        button = {
            "url": reverse("timekeeping:hand_in"),
            "label": _("Hand in this month"),
            "method": "post",
            "tone": "primary",
            "fields": [("month", f"{month:%Y-%m}")],
            "confirm": _("Hand in the month? You can take it back until the office has confirmed it."),
            "id": "hand-in",
        }
    elif sheet.state == HoursState.HANDED_IN:
        button = {
            "url": reverse("timekeeping:take_back"),
            "label": _("Take it back"),
            "method": "post",
            "fields": [("month", f"{month:%Y-%m}")],
        }
    return render(
        request,
        "timekeeping/hours.html",
        {
            **sheet_context(sheet, edit=sheet.state == HoursState.OPEN),
            "form": form if sheet.state == HoursState.OPEN else None,
            "month": month,
            "back": reverse("timekeeping:mine"),
            "buttons": [button] if button else [],
            "tabs": [
                {"url": f"{here}?month={one:%Y-%m}", "label": one, "current": one == month}
                for one in (before(month), month, after(month))
                if one <= today
            ],
        },
    )


@allow(Role.MEMBER)
@require_POST
def delete_hours(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Delete one's own entry of an open month."""
    person = _me(request)
    try:
        month = actions.delete_hours(entry_id=entry_id, person_id=person.pk)
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("timekeeping:hours")
    return _to_month(month)


@allow(Role.MEMBER)
@require_POST
def hand_in(request: HttpRequest) -> HttpResponse:
    """Give a month's hours to the office."""
    person = _me(request)
    month = _month(request, timezone.localdate())
    try:
        actions.hand_in_hours(person_id=person.pk, month=month, at=timezone.now())
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Handed in. Thank you!"))
    return _to_month(month)


@allow(Role.MEMBER)
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Open one's own month again."""
    person = _me(request)
    month = _month(request, timezone.localdate())
    try:
        actions.take_back_hours(person_id=person.pk, month=month)
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
    return _to_month(month)


def _notes(account: Any) -> dict[str, str]:
    notes = {"left": _("of %(days)s in %(year)s") % {"days": days_text(account.entitled), "year": account.year}}
    if account.carried > 0:
        notes["carried"] = _("with %(days)s from last year") % {"days": left_text(account.carried - account.lapsed)}
    return notes


def _month(request: HttpRequest, today: date) -> date:
    asked = (request.POST if request.method == "POST" else request.GET).get("month")
    if not asked:
        return month_of(today)
    field = MonthField()
    try:
        month: date = field.clean(asked)
    except ValidationError as error:
        raise Http404 from error
    return month


def _to_month(month: date) -> HttpResponse:
    return redirect(f"{reverse('timekeeping:hours')}?month={month:%Y-%m}")


def _own(absence_id: int, person: Person) -> None:
    try:
        absence_by_id(absence_id, person_id=person.pk)
    except NotFound as error:
        raise Http404 from error


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person
