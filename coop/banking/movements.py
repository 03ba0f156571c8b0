"""What a bank says moved on an account, whatever file it came in: statements, entries and payments as plain values.

The readers (`camt`, `mt940`, `csv_tables`) make these values and nothing else; the import takes these and
nothing else. A new format is a new reader.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coop.errors import StetigError

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes. A year of statements of a large cooperative stays far below."""
MOST_PAYMENTS = 60_000
"""Entries and details together, in one file."""
LONGEST_TEXT = 100_000


class UnreadableStatement(StetigError):
    """This file is no bank statement that can be read; ask the bank for camt.053 (XML) or MT940."""

    code = "unreadable_statement"


class MessageKind(StrEnum):
    """Which message a statement came in."""

    REPORT = "camt.052"
    """Movements of the day so far, to be followed by a statement."""
    STATEMENT = "camt.053"
    NOTIFICATION = "camt.054"
    """Details of single movements, without balances."""
    MT940 = "mt940"
    MT942 = "mt942"
    """Movements of the day so far, to be followed by an MT940."""
    TABLE = "csv"
    """Rows of a table, by a mapping that somebody made for the bank."""

    @property
    def is_interim(self) -> bool:
        """Whether a final statement of the same movements follows."""
        return self in {MessageKind.REPORT, MessageKind.MT942}


class EntryStatus(StrEnum):
    """How certain an entry is. Only BOOKED moves the balance."""

    BOOKED = "BOOK"
    PENDING = "PDNG"
    FUTURE = "FUTR"
    INFORMATION = "INFO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Money as the bank states it beside the booking: an amount ordered in a foreign currency, a charge."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One balance of a statement; credit is positive.

    `code` is OPBD (opening), PRCD (closing of the statement before), CLBD (closing), ITBD (interim), or
    another one of the bank.
    """

    code: str
    amount_cents: int
    currency: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCode:
    """What kind of movement it was: ISO domain, family and sub-family, and the bank's own code (GVC)."""

    domain: str = ""
    family: str = ""
    sub_family: str = ""
    proprietary: str = ""
    issuer: str = ""

    @property
    def gvc(self) -> str:
        """The German business transaction code within the bank's own one: "NTRF+166+00931" gives "166"."""
        return next((part for part in self.proprietary.split("+") if len(part) == LENGTH_OF_GVC and part.isdigit()), "")

    @property
    def returned(self) -> bool:
        """Whether the code says that an earlier payment came back."""
        return self.sub_family in RETURNS or self.gvc in RETURNED_GVC


LENGTH_OF_GVC = 3
RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD"})
"""Sub-families of the ISO 20022 external code set that say: an earlier payment came back."""
RETURNED_GVC = frozenset({"009", "059", "108", "109", "159", "181", "184"})
"""The same in the German banks' codes: returned direct debits (009, 108, 109), returned transfers (059, 159),
direct debits credited again (181, 184)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDetail:
    """One payment within an entry. Texts are empty where the bank says nothing or NOTPROVIDED.

    `amount_cents` is signed (credit positive), in the entry's currency, None where the bank gives none
    in that currency. The counterparty is the other side of the movement, never the own account. For a
    returned payment `end_to_end_id` is the returned payment's own, and `original_end_to_end_id` says so.
    """

    amount_cents: int | None = None
    end_to_end_id: str = ""
    mandate_id: str = ""
    transaction_id: str = ""
    instruction_id: str = ""
    payment_id: str = ""
    message_id: str = ""
    bank_reference: str = ""
    counterparty_name: str = ""
    counterparty_iban: str = ""
    counterparty_account: str = ""
    """An account number other than an IBAN."""
    counterparty_bic: str = ""
    ultimate_name: str = ""
    """On whose behalf the counterparty paid or was paid."""
    text: str = ""
    """The remittance information: all lines, joined by a space."""
    structured_reference: str = ""
    documents: tuple[str, ...] = ()
    """Numbers of the documents paid, from structured remittance information."""
    bank_code: BankCode = BankCode()
    returned: bool = False
    return_reason: str = ""
    return_information: str = ""
    original_end_to_end_id: str = ""
    charges: tuple[Amount, ...] = ()
    """Charge of this payment; a credit is negative."""
    instructed: Amount | None = None
    """What was ordered, where it differs from what moved (foreign currency, charges)."""
    exchange_rate: Decimal | None = None
    additional_information: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a statement; `amount_cents` in hundredths of `currency`, credit positive.

    `reversal` only says that the entry takes back an earlier one: the direction of money is in the sign
    already. `booked_on` falls back to the value date; None where the bank gives no day at all.
    """

    amount_cents: int
    currency: str
    status: EntryStatus = EntryStatus.BOOKED
    booked_on: date | None = None
    value_on: date | None = None
    bank_reference: str = ""
    """The bank's own reference; not unique, banks repeat it within a run."""
    entry_reference: str = ""
    reversal: bool = False
    bank_code: BankCode = BankCode()
    batch_payment_id: str = ""
    batch_message_id: str = ""
    batch_size: int | None = None
    charges: tuple[Amount, ...] = ()
    additional_information: str = ""
    details: tuple[TransactionDetail, ...] = ()

    @property
    def returned(self) -> bool:
        """Whether an earlier payment came back with this entry."""
        return self.reversal or self.bank_code.returned or any(part.returned for part in self.details)

    def splits(self) -> bool:
        """Whether the details account for the entry to the cent, so that each may be booked by itself."""
        parts = [part.amount_cents for part in self.details]
        return len(parts) > 1 and None not in parts and sum(filter(None, parts)) == self.amount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What an import stores once: a booked entry, or one payment of a batch that splits to the cent.

    `detail` is None where an entry has no details or several that do not add up to it. `entry_fingerprint`
    is the whole entry's; it differs from `fingerprint` for a payment of a batch.
    """

    fingerprint: str
    entry_fingerprint: str
    amount_cents: int
    entry: Entry
    detail: TransactionDetail | None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything a reference of ours may stand in, most telling first, without empty ones."""
        details = (self.detail,) if self.detail else self.entry.details
        found = [
            text
            for part in details
            for text in (
                part.text,
                part.structured_reference,
                *part.documents,
                part.end_to_end_id,
                part.additional_information,
            )
        ]
        return tuple(dict.fromkeys(text for text in (*found, self.entry.additional_information) if text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account; a file may hold several, of several accounts."""

    kind: MessageKind = MessageKind.STATEMENT
    version: str = ""
    """Of the message, such as "08"; empty where the file does not say."""
    id: str = ""
    message_id: str = ""
    sequence_number: int | None = None
    page: int | None = None
    last_page: bool | None = None
    created_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    iban: str = ""
    other_account: str = ""
    """Account number where the bank gives no IBAN. Both empty: the file does not name the account."""
    owner: str = ""
    currency: str = ""
    balances: tuple[Balance, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def account(self) -> str:
        """IBAN, or else the other number, or empty."""
        return self.iban or self.other_account

    @property
    def opening(self) -> Balance | None:
        """The balance that the entries start from."""
        return self._first("OPBD") or self._first("PRCD") or self._interim(first=True)

    @property
    def closing(self) -> Balance | None:
        """The balance that the entries lead to."""
        return self._last("CLBD") or self._interim(first=False)

    @property
    def balance_gap_cents(self) -> int | None:
        """Closing balance minus (opening balance plus booked entries): 0 where nothing is missing.

        None where it cannot be said: a balance is absent or currencies are mixed.
        """
        opening, closing = self.opening, self.closing
        booked = [entry for entry in self.entries if entry.status is EntryStatus.BOOKED]
        if opening is None or closing is None:
            return None
        if {opening.currency, closing.currency, *(entry.currency for entry in booked)} != {opening.currency}:
            return None
        return closing.amount_cents - opening.amount_cents - sum(entry.amount_cents for entry in booked)

    def _first(self, code: str) -> Balance | None:
        found = [balance for balance in self.balances if balance.code == code]
        return min(found, key=lambda balance: balance.on or date.max, default=None)

    def _last(self, code: str) -> Balance | None:
        found = [balance for balance in reversed(self.balances) if balance.code == code]
        return max(found, key=lambda balance: balance.on or date.min, default=None)

    def _interim(self, *, first: bool) -> Balance | None:
        """A page in the middle of a long statement carries one interim balance before and one after its
        entries; one alone belongs to the side where no other balance stands."""
        found = [balance for balance in self.balances if balance.code == "ITBD"]
        other = self._last("CLBD") if first else (self._first("OPBD") or self._first("PRCD"))
        if len(found) > 1 or (found and other):
            return found[0] if first else found[-1]
        return None


# --- each transaction once -------------------------------------------------------------------------


def transactions(statements: list[Statement]) -> Iterator[Transaction]:
    """The booked movements of a file, each with a fingerprint that is the same in every file it comes in.

    Why it is made as it is. Files overlap: a day's statement, the week's, the same file again. What is
    stable is what happened on the account: account, booking day, signed amount, currency, the bank's
    reference, whom the payment named and its end-to-end id. What is left out changes from file to file:
    the entry reference (a running number within one statement at many banks), statement ids, codes and
    names (other spelling and length in another version of the message), value date, transaction id.
    Where the bank gives no reference, the text stands in for it, reduced to letters and digits, since
    banks break and pad it differently.

    Two payments may agree in all of this (the same fee twice on one day; the bank's reference alone is
    not unique). So equal ones are counted within the account's day: the first, the second. A longer
    statement of the same day holds at least those of the shorter one, whatever their order, so it adds
    just the missing ones. The count goes on over the pages of one statement and starts anew with the
    next statement: two statements in one file may overlap like two files.

    The limit: equal payments of one day without any reference, dealt by the bank to two statements that
    do not overlap, count as one. `balance_gap_cents` stays 0 then; the account's balance as booked
    differs from the bank's, which is where it shows.

    A payment of a split batch has the entry's fingerprint carried on by its own data.
    """
    counts: dict[tuple[str, str], tuple[set[int | None], Counter[str]]] = {}
    for statement in statements:
        pages, seen = counts.get((statement.account, statement.id), (set(), Counter()))
        if not statement.id or statement.page is None or statement.page in pages:
            pages, seen = set(), Counter()
        pages.add(statement.page)
        counts[statement.account, statement.id] = (pages, seen)
        for entry in statement.entries:
            if entry.status is EntryStatus.BOOKED:
                key = _entry_key(statement.account, entry)
                seen[key] += 1
                yield from payments_of(entry, _digest(key, seen[key]))


def payments_of(entry: Entry, fingerprint: str) -> Iterator[Transaction]:
    """The payments of an entry with this fingerprint: one each for a batch that splits to the cent, else one."""
    if not entry.splits():
        detail = entry.details[0] if len(entry.details) == 1 else None
        yield Transaction(
            fingerprint=fingerprint,
            entry_fingerprint=fingerprint,
            amount_cents=entry.amount_cents,
            entry=entry,
            detail=detail,
        )
        return
    seen: Counter[str] = Counter()
    for detail in entry.details:
        amount_cents = detail.amount_cents or 0
        key = _digest(amount_cents, *_detail_key(detail, with_text=True))
        seen[key] += 1
        yield Transaction(
            fingerprint=_digest(fingerprint, key, seen[key]),
            entry_fingerprint=fingerprint,
            amount_cents=amount_cents,
            entry=entry,
            detail=detail,
        )


def _entry_key(account: str, entry: Entry) -> str:
    with_text = not entry.bank_reference
    parts = sorted(_detail_key(detail, with_text=with_text) for detail in entry.details)
    if with_text and not any(any(part) for part in parts):
        parts = [(_letters_and_digits(entry.additional_information),)]
    day = entry.booked_on.isoformat() if entry.booked_on else ""
    return _digest(account, day, entry.amount_cents, entry.currency, entry.bank_reference, parts)


def _detail_key(detail: TransactionDetail, *, with_text: bool) -> tuple[str, ...]:
    key = (detail.counterparty_iban or detail.counterparty_account, detail.end_to_end_id)
    if not with_text:
        return key
    return (*key, detail.mandate_id, _letters_and_digits(detail.text), _letters_and_digits(detail.structured_reference))


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
