"""Every write of the banking app, one module per thing: claims, accounts, statements, matches, payment orders."""

from coop.banking.actions.claims import (
    NewClaim,
    ReferenceTaken,
    cancel_claim,
    open_claim,
    open_claims,
    reduce_claim,
)

__all__ = [
    "NewClaim",
    "ReferenceTaken",
    "cancel_claim",
    "open_claim",
    "open_claims",
    "reduce_claim",
]
