"""What a paid share means in the books: capital of the member, and nothing of any budget."""

from collections.abc import Sequence

from coop.banking.registry import Settlement
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft

KIND = "share"


def share_drafts(settlements: Sequence[Settlement]) -> list[Draft]:
    """The entries of payments on shares: debit the bank, credit the members' capital."""
    return [
        draft(
            one.source,
            one.on,
            one.text,
            [
                debit(AccountCode.BANK, one.cents),
                credit(AccountCode.MEMBERS_CAPITAL, one.cents, party=one.claim_source),
            ],
        )
        for one in settlements
    ]


def after_share_payments(_claim_ids: Sequence[int]) -> None:
    """Nothing follows: what is paid on shares is read from their claims."""
