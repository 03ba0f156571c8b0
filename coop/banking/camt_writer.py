"""Writes bank statements as camt.053, versions 02 and 08, the way German banks send them.

For the demo, which imports the statements it makes, and for tests. What is written here and read by
`coop.banking.camt` comes back as it was.
"""

import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Literal

from lxml import etree

from coop.banking.movements import (
    Amount,
    Balance,
    BankCode,
    Entry,
    EntryStatus,
    Statement,
    TransactionDetail,
)
from coop.errors import InvalidInput
from coop.money import decimal_string

Version = Literal["02", "08"]

CREDIT_TRANSFER_IN = BankCode(domain="PMNT", family="RCDT", sub_family="ESCT")
CREDIT_TRANSFER_OUT = BankCode(domain="PMNT", family="ICDT", sub_family="ESCT")
CREDIT_TRANSFER_RETURNED = BankCode(domain="PMNT", family="ICDT", sub_family="RRTN")
DIRECT_DEBIT_RETURNED = BankCode(domain="PMNT", family="IDDT", sub_family="UPDD")


def payment(
    *,
    amount_cents: int,
    on: date,
    name: str = "",
    iban: str = "",
    bic: str = "",
    text: str = "",
    end_to_end_id: str = "",
    mandate_id: str = "",
    structured_reference: str = "",
    bank_reference: str = "",
    return_reason: str = "",
    return_information: str = "",
    code: BankCode | None = None,
    status: EntryStatus = EntryStatus.BOOKED,
    value_on: date | None = None,
) -> Entry:
    """One entry with one payment: credit positive; name, IBAN and BIC are the counterparty's.

    With a `return_reason` (such as AC04, account closed) it is an earlier payment that came back: a
    credit is our transfer, a debit a collection of ours.
    """
    returned = bool(return_reason)
    usual = (
        (CREDIT_TRANSFER_OUT, CREDIT_TRANSFER_IN) if not returned else (DIRECT_DEBIT_RETURNED, CREDIT_TRANSFER_RETURNED)
    )
    code = code or usual[amount_cents > 0]
    detail = TransactionDetail(
        amount_cents=amount_cents,
        end_to_end_id=end_to_end_id,
        mandate_id=mandate_id,
        counterparty_name=name,
        counterparty_iban=iban,
        counterparty_bic=bic,
        text=text,
        structured_reference=structured_reference,
        bank_code=code,
        returned=returned,
        return_reason=return_reason,
        return_information=return_information,
        original_end_to_end_id=end_to_end_id if returned else "",
    )
    return Entry(
        amount_cents=amount_cents,
        currency="EUR",
        status=status,
        booked_on=on,
        value_on=value_on or on,
        bank_reference=bank_reference,
        bank_code=code,
        details=(detail,),
    )


def batch(
    *,
    on: date,
    parts: Sequence[TransactionDetail],
    payment_id: str = "",
    bank_reference: str = "",
    code: BankCode = CREDIT_TRANSFER_OUT,
) -> Entry:
    """One entry that books several payments at once, such as a salary run; `payment_id` is the order's."""
    return Entry(
        amount_cents=sum(part.amount_cents or 0 for part in parts),
        currency="EUR",
        booked_on=on,
        value_on=on,
        bank_reference=bank_reference,
        bank_code=code,
        batch_payment_id=payment_id,
        batch_size=len(parts),
        details=tuple(parts),
    )


def camt053(
    *,
    version: Version = "08",
    iban: str,
    entries: Sequence[Entry],
    opening_cents: int = 0,
    closing_cents: int | None = None,
    owner: str = "",
    sequence_number: int = 1,
    statement_id: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
) -> bytes:
    """A file with one statement in euro; the closing balance follows from the entries unless given.

    Without `from_on` and `to_on` the statement reaches from the first to the last booking day.

    Raises: InvalidInput, where there is neither a day nor an entry with one.
    """
    days = [entry.booked_on for entry in entries if entry.booked_on]
    if not days and not (from_on and to_on):
        raise InvalidInput("from_on, to_on: a statement without booked entries needs both")
    first, last = from_on or min(days), to_on or max(days)
    booked_cents = sum(entry.amount_cents for entry in entries if entry.status is EntryStatus.BOOKED)
    closing_cents = opening_cents + booked_cents if closing_cents is None else closing_cents
    statement = Statement(
        version=version,
        id=statement_id or f"STMT-{last:%Y%m%d}-{sequence_number}",
        message_id=f"MSG-{last:%Y%m%d}-{sequence_number}",
        sequence_number=sequence_number,
        created_on=last,
        from_on=first,
        to_on=last,
        iban=iban,
        owner=owner,
        currency="EUR",
        balances=(
            Balance(code="OPBD", amount_cents=opening_cents, currency="EUR", on=first),
            Balance(code="CLBD", amount_cents=closing_cents, currency="EUR", on=last),
        ),
        entries=tuple(entries),
    )
    return write_statements([statement], version=version)


def write_statements(statements: Sequence[Statement], *, version: Version = "08") -> bytes:
    """A camt.053 file with these statements; its head is that of the first one.

    Raises: InvalidInput, for no statement, and for what version 02 has no place for: a batch that holds
    credits and debits.
    """
    if not statements:
        raise InvalidInput("statements: a file holds at least one")
    return _Writer(version).document(statements)


class _Writer:
    """Elements in the order of the schema; what is empty is left out."""

    def __init__(self, version: Version) -> None:
        self.old = version == "02"
        self.namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"

    def add(self, parent: etree._Element, path: str, text: str = "") -> etree._Element:
        """Append the elements named in `path`, the last one with `text`."""
        for name in path.split("/"):
            parent = etree.SubElement(parent, f"{{{self.namespace}}}{name}")
        if text:
            parent.text = text
        return parent

    def say(self, parent: etree._Element, **texts: str) -> None:
        """Append one element for each text that is not empty."""
        for name, text in texts.items():
            if text:
                self.add(parent, name, text)

    def money(self, parent: etree._Element, path: str, amount: str, currency: str) -> None:
        """Append an amount with its currency."""
        self.add(parent, path, amount).set("Ccy", currency)

    def document(self, statements: Sequence[Statement]) -> bytes:
        """The whole file."""
        root: etree._Element = etree.Element(f"{{{self.namespace}}}Document", nsmap={None: self.namespace})  # type: ignore[dict-item] # the stubs know no default namespace
        message = self.add(root, "BkToCstmrStmt")
        head = self.add(message, "GrpHdr")
        self.say(head, MsgId=statements[0].message_id, CreDtTm=_instant(statements[0].created_on))
        for statement in statements:
            self.statement(self.add(message, "Stmt"), statement)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def statement(self, element: etree._Element, statement: Statement) -> None:
        """One statement: its head, balances and entries."""
        self.say(element, Id=statement.id)
        if statement.page is not None and not self.old:
            pages = self.add(element, "StmtPgntn")
            self.say(pages, PgNb=str(statement.page), LastPgInd=str(bool(statement.last_page)).lower())
        if statement.sequence_number is not None:
            self.add(element, "ElctrncSeqNb", str(statement.sequence_number))
        self.say(element, CreDtTm=_instant(statement.created_on))
        if statement.from_on and statement.to_on:
            period = self.add(element, "FrToDt")
            self.say(period, FrDtTm=_instant(statement.from_on), ToDtTm=_instant(statement.to_on))
        account = self.add(element, "Acct")
        self.number(self.add(account, "Id"), statement.iban, statement.other_account)
        self.say(account, Ccy=statement.currency)
        if statement.owner:
            self.add(account, "Ownr/Nm", statement.owner)
        for balance in statement.balances:
            self.balance(self.add(element, "Bal"), balance)
        for entry in statement.entries:
            self.entry(self.add(element, "Ntry"), entry, statement)

    def number(self, element: etree._Element, iban: str, other: str) -> None:
        """An account's number."""
        if iban:
            self.add(element, "IBAN", iban)
        elif other:
            self.add(element, "Othr/Id", other)

    def balance(self, element: etree._Element, balance: Balance) -> None:
        """One balance; zero is a credit."""
        self.add(element, "Tp/CdOrPrtry/Cd", balance.code)
        self.signed(element, balance.amount_cents, balance.currency)
        if balance.on:
            self.add(element, "Dt/Dt", balance.on.isoformat())

    def signed(self, element: etree._Element, cents: int, currency: str) -> None:
        """Amount and direction."""
        self.money(element, "Amt", decimal_string(abs(cents)), currency)
        self.add(element, "CdtDbtInd", _direction(cents))

    def entry(self, element: etree._Element, entry: Entry, statement: Statement) -> None:
        """One entry with its details."""
        self.say(element, NtryRef=entry.entry_reference)
        self.signed(element, entry.amount_cents, entry.currency)
        if entry.reversal:
            self.add(element, "RvslInd", "true")
        self.add(element, "Sts" if self.old else "Sts/Cd", entry.status.value)
        if entry.booked_on:
            self.add(element, "BookgDt/Dt", entry.booked_on.isoformat())
        if entry.value_on:
            self.add(element, "ValDt/Dt", entry.value_on.isoformat())
        self.say(element, AcctSvcrRef=entry.bank_reference)
        self.code(self.add(element, "BkTxCd"), entry.bank_code)
        self.charges(element, entry.charges)
        if entry.details or entry.batch_payment_id or entry.batch_message_id or entry.batch_size is not None:
            details = self.add(element, "NtryDtls")
            self.batch(details, entry)
            for detail in entry.details:
                self.detail(self.add(details, "TxDtls"), detail, entry, statement)
        self.say(element, AddtlNtryInf=entry.additional_information)

    def batch(self, element: etree._Element, entry: Entry) -> None:
        """Which order a batch carries out."""
        size = "" if entry.batch_size is None else str(entry.batch_size)
        if entry.batch_message_id or entry.batch_payment_id or size:
            head = self.add(element, "Btch")
            self.say(head, MsgId=entry.batch_message_id, PmtInfId=entry.batch_payment_id, NbOfTxs=size)

    def code(self, element: etree._Element, code: BankCode) -> None:
        """What kind of movement it was."""
        if code.domain:
            domain = self.add(element, "Domn")
            self.say(domain, Cd=code.domain)
            family = self.add(domain, "Fmly")
            self.say(family, Cd=code.family, SubFmlyCd=code.sub_family)
        if code.proprietary:
            self.say(self.add(element, "Prtry"), Cd=code.proprietary, Issr=code.issuer)

    def charges(self, element: etree._Element, charges: Sequence[Amount]) -> None:
        """Single charges; version 02 repeats the element, later ones keep records in it."""
        holder = element if self.old or not charges else self.add(element, "Chrgs")
        for charge in charges:
            record = self.add(holder, "Chrgs" if self.old else "Rcrd")
            self.money(record, "Amt", f"{abs(charge.value):f}", charge.currency)
            self.add(record, "CdtDbtInd", "CRDT" if charge.value < 0 else "DBIT")

    def detail(self, element: etree._Element, detail: TransactionDetail, entry: Entry, statement: Statement) -> None:
        """One payment of an entry."""
        references = self.add(element, "Refs")
        self.say(
            references,
            MsgId=detail.message_id,
            AcctSvcrRef=detail.bank_reference,
            PmtInfId=detail.payment_id,
            InstrId=detail.instruction_id,
            EndToEndId=detail.end_to_end_id or "NOTPROVIDED",
            TxId=detail.transaction_id,
            MndtId=detail.mandate_id,
        )
        cents = entry.amount_cents if detail.amount_cents is None else detail.amount_cents
        self.amounts(element, detail, cents, entry)
        if detail.bank_code != entry.bank_code:
            self.code(self.add(element, "BkTxCd"), detail.bank_code)
        self.charges(element, detail.charges)
        self.parties(element, detail, statement, credit=cents > 0)
        self.remittance(element, detail)
        if detail.return_reason or detail.return_information:
            returned = self.add(element, "RtrInf")
            if detail.return_reason:
                self.add(returned, "Rsn/Cd", detail.return_reason)
            for line in textwrap.wrap(detail.return_information, 105, break_on_hyphens=False):
                self.add(returned, "AddtlInf", line)
        self.say(element, AddtlTxInf=detail.additional_information)

    def amounts(self, element: etree._Element, detail: TransactionDetail, cents: int, entry: Entry) -> None:
        """What moved, and what was ordered where that differs."""
        if self.old and (cents > 0) != (entry.amount_cents > 0):
            raise InvalidInput("version: 02 has no place for a batch of credits and debits, write 08")
        if not self.old and detail.amount_cents is not None:
            self.signed(element, cents, entry.currency)
        if detail.instructed or detail.exchange_rate or self.old:
            holder = self.add(element, "AmtDtls")
            if detail.instructed:
                self.money(holder, "InstdAmt/Amt", f"{detail.instructed.value:f}", detail.instructed.currency)
            if detail.amount_cents is not None or detail.exchange_rate:
                moved = self.add(holder, "TxAmt")
                self.money(moved, "Amt", decimal_string(abs(cents)), entry.currency)
                if detail.exchange_rate:
                    exchange = self.add(moved, "CcyXchg")
                    source = detail.instructed.currency if detail.instructed else entry.currency
                    self.say(exchange, SrcCcy=source, XchgRate=f"{detail.exchange_rate:f}")

    def parties(
        self, element: etree._Element, detail: TransactionDetail, statement: Statement, *, credit: bool
    ) -> None:
        """Who paid whom, and their banks."""
        parties = self.add(element, "RltdPties")
        for role in ("Dbtr", "Cdtr"):
            other = (role == "Dbtr") == credit
            name = detail.counterparty_name if other else statement.owner
            iban = detail.counterparty_iban if other else statement.iban
            number = detail.counterparty_account if other else statement.other_account
            if name:
                self.add(parties, f"{role}/Nm" if self.old else f"{role}/Pty/Nm", name)
            if iban or number:
                self.number(self.add(parties, f"{role}Acct/Id"), iban, number)
            if other and detail.ultimate_name:
                self.add(parties, f"Ultmt{role}/Nm" if self.old else f"Ultmt{role}/Pty/Nm", detail.ultimate_name)
        if detail.counterparty_bic:
            agent = "DbtrAgt" if credit else "CdtrAgt"
            self.add(element, f"RltdAgts/{agent}/FinInstnId/{'BIC' if self.old else 'BICFI'}", detail.counterparty_bic)

    def remittance(self, element: etree._Element, detail: TransactionDetail) -> None:
        """What the payment is for, in lines of at most 140 characters."""
        if not (detail.text or detail.structured_reference or detail.documents):
            return
        holder = self.add(element, "RmtInf")
        for line in textwrap.wrap(detail.text, 140, break_on_hyphens=False):
            self.add(holder, "Ustrd", line)
        if detail.structured_reference or detail.documents:
            structured = self.add(holder, "Strd")
            for number in detail.documents:
                self.add(structured, "RfrdDocInf/Nb", number)
            if detail.structured_reference:
                self.add(structured, "CdtrRefInf/Ref", detail.structured_reference)


def _instant(day: date | None) -> str:
    return f"{day.isoformat()}T06:00:00" if day else ""


def _direction(cents: int) -> str:
    return "DBIT" if cents < 0 else "CRDT"
