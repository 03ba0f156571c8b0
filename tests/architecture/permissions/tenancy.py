"""Invitations, roles, policy."""

from django.utils import timezone

from coop.tenancy.actions import invite
from coop.tenancy.states import Role
from tests.architecture.permissions import PUBLIC
from tests.factories.tenancy import unique

_ADMIN = {Role.ADMINISTRATOR}

PERMISSIONS = {
    "tenancy:accept_invitation": PUBLIC,
    "tenancy:roles": _ADMIN,
    "tenancy:grant_role": _ADMIN,
    "tenancy:invite": _ADMIN,
    "tenancy:end_role": _ADMIN,
    "tenancy:policies": {Role.ADMINISTRATOR, Role.BOARD, Role.AUDITOR, Role.ACCOUNTANT},
    "tenancy:decide_policy": _ADMIN,
    "tenancy:history": {Role.BOARD, Role.AUDITOR},
}


def _invitation(cast):
    _invitation_row, secret = invite(
        email=f"{unique()}@example.org", name="Dana", role=Role.MEMBER, at=timezone.now(), by=cast.administrator
    )
    return {"secret": secret}


def _assignment(cast):
    from coop.tenancy.actions import grant_role

    granted = grant_role(user=cast.bo, role=Role.AUDITOR, since=timezone.localdate(), by=cast.administrator)
    return {"assignment_id": granted.pk}


SAMPLES = {"tenancy:accept_invitation": _invitation, "tenancy:end_role": _assignment}
