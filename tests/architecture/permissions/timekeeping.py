"""Hours and absences: members about themselves, payroll staff about everybody."""

from datetime import time

from coop.tenancy.states import Role
from members.queries import person_of
from payroll.timekeeping.models import Absence, HoursMonth, WorkedHours
from tests.factories.payroll import employ, make_member
from tests.factories.timekeeping import make_absence, make_hours

_OFFICE = {Role.PAYROLL}
_MEMBER = {Role.MEMBER}

PERMISSIONS = {
    "timekeeping:mine": _MEMBER,
    "timekeeping:ask": _MEMBER,
    "timekeeping:withdraw": _MEMBER,
    "timekeeping:hours": _MEMBER,
    "timekeeping:hand_in": _MEMBER,
    "timekeeping:take_back": _MEMBER,
    "timekeeping:delete_hours": _MEMBER,
    "timekeeping:office": _OFFICE,
    "timekeeping:leave": _OFFICE,
    "timekeeping:remind": _OFFICE,
    "timekeeping:absence": _OFFICE,
    "timekeeping:refuse": _OFFICE,
    "timekeeping:sheet": _OFFICE,
    "timekeeping:send_back": _OFFICE,
    "timekeeping:enter_absence": _OFFICE,
    "timekeeping:week": _OFFICE,
    "timekeeping_api:absences": {"GET": _MEMBER | _OFFICE, "POST": _MEMBER},
    "timekeeping_api:waiting_absences": _OFFICE,
    "timekeeping_api:withdraw": _MEMBER,
    "timekeeping_api:confirm_absence": _OFFICE,
    "timekeeping_api:refuse_absence": _OFFICE,
    "timekeeping_api:leave": _MEMBER,
    "timekeeping_api:days": _OFFICE,
    "timekeeping_api:waiting_hours": _OFFICE,
    "timekeeping_api:delete_hours": _MEMBER,
    "timekeeping_api:confirm_hours": _OFFICE,
    "timekeeping_api:send_back_hours": _OFFICE,
    "timekeeping_api:hours": _MEMBER,
    "timekeeping_api:hand_in": _MEMBER,
    "timekeeping_api:take_back": _MEMBER,
}


def _person(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    if not person.contracts.exists():
        employ(person)
    return person


def _absence(cast):
    person = _person(cast)
    return (Absence.objects.filter(person=person).first() or make_absence(person)).pk


def _sheet(cast):
    person = _person(cast)
    return (HoursMonth.objects.filter(person=person).first() or make_hours(person)).pk


def _entry(cast):
    person = _person(cast)
    found = WorkedHours.objects.filter(sheet__person=person).first()
    if found is None:
        make_hours(person, ends_at=time(12), handed_in=False)
        found = WorkedHours.objects.filter(sheet__person=person).first()
    return found.pk


SAMPLES = {
    "timekeeping:withdraw": lambda cast: {"absence_id": _absence(cast)},
    "timekeeping:absence": lambda cast: {"absence_id": _absence(cast)},
    "timekeeping:refuse": lambda cast: {"absence_id": _absence(cast)},
    "timekeeping:delete_hours": lambda cast: {"entry_id": _entry(cast)},
    "timekeeping:sheet": lambda cast: {"sheet_id": _sheet(cast)},
    "timekeeping:send_back": lambda cast: {"sheet_id": _sheet(cast)},
    "timekeeping:remind": lambda cast: {"person_id": _person(cast).pk},
    "timekeeping:enter_absence": lambda cast: {"person_id": _person(cast).pk},
    "timekeeping:week": lambda cast: {"person_id": _person(cast).pk},
    **dict.fromkeys(
        ("timekeeping_api:withdraw", "timekeeping_api:confirm_absence", "timekeeping_api:refuse_absence"),
        lambda cast: {"pk": _absence(cast)},
    ),
    **dict.fromkeys(
        ("timekeeping_api:confirm_hours", "timekeeping_api:send_back_hours"), lambda cast: {"pk": _sheet(cast)}
    ),
    "timekeeping_api:delete_hours": lambda cast: {"pk": _entry(cast)},
    "timekeeping_api:days": lambda cast: {"person_id": _person(cast).pk},
}
