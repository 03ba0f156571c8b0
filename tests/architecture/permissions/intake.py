"""The intake: members about themselves, payroll staff compare and confirm."""

from coop.tenancy.states import Role
from members.queries import person_of
from payroll.intake.queries import open_intake
from tests.factories.intake import make_intake
from tests.factories.payroll import make_member

_OFFICE = {Role.PAYROLL}
_MEMBER = {Role.MEMBER}

PERMISSIONS = {
    "intake:mine": _MEMBER,
    "intake:intakes": _OFFICE,
    "intake:intake": _OFFICE,
    "intake:give_back": _OFFICE,
    "intake_api:intakes": {"GET": _MEMBER | _OFFICE, "POST": _MEMBER},
    "intake_api:withdraw": _MEMBER,
    "intake_api:intake": _OFFICE,
    "intake_api:confirm": _OFFICE,
    "intake_api:give_back": _OFFICE,
}


def _intake(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    return (open_intake(person.pk) or make_intake(person)).pk


SAMPLES = {
    **dict.fromkeys(("intake:intake", "intake:give_back"), lambda cast: {"intake_id": _intake(cast)}),
    **dict.fromkeys(
        ("intake_api:intake", "intake_api:confirm", "intake_api:give_back"), lambda cast: {"pk": _intake(cast)}
    ),
}
