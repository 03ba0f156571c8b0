"""Fixed terms and the form of papers."""

from datetime import date
from decimal import Decimal

import pytest

from payroll.germany.fixed_term import (
    Doubt,
    Form,
    PaperKind,
    Term,
    check_fixed_term,
    form_needed,
    form_suffices,
    register_by,
)
from payroll.germany.law import german_law

LAW = german_law(date(2026, 6, 1))


def term(first: tuple[int, int], until: tuple[int, int] | None, gross: int = 100_000, hours: int = 15) -> Term:
    """A contract from a month (year, month) until another."""
    return Term(
        starts_on=date(*first, 1),
        ends_on=date(*until, 1) if until else None,
        gross_cents=gross,
        weekly_hours=Decimal(hours),
    )


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([term((2026, 1), (2028, 1))], []),  # two years
        ([term((2026, 1), (2028, 2))], [Doubt.TOO_LONG]),
        ([term((2026, 1), None)], []),
        ([term((2026, 1), (2026, 5)), term((2026, 5), (2028, 1))], []),
        ([term((2026, 1), (2026, 5)), term((2026, 5), (2028, 2))], [Doubt.TOO_LONG]),
        ([term((2026, n), (2026, n + 1)) for n in (1, 2, 3, 4)], []),  # three extensions
        ([term((2026, n), (2026, n + 1)) for n in (1, 2, 3, 4, 5)], [Doubt.TOO_MANY_EXTENSIONS]),
        ([term((2025, 1), (2025, 5)), term((2026, 1), (2026, 5))], [Doubt.EMPLOYED_BEFORE]),
        ([term((2026, 1), (2026, 5)), term((2026, 5), (2026, 9), gross=120_000)], [Doubt.CHANGED_TERMS]),
        ([term((2026, 1), (2026, 5)), term((2026, 5), (2026, 9), hours=20)], [Doubt.CHANGED_TERMS]),
        ([term((2025, 1), (2025, 5)), term((2026, 1), None)], []),
    ],
)
def test_what_speaks_against_a_fixed_term(terms, expected):
    """§ 14 (2) TzBfG."""
    found = check_fixed_term(LAW, terms[:-1], terms[-1])
    assert [one.doubt for one in found] == expected
    assert all("§ 14 (2)" in one.source for one in found)


@pytest.mark.parametrize(
    ("kind", "fixed", "form", "source"),
    [
        (PaperKind.TERMS, False, Form.TEXT, "§ 2 (1) NachwG"),
        (PaperKind.TERMS, True, Form.QUALIFIED, "§ 14 (4) TzBfG"),
        (PaperKind.ADDENDUM, False, Form.TEXT, "§ 3 NachwG"),
        (PaperKind.ADDENDUM, True, Form.QUALIFIED, "§ 14 (4) TzBfG"),
        (PaperKind.NOTICE, False, Form.PAPER, "§ 623 BGB"),
        (PaperKind.END_AGREEMENT, True, Form.PAPER, "§ 623 BGB"),
    ],
)
def test_the_form_of_each_paper(kind, fixed, form, source):
    needed = form_needed(kind, fixed_term=fixed)
    assert (needed.form, needed.source) == (form, source)


def test_a_stronger_form_suffices_and_a_weaker_does_not():
    matrix = {(needed, used): form_suffices(needed, used) for needed in Form for used in Form}
    assert [pair for pair, good in matrix.items() if not good] == [
        (Form.QUALIFIED, Form.TEXT),
        (Form.PAPER, Form.TEXT),
        (Form.PAPER, Form.QUALIFIED),
    ]


def test_one_registers_as_job_seeking_three_months_before_or_within_three_days():
    """§ 38 (1) SGB III; a contract of four months: in its first."""
    assert register_by(date(2026, 1, 20), date(2026, 6, 1)) == date(2026, 3, 1)
    assert register_by(date(2026, 4, 20), date(2026, 6, 1)) == date(2026, 4, 23)
