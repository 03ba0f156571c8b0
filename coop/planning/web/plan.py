"""The member's own plan: the salary that holds, why, and what would change it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coop.documents.pdf import pdf_of
from coop.errors import StetigError
from coop.planning.alternatives import Alternative, Change, Way, alternatives, changes, way_of, wish_of
from coop.planning.cliffs import Cliff, Step, cliffs
from coop.planning.known import Item, ItemKind, Known, known_of
from coop.planning.months import later
from coop.planning.plan import Offer, Plan, Planner, Wish
from coop.planning.web.fan import picture_of
from coop.planning.web.plan_forms import PlanForm, first_values
from coop.planning.web.saved import save_fields
from coop.planning.web.words import day, euros
from coop.planning.web.words import month as month_name
from coop.tenancy.access import allow
from coop.tenancy.queries import this_cooperative
from coop.tenancy.states import Role
from members.queries import person_of
from payroll.germany.salary import salary_law

ITEMS_SHOWN = 12
HOURS_NOT_FIXED = Decimal(20)
"""Hours a week that count where none are agreed (§ 12 (1) TzBfG)."""
ALG_MONTHS = 3
"""Who will be out of work has to register as job-seeking three months before (§ 38 SGB III)."""


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """The advice, its picture and the sliders; a POST answers what was moved, for htmx with the answer alone."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "planning/no_plan.html")
    known = known_of(person, timezone.localdate())
    try:
        planner = Planner.of(known)
        advised = planner.advise(Wish(starts_on=planner.months[1]))
    except StetigError as error:
        return render(request, "planning/no_plan.html", {"problem": str(error)})
    form = _form(request, planner, advised)
    wish = form.wish() if form.is_bound and form.is_valid() else _asked_way(request, planner)
    seen = planner.plan(wish)
    shown = seen.chosen.gross_cents if form.is_bound and wish.gross_cents is not None else None
    context = {"form": form, **answer(planner, seen), "save_fields": save_fields(form, shown)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "planning/_plan_answer.html", context)
    return render(request, "planning/plan.html", {**context, **_around(planner, wish)})


@allow(Role.MEMBER)
@require_GET
def plan_pdf(request: HttpRequest) -> HttpResponse:
    """The advice of a way (see the page) on paper, with the same picture."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "planning/no_plan.html")
    today = timezone.localdate()
    try:
        planner = Planner.of(known_of(person, today))
        seen = planner.plan(_asked_way(request, planner))
    except StetigError as error:
        return render(request, "planning/no_plan.html", {"problem": str(error)})
    context = {
        "person": person,
        "cooperative": this_cooperative(),
        "on": today,
        "plan": seen,
        "chosen": seen.chosen,
        "facts": _facts(seen.chosen),
        "notes": [*_cliff_notes(seen), *_notes(seen)],
        "reasons": list(_reasons(planner)),
        "picture": picture_of(seen.months, seen.chosen),
        "rows": _month_rows(seen),
    }
    response = HttpResponse(
        pdf_of("documents/plan.html", context, get_language() or "en"), content_type="application/pdf"
    )
    response["Content-Disposition"] = 'attachment; filename="plan.pdf"'
    return response


def answer(planner: Planner, seen: Plan) -> dict[str, Any]:
    """What changes with the sliders: the figures, the picture, the steps of the law, what would change it."""
    chosen, advised = seen.chosen, seen.advised
    return {
        "plan": seen,
        "chosen": chosen,
        "advised": advised,
        "is_advice": chosen.gross_cents == advised.gross_cents,
        "holds": chosen.risk <= chosen.wish.risk,
        "notes": [*_cliff_notes(seen), *_notes(seen)],
        "facts": _facts(chosen),
        "advised_facts": _facts(advised),
        "changes": [_change(one) for one in changes(planner, chosen.wish, advised)],
        "picture": picture_of(seen.months, chosen),
        "ask": [_ask(planner.known, chosen)] if chosen.salary else [],
        "month_rows": _month_rows(seen),
        "month_columns": [
            {"key": "month", "label": _("Month"), "kind": "month"},
            {"key": "income", "label": _("Income expected"), "kind": "money"},
            {"key": "cost", "label": _("Salary with all contributions"), "kind": "money"},
            {"key": "end", "label": _("Budget at the end, as expected"), "kind": "money"},
            {"key": "dry", "label": _("Went wrong until then"), "kind": "percent"},
        ],
    }


def _around(planner: Planner, wish: Wish) -> dict[str, Any]:
    """What stands still on the page while sliders move."""
    known = planner.known
    return {
        "actions": [
            {"url": reverse("planning:expected"), "label": _("What I expect")},
            {"url": reverse("planning:plans"), "label": _("Saved plans")},
            {"url": f"{reverse('planning:plan_pdf')}?way={way_of(wish)}", "label": _("As PDF")},
        ],
        "reasons": list(_reasons(planner)),
        "safe": _safe(planner, wish.risk),
        "items": [_item_row(item) for item in known.items[:ITEMS_SHOWN]],
        "item_columns": [
            {"key": "title", "label": _("What is on its way"), "url": "url"},
            {"key": "cents", "label": _("After the fee"), "kind": "money"},
            {"key": "expected", "label": _("Expected"), "kind": "day"},
            {"key": "chance", "label": _("Chance"), "kind": "percent"},
            {"key": "state", "label": _("Guarantee"), "kind": "state"},
        ],
        "ways": [_way_row(one) for one in alternatives(planner, wish)],
        "way_columns": [
            {"key": "label", "label": _("What you want most"), "url": "url"},
            {"key": "gross", "label": _("Gross"), "kind": "money"},
            {"key": "net", "label": _("Paid out"), "kind": "money"},
            {"key": "cost", "label": _("Total cost"), "kind": "money"},
            {"key": "risk", "label": _("Goes wrong in"), "kind": "percent"},
            {"key": "left", "label": _("In the budget after it"), "kind": "money"},
        ],
    }


def _form(request: HttpRequest, planner: Planner, advised: Offer) -> PlanForm:
    highest = 2 * max(advised.gross_cents, planner.known.contract.gross_cents if planner.known.contract else 0, 100_000)
    if request.method == "POST":
        return PlanForm(planner.known, highest, request.POST)
    wish = _asked_way(request, planner)
    shown = planner.advise(wish)
    values = first_values(planner.known, shown.gross_cents) | {
        "horizon": str(wish.horizon),
        "kept": str(wish.kept),
        "off_from": min(wish.off).isoformat() if wish.off else "",
        "off_months": len(wish.off),
    }
    return PlanForm(planner.known, highest, initial=values)


def _asked_way(request: HttpRequest, planner: Planner) -> Wish:
    base = Wish(starts_on=planner.months[1])
    asked = request.GET.get("way", "")
    return wish_of(Way(asked), base) if asked in list(Way) else base


def _facts(offer: Offer) -> list[dict[str, Any]]:
    paid = offer.salary
    if paid is None:
        return []
    return [
        {"label": _("Gross salary a month"), "cents": paid.gross_cents},
        {"label": _("Paid out"), "cents": paid.net_cents},
        {"label": _("Total cost a month"), "cents": paid.cost_cents, "sum": True},
        {"label": _("Hours a week that this allows at the minimum wage"), "value": offer.most_hours},
    ]


def _ask(known: Known, offer: Offer) -> dict[str, Any]:
    """A salary request with this salary, which shows what it means before it is sent."""
    wish = offer.wish
    hours = min(known.contract.weekly_hours if known.contract else HOURS_NOT_FIXED, offer.most_hours)
    return {
        "url": reverse("planning:ask"),
        "label": _("Ask for this salary"),
        "tone": "primary",
        "method": "post",
        "fields": [
            ("gross", f"{offer.gross_cents // 100}.{offer.gross_cents % 100:02d}"),
            ("weekly_hours", f"{hours:.2f}"),
            ("starts_on", f"{wish.starts_on:%Y-%m}"),
            ("last_month", f"{later(wish.starts_on, wish.horizon - 1):%Y-%m}"),
        ],
    }


def _month_rows(seen: Plan) -> list[dict[str, Any]]:
    course = seen.chosen.outlook
    return [
        {
            "month": month,
            "income": course.expected_cents[k],
            "cost": -course.costs_cents[k],
            "end": course.ends_cents[k],
            "dry": course.dry_by[k],
        }
        for k, month in enumerate(seen.months)
    ]


def _notes(seen: Plan) -> Iterator[tuple[str, str]]:
    if not seen.from_history:
        yield (
            "info",
            _(
                "There are fewer than six months of your own income yet. So this counts only money that is known to "
                "come; the advice grows with every month."
            ),
        )
    if seen.estimated:
        yield (
            "info",
            _(
                "Tax and insurance data are missing, so this is an estimate: tax class I, no children, an average "
                "health fund."
            ),
        )
    if seen.law_confirmed_until:
        yield (
            "info",
            _("The law after %(month)s is not confirmed yet. Those months are planned with the last confirmed law.")
            % {"month": month_name(seen.law_confirmed_until)},
        )


def _cliff_notes(seen: Plan) -> Iterator[tuple[str, str]]:
    paid = seen.chosen.salary
    if paid is None:
        return
    law = salary_law(seen.law_months[-1])
    for cliff in cliffs(law, paid, recommended_net_cents=seen.known.recommended_net_cents):
        yield _cliff(cliff)


def _cliff(cliff: Cliff) -> tuple[str, str]:
    notes = {
        (Step.MINIJOB, False): (
            "warn",
            _(
                "Up to %(limit)s a month this is a Minijob: it brings no health insurance and no claim to unemployment "
                "benefit. A little more pay insures you in full."
            ),
        ),
        (Step.MINIJOB, True): (
            "warn",
            _(
                "Just above the Minijob limit of %(limit)s. If the pay falls to it, health insurance through this job "
                "ends."
            ),
        ),
        Step.MIDIJOB: (
            "info",
            _("Near %(limit)s, where the transition range ends: above it you pay the full contributions."),
        ),
        Step.HEALTH_CEILING: ("info", _("Near %(limit)s: above it health and care insurance cost no more.")),
        Step.PENSION_CEILING: ("info", _("Near %(limit)s: above it pension and unemployment insurance cost no more.")),
        Step.STUDENT: ("info", _("As a student: only pension insurance is due, up to 20 hours a week.")),
        Step.RECOMMENDED_NET: (
            "warn",
            _("The cooperative recommends at least %(limit)s paid out on average over the year."),
        ),
    }
    tone, text = notes.get(cliff.step) or notes[cliff.step, cliff.above]
    return tone, text % {"limit": euros(cliff.limit_cents)}


def _change(one: Change) -> dict[str, Any]:
    labels = {
        "money": _("With 1,000 euros more in the budget"),
        "risk": _("If it may go wrong in 10 of 100 cases"),
        "start": _("Beginning a month later"),
    }
    return {"label": labels[one.kind], "cents": one.gross_cents}


def _reasons(planner: Planner) -> Iterator[str]:
    known = planner.known
    yield _("Your budget holds %(amount)s today.") % {"amount": euros(known.budget_cents)}
    months = len(known.history)
    if planner.from_history:
        yield (
            ngettext(
                "Your income of %(n)s month, from paid invoices.",
                "Your income of %(n)s months, from paid invoices.",
                months,
            )
            % {"n": months}
        )
    if known.items:
        total = sum(item.cents for item in known.items)
        yield _("%(amount)s on its way, each part with its day and its chance.") % {"amount": euros(total)}
    guaranteed = sum(item.cents for item in known.items if item.guaranteed)
    if guaranteed:
        yield _("Of it %(amount)s are guaranteed and count before they have come.") % {"amount": euros(guaranteed)}
    if known.expenses:
        yield _("%(amount)s of expenses that you expect.") % {"amount": euros(sum(known.expenses.values()))}
    if known.away:
        yield _("No salary in %(months)s, because of your leave.") % {
            "months": ", ".join(month_name(each) for each in sorted(known.away))
        }
    if known.promised:
        yield _("Your running salary is paid in full until the new one begins.")
    yield (
        _("Contributions and taxes as the salary run computes them, by the law of %(first)s to %(last)s.")
        % {"first": month_name(planner.law_months[0]), "last": month_name(planner.law_months[-1])}
    )
    yield _("1,000 courses of your income, drawn so that the same question always has the same answer.")


def _safe(planner: Planner, risk: Decimal) -> dict[str, Any] | None:
    """Until when the running salary is safe, and what the next lawful steps would be, with their deadlines."""
    known = planner.known
    if known.contract is None:
        return None
    course = planner.as_it_is()
    months = course.safe_months(risk)
    paid = [k for k, cents in enumerate(course.costs_cents) if cents]
    if not paid:
        return None
    if months > paid[-1]:
        return {"until": planner.months[paid[-1]], "borne": True, "steps": []}
    unsafe = planner.months[months]
    begins = max(unsafe, planner.months[1])
    steps = [
        {
            "title": _("Agree a lower salary"),
            "text": _("Ask until %(day)s, so that it counts from %(month)s on. Your insurance goes on.")
            % {"day": day(begins - timedelta(days=1)), "month": month_name(begins)},
        },
        {
            "title": _("Take unpaid leave"),
            "text": _(
                "Ask until %(day)s. You stay insured in the first month only; from the second month on all insurance ends."
            )
            % {"day": day(begins - timedelta(days=1))},
        },
        {
            "title": _("Let the employment end"),
            "text": _(
                "After 12 insured months within 30 you can claim unemployment benefit. Register as job-seeking %(months)s "
                "months before the end, by %(day)s where it ends before %(month)s; after your own notice the benefit can be "
                "blocked for 12 weeks. Talk to the office first."
            )
            % {
                "months": ALG_MONTHS,
                "day": day(max(known.on, later(begins, -ALG_MONTHS))),
                "month": month_name(begins),
            },
        },
    ]
    return {
        "until": planner.months[months - 1] if months else None,
        "borne": False,
        "steps": steps,
        "ask": reverse("planning:ask"),
    }


def _item_row(item: Item) -> dict[str, Any]:
    names = {ItemKind.JOB: "invoicing:job", ItemKind.INVOICE: "invoicing:invoice"}
    return {
        "title": ", ".join(filter(None, (item.title, item.client))),
        "url": reverse(names[item.kind], args=[item.id]) if item.kind in names else reverse("planning:expected"),
        "cents": item.cents,
        "expected": item.expected_on,
        "chance": item.probability,
        "state": {"label": _("your own estimate"), "tone": "neutral"}
        if item.kind == ItemKind.EXPECTED
        else {"label": _("guaranteed"), "tone": "good"}
        if item.guaranteed
        else {"label": _("when paid"), "tone": "warn"},
    }


def _way_row(one: Alternative) -> dict[str, Any]:
    labels = {
        Way.STEADY: _("Steady for twelve months"),
        Way.SOON: _("Most now, for four months"),
        Way.TIME_OFF: _("Two months off in July and August"),
        Way.RESERVE: _("A reserve of three months' cost at the end"),
        Way.AVERAGE: _("The average of the last twelve months"),
    }
    offer = one.offer
    return {
        "label": labels[one.way],
        "url": "" if one.way is Way.AVERAGE else f"{reverse('planning:plan')}?way={one.way}",
        "gross": offer.gross_cents or None,
        "net": offer.salary.net_cents if offer.salary else None,
        "cost": offer.salary.cost_cents if offer.salary else None,
        "risk": offer.risk,
        "left": offer.left_cents,
    }
