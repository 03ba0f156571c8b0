"""A member enters data once; the office compares and confirms with one click."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.money import decimal_string
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.intake import actions
from payroll.intake.models import Intake
from payroll.intake.queries import (
    Change,
    changes_of,
    ending_permits,
    initial_of,
    intake_by_id,
    open_intake,
    waiting_intakes,
    warnings_of,
)
from payroll.intake.states import OPEN, IntakeState
from payroll.intake.web.forms import ConfirmIntakeForm, IntakeForm, QuestionForm, countries
from payroll.queries import after
from payroll.states import Church, OtherJob
from payroll.web.forms import FEDERAL_STATES


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Enter or correct what one's salary depends on."""
    person = _me(request)
    month = month_of(timezone.localdate())
    waiting = open_intake(person.pk)
    form = IntakeForm(request.POST or None, initial={"since": after(month), **initial_of(person, after(month))})
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in(person_id=person.pk, entered=form.entered(), at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. The office checks your data and asks if something is unclear."))
            return redirect("payroll:my_employment")
    return render(
        request,
        "intake/mine.html",
        {
            "form": form,
            "back": reverse("payroll:my_employment"),
            "waiting": waiting if waiting and waiting.state == IntakeState.HANDED_IN else None,
            "question": waiting.message if waiting and waiting.state == IntakeState.RETURNED else "",
        },
    )


@allow(Role.PAYROLL)
@require_GET
def intakes(request: HttpRequest) -> HttpResponse:
    """Data that waits to be confirmed, and residence permits that end."""
    today = timezone.localdate()
    return render(
        request,
        "intake/intakes.html",
        {
            "rows": [
                {
                    "name": intake.person.name,
                    "url": reverse("intake:intake", args=[intake.pk]),
                    "since": intake.since,
                    "on": intake.handed_in_at,
                }
                for intake in waiting_intakes()
            ],
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "since", "label": _("From month"), "kind": "month"},
                {"key": "on", "label": _("Entered"), "kind": "day"},
            ],
            "permits": [
                {
                    "name": permit.name,
                    "url": reverse("payroll:person", args=[permit.person_id]),
                    "until": permit.until,
                    "state": {"label": _("has ended"), "tone": "bad"}
                    if permit.until < today
                    else {"label": _("ends soon"), "tone": "warn"},
                }
                for permit in ending_permits(today)
            ],
            "permit_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "until", "label": _("Valid until"), "kind": "day"},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest, intake_id: int) -> HttpResponse:
    """What a member entered beside what is kept; a POST confirms it."""
    found = _intake(intake_id)
    form = ConfirmIntakeForm(request.POST or None, initial={"since": found.since})
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_intake(intake_id=found.pk, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Confirmed. What differed is in the person's file now."))
            return redirect("payroll:person", found.person_id)
    return _page(request, found, form, QuestionForm())


@allow(Role.PAYROLL)
@require_POST
def give_back(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Ask the member to put something right."""
    found = _intake(intake_id)
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            actions.return_intake(intake_id=found.pk, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The member gets a mail."))
            return redirect("intake:intakes")
    return _page(request, found, ConfirmIntakeForm(initial={"since": found.since}), form)


def _page(request: HttpRequest, found: Intake, form: ConfirmIntakeForm, question: QuestionForm) -> HttpResponse:
    note_access(user=request.user, action="intake", about=f"intake:{found.pk}")  # type: ignore[arg-type]
    changes = changes_of(found)
    return render(
        request,
        "intake/intake.html",
        {
            "intake": found,
            "state": {"label": IntakeState(found.state).label, "tone": "info"},
            "warnings": warnings_of(found, timezone.localdate()),
            "rows": [
                {
                    "label": _labels()[change.name],
                    "before": _shown(change, change.before),
                    "after": _shown(change, change.after),
                    "state": {"label": _("new"), "tone": "warn"} if change.changed else None,
                }
                for change in sorted(changes, key=lambda one: not one.changed)
            ],
            "columns": [
                {"key": "label", "label": _("Field")},
                {"key": "before", "label": _("So far")},
                {"key": "after", "label": _("As entered")},
                {"key": "state", "label": _("Change"), "kind": "state"},
            ],
            "changed": sum(change.changed for change in changes),
            "form": form if found.state == IntakeState.HANDED_IN else None,
            "question": question if found.state in OPEN else None,
            "back": reverse("intake:intakes"),
        },
    )


def _labels() -> dict[str, Any]:
    labels = {
        name: Intake._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        for name in (
            "birth_on",
            "nationality",
            "permit_until",
            "tax_id",
            "tax_class",
            "factor",
            "child_allowances",
            "church",
            "federal_state",
            "insurance_number",
            "private",
            "childless",
            "children_under25",
            "iban",
            "holder",
            "other_job",
        )
    }
    return {**labels, "fund": _("Health fund")}


def _shown(change: Change, value: Any) -> str:
    """A value in words. Comparing needs exact values, not pretty ones."""
    if value is None or value == "":
        text = "–"
    elif change.name == "other_job":
        text = ", ".join(f"{OtherJob(kind).label}: {decimal_string(cents)} €" for kind, cents in value.items()) or "–"
    elif change.name == "nationality":
        text = dict(countries((get_language() or "en")[:2])).get(value, value)
    elif change.name == "church":
        text = str(Church(value).label)
    elif change.name == "federal_state":
        text = dict(FEDERAL_STATES).get(value, value)
    elif change.name == "tax_class":
        text = ("I", "II", "III", "IV", "V", "VI")[value - 1]
    elif isinstance(value, bool):
        text = str(_("yes") if value else _("no"))
    elif hasattr(value, "isoformat"):
        text = f"{value:%d.%m.%Y}"
    else:
        text = str(value)
    return text


def _intake(intake_id: int) -> Intake:
    try:
        return intake_by_id(intake_id)
    except NotFound as error:
        raise Http404 from error


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None or not person.is_member:
        raise Http404
    return person
