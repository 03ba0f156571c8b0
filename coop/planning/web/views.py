"""Pages on salary requests: the member asks and sees what it means, the office decides."""

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
from coop.planning.known import known_of
from coop.planning.models import SalaryRequest
from coop.planning.plan import Planner, Wish
from coop.planning.queries import (
    LEVELS,
    Picture,
    decided_requests,
    picture,
    picture_of,
    request_by_id,
    requests_of,
    running_contract,
    shortfall_warnings,
    waiting_requests,
    warning_of,
)
from coop.planning.states import RequestState
from coop.planning.web.fan import picture_of as picture_of_offer
from coop.planning.web.forms import DeclineForm, SalaryForm
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
    if waiting:
        button["disabled"] = _("Your request is waiting for the office. Withdraw it to send another.")
    return render(
        request,
        "planning/salary.html",
        {
            "person": person,
            "contract": contract,
            "contract_last": before(contract.ends_on) if contract and contract.ends_on else None,
            "figures": figures,
            "warning": warning_of(person, today),
            "actions": [button],
            "rows": [
                {
                    "start": row.starts_on,
                    "last": row.ends_on and before(row.ends_on),
                    "gross": row.gross_cents,
                    "hours": row.weekly_hours,
                    "state": _badge(row),
                    "reason": row.reason,
                    "actions": [_withdraw(row)] if row.state == RequestState.REQUESTED else [],
                }
                for row in requests_of(person.pk)
            ],
            "columns": [
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
        context |= _facts(seen)
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
    """Requests that wait, those decided, and pay that will not be covered."""
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
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "gross", "label": _("Gross salary"), "kind": "money"},
                {"key": "cost", "label": _("Total cost a month"), "kind": "money"},
                {"key": "lasts", "label": _("Covered")},
                {"key": "state", "label": _("Check"), "kind": "state"},
            ],
            "decided": [
                {
                    "name": row.person.name,
                    "url": reverse("planning:request", args=[row.pk]),
                    "start": row.starts_on,
                    "gross": row.gross_cents,
                    "on": row.decided_at,
                    "by": row.decided_by,
                    "state": _badge(row),
                }
                for row in decided_requests()
            ],
            "decided_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "gross", "label": _("Gross salary"), "kind": "money"},
                {"key": "on", "label": _("Decided"), "kind": "day"},
                {"key": "by", "label": _("By")},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
            "warnings": [
                {
                    "name": warning.person.name,
                    "url": reverse("payroll:person", args=[warning.person.pk]),
                    "month": warning.month,
                    "pay_on": warning.pay_on,
                    "missing": warning.missing_cents,
                    "level": {
                        "label": _("within %(days)s days") % {"days": warning.level},
                        "tone": "bad" if warning.level == min(LEVELS) else "warn",
                    },
                }
                for warning in shortfall_warnings(today)
            ],
            "warning_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "month", "label": _("Salary of"), "kind": "month"},
                {"key": "pay_on", "label": _("Pay day"), "kind": "day"},
                {"key": "missing", "label": _("Not covered"), "kind": "money"},
                {"key": "level", "label": _("When"), "kind": "state"},
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
        "last": found.ends_on and before(found.ends_on),
        "state": _badge(found),
        "form": form,
    }
    if found.state == RequestState.REQUESTED:
        try:
            seen = picture_of(found, timezone.localdate())
        except StetigError as error:
            context["problem"] = str(error)
        else:
            context |= {"picture": seen, "approve": [_approve(found, seen)], **_facts(seen)}
            context |= _forecast(found)
    return render(request, "planning/request.html", context)


@allow(Role.PAYROLL)
@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    """Make a contract of a request."""
    found = _request_or_404(request_id)
    try:
        actions.approve_request(request_id=request_id, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("planning:request", request_id)
    messages.success(request, _("Approved: the salary is agreed and its cost is promised out of the budget."))
    return redirect("payroll:person", found.person_id)


@allow(Role.PAYROLL)
@require_POST
def approve_clear(request: HttpRequest) -> HttpResponse:
    """Approve every waiting request at which nothing stands out; the others stay."""
    today = timezone.localdate()
    done = 0
    for row in waiting_requests():
        try:
            if _stands_out(picture_of(row, today)):
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


def _stands_out(seen: Picture) -> bool:
    return seen.below_minimum_wage or not seen.covered or bool(seen.passed_limit) or seen.estimated or seen.low_net


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


def _facts(seen: Picture) -> dict[str, Any]:
    """A picture as facts, and what has to be said about it."""
    notes = []
    if seen.estimated:
        notes.append(
            (
                "info",
                _(
                    "Tax and insurance data are missing, so this is an estimate: tax class I, no children, an average "
                    "health fund."
                ),
            )
        )
    if seen.below_minimum_wage:
        text = _("For these hours the pay is below the minimum wage. It allows at most %(hours)s hours a week.")
        notes.append(("bad", text % {"hours": seen.most_hours}))
    if not seen.covered:
        notes.append(
            (
                "bad",
                _(
                    "Budget and confirmed jobs do not bear this salary until it ends. It can be approved when they do: with a "
                    "lower salary, a shorter time, or more confirmed jobs."
                ),
            )
        )
    if seen.passed_limit:
        notes.append(
            (
                "bad",
                _("This salary would be paid further ahead of client money than the limit for advances allows.")
                if not seen.passed_limit.of_all
                else _(
                    "All salaries together would be paid further ahead of client money than the limit for advances allows."
                ),
            )
        )
    if seen.low_net:
        notes.append(
            ("warn", _("The cooperative recommends a salary that leaves more than this on average over the year."))
        )
    return {
        "notes": notes,
        "month_facts": [
            {"label": _("Gross pay"), "cents": seen.salary.gross_cents},
            {"label": _("Paid out"), "cents": seen.salary.net_cents},
            {"label": _("Total cost a month"), "cents": seen.salary.cost_cents, "sum": True},
        ],
        "cover_facts": [
            {"label": _("Money in the budget"), "cents": seen.free_cents},
            {"label": _("Confirmed by clients and guaranteed"), "cents": seen.cover_cents},
            {"label": _("Promised already"), "cents": -seen.bound_cents},
            {"label": _("Available"), "cents": seen.available_cents, "sum": True},
            {
                "label": _("Needed for the %(months)s promised ahead") % {"months": _months(seen.months)}
                if seen.open_ended
                else _("Needed until the end"),
                "cents": seen.total_cents,
            },
            {"label": _("That lasts for"), "value": _months(seen.lasts_months)},
        ],
    }


def _months(count: int) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}


def _waiting_row(row: SalaryRequest, today: Any) -> dict[str, Any]:
    shown = {
        "name": row.person.name,
        "url": reverse("planning:request", args=[row.pk]),
        "start": row.starts_on,
        "gross": row.gross_cents,
    }
    try:
        seen = picture_of(row, today)
    except StetigError:
        return {**shown, "cost": None, "lasts": None, "state": {"label": _("cannot be computed"), "tone": "bad"}}
    if seen.below_minimum_wage:
        state = {"label": _("below the minimum wage"), "tone": "bad"}
    elif not seen.covered:
        state = {"label": _("not covered"), "tone": "bad"}
    elif seen.passed_limit:
        state = {"label": _("above the limit for advances"), "tone": "bad"}
    elif seen.estimated:
        state = {"label": _("data is missing"), "tone": "warn"}
    else:
        state = {"label": _("can be approved"), "tone": "good"}
    return {
        **shown,
        "cost": seen.salary.cost_cents,
        "lasts": _("%(covered)s of %(wanted)s") % {"covered": seen.lasts_months, "wanted": _months(seen.months)},
        "state": state,
    }


def _approve(found: SalaryRequest, seen: Picture) -> dict[str, Any]:
    button: dict[str, Any] = {
        "url": reverse("planning:approve", args=[found.pk]),
        "label": _("Approve"),
        "tone": "primary",
        "method": "post",
        "id": "approve",
        "confirm": _("Agree this salary and promise its cost out of the budget?"),
    }
    if seen.estimated:
        button["disabled"] = _("Tax data and insurance come first.")
    elif seen.below_minimum_wage:
        button["disabled"] = _("The hours are too many for this pay.")
    elif not seen.covered:
        button["disabled"] = _("Budget and cover do not bear it.")
    elif seen.passed_limit:
        button["disabled"] = _("The limit for advances would be passed.")
    return button


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
