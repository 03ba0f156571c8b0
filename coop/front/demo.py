"""Who can sign in to the demo. Reads nothing unless DEMO is set: elsewhere nobody may list logins."""

from dataclasses import dataclass

from django.conf import settings

from coop.tenancy.models import Address, RoleAssignment, User
from coop.tenancy.queries import this_cooperative
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role

MEMBERS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """One login of the demo with the roles it holds."""

    name: str
    email: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCooperative:
    """A cooperative of the demo, its address and its logins."""

    name: str
    city: str
    url: str
    logins: tuple[DemoLogin, ...]


def demo_cooperatives() -> list[DemoCooperative]:
    """Every cooperative with one login per kind of work and the first members; empty where this is no demo."""
    if not settings.DEMO:
        return []
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    found = []
    for address in Address.objects.order_by("coop_id"):
        with coop_scope(address.coop_id):
            cooperative = this_cooperative()
            found.append(
                DemoCooperative(
                    name=cooperative.name,
                    city=cooperative.city,
                    url=f"http://{address.slug}.{settings.BASE_DOMAIN}{port}/",
                    logins=tuple(_logins()),
                )
            )
    return found


def _logins() -> list[DemoLogin]:
    held: dict[int, list[Role]] = {}
    for user_id, role in (
        RoleAssignment.objects.filter(until__isnull=True).order_by("id").values_list("user_id", "role")
    ):
        held.setdefault(user_id, []).append(Role(role))
    workers = [user_id for user_id, roles in held.items() if set(roles) != {Role.MEMBER}]
    members = [user_id for user_id, roles in held.items() if set(roles) == {Role.MEMBER}]
    chosen = [*workers, *members[:MEMBERS_SHOWN]]
    users = User.objects.in_bulk(chosen)
    return [
        DemoLogin(
            name=users[user_id].name,
            email=users[user_id].email,
            roles=tuple(str(role.label) for role in Role if role in held[user_id]),
        )
        for user_id in chosen
    ]
