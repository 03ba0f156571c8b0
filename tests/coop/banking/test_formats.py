"""One door for every file: told from content, archives bounded, tables by their mapping."""

import gzip
import io
import zipfile
from datetime import date

import pytest

from coop.banking.camt_writer import camt053, payment
from coop.banking.csv_tables import Column, NoMapping, TableMapping, sketch
from coop.banking.formats import MOST_FILES, read_file
from coop.banking.movements import EntryStatus, MessageKind, UnreadableStatement
from tests.factories.banking import IBAN, JAN, paid
from tests.factories.statement_files import GERMAN_COLUMNS, interim, mt940, notification, table, zipped

MAPPING = TableMapping(name="Bank", columns={Column(column): name for column, name in GERMAN_COLUMNS.items()})
ENTRIES = [paid(10_000, "RE-2026-000001"), paid(-390, "Entgelt", name="Bänk")]


def rows(text: str, mapping: TableMapping = MAPPING):
    """The one statement of a table."""
    (statement,) = read_file(text.encode(), tables=[mapping])
    return statement


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (camt053(iban=IBAN, entries=ENTRIES), MessageKind.STATEMENT),
        (b"\xef\xbb\xbf\r\n" + camt053(iban=IBAN, entries=ENTRIES), MessageKind.STATEMENT),
        (interim(IBAN, ENTRIES), MessageKind.REPORT),
        (notification(IBAN, ENTRIES), MessageKind.NOTIFICATION),
        (mt940(IBAN, ENTRIES), MessageKind.MT940),
        (mt940(IBAN, ENTRIES, interim=True), MessageKind.MT942),
        (table(IBAN, ENTRIES), MessageKind.TABLE),
        (zipped(any__name=mt940(IBAN, ENTRIES)), MessageKind.MT940),
    ],
    ids=["camt.053", "with mark", "camt.052", "camt.054", "mt940", "mt942", "csv", "zip"],
)
def test_every_format_is_told_from_content_and_says_the_same(data, kind):
    (statement,) = read_file(data, tables=[MAPPING])
    assert statement.kind is kind
    assert statement.iban == IBAN
    assert sorted(entry.amount_cents for entry in statement.entries) == [-390, 10_000]
    assert {entry.booked_on for entry in statement.entries} == {JAN}


# --- archives ------------------------------------------------------------------------------------------------------


def test_an_archive_gives_all_its_statements_and_leaves_out_what_is_for_people():
    data = zipped(
        a__xml=camt053(iban=IBAN, entries=ENTRIES), b__sta=mt940(IBAN, ENTRIES), c__pdf=b"%PDF-1.7",
        **{"__MACOSX/x": b"\x00"},
    )  # fmt: skip
    assert [statement.kind for statement in read_file(data)] == [MessageKind.STATEMENT, MessageKind.MT940]


def locked() -> bytes:
    """An archive whose member says that it is encrypted."""
    data = bytearray(zipped(a__xml=b"<x/>"))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive whose directory says that a member is small."""
    data = bytearray(zipped(a__xml=b"<a>" + b"x" * 5_000))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped(a__zip=zipped(b__xml=b"<x/>")), "within an archive"),
        (zipped(**{f"f{number}__xml": b"<x/>" for number in range(MOST_FILES + 1)}), "more than"),
        (zipped(a__xml=b"\x00" * 30_000_000), "more tightly"),
        (zipped(a__xml=b"\x00" * 30_000_000, b__xml=b"\x00" * 30_000_000), "larger than 50 MB"),
        (zipped(a__pdf=b"%PDF"), "holds no statement"),
        (zipped(), "holds no statement"),
        (zipped(right__xml=camt053(iban=IBAN, entries=ENTRIES), wrong__xml=b"<x/>"), "wrong.xml: This XML file is no"),
        (zipped(a__xml=camt053(iban=IBAN, entries=ENTRIES))[:-30], "damaged or locked"),
        (b"PK\x03\x04" + b"\x00" * 200, "damaged or locked"),
        (locked(), "password"),
        (lying(), "damaged or locked|larger than the archive says"),
    ],
    ids=["nested", "many", "bomb", "large", "papers", "empty", "one wrong", "cut", "no zip", "locked", "lying"],
)
def test_a_bad_archive_is_refused(data, says):
    with pytest.raises(UnreadableStatement, match=says):
        read_file(data)


# --- tables --------------------------------------------------------------------------------------------------------


def test_a_table_is_read_by_its_mapping_whatever_its_encoding_and_checked_by_its_running_balance():
    for encoding in ("cp1252", "utf-8", "utf-8-sig", "cp850", "utf-16"):
        (statement,) = read_file(table(IBAN, ENTRIES, opening_cents=5_000, encoding=encoding), tables=[MAPPING])
        assert statement.entries[0].details[0].counterparty_name == "Bänk"
        assert (statement.opening.amount_cents, statement.closing.amount_cents) == (5_000, 14_610)
        assert statement.balance_gap_cents == 0


def test_a_table_that_no_mapping_fits_says_so():
    with pytest.raises(NoMapping):
        read_file(table(IBAN, ENTRIES))
    with pytest.raises(NoMapping):
        read_file(b"Datum;Wer;Was;Wieviel\n1.1.2026;a;b;1,00\n", tables=[MAPPING])


HEAD = "Umsätze\n\nKonto;123\nTag;Wer;Wofür;Betrag;S/H;Info\n"
BY_SIDE = TableMapping(
    name="Side",
    columns={
        Column.BOOKED_ON: "Tag", Column.NAME: "Wer", Column.TEXT: "Wofür", Column.AMOUNT: "Betrag", Column.SIDE: "S/H",
        Column.STATUS: "Info",
    },
    date_format="%d.%m.%y",
    pending_mark="vorgemerkt",
    account=IBAN,
)  # fmt: skip


def test_rows_above_and_below_sides_and_pending_rows():
    statement = rows(
        HEAD + "04.05.26;Client;RE-1;1.234,50;H;gebucht\n04.05.26;Shop;Papier;20,00;S;gebucht\n"
        "05.05.26;Client;RE-2;1,00;H;Umsatz vorgemerkt\n;;;;;\n;;Summe;1.214,50;H;\nEnde\n",
        BY_SIDE,
    )
    booked = [entry for entry in statement.entries if entry.status is EntryStatus.BOOKED]
    assert [(entry.amount_cents, entry.booked_on) for entry in booked] == [
        (123_450, date(2026, 5, 4)),
        (-2_000, date(2026, 5, 4)),
    ]
    assert statement.iban == IBAN


def test_two_columns_for_the_sides_and_a_decimal_point():
    mapping = TableMapping(
        name="Two",
        columns={Column.BOOKED_ON: "Date", Column.TEXT: "Text", Column.CREDIT: "In", Column.DEBIT: "Out"},
        delimiter=",",
        date_format="%Y-%m-%d",
        decimal_comma=False,
    )
    statement = rows('Date,Text,In,Out\n2026-05-04,a,"1,234.50",\n2026-05-04,"b, c",,-20.00\n', mapping)
    assert [entry.amount_cents for entry in statement.entries] == [123_450, -2_000]
    assert statement.account == ""


@pytest.mark.parametrize(
    "row",
    ["32.05.26;a;b;1,00;H;", "NaN;a;b;1,00;H;", "04.05.26;a;b;1,001;H;", "04.05.26;a;b;1e5;H;",
     "04.05.26;a;b;99999999999999999999,00;H;", "04.05.26;a;b;1.23;H;", "2026-05-04;a;b;1,00;H;", '04.05.26;a;"b;1,00'],
)  # fmt: skip
def test_a_row_that_cannot_be_read_exactly_refuses_the_table(row):
    with pytest.raises(UnreadableStatement):
        rows(HEAD + row + "\n", BY_SIDE)


def test_a_table_without_movements_is_refused():
    with pytest.raises(UnreadableStatement, match="no movements"):
        rows(HEAD, BY_SIDE)


def test_the_sketch_of_a_table_guesses_what_banks_usually_write():
    found = sketch(table(IBAN, [payment(amount_cents=-123_456, on=JAN, name="Büro", text="Papier")], opening_cents=0))
    assert found.guess.columns == MAPPING.columns
    assert (found.guess.delimiter, found.guess.date_format, found.guess.decimal_comma) == (";", "%d.%m.%Y", True)
    assert found.rows[0][0] == "15.01.2026"
    english = sketch(b"Date,Payee,Payment reference,Amount (EUR)\n2026-05-04,N,T,-1.50\n2026-05-05,N,T,2.00\n")
    assert (english.guess.date_format, english.guess.decimal_comma, english.guess.delimiter) == ("%Y-%m-%d", False, ",")
    assert set(english.guess.columns) == {Column.BOOKED_ON, Column.NAME, Column.TEXT, Column.AMOUNT}
    assert sketch(b"just words\nand more\n") is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"), (b" \r\n\x00\x1a", "empty"), (b"%PDF-1.7", "PDF"), (gzip.compress(b"x"), "gzip"),
        (b"Rar!\x1a", "RAR"), (b"7z\xbc\xaf\x27", "7z"), (b"\xd0\xcf\x11\xe0", "Excel"), (b"\x89PNG\r\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"), (b"hello", "no bank statement"), (b"\x00\x01\x02" * 99, "binary"),
        (b"\xff\xfea", "UTF-16"), (b"<html>", "web page"), (b"x" * (50 * 1024 * 1024 + 1), "larger than 50 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_statement_says_what_it_is(data, says):
    with pytest.raises(UnreadableStatement, match=says):
        read_file(data)


def test_an_archive_that_holds_too_many_payments_is_refused():
    many = mt940(IBAN, [paid(1, "")] * 31_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", many.replace(b"STARTUMSE", bytes(range(65, 74))))
        archive.writestr("b", many)
    with pytest.raises(UnreadableStatement):
        read_file(out.getvalue())
