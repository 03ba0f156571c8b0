"""Writes SEPA credit transfers: pain.001.001.09 within the rules of the German banks (DK, annex 3).

Names stay as the bank knows them: since October 2025 banks compare the payee's name with the account
before a payment leaves, so umlauts are kept and only letters outside the permitted set lose their marks.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from lxml import etree
from stdnum import iban as iban_numbers
from stdnum.exceptions import ValidationError

from coop.errors import StetigError
from coop.money import decimal_string

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME = 70
LONGEST_TEXT = 140
LONGEST_ID = 35
LARGEST_CENTS = 99_999_999_999
"""999,999,999.99 EUR, the most a single SEPA payment may carry."""

_ID = re.compile(r"[A-Za-z0-9+?/:().,' -]{1,35}", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_GERMAN_IBAN = re.compile(r"DE([0-9]{2})([0-9]{18})", re.ASCII)
_CODE = re.compile(r"[A-Z]{4}", re.ASCII)
_PERMITTED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 /-?:().,'+" + "ÄÖÜäöüß&*$%")
# Letters and signs that Unicode does not take apart into a permitted letter and a mark.
_PLAIN = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ı": "i", "ħ": "h", "Ħ": "H",
    "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ẞ": "ß", "’": "'", "‘": "'", "`": "'",
    "´": "'", "–": "-", "—": "-", "‑": "-", "_": "-", "\u00a0": " ", "\n": " ", "\r": " ", "\t": " ",
}  # fmt: skip


class InvalidPaymentOrder(StetigError):
    """The payment order cannot be sent to the bank; the message names the field and what it should hold."""

    code = "invalid_payment_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTransfer:
    """One payment of an order; `amount_cents` in euro cents, `text` is what the payee reads."""

    end_to_end_id: str
    amount_cents: int
    creditor_name: str
    creditor_iban: str
    creditor_bic: str = ""
    text: str = ""
    purpose: str = ""
    """ISO purpose code of this payment, such as SALA; the bank hands it on to the payee's bank."""
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTransferOrder:
    """What goes to the bank as one file, from one account, for one day.

    `batch_booking`: the statement shows one sum, so that salaries are not listed by person.
    `category_purpose` SALA marks the whole order as salaries.
    """

    message_id: str
    payment_id: str
    created_at: datetime
    execute_on: date
    debtor_name: str
    debtor_iban: str
    transfers: tuple[CreditTransfer, ...]
    debtor_bic: str = ""
    batch_booking: bool = True
    category_purpose: Literal["", "SALA"] = ""


def credit_transfer(order: CreditTransferOrder) -> bytes:
    """The file for the bank; the same order always gives the same bytes.

    Source: ISO 20022 pain.001.001.09; DFÜ-Abkommen, annex 3 (DK).
    Raises: InvalidPaymentOrder, naming the field and the payment by its position.
    """
    _check(order)
    root: etree._Element = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item] # the stubs know no default namespace
    message = _add(root, "CstmrCdtTrfInitn")
    count, total = str(len(order.transfers)), decimal_string(sum(part.amount_cents for part in order.transfers))
    head = _add(message, "GrpHdr")
    _add(head, "MsgId", order.message_id)
    _add(head, "CreDtTm", order.created_at.isoformat(timespec="seconds"))
    _add(head, "NbOfTxs", count)
    _add(head, "CtrlSum", total)
    _add(head, "InitgPty/Nm", permitted_name(order.debtor_name, "debtor_name"))
    group = _add(message, "PmtInf")
    _add(group, "PmtInfId", order.payment_id)
    _add(group, "PmtMtd", "TRF")
    _add(group, "BtchBookg", "true" if order.batch_booking else "false")
    _add(group, "NbOfTxs", count)
    _add(group, "CtrlSum", total)
    kind = _add(group, "PmtTpInf")
    _add(kind, "SvcLvl/Cd", "SEPA")
    if order.category_purpose:
        _add(kind, "CtgyPurp/Cd", order.category_purpose)
    _add(group, "ReqdExctnDt/Dt", order.execute_on.isoformat())
    _add(group, "Dbtr/Nm", permitted_name(order.debtor_name, "debtor_name"))
    _add(group, "DbtrAcct/Id/IBAN", _iban(order.debtor_iban, "debtor_iban"))
    agent = _add(group, "DbtrAgt/FinInstnId")
    if order.debtor_bic:
        _add(agent, "BICFI", order.debtor_bic)
    else:
        _add(agent, "Othr/Id", "NOTPROVIDED")  # the schema wants the debtor's bank, the IBAN says which it is
    _add(group, "ChrgBr", "SLEV")
    for position, transfer in enumerate(order.transfers, start=1):
        try:
            _transfer(_add(group, "CdtTrfTxInf"), transfer)
        except InvalidPaymentOrder as error:
            raise InvalidPaymentOrder(f"Payment {position}: {error}") from None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _transfer(element: etree._Element, transfer: CreditTransfer) -> None:
    """Write one payment, checked. Raises: InvalidPaymentOrder."""
    _check_id(transfer.end_to_end_id, "end_to_end_id")
    if transfer.currency != "EUR":
        raise InvalidPaymentOrder("currency: a SEPA payment is in EUR")
    if not 1 <= transfer.amount_cents <= LARGEST_CENTS:
        raise InvalidPaymentOrder("amount_cents: pay at least 0.01 and at most 999999999.99 EUR")
    _check_bic(transfer.creditor_bic, "creditor_bic")
    if transfer.purpose and not _CODE.fullmatch(transfer.purpose):
        raise InvalidPaymentOrder("purpose: an ISO code of four capital letters, such as SALA")
    _add(element, "PmtId/EndToEndId", transfer.end_to_end_id)
    _add(element, "Amt/InstdAmt", decimal_string(transfer.amount_cents)).set("Ccy", "EUR")
    if transfer.creditor_bic:
        _add(element, "CdtrAgt/FinInstnId/BICFI", transfer.creditor_bic)
    _add(element, "Cdtr/Nm", permitted_name(transfer.creditor_name, "creditor_name"))
    _add(element, "CdtrAcct/Id/IBAN", _iban(transfer.creditor_iban, "creditor_iban"))
    if transfer.purpose:
        _add(element, "Purp/Cd", transfer.purpose)
    text = permitted_text(transfer.text, "text")
    if text:
        _add(element, "RmtInf/Ustrd", text)


def permitted_name(name: str, field: str = "name") -> str:
    """A name as it may go to the bank: umlauts stay, é becomes e; check it where a name is entered.

    Raises: InvalidPaymentOrder, for an empty name, one of more than 70 characters, or one with signs
    that have no permitted form, such as another script.
    """
    permitted = permitted_text(name, field)
    if not permitted:
        raise InvalidPaymentOrder(f"{field}: is missing")
    if len(permitted) > LONGEST_NAME:
        raise InvalidPaymentOrder(f"{field}: write at most 70 characters, as the bank has the account holder")
    return permitted


def permitted_text(text: str, field: str = "text") -> str:
    """A text in the characters of SEPA, blanks collapsed.

    Raises: InvalidPaymentOrder, for more than 140 characters or signs that have no permitted form.
    """
    normal = unicodedata.normalize("NFC", text)
    if not _PERMITTED.issuperset(normal):
        normal = "".join(_permitted_letter(letter, field) for letter in normal)
    permitted = " ".join(normal.split())
    if len(permitted) > LONGEST_TEXT:
        raise InvalidPaymentOrder(f"{field}: write at most 140 characters")
    return permitted


def _permitted_letter(letter: str, field: str) -> str:
    plain = letter if letter in _PERMITTED else _PLAIN.get(letter) or _without_marks(letter)
    if not plain or not _PERMITTED.issuperset(plain):
        raise InvalidPaymentOrder(f"{field}: use Latin letters, digits and / - ? : ( ) . , ' + & * $ % only")
    return plain


def _without_marks(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))


def _check(order: CreditTransferOrder) -> None:
    _check_id(order.message_id, "message_id")
    _check_id(order.payment_id, "payment_id")
    _check_bic(order.debtor_bic, "debtor_bic")
    if order.created_at.utcoffset() is None:
        raise InvalidPaymentOrder("created_at: give an instant with its time zone")
    if not order.transfers:
        raise InvalidPaymentOrder("transfers: the order holds no payment, add at least one")
    ids = Counter(transfer.end_to_end_id for transfer in order.transfers)
    for position, transfer in enumerate(order.transfers, start=1):
        if ids[transfer.end_to_end_id] > 1:
            raise InvalidPaymentOrder(f"Payment {position}: end_to_end_id: give each payment its own")


def _check_id(value: str, field: str) -> None:
    """Ids travel through all banks: Latin letters and few signs, no slash at an end and no two in a row."""
    if not _ID.fullmatch(value) or value != value.strip(" /") or "//" in value:
        raise InvalidPaymentOrder(
            f"{field}: 1 to 35 of A-Z a-z 0-9 + ? / - : ( ) . , ' and blank, no slash at an end, no two in a row"
        )


def _iban(value: str, field: str) -> str:
    """An IBAN as it goes to the bank, without blanks. Raises: InvalidPaymentOrder."""
    german = _GERMAN_IBAN.fullmatch(value)
    # Nearly all are German, and a run pays thousands: the library looks each country up and cleans each twice.
    # The letters DE count as 13 and 14 in the check of ISO 7064.
    if german and int(f"{german[2]}1314{german[1]}") % 97 == 1:
        return value
    try:
        return str(iban_numbers.validate(value))
    except ValidationError:
        raise InvalidPaymentOrder(f"{field}: is no valid IBAN, check it with the account holder") from None


def _check_bic(value: str, field: str) -> None:
    if value and not _BIC.fullmatch(value):
        raise InvalidPaymentOrder(f"{field}: 8 or 11 capital letters and digits, or leave it empty")


def _add(parent: etree._Element, path: str, text: str = "") -> etree._Element:
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text:
        parent.text = text
    return parent
