"""Reads bank statements in ISO 20022 XML: camt.053, and camt.052 and camt.054, which share its entries.

Lenient about what banks leave out or put elsewhere (headers, balances, accounts, dates, prefixes,
order of elements), strict about money: an amount that cannot be read exactly refuses the whole file,
so that no half statement is ever booked.

Why expat and no tree: a statement comes from outside. Expat streams, so memory holds one entry at a
time; it loads nothing, and the first sign of a document type ends the reading, before any entity can
be declared. Names are compared without prefix and namespace, because files with unusual or forgotten
prefixes are common and no element of another namespace stands where ours do.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.parsers import expat

from coop.banking.movements import (
    LARGEST_FILE,
    LONGEST_TEXT,
    MOST_PAYMENTS,
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

MOST_TAGS = 4_000_000
MOST_ATTRIBUTES = 1_000_000
MOST_ELEMENTS_AT_ONCE = 500_000
"""Elements of one entry with all its details; they are in memory together."""
DEEPEST = 64
LONGEST_NUMBER = 18
"""Digits of a sequence number, by the schema."""


# --- the file --------------------------------------------------------------------------------------


def read_statements(data: bytes) -> list[Statement]:
    """Read all statements of a camt.053, camt.052 or camt.054 file of any version.

    Raises: UnreadableStatement, saying what the file is or where in it the trouble stands. It names
    places, never amounts or people.
    """
    document = _as_utf8(data)
    if document.count(b"<") > MOST_TAGS or document.count(b"=") > MOST_ATTRIBUTES:
        raise UnreadableStatement("The file holds more elements than any statement does. Import it in parts.")
    if sum(1 for _end in _ENTRY_END.finditer(document)) > MOST_PAYMENTS:
        raise UnreadableStatement("The file holds more than 60,000 payments. Import it in parts.")
    reader = _Reader()
    try:
        reader.read(document)
    except expat.ExpatError as error:
        raise UnreadableStatement(
            f"The file is damaged or not complete (line {error.lineno}: {expat.ErrorString(error.code)}). "
            "Fetch it from the bank again."
        ) from None
    if not reader.statements:
        raise UnreadableStatement(reader.why_nothing())
    return reader.statements


_ENTRY_END = re.compile(rb"</(?:[\w.\-]{1,40}:)?Ntry\s{0,40}>")
_FOREIGN = (
    (b"%PDF", "This is a PDF. Import the statement as camt.053 (XML), which the bank's online banking offers."),
    (b"\x1f\x8b", "This is a compressed file (gzip). Unpack it and import the XML file in it."),
    (b"PK\x03\x04", "This is a ZIP archive. Unpack it and import the XML files in it."),
)
_ENCODINGS = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1252"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BLANK = b" \t\r\n\x00\x1a"


def _as_utf8(data: bytes) -> bytes:
    """The document as UTF-8, without what stands before and after it."""
    if len(data) > LARGEST_FILE:
        raise UnreadableStatement("The file is larger than 50 MB. Import it in parts, such as month by month.")
    wide = _wide_encoding(data)
    if wide:
        try:
            document = data.decode(wide).lstrip("\ufeff").encode().strip(_BLANK)
        except UnicodeError:
            raise UnreadableStatement("The file's text encoding (UTF-16) is broken.") from None
    else:
        document = data.removeprefix(codecs.BOM_UTF8).strip(_BLANK)
    if not document:
        raise UnreadableStatement("The file is empty.")
    for beginning, message in _FOREIGN:
        if document.startswith(beginning):
            raise UnreadableStatement(message)
    if not document.startswith(b"<"):
        raise UnreadableStatement("This is no XML file. Import the statement as camt.053 (XML).")
    if re.match(rb"<(!doctype\s+)?html", document, re.IGNORECASE):
        raise UnreadableStatement("This is a web page, no statement. Download the camt.053 file (XML) itself.")
    return document if wide else _from_declared(document)


def _wide_encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}.get(data[:2], "")


def _from_declared(document: bytes) -> bytes:
    declared = _DECLARED.match(document)
    encoding = "utf-8"
    if declared:
        name = declared.group(1).decode()
        try:
            encoding = codecs.lookup(name).name
        except LookupError:
            encoding = ""
        if encoding.startswith("utf-16"):
            encoding = "utf-8"  # the tag could be read byte by byte, so the declaration is wrong
        if encoding not in _ENCODINGS:
            raise UnreadableStatement("The file's text encoding is not known. Ask the bank for UTF-8.")
    try:
        text = document.decode(encoding)
    except UnicodeDecodeError:
        # Banks that promise UTF-8 and send Windows letters exist: amounts and references are ASCII in
        # both, only a letter of a name could suffer.
        text = document.decode("cp1252", errors="replace")
    return text.encode()


class _Element:
    """An element of an entry or of a statement's head while it is being read."""

    __slots__ = ("children", "currency", "name", "text")

    def __init__(self, name: str, currency: str) -> None:
        self.name = name
        self.currency = currency
        self.text = ""
        self.children: list[_Element] = []

    def first(self, *path: str) -> "_Element | None":
        """The first element under this path of names."""
        found = self
        for name in path:
            for child in found.children:
                if child.name == name:
                    found = child
                    break
            else:
                return None
        return found

    def all(self, *path: str) -> "list[_Element]":
        """All elements under this path of names."""
        found = [self]
        for name in path:
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def text_at(self, *path: str) -> str:
        """The text under this path, blanks collapsed; empty where nothing is said."""
        found = self.first(*path)
        return _said(found.text) if found else ""

    def first_text(self, *paths: tuple[str, ...]) -> str:
        """The text of the first path that has one."""
        for path in paths:
            text = self.text_at(*path)
            if text:
                return text
        return ""

    def texts_at(self, *path: str) -> list[str]:
        """All texts under this path that say something."""
        return [text for element in self.all(*path) if (text := _said(element.text))]


_NOTHING_SAID = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NONREF", "KEINE INFORMATION VORHANDEN"})


def _said(text: str) -> str:
    text = " ".join(text.split())
    return "" if text.upper() in _NOTHING_SAID else text


_KINDS: Mapping[str, MessageKind] = {
    "Rpt": MessageKind.REPORT,
    "Stmt": MessageKind.STATEMENT,
    "Ntfctn": MessageKind.NOTIFICATION,
}
_CONTAINERS = frozenset({"BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"})
_VERSION = re.compile(r"camt\.05[234]\.\d{3}\.(\d{2})")


@dataclass(slots=True)
class _Reader:
    """Takes expat's events; keeps one entry in memory at a time."""

    statements: list[Statement] = field(default_factory=list)
    version: str = ""
    root: str = ""
    container: str = ""
    header: _Element | None = None
    open: list[_Element] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    position: int = 0
    payments: int = 0
    kept: int = 0
    depth: int = 0

    def read(self, document: bytes) -> None:
        """Raises: UnreadableStatement, expat.ExpatError."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.Parse(document, True)  # noqa: FBT003 - expat takes no keyword

    def doctype(self, *_declaration: object) -> None:
        """No statement needs a document type; entities could do harm."""
        raise UnreadableStatement(
            "The file declares a document type (DTD), which no bank statement does. It is refused."
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadableStatement("The file is nested deeper than any statement is.")
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if self.open:
            self.kept += 1
            if self.kept > MOST_ELEMENTS_AT_ONCE:
                raise UnreadableStatement("One entry holds more elements than any statement does.")
            element = _Element(name, attributes.get("Ccy", ""))
            self.open[-1].children.append(element)
            self.open.append(element)
        elif name in _KINDS or (name == "GrpHdr" and self.container):
            self.kept = 0
            self.open.append(_Element(name, ""))
        else:
            self._outside(name, attributes)

    def _outside(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        if name in _CONTAINERS:
            self.container = name
        for key, value in attributes.items():
            if key.startswith("xmlns") and (version := _VERSION.search(value)):
                self.version = version.group(1)

    def characters(self, text: str) -> None:
        """Text within the element open now."""
        if self.open and not text.isspace():
            element = self.open[-1]
            element.text += text
            if len(element.text) > LONGEST_TEXT:
                raise UnreadableStatement("A text in the file is longer than in any statement.")

    def end(self, _tag: str) -> None:
        """An element closes: an entry becomes an Entry at once, a statement gathers them."""
        self.depth -= 1
        if not self.open:
            return
        element = self.open.pop()
        if len(self.open) == 1 and element.name == "Ntry" and self.open[0].name in _KINDS:
            self.position += 1
            self.payments += 1 + len(element.all("NtryDtls", "TxDtls"))
            if self.payments > MOST_PAYMENTS:
                raise UnreadableStatement("The file holds more than 60,000 payments. Import it in parts.")
            self.entries.append(_entry(element, self.open[0], self.position))
            self.open[0].children.pop()
            self.kept = 0
        elif not self.open and element.name == "GrpHdr":
            self.header = element
        elif not self.open:
            self.statements.append(_statement(element, self.header, self.version, tuple(self.entries)))
            self.entries = []
            self.position = 0

    def why_nothing(self) -> str:
        """Why a well-formed file gave no statement."""
        if self.container:
            return "The file is a camt message but holds no statement. Fetch it from the bank again."
        return "This XML file is no bank statement (camt.053, camt.052 or camt.054)."


# --- elements to values ----------------------------------------------------------------------------


def _statement(element: _Element, header: _Element | None, version: str, entries: tuple[Entry, ...]) -> Statement:
    account = element.first("Acct") or _Element("Acct", "")
    named = account.text_at("Ccy").upper()
    balances = tuple(balance for part in element.all("Bal") if (balance := _balance(part, named)))
    pages = element.first("StmtPgntn") or element.first("RptPgntn") or element.first("NtfctnPgntn")
    pages = pages or (header.first("MsgPgntn") if header else None) or _Element("MsgPgntn", "")
    stated = [balance.currency for balance in balances] + [entry.currency for entry in entries]
    currency = named or next(iter(stated), "")
    return Statement(
        kind=_KINDS[element.name],
        version=version,
        id=element.text_at("Id"),
        message_id=header.text_at("MsgId") if header else "",
        sequence_number=_whole(element.first_text(("ElctrncSeqNb",), ("LglSeqNb",))),
        page=_whole(pages.text_at("PgNb")),
        last_page=_flag(pages.text_at("LastPgInd")),
        created_on=_day(element.first_text(("CreDtTm",)) or (header.text_at("CreDtTm") if header else ""), "its date"),
        from_on=_day(element.first_text(("FrToDt", "FrDtTm"), ("FrToDt", "FrDt")), "its first day"),
        to_on=_day(element.first_text(("FrToDt", "ToDtTm"), ("FrToDt", "ToDt")), "its last day"),
        iban=_account_number(account.text_at("Id", "IBAN")),
        other_account=_account_number(account.first_text(("Id", "Othr", "Id"), ("Id", "PrtryAcct", "Id"))),
        owner=account.first_text(("Ownr", "Nm"), ("Ownr", "Pty", "Nm")),
        currency=currency,
        balances=balances,
        entries=entries,
    )


def _balance(element: _Element, currency: str) -> Balance | None:
    """A balance, or None where the side is missing: then it says nothing."""
    amount = element.first("Amt")
    sign = _sign(element.text_at("CdtDbtInd"))
    if amount is None or not sign:
        return None
    return Balance(
        code=element.first_text(("Tp", "CdOrPrtry", "Cd"), ("Tp", "CdOrPrtry", "Prtry"), ("Tp", "Cd")).upper(),
        amount_cents=sign * _hundredths(amount, "a balance"),
        currency=amount.currency.strip().upper() or currency,
        on=_day(element.first_text(("Dt", "Dt"), ("Dt", "DtTm")), "a balance's date"),
    )


def _entry(element: _Element, statement: _Element, position: int) -> Entry:
    where = f"entry {position}"
    amount = element.first("Amt")
    if amount is None:
        raise UnreadableStatement(f"The statement is damaged: {where} has no amount.")
    sign = _sign(element.text_at("CdtDbtInd"))
    if not sign:
        raise UnreadableStatement(f"The statement is damaged: {where} does not say whether it is credit or debit.")
    currency = (amount.currency.strip() or statement.text_at("Acct", "Ccy") or _balance_currency(statement)).upper()
    if not currency:
        raise UnreadableStatement(f"The statement is damaged: {where} names no currency.")
    batch = element.first("NtryDtls", "Btch") or _Element("Btch", "")
    code = _bank_code(element)
    reversal = _flag(element.text_at("RvslInd")) is True
    own = _account_number(statement.first_text(("Acct", "Id", "IBAN"), ("Acct", "Id", "Othr", "Id")))
    context = _Context(where=where, currency=currency, sign=sign, own=own, code=code, reversal=reversal)
    value_on = _day(element.first_text(("ValDt", "Dt"), ("ValDt", "DtTm")), f"the value date of {where}")
    booked_on = _day(element.first_text(("BookgDt", "Dt"), ("BookgDt", "DtTm")), f"the booking day of {where}")
    total_cents = sign * _hundredths(amount, where)
    details = [_detail(part, context) for part in element.all("NtryDtls", "TxDtls")]
    return Entry(
        amount_cents=total_cents,
        currency=currency,
        status=_status(element.first_text(("Sts", "Cd"), ("Sts", "Prtry"), ("Sts",))),
        booked_on=booked_on or value_on,
        value_on=value_on,
        bank_reference=element.text_at("AcctSvcrRef"),
        entry_reference=element.text_at("NtryRef"),
        reversal=reversal,
        bank_code=code,
        batch_payment_id=batch.text_at("PmtInfId"),
        batch_message_id=batch.text_at("MsgId"),
        batch_size=_whole(batch.text_at("NbOfTxs")),
        charges=_charges(element, currency, where),
        additional_information=element.text_at("AddtlNtryInf"),
        details=tuple(details),
    )


def _balance_currency(statement: _Element) -> str:
    return next((amount.currency.strip() for amount in statement.all("Bal", "Amt") if amount.currency), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What a detail takes from its entry where it says nothing itself."""

    where: str
    currency: str
    sign: int
    own: str
    code: BankCode
    reversal: bool


def _detail(element: _Element, context: _Context) -> TransactionDetail:
    sign = _sign(element.text_at("CdtDbtInd")) or context.sign
    code = _bank_code(element)
    reason = element.first_text(("RtrInf", "Rsn", "Cd"), ("RtrInf", "Rsn", "Prtry"))
    information = " ".join(element.texts_at("RtrInf", "AddtlInf"))
    code_says = code.returned if code.sub_family or code.gvc else context.code.returned
    returned = context.reversal or element.first("RtrInf") is not None or code_says
    end_to_end_id = element.text_at("Refs", "EndToEndId")
    remittance = element.texts_at("RmtInf", "Ustrd") + element.texts_at("RmtInf", "Strd", "AddtlRmtInf")
    party = _counterparty(element, sign, context.own)
    return TransactionDetail(
        amount_cents=_detail_cents(element, sign, context),
        end_to_end_id=end_to_end_id,
        mandate_id=element.text_at("Refs", "MndtId"),
        transaction_id=element.text_at("Refs", "TxId"),
        instruction_id=element.text_at("Refs", "InstrId"),
        payment_id=element.text_at("Refs", "PmtInfId"),
        message_id=element.text_at("Refs", "MsgId"),
        bank_reference=element.text_at("Refs", "AcctSvcrRef"),
        counterparty_name=party.name,
        counterparty_iban=party.iban,
        counterparty_account=party.account,
        counterparty_bic=party.bic,
        ultimate_name=party.ultimate,
        text=" ".join(remittance),
        structured_reference=" ".join(element.texts_at("RmtInf", "Strd", "CdtrRefInf", "Ref")),
        documents=tuple(element.texts_at("RmtInf", "Strd", "RfrdDocInf", "Nb")),
        bank_code=context.code if code == BankCode() else code,
        returned=returned,
        return_reason=reason,
        return_information=information,
        original_end_to_end_id=end_to_end_id if returned else "",
        charges=_charges(element, context.currency, context.where),
        instructed=_instructed(element, context),
        exchange_rate=_rate(element, context.where),
        additional_information=element.text_at("AddtlTxInf"),
    )


def _detail_cents(element: _Element, sign: int, context: _Context) -> int | None:
    """What moved on the account for this payment: the first amount that is in the account's currency."""
    paths = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
    for path in paths:
        amount = element.first(*path)
        if amount is not None and amount.currency.strip().upper() in {"", context.currency}:
            return sign * _hundredths(amount, context.where)
    return None


def _instructed(element: _Element, context: _Context) -> Amount | None:
    amount = element.first("AmtDtls", "InstdAmt", "Amt")
    if amount is None:
        return None
    return Amount(
        value=_decimal(amount.text, context.where), currency=amount.currency.strip().upper() or context.currency
    )


def _rate(element: _Element, where: str) -> Decimal | None:
    for kind in ("TxAmt", "InstdAmt", "CntrValAmt"):
        text = element.text_at("AmtDtls", kind, "CcyXchg", "XchgRate")
        if text:
            return _decimal(text, where)
    return None


def _charges(element: _Element, currency: str, where: str) -> tuple[Amount, ...]:
    """Single charges where they are listed, else their total; version 02 lists them without a record."""
    found = []
    for record in element.all("Chrgs", "Rcrd") or element.all("Chrgs"):
        amount = record.first("Amt") or record.first("TtlChrgsAndTaxAmt")
        if amount is not None:
            value = _decimal(amount.text, where)
            refund = record.text_at("CdtDbtInd") == "CRDT"
            found.append(
                Amount(value=-value if refund else value, currency=amount.currency.strip().upper() or currency)
            )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Party:
    name: str
    iban: str
    account: str
    bic: str
    ultimate: str


def _counterparty(element: _Element, sign: int, own: str) -> _Party:
    """The other side: who paid a credit, who got a debit.

    In returned payments some banks keep the original roles, others turn them; so the side whose account
    is our own is never taken while the other one says anything.
    """
    debtor, creditor = _party(element, "Dbtr"), _party(element, "Cdtr")
    wanted, other = (debtor, creditor) if sign > 0 else (creditor, debtor)
    is_own = own and own in {wanted.iban, wanted.account}
    other_is_own = own and own in {other.iban, other.account}
    if (is_own or wanted == _NOBODY) and not other_is_own and other != _NOBODY:
        return other
    return wanted


def _party(element: _Element, role: str) -> _Party:
    parties = element.first("RltdPties") or _Element("RltdPties", "")
    agents = element.first("RltdAgts") or _Element("RltdAgts", "")
    agent = f"{role}Agt"
    return _Party(
        name=parties.first_text((role, "Nm"), (role, "Pty", "Nm"), (role, "Agt", "FinInstnId", "Nm")),
        iban=_account_number(parties.text_at(f"{role}Acct", "Id", "IBAN")),
        account=_account_number(parties.text_at(f"{role}Acct", "Id", "Othr", "Id")),
        bic=agents.first_text((agent, "FinInstnId", "BICFI"), (agent, "FinInstnId", "BIC")),
        ultimate=parties.first_text((f"Ultmt{role}", "Nm"), (f"Ultmt{role}", "Pty", "Nm")),
    )


_NOBODY = _Party(name="", iban="", account="", bic="", ultimate="")


def _bank_code(element: _Element) -> BankCode:
    code = element.first("BkTxCd")
    if code is None:
        return BankCode()
    return BankCode(
        domain=code.text_at("Domn", "Cd"),
        family=code.text_at("Domn", "Fmly", "Cd"),
        sub_family=code.text_at("Domn", "Fmly", "SubFmlyCd"),
        proprietary=code.text_at("Prtry", "Cd"),
        issuer=code.text_at("Prtry", "Issr"),
    )


def _status(text: str) -> EntryStatus:
    """A statement without status is of booked entries; an unknown status is information only."""
    if not text:
        return EntryStatus.BOOKED
    return EntryStatus(text) if text in set(EntryStatus) else EntryStatus.INFORMATION


def _sign(text: str) -> int:
    return {"CRDT": 1, "DBIT": -1}.get(text.upper(), 0)


def _flag(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _account_number(text: str) -> str:
    return "".join(text.split()).upper()


def _day(text: str, what: str) -> date | None:
    """The calendar day as the bank writes it: of an instant, the day at the bank."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise UnreadableStatement(f"The statement is damaged: {what} is no date.") from None


# No more digits than Decimal's 28 hold exactly, even as hundredths.
_NUMBER = re.compile(r"\+?([0-9]{0,15})(?:[.,]([0-9]{0,10})0*)?", re.ASCII)


def _decimal(text: str, where: str) -> Decimal:
    number = _NUMBER.fullmatch(text.strip())
    if not number or not (number.group(1) or number.group(2)):
        raise UnreadableStatement(f"The statement is damaged: an amount of {where} is no positive number.")
    return Decimal(f"{number.group(1) or 0}.{number.group(2) or 0}")


def _hundredths(amount: _Element, where: str) -> int:
    """An amount as hundredths of its currency, exactly; currencies without decimals included."""
    hundredths = _decimal(amount.text, where) * 100
    if hundredths != int(hundredths):
        raise UnreadableStatement(
            f"An amount of {where} has more than two decimals, which cannot be booked in cents. "
            "Import the file of an account in euro."
        )
    return int(hundredths)
