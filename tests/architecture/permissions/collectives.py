"""Shared budgets and transfers: members alone."""

from datetime import UTC, datetime

from coop.tenancy.states import Role
from members.collectives.actions import found_collective, offer_transfer
from members.queries import person_of
from tests.factories.payroll import give_money, make_member

_MEMBER = {Role.MEMBER}
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)

PERMISSIONS = {
    f"collectives:{name}": _MEMBER
    for name in (
        *("mine", "found", "collective", "join", "decline_invitation", "leave", "hand_over"),
        *("transfer", "accept", "decline", "withdraw"),
    )
} | {
    f"collectives_api:{name}": _MEMBER
    for name in ("collectives", "answer", "transfers", "accept", "decline", "withdraw")
}


def _ada(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    return person


def _managed(cast):
    other = make_member("Bo")
    return found_collective(name="Studio", person_id=_ada(cast).pk, invited_ids=[other.pk], at=AT, by=None), other


def _invited(cast):
    other = make_member("Bo")
    return found_collective(name="Studio", person_id=other.pk, invited_ids=[_ada(cast).pk], at=AT, by=None)


def _offer(cast, *, out):
    ada, other = _ada(cast), make_member("Bo")
    giver, receiver = (ada, other) if out else (other, ada)
    give_money(giver, 10_000)
    return offer_transfer(
        giver_id=giver.budget_id,
        receiver_id=receiver.budget_id,
        cents=100,
        text="Help",
        person_id=giver.pk,
        at=AT,
        by=None,
    ).pk


SAMPLES = {
    "collectives:collective": lambda cast: {"collective_id": _managed(cast)[0].pk},
    "collectives:hand_over": lambda cast: dict(
        zip(("collective_id", "person_id"), (row.pk for row in _managed(cast)), strict=True)
    ),
    **dict.fromkeys(
        ("collectives:join", "collectives:decline_invitation", "collectives:leave"),
        lambda cast: {"collective_id": _invited(cast).pk},
    ),
    **dict.fromkeys(
        ("collectives:accept", "collectives:decline"), lambda cast: {"transfer_id": _offer(cast, out=False)}
    ),
    "collectives:withdraw": lambda cast: {"transfer_id": _offer(cast, out=True)},
    "collectives_api:answer": lambda cast: {"pk": _invited(cast).pk},
    **dict.fromkeys(
        ("collectives_api:accept", "collectives_api:decline"), lambda cast: {"pk": _offer(cast, out=False)}
    ),
    "collectives_api:withdraw": lambda cast: {"pk": _offer(cast, out=True)},
}
