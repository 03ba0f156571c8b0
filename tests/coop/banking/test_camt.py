"""Statements as banks write them, with whatever they leave out, and files that are none."""

import gzip
import time
import tracemalloc
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.banking.camt import read_statements
from coop.banking.movements import (
    Amount,
    BankCode,
    EntryStatus,
    MessageKind,
    Statement,
    UnreadableStatement,
    transactions,
)

OWN = "DE89370400440532013000"
PAYER = "DE02120300000000202051"


def message(*entries: str, version: str = "053.001.08", head: str = "", container: str = "BkToCstmrStmt") -> bytes:
    """A file whose one statement holds `head` and the entries."""
    inner = {"BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}[container]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">'
        f"<{container}><{inner}>{head}{''.join(entries)}</{inner}></{container}></Document>"
    ).encode()


def entry(amount: str = "10.00", *, currency: str = ' Ccy="EUR"', side: str = "CRDT", rest: str = "") -> str:
    """One booked entry; `rest` follows its head."""
    return f"<Ntry><Amt{currency}>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{rest}</Ntry>"


def details(*parts: str) -> str:
    """Details of an entry."""
    return "<NtryDtls>" + "".join(f"<TxDtls>{part}</TxDtls>" for part in parts) + "</NtryDtls>"


def balance(code: str, amount: str, side: str = "CRDT", on: str = "2026-05-04") -> str:
    """One balance in euro."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def only(data: bytes) -> Statement:
    """The one statement of a file."""
    (statement,) = read_statements(data)
    return statement


ACCOUNT = f"<Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"

VERSION_02 = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-05-05T04:00:00+02:00</CreDtTm>
   <MsgPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>
  <Stmt>
   <Id>S-1</Id><ElctrncSeqNb>85</ElctrncSeqNb><CreDtTm>2026-05-05T04:00:00+02:00</CreDtTm>
   <FrToDt><FrDtTm>2026-05-04T00:00:00+02:00</FrDtTm><ToDtTm>2026-05-04T24:00:00+02:00</ToDtTm></FrToDt>
   <Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Werkgenossen eG</Nm></Ownr></Acct>
   {balance("PRCD", "100.00", on="2026-04-30")}{balance("CLBD", "1209.50")}
   <Ntry>
    <NtryRef>1</NtryRef><Amt Ccy="EUR">1190.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
    <BookgDt><Dt>2026-05-04</Dt></BookgDt><ValDt><Dt>2026-05-05</Dt></ValDt>
    <AcctSvcrRef>BANK-1</AcctSvcrRef>
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>
     <Prtry><Cd>NTRF+166</Cd><Issr>DK</Issr></Prtry></BkTxCd>
    <NtryDtls><TxDtls>
     <Refs><MsgId>NOTPROVIDED</MsgId><EndToEndId>INV 77</EndToEndId><TxId>TX-9</TxId></Refs>
     <AmtDtls><TxAmt><Amt Ccy="EUR">1190.00</Amt></TxAmt></AmtDtls>
     <RltdPties><Dbtr><Nm>Çelik &amp; Söhne</Nm></Dbtr>
      <DbtrAcct><Id><IBAN>DE02 1203 0000 0000 2020 51</IBAN></Id></DbtrAcct>
      <UltmtDbtr><Nm>Holding</Nm></UltmtDbtr><Cdtr><Nm>Werkgenossen eG</Nm></Cdtr></RltdPties>
     <RltdAgts><DbtrAgt><FinInstnId><BIC>BYLADEM1001</BIC></FinInstnId></DbtrAgt></RltdAgts>
     <RmtInf><Ustrd>Rechnung RE-2026-</Ustrd><Ustrd>  000123
        vom 2. April </Ustrd></RmtInf>
    </TxDtls></NtryDtls>
    <AddtlNtryInf>GUTSCHRIFT</AddtlNtryInf>
   </Ntry>
   <Ntry><Amt Ccy="EUR">80.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
    <BookgDt><Dt>2026-05-04</Dt></BookgDt><BkTxCd/></Ntry>
  </Stmt>
 </BkToCstmrStmt>
</Document>""".encode()


def test_version_02_read_in_full():
    statement = only(VERSION_02)
    assert (statement.kind, statement.version) == (MessageKind.STATEMENT, "02")
    assert (statement.id, statement.message_id, statement.sequence_number) == ("S-1", "M-1", 85)
    assert (statement.page, statement.last_page) == (1, True)
    assert (statement.from_on, statement.to_on) == (date(2026, 5, 4), date(2026, 5, 4))
    assert (statement.account, statement.owner, statement.currency) == (OWN, "Werkgenossen eG", "EUR")
    assert statement.opening.amount_cents == 10000
    assert statement.closing.amount_cents == 120950
    assert statement.balance_gap_cents == 0
    paid, charge = statement.entries
    assert (paid.amount_cents, paid.currency, paid.status) == (119000, "EUR", EntryStatus.BOOKED)
    assert (paid.booked_on, paid.value_on) == (date(2026, 5, 4), date(2026, 5, 5))
    assert (paid.bank_reference, paid.entry_reference) == ("BANK-1", "1")
    assert paid.bank_code == BankCode(
        domain="PMNT", family="RCDT", sub_family="ESCT", proprietary="NTRF+166", issuer="DK"
    )
    assert paid.additional_information == "GUTSCHRIFT"
    (part,) = paid.details
    assert part.amount_cents == 119000
    assert (part.end_to_end_id, part.transaction_id, part.message_id) == ("INV 77", "TX-9", "")
    assert (part.counterparty_name, part.counterparty_iban) == ("Çelik & Söhne", PAYER)
    assert (part.counterparty_bic, part.ultimate_name) == ("BYLADEM1001", "Holding")
    assert part.text == "Rechnung RE-2026- 000123 vom 2. April"
    assert (charge.amount_cents, charge.details, charge.value_on) == (-8050, (), None)


def test_version_08_party_agent_and_direct_amount():
    data = message(
        entry(
            "50.00",
            side="DBIT",
            rest="<BookgDt><DtTm>2026-05-04T23:10:00.123+02:00</DtTm></BookgDt>"
            + details(
                '<Refs><EndToEndId>NOTPROVIDED</EndToEndId><MndtId>M-7</MndtId></Refs><Amt Ccy="EUR">50.00</Amt>'
                "<CdtDbtInd>DBIT</CdtDbtInd><RltdPties><Cdtr><Pty><Nm>Strom AG</Nm></Pty></Cdtr>"
                f"<CdtrAcct><Id><IBAN>{PAYER}</IBAN></Id></CdtrAcct></RltdPties>"
                "<RltdAgts><CdtrAgt><FinInstnId><BICFI>BYLADEM1001</BICFI></FinInstnId></CdtrAgt></RltdAgts>"
                "<RmtInf><Strd><RfrdDocInf><Nb>4711</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref>"
                "</CdtrRefInf><AddtlRmtInf>Abschlag Mai</AddtlRmtInf></Strd></RmtInf>"
            ),
        ),
        head=ACCOUNT,
    )
    (line,) = only(data).entries
    (part,) = line.details
    assert (line.amount_cents, line.booked_on) == (-5000, date(2026, 5, 4))
    assert (part.amount_cents, part.end_to_end_id, part.mandate_id) == (-5000, "", "M-7")
    assert (part.counterparty_name, part.counterparty_iban, part.counterparty_bic) == ("Strom AG", PAYER, "BYLADEM1001")
    assert (part.structured_reference, part.documents, part.text) == ("RF18539007547034", ("4711",), "Abschlag Mai")


@pytest.mark.parametrize("version", ["053.001.02", "053.001.04", "053.001.06", "053.001.08", "053.001.13"])
def test_every_version_is_read(version):
    statement = only(message(entry(), version=version, head=ACCOUNT))
    assert statement.version == version[-2:]
    assert [line.amount_cents for line in statement.entries] == [1000]


@pytest.mark.parametrize(
    ("container", "version", "kind"),
    [
        ("BkToCstmrAcctRpt", "052.001.08", MessageKind.REPORT),
        ("BkToCstmrDbtCdtNtfctn", "054.001.08", MessageKind.NOTIFICATION),
    ],
)
def test_sister_messages_are_read(container, version, kind):
    statement = only(message(entry(), version=version, container=container, head=ACCOUNT))
    assert statement.kind is kind
    assert statement.entries[0].amount_cents == 1000
    assert statement.balance_gap_cents is None


@pytest.mark.parametrize(
    "declaration",
    [
        'xmlns:n0="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"',  # an unusual prefix
        "",  # a prefix that nothing declares
    ],
)
def test_prefixes_do_not_matter(declaration):
    data = VERSION_02.decode().replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', f" {declaration}")
    data = data.replace("</", "</n0:").replace("<", "<n0:").replace("<n0:/n0:", "</n0:").replace("<n0:?xml", "<?xml")
    expected = only(VERSION_02)
    assert only(data.encode()) == replace(expected, version="02" if declaration else "")


def test_document_in_an_envelope_is_found():
    inner = message(entry(), head=ACCOUNT).split(b"?>", 1)[1]
    assert only(b"<Envelope><Header><Id>1</Id></Header>" + inner + b"</Envelope>").entries[0].amount_cents == 1000


def test_several_statements_and_accounts():
    first = "<Stmt><Id>1</Id>" + ACCOUNT + entry("1.00") + "</Stmt>"
    second = "<Stmt><Id>2</Id><Acct><Id><Othr><Id> 77 88 </Id></Othr></Id></Acct>" + entry("2.00") + "</Stmt>"
    one, two = read_statements(f"<Document><BkToCstmrStmt>{first}{second}</BkToCstmrStmt></Document>".encode())
    assert (one.account, one.entries[0].amount_cents) == (OWN, 100)
    assert (two.account, two.other_account, two.iban, two.entries[0].amount_cents) == ("7788", "7788", "", 200)


def test_bare_statement_without_head_account_balance_and_date():
    statement = only(message(entry()))
    (line,) = statement.entries
    assert (statement.account, statement.id, statement.opening, statement.closing) == ("", "", None, None)
    assert statement.currency == "EUR"
    assert statement.balance_gap_cents is None
    assert (line.booked_on, line.value_on, line.details) == (None, None, ())


def test_booking_day_falls_back_to_the_value_date():
    (line,) = only(message(entry(rest="<ValDt><Dt>2026-05-04+02:00</Dt></ValDt>"))).entries
    assert (line.booked_on, line.value_on) == (date(2026, 5, 4), date(2026, 5, 4))


def test_currency_of_the_account_where_the_amount_names_none():
    assert only(message(entry(currency=""), head=ACCOUNT)).entries[0].currency == "EUR"
    assert only(message(balance("OPBD", "1.00"), entry(currency=""))).entries[0].currency == "EUR"
    with pytest.raises(UnreadableStatement, match="entry 1 names no currency"):
        read_statements(message(entry(currency="")))


@pytest.mark.parametrize(
    ("sts", "status"),
    [
        ("<Sts>BOOK</Sts>", EntryStatus.BOOKED),
        ("<Sts><Cd>PDNG</Cd></Sts>", EntryStatus.PENDING),
        ("<Sts>INFO</Sts>", EntryStatus.INFORMATION),
        ("<Sts><Cd>FUTR</Cd></Sts>", EntryStatus.FUTURE),
        ("<Sts><Prtry>odd</Prtry></Sts>", EntryStatus.INFORMATION),
        ("", EntryStatus.BOOKED),
    ],
)
def test_status_in_every_writing(sts, status):
    assert only(message(entry().replace("<Sts><Cd>BOOK</Cd></Sts>", sts))).entries[0].status is status


def test_own_account_is_never_the_counterparty():
    """A returned transfer: some banks keep the roles of the payment that came back."""
    parties = (
        "<RltdPties><Dbtr><Nm>Werkgenossen eG</Nm></Dbtr><DbtrAcct><Id><IBAN>{own}</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Ada Okafor</Nm></Cdtr><CdtrAcct><Id><IBAN>{other}</IBAN></Id></CdtrAcct></RltdPties>"
    )
    kept = entry(rest=details(parties.format(own=OWN, other=PAYER)))
    (part,) = only(message(kept, head=ACCOUNT)).entries[0].details
    assert (part.counterparty_name, part.counterparty_iban) == ("Ada Okafor", PAYER)


def test_counterparty_with_another_account_number():
    party = (
        "<RltdPties><Dbtr><Nm>Bank</Nm></Dbtr><DbtrAcct><Id><Othr><Id> 12-3 </Id></Othr></Id></DbtrAcct></RltdPties>"
    )
    (part,) = only(message(entry(rest=details(party)), head=ACCOUNT)).entries[0].details
    assert (part.counterparty_iban, part.counterparty_account) == ("", "12-3")


def test_returned_transfer_names_reason_and_original():
    line = entry(
        rest="<RvslInd>true</RvslInd>"
        + details(
            "<Refs><EndToEndId>PAY-2026-05-7</EndToEndId></Refs>"
            "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Konto</AddtlInf><AddtlInf>erloschen</AddtlInf></RtrInf>"
        )
    )
    (read,) = only(message(line)).entries
    (part,) = read.details
    assert (read.amount_cents, read.reversal, read.returned) == (1000, True, True)
    assert (part.return_reason, part.return_information) == ("AC04", "Konto erloschen")
    assert part.original_end_to_end_id == "PAY-2026-05-7"


def test_return_known_by_its_code_alone():
    code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>"
    (read,) = only(message(entry(side="DBIT", rest=code + details("<Refs/>")))).entries
    assert read.returned
    assert read.details[0].returned
    assert not only(message(entry())).entries[0].returned


def test_foreign_currency_charges_and_rate():
    part = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">1000.125</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">920.50</Amt>'
        "<CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>1.0865</XchgRate></CcyXchg></TxAmt></AmtDtls>"
        '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">4.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd>'
        '<Rcrd><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>'
    )
    (read,) = only(message(entry("916.50", rest=details(part)))).entries
    (detail,) = read.details
    assert (read.amount_cents, detail.amount_cents) == (91650, 92050)
    assert detail.instructed == Amount(value=Decimal("1000.125"), currency="USD")
    assert detail.exchange_rate == Decimal("1.0865")
    assert detail.charges == (
        Amount(value=Decimal("5.00"), currency="EUR"),
        Amount(value=Decimal("-1.00"), currency="EUR"),
    )


def test_total_charge_where_no_single_one_is_listed():
    charges = '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">0.50</TtlChrgsAndTaxAmt></Chrgs>'
    assert only(message(entry(rest=charges))).entries[0].charges == (Amount(value=Decimal("0.50"), currency="EUR"),)


def test_only_amount_in_foreign_currency_is_no_amount_of_the_entry():
    foreign = '<AmtDtls><InstdAmt><Amt Ccy="USD">10.00</Amt></InstdAmt></AmtDtls>'
    (read,) = only(message(entry("9.00", rest=details(foreign, foreign)))).entries
    assert [part.amount_cents for part in read.details] == [None, None]
    assert not read.splits()


def test_batch_splits_only_to_the_cent():
    parts = ['<Amt Ccy="EUR">3.50</Amt>', '<Amt Ccy="EUR">8.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>']
    right = entry("4.50", rest=details(parts[0] + "<CdtDbtInd>DBIT</CdtDbtInd>", parts[1]))
    wrong = entry("4.51", rest=details(parts[0] + "<CdtDbtInd>DBIT</CdtDbtInd>", parts[1]))
    first, second = only(message(right, wrong)).entries
    assert [part.amount_cents for part in first.details] == [-350, 800]
    assert first.splits()
    assert not second.splits()


def test_batch_head_is_kept():
    head = "<NtryDtls><Btch><MsgId>M</MsgId><PmtInfId>RUN-7</PmtInfId><NbOfTxs>12</NbOfTxs></Btch></NtryDtls>"
    (read,) = only(message(entry(rest=head))).entries
    assert (read.batch_message_id, read.batch_payment_id, read.batch_size, read.details) == ("M", "RUN-7", 12, ())


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12.3", 1230),
        ("12.30000", 1230),
        ("12.30" + "0" * 20, 1230),
        (" 12.30\n", 1230),
        ("+12.30", 1230),
        (".30", 30),
        ("12.", 1200),
        ("12,30", 1230),
        ("0.00", 0),
        ("999999999999999.99", 99999999999999999),
    ],
)
def test_amounts_are_exact(text, cents):
    assert only(message(entry(text))).entries[0].amount_cents == cents
    assert only(message(entry(text, side="DBIT"))).entries[0].amount_cents == -cents


def test_currency_without_decimals_is_kept_in_hundredths():
    (read,) = only(message(entry("1500", currency=' Ccy="JPY"'))).entries
    assert (read.amount_cents, read.currency) == (150000, "JPY")


@pytest.mark.parametrize("text", ["", "-1.00", "1e3", "1.2.3", "1,234.50", "NaN", "٣", ".", "1" * 16])
def test_amounts_that_are_none(text):
    with pytest.raises(UnreadableStatement, match="entry 2 is no positive number"):
        read_statements(message(entry(), entry(text)))


@pytest.mark.parametrize("text", ["1.005", "1,234", "999999999999999.0000000001"])
def test_fractions_of_a_cent_are_refused(text):
    with pytest.raises(UnreadableStatement, match="entry 1 has more than two decimals"):
        read_statements(message(entry(text)))


@pytest.mark.parametrize(
    ("damaged", "says"),
    [
        ("<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "entry 1 has no amount"),
        ('<Ntry><Amt Ccy="EUR">1</Amt></Ntry>', "entry 1 does not say whether it is credit or debit"),
        (entry(rest="<BookgDt><Dt>2026-02-30</Dt></BookgDt>"), "the booking day of entry 1 is no date"),
        (entry(rest="<ValDt><Dt>soon</Dt></ValDt>"), "the value date of entry 1 is no date"),
    ],
)
def test_damaged_entries_refuse_the_file(damaged, says):
    with pytest.raises(UnreadableStatement, match=says):
        read_statements(message(damaged))


def test_balance_gap_is_told_not_raised():
    entries = (entry("10.00"), entry("3.00", side="DBIT"), entry("99.00").replace("BOOK", "PDNG"))
    head = ACCOUNT + balance("OPBD", "5.00", side="DBIT")
    assert only(message(*entries, head=head + balance("CLBD", "2.00"))).balance_gap_cents == 0
    assert only(message(*entries, head=head + balance("CLBD", "2.50"))).balance_gap_cents == 50
    assert only(message(*entries, head=head)).balance_gap_cents is None


def test_balances_of_several_days_and_mixed_currencies():
    head = "".join(
        (
            balance("OPBD", "7.00", on="2026-05-05"),
            balance("CLBD", "9.00", on="2026-05-05"),
            balance("OPBD", "5.00", on="2026-05-04"),
            balance("CLBD", "7.00", on="2026-05-04"),
        )
    )
    assert only(message(entry("4.00"), head=head)).balance_gap_cents == 0
    assert only(message(entry("4.00", currency=' Ccy="USD"'), head=head)).balance_gap_cents is None


def test_interim_balances_of_pages():
    first = only(message(entry("1.00"), head=balance("OPBD", "5.00") + balance("ITBD", "6.00")))
    middle = only(message(entry("1.00"), head=balance("ITBD", "6.00") + balance("ITBD", "7.00")))
    last = only(message(entry("1.00"), head=balance("ITBD", "7.00") + balance("CLBD", "8.00")))
    alone = only(message(entry("1.00"), head=balance("ITBD", "7.00")))
    assert [page.balance_gap_cents for page in (first, middle, last, alone)] == [0, 0, 0, None]


def test_balance_without_side_says_nothing():
    head = balance("OPBD", "5.00") + balance("CLBD", "5.00").replace("<CdtDbtInd>CRDT</CdtDbtInd>", "")
    assert only(message(head=head)).closing is None


# --- encodings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + VERSION_02,
        b" \r\n " + VERSION_02 + b"\r\n\x1a",
        VERSION_02.decode().replace("UTF-8", "ISO-8859-1").encode("iso-8859-1"),
        VERSION_02.decode().replace("UTF-8", "windows-1252").encode("cp1252"),
        VERSION_02.decode().encode("cp1252"),  # says UTF-8, is not
        VERSION_02.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        VERSION_02.decode().replace("UTF-8", "UTF-16").encode("utf-16-be"),
        VERSION_02.decode().replace("UTF-8", "UTF-16").encode(),  # says UTF-16, is UTF-8
        VERSION_02.split(b"?>", 1)[1].strip(),
    ],
)
def test_encodings(data):
    assert only(data) == only(VERSION_02)


# --- files that are no statement, or an attack -----------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + level)} "{("&" + chr(97 + level) + ";") * 10}">' for level in range(9))
    + "]><Document><BkToCstmrStmt><Stmt><Id>&j;</Id></Stmt></BkToCstmrStmt></Document>"
).encode()
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b"<Document><BkToCstmrStmt><Stmt><Id>&x;</Id></Stmt></BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\x00", "empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (gzip.compress(VERSION_02), "gzip"),
        (b"PK\x03\x04....", "ZIP"),
        (b":20:STARTUMS\n:25:1/2", "no XML"),
        (b"Datum;Betrag\n", "no XML"),
        (b"\x00\x01\x02\xff" * 100, "no XML"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<HTML><body>Login</body></HTML>", "web page"),
        (b"\xff\xfe<\x00D\x00\xff", "UTF-16"),
        (b'<?xml version="1.0" encoding="klingon"?><Document/>', "encoding is not known"),
        (b'<?xml version="1.0" encoding="zlib"?><Document/>', "encoding is not known"),
        (b"<Document><CstmrCdtTrfInitn><GrpHdr/></CstmrCdtTrfInitn></Document>", "no bank statement"),
        (b"<a>" + message(entry())[:300], "damaged or not complete"),
        (VERSION_02[: len(VERSION_02) // 2], "damaged or not complete"),
        (VERSION_02 + b"<Document/>", "damaged or not complete"),
        (VERSION_02.replace(b"GUTSCHRIFT", b"GUT&unknown;"), "damaged or not complete"),
        (VERSION_02.replace(b"GUTSCHRIFT", b"GUT\x00"), "damaged or not complete"),
        (b"<Document><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr></BkToCstmrStmt></Document>", "no statement"),
        (BOMB, "DTD"),
        (OUTSIDE, "DTD"),
        (b'<?xml version="1.0"?><!DOCTYPE Document SYSTEM "http://127.0.0.1/x.dtd"><Document/>', "DTD"),
        (BOMB.decode().encode("utf-16"), "DTD"),
        (message("<a>" * 100_000), "nested deeper"),
        (b"<a>" * 1_000_000, "nested deeper"),
        (message(entry(rest="<AddtlNtryInf>" + "x" * 200_000 + "</AddtlNtryInf>")), "longer than in any"),
        (b"<Document>" + b"<a/>" * 4_100_000, "more elements"),
        (b"<Document " + b'a="" ' * 1_100_000, "more elements"),
        (message(entry(rest="<a/>" * 600_000)), "more elements than any"),
        (message('<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>' * 60_001), "more than 60,000"),
        (message(entry(rest=details(*[""] * 60_000))), "more than 60,000"),
        (b"<" + b"a" * (50 * 1024 * 1024), "50 MB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_refused_with_a_reason_in_time(data, says):
    begun = time.process_time()
    with pytest.raises(UnreadableStatement, match=says):
        read_statements(data)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("token", [b"<" + b"a" * 40_000_000, b"<Document><!--" + b"-x" * 20_000_000])
def test_one_endless_token_is_refused_in_time(token):
    begun = time.process_time()
    with pytest.raises(UnreadableStatement, match="damaged"):
        read_statements(token)
    assert time.process_time() - begun < 5


def test_memory_holds_one_entry_at_a_time():
    """Ten times the entries must not need much more than their values."""
    filler = "<Unknown>" + "<a>some text that nobody needs</a>" * 200 + "</Unknown>"
    peaks = []
    for count in (50, 500):
        data = message(*[entry(rest=filler)] * count)
        tracemalloc.start()
        read_statements(data)
        peaks.append(tracemalloc.get_traced_memory()[1] - 3 * len(data))  # the decoded copies of the file itself
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


@given(st.integers(0, len(VERSION_02) - 1), st.integers(0, 40), st.binary(max_size=8))
@settings(deadline=None)
def test_any_damage_is_read_or_refused(place, removed, put):
    """Bytes cut out and put in anywhere never give another error than the one that says what to do."""
    try:
        statements = read_statements(VERSION_02[:place] + put + VERSION_02[place + removed :])
    except UnreadableStatement:
        return
    assert sum(len(statement.entries) for statement in statements) <= 2
    assert len(list(transactions(statements))) <= 2


def test_messages_name_no_amounts_and_people():
    secret = entry("77.777", rest=details("<RltdPties><Dbtr><Nm>Ada Okafor</Nm></Dbtr></RltdPties>"))
    with pytest.raises(UnreadableStatement) as caught:
        read_statements(message(secret))
    assert "77" not in str(caught.value)
    assert "Ada" not in str(caught.value)
