"""Applicants and members for tests."""

from datetime import UTC, date, datetime
from typing import Any

from coop.tenancy.models import User
from members.actions import admit_all, apply, link_login
from members.models import Person
from tests.factories.tenancy import make_user, unique

APPLIED_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ADMITTED_ON = date(2026, 1, 10)


def contact(**changes: Any) -> dict[str, Any]:
    """What an applicant says."""
    return {
        "name": "Ada Beispiel",
        "email": f"ada-{unique()}@example.org",
        "street": "Beispielweg 2",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
        "profession": "Illustration",
        "language": "de",
        **changes,
    }


def make_applicant(*, shares: int = 1, **changes: Any) -> Person:
    """An application without a mail to the office."""
    return apply(at=APPLIED_AT, consent=True, shares=shares, tell_office=False, **contact(**changes))


def make_member(
    *, user: User | None = None, by: User | None = None, shares: int = 1, on: date = ADMITTED_ON, **changes: Any
) -> Person:
    """An admitted member, with the login `user` where given."""
    person = make_applicant(shares=shares, **changes)
    admit_all(person_ids=[person.pk], on=on, at=APPLIED_AT, by=by or make_user("Board"), invited=False)
    if user is not None:
        link_login(person_id=person.pk, user=user)
    person.refresh_from_db()
    return person
