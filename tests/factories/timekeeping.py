"""Absences and hours for tests."""

from datetime import UTC, date, datetime, time

from coop.tenancy.models import User
from members.models import Person
from payroll.timekeeping.actions import ask_absence, confirm_absence, hand_in_hours, record_hours
from payroll.timekeeping.models import Absence, HoursMonth
from payroll.timekeeping.states import AbsenceCause

ASKED = datetime(2026, 2, 10, 9, tzinfo=UTC)


def make_absence(
    person: Person,
    cause: AbsenceCause = AbsenceCause.VACATION,
    starts_on: date = date(2026, 3, 9),
    ends_on: date = date(2026, 3, 14),
    *,
    confirmed_by: User | None = None,
    illness_of_id: int | None = None,
    half_day: bool = False,
) -> Absence:
    """An absence, asked for and, with `confirmed_by`, confirmed."""
    absence = ask_absence(
        person_id=person.pk,
        cause=cause,
        starts_on=starts_on,
        ends_on=ends_on,
        at=ASKED,
        by=person.user,
        half_day=half_day,
    )
    if confirmed_by is not None:
        absence = confirm_absence(absence_id=absence.pk, illness_of_id=illness_of_id, at=ASKED, by=confirmed_by)
    return absence


def make_hours(
    person: Person, month: date = date(2026, 1, 1), *, days: int = 3, ends_at: time = time(13), handed_in: bool = True
) -> HoursMonth:
    """The first weekdays of a month from nine o'clock, handed in."""
    sheet = None
    day, done = month, 0
    while done < days:
        if day.weekday() < 5:
            entry = record_hours(
                person_id=person.pk,
                on=day,
                starts_at=time(9),
                ends_at=ends_at,
                break_minutes=0,
                at=ASKED,
                by=person.user,
            )
            sheet = entry.sheet
            done += 1
        day = date.fromordinal(day.toordinal() + 1)
    assert sheet is not None
    return hand_in_hours(person_id=person.pk, month=month, at=ASKED) if handed_in else sheet
