"""Leave, illness and hours of the demo's people, and data that waits for the office. Nothing here costs a budget money."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from coop.front.demo.calendar import at
from coop.front.demo.fictitious_numbers import iban
from coop.front.demo.joining import PRIVATE_ACCOUNTS
from coop.front.demo.world import Member, World
from coop.ledger.actions import next_month
from coop.tenancy.states import Role
from payroll.intake.actions import Entered, hand_in
from payroll.models import EmploymentContract
from payroll.states import Church
from payroll.timekeeping.actions import ask_absence, confirm_absence, confirm_hours, hand_in_hours, record_hours
from payroll.timekeeping.calendar import working_days
from payroll.timekeeping.models import Absence
from payroll.timekeeping.queries import leave_of
from payroll.timekeeping.states import AbsenceCause

ASKED_ON, ILL_ON, HOURS_ON = 9, 11, 3
"""Days of the month on which leave is asked for, somebody falls ill, and last month's hours come in."""
ILL_EVERY = 3
WEEK = timedelta(days=5)
RECORDED_HOURS = time(12, 30)
"""Recorded days last from nine until then: few enough for any demo salary."""


def plan_absences(world: World) -> None:
    """Plan a week of leave a month, an illness now and then, one member's hours, and what waits at the end."""
    for number, month in enumerate(world.months):
        world.on(month.replace(day=ASKED_ON), lambda on, number=number: _take_leave(world, number, on))  # type: ignore[misc]
        if number % ILL_EVERY == 1:
            world.on(month.replace(day=ILL_ON), lambda on, number=number: _fall_ill(world, number, on))  # type: ignore[misc]
        world.on(month.replace(day=HOURS_ON), lambda on: _hand_in_hours(world, on, confirmed=True))
    world.on(world.today - timedelta(days=1), lambda on: _leave_work(world, on))


def _take_leave(world: World, number: int, on: date) -> None:
    first = _monday(next_month(on).replace(day=8))
    for member in _employed(world, first, first + WEEK, skip=number):
        if _has_leave(member, first):
            _away(world, member, AbsenceCause.VACATION, first, on, confirmed=True)
            return


def _fall_ill(world: World, number: int, on: date) -> None:
    for member in _employed(world, on, on + WEEK, skip=number):
        _away(world, member, AbsenceCause.SICK, on, on, confirmed=True)
        return


def _hand_in_hours(world: World, on: date, *, confirmed: bool) -> None:
    """The hours of last month of whoever has been employed longest."""
    month = (on.replace(day=1) - timedelta(days=1)).replace(day=1)
    for member in _employed(world, month, on.replace(day=1), skip=0):
        days = list(working_days(month, on.replace(day=1), state=world.office.plan.legal["federal_state"]))
        for day in days[::4]:
            record_hours(
                person_id=member.person_id,
                on=day,
                starts_at=time(9),
                ends_at=RECORDED_HOURS,
                break_minutes=0,
                at=at(on),
                by=member.user,
            )
        sheet = hand_in_hours(person_id=member.person_id, month=month, at=at(on, 10))
        if confirmed:
            confirm_hours(sheet_id=sheet.pk, at=at(on, 12), by=world.who(Role.PAYROLL))
        return


def _leave_work(world: World, on: date) -> None:
    """A request for leave, a sick note and somebody's new data that nobody in the office has looked at."""
    first = _monday(on + timedelta(days=14))
    present = list(_employed(world, on, first + WEEK, skip=1))
    for member in [one for one in present if _has_leave(one, first)][:1]:
        _away(world, member, AbsenceCause.VACATION, first, on, confirmed=False)
    for member in [one for one in present if _nothing_yet(one, AbsenceCause.SICK, on)][-1:]:
        _away(world, member, AbsenceCause.SICK, on, on, confirmed=False)
    for member in world.members:
        if not member.known_to_payroll:
            _enter_data(world, member, on)
            return


def _enter_data(world: World, member: Member, on: date) -> None:
    profile = member.profile
    entered = Entered(
        since=next_month(on),
        birth_on=profile.born,
        nationality="DE",
        tax_id=profile.tax_id,
        tax_class=profile.tax_class,
        federal_state=profile.state,
        child_allowances=profile.child_allowances,
        church=Church.YES if profile.church else Church.NONE,
        insurance_number=profile.insurance_number,
        fund_id=world.office.funds[profile.fund].pk,
        childless=not profile.children,
        children_under25=profile.children,
        iban=iban(PRIVATE_ACCOUNTS + profile.n),
        holder=profile.name,
    )
    hand_in(person_id=member.person_id, entered=entered, at=at(on), by=member.user)


def _away(world: World, member: Member, cause: AbsenceCause, first: date, on: date, *, confirmed: bool) -> None:
    absence = ask_absence(
        person_id=member.person_id, cause=cause, starts_on=first, ends_on=first + WEEK, at=at(on), by=member.user
    )
    if confirmed:
        confirm_absence(
            absence_id=absence.pk,
            certificate_on=on + timedelta(days=1) if cause == AbsenceCause.SICK else None,
            at=at(on, 14),
            by=world.who(Role.PAYROLL),
        )


def _has_leave(member: Member, first: date) -> bool:
    """Whether a week of leave is left and nothing of that kind lies there yet."""
    account = leave_of(member.person_id, first)
    return account is not None and account.free >= WEEK.days and _nothing_yet(member, AbsenceCause.VACATION, first)


def _nothing_yet(member: Member, cause: AbsenceCause, first: date) -> bool:
    there = Absence.objects.filter(
        person_id=member.person_id, cause=cause, starts_on__lt=first + WEEK, ends_on__gt=first
    )
    return not there.exists()


def _employed(world: World, first: date, until: date, *, skip: int) -> Iterator[Member]:
    """Members under one contract from a day until another, in turns: `skip` says with whom to begin."""
    covered = set(
        EmploymentContract.objects.filter(starts_on__lte=first, ends_on__gte=until).values_list("person_id", flat=True)
    )
    members = [member for member in world.members if member.person_id in covered]
    turn = skip % len(members) if members else 0
    yield from members[turn:] + members[:turn]


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
