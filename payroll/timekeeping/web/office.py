"""The office's side: who is away, what waits for a decision, whose leave is left."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_by_id
from payroll.germany.absence import MonthDays, next_month
from payroll.timekeeping import actions
from payroll.timekeeping.models import Absence, HoursMonth
from payroll.timekeeping.queries import (
    absence_by_id,
    away_between,
    days_lost,
    days_with,
    hours_by_id,
    leave_of,
    leave_rows,
    sheet_of,
    waiting_absences,
    waiting_hours,
    weeks_of,
)
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState
from payroll.timekeeping.web.forms import AbsenceForm, ConfirmForm, ReasonForm, WeekForm
from payroll.timekeeping.web.rows import (
    absence_columns,
    absence_row,
    badge,
    days_text,
    effect_columns,
    effect_rows,
    sheet_context,
)

AHEAD = timedelta(days=31)
"""How far the list of who is away looks ahead."""
MONTHS = 4
"""How many months of an absence's effect are shown at most."""


@allow(Role.PAYROLL)
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """What waits: absences, hours; and who is away in the next weeks."""
    today = timezone.localdate()

    def row(absence: Absence) -> dict[str, Any]:
        url = reverse("timekeeping:absence", args=[absence.pk])
        return {**absence_row(absence), "name": absence.person.name, "url": url}

    return render(
        request,
        "timekeeping/office.html",
        {
            "waiting": [row(absence) for absence in waiting_absences()],
            "away": [row(absence) for absence in away_between(today, today + AHEAD)],
            "columns": absence_columns(name=True),
            "hours": [
                {
                    "name": sheet.person.name,
                    "url": reverse("timekeeping:sheet", args=[sheet.pk]),
                    "month": sheet.month,
                    "since": sheet.handed_in_at,
                }
                for sheet in waiting_hours()
            ],
            "hours_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "month", "label": _("Month"), "kind": "month"},
                {"key": "since", "label": _("Handed in"), "kind": "day"},
            ],
            "actions": [{"url": reverse("timekeeping:leave"), "label": _("Leave of all")}],
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """One absence with what it does to each month; a POST confirms it."""
    found = _absence(absence_id)
    # With nothing to answer the form has no fields, and a browser sends none.
    form = ConfirmForm(request.POST if request.method == "POST" else None, absence=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_absence(absence_id=absence_id, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Confirmed. The member gets a mail."))
            return redirect("timekeeping:office")
    return _absence_page(request, found, form, ReasonForm())


@allow(Role.PAYROLL)
@require_POST
def refuse(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Decline a request, or cancel what was confirmed."""
    found = _absence(absence_id)
    form = ReasonForm(request.POST)
    act = actions.cancel_absence if found.state == AbsenceState.CONFIRMED else actions.decline_absence
    if form.is_valid():
        try:
            act(absence_id=absence_id, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The member was told why."))
            return redirect("timekeeping:office")
    return _absence_page(request, found, ConfirmForm(absence=found), form)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """A person's hours of a month; a POST confirms them."""
    found = _sheet(sheet_id)
    if request.method == "POST":
        try:
            actions.confirm_hours(sheet_id=sheet_id, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        except StetigError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The hours are confirmed."))
            return redirect("timekeeping:office")
    return _sheet_page(request, found, ReasonForm())


@allow(Role.PAYROLL)
@require_POST
def send_back(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Open a month again and say what to put right."""
    found = _sheet(sheet_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actions.send_back_hours(
                sheet_id=sheet_id,
                message=form.cleaned_data["reason"],
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The month is open again, and the member was told why."))
            return redirect("timekeeping:office")
    return _sheet_page(request, found, form)


@allow(Role.PAYROLL)
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """How much leave everybody has left, and who has been reminded."""
    today = timezone.localdate()
    rows = []
    for row in leave_rows(today):
        account = row.account
        buttons = []
        if account.remaining > 0 and not row.reminded:
            buttons.append(
                {
                    "url": reverse("timekeeping:remind", args=[row.person_id]),
                    "label": _("Remind"),
                    "method": "post",
                    "small": True,
                }
            )
        rows.append(
            {
                "name": row.name,
                "url": reverse("payroll:person", args=[row.person_id]),
                "entitled": account.entitled,
                "carried": account.carried - account.lapsed,
                "taken": account.taken,
                "waiting": account.waiting,
                "remaining": account.remaining,
                "state": {"label": _("reminded"), "tone": "good"} if row.reminded else None,
                "actions": buttons,
            }
        )
    return render(
        request,
        "timekeeping/leave.html",
        {
            "year": today.year,
            "rows": rows,
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "entitled", "label": _("This year"), "kind": "number"},
                {"key": "carried", "label": _("Carried over"), "kind": "number"},
                {"key": "taken", "label": _("Taken"), "kind": "number"},
                {"key": "waiting", "label": _("Asked for"), "kind": "number"},
                {"key": "remaining", "label": _("Left"), "kind": "number"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_POST
def remind(request: HttpRequest, person_id: int) -> HttpResponse:
    """Tell a member how much leave is left and that it lapses."""
    found = _person(person_id)
    try:
        actions.remind_of_leave(
            person_id=found.pk,
            year=timezone.localdate().year,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The member gets a mail."))
    return redirect("timekeeping:leave")


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def enter_absence(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter an absence for somebody, as on the phone; it still has to be confirmed."""
    found = _person(person_id)
    form = AbsenceForm(request.POST or None)
    form.fields["last_day"].help_text = ""
    if request.method == "POST" and form.is_valid():
        try:
            entered = actions.ask_absence(person_id=found.pk, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            return redirect("timekeeping:absence", entered.pk)
    return _form_page(request, found, form, _("Enter an absence"))


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def week(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say on which days somebody works, and how much leave the contract gives."""
    found = _person(person_id)
    today = timezone.localdate()
    current = weeks_of([found.pk], date(today.year + 1, 1, 1)).get(found.pk)
    initial = {
        "since": month_of(today),
        "weekdays": sorted(current.days) if current else [0, 1, 2, 3, 4],
        "leave_days": current.leave_days if current else None,
    }
    form = WeekForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "weekdays": set(form.cleaned_data["weekdays"])}
        try:
            actions.set_working_week(person_id=found.pk, at=timezone.now(), by=request.user, **data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("payroll:person", found.pk)
    return _form_page(request, found, form, _("Working days and leave"))


def _absence_page(request: HttpRequest, found: Absence, form: ConfirmForm, refusal: ReasonForm) -> HttpResponse:
    note_access(user=request.user, action="absence", about=f"absence:{found.pk}")  # type: ignore[arg-type]
    account = leave_of(found.person_id, found.ends_on - timedelta(days=1))
    problem, effect = "", []
    try:
        effect = effect_rows(_effect(found))
    except StetigError as error:
        problem = str(error)
    facts: list[dict[str, Any]] = [
        {"label": _("From"), "day": found.starts_on},
        {"label": _("To"), "day": found.ends_on - timedelta(days=1)},
        {"label": _("Reason"), "value": AbsenceCause(found.cause).label},
    ]
    if found.cause == AbsenceCause.VACATION and account:
        facts += [
            {"label": _("Takes days of leave"), "value": days_text(days_lost(found))},
            {"label": _("Left this year"), "value": days_text(account.remaining)},
        ]
    if found.note:
        facts.append({"label": _("Message"), "value": found.note})
    if found.certificate_on:
        facts.append({"label": _("Certificate (eAU) fetched on"), "day": found.certificate_on})
    if found.illness_of is not None:
        facts.append({"label": _("Same illness as from"), "day": found.illness_of.starts_on})
    if found.decided_at:
        facts.append({"label": _("Decided"), "value": f"{found.decided_at:%d.%m.%Y} · {found.decided_by or ''}"})
    if found.reason:
        facts.append({"label": _("Answer"), "value": found.reason})
    return render(
        request,
        "timekeeping/absence.html",
        {
            "absence": found,
            "state": badge(AbsenceState(found.state)),
            "facts": facts,
            "effect": effect,
            "effect_columns": effect_columns(),
            "problem": problem,
            "form": form if found.state == AbsenceState.REQUESTED else None,
            "refusal": refusal if found.state in {AbsenceState.REQUESTED, AbsenceState.CONFIRMED} else None,
            "back": reverse("timekeeping:office"),
        },
    )


def _effect(found: Absence) -> list[MonthDays]:
    """The months of an absence as they count with it."""
    months = [month_of(found.starts_on)]
    while next_month(months[-1]) < found.ends_on and len(months) < MONTHS:
        months.append(next_month(months[-1]))
    return [days_with(found, month) for month in months]


def _sheet_page(request: HttpRequest, found: HoursMonth, form: ReasonForm) -> HttpResponse:
    return render(
        request,
        "timekeeping/sheet.html",
        {
            **sheet_context(sheet_of(found.person, found.month), edit=False),
            "person": found.person,
            "back": reverse("timekeeping:office"),
            "form": form if found.state != HoursState.OPEN else None,
            "buttons": [
                {
                    "url": reverse("timekeeping:sheet", args=[found.pk]),
                    "label": _("Confirm the hours"),
                    "method": "post",
                    "tone": "primary",
                }
            ]
            if found.state == HoursState.HANDED_IN
            else [],
        },
    )


def _form_page(request: HttpRequest, found: Person, form: Any, title: str) -> HttpResponse:
    back = reverse("payroll:person", args=[found.pk])
    context = {"form": form, "title": title, "person": found, "lead": "", "back": back}
    return render(request, "payroll/form.html", context)


def _absence(absence_id: int) -> Absence:
    try:
        return absence_by_id(absence_id)
    except NotFound as error:
        raise Http404 from error


def _sheet(sheet_id: int) -> HoursMonth:
    try:
        return hours_by_id(sheet_id)
    except NotFound as error:
        raise Http404 from error


def _person(person_id: int) -> Person:
    try:
        found = person_by_id(person_id)
    except NotFound as error:
        raise Http404 from error
    if found.member_number is None:
        raise Http404
    return found
