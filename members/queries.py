"""Reads over applicants, members and the register."""

from typing import Any

from members.models import Person


def person_of(user: Any) -> Person | None:
    """The person behind a login in the cooperative in scope, or None."""
    if not user.is_authenticated:
        return None
    person: Person | None = Person.objects.filter(user_id=user.pk).first()
    return person
