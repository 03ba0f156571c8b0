"""Which open claim a payment means: a pure decision over plain values, cautious where chance could play.

Why so: money booked to the wrong claim pays the wrong budget and is noticed late; money that waits is
seen the same day. So a match is made without a person only where the text names the claim, or names it
nearly and the amount agrees to the cent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coop.banking.references import Found, Likeness, find_references

ORDER_DAYS = timedelta(days=6)
"""How long after its day an order may appear on the statement when only its sum tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A payment received, or sent where `cents` is negative."""

    id: int
    cents: int
    texts: tuple[str, ...]
    on: date
    end_to_end_id: str = ""
    batch_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """A claim that waits for money; `key` is its normalised reference."""

    id: int
    key: str
    open_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """A payment order that the bank has. `lines` maps end-to-end ids to cents."""

    id: int
    reference: str
    open_cents: int
    total_cents: int
    execute_on: date
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`cents` of a movement go to a claim or an order, and why."""

    movement_id: int
    target_id: int
    cents: int
    reason: str


def decide_claims(movements: Iterable[Movement], claims: Sequence[OpenClaim]) -> list[Decision]:
    """Which payments settle which claims, in the order given; what is not sure is left out.

    A payment that is larger than the claim it names goes there whole: the rest is the payer's credit.
    """
    known = {claim.key: claim.id for claim in claims}
    still_open = {claim.id: claim.open_cents for claim in claims}
    prefixes = {_prefix(claim.key) for claim in claims} - {""}
    decisions: list[Decision] = []
    for movement in movements:
        found = likely(movement.texts, known, prefixes)
        for claim_id, cents, reason in _choose(movement.cents, found, still_open):
            still_open[claim_id] -= min(cents, still_open[claim_id])
            decisions.append(Decision(movement_id=movement.id, target_id=claim_id, cents=cents, reason=reason))
    return decisions


def likely(texts: Iterable[str], known: Mapping[str, int], prefixes: Iterable[str] = ()) -> list[Found[int]]:
    """The claims that any of the texts may mean, the most literal first, each once."""
    best: dict[int, Found[int]] = {}
    tried = tuple(prefixes)
    for text in texts:
        for found in find_references(text, known, prefixes=tried):
            if found.id not in best or found.likeness < best[found.id].likeness:
                best[found.id] = found
    return sorted(best.values(), key=lambda found: (found.likeness, found.id))


def _choose(cents: int, found: list[Found[int]], still_open: Mapping[int, int]) -> list[tuple[int, int, str]]:
    literal = [one for one in found if one.likeness <= Likeness.SPELLED and still_open[one.id]]
    if len(literal) == 1:
        claim_id = literal[0].id
        # More money than the one claim: the text may name a second one less clearly.
        if cents > still_open[claim_id] and len(found) > 1:
            return []
        return [(claim_id, cents, literal[0].likeness.name.lower())]
    if literal:
        exact = sum(still_open[one.id] for one in literal) == cents
        return [(one.id, still_open[one.id], "several") for one in literal] if exact else []
    near = [one for one in found if still_open[one.id] == cents]
    if len(near) == 1:
        return [(near[0].id, cents, near[0].likeness.name.lower())]
    return []


def decide_orders(movements: Iterable[Movement], orders: Sequence[SentOrder]) -> list[Decision]:
    """Which debits are payment orders carried out: by the order's id, a payment's id, or sum and day."""
    still_open = {order.id: order.open_cents for order in orders}
    decisions: list[Decision] = []
    for movement in movements:
        cents = -movement.cents
        named = [order for order in orders if _names(movement, order)]
        fitting = named or [
            order
            for order in orders
            if order.total_cents == cents and order.execute_on <= movement.on <= order.execute_on + ORDER_DAYS
        ]
        fitting = [order for order in fitting if cents <= still_open[order.id]]
        if len(fitting) == 1:
            still_open[fitting[0].id] -= cents
            reason = "order" if named else "sum"
            decisions.append(Decision(movement_id=movement.id, target_id=fitting[0].id, cents=cents, reason=reason))
    return decisions


def _names(movement: Movement, order: SentOrder) -> bool:
    if order.reference == movement.batch_id or any(order.reference in text for text in movement.texts):
        return True
    return order.lines.get(movement.end_to_end_id) == -movement.cents


def _prefix(key: str) -> str:
    return key.rstrip("0123456789")
