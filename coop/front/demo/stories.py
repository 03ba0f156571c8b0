"""Members whose budgets are worth a look: a steady one, one that will not reach, one ahead of its client's money."""

from datetime import date, timedelta

from coop.front.demo.calendar import at, law_reaches, month_to_work_in
from coop.front.demo.paying import ASK_DAY, CONTRACT_MONTHS, affordable, employ
from coop.front.demo.working import agree_ahead, start_job
from coop.front.demo.world import Client, Member, World
from coop.ledger.actions import month_of, next_month
from coop.planning.known import known_of
from coop.planning.plan import Planner, Wish
from coop.planning.saved import save_plan
from coop.tenancy.states import Role
from invoicing.actions import accept_job, cancel_job, confirm_job, submit_job
from members.models import Person

LOW_PROJECT_CENTS = 9_600_00
AHEAD_PROJECT_CENTS = 14_800_00
CANCELLED_DAYS_AGO = 5
JOINED = timedelta(days=38)
"""Before the first month the founders are members."""


def plan_stories(world: World) -> None:
    """Plan what happens to those three."""
    _plan_yearly_order(world)
    month = world.months[max(0, len(world.months) - 3)]
    world.on(month.replace(day=12), lambda on: _win_project(world, "low", LOW_PROJECT_CENTS, on, falls_through=True))
    world.on(month.replace(day=12), lambda on: _win_project(world, "ahead", AHEAD_PROJECT_CENTS, on))
    for address in ("steady", "low", "ahead"):
        world.on(month.replace(day=14), lambda on, address=address: _keep_plan(world, address, on))  # type: ignore[misc]


def _plan_yearly_order(world: World) -> None:
    """A client orders month after month well ahead, so that the salary never has to change."""
    first = month_of(world.months[0] - timedelta(days=1))
    months = [first, *world.months]
    for _more in range(CONTRACT_MONTHS):
        months.append(next_month(months[-1]))
    for number, month in enumerate(filter(law_reaches, months)):
        agreed_on = world.months[0] - JOINED if number <= CONTRACT_MONTHS else months[number - CONTRACT_MONTHS]
        world.on(agreed_on, lambda on, month=month: agree_ahead(world, _member(world, "steady"), month, on))  # type: ignore[misc]


def _member(world: World, address: str) -> Member:
    return next(member for member in world.members if member.profile.email.startswith(f"{address}@"))


def _guaranteed(member: Member) -> Client:
    """A client at home: the guarantee holds for those."""
    return next(one for one in member.clients if one.company.country == "DE")


def _win_project(world: World, address: str, net_cents: int, on: date, *, falls_through: bool = False) -> None:
    """A large order carries a higher salary. Where it falls through later, what is left does not reach."""
    member = _member(world, address)
    month = month_to_work_in(world.today)
    job = start_job(world, member, _guaranteed(member), month=month, net_cents=net_cents, on=on, whole=True)
    submit_job(job_id=job.pk, on=on, by=member.user)
    accept_job(job_id=job.pk, on=on, by=world.who(Role.INVOICING))
    confirm_job(
        job_id=job.pk,
        confirmed_on=on,
        confirmed_by_name="Einkauf",
        way="contract",
        evidence=f"Vertrag vom {on:%d.%m.%Y}",
        on=on,
        by=member.user,
    )
    world.on(on.replace(day=ASK_DAY - 1), lambda day: _raise_salary(world, member, net_cents, day))
    if falls_through:
        world.on(
            world.today - timedelta(days=CANCELLED_DAYS_AGO),
            lambda day: cancel_job(
                job_id=job.pk, reason="Der Auftraggeber hat das Projekt abgesagt", on=day, by=member.user
            ),
        )


def _keep_plan(world: World, address: str, on: date) -> None:
    """A plan that is old enough to be compared with what happened."""
    member = _member(world, address)
    starts_on = next_month(on)
    if law_reaches(starts_on):
        planner = Planner.of(known_of(Person.objects.get(id=member.person_id), on))
        plan = planner.plan(Wish(starts_on=starts_on))
        save_plan(person_id=member.person_id, name="Stetiges Gehalt", plan=plan, at=at(on, 19))


def _raise_salary(world: World, member: Member, wish_cents: int, on: date) -> None:
    starts_on = next_month(on)
    gross = affordable(world, member, starts_on, on, wish_cents=wish_cents)
    if gross and not member.request_waits:
        employ(world, member, gross, starts_on, on)
