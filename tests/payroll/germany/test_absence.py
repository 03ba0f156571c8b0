"""What absences do to the days of a month."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.law import LawUnknown
from payroll.germany.absence import (
    Away,
    Cause,
    Day,
    MonthDays,
    Notice,
    add_months,
    kinds_of_days,
    month_days,
    next_month,
    periods,
    sick_pay_days,
)
from payroll.germany.law import german_law

LAW = german_law(date(2026, 6, 1))
SINCE_2025 = [(date(2025, 1, 1), None)]


def away(cause: Cause, first: tuple[int, int], until: tuple[int, int], **more) -> Away:
    """An absence in 2026."""
    return Away(cause=cause, starts_on=date(2026, *first), ends_on=date(2026, *until), **more)


def days(month: int, *absences: Away, employed=SINCE_2025) -> MonthDays:
    return month_days(LAW, month=date(2026, month, 1), employed=employed, away=absences)


def numbers(found: MonthDays) -> tuple[int, int, int]:
    return found.paid_days, found.insured_days, found.tax_days


def notices(found: MonthDays) -> list[tuple[Notice, date]]:
    return [(event.notice, event.on) for event in found.events]


@pytest.mark.parametrize(("month", "calendar"), [(2, 28), (3, 31), (4, 30)])
def test_a_whole_month_has_30_days_of_insurance_and_tax(month, calendar):
    found = days(month)
    assert (found.calendar_days, *numbers(found)) == (calendar, calendar, 30, 30)
    assert found.whole


def test_a_start_within_a_month_counts_calendar_days():
    """§ 1 (1) BVV; a month of 31 days, begun on the 2nd, has 30 days and is not whole."""
    found = days(3, employed=[(date(2026, 3, 2), None)])
    assert numbers(found) == (30, 30, 30)
    assert not found.whole
    assert numbers(days(2, employed=[(date(2026, 2, 10), None)])) == (19, 19, 19)
    assert numbers(days(1, employed=[(date(2026, 2, 10), None)])) == (0, 0, 0)


def test_unpaid_leave_is_insured_for_a_month_and_then_not():
    """§ 7 (3) SGB IV: from 10 March through 9 April."""
    leave = away(Cause.UNPAID, (3, 10), (5, 11))
    assert [numbers(days(month, leave)) for month in (3, 4, 5, 6)] == [
        (9, 30, 30),
        (0, 9, 30),
        (21, 21, 30),
        (30, 30, 30),
    ]
    assert notices(days(3, leave)) == [(Notice.TAX_GAP, date(2026, 3, 10))]
    assert notices(days(4, leave)) == [(Notice.DEREGISTRATION, date(2026, 4, 9))]
    assert notices(days(5, leave)) == [(Notice.REGISTRATION, date(2026, 5, 11))]
    assert days(5, leave).events[0].source == "§ 6 DEÜV"


def test_unpaid_leave_of_a_month_stays_insured():
    found = days(4, away(Cause.UNPAID, (4, 1), (5, 1)))
    assert numbers(found) == (0, 30, 30)
    assert Notice.DEREGISTRATION not in dict(notices(found))


def test_adjoining_unpaid_leaves_are_one_and_work_between_begins_anew():
    apart = days(5, away(Cause.UNPAID, (4, 1), (5, 1)), away(Cause.UNPAID, (5, 4), (5, 20)))
    assert apart.insured_days == 30
    joined = days(5, away(Cause.UNPAID, (4, 1), (5, 1)), away(Cause.UNPAID, (5, 1), (5, 20)))
    assert joined.insured_days == 31 - 19


def test_after_sickness_without_pay_the_month_of_unpaid_leave_begins_anew():
    found = days(5, away(Cause.SICK, (2, 1), (5, 1)), away(Cause.UNPAID, (5, 1), (5, 20)))
    assert found.insured_days == 30


def test_an_illness_is_paid_for_42_days():
    """§ 3 (1) EFZG."""
    ill = away(Cause.SICK, (3, 10), (6, 11))
    assert numbers(days(3, ill)) == (31, 30, 30)
    assert numbers(days(4, ill)) == (20, 20, 30)
    assert numbers(days(5, ill)) == (0, 0, 30)
    assert (Notice.SICK_PAY_ENDS, date(2026, 4, 20)) in notices(days(4, ill))
    # The first whole month without pay: 1 to 31 May; the last day with pay is reported (§ 9 DEÜV).
    assert notices(days(5, ill)) == [(Notice.INTERRUPTION, date(2026, 4, 20))]
    assert notices(days(6, ill)) == []


def test_in_the_first_four_weeks_there_is_no_sick_pay_and_the_six_weeks_begin_after_them():
    """§ 3 (3) EFZG."""
    employed = [(date(2026, 3, 1), None)]
    ill = away(Cause.SICK, (3, 20), (5, 20))
    paid = sick_pay_days(LAW, employed, [ill])
    assert (min(paid), len(paid)) == (date(2026, 3, 29), 42)
    found = days(3, ill, employed=employed)
    assert (found.days_of(Day.SICK_BENEFIT), found.days_of(Day.SICK_PAY)) == (9, 3)


def test_adjoining_contracts_are_one_employment_for_the_waiting_time():
    employed = [(date(2026, 1, 1), date(2026, 5, 1)), (date(2026, 5, 1), None)]
    assert periods(employed) == [(date(2026, 1, 1), None)]
    assert len(sick_pay_days(LAW, employed, [away(Cause.SICK, (5, 4), (5, 9))])) == 5


def test_the_same_illness_within_six_months_uses_up_the_same_six_weeks():
    first, second = away(Cause.SICK, (1, 5), (2, 4), illness=1), away(Cause.SICK, (4, 1), (5, 1), illness=1)
    paid = sick_pay_days(LAW, SINCE_2025, [first, second])
    assert len([day for day in paid if day.month >= 4]) == 42 - 30
    other = away(Cause.SICK, (4, 1), (5, 1), illness=2)
    assert len(sick_pay_days(LAW, SINCE_2025, [first, other])) == 60


def test_the_same_illness_is_paid_anew_after_six_months_without_it():
    first = away(Cause.SICK, (1, 1), (3, 1), illness=1)
    late = away(Cause.SICK, (9, 1), (10, 1), illness=1)
    early = away(Cause.SICK, (8, 31), (10, 1), illness=1)
    assert len(sick_pay_days(LAW, SINCE_2025, [first, late])) == 42 + 30
    assert len(sick_pay_days(LAW, SINCE_2025, [first, early])) == 42


def test_the_same_illness_is_paid_anew_twelve_months_after_it_first_began():
    notes = [
        Away(cause=Cause.SICK, starts_on=date(2025, 5, 1), ends_on=date(2025, 6, 12), illness=1),
        Away(cause=Cause.SICK, starts_on=date(2025, 10, 1), ends_on=date(2025, 10, 11), illness=1),
        Away(cause=Cause.SICK, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 11), illness=1),
        Away(cause=Cause.SICK, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 11), illness=1),
    ]
    paid = sick_pay_days(LAW, SINCE_2025, notes)
    assert [len([day for day in paid if (day.year, day.month) == month]) for month in ((2025, 10), (2026, 3))] == [0, 0]
    assert len([day for day in paid if day >= date(2026, 5, 1)]) == 10


def test_a_new_illness_during_one_brings_no_new_six_weeks():
    paid = sick_pay_days(LAW, SINCE_2025, [away(Cause.SICK, (3, 1), (4, 1)), away(Cause.SICK, (4, 1), (5, 1))])
    assert len(paid) == 42


def test_sickness_gives_vacation_back_and_is_not_paid_during_parental_leave():
    found = days(3, away(Cause.VACATION, (3, 9), (3, 21)), away(Cause.SICK, (3, 11), (3, 14)))
    assert (found.days_of(Day.VACATION), found.days_of(Day.SICK_PAY)) == (9, 3)
    resting = days(3, away(Cause.PARENTAL, (3, 1), (5, 1)), away(Cause.SICK, (3, 11), (3, 14)))
    assert numbers(resting) == (0, 0, 30)
    assert not sick_pay_days(
        LAW, SINCE_2025, [away(Cause.PARENTAL, (3, 1), (5, 1)), away(Cause.SICK, (3, 11), (3, 14))]
    )


def test_parental_leave_is_an_interruption_of_whole_months_only():
    long = away(Cause.PARENTAL, (3, 10), (5, 1))
    assert notices(days(4, long)) == [(Notice.INTERRUPTION, date(2026, 3, 9))]
    short = away(Cause.PARENTAL, (3, 10), (4, 30))
    assert notices(days(4, short)) == []


@pytest.mark.parametrize(("paid", "expected"), [(False, (28, 28, 30)), (True, (31, 30, 30))])
def test_a_sick_child_is_paid_by_the_fund_unless_agreed(paid, expected):
    assert numbers(days(3, away(Cause.CHILD_SICK, (3, 10), (3, 13), paid=paid))) == expected


def test_an_interruption_ends_with_the_employment_and_a_new_one_begins_without_it():
    employed = [(date(2025, 1, 1), date(2026, 4, 1)), (date(2026, 5, 1), None)]
    parental = away(Cause.PARENTAL, (2, 1), (6, 15))
    assert (Notice.INTERRUPTION, date(2026, 1, 31)) in notices(days(2, parental, employed=employed))
    # Not employed in April; in May the rest of the leave is a whole month again.
    assert numbers(days(4, parental, employed=employed)) == (0, 0, 0)
    assert (Notice.INTERRUPTION, date(2026, 4, 30)) in notices(days(5, parental, employed=employed))


def test_half_a_day_without_pay_takes_half_of_it_and_nothing_else():
    half = away(Cause.UNPAID, (3, 10), (3, 11), half=True)
    found = days(3, half)
    assert (found.half_days, found.paid, found.worked) == (1, Decimal("30.5"), Decimal("30.5"))
    assert numbers(found) == (31, 30, 30)
    assert not found.whole
    assert notices(found) == []
    # Half a day of vacation and half a day without pay are the same day; ill on it, half of it is paid.
    assert days(3, half, away(Cause.VACATION, (3, 9), (3, 12))).paid == Decimal("30.5")
    assert days(3, half, away(Cause.SICK, (3, 10), (3, 11))).days_of(Day.SICK_PAY) == 1
    # A day without any pay has no half to take.
    assert days(3, half, away(Cause.PARENTAL, (3, 9), (3, 12))).paid == 28
    assert days(4, half).whole


def test_how_each_day_under_contract_counts():
    found = kinds_of_days(
        LAW,
        [(date(2026, 3, 3), None)],
        [away(Cause.VACATION, (3, 5), (3, 7)), away(Cause.UNPAID, (3, 8), (3, 31))],
        date(2026, 3, 1),
        date(2026, 4, 1),
    )
    assert {day.day: kind.value for day, kind in found.items()} == {
        3: "paid", 4: "paid", 5: "vacation", 6: "vacation", 7: "paid", 31: "paid",
        **dict.fromkeys(range(8, 31), "unpaid_insured"),
    }  # fmt: skip


def test_four_working_days_without_pay_are_no_gap():
    assert notices(days(3, away(Cause.UNPAID, (3, 9), (3, 13)))) == []
    assert notices(days(3, away(Cause.UNPAID, (3, 9), (3, 14)))) == [(Notice.TAX_GAP, date(2026, 3, 9))]


def test_maternity_is_unpaid_by_salary_and_uninsured():
    assert numbers(days(4, away(Cause.MATERNITY, (3, 10), (6, 17)))) == (0, 0, 30)


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2026, 1, 10), date(2026, 2, 10)),
        (date(2025, 12, 5), date(2026, 1, 5)),
    ],
)
def test_a_month_ends_before_the_same_day_or_with_the_month(day, ends):
    """§ 188 (2) and (3) BGB."""
    assert add_months(day, 1) == ends


def test_beyond_the_confirmed_law_nothing_is_decided():
    with pytest.raises(LawUnknown, match=r"sick_pay\.days"):
        month_days(
            german_law(date(2028, 1, 1)),
            month=date(2028, 1, 1),
            employed=SINCE_2025,
            away=[away(Cause.SICK, (1, 1), (1, 5))],
        )


_absence = st.builds(
    lambda cause, start, length, illness: Away(
        cause=cause,
        starts_on=date(2026, 1, 1) + timedelta(days=start),
        ends_on=date(2026, 1, 1) + timedelta(days=start + length),
        illness=illness,
    ),
    st.sampled_from(Cause),
    st.integers(0, 300),
    st.integers(1, 120),
    st.none() | st.integers(1, 2),
)


@settings(deadline=None)
@given(st.lists(_absence, max_size=4), st.integers(1, 12))
def test_days_always_add_up(absences, month):
    found = days(month, *absences)
    assert sum(count for _kind, count in found.counts) == found.employed_days == found.calendar_days
    assert 0 <= found.paid_days <= found.calendar_days
    assert found.paid_days <= found.insured_days or found.insured_days == 30
    assert found.tax_days == 30
    assert found.whole == (found.paid_days == found.calendar_days)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(_absence, max_size=4))
def test_each_notice_is_given_in_one_month_only(absences):
    seen = []
    month = date(2026, 1, 1)
    while month < date(2027, 7, 1):
        seen += month_days(LAW, month=month, employed=SINCE_2025, away=absences).events
        month = next_month(month)
    assert len(seen) == len(set(seen))
