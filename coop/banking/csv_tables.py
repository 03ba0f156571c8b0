"""Reads the tables (CSV) that banks offer for download, by a mapping that somebody made for the bank.

Every bank names and orders its columns differently, so nothing is guessed at import: a mapping says which
column is what, how days and amounts are written, and is recognised by its column names. Only the page that
makes a mapping guesses, and shows what would be read.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from coop.banking.movements import (
    LARGEST_FILE,
    LONGEST_TEXT,
    MOST_PAYMENTS,
    Balance,
    Entry,
    EntryStatus,
    MessageKind,
    Statement,
    TransactionDetail,
    UnreadableStatement,
)
from coop.banking.mt940 import decode_german

FIRST_ROWS = 40
"""Where the row with the column names must stand; banks put address and period above it."""
MOST_COLUMNS = 200
MOST_LINES = MOST_PAYMENTS + 1_000
DATE_FORMATS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d")
DELIMITERS = (";", ",", "\t", "|")


class Column(StrEnum):
    """What a column can be."""

    BOOKED_ON = "booked_on"
    VALUE_ON = "value_on"
    AMOUNT = "amount"
    """Signed, unless SIDE says which it is."""
    CREDIT = "credit"
    """With DEBIT instead of AMOUNT: each side in a column of its own."""
    DEBIT = "debit"
    SIDE = "side"
    NAME = "name"
    IBAN = "iban"
    TEXT = "text"
    TEXT_2 = "text_2"
    END_TO_END_ID = "end_to_end_id"
    MANDATE_ID = "mandate_id"
    REFERENCE = "reference"
    CURRENCY = "currency"
    OWN_ACCOUNT = "own_account"
    BALANCE = "balance"
    STATUS = "status"


class NoMapping(UnreadableStatement):
    """This is a table (CSV) for which there is no mapping yet: make one for this bank under Bank, Tables."""

    code = "no_csv_mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """How one bank writes its tables. `columns` gives the names of columns as the table's head has them."""

    name: str
    columns: Mapping[Column, str]
    delimiter: str = ";"
    date_format: str = "%d.%m.%Y"
    decimal_comma: bool = True
    debit_marks: tuple[str, ...] = ("S", "D", "SOLL", "DEBIT", "LASTSCHRIFT")
    pending_mark: str = ""
    """What the column STATUS holds (anywhere, any case) for movements that are not booked yet."""
    account: str = ""
    """IBAN of the account that the table is of, where no column says it."""
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What the page that makes a mapping starts from: the table's head, its first rows and a guess."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: TableMapping


def read_table(data: bytes, mappings: Sequence[TableMapping]) -> list[Statement]:
    """Read a table by the first mapping whose columns it has: one statement for each account in it.

    Raises: NoMapping, UnreadableStatement.
    """
    text = table_text(data)
    for mapping in mappings:
        rows = _rows(text, mapping.delimiter)
        places = next((found for row in islice(rows, FIRST_ROWS) if (found := _places(row, mapping))), None)
        if places is not None:
            return _statements(rows, places, mapping)
    if sketch(data) is None:
        raise UnreadableStatement("This is no bank statement: neither camt (XML) nor MT940 nor a table (CSV).")
    raise NoMapping("This is a table (CSV) that no mapping fits. Make a mapping for this bank, then import it again.")


def table_text(data: bytes) -> str:
    """The text of a table. Raises: UnreadableStatement, for what cannot be one."""
    if len(data) > LARGEST_FILE:
        raise UnreadableStatement("The file is larger than 50 MB. Import it in parts, such as month by month.")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16") if wide else decode_german(data)
    except UnicodeDecodeError:
        raise UnreadableStatement("The file's text encoding (UTF-16) is broken.") from None
    text = text.strip("\ufeff\x1a")
    if not text.strip("\x00 \r\n\t"):
        raise UnreadableStatement("The file is empty.")
    if "\x00" in text:
        raise UnreadableStatement("The file holds binary data, so it is no bank statement.")
    if text.count("\n") > MOST_LINES:
        raise UnreadableStatement("The file holds more lines than any table of movements. Import it in parts.")
    return text


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The table's rows. Raises: UnreadableStatement."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise UnreadableStatement("The table has more columns than any bank's.")
            yield row
    except csv.Error:
        raise UnreadableStatement(f"The table is damaged (line {reader.line_num}): export it again.") from None


def _places(row: Sequence[str], mapping: TableMapping) -> dict[Column, int] | None:
    """Where the mapped columns stand, if this row is the table's head."""
    names = [_plain(cell) for cell in row]
    found = {column: _plain(name) for column, name in mapping.columns.items()}
    if not found or not set(found.values()) <= set(names):
        return None
    return {column: names.index(name) for column, name in found.items()}


def _plain(cell: str) -> str:
    return " ".join(cell.split()).casefold()


# --- rows to values ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Account:
    """The rows of one account."""

    entries: list[Entry] = field(default_factory=list)
    balances: list[int | None] = field(default_factory=list)


def _statements(rows: Iterator[list[str]], places: Mapping[Column, int], mapping: TableMapping) -> list[Statement]:
    accounts: dict[str, _Account] = {}
    count = 0
    for number, row in enumerate(rows, start=1):
        cells = {column: " ".join(row[place].split()) if place < len(row) else "" for column, place in places.items()}
        entry = _entry(cells, mapping, f"row {number} below the head")
        if entry is None:
            continue
        count += 1
        if count > MOST_PAYMENTS:
            raise UnreadableStatement("The file holds more than 60,000 payments. Import it in parts.")
        own = "".join(cells.get(Column.OWN_ACCOUNT, "").split()).upper() or mapping.account
        account = accounts.setdefault(own, _Account())
        account.entries.append(entry)
        if entry.status is EntryStatus.BOOKED:
            account.balances.append(_balance(cells.get(Column.BALANCE, ""), mapping))
    if not accounts:
        raise UnreadableStatement("The table holds no movements: choose a longer period at the bank.")
    return [_statement(own, account) for own, account in accounts.items()]


def _entry(cells: Mapping[Column, str], mapping: TableMapping, where: str) -> Entry | None:
    """One movement; None for a row that is none, such as a sum below the table."""
    cents = _signed(cells, mapping, where)
    day = cells.get(Column.BOOKED_ON, "")
    if cents is None or (not day and not cells.get(Column.NAME) and not cells.get(Column.TEXT)):
        return None
    text = " ".join(part for column in (Column.TEXT, Column.TEXT_2) if (part := cells.get(column, "")))
    if len(text) > LONGEST_TEXT:
        raise UnreadableStatement("A text in the file is longer than in any statement.")
    pending = not day or bool(
        mapping.pending_mark and mapping.pending_mark.casefold() in cells.get(Column.STATUS, "").casefold()
    )
    value = cells.get(Column.VALUE_ON, "")
    booked_on = _day(day, mapping, where) if day else None
    value_on = _day(value, mapping, where) if value else None
    iban = "".join(cells.get(Column.IBAN, "").split()).upper()
    is_iban = bool(re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", iban))
    currency = cells.get(Column.CURRENCY, "").upper()
    return Entry(
        amount_cents=cents,
        currency={"": mapping.currency, "€": "EUR"}.get(currency, currency),
        status=EntryStatus.PENDING if pending else EntryStatus.BOOKED,
        booked_on=booked_on or value_on,
        value_on=value_on,
        bank_reference=_said(cells.get(Column.REFERENCE, "")),
        details=(
            TransactionDetail(
                amount_cents=cents,
                end_to_end_id=_said(cells.get(Column.END_TO_END_ID, "")),
                mandate_id=_said(cells.get(Column.MANDATE_ID, "")),
                counterparty_name=cells.get(Column.NAME, ""),
                counterparty_iban=iban if is_iban else "",
                counterparty_account="" if is_iban else iban,
                text=text,
            ),
        ),
    )


def _said(text: str) -> str:
    return "" if text.upper() in {"NOTPROVIDED", "NONREF", "-"} else text


def _signed(cells: Mapping[Column, str], mapping: TableMapping, where: str) -> int | None:
    """The amount with its sign; None where the row has none."""
    if Column.AMOUNT in mapping.columns:
        text = cells.get(Column.AMOUNT, "")
        if not text or not any(character.isdigit() for character in text):
            return None
        cents = _cents(text, mapping, where)
        side = cells.get(Column.SIDE, "").upper()
        return -abs(cents) if side and side in mapping.debit_marks else cents
    credit, debit = cells.get(Column.CREDIT, ""), cells.get(Column.DEBIT, "")
    if not credit and not debit:
        return None
    return (abs(_cents(credit, mapping, where)) if credit else 0) - (abs(_cents(debit, mapping, where)) if debit else 0)


_COMMA = re.compile(
    r"([+\-\u2212]?)\s?(\d{1,15}|\d{1,3}(?:[.' \u00a0]\d{3}){1,4})(?:,(\d{1,10}))?\s?([+\-\u2212]?)", re.ASCII
)
_POINT = re.compile(
    r"([+\-\u2212]?)\s?(\d{1,15}|\d{1,3}(?:[,' \u00a0]\d{3}){1,4})(?:\.(\d{1,10}))?\s?([+\-\u2212]?)", re.ASCII
)
_UNIT = re.compile(r"\s*(?:EUR|€)\s*", re.IGNORECASE)


def _cents(text: str, mapping: TableMapping, where: str) -> int:
    found = (_COMMA if mapping.decimal_comma else _POINT).fullmatch(_UNIT.sub("", text).strip())
    if not found or (found.group(1) and found.group(4)):
        raise UnreadableStatement(f"The amount in {where} is no number of the kind that the mapping says.")
    before, whole, decimals, after = found.groups()
    decimals = (decimals or "").ljust(2, "0")
    if decimals[2:].strip("0"):
        raise UnreadableStatement(f"The amount in {where} has more than two decimals, which cannot be booked in cents.")
    cents = int("".join(character for character in whole if character.isdigit()) + decimals[:2])
    return -cents if (before or after) in {"-", "\u2212"} else cents


def _balance(text: str, mapping: TableMapping) -> int | None:
    return _cents(text, mapping, "the balance column") if text else None


def _day(text: str, mapping: TableMapping, where: str) -> date:
    try:
        return datetime.strptime(text.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0], mapping.date_format).date()  # noqa: DTZ007 (a day)
    except ValueError:
        raise UnreadableStatement(f"The day in {where} is not written as the mapping says.") from None


def _statement(own: str, account: _Account) -> Statement:
    booked = [entry for entry in account.entries if entry.status is EntryStatus.BOOKED]
    days = [entry.booked_on for entry in booked if entry.booked_on]
    iban = own if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", own) else ""
    return Statement(
        kind=MessageKind.TABLE,
        from_on=min(days, default=None),
        to_on=max(days, default=None),
        iban=iban,
        other_account="" if iban else own,
        currency=account.entries[0].currency,
        balances=_ends([entry.amount_cents for entry in booked], account.balances, account.entries[0].currency),
        entries=tuple(account.entries),
    )


def _ends(amounts: Sequence[int], balances: Sequence[int | None], currency: str) -> tuple[Balance, ...]:
    """Opening and closing balance out of a running balance, whichever way the table runs."""
    running = [balance for balance in balances if balance is not None]
    if not running or len(running) < len(amounts):
        return ()
    falling = all(running[at] - amounts[at] == running[at + 1] for at in range(len(running) - 1))
    first, last = (-1, 0) if falling and len(running) > 1 else (0, -1)
    return (
        Balance(code="OPBD", amount_cents=running[first] - amounts[first], currency=currency),
        Balance(code="CLBD", amount_cents=running[last], currency=currency),
    )


# --- making a mapping ----------------------------------------------------------------------------------------------

_USUAL_NAMES: Mapping[Column, tuple[str, ...]] = {
    Column.BOOKED_ON: ("buchungstag", "buchungsdatum", "buchung", "datum", "booking date", "date"),
    Column.VALUE_ON: ("valutadatum", "wertstellung", "valuta", "wertstellungstag", "value date"),
    Column.AMOUNT: ("betrag", "betrag (eur)", "betrag (€)", "umsatz", "umsatz in eur", "amount", "amount (eur)"),
    Column.CREDIT: ("haben", "gutschrift", "credit"),
    Column.DEBIT: ("soll", "lastschrift", "debit"),
    Column.SIDE: ("soll/haben", "s/h"),
    Column.NAME: (
        "name zahlungsbeteiligter", "beguenstigter/zahlungspflichtiger", "begünstigter/zahlungspflichtiger",
        "auftraggeber / begünstigter", "auftraggeber/empfänger", "zahlungspflichtige*r", "zahlungsempfänger*in", "name",
        "empfänger", "partner name", "payee",
    ),
    Column.IBAN: ("iban zahlungsbeteiligter", "kontonummer/iban", "iban", "partner iban", "account number"),
    Column.TEXT: ("verwendungszweck", "buchungsdetails", "purpose", "payment reference", "text"),
    Column.TEXT_2: ("buchungstext", "umsatzart"),
    Column.END_TO_END_ID: ("kundenreferenz (end-to-end)", "kundenreferenz", "end-to-end id", "end-to-end-referenz"),
    Column.MANDATE_ID: ("mandatsreferenz", "mandate reference"),
    Column.CURRENCY: ("währung", "waehrung", "currency"),
    Column.OWN_ACCOUNT: ("iban auftragskonto", "auftragskonto"),
    Column.BALANCE: ("saldo nach buchung", "saldo", "kontostand", "balance"),
    Column.STATUS: ("info", "status"),
}  # fmt: skip


def sketch(data: bytes) -> Sketch | None:
    """The head, the first rows and a guess at the mapping; None where the file is no table.

    Raises: UnreadableStatement.
    """
    text = table_text(data)
    best: tuple[int, str, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        rows = list(islice(_rows(text, delimiter), FIRST_ROWS))
        widths = Counter(len(row) for row in rows if len(row) > 2)  # noqa: PLR2004 (day, amount, text)
        if widths:
            score = max(width * count for width, count in widths.items())
            if best is None or score > best[0]:
                best = (score, delimiter, rows)
    if best is None:
        return None
    _score, delimiter, rows = best
    at = max(range(len(rows)), key=lambda place: (len(_guessed(rows[place])), -place))
    header = tuple(" ".join(cell.split()) for cell in rows[at])
    below = [row for row in rows[at + 1 :] if len(row) > 2]  # noqa: PLR2004
    columns = _guessed(header)
    return Sketch(
        header=header,
        rows=tuple(tuple(row) for row in below[:5]),
        guess=TableMapping(
            name="",
            columns=columns,
            delimiter=delimiter,
            date_format=_guessed_format(header, below, columns),
            decimal_comma=_guessed_comma(header, below, columns),
            pending_mark="vorgemerkt" if Column.STATUS in columns else "",
        ),
    )


def _guessed(row: Sequence[str]) -> dict[Column, str]:
    names = {_plain(cell): " ".join(cell.split()) for cell in row}
    found: dict[Column, str] = {}
    for column, usual in _USUAL_NAMES.items():
        name = next((one for one in usual if one in names and names[one] not in found.values()), None)
        if name is not None:
            found[column] = names[name]
    if Column.AMOUNT in found:
        found.pop(Column.CREDIT, None)
        found.pop(Column.DEBIT, None)
    return found


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]], name: str | None) -> list[str]:
    if name is None or name not in header:
        return []
    place = list(header).index(name)
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def _guessed_format(header: Sequence[str], rows: Sequence[Sequence[str]], columns: Mapping[Column, str]) -> str:
    days = _cells(header, rows, columns.get(Column.BOOKED_ON))
    for pattern in DATE_FORMATS:
        mapping = TableMapping(name="", columns=columns, date_format=pattern)
        try:
            for day in days:
                _day(day, mapping, "")
        except UnreadableStatement:
            continue
        return pattern
    return DATE_FORMATS[0]


def _guessed_comma(header: Sequence[str], rows: Sequence[Sequence[str]], columns: Mapping[Column, str]) -> bool:
    name = columns.get(Column.AMOUNT) or columns.get(Column.CREDIT)
    ends = [re.search(r"([.,])\d{1,2}\D*$", cell) for cell in _cells(header, rows, name)]
    return not any(end and end.group(1) == "." for end in ends)
