"""Absences and hours in a salary run: the days that are paid and insured, and the minimum wage."""

from datetime import UTC, date, datetime, time

import pytest

from payroll.cautions import Caution, caution_text
from payroll.drafts import digests, draft_payslips
from payroll.timekeeping.states import AbsenceCause
from tests.factories.payroll import employ, give_money, make_member, run_month
from tests.factories.timekeeping import make_absence, make_hours

JANUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (1, 3, 4, 5))


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
