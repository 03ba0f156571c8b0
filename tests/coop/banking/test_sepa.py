"""Payment files against the ISO schema and the banks' rules."""

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from coop.banking.sepa import (
    NAMESPACE,
    CreditTransfer,
    CreditTransferOrder,
    InvalidPaymentOrder,
    credit_transfer,
    permitted_name,
    permitted_text,
)

ADA = CreditTransfer(
    end_to_end_id="PAY-2026-05-1",
    amount_cents=241237,
    creditor_name="Ada Öztürk-Schröder",
    creditor_iban="DE02 1203 0000 0000 2020 51",
    text="Lohn Mai 2026",
    purpose="SALA",
)
BO = CreditTransfer(
    end_to_end_id="PAY-2026-05-2",
    amount_cents=1,
    creditor_name="Bo Müller",
    creditor_iban="FR1420041010050500013M02606",
    creditor_bic="PSSTFRPPXXX",
)
ORDER = CreditTransferOrder(
    message_id="MSG-1",
    payment_id="RUN-2026-05",
    created_at=datetime(2026, 5, 26, 8, 30, 0, 123456, tzinfo=UTC),
    execute_on=date(2026, 5, 28),
    debtor_name="Werkgenossen eG",
    debtor_iban="DE89370400440532013000",
    debtor_bic="COBADEFFXXX",
    transfers=(ADA, BO),
    category_purpose="SALA",
)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The ISO schema, from the copy that another package carries."""
    return etree.XMLSchema(etree.fromstring((files("sepaxml") / "schemas" / "pain.001.001.09.xsd").read_bytes()))


def texts(data: bytes, path: str) -> list[str]:
    """Texts under a path without namespaces."""
    steps = "/".join(f"p:{step}" for step in path.split("/"))
    return [element.text for element in etree.fromstring(data).xpath(f"//{steps}", namespaces={"p": NAMESPACE})]


def test_file_is_valid_and_says_what_was_ordered(schema):
    data = credit_transfer(ORDER)
    schema.assertValid(etree.fromstring(data))
    assert texts(data, "GrpHdr/MsgId") == ["MSG-1"]
    assert texts(data, "GrpHdr/CreDtTm") == ["2026-05-26T08:30:00+00:00"]
    assert texts(data, "NbOfTxs") == ["2", "2"]
    assert texts(data, "CtrlSum") == ["2412.38", "2412.38"]
    assert texts(data, "PmtInf/PmtInfId") == ["RUN-2026-05"]
    assert texts(data, "PmtMtd") == ["TRF"]
    assert texts(data, "BtchBookg") == ["true"]
    assert texts(data, "SvcLvl/Cd") == ["SEPA"]
    assert texts(data, "CtgyPurp/Cd") == ["SALA"]
    assert texts(data, "ReqdExctnDt/Dt") == ["2026-05-28"]
    assert texts(data, "DbtrAcct/Id/IBAN") == ["DE89370400440532013000"]
    assert texts(data, "DbtrAgt/FinInstnId/BICFI") == ["COBADEFFXXX"]
    assert texts(data, "ChrgBr") == ["SLEV"]
    assert texts(data, "PmtId/EndToEndId") == ["PAY-2026-05-1", "PAY-2026-05-2"]
    assert texts(data, "Amt/InstdAmt") == ["2412.37", "0.01"]
    assert texts(data, "Cdtr/Nm") == ["Ada Öztürk-Schröder", "Bo Müller"]
    assert texts(data, "CdtrAcct/Id/IBAN") == ["DE02120300000000202051", "FR1420041010050500013M02606"]
    assert texts(data, "CdtrAgt/FinInstnId/BICFI") == ["PSSTFRPPXXX"]
    assert texts(data, "Purp/Cd") == ["SALA"]
    assert texts(data, "RmtInf/Ustrd") == ["Lohn Mai 2026"]


def test_without_bic_category_and_batch(schema):
    data = credit_transfer(replace(ORDER, debtor_bic="", category_purpose="", batch_booking=False))
    schema.assertValid(etree.fromstring(data))
    assert texts(data, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    assert texts(data, "CtgyPurp/Cd") == []
    assert texts(data, "BtchBookg") == ["false"]


def test_same_order_same_bytes():
    assert credit_transfer(ORDER) == credit_transfer(replace(ORDER))


def changed(**changes: object) -> CreditTransferOrder:
    return replace(ORDER, transfers=(ADA, replace(BO, **changes)))


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (replace(ORDER, transfers=()), "transfers: the order holds no payment"),
        (replace(ORDER, debtor_iban="DE89370400440532013001"), "^debtor_iban"),
        (replace(ORDER, debtor_name=" "), "^debtor_name: is missing"),
        (replace(ORDER, debtor_bic="COBA"), "^debtor_bic"),
        (replace(ORDER, message_id="M" * 36), "^message_id"),
        (replace(ORDER, message_id=""), "^message_id"),
        (replace(ORDER, payment_id="RUN_1"), "^payment_id"),
        (replace(ORDER, payment_id="/RUN"), "^payment_id"),
        (replace(ORDER, payment_id="RUN//1"), "^payment_id"),
        (replace(ORDER, payment_id="Läufe"), "^payment_id"),
        (replace(ORDER, created_at=ORDER.created_at.replace(tzinfo=None)), "^created_at"),
        (changed(amount_cents=0), "Payment 2: amount_cents"),
        (changed(amount_cents=-5), "Payment 2: amount_cents"),
        (changed(amount_cents=10**11), "Payment 2: amount_cents"),
        (changed(currency="CHF"), "Payment 2: currency"),
        (changed(creditor_iban="DE00"), "Payment 2: creditor_iban"),
        (changed(creditor_iban=""), "Payment 2: creditor_iban"),
        (changed(creditor_bic="psst"), "Payment 2: creditor_bic"),
        (changed(creditor_name=""), "Payment 2: creditor_name: is missing"),
        (changed(creditor_name="A" * 71), "Payment 2: creditor_name: write at most 70"),
        (changed(creditor_name="Бо"), "Payment 2: creditor_name: use Latin"),
        (changed(text="x" * 141), "Payment 2: text: write at most 140"),
        (changed(text="🎉"), "Payment 2: text: use Latin"),
        (changed(purpose="sala"), "Payment 2: purpose"),
        (changed(end_to_end_id=""), "Payment 2: end_to_end_id"),
        (changed(end_to_end_id=ADA.end_to_end_id), "end_to_end_id: give each payment its own"),
    ],
)
def test_orders_the_bank_would_refuse(order, says):
    with pytest.raises(InvalidPaymentOrder, match=says) as caught:
        credit_transfer(order)
    assert "Ada" not in str(caught.value)
    assert "DE" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "permitted"),
    [
        ("Jürgen Groß", "Jürgen Groß"),
        ("Ju\u0308rgen", "Jürgen"),
        ("Renée Łukasz Ñandú", "Renee Lukasz Nandu"),
        ("Søren  Æther\nœuvre", "Soren AEther oeuvre"),
        ("İpek Işık", "Ipek Isik"),
        ("O’Neill – Söhne & Co.", "O'Neill - Söhne & Co."),
    ],
)
def test_names_keep_what_sepa_permits(name, permitted):
    assert permitted_name(name) == permitted


def test_markup_in_texts_stays_text(schema):
    data = credit_transfer(changed(creditor_name="Müller & Söhne", text="A & B"))
    schema.assertValid(etree.fromstring(data))
    assert texts(data, "Cdtr/Nm")[1] == "Müller & Söhne"
    with pytest.raises(InvalidPaymentOrder):
        credit_transfer(changed(text="<b>"))


@given(st.text(max_size=60))
def test_permitted_text_is_permitted_already(text):
    try:
        permitted = permitted_text(text)
    except InvalidPaymentOrder:
        return
    assert permitted_text(permitted) == permitted


transfers = st.lists(
    st.builds(
        CreditTransfer,
        end_to_end_id=st.from_regex(r"[A-Za-z0-9]{1,35}", fullmatch=True),
        amount_cents=st.integers(1, 99_999_999_999),
        creditor_name=st.text(alphabet="abcÄÖÜß&'+", min_size=1, max_size=70),
        creditor_iban=st.sampled_from([ADA.creditor_iban, BO.creditor_iban]),
        text=st.text(alphabet="abcÄÖÜß&'+ 123", max_size=140),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda transfer: transfer.end_to_end_id,
)


@given(transfers)
@settings(max_examples=60, deadline=None)
def test_every_permitted_order_is_valid_and_sums_up(schema, made):
    data = credit_transfer(replace(ORDER, transfers=tuple(made)))
    schema.assertValid(etree.fromstring(data))
    total = sum(transfer.amount_cents for transfer in made)
    assert [int(text.replace(".", "")) for text in texts(data, "CtrlSum")] == [total, total]
    assert [int(text.replace(".", "")) for text in texts(data, "Amt/InstdAmt")] == [one.amount_cents for one in made]
