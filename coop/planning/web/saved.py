"""Saved plans: kept, compared with what happened, turned into a request."""

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
from coop.ledger.pages import pages_of
from coop.planning.happened import MonthCompared, Reason, Why, compare
from coop.planning.known import known_of
from coop.planning.models import SavedPlan
from coop.planning.plan import Planner, Wish
from coop.planning.saved import forget_plan, last_month_of, save_plan, saved_plan, saved_plans
from coop.planning.web.forms import SavePlanForm
from coop.planning.web.plan_forms import PlanForm
from coop.planning.web.words import day
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.timekeeping.states import AbsenceCause


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """One's saved plans; a POST saves what the plan page shows."""
    person = _me(request)
    if request.method == "POST":
        return _save(request, person)
    return render(
        request,
        "planning/plans.html",
        {
            "rows": [
                {
                    "name": plan.name,
                    "url": reverse("planning:saved", args=[plan.pk]),
                    "on": plan.saved_on,
                    "gross": plan.gross_cents,
                    "start": plan.starts_on,
                    "risk": plan.risk,
                }
                for plan in saved_plans(person.pk)
            ],
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "on", "label": _("Saved"), "kind": "day"},
                {"key": "gross", "label": _("Gross salary"), "kind": "money"},
                {"key": "start", "label": _("From"), "kind": "month"},
                {"key": "risk", "label": _("Goes wrong in"), "kind": "percent"},
            ],
        },
    )


@allow(Role.MEMBER)
@require_GET
def saved(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One saved plan against what happened."""
    person = _me(request)
    plan = _plan_or_404(plan_id, person)
    today = timezone.localdate()
    months = compare(plan, today)
    addresses = pages_of([reason.source for one in months for reason in one.reasons], roles=frozenset({Role.MEMBER}))
    return render(
        request,
        "planning/saved.html",
        {
            "plan": plan,
            "last": last_month_of(plan),
            "actions": _actions(plan, today),
            "picture": _picture(plan, months),
            "months": [
                {
                    "month": one.month,
                    "over": one.over,
                    "facts": _facts(one),
                    "reasons": [
                        {"text": sentence(reason), "cents": reason.cents, "url": _url(reason, addresses)}
                        for reason in one.reasons
                    ],
                    "state": _state(one),
                }
                for one in reversed(months)
            ],
        },
    )


@allow(Role.MEMBER)
@require_POST
def forget(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Delete a saved plan."""
    person = _me(request)
    _plan_or_404(plan_id, person)
    try:
        forget_plan(plan_id=plan_id, person_id=person.pk)
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("planning:saved", plan_id)
    messages.success(request, _("The plan was deleted."))
    return redirect("planning:plans")


def save_fields(form: PlanForm, gross_cents: int | None) -> list[tuple[str, Any]]:
    """The hidden fields that save what the plan page shows; without a `gross_cents` the advice as it is."""
    fields = [(name, form[name].value()) for name in form.fields if name != "gross"]
    shown = [(name, "" if value is None else value) for name, value in fields]
    return shown if gross_cents is None else [*shown, ("gross", gross_cents // 100)]


def _save(request: HttpRequest, person: Person) -> HttpResponse:
    try:
        planner = Planner.of(known_of(person, timezone.localdate()))
        named = SavePlanForm(request.POST)
        form = PlanForm(planner.known, 0, request.POST)
        if not named.is_valid() or not form.is_valid():
            messages.error(request, _("Give the plan a name of at most 80 letters, and try again."))
            return redirect("planning:plan")
        wish: Wish = form.wish()
        kept = save_plan(
            person_id=person.pk, name=named.cleaned_data["name"], plan=planner.plan(wish), at=timezone.now()
        )
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("planning:plan")
    messages.success(request, _("The plan was saved. Each month you see here what became of it."))
    return redirect("planning:saved", kept.pk)


def _actions(plan: SavedPlan, today: date) -> list[dict[str, Any]]:
    ask: dict[str, Any] = {
        "url": reverse("planning:ask"),
        "label": _("Ask for this salary"),
        "tone": "primary",
        "method": "post",
        "fields": [
            ("gross", f"{plan.gross_cents // 100}.{plan.gross_cents % 100:02d}"),
            ("starts_on", f"{plan.starts_on:%Y-%m}"),
            ("last_month", f"{last_month_of(plan):%Y-%m}"),
            ("plan", plan.pk),
        ],
    }
    if plan.starts_on <= today:
        ask["disabled"] = _("Its first month has begun. Make a new plan to ask for a salary.")
    elif not plan.gross_cents:
        ask["disabled"] = _("This plan has no salary.")
    forget_it = {
        "url": reverse("planning:forget", args=[plan.pk]),
        "label": _("Delete"),
        "method": "post",
        "tone": "quiet",
        "id": "forget",
        "confirm": _("Delete this plan?"),
    }
    return [ask, forget_it]


def _picture(plan: SavedPlan, months: list[MonthCompared]) -> dict[str, Any]:
    rows = plan.months
    happened = [one.end_cents for one in months if one.over]
    return {
        "labels": [date.fromisoformat(row["month"]) for row in rows],
        "series": [
            {"name": _("Planned"), "values": [row["end"] for row in rows]},
            {"name": _("What happened"), "values": happened + [None] * (len(rows) - len(happened))},
            {"name": _("Salary"), "values": [row["cost"] for row in rows], "steps": True},
        ][: 3 if happened else 1],
        "bands": [
            {
                "name": _("8 of 10 cases"),
                "lows": [row["low"] for row in rows],
                "highs": [row["high"] for row in rows],
            }
        ],
    }


def _facts(one: MonthCompared) -> list[dict[str, Any]]:
    return [
        {"label": _("Income planned"), "cents": one.planned_income_cents},
        {"label": _("Income that came"), "cents": one.income_cents},
        {"label": _("Salary planned, with all contributions"), "cents": one.planned_cost_cents},
        {"label": _("Salary that was paid"), "cents": one.cost_cents},
        {"label": _("Budget at the end, planned"), "cents": one.planned_end_cents},
        {"label": _("Budget at the end") if one.over else _("Budget now"), "cents": one.end_cents},
        {"label": _("More than planned"), "cents": one.difference_cents, "sum": True},
    ]


def _url(reason: Reason, addresses: dict[str, str]) -> str:
    if reason.source.startswith("job:"):
        return reverse("invoicing:job", args=[int(reason.source.removeprefix("job:"))])
    return addresses.get(reason.source, "")


def _state(one: MonthCompared) -> dict[str, str]:
    if not one.over:
        return {"label": _("still under way"), "tone": "neutral"}
    if one.as_expected:
        return {"label": _("within what was expected"), "tone": "good"}
    if one.difference_cents > 0:
        return {"label": _("better than expected"), "tone": "good"}
    return {"label": _("worse than expected"), "tone": "warn"}


def sentence(reason: Reason) -> str:
    """A reason in words, in the reader's language."""
    about = {
        "title": reason.title,
        "client": reason.client,
        "day": day(reason.on) if reason.on else "",
        "expected": day(reason.expected_on) if reason.expected_on else "",
        "days": ngettext("%(n)s day", "%(n)s days", abs(reason.days_late)) % {"n": abs(reason.days_late)},
        "last": day(date.fromordinal(reason.until.toordinal() - 1)) if reason.until else "",
        "cause": AbsenceCause(reason.cause).label if reason.cause else "",
    }
    texts = {
        Why.PAID_LATE: _("%(title)s: %(client)s paid late, on %(day)s instead of %(expected)s."),
        Why.NOT_YET_PAID: _("%(title)s: %(client)s has not paid yet; it was expected on %(expected)s."),
        Why.PAID_EARLIER: _("%(title)s: %(client)s had paid before, on %(day)s."),
        Why.CAME_LATE: _("%(title)s: %(client)s paid now, %(days)s later than expected."),
        Why.CAME_EARLY: _("%(title)s: %(client)s paid %(days)s earlier than expected."),
        Why.PAID_IN_PART: _("%(title)s: %(client)s paid a part of it."),
        Why.PAID_MORE: _("%(title)s: %(client)s paid more than was expected."),
        Why.CANCELLED: _("%(title)s, %(client)s: was cancelled."),
        Why.NOT_INVOICED: _("%(title)s, %(client)s: is not invoiced yet; money was expected on %(expected)s."),
        Why.NEW_WORK: _("Work that was not known yet (%(title)s), against what your history let expect.")
        if reason.title
        else _("No work came in addition, where your history let expect some."),
        Why.OTHER_SALARY: _("Another salary than planned was agreed."),
        Why.NO_SALARY: _("No salary was paid in this month."),
        Why.ONE_OFF: _("One-off pay."),
        Why.AWAY: _("Less pay: %(cause)s from %(day)s to %(last)s."),
        Why.SICK: _("Sick from %(day)s to %(last)s. Work of these days may be missing in what came in."),
        Why.CONTRIBUTIONS: _("The employer's contributions follow the pay."),
        Why.LAW: _("The same pay cost something else: contributions, levies or your insurance data have changed."),
        Why.CORRECTION: _("An earlier payslip was corrected."),
        Why.SHORTFALL: _("The cooperative carried a part of the salary."),
        Why.OTHER: _("Other movements of the budget, see its statement."),
    }
    return texts[reason.why] % about


def _plan_or_404(plan_id: int, person: Person) -> SavedPlan:
    try:
        return saved_plan(plan_id, person_id=person.pk)
    except NotFound as error:
        raise Http404 from error


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        raise Http404
    return person
