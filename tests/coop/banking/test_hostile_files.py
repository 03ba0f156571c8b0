"""Two hundred hostile and broken files: each refused with a clear text, in time, in bounded memory, nothing half-imported."""

import codecs
import gzip
import io
import random
import time
import tracemalloc
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coop.banking.actions import import_statement, keep_table_format
from coop.banking.camt_writer import camt053, payment
from coop.banking.csv_tables import Column
from coop.banking.models import BankTransaction, BatchNotice, Sighting, Statement
from coop.errors import StetigError
from tests.factories.banking import AT, IBAN, JAN, bring_in, make_account, paid
from tests.factories.statement_files import GERMAN_COLUMNS, mt940, table, zipped
from tests.factories.tenancy import make_user

SECONDS = 5
BYTES = 200 * 1024 * 1024
ENTRIES = [
    payment(amount_cents=119_000 + number, on=JAN, name="Client", iban="DE89370400440532013000",
            text=f"RE-2026-{number:06d}", end_to_end_id=f"E-{number}", bank_reference=f"B-{number}")
    for number in range(4)
]  # fmt: skip
XML = camt053(iban=IBAN, entries=ENTRIES)
MT = mt940(IBAN, ENTRIES)
CSV = table(IBAN, ENTRIES, opening_cents=0)
FOREIGN = "DE89370400440532013000"


def entity_bombs():
    """Entities in every shape: grown, nested, external, in parameters."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    heads = {
        "laughs": f'<!DOCTYPE Document [<!ENTITY l0 "ha">{laughs}]>',
        "quadratic": f'<!DOCTYPE Document [<!ENTITY a "{"a" * 50_000}">]>',
        "external": '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "network": '<!DOCTYPE Document [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]>',
        "parameter": '<!DOCTYPE Document [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>',
        "outside": '<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">',
        "public": '<!DOCTYPE Document PUBLIC "-//X//Y" "x.dtd">',
        "empty": "<!DOCTYPE Document>",
    }
    for name, head in heads.items():
        body = XML.decode().replace("?>", "?>" + head, 1)
        yield f"entity {name}", body.encode()
        yield f"entity {name} wide", body.replace("encoding='UTF-8'", "").encode("utf-16")


def changed(kind, data, *pairs):
    """A right file with one thing wrong."""
    for name, old, new in pairs:
        assert old in data, name
        yield f"{kind} {name}", data.replace(old, new)


def wrong_camt():
    """A camt.053 with one wrong value each."""
    amount, day = b">1190.00<", f"<Dt>{JAN}</Dt>".encode()
    numbers = [b"NaN", b"Infinity", b"-1190.00", b"1e9", b"1190.001", b"0x10", b"", b"1.190,00", b"9" * 40, b"1 190", b"\xc2\xb2",
               b"--1", b"1190.00.00"]  # fmt: skip
    days = [
        b"NaN",
        b"2026-13-01",
        b"2026-02-30",
        b"15.01.2026",
        b"0000-00-00",
        b"99999-01-01",
        b"tomorrow",
        b"2026-1-1",
    ]
    yield from changed("camt", XML, *((f"amount {number[:12]!r}", amount, b">" + number + b"<") for number in numbers))
    yield from changed("camt", XML, *((f"day {one!r}", day, b"<Dt>" + one + b"</Dt>") for one in days))
    yield from changed(
        "camt", XML,
        ("another account", IBAN.encode(), FOREIGN.encode()),
        ("francs", b'"EUR"', b'"CHF"'),
        ("one entry in francs", b'<Amt Ccy="EUR">1190.00', b'<Amt Ccy="USD">1190.00'),
        ("no side", b"<CdtDbtInd>CRDT</CdtDbtInd>", b""),
        ("wrong side", b"CRDT", b"BOTH"),
        ("unknown entity", b">Client<", b">&nbsp;<"),
        ("a null", b">Client<", b">Cli\x00ent<"),
        ("a control letter", b">Client<", b">Cli\x08ent<"),
        ("crossed tags", b"</Nm>", b"</Mn>"),
        ("open attribute", b'Ccy="EUR"', b"Ccy=EUR"),
        ("twice an attribute", b'Ccy="EUR"', b'Ccy="EUR" Ccy="EUR"'),
        ("no statement", b"Stmt>", b"Stmd>"),
        ("another root's end", b"</Document>", b"</document>"),
        ("text after the end", b"</Document>", b"</Document>more"),
        ("a long text", b">Client<", b">" + b"x" * 120_000 + b"<"),
        ("no account", f"<IBAN>{IBAN}</IBAN>".encode(), b""),
    )  # fmt: skip
    yield "camt deep", XML.replace(b"<Ntry>", b"<a>" * 200_000 + b"<Ntry>")
    yield "camt deep in an entry", XML.replace(b"<NtryDtls>", b"<NtryDtls>" + b"<a>" * 200_000)
    yield "camt wide", XML.replace(b"<Ntry>", b"<a/>" * 4_100_000 + b"<Ntry>", 1)
    yield (
        "camt attributes",
        XML.replace(b"<Ntry>", b"<Ntry " + b" ".join(b'a%d=""' % n for n in range(1_100_000)) + b">", 1),
    )
    yield "camt one entry full", XML.replace(b"<NtryDtls>", b"<NtryDtls>" + b"<x></x>" * 600_000, 1)
    entry = XML[XML.index(b"<Ntry>") : XML.index(b"</Ntry>") + 7]
    yield (
        "camt too many",
        XML.replace(
            b"<Ntry>", b'<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>' * 61_000 + b"<Ntry>", 1
        ),
    )
    yield "camt half an entry", XML.replace(entry, entry[: len(entry) // 2])


def wrong_mt940():
    """An MT940 with one wrong value each."""
    line = b":61:260115" + b"0115CR1190,00NMSC"
    lines = [b"", b"garbage", b"261301CR1,00NMSC", b"2601150199CR1,00", b"260115XR1,00", b"260115CR1.00.00", b"260115CRNaN",
             b"260115CR1,001NMSC", b"260115CR" + b"9" * 30 + b",00", b"260115CR-1,00", b"260115", b"CR1,00", b"260115CR1;00",
             b"\xff" * 30, b"2" * 10_000]  # fmt: skip
    yield from changed("mt940", MT, *((f"line {one[:20]!r}", line, b":61:" + one) for one in lines))
    opening = b":60F:C260115EUR0,00"
    balances = [
        b"C260115EUR",
        b"C261315EUR0,00",
        b"X260115EUR0,00",
        b"C260115EU0,00",
        b"C260115EURNaN",
        b"0",
        b"C260115EUR0,001",
    ]
    yield from changed("mt940", MT, *((f"balance {one!r}", opening, b":60F:" + one) for one in balances))
    yield from changed(
        "mt940", MT,
        ("another account", f":25:{IBAN}".encode(), f":25:{FOREIGN}".encode()),
        ("another bank", f":25:{IBAN}".encode(), b":25:99999999/1"),
        ("no account", f":25:{IBAN}".encode(), b":25:"),
        ("francs", b"EUR", b"CHF"),
        ("nulls", b"STARTUMSE", b"START\x00MSE"),
    )  # fmt: skip
    yield "mt940 nothing in it", b":20:X\r\n:25:1/2\r\n-\r\n"
    yield "mt940 a long text", MT.replace(b":86:", b":86:" + b"?20x" * 40_000, 1)
    yield "mt940 folds without end", MT.replace(b":86:", b":86:" + b"x\r\n" * 200_000, 1)
    yield "mt940 too many", MT.replace(line, b"\r\n".join([line] * 61_000), 1)
    yield "mt940 backtracking", MT.replace(line, b":61:" + b"260115" * 50_000)
    yield "mt940 keywords", MT.replace(b"SVWZ+", b"SVWZ+EREF+" * 30_000, 1)


def wrong_tables():
    """A table with one wrong value each."""
    amounts = [b"NaN1", b"1e3", b"1,001", b"1.1.1,00", b"9" * 40 + b",00", b"1,00,00", b"--1,00", b"0x1", b"1190.00.1"]
    days = [b"NaN", b"2026-01-15", b"32.01.2026", b"15.13.2026", b"01/15/2026", b"15.01.20261"]
    yield from changed("csv", CSV, *((f"amount {one[:12]!r}", b";1190,00;", b";" + one + b";") for one in amounts))
    yield from changed(
        "csv", CSV, *((f"day {one!r}", b"15.01.2026;15.01.2026;Client", one + b";15.01.2026;Client") for one in days)
    )
    yield from changed(
        "csv", CSV,
        ("another account", IBAN.encode(), FOREIGN.encode()),
        ("francs", b";EUR;", b";CHF;"),
        ("unknown columns", b"Buchungstag", b"Buchstabentag"),
        ("open quotes", b";Client;", b';"Client;'),
        ("nulls", b"Client", b"Cli\x00ent"),
    )  # fmt: skip
    yield "csv no rows", CSV.split(b"\r\n")[0]
    yield "csv many columns", CSV.replace(b"\r\n", b";" * 300 + b"\r\n")
    yield "csv a huge field", CSV.replace(b"Client", b'"' + b"x" * 200_000 + b'"', 1)
    yield "csv too many", CSV + CSV.split(b"\r\n")[1].join([b"\r\n"] * 61_002)


def archives():
    """Archives that grow, nest, lie or are broken."""
    yield "zip bomb", zipped(a__xml=b"\x00" * 40_000_000)
    yield "zip bomb of many", zipped(**{f"f{n}__xml": b" " * 2_000_000 for n in range(40)})
    yield "zip nested", zipped(a__zip=zipped(b__zip=zipped(c__xml=XML)))
    yield "zip nested under another name", zipped(a__xml=zipped(b__xml=XML))
    yield "zip many", zipped(**{f"f{n}__xml": b"<a/>" for n in range(2_000)})
    yield "zip empty", zipped()
    yield "zip papers", zipped(a__pdf=b"%PDF-1.7")
    yield "zip one of two is wrong", zipped(a__xml=XML, b__xml=XML.replace(b"CRDT", b"BOTH"))
    yield "zip one of two is another's", zipped(a__xml=XML, b__sta=MT.replace(IBAN.encode(), FOREIGN.encode()))
    yield "zip way out", zipped(**{"../../etc/passwd": b"root"})
    yield "zip no zip", b"PK\x03\x04" + bytes(range(256)) * 20
    whole = zipped(a__xml=XML, b__sta=MT)
    for cut in range(1, 9):
        yield f"zip cut at {cut}", whole[: len(whole) * cut // 10]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", XML)
    stored = out.getvalue()
    yield "zip flipped", stored.replace(b"1190.00", b"1190.01")
    yield "zip of gzip", zipped(a__gz=gzip.compress(XML))


def other_files():
    """What people upload by mistake."""
    yield from (
        ("empty", b""), ("blank", b" \r\n\t" * 99), ("nulls", b"\x00" * 5_000), ("pdf", b"%PDF-1.7\n%\xe2\xe3"),
        ("gzip", gzip.compress(XML)), ("rar", b"Rar!\x1a\x07\x00"), ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("excel", b"\xd0\xcf\x11\xe0\xa1\xb1"), ("png", b"\x89PNG\r\n\x1a\n"), ("jpeg", b"\xff\xd8\xff\xe0"),
        ("web page", b"<!DOCTYPE html><html><body>Login</body></html>"), ("svg", b"<svg xmlns='x'/>"),
        ("order", b"<Document><CstmrCdtTrfInitn/></Document>"), ("json", b'{"a": 1}'), ("words", b"Guten Tag\n" * 50),
        ("utf-7", b"+ADw-Document+AD4-"), ("mark alone", codecs.BOM_UTF8), ("half utf-16", codecs.BOM_UTF16_LE + b"<"),
        ("too large", b"<a>" + b" " * (51 * 1024 * 1024)), ("too large a table", b"a;b;c\n" * 9_000_000),
        ("klingon", b"<?xml version='1.0' encoding='klingon'?><Document/>"), ("one letter", b"x"), ("lone tag", b"<"),
    )  # fmt: skip
    chance = random.Random(20_260_115)  # noqa: S311 (the same noise every time)
    for number in range(16):
        yield f"noise {number}", chance.randbytes(chance.randint(10, 50_000))


def truncations():
    """Right files that end too early. A table or an MT940 cut between lines is whole; these are cut within one."""
    for cut in range(5, 95, 5):
        yield f"camt cut at {cut}", XML[: len(XML) * cut // 100]
    for number, line in enumerate((b":60F:C2601", b":61:2601150115CR11", b":61:26011501")):
        head = MT[: MT.index(b":61:")] if line.startswith(b":61") else MT[: MT.index(b":60F:")]
        yield f"mt940 cut {number}", head + line
    for encoding in ("utf-16", "utf-32", "cp037", "utf-16-be"):
        yield f"camt as {encoding}", XML.decode().encode(encoding)[:-3]


FILES = dict(
    pair
    for make in (entity_bombs, wrong_camt, wrong_mt940, wrong_tables, archives, other_files, truncations)
    for pair in make()
)


def test_there_are_two_hundred():
    assert len(FILES) >= 200


@pytest.fixture
def ada(coop):
    make_account()
    by = make_user()
    keep_table_format(
        name="Bank", columns={Column(column): name for column, name in GERMAN_COLUMNS.items()}, delimiter=";",
        date_format="%d.%m.%Y", decimal_comma=True, by=by, at=AT,
    )  # fmt: skip
    bring_in(by, paid(5, "before"))
    return by


@pytest.mark.parametrize("name", sorted(FILES))
def test_refused_in_time_with_a_clear_text_and_nothing_imported(ada, name):
    data = FILES[name]
    begun = time.process_time()
    with CaptureQueriesContext(connection) as queries, pytest.raises(StetigError) as refused:
        import_statement(data=data, filename="x", by=ada, at=AT)
    used = time.process_time() - begun
    # Watching memory takes several times as long, so it has a run of its own.
    tracemalloc.start()
    try:
        with pytest.raises(StetigError):
            import_statement(data=data, filename="x", by=ada, at=AT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(str(refused.value)) > len("It is wrong.")
    assert used < SECONDS
    assert peak < BYTES
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert [model.objects.count() for model in (BankTransaction, Statement, Sighting, BatchNotice)] == [1, 1, 0, 0]
