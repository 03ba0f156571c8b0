"""Joining, the register, one's own data."""

from coop.tenancy.states import Role
from tests.architecture.permissions import PUBLIC
from tests.factories.members import make_applicant, make_member

_OFFICE = {Role.INVOICING, Role.PAYROLL, Role.BOARD, Role.ADMINISTRATOR}
_READERS = _OFFICE | {Role.ACCOUNTANT, Role.AUDITOR}

PERMISSIONS = {
    "members:apply": PUBLIC,
    "members:thanks": PUBLIC,
    "members:members": _READERS,
    "members:register_csv": _READERS,
    "members:applications": _OFFICE,
    "members:person": _READERS,
    "members:admit": _OFFICE,
    "members:reject": _OFFICE,
    "members:invite": _OFFICE,
    "members:shares": _OFFICE,
    "members:leave": _OFFICE,
    "members:end": _OFFICE,
    "members:settle": {Role.ACCOUNTANT, Role.BOARD},
    "members:pay": {Role.ACCOUNTANT},
    "members:me": {Role.MEMBER},
}


def _applicant(_cast):
    return {"person_id": make_applicant().pk}


def _member(_cast):
    return {"person_id": make_member().pk}


SAMPLES = {
    "members:person": _member,
    "members:admit": _applicant,
    "members:reject": _applicant,
    "members:invite": _member,
    "members:shares": _member,
    "members:leave": _member,
    "members:end": _member,
    "members:settle": _member,
    "members:pay": _member,
}
