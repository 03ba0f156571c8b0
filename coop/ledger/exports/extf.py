"""DATEV's booking batch (EXTF Buchungsstapel): header 700, category 21, format 13. Plain data, no Django.

Source: developer.datev.de, "DATEV-Format", pages on the header and on the booking batch: 31 header fields, 125
columns, semicolons, quoted text, decimal comma, CRLF, Windows-1252.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from coop.errors import InvalidInput

_HEAD = 'EXTF";700;21;"Buchungsstapel";13'
_BEFORE = (
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
    "Postensperre",
    "Diverse Adressnummer",
    "Geschäftspartnerbank",
    "Sachverhalt",
    "Zinssperre",
    "Beleglink",
)
_BETWEEN = (
    "KOST1 - Kostenstelle",
    "KOST2 - Kostenstelle",
    "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart",
    "Sachverhalt L+L",
    "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
)
_AFTER = (
    "Stück",
    "Gewicht",
    "Zahlweise",
    "Forderungsart",
    "Veranlagungsjahr",
    "Zugeordnete Fälligkeit",
    "Skontotyp",
    "Auftragsnummer",
    "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz",
    "Buchungs GUID",
    "KOST-Datum",
    "SEPA-Mandatsreferenz",
    "Skontosperre",
    "Gesellschaftername",
    "Beteiligtennummer",
    "Identifikationsnummer",
    "Zeichnernummer",
    "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung",
    "Festschreibung",
    "Leistungsdatum",
    "Datum Zuord. Steuerperiode",
    "Fälligkeit",
    "Generalumkehr (GU)",
    "Steuersatz",
    "Land",
    "Abrechnungsreferenz",
    "BVV-Position",
    "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
)
COLUMNS: tuple[str, ...] = (
    *_BEFORE,
    *(f"Beleginfo - {what} {n}" for n in range(1, 9) for what in ("Art", "Inhalt")),
    *_BETWEEN,
    *(name for n in range(1, 21) for name in (f"Zusatzinformation - Art {n}", f"Zusatzinformation- Inhalt {n}")),
    *_AFTER,
)
"""The 125 columns in their order."""
_AMOUNT, _SIDE, _CURRENCY, _ACCOUNT, _CONTRA, _DAY, _DOCUMENT, _TEXT = 0, 1, 2, 6, 7, 9, 10, 13
_LOCKED, _SERVICE = COLUMNS.index("Festschreibung"), COLUMNS.index("Leistungsdatum")
# Text fields are quoted even where they are empty.
_QUOTED = frozenset(
    place
    for place, name in enumerate(COLUMNS)
    if name.startswith(("Beleginfo", "Zusatzinformation"))
    or name
    in {
        "Soll/Haben-Kennzeichen", "WKZ Umsatz", "WKZ Basis-Umsatz", "BU-Schlüssel", "Belegfeld 1", "Belegfeld 2",
        "Buchungstext", "Diverse Adressnummer", "Beleglink", "KOST1 - Kostenstelle", "KOST2 - Kostenstelle",
        "EU-Land u. UStID (Bestimmung)", "Abw. Versteuerungsart", "Forderungsart", "Auftragsnummer", "Buchungstyp",
        "EU-Land (Anzahlungen)", "Herkunft-Kz", "SEPA-Mandatsreferenz", "Gesellschaftername", "Identifikationsnummer",
        "Zeichnernummer", "Generalumkehr (GU)", "Land", "Abrechnungsreferenz", "EU-Land u. UStID (Ursprung)",
        "Buchungs GUID", "Bezeichnung SoBil-Sachverhalt",
    }
)  # fmt: skip
LONGEST_TEXT = 60
LONGEST_DOCUMENT = 36
_NOT_IN_DOCUMENTS = re.compile(r"[^A-Za-z0-9$&%*+/-]", re.ASCII)
_LARGEST_CENTS = 999_999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One booking: `cents` (positive) from the account `credit` to the account `debit`."""

    cents: int
    debit: str
    credit: str
    on: date
    document: str
    text: str
    service_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The bookings of one month, for the adviser's numbers of consultant and client."""

    consultant_number: int
    client_number: int
    account_length: int
    year_begins: date
    since: date
    last: date
    name: str
    created_at: datetime
    locked: bool
    lines: Sequence[BatchLine]


def extf(batch: Batch) -> bytes:
    """The file, for a name that begins with EXTF_. The same batch always gives the same bytes.

    Raises: InvalidInput, naming what DATEV would refuse.
    """
    if not 1001 <= batch.consultant_number <= 9_999_999:  # noqa: PLR2004 (the format's own limits)
        raise InvalidInput("consultant number: from 1001 to 9999999")
    if not 1 <= batch.client_number <= 99_999:  # noqa: PLR2004
        raise InvalidInput("client number: from 1 to 99999")
    rows = [_header(batch), ";".join(COLUMNS), *(_row(line, batch) for line in batch.lines)]
    return "".join(f"{row}\r\n" for row in rows).encode("cp1252")


def paired(amounts: Iterable[tuple[str, int]]) -> list[tuple[int, str, str]]:
    """An entry's amounts by account (debit positive) as pairs of cents, debit and credit account.

    Each account moves by exactly what it moved in the entry, and no clearing account is needed.

    Raises: InvalidInput, where the amounts do not sum to zero.
    """
    debits: list[list[Any]] = []
    credited: list[list[Any]] = []
    for account, cents in amounts:
        (debits if cents > 0 else credited).append([account, abs(cents)])
    if sum(cents for _, cents in debits) != sum(cents for _, cents in credited):
        raise InvalidInput("an entry must sum to zero")
    found = []
    place = 0
    for account, left in debits:
        while left:
            contra, open_cents = credited[place]
            moved = min(left, open_cents)
            if account != contra:
                found.append((moved, account, contra))
            left -= moved  # noqa: PLW2901 (what is still to be paired)
            credited[place][1] -= moved
            if not credited[place][1]:
                place += 1
    return found


def _header(batch: Batch) -> str:
    created = f"{batch.created_at:%Y%m%d%H%M%S}{batch.created_at.microsecond // 1000:03d}"
    fields = (
        f'"{_HEAD}',
        created,
        "",
        '""',
        '""',
        '""',
        str(batch.consultant_number),
        str(batch.client_number),
        f"{batch.year_begins:%Y%m%d}",
        str(batch.account_length),
        f"{batch.since:%Y%m%d}",
        f"{batch.last:%Y%m%d}",
        _text(batch.name, 30),
        '""',
        "1",
        "0",
        "1" if batch.locked else "0",
        '"EUR"',
        "",
        '""',
        "",
        "",
        '""',
        "",
        "",
        '""',
        '""',
    )
    return ";".join(fields)


def _row(line: BatchLine, batch: Batch) -> str:
    if not 0 < line.cents <= _LARGEST_CENTS:
        raise InvalidInput("amount: from 0.01 to 9999999999.99")
    if not batch.since <= line.on <= batch.last:
        raise InvalidInput("a booking lies outside of the batch's month")
    for account in (line.debit, line.credit):
        if not account.isascii() or not account.isdigit() or len(account) > batch.account_length + 1:
            raise InvalidInput(f"account {account}: digits, as long as the client's accounts")
    cells = ['""' if place in _QUOTED else "" for place in range(len(COLUMNS))]
    cells[_AMOUNT] = str(Decimal(line.cents).scaleb(-2)).replace(".", ",")
    cells[_SIDE] = '"S"'
    cells[_CURRENCY] = '"EUR"'
    cells[_ACCOUNT] = line.debit
    cells[_CONTRA] = line.credit
    cells[_DAY] = f"{line.on:%d%m}"
    cells[_DOCUMENT] = f'"{_NOT_IN_DOCUMENTS.sub("-", line.document)[:LONGEST_DOCUMENT]}"'
    cells[_TEXT] = _text(line.text, LONGEST_TEXT)
    cells[_LOCKED] = "1" if batch.locked else "0"
    if line.service_on is not None:
        cells[_SERVICE] = f"{line.service_on:%d%m%Y}"
    return ";".join(cells)


def _text(value: str, longest: int) -> str:
    """Quoted, within Windows-1252, without control characters."""
    plain = "".join(_letter(letter) for letter in " ".join(value.split()))
    return '"' + plain[:longest].replace('"', '""') + '"'


def _letter(letter: str) -> str:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
        return bare if bare.isascii() and bare else "?"
    return letter if letter.isprintable() else ""
