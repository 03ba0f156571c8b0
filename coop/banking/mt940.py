"""Reads MT940 and MT942 as German banks write them, and the other dialects as far as amounts, days and texts go.

Lenient about frames, folds, encodings, absent balances and free texts; strict about money: a movement
whose line cannot be read exactly refuses the whole file.

Why no library: the one in wide use reads about 2,400 lines a second, so that reading alone would take
the time meant for reading and matching, and gives up on files that real banks send. Everything here is
one pass over the lines with expressions that cannot backtrack.

Source: SWIFT MT940 and MT942; the German banks' field 86 (Anlage 3 of the DFÜ agreement: subfields ?00 to
?63, business transaction codes GVC, the SEPA keywords EREF+ to SVWZ+).
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from coop.banking.movements import (
    LARGEST_FILE,
    LONGEST_TEXT,
    MOST_PAYMENTS,
    RETURNED_GVC,
    Amount,
    Balance,
    BankCode,
    Entry,
    EntryStatus,
    MessageKind,
    Statement,
    TransactionDetail,
    UnreadableStatement,
)

_TAG = re.compile(r":(20|21|25P?|28C?|28D|60[FM]|61|62[FM]|64|65|86|13D?|34F|90[CD]|NS|940|942):")
_BEGINS = re.compile(r"\s{0,64}(?:\{1:|:940:|:942:|:20:|:25P?:|:28C?:)")
_TAG_IN_LINE = re.compile(r"^[ \t]{0,8}:(?:20|25|25P|60[FM]|61):", re.MULTILINE)


def looks_like(data: bytes) -> bool:
    """Whether the bytes may be an MT940: tags of its own at the beginning of a line, near the file's beginning."""
    head = data[:4096]
    text = head.decode("utf-16", "replace") if _is_wide(head) else head.decode("latin-1").lstrip("ï»¿\x00\x1a")
    return bool(_BEGINS.match(text) or len(set(_TAG_IN_LINE.findall(text.replace("\r", "\n")))) > 1)


def read_mt940(data: bytes) -> list[Statement]:
    """Read all messages of a file; several pages of one statement stay several.

    Raises: UnreadableStatement, naming the place, never amounts or people.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableStatement("The file is larger than 50 MB. Import it in parts, such as month by month.")
    messages = list(_messages(_decoded(data)))
    if not any(message.has_content() for message in messages):
        raise UnreadableStatement("The file is an MT940 but holds no statement. Fetch it from the bank again.")
    payments = sum(len(message.lines) for message in messages)
    if payments > MOST_PAYMENTS:
        raise UnreadableStatement("The file holds more than 60,000 payments. Import it in parts.")
    position = 0
    statements = []
    for message in messages:
        if message.has_content():
            statements.append(_statement(message, position))
            position += len(message.lines)
    return statements


# --- bytes to text -------------------------------------------------------------------------------------------------

_UMLAUTS_DOS = frozenset(b"\x84\x94\x81\x8e\x99\x9a\xe1")
_UMLAUTS_WINDOWS = frozenset(b"\xe4\xf6\xfc\xc4\xd6\xdc\xdf")


def _is_wide(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _decoded(data: bytes) -> str:
    """The text. MT940 does not say its encoding: UTF-8 proves itself, the umlauts tell Windows from DOS."""
    if _is_wide(data):
        text = data.decode("utf-16", "replace")
    else:
        text = decode_german(data)
    text = text.strip("\ufeff\x00\x1a")
    if "\x00" in text:
        raise UnreadableStatement("The file holds binary data, which no MT940 does.")
    return text


def decode_german(data: bytes) -> str:
    """UTF-8 where it is, else the German code page whose umlauts are more frequent."""
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        dos = sum(data.count(letter) for letter in _UMLAUTS_DOS)
        windows = sum(data.count(letter) for letter in _UMLAUTS_WINDOWS)
        return data.decode("cp850" if dos > windows else "cp1252", errors="replace")


# --- text to fields ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """A movement: its :61: and the :86: after it, as lines."""

    head: list[str]
    info: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Message:
    """One message: the fields that count."""

    fields: dict[str, str] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    opened: bool = False

    def has_content(self) -> bool:
        """Whether it says anything about an account."""
        return bool(self.lines or any(tag[:2] in {"60", "62"} for tag in self.fields))


def _messages(text: str) -> Iterator[_Message]:
    message = _Message()
    current: list[str] | None = None
    tag_before = ""
    lines = text.splitlines()
    for number, raw in enumerate(lines):
        line = raw.lstrip(" \t")
        found = _TAG.match(line)
        if found is None:
            if _ends(lines, number, tag_before):
                current, tag_before = None, ""
            elif current is not None and raw.strip():
                current.append(raw)
            continue
        tag, value = found.group(1), line[found.end() :]
        if tag in {"940", "942"} or (tag == "20" and message.opened):
            yield message
            message, current, tag_before = _Message(), None, ""
        if tag == "61":
            message.lines.append(_Line([value]))
            current = message.lines[-1].head
        elif tag == "86" and message.lines and (tag_before in {"61", "86", "NS"}):
            current = message.lines[-1].info
            current.append(value)
        elif tag in {"86", "NS"}:
            current = None
        else:
            message.fields.setdefault(tag, value.strip())
            current = None
        message.opened = message.opened or tag not in {"940", "942"}
        tag_before = tag
    yield message


def _ends(lines: Sequence[str], number: int, tag: str) -> bool:
    """Whether an untagged line is the end of a message, not a text of which a fold left a hyphen alone."""
    line = lines[number].strip()
    if line in {"-}", "-)"} or line.startswith(("{1:", "-}{")):
        return True
    if line != "-":
        return False
    following = next((one.strip() for one in lines[number + 1 : number + 4] if one.strip()), "")
    folded = tag == "86" and following and not _TAG.match(following) and following[0] not in "{-"
    return not (folded and re.match(r"\?\d\d", following))


# --- fields to values ----------------------------------------------------------------------------------------------

_BALANCE = re.compile(r"R?([CD])\s?(\d{6})\s?([A-Z]{3})\s?([0-9.,]{1,24})\s{0,8}", re.ASCII)
_MOVEMENT = re.compile(
    r"(?P<value>\d{6}|\d{8})\s?(?P<entry>\d{4})?\s?(?P<mark>R[CD]|E[CD]|[CD])(?P<funds>[A-Z])?\s?"
    r"(?P<amount>\d[0-9.,]{0,23}|,\d\d)\s?(?P<kind>[NFS][A-Z0-9]{3})?(?P<rest>.{0,200})",
    re.ASCII | re.DOTALL,
)


def _statement(message: _Message, position: int) -> Statement:
    iban, other, currency = account_of(message.fields.get("25") or message.fields.get("25P", ""))
    balances = tuple(_balances(message.fields))
    currency = next((balance.currency for balance in balances), currency or message.fields.get("34F", "")[:3])
    if message.lines and not currency:
        currency = "EUR"  # no balance and no account currency: the import compares it with the account's
    entries = tuple(
        _entry(line, f"entry {position + number}", currency) for number, line in enumerate(message.lines, start=1)
    )
    number, page = _number(message.fields.get("28C", message.fields.get("28", "")))
    closing = [balance.on for balance in balances if balance.on and balance.code != "OPBD"]
    days = [entry.booked_on for entry in entries if entry.booked_on]
    interim = not balances and any(tag[:2] in {"34", "90"} for tag in message.fields)
    return Statement(
        kind=MessageKind.MT942 if interim else MessageKind.MT940,
        id=str(number or ""),
        sequence_number=number,
        page=page,
        from_on=min([*days, *closing], default=None),
        to_on=max([*days, *closing], default=None),
        iban=iban,
        other_account=other,
        currency=currency,
        balances=balances,
        entries=entries,
    )


_IBAN = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{10,30})(?:\s?([A-Z]{3}))?\s*", re.ASCII)
_GERMAN = re.compile(r"(\d{8})\s?/\s?(\d{1,10})\s?([A-Z]{3})?", re.ASCII)
_LENGTHS = {"DE": 22, "AT": 20, "CH": 21, "LI": 21, "NL": 18, "BE": 16, "FR": 27, "LU": 20, "IT": 27, "ES": 24}


def account_of(text: str) -> tuple[str, str, str]:
    """IBAN, other account number and currency out of field 25.

    A German account is bank code and number ("37040044/532013000"), without leading zeros of the number.
    """
    text = " ".join(text.split()).upper()
    german = _GERMAN.fullmatch(text)
    if german:
        return "", f"{german.group(1)}/{german.group(2).lstrip('0') or '0'}", german.group(3) or ""
    for part in (text, text.rpartition("/")[2]):
        compact = part.replace(" ", "")
        length = _LENGTHS.get(compact[:2], 0)
        found = _IBAN.fullmatch(compact[:length] if length and len(compact) >= length else part)
        if found and compact[2:4].isdigit():
            rest = compact[length:] if length and len(compact) >= length else found.group(2) or ""
            return found.group(1), "", rest if len(rest) == len("EUR") and rest.isalpha() else ""
    plain = re.fullmatch(r"(.*?\d)\s?([A-Z]{3})", text)
    return ("", plain.group(1).replace(" ", ""), plain.group(2)) if plain else ("", text.replace(" ", ""), "")


def _balances(fields: dict[str, str]) -> Iterator[Balance]:
    for tag, code in (("60F", "OPBD"), ("60M", "ITBD"), ("62M", "ITBD"), ("62F", "CLBD")):
        text = fields.get(tag, "")
        if not text:
            continue
        found = _BALANCE.fullmatch(text)
        if not found:
            raise UnreadableStatement(f"The statement is damaged: its balance (:{tag}:) cannot be read.")
        sign, day, currency, amount = found.groups()
        yield Balance(
            code=code,
            amount_cents=(1 if sign == "C" else -1) * _cents(amount, "a balance"),
            currency=currency,
            on=_day(day, "a balance's date"),
        )


def _number(text: str) -> tuple[int | None, int | None]:
    """Number and page; zeros say nothing."""
    number, _slash, page = text.partition("/")
    return _positive(number), _positive(page)


def _positive(text: str) -> int | None:
    text = text.strip()
    return (int(text) or None) if text.isascii() and text.isdigit() and len(text) <= len("999999") else None


def _entry(line: _Line, where: str, currency: str) -> Entry:
    found = _MOVEMENT.fullmatch(line.head[0].strip())
    if not found:
        raise UnreadableStatement(f"The statement is damaged: the line of {where} (:61:) cannot be read.")
    value, entry = found.group("value"), found.group("entry")
    value_on = _day(value[-6:], f"the value date of {where}")
    booked_on = _booked(entry, value_on, where)
    mark = found.group("mark")
    # RC takes back a credit, so money leaves; RD takes back a debit.
    sign = {"C": 1, "D": -1, "EC": 1, "ED": -1, "RC": -1, "RD": 1}[mark]
    cents = sign * _cents(found.group("amount"), where)
    reversal = mark.startswith("R")
    kind = found.group("kind") or ""
    references, _slash, bank_reference = (found.group("rest") or "").partition("//")
    supplement = " ".join(line.head[1:]).strip()
    detail, gvc, booking_text = _detail(line.info, cents)
    code = BankCode(proprietary="+".join(part for part in (kind, gvc) if part), issuer="DK" if gvc else "")
    returned = reversal or gvc in RETURNED_GVC or kind == "NRTI"
    instructed, charges = _named_amounts(supplement, where, currency)
    from_text = _named_amounts(_amounts_in_text(line.info), where, currency)
    return Entry(
        amount_cents=cents,
        currency=currency,
        status=EntryStatus.PENDING if mark.startswith("E") else EntryStatus.BOOKED,
        booked_on=booked_on or value_on,
        value_on=value_on,
        bank_reference=_said(bank_reference),
        entry_reference=_said(references),
        reversal=reversal,
        bank_code=code,
        charges=charges or from_text[1],
        additional_information=booking_text,
        details=(
            _with(
                detail,
                code=code,
                returned=returned,
                instructed=instructed or from_text[0],
                reference=_said(references),
                supplement="" if supplement.startswith("/") else supplement,
            ),
        ),
    )


def _with(
    detail: TransactionDetail,
    *,
    code: BankCode,
    returned: bool,
    instructed: Amount | None,
    reference: str,
    supplement: str,
) -> TransactionDetail:
    """The detail of :86: completed by what :61: says."""
    reason = _REASON.search(f"{detail.text} {detail.additional_information}") if returned else None
    return replace(
        detail,
        text=detail.text or supplement,
        bank_code=code,
        returned=returned or detail.returned,
        return_reason=detail.return_reason or (reason.group() if reason else ""),
        original_end_to_end_id=detail.end_to_end_id if returned or detail.returned else "",
        instructed=instructed,
        additional_information="" if reference in detail.text else reference,
    )


_REASON = re.compile(r"\b(?:A[CGM]\d\d|BE0\d|[CD]NOR|FF05|FOCR|MD0\d|MS0[23]|RC01|RR0[1-4]|SL01|TM01)\b")
_NAMED = re.compile(r"/(OCMT|CHGS|EXCH)/([A-Z]{3})?([0-9.,]{1,24})/?", re.ASCII)
_IN_TEXT = re.compile(r"(OAMT|COAM)\+\s?([0-9]{1,15}[.,][0-9]{2})(?![0-9])", re.ASCII)


def _named_amounts(text: str, where: str, currency: str) -> tuple[Amount | None, tuple[Amount, ...]]:
    """The amount ordered (OCMT) and the charges (CHGS), as banks name them beside the booking."""
    instructed: Amount | None = None
    charges: list[Amount] = []
    for name, unit, number in _NAMED.findall(text):
        if name == "EXCH" or not number.strip(".,"):
            continue
        amount = Amount(value=_decimal(number, where), currency=unit or currency)
        if name == "OCMT":
            instructed = amount
        elif amount.value:
            charges.append(amount)
    return instructed, tuple(charges)


def _amounts_in_text(info: Sequence[str]) -> str:
    """OAMT+ (original amount) and COAM+ (compensation) of field 86 in the other way of writing."""
    return " ".join(
        f"/{'OCMT' if name == 'OAMT' else 'CHGS'}/{number}/" for name, number in _IN_TEXT.findall(_unfolded(info))
    )


# --- field 86 ------------------------------------------------------------------------------------------------------

_STRUCTURED = re.compile(r"(\d{3})?\s?([^A-Za-z0-9\s/:+.,\-])(?=(?:0\d|1\d|2\d|3[0-8]|6[0-3]))")
_SUBFIELDS = frozenset({"00", "10", *(str(number) for number in (*range(20, 39), *range(60, 64)))})
_FULL_SUBFIELD = 27
_KEYWORD = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|RREF|SQTP|(?<![A-Z])(?:IBAN|BIC|ANAM))\+"
)
_SLASHED = re.compile(
    r"/(TRTP|ORDP|BENM|NAME|IBAN|BIC|EREF|MARF|CSID|REMI|RTRN|PREF|ULTD|ULTB|ULTC|ID|ADDR|CNTP|USTD)/"
)


def _detail(info: Sequence[str], cents: int) -> tuple[TransactionDetail, str, str]:
    """The payment of field 86, its GVC and the bank's booking text."""
    text = _unfolded(info)
    if len(text) > LONGEST_TEXT:
        raise UnreadableStatement("A text in the file is longer than in any statement.")
    structured = _STRUCTURED.match(text)
    if structured:
        mark, rest = structured.group(2), text[structured.end() :]
        return _german(rest, mark, cents), structured.group(1) or "", _booking_text(rest, mark)
    plain = " ".join(" ".join(info).split())
    if _SLASHED.match(plain):
        return _slashed(plain, cents), "", ""
    if _KEYWORD.search(plain):
        return _by_keywords(plain, {}, cents), "", ""
    return TransactionDetail(amount_cents=cents, text=plain), "", ""


def _unfolded(info: Sequence[str]) -> str:
    return "".join(info)


def _subfields(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """The subfields with their content; a mark before other digits is a letter that the bank could not write."""
    name, content = "", ""
    for number, piece in enumerate(text.split(mark)):
        if piece[:2] in _SUBFIELDS:
            if name:
                yield name, content
            name, content = piece[:2], piece[2:]
        elif number or piece:
            content += (mark if name else "") + piece
    if name:
        yield name, content


def _booking_text(text: str, mark: str) -> str:
    return next((" ".join(content.split()) for name, content in _subfields(text, mark) if name == "00"), "")


def _german(text: str, mark: str, cents: int) -> TransactionDetail:
    remittance = ""
    names: list[str] = []
    values: dict[str, str] = {}
    broken = False
    for name, content in _subfields(text, mark):
        if name[0] in "26":
            # 27 letters fill a subfield: the text goes on within a word. A shorter one has ended or lost its blank.
            remittance += ("" if broken or not remittance else " ") + content
            broken = len(content) >= _FULL_SUBFIELD
        elif name in {"32", "33"}:
            names.append(content)
        else:
            values[name] = values.get(name, "") + content.strip()
    values["name"] = _joined_name(names)
    return _by_keywords(remittance, values, cents)


def _joined_name(names: Sequence[str]) -> str:
    """The name of both subfields: a full first one goes on within a word."""
    joined = ""
    for part in names:
        blank = "" if not joined or len(joined) >= _FULL_SUBFIELD else " "
        joined = (joined + blank + part) if not (blank and part.startswith(" ")) else joined + part
    return " ".join(joined.split())


def _by_keywords(text: str, values: dict[str, str], cents: int) -> TransactionDetail:
    """Keywords of the remittance text, subfields where they say nothing."""
    parts = _KEYWORD.split(text)
    said = {"": parts[0]}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        said[key] = f"{said[key]} {value}" if key in said else value
    said = {key: _said(value) for key, value in said.items()}
    account = _compact(values.get("31", "") or said.get("IBAN", ""))
    bank = _compact(values.get("30", "") or said.get("BIC", ""))
    is_iban = bool(_IBAN.fullmatch(account)) and len(account) > len("DE00")
    remittance = " ".join(part for part in (said[""], said.get("SVWZ", "")) if part)
    return TransactionDetail(
        amount_cents=cents,
        end_to_end_id=said.get("EREF", ""),
        mandate_id=said.get("MREF", ""),
        message_id=said.get("KREF", ""),
        counterparty_name=_said(values.get("name", "")) or said.get("ANAM", ""),
        counterparty_iban=account if is_iban else "",
        counterparty_account="" if is_iban or not account else f"{bank}/{account.lstrip('0')}" if bank else account,
        counterparty_bic="" if bank.isdigit() else bank,
        ultimate_name=said.get("ABWA", "") if cents > 0 else said.get("ABWE", "") or said.get("ABWA", ""),
        text=remittance,
    )


def _slashed(text: str, cents: int) -> TransactionDetail:
    """Field 86 in the slashed writing of Dutch and some other banks."""
    parts = _SLASHED.split(text)
    said: dict[str, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        said.setdefault(key, _said(value.strip("/ ")))
    remittance = said.get("REMI", "")
    for prefix in ("USTD//", "USTD/", "STRD/CUR/"):
        remittance = remittance.removeprefix(prefix)
    account = _compact(said.get("IBAN", ""))
    return TransactionDetail(
        amount_cents=cents,
        end_to_end_id=said.get("EREF", "") or said.get("PREF", ""),
        mandate_id=said.get("MARF", ""),
        counterparty_name=said.get("NAME", ""),
        counterparty_iban=account if _IBAN.fullmatch(account) else "",
        counterparty_bic=said.get("BIC", ""),
        text=remittance.strip("/ ") or said.get("USTD", ""),
        returned="RTRN" in said,
        return_reason=said.get("RTRN", "")[:4],
    )


_NOTHING_SAID = frozenset({"NONREF", "NOTPROVIDED", "NOT PROVIDED", "NICHT ANGEGEBEN", "KREF+", "EREF+"})


def _said(text: str) -> str:
    text = " ".join(text.split())
    return "" if text.upper() in _NOTHING_SAID else text


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


# --- numbers and days ----------------------------------------------------------------------------------------------

_WITH_COMMA = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})?,([0-9]{0,6})", re.ASCII)
_WITH_POINT = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})\.([0-9]{1,2})", re.ASCII)
_NEXT_CENTURY = 70
"""Two digits of a year from here on are of the century before."""


def _decimal(text: str, where: str) -> Decimal:
    found = _WITH_COMMA.fullmatch(text) or _WITH_POINT.fullmatch(text)
    if not found:
        raise UnreadableStatement(f"The statement is damaged: an amount of {where} is no number with a decimal comma.")
    whole = (found.group(1) or "0").replace(".", "").replace(",", "")
    return Decimal(f"{whole}.{found.group(2) or '0'}")


def _cents(text: str, where: str) -> int:
    hundredths = _decimal(text, where) * 100
    if hundredths != int(hundredths):
        raise UnreadableStatement(
            f"An amount of {where} has more than two decimals, which cannot be booked in cents. "
            "Import the file of an account in euro."
        )
    return int(hundredths)


def _day(text: str, what: str) -> date:
    """A day as YYMMDD. Banks count interest to a 30 February: the month's last day is meant."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    return _clamped(year + (1900 if year >= _NEXT_CENTURY else 2000), month, day, what)


def _clamped(year: int, month: int, day: int, what: str) -> date:
    for late in range(4):
        try:
            return date(year, month, day - late)
        except ValueError:
            if not 29 <= day - late <= 31:  # noqa: PLR2004 (days that some months lack)
                break
    raise UnreadableStatement(f"The statement is damaged: {what} is no date.") from None


def _booked(text: str | None, value_on: date, where: str) -> date | None:
    """The booking day as MMDD, in the year that puts it nearest to the value date."""
    if not text or text == "0000":
        return None
    month, day = int(text[:2]), int(text[2:])
    near = [
        _clamped(year, month, day, f"the booking day of {where}")
        for year in (value_on.year - 1, value_on.year, value_on.year + 1)
    ]
    return min(near, key=lambda one: abs(one - value_on) / timedelta(days=1))
