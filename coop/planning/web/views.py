"""Pages on salary requests: the member asks and sees what it means, the office decides."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.ledger.queries import figures_of
from coop.planning import actions
from coop.planning.effects import OneOff, effect_of, stands_out_mildly
from coop.planning.known import known_of
from coop.planning.models import SalaryRequest
from coop.planning.plan import Planner, Wish
from coop.planning.queries import (
    Picture,
    decided_requests,
    picture,
    request_by_id,
    requests_of,
    running_contract,
    waiting_requests,
    warning_of,
)
from coop.planning.states import OF_SALARY, RequestKind, RequestState
from coop.planning.web.effects import check_of, months, shown
from coop.planning.web.fan import picture_of as picture_of_offer
from coop.planning.web.forms import ApproveForm, DeclineForm, SalaryForm
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.queries import after, before

TONES = {
    RequestState.REQUESTED: "warn",
    RequestState.APPROVED: "good",
    RequestState.DECLINED: "bad",
    RequestState.WITHDRAWN: "neutral",
}
MONTHS = 4
"""How long a first contract normally lasts."""


@allow(Role.MEMBER)
@require_GET
def salary(request: HttpRequest) -> HttpResponse:
    """One's own salary: what runs, what is asked for, what will not be covered."""
    person = _me(request)
    today = timezone.localdate()
    contract = running_contract(person.pk, today)
    waiting = [row for row in requests_of(person.pk) if row.state == RequestState.REQUESTED]
    figures = figures_of(person.budget_id, today) if person.budget_id else None
    button: dict[str, Any] = {"url": reverse("planning:ask"), "label": _("Ask for a salary"), "tone": "primary"}
    others: list[dict[str, Any]] = []
    if waiting:
        button["disabled"] = _("Your request is waiting for the office. Withdraw it to send another.")
    elif contract:
        others = [
            {"url": reverse("planning:ask_pause"), "label": _("Unpaid leave")},
            {"url": reverse("planning:ask_one_off"), "label": _("One-off pay-out")},
            {"url": reverse("planning:ask_end"), "label": _("End the employment"), "tone": "quiet"},
        ]
    return render(
        request,
        "planning/salary.html",
        {
            "person": person,
            "contract": contract,
            "contract_last": before(contract.ends_on) if contract and contract.ends_on else None,
            "figures": figures,
            "warning": warning_of(person, today),
            "actions": [button, *others],
            "rows": [
                {
                    "what": RequestKind(row.kind).label,
                    "start": before(row.starts_on) if row.kind == RequestKind.END else row.starts_on,
                    "last": row.ends_on and before(row.ends_on),
                    "gross": row.gross_cents or None,
                    "hours": row.weekly_hours or None,
                    "state": _badge(row),
                    "reason": row.reason,
                    "actions": [_withdraw(row)] if row.state == RequestState.REQUESTED else [],
                }
                for row in requests_of(person.pk)
            ],
            "columns": [
                {"key": "what", "label": _("What")},
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "last", "label": _("Until"), "kind": "month"},
                {"key": "gross", "label": _("Gross salary"), "kind": "money"},
                {"key": "hours", "label": _("Hours a week"), "kind": "number"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "reason", "label": _("Reason")},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a salary: first its picture, then the request."""
    person = _me(request)
    today = timezone.localdate()
    first = after(month_of(today))
    contract = running_contract(person.pk, today)
    initial = {
        "gross": contract.gross_cents if contract else None,
        "weekly_hours": contract.weekly_hours if contract else None,
        "starts_on": first,
        "last_month": _later(first, MONTHS - 1),
    }
    form = SalaryForm(request.POST or None, initial=initial)
    seen: Picture | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if "send" in request.POST:
                actions.request_salary(
                    person_id=person.pk,
                    at=timezone.now(),
                    by=request.user,  # type: ignore[arg-type]
                    plan_id=form.cleaned_data["plan"],
                    **form.values(),
                )
                messages.success(request, _("Your request was sent. The office answers before the month begins."))
                return redirect("planning:salary")
            seen = picture(person=person, on=today, **form.values())
        except StetigError as error:
            form.add_error(None, str(error))
    context: dict[str, Any] = {"form": form, "picture": seen, "back": reverse("planning:salary"), "deadline": today}
    if seen:
        context |= shown(seen)
        context["send"] = [
            {
                "url": reverse("planning:ask"),
                "label": _("Send this request"),
                "tone": "primary",
                "method": "post",
                "name": "send",
                "value": "1",
                "fields": [(name, form.data[name]) for name in form.fields if name in form.data],
            }
        ]
        if seen.below_minimum_wage:
            context["send"][0]["disabled"] = _("The hours are too many for this pay.")
    return render(request, "planning/ask.html", context)


@allow(Role.MEMBER)
@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one's own request back."""
    person = _me(request)
    _request_or_404(request_id, person_id=person.pk)
    try:
        actions.withdraw_request(request_id=request_id, person_id=person.pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your request was withdrawn."))
    return redirect("planning:salary")


@allow(Role.PAYROLL)
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Requests that wait, and those decided."""
    today = timezone.localdate()
    return render(
        request,
        "planning/requests.html",
        {
            "bulk": [
                {
                    "url": reverse("planning:approve_clear"),
                    "label": _("Approve all at which nothing stands out"),
                    "method": "post",
                    "id": "approve-clear",
                    "confirm": _("Agree these salaries and promise their cost out of the budgets?"),
                }
            ],
            "waiting": [_waiting_row(row, today) for row in waiting_requests()],
            "waiting_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "what", "label": _("What")},
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "gross", "label": _("Gross"), "kind": "money"},
                {"key": "cost", "label": _("Total cost a month"), "kind": "money"},
                {"key": "lasts", "label": _("Covered")},
                {"key": "state", "label": _("Check"), "kind": "state"},
            ],
            "decided": [
                {
                    "name": row.person.name,
                    "url": reverse("planning:request", args=[row.pk]),
                    "what": RequestKind(row.kind).label,
                    "start": row.starts_on,
                    "gross": row.gross_cents or None,
                    "on": row.decided_at,
                    "by": row.decided_by,
                    "state": _badge(row),
                }
                for row in decided_requests()
            ],
            "decided_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "what", "label": _("What")},
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "gross", "label": _("Gross"), "kind": "money"},
                {"key": "on", "label": _("Decided"), "kind": "day"},
                {"key": "by", "label": _("By")},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def one_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request with its picture; a POST declines it with a reason."""
    found = _request_or_404(request_id)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decline_request(request_id=request_id, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The request was declined, and the member was told why."))
            return redirect("planning:requests")
    context: dict[str, Any] = {
        "asked": found,
        "kind": RequestKind(found.kind).label,
        "of_salary": found.kind in OF_SALARY,
        "on": before(found.starts_on) if found.kind == RequestKind.END else found.starts_on,
        "last": found.ends_on and before(found.ends_on),
        "state": _badge(found),
        "form": form,
    }
    if found.state == RequestState.REQUESTED:
        try:
            seen = effect_of(found, timezone.localdate())
        except StetigError as error:
            context["problem"] = str(error)
        else:
            means = shown(seen)
            context |= {"picture": seen, **means, "approve": [_approve(found, means["blocked"])]}
            context["approve_form"] = ApproveForm(prefix="approve")
            context["approve_form"].fields["reason"].required = (
                stands_out_mildly(seen) and found.kind != RequestKind.END
            )
            if found.kind in OF_SALARY:
                context |= _forecast(found)
    return render(request, "planning/request.html", context)


@allow(Role.PAYROLL)
@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    """Let a request come true, with a reason where something stands out."""
    found = _request_or_404(request_id)
    reason = request.POST.get("approve-reason", "")[:500]
    try:
        actions.approve_request(request_id=request_id, reason=reason, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("planning:request", request_id)
    if found.kind in OF_SALARY:
        messages.success(request, _("Approved: the salary is agreed and its cost is promised out of the budget."))
    else:
        messages.success(request, _("Approved: %(what)s.") % {"what": RequestKind(found.kind).label})
    return redirect("payroll:person", found.person_id)


@allow(Role.PAYROLL)
@require_POST
def approve_clear(request: HttpRequest) -> HttpResponse:
    """Approve every waiting request at which nothing stands out; the others stay."""
    today = timezone.localdate()
    done = 0
    for row in waiting_requests():
        try:
            if effect_of(row, today).stands_out:
                continue
            actions.approve_request(request_id=row.pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        except StetigError:
            continue  # it stays on the list, whose check says why
        done += 1
    messages.success(
        request,
        ngettext("%(n)s request was approved.", "%(n)s requests were approved.", done) % {"n": done},
    )
    return redirect("planning:requests")


def _forecast(found: SalaryRequest) -> dict[str, Any]:
    """The member's own picture under the salary asked for, where it can be drawn."""
    try:
        planner = Planner.of(known_of(found.person, timezone.localdate()))
        wish = Wish(starts_on=found.starts_on, gross_cents=found.gross_cents)
        offer = planner.show(wish, found.gross_cents)
        advised = planner.advise(wish)
    except StetigError:
        return {}
    return {
        "fan": picture_of_offer(planner.months, offer),
        "forecast_facts": [
            {"label": _("Advised gross salary"), "cents": advised.gross_cents},
            {"label": _("The salary asked for goes wrong within twelve months in"), "percent": offer.risk},
        ],
    }


def _waiting_row(row: SalaryRequest, today: date) -> dict[str, Any]:
    line = {
        "name": row.person.name,
        "url": reverse("planning:request", args=[row.pk]),
        "what": RequestKind(row.kind).label,
        "start": row.starts_on,
        "gross": row.gross_cents or None,
    }
    try:
        seen = effect_of(row, today)
    except StetigError:
        return {**line, "cost": None, "lasts": None, "state": {"label": _("cannot be computed"), "tone": "bad"}}
    cost, lasts = None, None
    if isinstance(seen, Picture):
        cost = seen.salary.cost_cents
        lasts = _("%(covered)s of %(wanted)s") % {"covered": seen.lasts_months, "wanted": months(seen.months)}
    elif isinstance(seen, OneOff):
        cost = seen.quote.cost_cents
    return {**line, "cost": cost, "lasts": lasts, "state": check_of(seen)}


def _approve(found: SalaryRequest, blocked: str) -> dict[str, Any]:
    """The button that cannot be pressed, with why; or the one beside the reason."""
    button: dict[str, Any] = {"url": reverse("planning:approve", args=[found.pk]), "label": _("Approve")}
    return {**button, "disabled": blocked} if blocked else button


def _withdraw(row: SalaryRequest) -> dict[str, Any]:
    return {
        "url": reverse("planning:withdraw", args=[row.pk]),
        "label": _("Withdraw"),
        "tone": "quiet",
        "method": "post",
        "small": True,
    }


def _badge(row: SalaryRequest) -> dict[str, Any]:
    state = RequestState(row.state)
    return {"label": state.label, "tone": TONES[state]}


def _later(month: Any, count: int) -> Any:
    for _step in range(count):
        month = after(month)
    return month


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person


def _request_or_404(request_id: int, *, person_id: int | None = None) -> SalaryRequest:
    try:
        return request_by_id(request_id, person_id=person_id)
    except NotFound as error:
        raise Http404 from error
