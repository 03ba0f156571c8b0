"""Planning: members ask for a salary, payroll staff decide."""

from datetime import UTC, date, datetime
from decimal import Decimal

from coop.planning.actions import request_salary
from coop.planning.expectations import expect
from coop.planning.known import known_of
from coop.planning.plan import Planner, Wish
from coop.planning.saved import save_plan
from coop.planning.states import ExpectationKind
from coop.tenancy.states import Role
from members.queries import person_of
from tests.factories.invoicing import make_job
from tests.factories.payroll import employ, give_money, make_member

_OFFICE = {Role.PAYROLL}
_MEMBER = {Role.MEMBER}

PERMISSIONS = {
    "planning:plan": _MEMBER,
    "planning:plan_pdf": _MEMBER,
    "planning:expected": _MEMBER,
    "planning:judge": _MEMBER,
    "planning:expect_no_more": _MEMBER,
    "planning_api:expectations": _MEMBER,
    "planning_api:expectation": _MEMBER,
    "planning_api:judge": _MEMBER,
    "planning:plans": _MEMBER,
    "planning:saved": _MEMBER,
    "planning:forget": _MEMBER,
    "planning_api:plans": _MEMBER,
    "planning_api:saved": _MEMBER,
    "planning:cooperative": {Role.BOARD, Role.AUDITOR},
    "planning:approve_clear": _OFFICE,
    "planning_api:plan": _MEMBER,
    "planning:salary": _MEMBER,
    "planning:ask": _MEMBER,
    "planning:ask_pause": _MEMBER,
    "planning:ask_one_off": _MEMBER,
    "planning:ask_end": _MEMBER,
    "planning_api:pause": _MEMBER,
    "planning_api:pause_effect": _MEMBER,
    "planning_api:one_off": _MEMBER,
    "planning_api:one_off_effect": _MEMBER,
    "planning_api:end": _MEMBER,
    "planning_api:end_effect": _MEMBER,
    "planning:withdraw": _MEMBER,
    "planning:shortfalls": {Role.PAYROLL, Role.BOARD},
    "planning_api:shortfalls": {Role.PAYROLL, Role.BOARD},
    "planning:requests": _OFFICE,
    "planning:request": _OFFICE,
    "planning:approve": _OFFICE,
    "planning_api:requests": {"GET": _MEMBER | _OFFICE, "POST": _MEMBER},
    "planning_api:quote": _MEMBER,
    "planning_api:withdraw": _MEMBER,
    "planning_api:approve": _OFFICE,
    "planning_api:decline": _OFFICE,
}


def _ada(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    return person


def _plan(cast):
    person = _ada(cast)
    planner = Planner.of(known_of(person, date(2026, 3, 10)))
    plan = planner.plan(Wish(starts_on=date(2026, 4, 1), gross_cents=115_000))
    return save_plan(person_id=person.pk, name="Plan", plan=plan, at=datetime(2026, 3, 10, tzinfo=UTC))


def _request(cast):
    person = _ada(cast)
    give_money(person, 1_000_000)
    employ(person, ends_on=date(2026, 4, 1))
    return request_salary(
        person_id=person.pk,
        gross_cents=115_000,
        weekly_hours=Decimal(15),
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 8, 1),
        at=datetime(2026, 3, 10, tzinfo=UTC),
        by=cast.member,
    )


def _expectation(cast):
    made = expect(
        person_id=_ada(cast).pk,
        kind=ExpectationKind.WORK,
        title="Work",
        cents=100,
        first_month=date(2026, 4, 1),
        last_month=date(2026, 4, 1),
        at=datetime(2026, 3, 10, tzinfo=UTC),
        by=None,
    )
    return made.pk


def _likely_job(cast):
    return make_job(cast.member, budget=_ada(cast).budget).pk


SAMPLES = {
    "planning:expect_no_more": lambda cast: {"expectation_id": _expectation(cast)},
    "planning_api:expectation": lambda cast: {"pk": _expectation(cast)},
    "planning:judge": lambda cast: {"job_id": _likely_job(cast)},
    "planning_api:judge": lambda cast: {"pk": _likely_job(cast)},
    **dict.fromkeys(("planning:saved", "planning:forget"), lambda cast: {"plan_id": _plan(cast).pk}),
    "planning_api:saved": lambda cast: {"pk": _plan(cast).pk},
    **dict.fromkeys(
        ("planning:withdraw", "planning:request", "planning:approve"), lambda cast: {"request_id": _request(cast).pk}
    ),
    **dict.fromkeys(
        ("planning_api:withdraw", "planning_api:approve", "planning_api:decline"),
        lambda cast: {"pk": _request(cast).pk},
    ),
}
