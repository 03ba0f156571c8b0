"""Default, late interest and limitation, against the base rates as announced and sums worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coop.errors import InvalidInput
from coop.law import LawUnknown
from invoicing.law.late import (
    Notice,
    PartPayment,
    default_of,
    flat_fee_cents,
    interest_rate,
    late_interest,
    time_barred_after,
)
from invoicing.law.vat import ClientKind

BUSINESS, PRIVATE, PUBLIC = ClientKind.BUSINESS, ClientKind.PRIVATE, ClientKind.PUBLIC
DUE = date(2026, 3, 2)
RECEIVED = date(2026, 2, 16)


@pytest.mark.parametrize(
    ("on", "business", "consumer"),
    # The base rate as announced, and nine or five percentage points: § 288 (1), (2) BGB.
    [
        (date(2016, 7, 1), "0.0812", "0.0412"),
        (date(2022, 12, 31), "0.0812", "0.0412"),
        (date(2023, 1, 1), "0.1062", "0.0662"),
        (date(2023, 7, 1), "0.1212", "0.0812"),
        (date(2024, 1, 1), "0.1262", "0.0862"),
        (date(2024, 7, 1), "0.1237", "0.0837"),
        (date(2025, 1, 1), "0.1127", "0.0727"),
        (date(2025, 7, 1), "0.1027", "0.0627"),
        (date(2026, 1, 1), "0.1027", "0.0627"),
        (date(2026, 7, 1), "0.1052", "0.0652"),
        (date(2026, 12, 31), "0.1052", "0.0652"),
    ],
)
def test_rates_are_those_announced(on, business, consumer):
    assert interest_rate(BUSINESS, on) == Decimal(business)
    assert interest_rate(PUBLIC, on) == Decimal(business)
    assert interest_rate(PRIVATE, on) == Decimal(consumer)


@pytest.mark.parametrize("on", [date(2016, 6, 30), date(2027, 1, 1)])
def test_half_years_without_a_known_base_rate_are_refused(on):
    with pytest.raises(LawUnknown, match=r"interest\.base_rate"):
        interest_rate(BUSINESS, on)
    with pytest.raises(LawUnknown):
        late_interest(amount_cents=100_000, since=on, until=on + timedelta(days=1), kind=BUSINESS)


@pytest.mark.parametrize(
    ("given", "since", "source"),
    [
        # Agreed with the client: by the calendar, the day after.
        ({"agreed": True}, date(2026, 3, 3), "§ 286 (2) no. 1 BGB"),
        # Written on the invoice alone: a reminder, the day after it arrived.
        ({"reminded_on": date(2026, 3, 10)}, date(2026, 3, 11), "§ 286 (1) BGB"),
        # A reminder on the due day comes too early to count.
        ({"reminded_on": DUE}, date(2026, 4, 2), "§ 286 (3) BGB"),
        # 30 days after the due day, 2 March + 30 = 1 April, and default from the next.
        ({}, date(2026, 4, 2), "§ 286 (3) BGB"),
        ({"reminded_on": date(2026, 5, 4)}, date(2026, 4, 2), "§ 286 (3) BGB"),
        ({"kind": PUBLIC}, date(2026, 4, 2), "§ 286 (3) BGB"),
        # An invoice that arrived after its due day counts from its receipt: 10 March + 30 = 9 April.
        ({"received_on": date(2026, 3, 10)}, date(2026, 4, 10), "§ 286 (3) BGB"),
        # Consumers only where the invoice told them.
        ({"kind": PRIVATE, "told": True}, date(2026, 4, 2), "§ 286 (3) BGB"),
        ({"kind": PRIVATE, "reminded_on": date(2026, 3, 10)}, date(2026, 3, 11), "§ 286 (1) BGB"),
        ({"kind": PRIVATE, "agreed": True}, date(2026, 3, 3), "§ 286 (2) no. 1 BGB"),
    ],
)
def test_default_comes_by_the_first_way(given, since, source):
    found = default_of(Notice(**{"due_on": DUE, "received_on": RECEIVED, "kind": BUSINESS} | given))
    assert (found.since, found.source) == (since, source)


def test_a_consumer_who_was_neither_told_nor_reminded_is_not_in_default():
    assert default_of(Notice(due_on=DUE, received_on=RECEIVED, kind=PRIVATE)) is None


def _interest(cents, since, until, kind=BUSINESS, payments=()):
    lines = late_interest(amount_cents=cents, since=since, until=until, kind=kind, payments=payments)
    return [(line.days, line.year_days, line.principal_cents, str(line.rate), line.cents) for line in lines]


@pytest.mark.parametrize(
    ("cents", "since", "until", "kind", "lines"),
    [
        # 1,190.00 x 10.27 % x 30 / 365 = 10.0449...
        (119_000, date(2026, 3, 3), date(2026, 4, 1), BUSINESS, [(30, 365, 119_000, "0.1027", 1004)]),
        # 1,190.00 x 6.27 % x 30 / 365 = 6.1325...
        (119_000, date(2026, 3, 3), date(2026, 4, 1), PRIVATE, [(30, 365, 119_000, "0.0627", 613)]),
        # One day is a day: the first and the last are the same one. 3,650.00 x 10.27 % / 365 = 1.027
        (365_000, date(2026, 3, 3), date(2026, 3, 3), BUSINESS, [(1, 365, 365_000, "0.1027", 103)]),
        # A new base rate on 1 July: 10,000.00 x 10.27 % x 30 / 365 = 84.4109..., then x 10.52 % x 31 / 365 = 89.3479...;
        # together 173.7589 -> 173.76, so the second line shows what is missing from the first.
        (
            1_000_000,
            date(2026, 6, 1),
            date(2026, 7, 31),
            BUSINESS,
            [(30, 365, 1_000_000, "0.1027", 8441), (31, 365, 1_000_000, "0.1052", 8935)],
        ),
        # Over the end of a leap year: 3,660.00 x 12.37 % x 31 / 366 = 38.347; 3,660.00 x 11.27 % x 31 / 365 = 35.0325...
        (
            366_000,
            date(2024, 12, 1),
            date(2025, 1, 31),
            BUSINESS,
            [(31, 366, 366_000, "0.1237", 3835), (31, 365, 366_000, "0.1127", 3503)],
        ),
        # The base rate of 1 January 2026 was that of July before: one line. 1,000.00 x 10.27 % x 61 / 365 = 17.1635...
        (100_000, date(2025, 12, 2), date(2026, 1, 31), BUSINESS, [(61, 365, 100_000, "0.1027", 1716)]),
        # A negative base rate: 1,000.00 x 4.12 % x 365 / 365
        (100_000, date(2021, 1, 1), date(2021, 12, 31), PRIVATE, [(365, 365, 100_000, "0.0412", 4120)]),
        # The same principal and rate in a leap year are a line of their own.
        (
            100_000,
            date(2019, 12, 31),
            date(2020, 1, 1),
            PRIVATE,
            [(1, 365, 100_000, "0.0412", 11), (1, 366, 100_000, "0.0412", 12)],
        ),
    ],
)
def test_interest_is_what_is_worked_out_by_hand(cents, since, until, kind, lines):
    assert _interest(cents, since, until, kind) == lines


def test_interest_survives_part_payments():
    # 1,190.00 for 15 days to the day of the payment, 595.00 for 15 more:
    # 1,190.00 x 10.27 % x 15 / 365 = 5.0224...; 595.00 x 10.27 % x 15 / 365 = 2.5112...; together 7.5336...
    paid = [PartPayment(on=date(2026, 3, 17), cents=59_500)]
    assert _interest(119_000, date(2026, 3, 3), date(2026, 4, 1), payments=paid) == [
        (15, 365, 119_000, "0.1027", 502),
        (15, 365, 59_500, "0.1027", 251),
    ]


def test_interest_ends_on_the_day_of_the_last_payment():
    paid = [PartPayment(on=date(2026, 3, 17), cents=119_000)]
    assert _interest(119_000, date(2026, 3, 3), date(2026, 12, 31), payments=paid) == [
        (15, 365, 119_000, "0.1027", 502)
    ]


def test_a_payment_that_came_back_bears_interest_again_from_the_next_day():
    moves = [PartPayment(on=date(2026, 3, 7), cents=100_000), PartPayment(on=date(2026, 3, 12), cents=-100_000)]
    assert [(days, principal) for days, _year, principal, _rate, _cents in _interest(
        100_000, date(2026, 3, 3), date(2026, 3, 16), payments=moves
    )] == [(5, 100_000), (4, 100_000)]  # fmt: skip


def test_what_was_paid_before_the_default_bears_none():
    paid = [PartPayment(on=date(2026, 3, 2), cents=19_000)]
    assert [line[2] for line in _interest(119_000, date(2026, 3, 3), date(2026, 3, 9), payments=paid)] == [100_000]


def test_more_than_what_is_owed_is_refused():
    with pytest.raises(InvalidInput):
        late_interest(
            amount_cents=100,
            since=DUE,
            until=DUE + timedelta(days=9),
            kind=BUSINESS,
            payments=[PartPayment(on=DUE, cents=101)],
        )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cents=st.integers(1, 10_000_000),
    start=st.integers(0, 3000),
    parts=st.lists(st.tuples(st.integers(-30, 900), st.integers(1, 40)), max_size=4),
    days=st.integers(0, 900),
    cut=st.integers(0, 899),
)
def test_days_are_counted_once_and_cents_add_up(cents, start, parts, days, cut):
    since = date(2016, 7, 1) + timedelta(days=start % 2800)
    until = min(since + timedelta(days=days), date(2026, 12, 31))
    moves = [PartPayment(on=since + timedelta(days=day), cents=cents * share // 200) for day, share in parts]
    lines = late_interest(amount_cents=cents, since=since, until=until, kind=BUSINESS, payments=moves)
    covered = [line.begins_on + timedelta(days=n) for line in lines for n in range(line.days)]
    assert covered == [since + timedelta(days=n) for n in range((until - since).days + 1)]
    assert all(line.cents >= 0 for line in lines)
    # Asked in two pieces it is the same, but for the rounding of each piece.
    middle = since + timedelta(days=cut)
    if middle < until:
        early = late_interest(amount_cents=cents, since=since, until=middle, kind=BUSINESS, payments=moves)
        late = late_interest(
            amount_cents=cents, since=middle + timedelta(days=1), until=until, kind=BUSINESS, payments=moves
        )
        whole = sum(line.cents for line in lines)
        assert abs(whole - sum(line.cents for line in (*early, *late))) <= 1


def test_the_flat_sum_is_for_businesses():
    assert flat_fee_cents(BUSINESS, DUE) == 4000
    assert flat_fee_cents(PUBLIC, DUE) == 4000
    assert flat_fee_cents(PRIVATE, DUE) == 0


@pytest.mark.parametrize("arose_on", [date(2023, 1, 1), date(2023, 12, 31)])
def test_claims_become_time_barred_at_the_end_of_the_third_year(arose_on):
    assert time_barred_after(arose_on) == date(2026, 12, 31)
