"""MT940 as banks write it, with everything they leave out, fold, misspell and repeat."""

from datetime import date
from decimal import Decimal

import pytest

from coop.banking.movements import Amount, EntryStatus, MessageKind, UnreadableStatement, transactions
from coop.banking.mt940 import account_of, looks_like, read_mt940

HEAD = ":20:STARTUMSE\r\n:25:37040044/532013000\r\n:28C:00017/001\r\n:60F:C260504EUR1000,00\r\n"
END = ":62F:C260505EUR1100,00\r\n-\r\n"


def message(*lines: str, head: str = HEAD, end: str = END, encoding: str = "utf-8") -> bytes:
    """One message with these lines between its balances."""
    return (head + "".join(f"{line}\r\n" for line in lines) + end).encode(encoding)


def only(data: bytes):
    """The one entry of a file, with its one detail."""
    (statement,) = read_mt940(data)
    (entry,) = statement.entries
    (detail,) = entry.details
    return entry, detail


def test_a_german_statement_read_in_full():
    data = message(
        ":61:2605050504CR100,00N166NONREF//B-77",
        ":86:166?00GUTSCHR. UEBERWEISUNG?109310?20EREF+RG-2026-4711 ?21KREF+NONRE",
        "F MREF+M-5 SVWZ+Rech?22nung RE-2026-000123 vom 2.?23 April ABWA+Holding AG?30BYLADEM1001?31DE021203",
        "00000000202051?32Celik und Soehne GmbH & Co.?33 KG?34000",
    )
    (statement,) = read_mt940(data)
    assert (statement.kind, statement.sequence_number, statement.page) == (MessageKind.MT940, 17, 1)
    assert (statement.iban, statement.other_account) == ("", "37040044/532013000")
    assert (statement.opening.amount_cents, statement.closing.amount_cents) == (100_000, 110_000)
    assert (statement.balance_gap_cents, statement.currency) == (0, "EUR")
    assert (statement.from_on, statement.to_on) == (date(2026, 5, 4), date(2026, 5, 5))
    entry, detail = only(data)
    assert (entry.amount_cents, entry.booked_on, entry.value_on) == (10_000, date(2026, 5, 4), date(2026, 5, 5))
    assert (entry.bank_reference, entry.bank_code.gvc, entry.returned) == ("B-77", "166", False)
    assert entry.additional_information == "GUTSCHR. UEBERWEISUNG"
    assert (detail.end_to_end_id, detail.mandate_id, detail.message_id) == ("RG-2026-4711", "M-5", "")
    assert detail.text == "Rechnung RE-2026-000123 vom 2. April"
    assert detail.counterparty_name == "Celik und Soehne GmbH & Co. KG"
    assert (detail.counterparty_iban, detail.counterparty_bic) == ("DE02120300000000202051", "BYLADEM1001")
    assert detail.ultimate_name == "Holding AG"


@pytest.mark.parametrize(
    ("line", "cents", "booked", "value", "returned"),
    [
        (":61:2605040504C12,30NTRFNONREF", 1230, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:2605040504CR12,3NTRFNONREF", 1230, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:260504C800,NTRF", 80_000, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:2605040504D,99NCHGNONREF", -99, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:2605040504DR1.234,56NTRFNONREF", -123_456, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:2605040504D1234.56NTRFNONREF", -123_456, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:2605040504RC12,30NTRFNONREF", -1230, date(2026, 5, 4), date(2026, 5, 4), True),
        (":61:2605040504RD12,30NTRFNONREF", 1230, date(2026, 5, 4), date(2026, 5, 4), True),
        (":61:2605040504RDR12,30NTRFNONREF", 1230, date(2026, 5, 4), date(2026, 5, 4), True),
        (":61:2605040504D12,30NRTINONREF", -1230, date(2026, 5, 4), date(2026, 5, 4), True),
        (":61:2512310102C1,00NTRF", 100, date(2026, 1, 2), date(2025, 12, 31), False),
        (":61:2601021230C1,00NTRF", 100, date(2025, 12, 30), date(2026, 1, 2), False),
        (":61:2602300302C1,00NINT", 100, date(2026, 3, 2), date(2026, 2, 28), False),
        (":61:20260504C1,00NTRF", 100, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:202605040504C1,00NTRF", 100, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:260504 0504 C 1,00 NTRFREF", 100, date(2026, 5, 4), date(2026, 5, 4), False),
        (":61:9905040504C1,00NTRF", 100, date(1999, 5, 4), date(1999, 5, 4), False),
        (":61:2605040504C1,00", 100, date(2026, 5, 4), date(2026, 5, 4), False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_way_of_writing_a_movement(line, cents, booked, value, returned):
    entry, _detail = only(message(line))
    assert (entry.amount_cents, entry.booked_on, entry.value_on, entry.returned) == (cents, booked, value, returned)


@pytest.mark.parametrize(
    "line",
    [
        ":61:", ":61:garbage", ":61:2613040504C1,00NTRF", ":61:2605320504C1,00NTRF", ":61:2605040504X1,00NTRF",
        ":61:2605040504C1,001NTRF", ":61:2605040504C1.234NTRF", ":61:2605040504C1,2,3NTRF", ":61:2605040504CNTRF",
        ":61:2605040504C1", ":61:2605041399C1,00NTRF", ":61:2605040504C9999999999999999999,00NTRF", ":61:NaN",
        ":61:2605040504C-1,00NTRF",
    ],
)  # fmt: skip
def test_what_cannot_be_read_exactly_refuses_the_file(line):
    with pytest.raises(UnreadableStatement, match="entry 1"):
        read_mt940(message(line))


@pytest.mark.parametrize("balance", ["C260504EURx", "X260504EUR1,00", "C269904EUR1,00", "C260504EUR1,001", "1,00"])
def test_a_balance_that_cannot_be_read_refuses_the_file(balance):
    with pytest.raises(UnreadableStatement, match="balance"):
        read_mt940(message(head=HEAD.replace("C260504EUR1000,00", balance)))


def test_a_missing_closing_balance_leaves_the_sum_unchecked():
    (statement,) = read_mt940(message(":61:260504C1,00NTRF", end="-\r\n"))
    assert (statement.opening.amount_cents, statement.closing, statement.balance_gap_cents) == (100_000, None, None)


def test_several_messages_and_pages_of_one_statement():
    first = HEAD + ":61:260504C1,00NTRF\r\n:62M:C260504EUR1001,00\r\n-\r\n"
    second = (
        first.replace("/001", "/002")
        .replace(":60F:C260504EUR1000,00", ":60M:C260504EUR1001,00")
        .replace(":62M:C260504EUR1001,00", ":62F:C260504EUR1002,00")
    )
    statements = read_mt940((first + second + message(":61:260505C1,00NTRF").decode()).encode())
    assert [(one.sequence_number, one.page) for one in statements] == [(17, 1), (17, 2), (17, 1)]
    assert [one.balance_gap_cents for one in statements[:2]] == [0, 0]
    # The same payment on two pages of one statement is two payments.
    assert len({one.fingerprint for one in transactions(statements[:2])}) == 2


def test_equal_entries_of_one_statement_are_two_payments():
    line = ":61:2605040504D800,NSTONONREF//55555\r\n:86:008?00DAUERAUFTRAG?20Miete Mai?3010020030?31234567?32MUELLER"
    statements = read_mt940(message(line, line))
    assert len(statements[0].entries) == 2
    assert len({one.fingerprint for one in transactions(statements)}) == 2
    assert statements[0].entries[0].details[0].counterparty_account == "10020030/234567"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
def test_umlauts_in_every_encoding(encoding):
    _entry, detail = only(
        message(":61:260504C1,00NTRF", ":86:166?20SVWZ+f\u00fcr \u00c4rzte?32M\u00fcller", encoding=encoding)
    )
    assert (detail.text, detail.counterparty_name) == ("f\u00fcr \u00c4rzte", "M\u00fcller")


def test_a_question_mark_in_place_of_an_umlaut_is_no_subfield():
    _entry, detail = only(message(":61:260504C1,00NTRF", ":86:166?00G?20SVWZ+M?ller f?r 5?99?32B?cker"))
    assert (detail.text, detail.counterparty_name) == ("M?ller f?r 5?99", "B?cker")


@pytest.mark.parametrize(
    ("information", "name", "text", "iban"),
    [
        ("Gutschrift von Client GmbH RE-2026-000001", "", "Gutschrift von Client GmbH RE-2026-000001", ""),
        ("166<00G<20SVWZ+Text<32Client", "Client", "Text", ""),
        ("?20SVWZ+Text?32Client", "Client", "Text", ""),
        ("166?00G?20IBAN+DE02120300000000202051 SVWZ+Text", "", "Text", "DE02120300000000202051"),
        ("166?00G?20Text ohne Stichwort?32Client", "Client", "Text ohne Stichwort", ""),
        ("166?00G?20EREF+NOTPROVIDED SVWZ+T?32Client", "Client", "T", ""),
        ("/TRTP/SEPA/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. de Vries/REMI/RE-1/EREF/E1", "J. de Vries", "RE-1",
         "NL91ABNA0417164300"),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_every_way_of_writing_the_information(information, name, text, iban):
    _entry, detail = only(message(":61:260504C1,00NTRF", f":86:{information}"))
    assert (detail.counterparty_name, detail.text, detail.counterparty_iban) == (name, text, iban)


def test_no_information_at_all_and_a_second_line_of_the_movement():
    entry, detail = only(message(":61:2605040504C1,00NTRFREF-9//BANK-1", "From the second line"))
    assert (entry.bank_reference, entry.entry_reference, detail.text) == ("BANK-1", "REF-9", "From the second line")
    assert "REF-9" in detail.additional_information


def test_a_return_with_original_amount_and_charges():
    entry, detail = only(
        message(
            ":61:2605040504D12,35NRTINONREF//2026",
            "/OCMT/EUR11,85//CHGS/EUR0,50/",
            ":86:109?00SEPA-LASTSCHR. RETOURE?20EREF+E-1?21SVWZ+RUECKLASTSCHRIFT MD06?32Client",
        )
    )
    assert (entry.returned, detail.returned, detail.return_reason) == (True, True, "MD06")
    assert entry.charges == (Amount(value=Decimal("0.50"), currency="EUR"),)
    assert detail.instructed == Amount(value=Decimal("11.85"), currency="EUR")
    assert detail.original_end_to_end_id == "E-1"


def test_original_amount_and_compensation_in_the_text():
    entry, detail = only(message(":61:2605040504D5,20NRTI", ":86:109?20EREF+E OAMT+4,90 COAM+0,30 SVWZ+x"))
    assert detail.instructed == Amount(value=Decimal("4.90"), currency="EUR")
    assert entry.charges == (Amount(value=Decimal("0.30"), currency="EUR"),)


def test_a_foreign_order_beside_the_booking():
    _entry, detail = only(message(":61:2605040504C912,40NTRF//X", "/OCMT/USD1000,00//CHGS/EUR7,50/", ":86:202?20x"))
    assert detail.instructed == Amount(value=Decimal("1000.00"), currency="USD")


def test_headers_and_ends_of_other_banks_and_interim_messages():
    data = (
        b"{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:\n:20:P1\n:25:NL69INGB0123456789EUR\n:28C:00000\n"
        b":60F:C260504EUR1,00\n:61:2605040504D1,00NTRFEREF//1\n/TRCD/00100/\n:86:/NAME/X/\n:62F:C260504EUR0,00\n"
        b":64:C260504EUR0,00\n:86:/SUM/1/0/1,00/0,00/\n-}\n"
    )
    (statement,) = read_mt940(data)
    assert (statement.iban, statement.currency, len(statement.entries)) == ("NL69INGB0123456789", "EUR", 1)
    assert statement.balance_gap_cents == 0
    assert statement.entries[0].details[0].counterparty_name == "X"
    abn = b"ABNANL2A\n940\nABNANL2A\n" + message(":61:260504C1,00NTRF").replace(b"\r\n", b"\n")
    assert len(read_mt940(abn)) == 1
    interim = message(
        ":34F:EUR0,00", ":13D:2605041200+0200", ":61:2605040504C1,00NTRF", ":61:260504EC2,00NTRF", ":90D:0EUR0,00",
        head=":20:X\r\n:25:DE89370400440532013000\r\n:28C:1\r\n", end="-\r\n",
    )  # fmt: skip
    (report,) = read_mt940(interim)
    assert (report.kind, report.kind.is_interim) == (MessageKind.MT942, True)
    assert [entry.status for entry in report.entries] == [EntryStatus.BOOKED, EntryStatus.PENDING]


def test_a_hyphen_left_alone_by_a_fold_ends_nothing():
    _entry, detail = only(message(":61:260504C1,00NTRF", ":86:166?20SVWZ+a ", "-", "?21b?32Client"))
    assert detail.counterparty_name == "Client"


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("37040044/0532013000", ("", "37040044/532013000", "")),
        ("37040044/0532013000EUR", ("", "37040044/532013000", "EUR")),
        ("DE89370400440532013000", ("DE89370400440532013000", "", "")),
        ("DE89 3704 0044 0532 0130 00", ("DE89370400440532013000", "", "")),
        ("DE89370400440532013000EUR", ("DE89370400440532013000", "", "EUR")),
        ("COBADEFFXXX/DE89370400440532013000", ("DE89370400440532013000", "", "")),
        ("COBADEFFXXX/532013000", ("", "COBADEFFXXX/532013000", "")),
        ("NL69INGB0123456789EUR", ("NL69INGB0123456789", "", "EUR")),
        ("532013000", ("", "532013000", "")),
        ("0123456789 EUR", ("", "0123456789", "EUR")),
        ("", ("", "", "")),
    ],
)
def test_every_way_of_naming_the_account(written, account):
    assert account_of(written) == account


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (message(), True), (b"\xef\xbb\xbf\r\n" + message(), True), (message().decode().encode("utf-16"), True),
        (b"{1:F01X}{2:O940}{4:\r\n" + message(), True), (b"ABNANL2A\n940\nABNANL2A\n" + message(), True),
        (b"Datum;Betrag\n1.1.2026;:20:\n", False), (b"<Document/>", False), (b"", False),
    ],
    ids=["plain", "mark", "wide", "frame", "header", "table", "xml", "empty"],
)  # fmt: skip
def test_the_format_is_told_from_content(data, is_one):
    assert looks_like(data) is is_one


def test_a_file_without_any_statement_is_refused():
    with pytest.raises(UnreadableStatement, match="no statement"):
        read_mt940(b":20:STARTUMS\r\n:25:1/2\r\n-\r\n")
