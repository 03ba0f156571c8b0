"""Asking for unpaid leave, a one-off pay-out or the end: first what it means, then the request."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coop.errors import StetigError
from coop.ledger.actions import month_of
from coop.planning import actions
from coop.planning.effects import Effect, end_effect, one_off_effect, pause_effect
from coop.planning.months import later
from coop.planning.queries import run_begins_on, running_contract
from coop.planning.web.effects import shown
from coop.planning.web.forms import EndForm, OneOffForm, PauseForm
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.queries import person_of


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def ask_pause(request: HttpRequest) -> HttpResponse:
    """Unpaid leave of whole months."""
    following = later(month_of(timezone.localdate()), 1)
    form = PauseForm(request.POST or None, initial={"starts_on": following, "last_month": following})
    return _ask(
        request,
        form,
        title=_("Ask for unpaid leave"),
        lead=_(
            "Whole months without salary. Ask until the last day of the month before; in the first month you stay insured."
        ),
        effect=pause_effect,
        send=actions.request_pause,
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def ask_one_off(request: HttpRequest) -> HttpResponse:
    """One-off pay beside the salary of a month."""
    today = timezone.localdate()
    month = month_of(today)
    try:
        month = month if today < run_begins_on(month) else later(month, 1)
    except StetigError as error:
        messages.error(request, str(error))
    return _ask(
        request,
        OneOffForm(request.POST or None, initial={"month": month}),
        title=_("Ask for a one-off pay-out"),
        lead=_("Extra pay with one salary, out of your budget. Ask before that month's salary run begins."),
        effect=one_off_effect,
        send=actions.request_one_off,
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def ask_end(request: HttpRequest) -> HttpResponse:
    """The end of the employment."""
    return _ask(
        request,
        EndForm(request.POST or None, initial={"last_month": later(month_of(timezone.localdate()), 1)}),
        title=_("End the employment"),
        lead=_("You stay a member and keep your budget. Ask before the employment ends, better three months ahead."),
        effect=end_effect,
        send=actions.request_end,
    )


def _ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    lead: str,
    effect: Callable[..., Effect],
    send: Callable[..., Any],
) -> HttpResponse:
    person = person_of(request.user)
    if person is None:
        raise Http404
    seen: Effect | None = None
    if running_contract(person.pk, timezone.localdate()) is None:
        messages.info(request, _("You have no salary at present, so there is nothing to change."))
        return redirect("planning:salary")
    if form.is_bound and form.is_valid():
        values = form.values()  # type: ignore[attr-defined]
        try:
            if "send" in request.POST:
                note = form.cleaned_data["note"]
                send(person_id=person.pk, note=note, at=timezone.now(), by=request.user, **values)
                messages.success(request, _("Your request was sent. The office answers before the month begins."))
                return redirect("planning:salary")
            seen = effect(person, on=timezone.localdate(), **values)
        except StetigError as error:
            form.add_error(None, str(error))
    context: dict[str, Any] = {"title": title, "lead": lead, "form": form, "effect": seen}
    if seen is not None:
        context |= shown(seen)
        context["send"] = [_send(request, form, context["blocked"])]
    return render(request, "planning/ask_other.html", context)


def _send(request: HttpRequest, form: forms.Form, blocked: str) -> dict[str, Any]:
    button: dict[str, Any] = {
        "url": request.path,
        "label": _("Send this request"),
        "tone": "primary",
        "method": "post",
        "name": "send",
        "value": "1",
        "fields": [(name, form.data[name]) for name in form.fields if name in form.data],
    }
    return {**button, "disabled": blocked} if blocked else button
