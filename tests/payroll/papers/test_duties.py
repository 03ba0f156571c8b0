"""The office's month from its inputs to its end: what is open, who did what when."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from coop.banking.actions import approve_payment_order
from coop.banking.models import PaymentOrder
from coop.ledger.actions import close_period
from coop.ledger.models import Period
from payroll.actions import close_run, follow_payments
from payroll.papers.duties import DutyState, StepKind, duties, next_duty
from payroll.timekeeping.states import AbsenceCause
from tests.factories.banking import bring_in, paid
from tests.factories.payroll import MARCH, RUN_AT, employ, give_money, make_member, run_month
from tests.factories.timekeeping import make_absence

TODAY = date(2026, 3, 20)
AT = datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.fixture
def ada(cast):
    person = make_member("Ada")
    give_money(person, 2_000_000)
    employ(person)
    return person


def duty(key, month=MARCH, today=TODAY):
    return next(one for one in duties(month, today) if one.key == key)


def test_the_inputs_freeze_on_the_15th_and_say_what_waits(ada, cast):
    make_absence(ada, AbsenceCause.SICK, date(2026, 3, 2), date(2026, 3, 4))
    inputs = duty("inputs")
    assert (inputs.due_on, inputs.done, inputs.count) == (date(2026, 3, 15), False, 1)
    assert inputs.state(TODAY) is DutyState.LATE
    assert next_duty(duties(MARCH, TODAY)).step is StepKind.INPUTS
    run_month(cast.payroll, cast.board)
    inputs = duty("inputs")
    assert (inputs.done, inputs.done_by) == (True, str(cast.payroll))


def test_the_end_of_the_month_says_what_stands_against_it_and_who_closed_it(ada, cast):
    run = run_month(cast.payroll, cast.board)
    waiting = duty("zz close run")
    assert (waiting.due_on, waiting.done) == (date(2026, 3, 31), False)
    assert "1" in waiting.how
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=RUN_AT)
    bring_in(cast.accountant, paid(-order.total_cents, order.reference, on=order.execute_on))
    follow_payments(at=AT)
    close_run(run_id=run.pk, by=cast.board, at=AT)
    closed = duty("zz close run")
    assert (closed.done, closed.done_by, closed.done_on) == (True, str(cast.board), AT.date())
    books = duty("zz close the books")
    assert (books.done, books.step) == (False, StepKind.BOOKS)
    for period in Period.objects.filter(month__lte=MARCH).order_by("month"):
        close_period(month=period.month, by=cast.accountant, at=AT)
    books = duty("zz close the books")
    assert (books.done, books.done_by) == (True, str(cast.accountant))


def test_without_anybody_employed_nothing_is_to_be_closed(cast):
    assert duties(MARCH, TODAY) == []


def test_the_way_to_the_books_is_shown_to_those_who_may_close_them(ada, cast, client_of):
    run_month(cast.payroll, cast.board)
    address, books = f"{reverse('papers:cockpit')}?month=2026-03", reverse("front:months")
    for user, led in ((cast.payroll, False), (cast.accountant, True)):
        page = client_of(user, cast.coop).get(address, headers={"accept-language": "en"}).content.decode()
        assert "Close the books of the month" in page
        assert (f'href="{books}"' in page.split("<main")[1]) == led
