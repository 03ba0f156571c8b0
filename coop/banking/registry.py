"""What a settled claim means is told by the app that wrote the claim: fee, budget, share.

Filled in each owner's `apps.py`, in `ready()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from coop.ledger.lines import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Money that arrived for a claim and counts there. All amounts in cents.

    `cents` settle the claim now, `paid_before_cents` had settled it before, `amount_cents` is all it is
    for: a payment that completes a claim has `paid_before_cents + cents == amount_cents`. Payments are undone
    in any order, so an owner that splits them in proportion keeps count of what it has moved itself.
    """

    match_id: int
    claim_source: str
    cents: int
    on: date
    paid_before_cents: int
    amount_cents: int
    text: str

    @property
    def source(self) -> str:
        """The source that the owner's entry must carry."""
        return f"match:{self.match_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimKind:
    """How one kind of claim is booked.

    `drafts` gives, for each settlement and in their order, the whole entry: debit BANK, credit what was
    owed, and the lines of the allocation; its source is the settlement's. `after` hears the ids of the
    claims whose open amount has changed, by matches made or undone, in the same transaction.
    """

    drafts: Callable[[Sequence[Settlement]], list[Draft]]
    after: Callable[[Sequence[int]], None]


_kinds: dict[str, ClaimKind] = {}
_listeners: dict[str, list[Callable[[Sequence[int]], None]]] = {}


def register_claim_kind(
    kind: str, *, drafts: Callable[[Sequence[Settlement]], list[Draft]], after: Callable[[Sequence[int]], None]
) -> None:
    """Make a kind of claim known."""

    def tell_all(claim_ids: Sequence[int]) -> None:
        after(claim_ids)
        for listener in _listeners.get(kind, ()):
            listener(claim_ids)

    _kinds[kind] = ClaimKind(drafts=drafts, after=tell_all)


def listen_to_claims(kind: str, after: Callable[[Sequence[int]], None]) -> None:
    """Let `after` hear, after the owner, of claims whose open amount has changed."""
    _listeners.setdefault(kind, []).append(after)


def claim_kind(kind: str) -> ClaimKind:
    """How a kind is booked. Raises: KeyError, for a kind that no app has registered."""
    return _kinds[kind]
