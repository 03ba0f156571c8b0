"""A member's plan out of what is known: it adds up, and more never lowers it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.planning.alternatives import Way, alternatives, changes
from coop.planning.known import Item, ItemKind, Known, MonthOfBudget, known_of
from coop.planning.months import later
from coop.planning.plan import MONTHS, Planner, Wish
from payroll.germany.terms import Terms
from tests.coop.planning.test_requests import known as employed
from tests.factories.invoicing import french, make_client, make_confirmed_job, make_invoice, make_job, swiss
from tests.factories.members import make_member
from tests.factories.payroll import give_money, run_month
from tests.invoicing.settling import pay

TODAY = date(2026, 7, 20)
JULY = date(2026, 7, 1)
AUGUST = date(2026, 8, 1)
SINCE = date(2025, 7, 1)


def made_up(history, *, budget_cents=500_000, items=(), promised=None, advance=None):
    """What is known of somebody, without a database."""
    rhythm = {later(JULY, count - len(history)): cents for count, cents in enumerate(history)}
    return Known(
        person_id=1,
        on=TODAY,
        month=JULY,
        budget_cents=budget_cents,
        months=tuple(MonthOfBudget(month=month, income_cents=cents) for month, cents in rhythm.items()),
        rhythm=rhythm,
        items=tuple(items),
        promised=promised or {},
        contract=None,
        advance_limit_cents=advance,
        recommended_net_cents=None,
        fee_rate=Decimal("0.09"),
    )


def item(cents=300_000, *, number=1, on=date(2026, 9, 15), probability="1", guaranteed=True, client_id=7):
    return Item(
        kind=ItemKind.JOB,
        id=number,
        title="Photographs",
        client="Museum",
        client_id=client_id,
        cents=cents,
        due_on=on,
        expected_on=on,
        probability=Decimal(probability),
        guaranteed=guaranteed,
    )


TERMS = Terms(additional_rate=Decimal("0.0269"), childless=True, levies_rate=Decimal("0.024"))
"""Of a member whose data are complete."""


def planner_of(history, *, paths=1000, **known):
    return Planner(known=made_up(history, **known), terms=TERMS, paths=paths)


WISH = Wish(starts_on=AUGUST)
STEADY = [250_000, 260_000, 240_000, 255_000, 245_000, 250_000] * 2


def test_the_advice_holds_at_its_risk_and_one_step_more_does_not():
    planner = planner_of(STEADY)
    advised = planner.advise(WISH)
    assert advised.salary is not None
    assert advised.risk <= WISH.risk
    bolder = planner.show(WISH, advised.gross_cents + 2_00)
    assert bolder.outlook.costs_cents[1] > advised.bearable_cents
    assert bolder.risk > WISH.risk


def test_a_plan_adds_up_to_the_cent():
    planner = planner_of(STEADY, promised={JULY: 200_000}, items=[item()])
    course = planner.plan(WISH).chosen.outlook
    assert course.costs_cents[0] == 200_000
    left = planner.known.budget_cents
    for income, cost, end in zip(course.expected_cents, course.costs_cents, course.ends_cents, strict=True):
        left += income - cost
        assert end == left


def test_the_same_question_has_the_same_answer():
    known = made_up(STEADY, items=[item(probability="0.6", guaranteed=False)])
    assert Planner(known=known, terms=TERMS).plan(WISH) == Planner(known=known, terms=TERMS).plan(WISH)


_histories = st.lists(st.integers(0, 800_000), min_size=6, max_size=24)


@settings(max_examples=12, deadline=None)
@given(history=_histories, budget=st.integers(-100_000, 2_000_000), more=st.integers(0, 500_000))
def test_more_budget_never_lowers_the_advice(history, budget, more):
    poorer = planner_of(history, budget_cents=budget, paths=200).advise(WISH)
    richer = planner_of(history, budget_cents=budget + more, paths=200).advise(WISH)
    assert richer.gross_cents >= poorer.gross_cents
    assert richer.bearable_cents >= poorer.bearable_cents


@settings(max_examples=12, deadline=None)
@given(history=_histories, risks=st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_a_higher_risk_never_lowers_the_advice(history, risks):
    planner = planner_of(history, paths=200)
    low, high = (planner.advise(replace(WISH, risk=Decimal(risk) / 100)) for risk in sorted(risks))
    assert high.gross_cents >= low.gross_cents


def test_a_guarantee_bears_pay_before_the_money_is_there_up_to_the_limit():
    sure = item(900_000, on=date(2027, 3, 10))
    bare = planner_of([0] * 12, budget_cents=0).advise(WISH)
    assert (bare.salary, bare.gross_cents) == (None, 0)
    backed = planner_of([0] * 12, budget_cents=0, items=[sure]).advise(WISH)
    limited = planner_of([0] * 12, budget_cents=0, items=[sure], advance=100_000).advise(WISH)
    unsure = replace(sure, guaranteed=False)
    waiting = planner_of([0] * 12, budget_cents=0, items=[unsure]).advise(WISH)
    assert backed.bearable_cents > limited.bearable_cents > waiting.bearable_cents == 0


def test_what_falls_through_or_comes_late_is_taken_out_to_the_cent():
    big = item(2_000_000, probability="0.7", guaranteed=False)
    known = made_up(STEADY, items=[big, item(50_000, number=2, client_id=8)])
    planner = Planner(known=known, terms=TERMS)
    sure = Planner(known=replace(known, items=(replace(big, probability=Decimal(1)), known.items[1])), terms=TERMS)
    as_planned = sure.course(WISH).incomes
    gone = planner.course(replace(WISH, dropped="job:1")).incomes
    assert (as_planned - gone)[:, 2].tolist() == [2_000_000] * 1000
    late = planner.course(replace(WISH, late_client=7, late_months=2)).incomes
    assert (late - gone)[:, 4].tolist() == [2_000_000] * 1000
    assert planner.advise(replace(WISH, dropped="job:1")).gross_cents <= sure.advise(WISH).gross_cents


def test_time_off_is_not_paid_and_leaves_more_for_the_other_months():
    planner = planner_of(STEADY)
    off = frozenset({date(2027, 1, 1), date(2027, 2, 1)})
    offer = planner.advise(replace(WISH, off=off))
    assert [cost for month, cost in zip(planner.months, offer.outlook.costs_cents, strict=True) if month in off] == [
        0,
        0,
    ]
    assert offer.gross_cents > planner.advise(WISH).gross_cents


def test_the_ways_and_the_changes_say_what_they_promise():
    planner = planner_of(STEADY, budget_cents=260_000)
    ways = {one.way: one.offer for one in alternatives(planner, WISH)}
    assert ways[Way.SOON].gross_cents >= ways[Way.STEADY].gross_cents >= ways[Way.RESERVE].gross_cents
    assert ways[Way.AVERAGE].risk > WISH.risk
    advised = planner.advise(WISH)
    by_kind = {one.kind: one.gross_cents for one in changes(planner, WISH, advised)}
    assert by_kind["money"] > 0
    assert by_kind["risk"] >= 0


def test_months_beyond_the_confirmed_law_take_the_last_confirmed_one():
    planner = planner_of(STEADY)
    seen = planner.plan(WISH)
    assert seen.law_confirmed_until == date(2026, 12, 1)
    assert len(seen.months) == MONTHS
    assert seen.chosen.outlook.costs_cents[-1] > 0


def test_what_is_known_comes_from_the_ledger_and_the_papers(cast):
    person = employed()
    for count in range(3):
        give_money(person, 300_000, on=later(date(2026, 1, 1), count))
    run_month(cast.payroll, cast.board)
    at_home = make_client(cast.member)
    abroad = make_client(cast.member, **swiss())
    invoice = make_invoice(cast.member, cast.invoicing, client=at_home, budget=person.budget)
    far = make_confirmed_job(cast.member, cast.invoicing, client=abroad, budget=person.budget)
    draft = make_job(cast.member, client=make_client(cast.member, **french()), budget=person.budget)
    seen = known_of(person, TODAY)
    assert [(one.month, one.income_cents, one.salary_cents) for one in seen.months] == [
        (date(2026, 1, 1), 300_000, 0),
        (date(2026, 2, 1), 300_000, 0),
        (date(2026, 3, 1), 300_000, 144_461),
        (date(2026, 4, 1), 0, 0),
        (date(2026, 5, 1), 0, 0),
        (date(2026, 6, 1), 0, 0),
    ]
    assert seen.budget_cents == sum(one.income_cents - one.salary_cents for one in seen.months)
    items = {one.key: one for one in seen.items}
    assert items[f"invoice:{invoice.pk}"].cents == 91_000
    assert items[f"invoice:{invoice.pk}"].probability == 1
    assert not items[f"job:{far.pk}"].guaranteed
    assert items[f"job:{draft.pk}"].probability <= items[f"job:{far.pk}"].probability < 1


def test_a_payment_counts_for_the_month_in_which_it_was_expected(cast):
    person = employed()
    client = make_client(cast.member)

    def invoiced(month):
        first = date(2026, month, 1)
        worked = {"service_from": first, "service_until": date(2026, month, 4)}
        return make_invoice(
            cast.member, cast.invoicing, on=date(2026, month, 5), client=client, budget=person.budget, **worked
        )

    invoices = {month: invoiced(month) for month in range(1, 8)}
    for month in (1, 3, 4, 5):
        pay(invoices[month], invoices[month].gross_cents, invoices[month].due_on)
    pay(invoices[2], invoices[2].gross_cents, date(2026, 3, 12))
    pay(invoices[7], invoices[7].gross_cents, date(2026, 7, 10))
    seen = known_of(person, TODAY)
    came = [one.income_cents for one in seen.months]
    assert came == [91_000, 0, 182_000, 91_000, 91_000, 0]
    assert seen.history == (91_000,) * 6, "the open invoice of June counts by its chance, which a guarantee makes 1"
    assert seen.arrived == {JULY: 91_000}
    assert Planner.of(seen).course(WISH).incomes[:, 0].min() >= 0, "what the budget holds is not expected again"


def test_nothing_is_known_of_somebody_new(cast):
    seen = known_of(make_member(), TODAY)
    assert (seen.months, seen.items, seen.budget_cents, seen.average_cents) == ((), (), 0, None)
    planner = Planner.of(seen)
    assert planner.estimated
    assert planner.advise(WISH).gross_cents == 0


@pytest.fixture
def ada(cast, monkeypatch):
    """A member who signs in on 20 July 2026 with a year of income."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 7, 20, 9, tzinfo=UTC))
    person = employed()
    person.user = cast.member
    person.save(update_fields=["user"])
    for count in range(7):
        give_money(person, 300_000 + 10_000 * count, on=later(date(2026, 1, 1), count))
    return person


def test_the_page_advises_and_answers_the_sliders(ada, cast, client_of, django_assert_max_num_queries):
    browser = client_of(cast.member, cast.coop)
    page = browser.get(reverse("planning:plan"))
    advised = page.context["advised"]
    assert advised.gross_cents > 0
    assert page.context["is_advice"]
    values = {name: field.initial for name, field in page.context["form"].fields.items()}
    values |= {**page.context["form"].initial, "gross": advised.gross_cents // 100 * 3}
    moved = {name: "" if value is None else value for name, value in values.items()}
    with django_assert_max_num_queries(60):
        answer = browser.post(reverse("planning:plan"), moved, headers={"hx-request": "true"})
    assert b"<html" not in answer.content
    assert not answer.context["holds"]
    assert answer.context["chosen"].gross_cents == advised.gross_cents // 100 * 300
    whole = browser.post(reverse("planning:plan"), moved)
    assert b"<html" in whole.content
    paper = browser.get(page.context["actions"][-1]["url"])
    assert (paper["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    for way in Way:
        assert browser.get(reverse("planning:plan"), {"way": way}).status_code == 200
    wrong = browser.post(reverse("planning:plan"), {**moved, "dropped": "job:999"})
    assert wrong.context["form"].errors


def test_who_has_no_budget_is_told_so(cast, client_of):
    page = client_of(cast.member, cast.coop).get(reverse("planning:plan"))
    assert page.status_code == 200
    assert "plan" not in page.context
