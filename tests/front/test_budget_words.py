"""Every movement of a budget in words and parts that add up, in the reader's language; the year on paper."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from coop.banking.actions import undo_match
from coop.banking.models import Match
from coop.errors import NotFound
from coop.front.budget_papers import sums_by_kind, year_paper, years_of
from coop.front.budget_words import words_of
from coop.ledger.queries import budget_statement
from invoicing.actions import cancel_invoice
from invoicing.states import JobState
from tests.factories.banking import bring_in, paid
from tests.factories.front import bill, make_worker, pay, pay_salaries
from tests.factories.payroll import employ, give_money

MAY, JUNE = date(2026, 5, 29), date(2026, 6, 10)


@pytest.fixture
def ada(cast):
    """A member to whom everything happens: paid in parts, undone, cancelled, a salary, money from elsewhere."""
    person = make_worker(cast.member)
    first = bill(person, cast.invoicing, on=MAY, net_cents=100_001)
    for cents, on in ((33_333, date(2026, 6, 5)), (first.gross_cents - 33_333, JUNE)):
        bring_in(cast.accountant, paid(cents, f"Rechnung {first.number}", on=on))
    again = bill(person, cast.invoicing, on=MAY, net_cents=20_000)
    pay([again], cast.accountant, on=JUNE)
    undo_match(match_id=Match.objects.latest("id").pk, on=date(2026, 6, 12), by=cast.accountant)
    wrong = bill(person, cast.invoicing, on=MAY, net_cents=30_000)
    pay([wrong], cast.accountant, on=JUNE)
    cancel_invoice(invoice_id=wrong.pk, reason="Twice", then=JobState.CANCELLED, on=JUNE, by=cast.invoicing)
    give_money(person, 500_000, on=date(2025, 12, 1))
    employ(person, 115_000, starts_on=date(2026, 6, 1), ends_on=date(2026, 9, 1))
    pay_salaries(date(2026, 6, 1), first=cast.payroll, second=cast.board)
    return person


def test_the_parts_of_each_movement_add_up_to_what_it_moved(ada):
    movements = budget_statement(ada.budget_id)
    words = words_of(movements, "en")
    for movement in movements:
        assert sum(part.cents for part in words[movement.number].parts) == movement.free_cents, movement.source
    told = [movement for movement in movements if words[movement.number].text != movement.text]
    assert {movement.source.split(":")[0] for movement in told} == {"match", "invoice", "payslip"}
    assert len(told) == len(movements) - 1  # of money from elsewhere no document says more


def test_payments_name_client_invoice_tax_and_fee_and_have_all_of_the_tax_in_the_end(ada):
    movements = [one for one in budget_statement(ada.budget_id) if one.source.startswith("match:")][:2]
    with translation.override("en"):
        words = words_of(movements, "en")
    vat, fee = (
        [part.cents for movement in movements for part in words[movement.number].parts if label in part.label]
        for label in ("VAT", "Fee")
    )
    assert sum(vat) == -19_000  # 19 % of 1,000.01, rounded
    assert sum(fee) == -9_000
    assert "fee, €" in words[movements[0].number].text


def test_words_are_the_readers(ada):
    movements = budget_statement(ada.budget_id)
    with translation.override("de"):
        german = words_of(movements, "de")
    salary = next(german[one.number].text for one in movements if one.source.startswith("payslip:"))
    assert salary.startswith("Gehalt Juni 2026: 1.150,00")
    back = next(german[one.number].text for one in movements if one.source.endswith(":reversed"))
    assert back.startswith("Zurückgenommen: ")


def test_a_year_begins_where_the_last_one_ended_and_its_kinds_add_up(ada):
    movements = budget_statement(ada.budget_id)
    assert years_of(movements) == [2026, 2025]
    old, new = (year_paper(movements, year, name="Ada", language="en") for year in (2025, 2026))
    assert old.facts[3][1] == new.facts[0][1]
    rows = new.sheets[1].rows
    assert rows[-1]["balance"] == sum(movement.free_cents for movement in movements)
    assert new.sheets[0].totals["cents"] == sum(row["cents"] for row in new.sheets[0].rows)
    assert sum(cents for _label, cents in sums_by_kind(movements)) == movements[-1].free_balance_cents
    with pytest.raises(NotFound):
        year_paper(movements, 2024, name="Ada", language="en")


def test_statement_pages_are_the_readers_and_only_for_years_that_are(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 7, 1, 9, tzinfo=UTC))
    browser = client_of(cast.member, cast.coop)
    paper = browser.get("/mine/budget/2026/")
    assert (paper["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert browser.get("/mine/budget/2024/").status_code == 404
    moved = browser.get("/api/v1/budget/movements/", headers={"accept-language": "en"}).json()["results"]
    assert moved[0]["words"].startswith("Salary of June 2026")
    assert [part["amount"] for part in moved[0]["parts"]] == ["-1150.00", "-294.61"]


def test_words_cost_the_same_statements_for_few_and_for_many_movements(ada):
    movements = budget_statement(ada.budget_id)
    counts = []
    for some in (movements[:-1], movements):
        with CaptureQueriesContext(connection) as queries:
            words_of(some, "en")
        counts.append(len(queries))
    assert counts[0] <= counts[1] <= 6
