"""A bank account, claims that nobody else owns, and statements for tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from coop.banking import movements
from coop.banking.actions import ImportReport, import_statement, open_account, open_claim
from coop.banking.camt_writer import camt053, payment
from coop.banking.models import BankAccount, Claim
from coop.banking.registry import Settlement, register_claim_kind
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft
from coop.tenancy.models import User

IBAN = "DE02120300000000202051"
PAYER_IBAN = "DE89370400440532013000"
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
JAN = date(2026, 1, 15)


def debt_drafts(settlements: Sequence[Settlement]) -> list[Draft]:
    """The simplest claim of all: what arrives lowers a receivable."""
    return [
        draft(
            one.source,
            one.on,
            one.text,
            [debit(AccountCode.BANK, one.cents), credit(AccountCode.RECEIVABLE, one.cents, party=one.claim_source)],
        )
        for one in settlements
    ]


heard: list[list[int]] = []
register_claim_kind("debt", drafts=debt_drafts, after=lambda ids: heard.append(list(ids)))


def make_account(iban: str = IBAN, **changes: object) -> BankAccount:
    """The cooperative's account."""
    return open_account(**{"name": "Main", "holder": "Testgenossenschaft eG", "iban": iban, "by": None, **changes})  # type: ignore[arg-type]


def make_debt(reference: str, cents: int = 10_000, *, due_on: date = JAN, debtor: str = "Client GmbH") -> Claim:
    """An open claim of the tests' own kind."""
    return open_claim(
        kind="debt",
        source=f"debt:{reference}",
        reference=reference,
        debtor=debtor,
        amount_cents=cents,
        due_on=due_on,
        on=JAN,
    )


def paid(cents: int, text: str = "", *, on: date = JAN, **changes: object) -> movements.Entry:
    """One line of a statement: credit positive."""
    return payment(
        **{"amount_cents": cents, "on": on, "name": "Client GmbH", "iban": PAYER_IBAN, "text": text, **changes}
    )  # type: ignore[arg-type]


def bring_in(by: User, *entries: movements.Entry, opening_cents: int = 0, **changes: object) -> ImportReport:
    """Import a statement with these lines."""
    data = camt053(iban=IBAN, entries=entries, opening_cents=opening_cents, **changes)  # type: ignore[arg-type]
    return import_statement(data=data, filename="statement.xml", by=by, at=AT)
