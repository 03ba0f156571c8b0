"""Who is reminded on which day: the decision alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoicing.dunning.calendar import is_working_day, next_working_day
from invoicing.dunning.steps import Hold, Overdue, Rung, Standing, overdue_from, round_of, step_day

# 15 June 2026 is a Monday.
DUE = date(2026, 6, 15)
RUNGS = (
    Rung(position=1, days=5, pay_days=10, asks_member=False),
    Rung(position=2, days=14, pay_days=10, asks_member=False),
    Rung(position=3, days=14, pay_days=14, asks_member=True),
)
ONE = Overdue(invoice_id=1, debtor="a", country="DE", due_on=DUE, open_cents=10_000)
FRIDAY = date(2026, 6, 19)
MONDAY = date(2026, 6, 22)


def _round(on, *overdue, **given):
    return round_of(on, overdue, RUNGS, **given)


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2026, 6, 20), "DE", False),  # Saturday
        (MONDAY, "DE", True),
        (date(2026, 10, 3), "DE", False),
        # Corpus Christi: in some states only, and which one the recipient sits in is not known.
        (date(2026, 6, 4), "DE", False),
        (date(2026, 6, 4), "FR", True),
        (date(2026, 7, 14), "FR", False),
        (date(2026, 7, 14), "DE", True),
        (date(2026, 8, 3), "XX", True),
        (date(2026, 8, 2), "XX", False),
    ],
)
def test_working_days_are_the_recipients(day, country, works):
    assert is_working_day(day, country) is works


def test_a_due_day_on_a_weekend_moves_to_the_next_working_day():
    saturday = date(2026, 6, 13)
    assert next_working_day(saturday, "DE") == DUE
    assert overdue_from(saturday, "DE") == date(2026, 6, 16)


def test_the_first_letter_waits_its_days_and_for_a_working_day():
    assert step_day(ONE, RUNGS) == date(2026, 6, 20)
    assert _round(FRIDAY, ONE).letters == ()
    assert _round(date(2026, 6, 20), ONE).held == ((1, Hold.NO_WORKING_DAY),)
    (letter,) = _round(MONDAY, ONE).letters
    assert (letter.items, letter.also, letter.level) == (((1, 1),), (), 1)
    # Ten days later is Thursday 2 July.
    assert letter.pay_by == date(2026, 7, 2)


def test_nothing_goes_out_before_the_new_day_is_over():
    reminded = replace(ONE, level=1, anchor_on=MONDAY, pay_by=date(2026, 7, 20), standing=Standing.RUNNING)
    assert step_day(reminded, RUNGS) == date(2026, 7, 21)
    assert step_day(replace(reminded, pay_by=date(2026, 7, 2)), RUNGS) == date(2026, 7, 6)


def test_a_part_payment_begins_the_wait_anew():
    paid = replace(ONE, anchor_on=date(2026, 6, 30))
    assert step_day(paid, RUNGS) == date(2026, 7, 5)
    later = replace(ONE, level=1, anchor_on=date(2026, 7, 10), pay_by=date(2026, 7, 2), standing=Standing.RUNNING)
    assert step_day(later, RUNGS) == date(2026, 7, 24)


def test_a_client_may_have_days_more():
    assert step_day(replace(ONE, extra_days=10), RUNGS) == date(2026, 6, 30)


def test_one_letter_takes_along_whatever_is_overdue():
    fresh = replace(ONE, invoice_id=2, due_on=date(2026, 6, 18))
    waiting = replace(
        ONE, invoice_id=3, level=1, anchor_on=date(2026, 6, 17), pay_by=date(2026, 6, 29), standing=Standing.RUNNING
    )
    not_due = replace(ONE, invoice_id=4, due_on=MONDAY)
    other = replace(ONE, invoice_id=5, debtor="b")
    paused = replace(ONE, invoice_id=6, hold=Hold.PAUSED)
    found = _round(MONDAY, ONE, fresh, waiting, not_due, other, paused)
    assert [(one.debtor, one.items, one.also) for one in found.letters] == [
        ("a", ((1, 1), (2, 1)), (3,)),
        ("b", ((5, 1),), ()),
    ]
    assert found.held == ((6, Hold.PAUSED),)


def test_the_harshest_level_gives_the_letter_its_tone_and_day():
    second = replace(
        ONE, invoice_id=2, level=1, anchor_on=date(2026, 5, 1), pay_by=date(2026, 5, 11), standing=Standing.RUNNING
    )
    (letter,) = _round(MONDAY, ONE, second).letters
    assert letter.level == 2
    assert dict(letter.items) == {1: 1, 2: 2}


def test_small_sums_wait_until_all_that_is_overdue_is_enough():
    assert _round(MONDAY, ONE, smallest_cents=10_001).held == ((1, Hold.SMALL),)
    another = replace(ONE, invoice_id=2, due_on=date(2026, 6, 18), open_cents=1)
    assert len(_round(MONDAY, ONE, another, smallest_cents=10_001).letters) == 1


THIRD = replace(ONE, level=2, anchor_on=date(2026, 6, 1), pay_by=date(2026, 6, 11), standing=Standing.RUNNING)


@pytest.mark.parametrize(
    ("standing", "answer_by", "result"),
    [
        (Standing.RUNNING, None, "question"),
        (Standing.ASKED, MONDAY, "held"),
        (Standing.ASKED, date(2026, 6, 21), "decision"),
        (Standing.DECIDE, None, "held"),
        (Standing.AGREED, None, "letter"),
    ],
)
def test_the_member_is_asked_before_the_formal_demand(standing, answer_by, result):
    found = _round(MONDAY, replace(THIRD, standing=standing, answer_by=answer_by))
    assert {
        "letter": len(found.letters),
        "question": len(found.questions),
        "decision": len(found.decisions),
        "held": len(found.held),
    } == {"letter": 0, "question": 0, "decision": 0, "held": 0, result: 1}


def test_after_the_last_letter_the_office_decides_once_its_day_is_over():
    last = replace(ONE, level=3, anchor_on=date(2026, 6, 1), pay_by=MONDAY, standing=Standing.RUNNING)
    assert _round(MONDAY, last).decisions == ()
    assert _round(MONDAY + timedelta(days=1), last).decisions == (1,)
    assert _round(MONDAY + timedelta(days=1), replace(last, standing=Standing.DECIDE)).decisions == ()


_overdue = st.builds(
    Overdue,
    invoice_id=st.integers(1, 10**9),
    debtor=st.sampled_from(["a", "b", "c"]),
    country=st.sampled_from(["DE", "FR"]),
    due_on=st.dates(date(2026, 1, 1), date(2026, 7, 30)),
    open_cents=st.integers(1, 10**6),
    level=st.integers(0, 3),
    anchor_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 7, 30)),
    pay_by=st.none() | st.dates(date(2026, 1, 1), date(2026, 8, 30)),
    standing=st.sampled_from(list(Standing)),
    answer_by=st.none() | st.dates(date(2026, 1, 1), date(2026, 8, 30)),
    extra_days=st.integers(0, 20),
    hold=st.none() | st.sampled_from([Hold.PAUSED, Hold.EXCLUDED, Hold.MONEY_WAITS]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    on=st.dates(date(2026, 1, 1), date(2026, 8, 30)),
    overdue=st.lists(_overdue, max_size=8, unique_by=lambda one: one.invoice_id),
)
def test_every_invoice_goes_one_level_at_most_and_nobody_gets_two_letters(on, overdue):
    found = round_of(on, overdue, RUNGS)
    by_id = {one.invoice_id: one for one in overdue}
    assert len({letter.debtor for letter in found.letters}) == len(found.letters)
    told = [item for letter in found.letters for item in letter.items]
    assert len({invoice_id for invoice_id, _level in told}) == len(told)
    for invoice_id, level in told:
        one = by_id[invoice_id]
        assert level == one.level + 1
        assert one.hold is None
        assert on >= overdue_from(one.due_on, one.country)
        assert one.pay_by is None or one.level == 0 or one.anchor_on is None or on > one.pay_by
        assert not RUNGS[level - 1].asks_member or one.standing == Standing.AGREED
    for letter in found.letters:
        assert is_working_day(on, by_id[letter.items[0][0]].country)
        assert letter.pay_by > on
    named = [*(one for one, _ in told), *found.questions, *found.decisions, *(one for one, _ in found.held)]
    assert len(set(named)) == len(named)
