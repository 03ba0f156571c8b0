"""The same movements as every format of a bank, for tests: MT940, MT942, CSV, camt.052, camt.054, zip."""

import csv
import io
import textwrap
import zipfile
from collections.abc import Sequence
from datetime import date

from coop.banking.camt_writer import camt053
from coop.banking.movements import Entry

GERMAN_COLUMNS = {
    "booked_on": "Buchungstag",
    "value_on": "Valutadatum",
    "name": "Name Zahlungsbeteiligter",
    "iban": "IBAN Zahlungsbeteiligter",
    "text": "Verwendungszweck",
    "amount": "Betrag",
    "currency": "Waehrung",
    "own_account": "IBAN Auftragskonto",
    "balance": "Saldo nach Buchung",
}


def euros(cents: int) -> str:
    """An amount without sign as German banks write it."""
    return f"{abs(cents) // 100},{abs(cents) % 100:02d}"


def mt940(
    account: str,
    entries: Sequence[Entry],
    *,
    opening_cents: int = 0,
    on: date | None = None,
    number: int = 1,
    closing: bool = True,
    interim: bool = False,
    end: str = "\r\n",
) -> bytes:
    """One message in the German way: subfields of 27 letters, folds at 65, umlauts written out."""
    last = on or max(entry.booked_on for entry in entries if entry.booked_on)
    lines = [":20:STARTUMSE", f":25:{account}", f":28C:{number:05d}/001"]
    if not interim:
        lines.append(f":60F:{'C' if opening_cents >= 0 else 'D'}{last:%y%m%d}EUR{euros(opening_cents)}")
    else:
        lines += [":34F:EUR0,00", f":13D:{last:%y%m%d}1200+0100"]
    for entry in entries:
        mark = "C" if entry.amount_cents > 0 else "D"
        reference = f"//{entry.bank_reference}" if entry.bank_reference else ""
        lines.append(
            f":61:{entry.value_on:%y%m%d}{entry.booked_on:%m%d}{mark}R{euros(entry.amount_cents)}NMSCNONREF{reference}"
        )
        lines += textwrap.wrap(":86:" + information(entry), 65, drop_whitespace=False, replace_whitespace=False)
    balance = opening_cents + sum(entry.amount_cents for entry in entries)
    if closing and not interim:
        lines.append(f":62F:{'C' if balance >= 0 else 'D'}{last:%y%m%d}EUR{euros(balance)}")
    lines.append("-")
    return (end.join(lines) + end).encode("cp1252")


def information(entry: Entry) -> str:
    """Field 86 of an entry; of a batch it says only what it is."""
    if len(entry.details) != 1:
        return "191?00SAMMELBUCHUNG?10931"
    detail = entry.details[0]
    gvc = ("166", "177")[entry.amount_cents < 0] if not detail.returned else ("159", "109")[entry.amount_cents < 0]
    text = f"SVWZ+{detail.text}" if detail.text else ""
    if detail.mandate_id:
        text = f"MREF+{detail.mandate_id} " + text
    if detail.end_to_end_id:
        text = f"EREF+{detail.end_to_end_id} " + text
    pieces = [text[at : at + 27] for at in range(0, len(text), 27)][:14]
    fields = [f"?{number}{piece}" for number, piece in zip((*range(20, 30), *range(60, 64)), pieces, strict=False)]
    name = detail.counterparty_name.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    names = f"?32{name[:27]}" + (f"?33{name[27:54]}" if name[27:] else "")
    return f"{gvc}?00GUTSCHRIFT?10931{''.join(fields)}?30{detail.counterparty_bic}?31{detail.counterparty_iban}{names}"


def table(
    account: str, entries: Sequence[Entry], *, opening_cents: int | None = None, encoding: str = "cp1252"
) -> bytes:
    """A table as a German bank offers it, the newest first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(GERMAN_COLUMNS.values()), delimiter=";")
    writer.writeheader()
    balance = opening_cents or 0
    rows = []
    for entry in entries:
        balance += entry.amount_cents
        detail = entry.details[0] if len(entry.details) == 1 else None
        rows.append(
            {
                "Buchungstag": f"{entry.booked_on:%d.%m.%Y}",
                "Valutadatum": f"{entry.value_on:%d.%m.%Y}",
                "Name Zahlungsbeteiligter": detail.counterparty_name if detail else "",
                "IBAN Zahlungsbeteiligter": detail.counterparty_iban if detail else "",
                "Verwendungszweck": detail.text if detail else "",
                "Betrag": ("-" if entry.amount_cents < 0 else "") + euros(entry.amount_cents),
                "Waehrung": "EUR",
                "IBAN Auftragskonto": account,
                "Saldo nach Buchung": ("-" if balance < 0 else "") + euros(balance)
                if opening_cents is not None
                else "",
            }
        )
    writer.writerows(reversed(rows))
    return out.getvalue().encode(encoding)


def as_kind(data: bytes, kind: str) -> bytes:
    """A camt.053 as camt.052 or camt.054."""
    container, inner = {"052": ("BkToCstmrAcctRpt", "Rpt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    renamed = {"BkToCstmrStmt": container, "<Stmt>": f"<{inner}>", "</Stmt>": f"</{inner}>", "camt.053": f"camt.{kind}"}
    for old, new in renamed.items():
        data = data.replace(old.encode(), new.encode())
    return data


def interim(account: str, entries: Sequence[Entry], **changes: object) -> bytes:
    """The day so far, camt.052."""
    return as_kind(camt053(iban=account, entries=entries, **changes), "052")  # type: ignore[arg-type]


def notification(account: str, entries: Sequence[Entry], **changes: object) -> bytes:
    """Details of bookings, camt.054."""
    return as_kind(camt053(iban=account, entries=entries, **changes), "054")  # type: ignore[arg-type]


def zipped(**files: bytes) -> bytes:
    """An archive of files; two underscores in a name are its dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()
