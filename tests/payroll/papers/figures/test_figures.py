"""The pure figures: contribution groups, statements, notices, refunds, certificates, the accident report."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import InvalidInput
from payroll.papers.figures.accident import InsuredYear, accident_report
from payroll.papers.figures.groups import ContributionGroup, UnknownLine, added, by_group
from payroll.papers.figures.notices import Break, Insured, Reason, notices_of, whole_euros
from payroll.papers.figures.refund import MonthPay, refund
from payroll.papers.figures.statement import statements
from payroll.papers.figures.wage_tax_return import Rhythm, period_of, rhythm_of

TODAY = date(2027, 3, 1)


def line(code: str, cents: int) -> dict[str, object]:
    return {"code": code, "amount_cents": cents, "source": ""}


# --- groups -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "lines", "groups"),
    [
        ("1-1-1-1", {"health.employee": 7, "health.employer": 8, "additional.employee": 2}, {"1000": 15, "ZBP": 2}),
        ("6-1-0-0", {"health.employer": 13, "pension.employer": 15, "pension.employee": 4}, {"6000": 13, "0100": 19}),
        ("6-5-0-0", {"pension.employer": 15, "flat_tax": 2}, {"0500": 15, "St": 2}),
        ("0-1-0-0", {"pension.employee": 9, "pension.employer": 9}, {"0100": 18}),
        ("3-3-2-1", {"health.employee": 7, "pension.employer": 9, "unemployment.employer": 1}, {"3000": 7, "0300": 9, "0020": 1}),
        ("9-1-1-1", {"health.employee": 7, "additional.employer": 1, "care.employee": 2}, {"9000": 7, "ZBF": 1, "0001": 2}),
        ("1-1-1-1", {"care.childless.employee": 3, "care.saxony.employee": 2, "care.employer": 4}, {"0001": 9}),
        ("1-1-1-1", {"levies": 27, "insolvency.levy": 2, "sickness.levy": 10}, {"0050": 2, "U1": 10, "UML": 15}),
        ("1-1-1-1", {"levies": 3, "insolvency.levy": 2, "sickness.levy": 10}, {"UML": 3}),
        ("1-1-1-1", {"sickness.levy": 10, "maternity.levy": 4, "accident.levy": 8}, {"U1": 10, "U2": 4}),
        ("1-1-1-1", {"wage_tax": 5, "pay.salary": 100, "kept.garnishment": 7, "wage_tax.refund": -3}, {}),
    ],
)  # fmt: skip
def test_lines_fall_into_the_groups_of_their_key(key, lines, groups):
    assert by_group([line(code, cents) for code, cents in lines.items()], key=key) == groups


@pytest.mark.parametrize(
    ("key", "code"), [("0-1-0-0", "health.employee"), ("1-1-1-1", "new.thing"), ("1-1-1-1", "health.shared")]
)
def test_a_line_of_no_group_stops_the_statement(key, code):
    with pytest.raises(UnknownLine, match=code):
        by_group([line(code, 1)], key=key)


# --- statements -------------------------------------------------------------------------------------------------

SHARES = st.dictionaries(
    st.integers(1, 4),
    st.dictionaries(st.sampled_from([group.value for group in ContributionGroup]), st.integers(-(10**6), 10**6)),
)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=6))
def test_all_statements_together_are_what_was_booked(months):
    """Whatever was expected of a month: with the next statement it is made good."""
    stated: dict[int, int] = {}
    expected_before: dict[int, dict[str, int]] = {}
    for booked, expected in months:
        # Each month's pay is booked after its statement, so it is late in the next one.
        found = statements(posted=[], late=[booked], expected=[expected], stated_before=expected_before)
        for one in found:
            stated[one.fund_id] = stated.get(one.fund_id, 0) + one.total_cents
            assert sum(one.groups.values()) == one.total_cents
        expected_before = {fund: dict(groups) for fund, groups in expected.items()}
    last = months[-1][1]
    for fund in range(1, 5):
        owed = sum(sum(booked.get(fund, {}).values()) for booked, _expected in months)
        assert stated.get(fund, 0) == owed + sum(last.get(fund, {}).values())


def test_adding_leaves_no_zeros():
    assert added({"a": 1, "b": 2}, {"b": 2, "c": 3}, sign=-1) == {"a": 1, "c": -3}


# --- wage tax ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_year", "first_month", "rhythm"),
    [
        (500_000, 0, Rhythm.QUARTER),
        (500_001, 0, Rhythm.MONTH),
        (108_000, 0, Rhythm.YEAR),
        (108_001, 0, Rhythm.QUARTER),
        (None, 41_667, Rhythm.MONTH),
        (None, 9_000, Rhythm.YEAR),
    ],
)
def test_the_year_before_decides_how_often_the_return_is_due(last_year, first_month, rhythm):
    assert rhythm_of(last_year_cents=last_year, first_month_cents=first_month) is rhythm


@pytest.mark.parametrize(
    ("month", "rhythm", "period"),
    [
        (date(2026, 12, 1), Rhythm.MONTH, (date(2026, 12, 1), date(2027, 1, 1))),
        (date(2026, 11, 1), Rhythm.QUARTER, (date(2026, 10, 1), date(2027, 1, 1))),
        (date(2026, 5, 1), Rhythm.QUARTER, (date(2026, 4, 1), date(2026, 7, 1))),
        (date(2026, 5, 1), Rhythm.YEAR, (date(2026, 1, 1), date(2027, 1, 1))),
    ],
)
def test_periods(month, rhythm, period):
    assert period_of(month, rhythm) == period


# --- notices ----------------------------------------------------------------------------------------------------


def insured(month: int, **changes: object) -> Insured:
    """A month of 2026, fully insured: 100 EUR count for the pension, of 120 EUR pay."""
    facts = {"fund_id": 1, "persons": "101", "groups": "1111", "base_cents": 100_00, "pay_cents": 120_00}
    return Insured(month=date(2026, month, 1), **{**facts, **changes})


def short(notices):
    return [(one.reason.value, one.since, one.until, one.pay_euros) for one in notices]


def test_an_employment_within_a_year():
    span = (date(2026, 3, 1), date(2026, 6, 1))
    found = notices_of(7, [span], [insured(month) for month in (3, 4, 5)], today=date(2026, 12, 31))
    assert short(found) == [
        ("10", date(2026, 3, 1), None, None),
        ("30", date(2026, 3, 1), date(2026, 5, 31), 300),
    ]
    assert [one.due_on for one in found] == [date(2026, 4, 12), date(2026, 7, 12)]
    assert found[1].actual_euros == 360
    assert found[1].subject == "person:7:30:2026-05-31"


def test_an_employment_over_the_year_has_annual_notices():
    span = (date(2026, 3, 1), None)
    found = notices_of(7, [span], [insured(month) for month in range(3, 13)], today=TODAY)
    assert short(found) == [
        ("10", date(2026, 3, 1), None, None),
        ("50", date(2026, 3, 1), date(2026, 12, 31), 1000),
        ("92", date(2026, 1, 1), date(2026, 12, 31), 1200),
    ]
    assert [one.due_on for one in found[1:]] == [date(2027, 2, 15), date(2027, 2, 16)]


def test_whoever_left_within_the_year_has_the_accident_report_alone():
    found = notices_of(7, [(date(2026, 3, 1), date(2026, 4, 1))], [insured(3)], today=TODAY)
    assert [one.reason for one in found] == [Reason.ENTRY, Reason.EXIT, Reason.ACCIDENT_ANNUAL]


@pytest.mark.parametrize(
    ("change", "out", "back"),
    [
        ({"fund_id": 2}, Reason.EXIT_FUND, Reason.ENTRY_FUND),
        ({"groups": "0100"}, Reason.EXIT_GROUP, Reason.ENTRY_GROUP),
        ({"persons": "106"}, Reason.EXIT_OTHER, Reason.ENTRY_OTHER),
        # A Minijob becomes an ordinary job: another fund collects, which goes before the keys.
        ({"fund_id": 2, "groups": "6100", "persons": "109"}, Reason.EXIT_FUND, Reason.ENTRY_FUND),
    ],
)
def test_a_change_ends_one_insurance_and_begins_the_next(change, out, back):
    months = [insured(3), insured(4), insured(5, **change)]
    found = notices_of(7, [(date(2026, 3, 1), None)], months, today=date(2026, 6, 1))
    assert [(one.reason, one.since, one.until) for one in found] == [
        (Reason.ENTRY, date(2026, 3, 1), None),
        (out, date(2026, 3, 1), date(2026, 4, 30)),
        (back, date(2026, 5, 1), None),
    ]
    assert found[1].pay_euros == 200


def test_a_change_in_the_year_begins_the_annual_notice():
    months = [*(insured(month) for month in range(1, 7)), *(insured(month, fund_id=2) for month in range(7, 13))]
    found = notices_of(7, [(date(2025, 1, 1), None)], months, today=TODAY)
    annual = next(one for one in found if one.reason is Reason.ANNUAL)
    assert (annual.since, annual.fund_id, annual.pay_euros) == (date(2026, 7, 1), 2, 600)


@pytest.mark.parametrize(
    ("on", "reason", "since", "until", "due"),
    [
        # Unpaid leave from 4 May: insured for one more month, reported within six weeks.
        (date(2026, 6, 3), Reason.EXIT_UNPAID, date(2026, 1, 1), date(2026, 6, 3), date(2026, 7, 15)),
        (date(2026, 6, 8), Reason.ENTRY_OTHER, date(2026, 6, 8), None, date(2026, 7, 20)),
        # Sickness benefit from 4 May: June is the first whole month, reported two weeks after it.
        (date(2026, 5, 3), Reason.INTERRUPTION, date(2026, 1, 1), date(2026, 5, 3), date(2026, 7, 14)),
        (date(2026, 4, 30), Reason.PARENTAL, date(2026, 1, 1), date(2026, 4, 30), date(2026, 6, 14)),
    ],
)
def test_a_time_without_pay(on, reason, since, until, due):
    months = [insured(month) for month in (3, 4, 5)]
    away = Break(on=on, reason=reason)
    found = notices_of(7, [(date(2026, 3, 1), None)], months, [away], today=date(2026, 9, 1))
    notice = next(one for one in found if one.reason is reason)
    assert (notice.since, notice.until, notice.due_on) == (since, until, due)


def test_pay_is_reported_in_whole_euros():
    assert [whole_euros(cents) for cents in (49, 50, 149, 150)] == [0, 1, 1, 2]


# --- refunds ----------------------------------------------------------------------------------------------------

MARCH = MonthPay(month=date(2026, 3, 1), pay_cents=310_000, employer_cents=62_000, days=31)
APRIL = MonthPay(month=date(2026, 4, 1), pay_cents=300_000, employer_cents=60_000, days=30)


def test_a_refund_over_two_months():
    found = refund(
        [MARCH, APRIL], since=date(2026, 3, 30), until=date(2026, 4, 4), rate=Decimal("0.8"), with_contributions=True
    )
    assert (found.days, found.pay_cents, found.employer_cents) == (5, 20_000 + 30_000, 4_000 + 6_000)
    assert found.amount_cents == 48_000


def test_pay_of_part_of_a_month_is_that_of_the_days_it_was_paid_for():
    part = MonthPay(month=date(2026, 4, 1), pay_cents=110_000, employer_cents=22_000, days=11)
    rest = {"since": date(2026, 4, 1), "rate": Decimal("0.8"), "with_contributions": False}
    assert refund([part], until=date(2026, 4, 12), **rest).pay_cents == 110_000
    with pytest.raises(InvalidInput, match="fewer days"):
        refund([part], until=date(2026, 4, 13), **rest)


def test_a_refund_needs_days_and_payslips():
    for since, until in ((date(2026, 3, 5), date(2026, 3, 5)), (date(2026, 2, 27), date(2026, 3, 2))):
        with pytest.raises(InvalidInput):
            refund([MARCH], since=since, until=until, rate=Decimal(1), with_contributions=False)


# --- accident insurance -----------------------------------------------------------------------------------------


def test_the_accident_report_caps_each_persons_pay():
    people = [
        InsuredYear(person_id=1, pay_cents=10_000_049, hours=(Decimal(2080) / 12,) * 12),
        InsuredYear(person_id=2, pay_cents=1_200_050, hours=(Decimal("67.2"),) * 6),
        InsuredYear(person_id=3, pay_cents=0, hours=()),
    ]
    found = accident_report(people, most_year_cents=9_600_000)
    assert (found.people, found.pay_euros, found.capped) == (2, 108_001, 1)
    assert found.hours == 2483  # 2080 and 403.2
