"""Absences and hours in a salary run: the days that are paid and insured, and the minimum wage."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from payroll.cautions import Caution, caution_text
from payroll.drafts import digests, draft_payslips
from payroll.states import ElementKind
from payroll.timekeeping.states import AbsenceCause
from payroll.wage_elements import enter_wage_element
from tests.factories.payroll import employ, give_money, make_member, run_month
from tests.factories.timekeeping import make_absence, make_hours

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (1, 2, 3, 4, 5))


@pytest.fixture
def ada(cast):
    person = make_member("Ada")
    give_money(person, 3_000_000)
    employ(person, 310_000)
    return person


def draft(person, month):
    [slip] = draft_payslips(month, [person.pk])
    assert not slip.problem
    return slip


def test_unpaid_leave_takes_pay_by_calendar_days_and_after_a_month_insurance_days(ada, cast):
    make_absence(ada, AbsenceCause.UNPAID, date(2026, 3, 22), date(2026, 5, 2), confirmed_by=cast.payroll)
    march, april, may = (draft(ada, month) for month in (MARCH, APRIL, MAY))
    assert march.gross_cents == 310_000 * 21 // 31
    assert (march.inputs["insured_days"], march.inputs["tax_days"], march.inputs["paid_days"]) == (30, 30, 21)
    assert (april.gross_cents, april.employee_cents, april.inputs["insured_days"]) == (0, 0, 21)
    assert (may.gross_cents, may.inputs["insured_days"]) == (300_000, 30)


def test_six_weeks_of_illness_are_paid_and_the_rest_is_not(ada, cast):
    make_absence(ada, AbsenceCause.SICK, date(2026, 3, 1), date(2026, 5, 1), confirmed_by=cast.payroll)
    assert draft(ada, MARCH).gross_cents == 310_000
    april = draft(ada, APRIL)
    assert april.inputs["paid_days"] == 42 - 31
    assert april.gross_cents == round(310_000 * 11 / 30)
    assert april.inputs["insured_days"] == 11


@pytest.mark.parametrize("cause", [AbsenceCause.PARENTAL, AbsenceCause.MATERNITY])
def test_a_month_of_parental_leave_or_protection_has_no_pay_and_no_contributions(ada, cast, cause):
    make_absence(ada, cause, date(2026, 2, 10), date(2026, 6, 1), confirmed_by=cast.payroll)
    slip = draft(ada, MARCH)
    assert (slip.gross_cents, slip.net_cents, slip.employer_cents, slip.inputs["insured_days"]) == (0, 0, 0, 0)


def test_vacation_changes_nothing(ada, cast):
    before = draft(ada, MARCH)
    make_absence(ada, confirmed_by=cast.payroll)
    assert draft(ada, MARCH).inputs == before.inputs


def test_half_a_day_of_unpaid_leave_takes_half_a_day_s_pay(ada, cast):
    make_absence(
        ada, AbsenceCause.UNPAID, date(2026, 3, 10), date(2026, 3, 11), half_day=True, confirmed_by=cast.payroll
    )
    march = draft(ada, MARCH)
    assert march.gross_cents == 310_000 - 5_000
    assert (march.inputs["insured_days"], march.inputs["tax_days"]) == (30, 30)


@pytest.fixture
def by_the_hour(cast):
    """Bo is paid 20 EUR an hour, 15 hours a week were agreed: 60 EUR a working day."""
    bo = make_member("Bo")
    give_money(bo, 3_000_000)
    employ(bo, 130_000, hourly_cents=2_000)
    return bo


def hours(person, month, count):
    enter_wage_element(
        person_id=person.pk,
        kind=ElementKind.HOURS,
        since=month,
        amount_cents=2_000,
        hours=Decimal(count),
        text="Hours",
        at=datetime(2026, 1, 5, tzinfo=UTC),
        by=None,
    )


def elements(slip):
    return {element["kind"]: element["cents"] for element in slip.inputs["elements"]}


def test_leave_of_the_hourly_paid_is_the_average_of_the_13_weeks_before(by_the_hour, cast):
    for month in (JANUARY, FEBRUARY, MARCH, APRIL):
        hours(by_the_hour, month, 80)
    for month in (JANUARY, FEBRUARY, MARCH):
        run_month(None, cast.board, month, datetime(2026, month.month, 20, 9, tzinfo=UTC))
    # A week without Easter Friday (3 April) and Monday, one day of it half.
    make_absence(by_the_hour, starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 9), confirmed_by=cast.payroll)
    make_absence(
        by_the_hour, starts_on=date(2026, 4, 9), ends_on=date(2026, 4, 10), half_day=True, confirmed_by=cast.payroll
    )
    april = draft(by_the_hour, APRIL)
    # January to March 2026 have 22 + 20 + 22 working days, holidays included; 3 x 1,600 EUR were earned on them.
    assert elements(april) == {"hours": 160_000, "leave_pay": round(480_000 * Decimal("4.5") / 64)}
    assert april.gross_cents == 160_000 + 33_750
    [line] = [line for line in april.lines if line["code"] == "pay.leave_pay"]
    assert (line["amount_cents"], line["source"]) == (33_750, "§ 11 (1) BUrlG")
    assert line["text"] == "4.5 × 75.00 EUR"


def test_days_lost_without_pay_lower_no_leave_pay(by_the_hour, cast):
    for month, count in ((JANUARY, 80), (FEBRUARY, 40), (MARCH, 80), (APRIL, 80)):
        hours(by_the_hour, month, count)
    # Ten working days of February are unpaid leave, and half of the month's hours.
    make_absence(by_the_hour, AbsenceCause.UNPAID, date(2026, 2, 2), date(2026, 2, 14), confirmed_by=cast.payroll)
    for month in (JANUARY, FEBRUARY, MARCH):
        run_month(None, cast.board, month, datetime(2026, month.month, 20, 9, tzinfo=UTC))
    make_absence(by_the_hour, starts_on=date(2026, 4, 13), ends_on=date(2026, 4, 15), confirmed_by=cast.payroll)
    assert elements(draft(by_the_hour, APRIL))["leave_pay"] == round(400_000 * Decimal(2) / 54)


def test_illness_of_the_hourly_paid_is_the_agreed_hours_and_a_month_of_it_needs_none(by_the_hour, cast):
    make_absence(by_the_hour, AbsenceCause.SICK, date(2026, 3, 1), date(2026, 4, 1), confirmed_by=cast.payroll)
    march = draft(by_the_hour, MARCH)
    assert elements(march) == {"sick_pay": 22 * 6_000}
    assert "§§ 3, 4 EFZG" in {line["source"] for line in march.lines}
    assert march.warnings == []


def test_leave_before_any_pay_is_what_was_agreed_and_the_office_may_enter_another_sum(by_the_hour, cast):
    hours(by_the_hour, JANUARY, 40)
    make_absence(by_the_hour, starts_on=date(2026, 1, 12), ends_on=date(2026, 1, 14), confirmed_by=cast.payroll)
    assert elements(draft(by_the_hour, JANUARY))["leave_pay"] == 2 * 6_000
    enter_wage_element(
        person_id=by_the_hour.pk,
        kind=ElementKind.LEAVE_PAY,
        since=JANUARY,
        amount_cents=15_000,
        text="As before",
        at=datetime(2026, 1, 5, tzinfo=UTC),
        by=None,
    )
    assert elements(draft(by_the_hour, JANUARY))["leave_pay"] == 15_000


def test_what_is_only_asked_for_does_not_count_and_a_confirmation_recomputes(ada, cast):
    first = digests(MARCH, [ada.pk])
    make_absence(ada, AbsenceCause.UNPAID)
    assert digests(MARCH, [ada.pk]) == first
    make_absence(ada, AbsenceCause.UNPAID, date(2026, 3, 16), date(2026, 3, 18), confirmed_by=cast.payroll)
    assert digests(MARCH, [ada.pk]) != first


def test_a_run_says_where_recorded_hours_fall_below_the_minimum_wage(cast):
    ada = make_member("Ada")
    give_money(ada, 3_000_000)
    employ(ada)
    assert draft(ada, JANUARY).warnings == []
    first = digests(JANUARY, [ada.pk])
    make_hours(ada, days=11, ends_at=time(17), handed_in=False)
    assert digests(JANUARY, [ada.pk]) != first
    run_month(None, cast.board, JANUARY, datetime(2026, 1, 20, 9, tzinfo=UTC))
    [warning] = ada.payslips.get().warnings
    assert warning == {"code": "minimum_wage_hours", "cents": 88 * 1390 - 115_000}
    assert "73.20" in caution_text(warning)


def test_a_run_says_where_the_agreed_pay_falls_below_the_minimum_wage(cast):
    ada = make_member("Ada")
    give_money(ada, 3_000_000)
    employ(ada, 90_000)  # 15 hours a week: 903.50 EUR at 13.90
    assert draft(ada, MARCH).warnings == [{"code": "minimum_wage_contract", "cents": 350}]


@pytest.mark.parametrize("code", Caution)
def test_every_caution_has_words(code):
    assert "1.00" in caution_text({"code": code.value, "cents": 100})
