"""The work list of notices against what was paid and who was away."""

from datetime import UTC, date, datetime

import pytest

from payroll.models import Payslip
from payroll.papers.figures.notices import Reason, whole_euros
from payroll.papers.filings import file
from payroll.papers.notices import breaks_since, notice_rows, open_notices
from payroll.papers.states import FilingKind
from payroll.timekeeping.states import AbsenceCause
from tests.factories.payroll import MARCH, employ, give_money, make_member, run_month
from tests.factories.timekeeping import make_absence

TODAY = date(2026, 8, 1)


@pytest.fixture
def ada(cast):
    person = make_member()
    give_money(person, 9_000_000)
    employ(person, 115_000, starts_on=MARCH, ends_on=date(2026, 5, 1))
    for month in (3, 4):
        run_month(cast.payroll, cast.board, date(2026, month, 1), datetime(2026, month, 20, 9, tzinfo=UTC))
    return person


def test_entry_and_exit_carry_keys_and_pay(ada):
    entry, leaving = notice_rows(TODAY)
    assert (entry.notice.reason, entry.notice.since, entry.notice.due_on) == (Reason.ENTRY, MARCH, date(2026, 4, 12))
    assert (entry.notice.persons, entry.notice.groups, entry.fund) == ("101", "1111", "Musterkasse")
    assert leaving.notice.reason is Reason.EXIT
    slips = Payslip.objects.all()
    bases = [line["basis_cents"] for slip in slips for line in slip.lines if line["code"] == "pension.employer"]
    assert leaving.notice.pay_euros == whole_euros(sum(bases))
    assert leaving.notice.actual_euros == 2300
    assert leaving.figures["pay"] == f"{leaving.notice.pay_euros}.00"


def test_what_was_made_leaves_the_list(ada, cast):
    row = open_notices(TODAY)[0]
    file(
        kind=FilingKind.NOTICE, subject=row.notice.subject, due_on=row.notice.due_on, filed_on=TODAY,
        figures=row.figures, by=cast.payroll, at=datetime(2026, 8, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    assert [one.notice.reason for one in open_notices(TODAY)] == [Reason.EXIT]
    assert notice_rows(TODAY)[-1].filed is not None


@pytest.mark.parametrize(
    ("cause", "until", "reasons"),
    [
        (AbsenceCause.PARENTAL, date(2026, 7, 1), [Reason.PARENTAL]),
        (AbsenceCause.UNPAID, date(2026, 6, 15), [Reason.EXIT_UNPAID, Reason.ENTRY_OTHER]),
        (AbsenceCause.UNPAID, date(2026, 5, 10), []),
        (AbsenceCause.SICK, date(2026, 5, 10), []),
        (AbsenceCause.VACATION, date(2026, 5, 10), []),
    ],
)
def test_absences_ask_for_notices(cast, cause, until, reasons):
    bo = make_member("Bo")
    give_money(bo, 9_000_000)
    employ(bo, 300_000)
    make_absence(bo, cause, date(2026, 5, 4), until, confirmed_by=cast.payroll)
    found = breaks_since(date(2026, 1, 1), TODAY).get(bo.pk, [])
    assert [one.reason for one in found] == reasons
