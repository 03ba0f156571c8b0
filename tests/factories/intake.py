"""What members enter about themselves, for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from members.models import Person
from payroll.intake.actions import Entered, hand_in
from payroll.intake.models import Intake
from tests.factories.payroll import health_fund, iban, insurance_number, tax_id

ENTERED_AT = datetime(2026, 2, 5, 9, tzinfo=UTC)


def entered(person: Person, **changes: Any) -> Entered:
    """Plausible data of nobody, with numbers that pass their checks."""
    n = person.pk % 1_000_000
    known = Entered(
        since=date(2026, 3, 1),
        birth_on=date(1980, 7, 1 + n % 28),
        nationality="DE",
        tax_id=tax_id(n),
        tax_class=1,
        federal_state="BE",
        insurance_number=insurance_number(n),
        fund_id=health_fund().pk,
        childless=True,
        iban=iban(n),
        holder=person.name,
    )
    return replace(known, **changes)


def make_intake(person: Person, **changes: Any) -> Intake:
    """Data that waits for the office."""
    return hand_in(person_id=person.pk, entered=entered(person, **changes), at=ENTERED_AT, by=person.user)
