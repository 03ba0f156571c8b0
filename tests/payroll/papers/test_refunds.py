"""Refunds of sick and maternity pay: to the cent, in the books, once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from coop.banking.models import Claim
from coop.banking.states import ClaimState
from coop.errors import InvalidInput
from coop.ledger.chart import AccountCode
from coop.ledger.queries import account_balance, figures_of
from coop.ledger.verify import problems
from payroll.papers.refunds import CLAIM_KIND, RefundEntered, claim_refund, refund_figures
from payroll.papers.states import RefundKind
from tests.factories.banking import bring_in, paid
from tests.factories.papers import make_refund
from tests.factories.payroll import MARCH, employ, give_money, make_member, run_month

AT = datetime(2026, 4, 10, 9, tzinfo=UTC)
SICK = {"since": date(2026, 3, 2), "until": date(2026, 3, 12)}


@pytest.fixture
def ada(cast):
    person = make_member()
    give_money(person, 2_000_000)
    employ(person, 310_000)
    run_month(cast.payroll, cast.board)
    return person


def test_ten_days_of_a_month_of_31(ada):
    figures, slip = refund_figures(
        person_id=ada.pk, kind=RefundKind.SICKNESS, rate=Decimal("0.7"), with_contributions=False, **SICK
    )
    assert (figures.days, figures.pay_cents, figures.amount_cents) == (10, 100_000, 70_000)
    assert slip.month == MARCH


def test_contributions_come_back_where_the_statutes_say_so(ada):
    figures, slip = refund_figures(
        person_id=ada.pk, kind=RefundKind.MATERNITY, rate=Decimal(1), with_contributions=True,
        since=MARCH, until=date(2026, 4, 1),
    )  # fmt: skip
    assert figures.amount_cents == slip.gross_cents + slip.employer_cents


def test_the_budget_gets_it_and_the_fund_owes_it(ada, cast):
    free = figures_of(ada.budget_id, MARCH).free_cents
    cost = account_balance(AccountCode.EMPLOYER_COST)
    row = make_refund(ada, cast.payroll, **SICK)
    assert figures_of(ada.budget_id, MARCH).free_cents == free + 70_000
    assert account_balance(AccountCode.EMPLOYER_COST) == cost - 70_000
    claim = Claim.objects.get(kind=CLAIM_KIND)
    assert (claim.amount_cents, claim.debtor) == (70_000, "Musterkasse")
    bring_in(cast.accountant, paid(70_000, f"Erstattung {claim.reference}", on=date(2026, 4, 20)))
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED
    assert account_balance(AccountCode.LEVIES, party=f"levy refund:{row.pk}") == 0
    assert [one for one in problems() if "levy refund" in one] == []


def test_pay_that_the_cooperative_carried_comes_back_to_it_first(cast):
    bo = make_member("Bo")
    employ(bo, 310_000)
    run_month(cast.payroll, cast.board)
    before = account_balance(AccountCode.SHORTFALL)
    make_refund(bo, cast.payroll, **SICK)
    assert account_balance(AccountCode.SHORTFALL) == before - 70_000
    assert [one for one in problems() if "levy refund" in one] == []


def test_a_day_is_refunded_once(ada, cast):
    make_refund(ada, cast.payroll, **SICK)
    with pytest.raises(RefundEntered):
        make_refund(ada, cast.payroll, since=date(2026, 3, 11), until=date(2026, 3, 15))


@pytest.mark.parametrize(
    ("kind", "rate", "days"),
    [
        (RefundKind.SICKNESS, "0.81", SICK),
        (RefundKind.SICKNESS, "0", SICK),
        (RefundKind.MATERNITY, "0.8", SICK),
        (RefundKind.SICKNESS, "0.7", {"since": date(2026, 3, 2), "until": date(2026, 3, 2)}),
        (RefundKind.SICKNESS, "0.7", {"since": date(2026, 3, 30), "until": date(2026, 4, 2)}),
    ],
)
def test_what_no_fund_would_pay_is_refused(ada, cast, kind, rate, days):
    with pytest.raises(InvalidInput):
        claim_refund(
            person_id=ada.pk, kind=kind, rate=Decimal(rate), with_contributions=False, by=cast.payroll, at=AT, **days
        )
