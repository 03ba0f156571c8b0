"""Reads over applicants, members and the register."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from coop.banking.models import Claim
from coop.banking.queries import claims_of
from coop.errors import NotFound
from members.models import DepartedShare, Person, RegisterEntry, ShareSubscription
from members.states import PersonState

MEMBERS = (PersonState.ADMITTED, PersonState.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Shares of a member and what was paid on them, in cents."""

    reference: str
    count: int
    amount_cents: int
    paid_cents: int
    subscribed_on: date
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One member as the register shows them (§ 30 GenG)."""

    id: int
    number: int
    name: str
    address: str
    admitted_on: date
    shares: int
    ends_on: date | None
    state: PersonState


def person_of(user: Any) -> Person | None:
    """The person behind a login in the cooperative in scope, or None."""
    if not user.is_authenticated:
        return None
    person: Person | None = Person.objects.filter(user_id=user.pk).first()
    return person


def person_by_id(person_id: int) -> Person:
    """One person with login and budget. Raises: NotFound."""
    person: Person | None = Person.objects.select_related("user", "budget").filter(id=person_id).first()
    if person is None:
        raise NotFound
    return person


def members_on(day: date) -> QuerySet[Person]:
    """Who was a member on a day, by number."""
    rows: QuerySet[Person] = Person.objects.filter(
        Q(leaves_on__isnull=True) | Q(leaves_on__gte=day), state__in=MEMBERS, admitted_on__lte=day
    ).order_by("member_number")
    return rows


def applications() -> QuerySet[Person]:
    """Applications that wait for a decision, the oldest first."""
    rows: QuerySet[Person] = Person.objects.filter(state=PersonState.APPLIED).order_by("applied_at", "id")
    return rows


def register(*, text: str = "", state: str = "") -> QuerySet[Person]:
    """Members (`state` empty), those who left ("left"), or both ("all"), by number, with their `shares`."""
    states = {"": [PersonState.ADMITTED], "all": list(MEMBERS)}.get(state, [state])
    rows = Person.objects.filter(state__in=[one for one in states if one in MEMBERS])
    if text.isdecimal() and len(text) < 10:  # noqa: PLR2004 (longer ones are no member numbers)
        rows = rows.filter(member_number=int(text))
    elif text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    counted = (
        ShareSubscription.objects.filter(person=OuterRef("pk")).values("person").annotate(n=Sum("count")).values("n")
    )
    annotated: QuerySet[Person] = rows.annotate(shares=Coalesce(Subquery(counted), 0)).order_by("member_number")
    return annotated


def register_row(person: Any) -> RegisterRow:
    """A person of `register()` as a frozen row."""
    return RegisterRow(
        id=person.pk,
        number=person.member_number,
        name=person.name,
        address=person.address,
        admitted_on=person.admitted_on,
        shares=person.shares,
        ends_on=person.leaves_on,
        state=PersonState(person.state),
    )


def register_csv() -> str:
    """The whole member register as a table: who is and who was a member (§ 30 GenG).

    A cell that a spreadsheet would take for a formula is written as text.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["number", "name", "address", "admitted_on", "shares", "ends_on"])
    for person in register(state="all"):
        row = register_row(person)
        writer.writerow(
            [
                row.number,
                _as_text(row.name),
                _as_text(row.address),
                row.admitted_on.isoformat(),
                row.shares,
                row.ends_on.isoformat() if row.ends_on else "",
            ]
        )
    return out.getvalue()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def subscriptions_of(person: Person) -> list[Subscription]:
    """The shares of a person with what was paid on them, in two statements."""
    rows = list(ShareSubscription.objects.filter(person=person).order_by("id"))
    claims = claims_of([row.source for row in rows])
    return [
        Subscription(
            reference=row.reference,
            count=row.count,
            amount_cents=row.amount_cents,
            paid_cents=claims[row.source].paid_cents if row.source in claims else 0,
            subscribed_on=row.subscribed_on,
            claim=claims.get(row.source),
        )
        for row in rows
    ]


def history_of(person: Person) -> list[RegisterEntry]:
    """The register's lines about a person, the latest first."""
    return list(RegisterEntry.objects.filter(person=person).select_related("recorded_by").order_by("-id"))


def departed_share_of(person: Person) -> DepartedShare | None:
    """What is left of the capital of somebody who left."""
    departed: DepartedShare | None = DepartedShare.objects.filter(person=person).first()
    return departed
