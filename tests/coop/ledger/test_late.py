"""Whoever books into a closed month is told where it stands instead: at every door where that can happen."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from coop.banking.camt_writer import camt053
from coop.banking.models import BankTransaction, Match
from coop.ledger.actions import PeriodClosed, close_period
from coop.ledger.models import Entry, Period
from payroll.models import Payslip
from tests.factories import payroll as salaried
from tests.factories.banking import IBAN, bring_in, make_account, make_debt, paid
from tests.factories.invoicing import make_confirmed_job

JANUARY = date(2026, 1, 1)
IN_JANUARY, IN_FEBRUARY = date(2026, 1, 20), date(2026, 2, 3)
BOOKED_LATER = "January 2026 is closed. What is dated then was booked in February 2026 and keeps its true day."


@pytest.fixture
def closed(cast):
    """January 2026 is closed and February is open."""
    make_account()
    for number, day in ((1, IN_JANUARY), (2, IN_FEBRUARY)):
        make_debt(f"RE-2026-90000{number}")
        bring_in(cast.accountant, paid(10_000, f"RE-2026-90000{number}", on=day))
    close_period(month=JANUARY, by=cast.accountant, at=datetime(2026, 2, 5, tzinfo=UTC))


def told(browser, address, data=None):
    """What the person reads after a POST."""
    page = browser.post(address, data or {}, follow=True, headers={"accept-language": "en"})
    return [str(message) for message in page.context["messages"]]


def test_a_month_is_closed_once(closed, cast, client_of):
    browser = client_of(cast.accountant, cast.coop)
    assert told(browser, reverse("front:close_month", args=[2026, 1])) == [
        "2026-01 is closed already. What comes late is booked in the first open month."
    ]
    assert Period.objects.filter(closed_at__isnull=False).count() == 1


def test_a_statement_of_a_closed_month(closed, cast, client_of):
    browser = client_of(cast.accountant, cast.coop)
    make_debt("RE-2026-900003")
    data = camt053(iban=IBAN, entries=[paid(10_000, "RE-2026-900003", on=IN_JANUARY)])
    upload = {"file": SimpleUploadedFile("statement.xml", data)}
    assert BOOKED_LATER in told(browser, reverse("banking:upload"), upload)
    entry = Entry.objects.get(source=Match.objects.order_by("id").last().source)
    assert (entry.event_on, entry.booked_on) == (IN_JANUARY, date(2026, 2, 1))


@pytest.mark.parametrize(("day", "late"), [(IN_JANUARY, True), (IN_FEBRUARY, False)])
def test_a_payment_matched_by_hand(day, late, closed, cast, client_of):
    claim = make_debt("RE-2026-900003")
    bring_in(cast.accountant, paid(4_000, "no reference", on=day))
    row = BankTransaction.objects.order_by("id").last()
    browser = client_of(cast.accountant, cast.coop)
    texts = told(browser, reverse("banking:match", args=[row.pk]), {f"claim_{claim.pk}": "40.00"})
    assert texts == ["Matched.", BOOKED_LATER][: 1 + late]


def test_an_invoice_of_a_closed_month(closed, cast, client_of):
    job = make_confirmed_job(cast.member, cast.invoicing, service_from=JANUARY, service_until=IN_JANUARY)
    texts = told(
        client_of(cast.invoicing, cast.coop), reverse("invoicing:issue"), {"job": job.pk, "issued_on": "2026-01-31"}
    )
    assert BOOKED_LATER in texts


def test_a_correction_of_a_closed_month(cast, client_of):
    ada = salaried.make_member()
    salaried.employ(ada, 400_000)
    salaried.run_month(cast.payroll, cast.board)
    close_period(month=salaried.MARCH, by=cast.accountant, at=datetime(2026, 4, 5, tzinfo=UTC))
    slip = Payslip.objects.get()
    salaried.enter_tax_data(
        person_id=ada.pk,
        since=salaried.MARCH,
        tax_id=salaried.tax_id(1),
        tax_class=3,
        federal_state="BE",
        at=salaried.NOW,
        by=None,
    )
    (text,) = told(client_of(cast.payroll, cast.coop), reverse("payroll:correct", args=[slip.pk]))
    new = Payslip.objects.get(corrects=slip)
    with translation.override("en"):
        assert text.startswith("The correction of March 2026 was booked in ")
        assert text.endswith("; March 2026 itself stays as it was.")
    entry = Entry.objects.get(source=f"payslip:{new.pk}")
    assert entry.booked_on == new.posted_on > date(2026, 3, 31)


def test_a_month_that_is_closed_while_somebody_books_says_to_do_it_again(closed):
    refusal = (
        "The month was closed meanwhile and nothing was booked. Do it again: it is booked in the first open month."
    )
    with translation.override("en"):
        assert str(PeriodClosed()) == refusal
