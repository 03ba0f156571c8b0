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
from payroll.master_data import enter_insurance
from payroll.models import HealthFund, HealthFundRate
from payroll.papers.refunds import CLAIM_KIND, RefundEntered, claim_refund, proposals, refund_figures
from payroll.papers.reports import certificates
from payroll.papers.states import RefundKind
from payroll.states import Cover, ElementKind
from payroll.timekeeping.states import AbsenceCause
from payroll.wage_elements import enter_wage_element
from tests.factories.banking import bring_in, paid
from tests.factories.papers import make_refund
from tests.factories.payroll import MARCH, employ, give_money, health_fund, insurance_number, make_member, run_month
from tests.factories.timekeeping import make_absence

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


def test_paid_illness_is_proposed_with_the_fund_s_rate_until_it_is_claimed(ada, cast):
    make_absence(ada, AbsenceCause.SICK, date(2026, 3, 2), date(2026, 3, 12), confirmed_by=cast.payroll)
    [without_rate] = proposals(2026)
    assert (without_rate.rate, without_rate.amount_cents) == (None, None)
    HealthFundRate.objects.create(
        fund=HealthFund.objects.get(name="Musterkasse"),
        since=date(2026, 1, 1),
        additional_rate=Decimal("0.0269"),
        sickness_levy_rate=Decimal("0.021"),
        maternity_levy_rate=Decimal("0.004"),
        sickness_refund_rate=Decimal("0.7"),
        source="fictitious",
    )
    [found] = proposals(2026)
    assert (found.person_id, found.kind, found.since, found.until) == (ada.pk, RefundKind.SICKNESS, *SICK.values())
    assert found.amount_cents == 70_000
    make_refund(ada, cast.payroll, since=found.since, until=date(2026, 3, 5))
    [rest] = proposals(2026)
    assert (rest.since, rest.until, rest.amount_cents) == (date(2026, 3, 5), date(2026, 3, 12), 49_000)
    make_refund(ada, cast.payroll, since=rest.since, until=rest.until)
    assert proposals(2026) == []


def test_one_off_pay_is_not_refunded_and_part_of_a_month_counts_its_paid_days(cast):
    bo = make_member("Bo")
    give_money(bo, 2_000_000)
    employ(bo, 310_000)
    enter_wage_element(
        person_id=bo.pk, kind=ElementKind.ONE_OFF, since=MARCH, amount_cents=50_000, text="Bonus", at=AT, by=None
    )
    # Ill since 24 January; paid after four weeks of employment, from 29 January, for 42 days: until 11 March.
    make_absence(bo, AbsenceCause.SICK, date(2026, 1, 24), date(2026, 4, 1), confirmed_by=cast.payroll)
    run_month(cast.payroll, cast.board)
    figures, _slip = refund_figures(
        person_id=bo.pk, kind=RefundKind.SICKNESS, rate=Decimal("0.8"), with_contributions=False,
        since=MARCH, until=date(2026, 3, 12),
    )  # fmt: skip
    assert figures.pay_cents == 110_000  # 11 of 31 days of 3,100 EUR, all that was paid of March
    assert (proposals(2026)[0].since, proposals(2026)[0].until) == (MARCH, date(2026, 3, 12))


def test_the_supplement_to_maternity_benefit_is_free_of_everything_and_comes_back_whole(cast):
    eve = make_member("Eve")
    give_money(eve, 2_000_000)
    employ(eve, 310_000)
    make_absence(eve, AbsenceCause.MATERNITY, MARCH, date(2026, 4, 1), confirmed_by=cast.payroll)
    enter_wage_element(
        person_id=eve.pk, kind=ElementKind.MATERNITY, since=MARCH, amount_cents=93_000, text="March", at=AT, by=None
    )
    run_month(cast.payroll, cast.board)
    slip = eve.payslips.get()
    assert (slip.gross_cents, slip.free_cents, slip.payout_cents, slip.cost_cents) == (0, 93_000, 93_000, 93_000)
    [found] = proposals(2026)
    assert (found.kind, found.rate, found.amount_cents) == (RefundKind.MATERNITY, 1, 93_000)
    [row] = certificates(2026).sheets[0].rows[:1]
    assert (row["line_15"], row["line_3"]) == (93_000, 0)


def test_what_private_and_voluntary_cover_cost_stands_on_the_certificate(cast):
    bo, cem = make_member("Bo"), make_member("Cem")
    for person in (bo, cem):
        give_money(person, 4_000_000)
        employ(person, 700_000, leave_out="insurance")
    own = {"since": date(2026, 1, 1), "fund_id": health_fund().pk, "childless": True, "children_under25": 0}
    enter_insurance(
        person_id=bo.pk, insurance_number=insurance_number(1), cover=Cover.PRIVATE, health_premium_cents=60_000,
        care_premium_cents=8_000, basic_premium_cents=55_000, at=AT, by=None, **own,
    )  # fmt: skip
    enter_insurance(
        person_id=cem.pk, insurance_number=insurance_number(2), cover=Cover.VOLUNTARY, at=AT, by=None, **own
    )
    run_month(cast.payroll, cast.board)
    rows = {row["person_id"]: row for row in certificates(2026).sheets[0].rows if row.get("person_id")}
    private, voluntary = rows[bo.pk], rows[cem.pk]
    assert (private["line_24b"], private["line_24c"], private["line_28"]) == (30_000, 4_000, 55_000)
    assert (private["line_24a"], private["line_25"]) == (0, 0)
    # 5,812.50 of 7,000: 7.3 % and half of 2.69 % are 424.31 and 78.18; the fund gets both halves from the employer.
    assert voluntary["line_24a"] == 42_431 + 7_818
    assert voluntary["line_25"] == 2 * voluntary["line_24a"]
    assert voluntary["line_24c"] == 10_463
    assert voluntary["line_26"] == 2 * 10_463 + 3_488  # and the surcharge of the childless
