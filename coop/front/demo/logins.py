"""Who can sign in to the demo. Reads nothing unless DEMO is set: elsewhere nobody may list logins."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from coop.front.demo.cooperatives import PLANS
from coop.tenancy.models import Address, RoleAssignment, User
from coop.tenancy.queries import this_cooperative
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role

STORIES = ("steady", "low", "ahead", "new")
"""Whose address begins so is a member worth a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """One login of the demo with the roles it holds, and for members what there is to see."""

    name: str
    email: str
    roles: tuple[str, ...]
    story: str = ""

    @property
    def shows(self) -> str:
        """Roles and story in one line."""
        return ", ".join((*self.roles, self.story) if self.story else self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCooperative:
    """A cooperative of the demo, its address and its logins."""

    name: str
    city: str
    url: str
    logins: tuple[DemoLogin, ...]


def demo_cooperatives() -> list[DemoCooperative]:
    """Every cooperative with one login per kind of work and the members worth a look; empty where this is no demo."""
    if not settings.DEMO:
        return []
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    found = []
    # Made side by side, they come in no order.
    places = {plan.slug: place for place, plan in enumerate(PLANS)}
    for address in sorted(Address.objects.order_by("coop_id"), key=lambda one: places.get(one.slug, len(places))):
        with coop_scope(address.coop_id):
            cooperative = this_cooperative()
            found.append(
                DemoCooperative(
                    name=cooperative.name,
                    city=cooperative.city,
                    url=f"http://{address.slug}.{settings.BASE_DOMAIN}{port}/",
                    logins=tuple(_logins(address.slug)),
                )
            )
    return found


def _logins(slug: str) -> list[DemoLogin]:
    wanted = [f"{word}@{slug}.example" for word in (*Role.values, *STORIES)]
    users = {user.email: user for user in User.objects.filter(email__in=wanted)}
    held: dict[int, set[str]] = {}
    rows = RoleAssignment.objects.filter(user__in=users.values(), until__isnull=True)
    for user_id, role in rows.values_list("user_id", "role"):
        held.setdefault(user_id, set()).add(role)
    return [
        DemoLogin(
            name=users[email].name,
            email=email,
            roles=tuple(str(role.label) for role in Role if role in held.get(users[email].pk, ())),
            story=_story(email),
        )
        for email in wanted
        if email in users
    ]


def _story(email: str) -> str:
    return {
        "steady": _("a steady salary and a budget that bears it"),
        "low": _("a budget that will not bear the salary much longer"),
        "ahead": _("a salary paid before the client's money"),
        "new": _("just joined, nothing invoiced yet"),
    }.get(email.split("@", maxsplit=1)[0], "")
