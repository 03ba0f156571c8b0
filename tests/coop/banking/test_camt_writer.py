"""What is written comes back, and a transaction is the same one in every file it stands in."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.banking.camt import read_statements
from coop.banking.camt_writer import batch, camt053, payment, write_statements
from coop.banking.movements import (
    Balance,
    Entry,
    EntryStatus,
    Statement,
    TransactionDetail,
    transactions,
)
from coop.errors import InvalidInput

OWN = "DE89370400440532013000"
PAYER = "DE02120300000000202051"
MONDAY = date(2026, 5, 4)

words = st.lists(st.text(alphabet="abcxyzÄÖÜßéłŞ0123456789&<>\"'/-", min_size=1, max_size=30), max_size=12).map(
    " ".join
)
names = st.text(alphabet="abcÄÖÜßéłŞ&<", min_size=1, max_size=40)
references = st.text(alphabet="ABC123-", min_size=1, max_size=16)
days = st.dates(min_value=MONDAY, max_value=MONDAY + timedelta(days=4))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Single payments, returns, pending ones, batches and bare entries."""
    cents = draw(st.integers(-10_000_000, 10_000_000).filter(bool))
    on = draw(days)
    kind = draw(st.sampled_from(["payment", "return", "batch", "bare"]))
    reference = draw(st.one_of(st.just(""), references))
    if kind == "bare":
        return Entry(
            amount_cents=cents,
            currency="EUR",
            booked_on=on,
            bank_reference=reference,
            additional_information=draw(words),
        )
    if kind == "batch":
        sign = 1 if cents > 0 else -1
        parts = [
            TransactionDetail(
                amount_cents=sign * draw(st.integers(1, 500_000)),
                end_to_end_id=draw(references),
                counterparty_name=draw(names),
                text=draw(words),
            )
            for _ in range(draw(st.integers(2, 5)))
        ]
        made = batch(on=on, parts=parts, payment_id=draw(references), bank_reference=reference)
        return replace(made, details=tuple(replace(part, bank_code=made.bank_code) for part in made.details))
    return payment(
        amount_cents=cents,
        on=on,
        value_on=draw(days),
        name=draw(names),
        iban=draw(st.sampled_from(["", PAYER, "DE75512108001245126199"])),
        text=draw(words),
        end_to_end_id=draw(st.one_of(st.just(""), references)),
        mandate_id=draw(st.one_of(st.just(""), references)),
        bank_reference=reference,
        return_reason="AC04" if kind == "return" else "",
        status=draw(st.sampled_from([EntryStatus.BOOKED, EntryStatus.BOOKED, EntryStatus.PENDING])),
    )


@given(st.lists(entries(), min_size=1, max_size=8), st.sampled_from(["02", "08"]), st.integers(-(10**9), 10**9))
@settings(max_examples=80, deadline=None)
def test_written_entries_come_back(lines, version, opening_cents):
    data = camt053(version=version, iban=OWN, owner="Werkgenossen eG", entries=lines, opening_cents=opening_cents)
    (statement,) = read_statements(data)
    assert statement.entries == tuple(lines)
    assert (statement.version, statement.iban, statement.owner) == (version, OWN, "Werkgenossen eG")
    assert statement.opening.amount_cents == opening_cents
    assert statement.balance_gap_cents == 0


@given(st.lists(entries(), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_days_and_week_are_the_same_transactions(lines, random):
    """The week's file, in any order and either version, holds just what the days' files hold."""
    by_day = [
        camt053(iban=OWN, entries=[line for line in lines if line.booked_on == day])
        for day in sorted({line.booked_on for line in lines})
    ]
    shuffled = random.sample(lines, len(lines))
    week = camt053(version="02", iban=OWN, entries=shuffled, sequence_number=77)
    of_days = [one for data in by_day for one in transactions(read_statements(data))]
    of_week = list(transactions(read_statements(week)))
    assert len({one.fingerprint for one in of_days}) == len(of_days)
    assert {one.fingerprint for one in of_days} == {one.fingerprint for one in of_week}
    booked_cents = sum(line.amount_cents for line in lines if line.status is EntryStatus.BOOKED)
    assert sum(one.amount_cents for one in of_week) == booked_cents


def fingerprints(data: bytes) -> list[str]:
    return [one.fingerprint for one in transactions(read_statements(data))]


def test_twins_of_one_day_stay_two():
    fee = payment(amount_cents=-150, on=MONDAY, text="Kontogebühr", bank_reference="RUN-1")
    noon = fingerprints(camt053(iban=OWN, entries=[fee]))
    evening = fingerprints(camt053(iban=OWN, entries=[fee, fee], sequence_number=2))
    assert len(set(evening)) == 2
    assert evening[0] == noon[0]


def test_one_bank_reference_for_a_whole_run_does_not_blur_payers():
    """At noon the second payer's share, in the evening both in another order: each once."""
    ada = payment(amount_cents=5000, on=MONDAY, iban=PAYER, name="Ada", bank_reference="RUN-1")
    bo = payment(amount_cents=5000, on=MONDAY, iban="DE75512108001245126199", name="Bo", bank_reference="RUN-1")
    noon = list(transactions(read_statements(camt053(iban=OWN, entries=[bo]))))
    evening = list(transactions(read_statements(camt053(iban=OWN, entries=[ada, bo]))))
    new = [one for one in evening if one.fingerprint not in {known.fingerprint for known in noon}]
    assert [one.detail.counterparty_name for one in new] == ["Ada"]


def test_text_broken_otherwise_is_the_same_payment():
    one = payment(amount_cents=5000, on=MONDAY, iban=PAYER, text="Rechnung RE-2026-000123")
    other = payment(amount_cents=5000, on=MONDAY, iban=PAYER, text="RECHNUNG RE-2026- 000123")
    assert fingerprints(camt053(iban=OWN, entries=[one])) == fingerprints(camt053(iban=OWN, entries=[other]))


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cents": 5001},
        {"on": MONDAY + timedelta(days=1)},
        {"iban": "DE75512108001245126199"},
        {"text": "Rechnung 2"},
        {"end_to_end_id": "E-2"},
        {"mandate_id": "M-2"},
        {"bank_reference": "B-2"},
        {"structured_reference": "RF18539007547034"},
    ],
)
def test_another_payment_has_another_fingerprint(change):
    usual = {"amount_cents": 5000, "on": MONDAY, "iban": PAYER, "text": "Rechnung 1", "end_to_end_id": "E-1"}
    first = fingerprints(camt053(iban=OWN, entries=[payment(**usual)]))
    assert first != fingerprints(camt053(iban=OWN, entries=[payment(**{**usual, **change})]))


def test_the_account_belongs_to_the_fingerprint():
    line = payment(amount_cents=5000, on=MONDAY)
    assert fingerprints(camt053(iban=OWN, entries=[line])) != fingerprints(camt053(iban=PAYER, entries=[line]))


def page(number: int, entries_: tuple[Entry, ...], id_: str = "S-1") -> Statement:
    return Statement(id=id_, iban=OWN, currency="EUR", page=number, last_page=number == 2, entries=entries_)


def test_twins_on_two_pages_of_one_statement_stay_two():
    fee = payment(amount_cents=-150, on=MONDAY)
    pages = fingerprints(write_statements([page(1, (fee,)), page(2, (fee,))]))
    whole = fingerprints(write_statements([page(1, (fee, fee))]))
    assert len(set(pages)) == 2
    assert set(pages) == set(whole)


def test_statements_that_overlap_within_one_file_count_once():
    fee = payment(amount_cents=-150, on=MONDAY)
    assert len(set(fingerprints(write_statements([page(1, (fee,)), page(1, (fee,), "S-2")])))) == 1
    assert len(set(fingerprints(write_statements([page(1, (fee,)), page(1, (fee,))])))) == 1


def test_batch_becomes_its_payments_and_an_unclear_one_stays_whole():
    parts = [
        TransactionDetail(amount_cents=-100, end_to_end_id="A", counterparty_name="Ada"),
        TransactionDetail(amount_cents=-200, end_to_end_id="B", counterparty_name="Bo"),
        TransactionDetail(amount_cents=-200, end_to_end_id="B", counterparty_name="Bo"),
    ]
    clear = batch(on=MONDAY, parts=parts, payment_id="RUN")
    unclear = replace(clear, amount_cents=-501)
    split = list(transactions(read_statements(camt053(iban=OWN, entries=[clear]))))
    whole = list(transactions(read_statements(camt053(iban=OWN, entries=[unclear]))))
    assert Counter(one.amount_cents for one in split) == {-100: 1, -200: 2}
    assert len({one.fingerprint for one in split}) == 3
    assert [(one.amount_cents, one.detail) for one in whole] == [(-501, None)]


def test_pending_entries_are_no_transactions():
    line = payment(amount_cents=5000, on=MONDAY, status=EntryStatus.PENDING)
    assert fingerprints(camt053(iban=OWN, entries=[line])) == []


def test_texts_hold_all_places_of_a_reference():
    line = replace(
        payment(
            amount_cents=5000, on=MONDAY, text="Danke", end_to_end_id="RE-2026-000001", structured_reference="RF18"
        ),
        additional_information="GUTSCHRIFT",
    )
    (one,) = transactions(read_statements(camt053(iban=OWN, entries=[line])))
    assert one.texts == ("Danke", "RF18", "RE-2026-000001", "GUTSCHRIFT")


def test_statement_without_entries_needs_its_days():
    with pytest.raises(InvalidInput, match="from_on, to_on"):
        camt053(iban=OWN, entries=[])
    (statement,) = read_statements(camt053(iban=OWN, entries=[], from_on=MONDAY, to_on=MONDAY, opening_cents=-7))
    assert statement.entries == ()
    assert statement.balances == (
        Balance(code="OPBD", amount_cents=-7, currency="EUR", on=MONDAY),
        Balance(code="CLBD", amount_cents=-7, currency="EUR", on=MONDAY),
    )


def test_a_gap_can_be_written():
    line = payment(amount_cents=5000, on=MONDAY)
    (statement,) = read_statements(camt053(iban=OWN, entries=[line], closing_cents=4999))
    assert statement.balance_gap_cents == -1


def test_what_version_02_cannot_say_is_refused():
    parts = [TransactionDetail(amount_cents=100), TransactionDetail(amount_cents=-300)]
    with pytest.raises(InvalidInput, match="write 08"):
        camt053(version="02", iban=OWN, entries=[batch(on=MONDAY, parts=parts)])
    with pytest.raises(InvalidInput, match="at least one"):
        write_statements([])
