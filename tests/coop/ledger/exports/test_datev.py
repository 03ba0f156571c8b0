"""DATEV's booking batch: the format byte by byte, and the ledger to the cent."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import InvalidInput
from coop.ledger.actions import close_period, open_budget, post
from coop.ledger.chart import ALLOCATION_CODES, AccountCode
from coop.ledger.exports.batch import NumbersMissing, booking_batch, missing_numbers
from coop.ledger.exports.extf import COLUMNS, Batch, BatchLine, extf, paired
from coop.ledger.exports.numbers import NumbersEntered, enter_client, import_numbers, numbers_on, template
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Posting

AT = datetime(2026, 4, 2, 9, 30, 5, 123000, tzinfo=UTC)
MARCH = date(2026, 3, 1)
JANUARY = date(2026, 1, 1)


def batch(*lines: BatchLine, **changes: object) -> Batch:
    facts = {
        "consultant_number": 29098, "client_number": 55003, "account_length": 4, "year_begins": JANUARY, "since": MARCH,
        "last": date(2026, 3, 31), "name": "Stetig 03/2026", "created_at": AT, "locked": False, "lines": lines,
    }  # fmt: skip
    return Batch(**{**facts, **changes})


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("cp1252"), newline=""), delimiter=";"))


def test_the_header_and_the_columns_are_datevs():
    data = extf(batch())
    header, columns = data.decode("cp1252").split("\r\n")[:2]
    assert header == (
        '"EXTF";700;21;"Buchungsstapel";13;20260402093005123;;"";"";"";29098;55003;20260101;4;20260301;20260331;'
        '"Stetig 03/2026";"";1;0;0;"EUR";;"";;;"";;;"";""'
    )
    assert header.count(";") == 30
    assert len(COLUMNS) == len(set(COLUMNS)) == 125
    assert (COLUMNS[36], COLUMNS[46], COLUMNS[113], COLUMNS[114], COLUMNS[124]) == (
        "KOST1 - Kostenstelle", "BU 49 Funktionsergänzung", "Festschreibung", "Leistungsdatum", "Abw. Skontokonto",
    )  # fmt: skip
    assert columns == ";".join(COLUMNS)


def test_a_booking_is_a_line_of_125_fields():
    line = BatchLine(
        cents=123_456, debit="6020", credit="3720", on=date(2026, 3, 20), document="payslip 2026-03/7",
        text='Gehalt "März"; Łódź – 中', service_on=MARCH,
    )  # fmt: skip
    data = extf(batch(line, locked=True))
    row = rows_of(data)[2]
    assert len(row) == 125
    assert [row[place] for place in (0, 1, 2, 6, 7, 9, 10, 13, 113, 114)] == [
        "1234,56", "S", "EUR", "6020", "3720", "2003", "payslip-2026-03/7", 'Gehalt "März"; ?ódz – ?',
        "1", "01032026",
    ]  # fmt: skip
    assert data.endswith(b"\r\n")
    raw = data.split(b"\r\n")[2]
    assert raw.startswith(b'1234,56;"S";"EUR";;;"";6020;3720;"";2003;"payslip-2026-03/7";"";;"Gehalt ""M\xe4rz""')


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ({"on": date(2026, 4, 1)}, {}),
        ({"cents": 0}, {}),
        ({"debit": "602000"}, {}),
        ({"credit": "A1"}, {}),
        ({}, {"consultant_number": 1000}),
        ({}, {"client_number": 0}),
    ],
)
def test_what_datev_would_refuse_is_refused(line, changes):
    facts = {"cents": 1, "debit": "6020", "credit": "3720", "on": MARCH, "document": "1", "text": "x"}
    with pytest.raises(InvalidInput):
        extf(batch(BatchLine(**{**facts, **line}), **changes))


@given(st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=12))
def test_pairs_move_each_account_by_what_it_moved(amounts):
    rows = [(str(1000 + place), cents) for place, cents in enumerate(amounts)]
    rest = -sum(amounts)
    rows += [("9999", rest)] if rest else []
    moved: dict[str, int] = {}
    for cents, debit_account, credit_account in paired(rows):
        assert cents > 0
        moved[debit_account] = moved.get(debit_account, 0) + cents
        moved[credit_account] = moved.get(credit_account, 0) - cents
    assert moved == dict(rows)


# --- the ledger -------------------------------------------------------------------------------------------------


def mapping(*codes: AccountCode) -> bytes:
    return "\n".join(["account;number", *(f"{code};{1000 + place}" for place, code in enumerate(codes))]).encode()


@pytest.fixture
def booked(cast):
    budget = open_budget(name="Ada", on=JANUARY)
    post(
        draft(
            "test:1", date(2026, 3, 5), "Rechnung", [
                debit(AccountCode.RECEIVABLE, 119_000), credit(AccountCode.REVENUE, 100_000),
                credit(AccountCode.VAT, 19_000), debit(AccountCode.ALLOC, 100_000),
                credit(AccountCode.PENDING, 91_000, budget_id=budget.pk), credit(AccountCode.FEE, 9_000),
            ], document="RE-2026-000001",
        )
    )  # fmt: skip
    post(
        draft(
            "test:2", date(2026, 3, 31), "Gehalt",
            [debit(AccountCode.WAGES, 5_000, service_month=MARCH), credit(AccountCode.NET_PAY, 5_000)],
        )
    )  # fmt: skip
    post(draft("test:3", date(2026, 4, 1), "April", [debit(AccountCode.WAGES, 7), credit(AccountCode.NET_PAY, 7)]))
    enter_client(
        since=JANUARY, consultant_number=29098, client_number=55003, account_length=4, year_begins=1, by=cast.accountant
    )
    return cast


LEGAL = [code for code in AccountCode if code not in ALLOCATION_CODES]


def moved_in(data: bytes) -> dict[str, int]:
    moved: dict[str, int] = {}
    for row in rows_of(data)[2:]:
        cents = int(row[0].replace(",", ""))
        for place, sign in ((6, 1), (7, -1)):
            moved[row[place]] = moved.get(row[place], 0) + sign * cents
    return {number: cents for number, cents in moved.items() if cents}


@pytest.mark.parametrize("codes", [LEGAL, list(AccountCode)])
def test_the_file_moves_every_account_as_the_ledger_did(booked, codes):
    import_numbers(data=mapping(*codes), since=JANUARY, by=booked.accountant)
    name, data = booking_batch(MARCH, at=AT)
    assert name == "EXTF_Buchungsstapel_2026-03.csv"
    numbers = numbers_on(MARCH)
    wanted: dict[str, int] = {}
    for code, cents in Posting.objects.filter(entry__booked_on__lt=date(2026, 4, 1)).values_list(
        "account__code", "amount_cents"
    ):
        if AccountCode(code) in numbers:
            number = numbers[AccountCode(code)]
            wanted[number] = wanted.get(number, 0) + cents
    assert moved_in(data) == wanted
    assert {row[113] for row in rows_of(data)[2:]} == {"0"}


def test_a_closed_month_is_locked(booked):
    import_numbers(data=mapping(*LEGAL), since=JANUARY, by=booked.accountant)
    close_period(month=MARCH, by=booked.accountant, at=AT)
    data = booking_batch(MARCH, at=AT)[1]
    assert {row[113] for row in rows_of(data)[2:]} == {"1"}


def test_an_account_without_a_number_is_named(booked):
    import_numbers(data=mapping(AccountCode.WAGES, AccountCode.NET_PAY), since=JANUARY, by=booked.accountant)
    assert missing_numbers(MARCH) == [AccountCode.RECEIVABLE, AccountCode.VAT, AccountCode.REVENUE]
    with pytest.raises(NumbersMissing, match="receivable, vat, revenue"):
        booking_batch(MARCH, at=AT)
    assert missing_numbers(date(2026, 4, 1)) == []


def test_numbers_are_dated_and_kept(booked):
    by = booked.accountant
    assert import_numbers(data=b"account;number\nwages;6020\nnet_pay;\n", since=JANUARY, by=by) == 1
    assert import_numbers(data=b"wages,6000", since=date(2026, 4, 1), by=by) == 1
    assert numbers_on(MARCH)[AccountCode.WAGES] == "6020"
    assert numbers_on(date(2026, 4, 1))[AccountCode.WAGES] == "6000"
    with pytest.raises(NumbersEntered):
        import_numbers(data=b"wages;1234", since=JANUARY, by=by)


@pytest.mark.parametrize(
    "data", [b"", b"wages;12", b"wages;60a0", b"nonsense;6020", b"wages;6020\nwages;6021", template(), b"x" * 100_001]
)
def test_a_list_that_is_none_is_refused(cast, data):
    with pytest.raises(InvalidInput):
        import_numbers(data=data, since=JANUARY, by=cast.accountant)
