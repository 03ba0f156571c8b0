"""DATEV LODAS movement data, for cooperatives whose payroll office computes and transmits. Plain data.

Source: DATEV, "LODAS ASCII-Import", 94th edition, June 2026: sections [Allgemein], [Satzbeschreibung] and
[Bewegungsdaten], the record u_lod_bwd_buchung_standard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from coop.errors import InvalidInput

RECORD = "abrechnung_zeitraum#bwd;bs_wert_butab#bwd;bs_nr#bwd;la_eigene#bwd;pnr#bwd;kostenstelle#bwd;"
_HIGHEST_PERSON = 99_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One amount of a month for one person: wage type and entry key are the payroll office's."""

    person: int
    wage_type: str
    entry_key: str
    cents: int


def lodas(*, consultant_number: int, client_number: int, month: date, movements: Iterable[Movement]) -> bytes:
    """The file of a month, in Windows-1252 with CRLF.

    Raises: InvalidInput, naming what LODAS would refuse.
    """
    rows = [
        "[Allgemein]",
        "Ziel=LODAS",
        "Version_SST=1.0",
        f"BeraterNr={consultant_number}",
        f"MandantenNr={client_number}",
        "Datumsformat=TT.MM.JJJJ",
        "Feldtrennzeichen=;",
        "Zahlenkomma=,",
        "[Satzbeschreibung]",
        f"1;u_lod_bwd_buchung_standard;{RECORD}",
        "[Bewegungsdaten]",
    ]
    for one in movements:
        if not 0 < one.person <= _HIGHEST_PERSON:
            raise InvalidInput("personnel number: from 1 to 99999")
        if not (one.wage_type.isascii() and one.wage_type.isdigit()) or not one.entry_key.isdigit():
            raise InvalidInput("wage type and entry key: digits, as the payroll office gives them")
        amount = str(Decimal(one.cents).scaleb(-2)).replace(".", ",")
        rows.append(f"1;{month:%d.%m.%Y};{amount};{one.entry_key};{one.wage_type};{one.person};;")
    return "".join(f"{row}\r\n" for row in rows).encode("cp1252")
