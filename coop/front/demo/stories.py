"""Members whose budgets are worth a look."""

from datetime import date, timedelta

from coop.front.demo.calendar import last_day_of
from coop.front.demo.paying import ASK_DAY, affordable, employ
from coop.front.demo.working import start_job
from coop.front.demo.world import Member, World
from coop.ledger.actions import next_month
from coop.tenancy.states import Role
from invoicing.actions import accept_job, cancel_job, confirm_job, submit_job

PROJECT_CENTS = 9_600_00
CANCELLED_DAYS_AGO = 5


def plan_low_budget(world: World) -> None:
    """A large order carries a higher salary; the client cancels it, and what is left does not reach."""
    month = world.months[max(0, len(world.months) - 3)]
    world.on(month.replace(day=12), lambda on: _win_project(world, on))


def _member(world: World, address: str) -> Member:
    return next(member for member in world.members if member.profile.email.startswith(f"{address}@"))


def _win_project(world: World, on: date) -> None:
    member = _member(world, "low")
    month = last_day_of(world.today) + timedelta(days=1)
    client = next((one for one in member.clients if one.company.vat_id or one.company.country == "DE"), None)
    if client is None:
        return
    job = start_job(world, member, client, month=month, net_cents=PROJECT_CENTS, on=on)
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
    world.on(on.replace(day=ASK_DAY - 1), lambda day: _raise_salary(world, member, day))
    world.on(
        world.today - timedelta(days=CANCELLED_DAYS_AGO),
        lambda day: cancel_job(
            job_id=job.pk, reason="Der Auftraggeber hat das Projekt abgesagt", on=day, by=member.user
        ),
    )


def _raise_salary(world: World, member: Member, on: date) -> None:
    starts_on = next_month(on)
    gross = affordable(world, member, starts_on, on, wish_cents=PROJECT_CENTS)
    if gross:
        employ(world, member, gross, starts_on, on)
