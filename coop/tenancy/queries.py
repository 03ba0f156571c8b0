"""Reads over cooperatives, their policy and their roles."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from coop.errors import StetigError
from coop.tenancy.models import Address, Cooperative, Policy, RoleAssignment, User
from coop.tenancy.scope import current_coop_id, read_once
from coop.tenancy.states import Role

POLICIES = "policies"


class NoPolicy(StetigError):
    """The cooperative has decided no policy for that day: add one under Settings."""

    code = "no_policy"


def this_cooperative() -> Cooperative:
    """The cooperative in scope, read once a scope. Raises: NoCoopInScope."""
    coop_id = current_coop_id()
    return read_once("cooperative", lambda: Cooperative.objects.get(id=coop_id))


def policy_on(day: date) -> Policy:
    """The policy in force on `day`; all of them are read once a scope. Raises: NoPolicy, NoCoopInScope."""
    current_coop_id()
    policies: list[Policy] = read_once(POLICIES, lambda: list(Policy.objects.order_by("-since")))
    policy = next((policy for policy in policies if policy.since <= day), None)
    if policy is None:
        raise NoPolicy(
            f"The cooperative has no policy for {day.isoformat()}. Add one that begins on or before that day."
        )
    return policy


def roles_of(user: Any, on: date | None = None) -> frozenset[Role]:
    """The roles that a login holds in the cooperative in scope (`on`: today where not given)."""
    if not user.is_authenticated:
        return frozenset()
    day = on or timezone.localdate()
    held = RoleAssignment.objects.filter(Q(until__isnull=True) | Q(until__gt=day), user_id=user.pk, since__lte=day)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def local_day(at: datetime) -> date:
    """The day that an instant falls on by the cooperative's own clock."""
    return at.astimezone(ZoneInfo(this_cooperative().time_zone)).date()


def all_coop_ids() -> list[int]:
    """Every cooperative of the installation, for jobs that open each one's scope in turn."""
    return list(Address.objects.order_by("coop_id").values_list("coop_id", flat=True))


def assignments(on: date) -> list[RoleAssignment]:
    """Every role that is held on `on` or later, with its people, in one statement."""
    held = RoleAssignment.objects.filter(Q(until__isnull=True) | Q(until__gt=on))
    return list(held.select_related("user", "deputy_of").order_by("user__name", "role", "id"))


def people_with_roles() -> list[User]:
    """Every login that holds or held a role here, by name."""
    ids = RoleAssignment.objects.values("user_id")
    return list(User.objects.filter(id__in=ids, is_active=True).order_by("name", "id"))
