"""The bookkeeping walks a and b, to the cent, and what always holds however clients pay."""

from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coop.ledger.actions import month_of
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Cover, Posting
from coop.ledger.queries import account_balance, account_balances, figures_of
from coop.ledger.verify import problems
from coop.tenancy.models import Cooperative, User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import GuaranteeRule, Role, VatScheme
from invoicing.law.allocation import part_due
from invoicing.models import Client
from invoicing.states import InvoiceState, JobState
from tests.factories.invoicing import ISSUED, french, make_budget, make_client, make_invoice, swiss
from tests.factories.tenancy import make_cooperative, make_role
from tests.invoicing.settling import pay, undo


class People(NamedTuple):
    """Who takes part in one example after the other."""

    member: User
    staff: User
    client: Client


JUNE = date(2026, 6, 20)
JULY = date(2026, 7, 3)
MAY = date(2026, 5, 1)


@pytest.fixture(params=list(VatScheme))
def scheme(request: pytest.FixtureRequest) -> VatScheme:
    return request.param


@pytest.fixture
def books(db: None, scheme: VatScheme):
    cooperative = make_cooperative(vat_scheme=scheme)
    with coop_scope(cooperative.pk):
        yield cooperative


@pytest.fixture
def people(books: Cooperative) -> People:
    member = make_role(Role.MEMBER)
    return People(member, make_role(Role.INVOICING), make_client(member))


def tax_of(month: date) -> int:
    """VAT that falls due in a month, credit positive."""
    rows = Posting.objects.filter(account__code=A.VAT, tax_month=month)
    return -sum(rows.values_list("amount_cents", flat=True))


def cover_of(invoice) -> int:
    return sum(Cover.objects.filter(source=f"job:{invoice.job_id}").values_list("cents", flat=True))


def test_walk_a_domestic_paid_in_halves(books: Cooperative, scheme: VatScheme):
    budget = make_budget()
    invoice = make_invoice(make_role(Role.MEMBER), budget=budget)
    agreed = scheme == VatScheme.AGREED
    assert account_balances() == {
        A.RECEIVABLE: 119_000,
        A.REVENUE: -100_000,
        (A.VAT if agreed else A.VAT_NOT_DUE): -19_000,
        A.ALLOC: 100_000,
        A.PENDING: -91_000,
        A.FEE: -9_000,
    }
    assert cover_of(invoice) == 91_000
    pay(invoice, 59_500, JUNE)
    figures = figures_of(budget.pk, JUNE)
    assert (figures.free_cents, figures.pending_cents, figures.cover_cents) == (45_500, 45_500, 45_500)
    assert figures.available_cents == 91_000
    assert invoice.state == InvoiceState.ISSUED
    assert (tax_of(MAY), tax_of(month_of(JUNE))) == ((19_000, 0) if agreed else (0, 9_500))
    assert account_balance(A.VAT_NOT_DUE) == (0 if agreed else -9_500)
    pay(invoice, 59_500, JULY)
    assert {code: cents for code, cents in account_balances().items() if cents} == {
        A.BANK: 119_000,
        A.REVENUE: -100_000,
        A.VAT: -19_000,
        A.ALLOC: 100_000,
        A.FREE: -91_000,
        A.FEE: -9_000,
    }
    assert tax_of(month_of(JULY)) == (0 if agreed else 9_500)
    assert (invoice.state, invoice.paid_on, invoice.job.state) == (InvoiceState.PAID, JULY, JobState.PAID)
    assert cover_of(invoice) == 0
    assert list(problems()) == []


def test_walk_b_reverse_charge_to_france(coop: Cooperative):
    member = make_role(Role.MEMBER)
    invoice = make_invoice(member, client=make_client(member, **french()))
    assert account_balances() == {
        A.RECEIVABLE: 100_000,
        A.REVENUE_EU: -100_000,
        A.ALLOC: 100_000,
        A.PENDING: -91_000,
        A.FEE: -9_000,
    }
    # The EC sales list asks for the quarter of the supply, not of the invoice.
    assert Posting.objects.get(account__code=A.REVENUE_EU).tax_month == MAY
    assert (invoice.vat_category, invoice.vat_wording_en) == ("AE", "Reverse charge")
    assert cover_of(invoice) == 91_000


def test_a_client_outside_the_eu_pays_first(coop: Cooperative):
    member = make_role(Role.MEMBER)
    budget = make_budget()
    invoice = make_invoice(member, client=make_client(member, **swiss()), budget=budget)
    assert account_balance(A.REVENUE_THIRD_COUNTRY) == -100_000
    assert not Cover.objects.exists()
    assert figures_of(budget.pk, ISSUED).available_cents == 0
    pay(invoice, 100_000)
    assert figures_of(budget.pk, JUNE).available_cents == 91_000
    assert not Cover.objects.exists()


def test_without_a_guarantee_nothing_is_covered(db: None):
    with coop_scope(make_cooperative(guarantee=GuaranteeRule.NONE).pk):
        make_invoice(make_role(Role.MEMBER))
        assert not Cover.objects.exists()


def test_an_undone_payment_opens_invoice_job_and_cover_again(books: Cooperative):
    budget = make_budget()
    invoice = make_invoice(make_role(Role.MEMBER), budget=budget)
    first, second = pay(invoice, 40_000), pay(invoice, 79_000)
    undo(invoice, first)
    assert (invoice.state, invoice.paid_cents, invoice.paid_on) == (InvoiceState.ISSUED, 79_000, None)
    assert invoice.job.state == JobState.INVOICED
    undo(invoice, second)
    assert account_balance(A.RECEIVABLE) == 119_000
    assert figures_of(budget.pk, JUNE).pending_cents == 91_000
    assert figures_of(budget.pk, JUNE).free_cents == 0
    assert cover_of(invoice) == 91_000
    pay(invoice, 119_000)
    assert figures_of(budget.pk, JUNE).free_cents == 91_000
    assert invoice.state == InvoiceState.PAID
    assert list(problems()) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), net=st.integers(1, 5_000_000))
def test_no_cent_is_lost_however_a_client_pays(people: People, data: st.DataObject, net: int):
    """Payments of any size, undone in any order, then the rest: PENDING ends at zero, FREE at net less fee."""
    budget = make_budget()
    invoice = make_invoice(people.member, people.staff, client=people.client, budget=budget, net_cents=net)
    share, party = invoice.share_cents, f"invoice:{invoice.pk}"
    live: list[int] = []
    for _step in range(data.draw(st.integers(0, 5))):
        if live and data.draw(st.booleans()):
            undo(invoice, live.pop(data.draw(st.integers(0, len(live) - 1))))
        elif invoice.open_cents:
            live.append(pay(invoice, data.draw(st.integers(1, invoice.open_cents))))
        figures = figures_of(budget.pk, JUNE)
        assert figures.free_cents + figures.pending_cents == share
        assert figures.cover_cents == figures.pending_cents
        assert 0 <= figures.free_cents <= share
        assert account_balance(A.RECEIVABLE, party=party) == invoice.open_cents
    if invoice.open_cents:
        pay(invoice, invoice.open_cents)
    figures = figures_of(budget.pk, JUNE)
    assert (figures.free_cents, figures.pending_cents, figures.cover_cents) == (share, 0, 0)
    assert account_balance(A.RECEIVABLE, party=party) == 0
    assert account_balance(A.VAT_NOT_DUE, party=party) == 0
    assert account_balance(A.VAT, party=party) == -invoice.vat_cents
    assert list(problems()) == []


@given(
    total=st.integers(0, 10**9),
    amount=st.integers(1, 10**9),
    cuts=st.lists(st.integers(1, 10**9), max_size=8),
)
def test_parts_add_up_and_never_go_back(total: int, amount: int, cuts: list[int]):
    paid = moved = 0
    for cut in [*cuts, amount]:
        paid = min(paid + cut, amount)
        part = part_due(total_cents=total, moved_cents=moved, paid_cents=paid, amount_cents=amount)
        assert part >= 0
        moved += part
        assert abs(moved * amount - total * paid) * 2 <= amount
    assert moved == total
