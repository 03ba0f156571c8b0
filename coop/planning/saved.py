"""Plans that members keep: saved as they were computed, told apart by name, turned into requests."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.planning.known import ItemKind
from coop.planning.models import SavedPlan
from coop.planning.months import later
from coop.planning.plan import HORIZON, Plan, Wish
from coop.tenancy.queries import local_day
from members.models import Person

MOST_SAVED = 30
"""Plans that one member may keep."""


class PlanNameTaken(InvalidInput):
    """You have saved a plan under this name already: choose another one."""

    code = "plan_name_taken"


class PlanInUse(StetigError):
    """A request was made of this plan, so it is kept with the request."""

    code = "plan_in_use"


@transaction.atomic
def save_plan(*, person_id: int, name: str, plan: Plan, at: datetime) -> SavedPlan:
    """Keep the chosen salary of a plan with all that was expected, to compare it with what happens.

    Raises: PlanNameTaken, InvalidInput, NotFound.
    """
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None or plan.known.person_id != person_id:
        raise NotFound
    title = name.strip()
    if not title:
        raise InvalidInput(_("Give the plan a name."))
    if SavedPlan.objects.filter(person_id=person_id).count() >= MOST_SAVED:
        raise InvalidInput(_("You have saved %(most)s plans. Delete one first.") % {"most": MOST_SAVED})
    chosen = plan.chosen
    row = SavedPlan(
        person_id=person_id,
        name=title,
        saved_at=at,
        saved_on=local_day(at),
        starts_on=chosen.wish.starts_on,
        horizon=chosen.wish.horizon,
        gross_cents=chosen.gross_cents,
        risk=chosen.risk.quantize(Decimal("0.001")),
        wish=_wish_as_json(chosen.wish),
        budget_cents=plan.known.budget_cents,
        months=_course_as_json(plan),
        items=[
            {
                "key": item.key,
                "title": item.title,
                "client": item.client,
                "cents": item.cents,
                "expected_on": item.expected_on.isoformat(),
            }
            for item in plan.known.items
            # What no document says cannot be compared with one; it stands in the income of its month.
            if item.kind != ItemKind.EXPECTED
        ],
        law_digest=plan.law_digest,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "savedplan_name_once":
            raise PlanNameTaken from error
        raise
    return row


@transaction.atomic
def forget_plan(*, plan_id: int, person_id: int) -> None:
    """Delete a saved plan that nobody asked anything of. Raises: NotFound, PlanInUse."""
    plan = saved_plan(plan_id, person_id=person_id)
    if plan.requests.exists():
        raise PlanInUse
    plan.delete()


def saved_plans(person_id: int) -> list[SavedPlan]:
    """A person's saved plans, newest first."""
    return list(SavedPlan.objects.filter(person_id=person_id).order_by("-saved_at", "-id"))


def saved_plan(plan_id: int, *, person_id: int) -> SavedPlan:
    """One of a person's plans. Raises: NotFound."""
    found: SavedPlan | None = SavedPlan.objects.filter(id=plan_id, person_id=person_id).first()
    if found is None:
        raise NotFound
    return found


def wish_of_saved(plan: SavedPlan) -> Wish:
    """The wish that a plan was saved with."""
    said = plan.wish
    return Wish(
        starts_on=plan.starts_on,
        gross_cents=plan.gross_cents,
        risk=Decimal(said["risk"]),
        horizon=plan.horizon,
        off=frozenset(date.fromisoformat(month) for month in said["off"]),
        kept=Decimal(said["kept"]),
        dropped=said["dropped"],
        late_client=said["late_client"],
        late_months=said["late_months"],
    )


def last_month_of(plan: SavedPlan) -> date:
    """The last month that the salary of a plan was to hold for."""
    return later(plan.starts_on, min(plan.horizon, HORIZON) - 1)


def _wish_as_json(wish: Wish) -> dict[str, Any]:
    return {
        "risk": str(wish.risk),
        "off": sorted(month.isoformat() for month in wish.off),
        "kept": str(wish.kept),
        "dropped": wish.dropped,
        "late_client": wish.late_client,
        "late_months": wish.late_months,
    }


def _course_as_json(plan: Plan) -> list[dict[str, Any]]:
    course, chosen, contract = plan.chosen.outlook, plan.chosen, plan.known.contract
    running = contract.gross_cents if contract else 0
    rows = []
    for k, month in enumerate(plan.months):
        new = month >= chosen.wish.starts_on
        off = month in chosen.wish.off | plan.known.away
        gross = (0 if off else chosen.gross_cents) if new else running
        rows.append(
            {
                "month": month.isoformat(),
                "income": course.expected_cents[k],
                "cost": course.costs_cents[k],
                "gross": gross if course.costs_cents[k] else 0,
                "end": course.ends_cents[k],
                "low": course.p10_cents[k],
                "high": course.p90_cents[k],
            }
        )
    return rows
