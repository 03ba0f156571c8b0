"""Make the demo: each cooperative in one transaction, so that it is there whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_all_start_methods, get_context
from random import Random
from typing import Any

from django.db import connection, connections, transaction

from coop.documents.actions import request_documents
from coop.documents.models import Document
from coop.documents.states import DocumentState
from coop.errors import StetigError
from coop.front.demo.absences import plan_absences
from coop.front.demo.bank import Bank
from coop.front.demo.calendar import months_from, within_law
from coop.front.demo.clients import make_companies
from coop.front.demo.cooperatives import BEGIN, PLANS, Office, Plan, login_maker, open_office
from coop.front.demo.joining import plan_joining
from coop.front.demo.office_bank import plan_office
from coop.front.demo.paying import plan_salaries
from coop.front.demo.people import Pattern, Profile, make_people
from coop.front.demo.stories import plan_stories
from coop.front.demo.waiting import leave_work
from coop.front.demo.working import plan_work
from coop.front.demo.world import World
from coop.tenancy.models import Address, User
from coop.tenancy.scope import coop_scope

DRAWN_FIRST = 40
"""How many of the newest documents of each cooperative are drawn at once; the others follow in the background."""


def make_demo(
    *,
    today: date,
    password: str,
    seed: int = 2026,
    months: int | None = None,
    members: int | None = None,
    side_by_side: bool = False,
    say: Callable[[str], None],
) -> list[str]:
    """Make the cooperatives that are not there yet, and return their slugs.

    The history ends with `today`, or with the last month whose law is confirmed. `months` shortens it to the
    latest ones, `members` makes the larger cooperative so small, for tests. `side_by_side` gives each cooperative a
    process of its own, where the system can.

    Interrupted, it leaves no half cooperative: the next call makes those that are missing, from their beginning.

    Raises: LawUnknown, where no month before `today` has confirmed law; NotMade, where a process of its own failed.
    """
    day = within_law(today)
    played = months_from(BEGIN, day)
    if months is not None:
        played = played[-months:]
    there = set(Address.objects.filter(slug__in=[plan.slug for plan in PLANS]).values_list("slug", flat=True))
    make_login = login_maker(password)
    missing = [
        plan if members is None else replace(plan, members=min(plan.members, members))
        for plan in PLANS
        if plan.slug not in there
    ]

    def make(plan: Plan) -> None:
        _make(plan, make_login, seed=seed, months=played, today=day, say=say)

    if side_by_side and "fork" in get_all_start_methods():
        _each_alone(make, missing)
    else:
        for plan in missing:
            make(plan)
    return [plan.slug for plan in missing]


class NotMade(StetigError):
    """A cooperative of the demo could not be made; what was said above names the reason. The others are there."""

    code = "demo_not_made"


def _each_alone(make: Callable[[Plan], None], plans: list[Plan]) -> None:
    """Call `make` for each plan in a process of its own, which ends with this one."""
    # A connection must not be used by two processes.
    connections.close_all()
    processes = [get_context("fork").Process(target=make, args=(plan,), daemon=True) for plan in plans]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise NotMade


def _make(
    plan: Plan,
    make_login: Callable[..., User],
    *,
    seed: int,
    months: list[date],
    today: date,
    say: Callable[[str], None],
) -> None:
    with transaction.atomic():
        office = open_office(plan, make_login)
        say(f"{plan.legal['name']}: open")
        if not plan.members:
            return
        with coop_scope(office.cooperative.pk), _all_or_nothing():
            world = _world(office, make_login, seed=seed, months=months, today=today)
            for prepare in (
                plan_joining,
                plan_work,
                plan_office,
                plan_stories,
                plan_salaries,
                plan_absences,
                leave_work,
            ):
                prepare(world)
            world.play(_months_shown(plan, say))
            _draw_newest()


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Let actions make no savepoints: an error ends the whole demo, so that none is returned to.

    Two of five statements would be theirs. An action that caught an error and went on would fail here.
    """

    def send(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SAVEPOINT ", "RELEASE SAVEPOINT ")):
            return None
        return execute(sql, params, many, context)

    with connection.execute_wrapper(send):
        yield


def _world(office: Office, make_login: Callable[..., User], *, seed: int, months: list[date], today: date) -> World:
    plan = office.plan
    rng = Random(f"{seed}:{plan.slug}")  # noqa: S311 (chance that can be repeated is wanted)
    people = make_people(
        rng,
        count=plan.members,
        domain=plan.domain,
        first_name=plan.first_name,
        months=len(months),
        funds=len(office.funds),
    )
    return World(
        office=office,
        rng=rng,
        months=months,
        today=today,
        bank=Bank(iban=office.bank_iban, owner=plan.legal["name"], ended_on=months[0] - timedelta(days=62)),
        profiles=list(_with_stories(people, plan, months=len(months))),
        companies=make_companies(rng),
        make_login=make_login,
    )


def _with_stories(people: list[Profile], plan: Plan, *, months: int) -> Iterator[Profile]:
    """The same people, some of them with a story and an address that is easy to remember."""
    plain = {"joins_month": 0, "wants_salary": True, "tax_class": 1, "children": 0, "church": False}
    stories: dict[int, dict[str, Any]] = {
        0: {"email": "steady", "pattern": Pattern.STEADY, "monthly_cents": 4_200_00, "agrees_ahead": True, **plain},
        1: {"email": "low", "pattern": Pattern.SMALL, "monthly_cents": 1_300_00, **plain},
        2: {
            "email": "ahead", "pattern": Pattern.SMALL, "monthly_cents": 900_00, **plain,
            "joins_month": max(0, months - 4),
        },
        len(people) - 1: {
            "email": "new", "pattern": Pattern.STARTING, "monthly_cents": 2_600_00,
            "joins_month": months - 1, "wants_salary": False,
        },
    }  # fmt: skip
    for person in people:
        story = stories.get(person.n, {})
        if story:
            story["email"] = f"{story['email']}@{plan.domain}"
        yield replace(person, **story)


def _months_shown(plan: Plan, say: Callable[[str], None]) -> Callable[[date], None]:
    last = [(0, 0)]

    def begins(day: date) -> None:
        if (day.year, day.month) != last[0]:
            last[0] = (day.year, day.month)
            say(f"{plan.legal['name']}: {day:%m/%Y}")

    return begins


def _draw_newest() -> None:
    newest = Document.objects.filter(state=DocumentState.WAITING).order_by("-id")[:DRAWN_FIRST]
    request_documents(
        [
            Document(
                kind=row.kind, source=row.source, title=row.title, filename=row.filename, keep_until=row.keep_until
            )
            for row in newest
        ]
    )
