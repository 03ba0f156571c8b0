"""Claims: opened, lowered and cancelled by the apps whose documents they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.banking.models import Claim
from coop.banking.references import normalised
from coop.banking.registry import claim_kind
from coop.banking.states import CLAIM_STATES, ClaimState
from coop.errors import InvalidInput, NotFound, StetigError


class ReferenceTaken(StetigError):
    """This reference or document has a claim already: open it there."""

    code = "reference_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """A claim to be opened; see `open_claim`."""

    kind: str
    source: str
    reference: str
    debtor: str
    amount_cents: int
    due_on: date
    on: date
    beside: str = ""
    """Source of the claim that this one goes with."""


@transaction.atomic
def open_claim(
    *, kind: str, source: str, reference: str, debtor: str, amount_cents: int, due_on: date, on: date
) -> Claim:
    """Say that somebody owes money. Books nothing: the owner of the claim does.

    `source` (such as "invoice:7") is known once; `reference` is what the payer writes.

    Raises: InvalidInput, ReferenceTaken.
    """
    return open_claims(
        [
            NewClaim(
                kind=kind,
                source=source,
                reference=reference,
                debtor=debtor,
                amount_cents=amount_cents,
                due_on=due_on,
                on=on,
            )
        ]
    )[0]


@transaction.atomic
def open_claims(claims: Sequence[NewClaim]) -> list[Claim]:
    """Open many claims in one statement. Raises: as `open_claim`."""
    rows = []
    for claim in claims:
        claim_kind(claim.kind)
        if claim.amount_cents <= 0:
            raise InvalidInput(_("%(reference)s: a claim is for more than nothing.") % {"reference": claim.reference})
        rows.append(
            Claim(
                kind=claim.kind,
                source=claim.source,
                reference=claim.reference,
                reference_key=normalised(claim.reference),
                debtor=claim.debtor,
                beside=claim.beside,
                amount_cents=claim.amount_cents,
                open_cents=claim.amount_cents,
                due_on=claim.due_on,
                opened_on=claim.on,
            )
        )
    try:
        with transaction.atomic():
            return Claim.objects.bulk_create(rows, batch_size=2000)
    except IntegrityError as error:
        raise ReferenceTaken from error


@transaction.atomic
def reduce_claim(*, source: str, by_cents: int) -> Claim:
    """Lower what is owed, at most by what is open. Lowered to nothing it counts as settled.

    Raises: NotFound, InvalidInput.
    """
    claim = lock_claim(source)
    if not 0 < by_cents <= claim.open_cents or claim.state == ClaimState.CANCELLED:
        raise InvalidInput(_("%(reference)s can be lowered by what is open at most.") % {"reference": claim.reference})
    if by_cents == claim.amount_cents:
        return cancel_claim(source=source)
    claim.amount_cents -= by_cents
    claim.open_cents -= by_cents
    claim.state = state_of(claim)
    claim.save(update_fields=["amount_cents", "open_cents", "state"])
    return claim


@transaction.atomic
def raise_claim(*, source: str, by_cents: int) -> Claim:
    """Ask for more than before; settled, the claim is open again. Raises: NotFound, InvalidInput."""
    claim = lock_claim(source)
    if by_cents <= 0 or claim.state == ClaimState.CANCELLED:
        raise InvalidInput(_("%(reference)s cannot be raised by this.") % {"reference": claim.reference})
    claim.amount_cents += by_cents
    claim.open_cents += by_cents
    claim.state = state_of(claim)
    claim.save(update_fields=["amount_cents", "open_cents", "state"])
    return claim


@transaction.atomic
def cancel_claim(*, source: str) -> Claim:
    """Give up what is still open. What was paid is the owner's to book back or to credit.

    Raises: NotFound, InvalidTransition.
    """
    claim = lock_claim(source)
    CLAIM_STATES.check(claim.state, ClaimState.CANCELLED)
    claim.state = ClaimState.CANCELLED
    claim.amount_cents -= claim.open_cents
    claim.open_cents = 0
    claim.save(update_fields=["state", "amount_cents", "open_cents"])
    return claim


def lock_claim(source: str) -> Claim:
    """The claim of a document, locked. Raises: NotFound."""
    claim: Claim | None = Claim.objects.select_for_update().filter(source=source).first()
    if claim is None:
        raise NotFound(_("There is no claim for this document."))
    return claim


def state_of(claim: Claim) -> ClaimState:
    """The state that fits the claim's amounts."""
    if claim.open_cents == 0:
        return ClaimState.SETTLED
    return ClaimState.OPEN if claim.open_cents == claim.amount_cents else ClaimState.PART
