"""Opening cooperatives, deciding policy, granting and ending roles."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.models import AccessLog, Address, Cooperative, Invitation, Policy, RoleAssignment, User
from coop.tenancy.queries import POLICIES, roles_of
from coop.tenancy.scope import coop_scope, current_coop_id, read_anew
from coop.tenancy.states import Role

INVITATION_DAYS = 14
_on_acceptance: list[Callable[[Invitation, User], None]] = []


def on_acceptance(welcome: Callable[[Invitation, User], None]) -> None:
    """Let an app know, in the same transaction, which login took up an invitation. Called in `ready()`."""
    _on_acceptance.append(welcome)


class SlugTaken(StetigError):
    """Another cooperative has this address: choose another one."""

    code = "slug_taken"


class LastAdministrator(StetigError):
    """The last administrator cannot leave: make somebody else administrator first."""

    code = "last_administrator"


class InvitationUnusable(StetigError):
    """This invitation has expired or was used: ask for a new one."""

    code = "invitation_unusable"


class PolicyExists(StetigError):
    """A policy begins on that day already, or after it: a new one begins later."""

    code = "policy_exists"


@transaction.atomic
def open_cooperative(*, legal: dict[str, Any], policy: dict[str, Any], administrator: User, on: date) -> Cooperative:
    """Open a cooperative with its legal data, its first policy and its first administrator.

    `legal` holds the columns of `Cooperative`, `policy` those of `Policy` but its days. The policy
    holds from `on`, or from `policy["since"]` where given.

    Raises: SlugTaken, InvalidInput.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('tenancy_cooperative', 'id'))")
        coop_id = int(cursor.fetchone()[0])
    try:
        with transaction.atomic():
            Address.objects.create(slug=legal["slug"], coop_id=coop_id)
    except IntegrityError as error:
        raise SlugTaken from error
    with coop_scope(coop_id):
        cooperative = Cooperative(id=coop_id, **legal)
        first = Policy(**{"since": on, "decided_on": on, **policy})
        try:
            cooperative.full_clean(validate_constraints=False)
            first.full_clean(exclude=["coop"], validate_constraints=False)
        except ValidationError as error:
            raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
        cooperative.save(force_insert=True)
        first.save(force_insert=True)
        grant_role(user=administrator, role=Role.ADMINISTRATOR, since=on, by=None)
    return cooperative


@transaction.atomic
def decide_policy(*, since: date, decided_on: date, by: User, **values: Any) -> Policy:
    """A new policy from a day on; what is left out stays as it was.

    Raises: PolicyExists, InvalidInput.
    """
    newest = Policy.objects.order_by("-since").first()
    if newest and newest.since >= since:
        raise PolicyExists(_("The newest policy begins on %(day)s. Choose a later day.") % {"day": newest.since})
    kept = {
        field.name: getattr(newest, field.name)
        for field in Policy._meta.concrete_fields
        if newest and field.name not in {"id", "coop", "since", "decided_on", "why"}
    }
    policy = Policy(**{**kept, **values, "since": since, "decided_on": decided_on})
    try:
        policy.full_clean(exclude=["coop"])
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
    policy.save(force_insert=True)
    read_anew(POLICIES)
    note_access(user=by, action="policy decided", about=f"policy {policy.pk}")
    return policy


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role,
    since: date,
    by: User | None,
    until: date | None = None,
    deputy_of: User | None = None,
) -> RoleAssignment:
    """Give a login a role; held already, nothing happens. A deputy's role must end.

    Raises: InvalidInput.
    """
    if deputy_of and until is None:
        raise InvalidInput(_("A deputy needs a last day."))
    if until is not None and until < since:
        raise InvalidInput(_("The last day lies before the first."))
    if until is None and role in roles_of(user, since):
        held: RoleAssignment | None = RoleAssignment.objects.filter(
            user=user, role=role, since__lte=since, until__isnull=True
        ).first()
        if held:
            return held
    assignment: RoleAssignment = RoleAssignment.objects.create(
        user=user, role=role, since=since, until=until, deputy_of=deputy_of, granted_by=by
    )
    note_access(user=by, action="role granted", about=f"role {assignment.pk}")
    return assignment


@transaction.atomic
def end_role(*, assignment_id: int, on: date, by: User | None) -> RoleAssignment:
    """End a role on a day (that day no longer counts).

    Raises: LastAdministrator, NotFound.
    """
    # One lock for all changes of roles, so that two administrators cannot remove each other at once.
    Cooperative.objects.select_for_update().get(id=current_coop_id())
    assignment: RoleAssignment | None = RoleAssignment.objects.filter(id=assignment_id).first()
    if assignment is None:
        raise NotFound(_("This role is not there any more."))
    if assignment.until is not None and assignment.until <= on:
        return assignment
    if assignment.role == Role.ADMINISTRATOR:
        # Only one without an end keeps the cooperative in somebody's hands.
        others = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, until__isnull=True, since__lte=on)
        if not others.exclude(user_id=assignment.user_id).filter(user__is_active=True).exists():
            raise LastAdministrator
    assignment.until = max(on, assignment.since)
    assignment.save(update_fields=["until"])
    note_access(user=by, action="role ended", about=f"role {assignment.pk}")
    return assignment


@transaction.atomic
def invite(*, email: str, name: str, role: Role, at: datetime, by: User | None) -> tuple[Invitation, str]:
    """Invite an e-mail address into a role. Returns the invitation and the secret of its link.

    The caller sends the link; only its hash is stored.
    """
    secret = secrets.token_urlsafe(32)
    invitation: Invitation = Invitation.objects.create(
        email=email.strip().lower(),
        name=name,
        role=role,
        token_hash=_hash(secret),
        invited_by=by,
        invited_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    note_access(user=by, action="invited", about=f"invitation {invitation.pk}")
    return invitation, secret


def find_invitation(*, secret: str, at: datetime) -> Invitation:
    """The invitation behind a link. Raises: InvitationUnusable."""
    invitation: Invitation | None = Invitation.objects.filter(
        token_hash=_hash(secret), accepted_at__isnull=True, expires_at__gt=at
    ).first()
    if invitation is None:
        raise InvitationUnusable
    return invitation


@transaction.atomic
def accept_invitation(*, secret: str, at: datetime, password: str | None, user: User | None = None) -> User:
    """Take up the invited role: with the login of that address, or a new one with `password`.

    The link proves the address, so it counts as verified. An existing login must be signed in (`user`).

    Raises: InvitationUnusable, InvalidInput.
    """
    found = find_invitation(secret=secret, at=at)
    invitation = Invitation.objects.select_for_update().get(id=found.pk)
    if invitation.accepted_at is not None:
        raise InvitationUnusable
    known: User | None = User.objects.filter(email__iexact=invitation.email).first()
    if known and (user is None or user.pk != known.pk):
        raise InvalidInput(_("This e-mail address has a login already. Sign in with it, then open the link again."))
    if known is None:
        if not password:
            raise InvalidInput(_("Choose a password."))
        newcomer = User(email=invitation.email, name=invitation.name)
        try:
            validate_password(password, newcomer)
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages)) from error
        known = User.objects.create_user(email=invitation.email, password=password, name=invitation.name)
    EmailAddress.objects.update_or_create(user=known, email=known.email, defaults={"verified": True, "primary": True})
    grant_role(user=known, role=Role(invitation.role), since=at.date(), by=invitation.invited_by)
    invitation.accepted_at = at
    invitation.accepted_by = known
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    for welcome in _on_acceptance:
        welcome(invitation, known)
    return known


def note_access(*, user: User | None, action: str, about: str) -> None:
    """Write the access log. `about` is a kind and an id, never content."""
    AccessLog.objects.create(at=timezone.now(), user=user, action=action, about=about)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
