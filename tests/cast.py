"""The people of the tests. Ada may, Bo may not, Cem is in the cooperative next door."""

from dataclasses import dataclass

from coop.tenancy.actions import grant_role
from coop.tenancy.models import Cooperative, User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from tests.factories.tenancy import FOUNDED, make_role, make_user


@dataclass(frozen=True)
class Cast:
    """One login per role, one stranger, and two people next door."""

    coop: Cooperative
    next_door: Cooperative
    member: User
    invoicing: User
    payroll: User
    accountant: User
    board: User
    auditor: User
    administrator: User
    former: User
    bo: User
    """Signed in, but without any role here."""
    cem: User
    """Holds every role next door and none here."""

    def by_role(self) -> dict[Role, User]:
        """Who holds which role here."""
        return {role: getattr(self, role.value) for role in Role}


def cast_of(coop: Cooperative, next_door: Cooperative) -> Cast:
    """The cast for a cooperative in scope and its neighbour."""
    with coop_scope(next_door.pk):
        cem = make_role(Role.MEMBER, "Cem")
        for role in Role:
            grant_role(user=cem, role=role, since=FOUNDED, by=None)
    return Cast(
        coop=coop,
        next_door=next_door,
        bo=make_user("Bo"),
        cem=cem,
        **{role.value: make_role(role) for role in Role},
    )
