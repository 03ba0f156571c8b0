"""Several invoices of one job: parts, retainers, advances, and the final invoice that deducts them."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import translation

from coop.errors import InvalidInput, NotFound
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Cover, Posting
from coop.ledger.queries import account_balance, account_balances
from coop.ledger.verify import problems
from coop.states import InvalidTransition
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from invoicing.actions import (
    AdvanceOpen,
    BeyondJob,
    HasInvoice,
    NotPlannable,
    cancel_invoice,
    cancel_job,
    drop_planned,
    issue_invoice,
    issue_planned,
    plan_invoice,
    plan_months,
)
from invoicing.einvoice.cii import cii_of
from invoicing.einvoice.paper import InvoiceFormat
from invoicing.models import Invoice, PlannedInvoice
from invoicing.papers import paper_of
from invoicing.states import InvoiceKind, JobState
from tests.factories.invoicing import ISSUED, WORKED, make_confirmed_job, make_invoice, make_planned
from tests.factories.tenancy import make_cooperative, make_role
from tests.invoicing.einvoice.oracle import broken_rules
from tests.invoicing.settling import pay

JUNE = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def staff(coop):
    return make_role(Role.INVOICING)


@pytest.fixture
def member(coop):
    return make_role(Role.MEMBER)


def issue(planned: PlannedInvoice, staff, on: date = WORKED[0]) -> Invoice:
    return issue_planned(planned_ids=[planned.pk], on=on, by=staff)[0]


def paper(invoice: Invoice):
    return paper_of(invoice, list(invoice.lines.order_by("position")))


def test_an_advance_its_money_and_the_final_invoice_to_the_cent(member, staff):
    job = make_confirmed_job(member, staff)  # 1,000.00 net
    advance = issue(make_planned(job), staff)  # 300.00 net
    assert (advance.kind, advance.net_cents, advance.vat_cents, advance.job.state) == (
        "advance",
        30_000,
        5_700,
        "confirmed",
    )
    assert {code: cents for code, cents in account_balances().items() if cents} == {
        A.RECEIVABLE: 35_700, A.PREPAYMENTS: -30_000, A.VAT_NOT_DUE: -5_700,
        A.ALLOC: 30_000, A.PENDING: -27_300, A.FEE: -2_700,
    }  # fmt: skip
    assert Cover.objects.get().cents == 91_000
    with pytest.raises(AdvanceOpen):
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    pay(advance, 35_700)
    # The tax of an advance falls due with the money, whatever the scheme.
    assert (account_balance(A.VAT), account_balance(A.VAT_NOT_DUE)) == (-5_700, 0)
    assert Cover.objects.get().cents == 91_000 - 27_300
    final = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert (final.kind, final.net_cents, final.vat_cents, final.gross_cents) == ("final", 70_000, 13_300, 83_300)
    assert [(line.quantity, line.net_cents) for line in final.lines.order_by("position")] == [
        (1, 100_000),
        (-1, -30_000),
    ]
    deduction = final.lines.get(position=2)
    assert advance.number in deduction.title
    assert "300.00 EUR" in deduction.description  # § 14 (5) UStG: the payment and the tax on it
    assert "57.00 EUR" in deduction.description
    assert account_balance(A.PREPAYMENTS) == 0
    assert (account_balance(A.REVENUE), account_balance(A.VAT)) == (-100_000, -19_000)
    month = Posting.objects.get(account__code=A.VAT, entry__source=f"invoice:{final.pk}:issue").tax_month
    assert month == date(2026, 5, 1)
    pay(final, 83_300)
    job.refresh_from_db()
    assert (job.state, Cover.objects.exists()) == (JobState.PAID, False)
    assert (account_balance(A.FREE), account_balance(A.FEE), account_balance(A.PENDING)) == (-91_000, -9_000, 0)
    assert list(problems()) == []


@pytest.mark.parametrize("form", list(InvoiceFormat))
def test_advance_and_final_invoice_pass_the_official_rules(member, staff, form):
    line = {
        "title": "Text",
        "unit": "C62",
        "quantity": Decimal(1),
        "unit_price": Decimal("700.01"),
        "discount_cents": 0,
    }
    lines = [line, {**line, "title": "Workshop", "service": "advice", "unit_price": Decimal("299.98")}]
    job = make_confirmed_job(member, staff, net_cents=None, service="rights", lines=lines)
    advance = issue(make_planned(job, net_cents=33_333), staff)
    assert sum(tax["net_cents"] for tax in advance.taxes) == 33_333
    pay(advance, advance.gross_cents)
    final = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert final.net_cents == 99_999 - 33_333
    assert final.net_cents == sum(line.net_cents for line in final.lines.all())
    for invoice in (advance, final):
        # What carries the rules of Factur-X knows nothing of XRechnung's process; the rest of both is the same.
        assert broken_rules(cii_of(paper(invoice))) == []
    assert advance.number.encode() in cii_of(paper(final), form)
    kind = b"386" if form == InvoiceFormat.FACTUR_X else b"326"
    assert b"<ram:TypeCode>" + kind + b"<" in cii_of(paper(advance), form)


def test_a_retainer_is_invoiced_by_months_and_the_job_is_done_with_the_last(member, staff):
    job = make_confirmed_job(
        member, staff, net_cents=300_000, service_from=date(2026, 3, 15), service_until=date(2026, 5, 20)
    )
    months = plan_months(job_id=job.pk, title="Support", net_cents=100_000, on=WORKED[0], by=member)
    assert [(m.title, m.service_from, m.service_until) for m in months] == [
        ("Support 03/2026", date(2026, 3, 15), date(2026, 3, 31)),
        ("Support 04/2026", date(2026, 4, 1), date(2026, 4, 30)),
        ("Support 05/2026", date(2026, 5, 1), date(2026, 5, 20)),
    ]
    first, second = issue_planned(planned_ids=[months[0].pk, months[1].pk], on=ISSUED, by=staff)
    assert (first.tax_month, second.tax_month) == (date(2026, 3, 1), date(2026, 4, 1))
    assert account_balance(A.REVENUE) == -200_000
    job.refresh_from_db()
    assert (job.state, job.invoiced_cents, Cover.objects.get().cents) == ("confirmed", 200_000, 273_000)
    pay(first, first.gross_cents)
    job.refresh_from_db()
    assert (job.state, Cover.objects.get().cents) == ("confirmed", 182_000)
    third = issue(months[2], staff, ISSUED)
    job.refresh_from_db()
    assert (job.state, job.left_cents) == (JobState.INVOICED, 0)
    for invoice in (second, third):
        pay(invoice, invoice.gross_cents)
    job.refresh_from_db()
    assert (job.state, Cover.objects.exists()) == (JobState.PAID, False)
    assert list(problems()) == []


def test_what_is_left_after_a_part_is_the_remainder(member, staff):
    job = make_confirmed_job(member, staff)
    issue(make_planned(job, kind=InvoiceKind.INVOICE), staff, ISSUED)
    rest = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert (rest.kind, rest.net_cents, rest.lines.get().title) == ("invoice", 70_000, f"Remainder: {job.title}")


def test_a_plan_stays_within_its_job(member, staff):
    job = make_confirmed_job(member, staff)
    planned = make_planned(job, net_cents=60_000)
    for too_much in ({"net_cents": 40_000}, {"net_cents": 40_001, "kind": InvoiceKind.INVOICE}):
        with pytest.raises(BeyondJob):
            make_planned(job, **too_much)
    for wrong in (
        {"net_cents": 0},
        {"title": " "},
        {"title": "x" * 201},
        {"kind": InvoiceKind.FINAL},
        {"service_until": date(2026, 1, 1)},
    ):
        with pytest.raises(InvalidInput):
            make_planned(job, **{"net_cents": 100, **wrong})
    with pytest.raises(BeyondJob):
        plan_months(job_id=job.pk, title="x", net_cents=50_000, on=WORKED[0], by=member)
    for who in (make_role(Role.MEMBER), make_role(Role.ACCOUNTANT)):
        with pytest.raises(NotFound):
            drop_planned(planned_id=planned.pk, on=WORKED[0], by=who)
        with pytest.raises(NotFound):
            plan_invoice(
                job_id=job.pk, kind=InvoiceKind.INVOICE, title="x", net_cents=1, planned_on=ISSUED,
                service_from=WORKED[0], service_until=WORKED[1], on=WORKED[0], by=who,
            )  # fmt: skip
    drop_planned(planned_id=planned.pk, on=WORKED[0], by=member)
    issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    with pytest.raises(NotPlannable):
        make_planned(job)


def test_the_final_invoice_comes_before_its_advance_is_cancelled(member, staff):
    job = make_confirmed_job(member, staff)
    advance = issue(make_planned(job), staff)
    with pytest.raises(HasInvoice):
        cancel_job(job_id=job.pk, reason="", on=JUNE, by=member)
    pay(advance, 35_700)
    final = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    give_up = {"reason": "Wrong", "on": JUNE, "by": staff}
    with pytest.raises(InvalidInput, match="final"):
        cancel_invoice(invoice_id=advance.pk, then=JobState.CONFIRMED, **give_up)
    with pytest.raises(InvalidInput, match="other invoices"):
        cancel_invoice(invoice_id=final.pk, then=JobState.RETURNED, **give_up)
    cancel_invoice(invoice_id=final.pk, then=JobState.CONFIRMED, **give_up)
    job.refresh_from_db()
    assert (job.state, job.invoiced_cents, account_balance(A.PREPAYMENTS)) == ("confirmed", 30_000, -30_000)
    assert Cover.objects.get().cents == 91_000 - 27_300
    cancel_invoice(invoice_id=advance.pk, then=JobState.CONFIRMED, **give_up)
    assert (account_balance(A.PREPAYMENTS), account_balance(A.REVENUE)) == (0, 0)
    assert (account_balance(A.CLIENT_CREDIT), account_balance(A.VAT_AWAITING_REFUND)) == (-35_700, 5_700)
    assert Cover.objects.get().cents == 91_000
    assert issue_invoice(job_id=job.pk, on=JUNE, by=staff).net_cents == 100_000
    assert list(problems()) == []


def test_a_planned_invoice_is_issued_once(member, staff):
    planned = make_planned(make_confirmed_job(member, staff))
    issue(planned, staff)
    with pytest.raises(NotFound):
        issue(planned, staff)
    with pytest.raises(NotFound):
        drop_planned(planned_id=planned.pk, on=WORKED[0], by=staff)
    unconfirmed = make_invoice(member, staff)
    with pytest.raises(InvalidTransition):
        issue_invoice(job_id=unconfirmed.job_id, on=ISSUED, by=staff)


@pytest.mark.usefixtures("committing")
def test_two_racing_staff_issue_one_draft_once():
    coop_id = make_cooperative().pk
    with coop_scope(coop_id):
        staff = [make_role(Role.INVOICING), make_role(Role.INVOICING)]
        planned = make_planned(make_confirmed_job(make_role(Role.MEMBER), staff[0]))
    start, results = Barrier(2), []

    def race(who) -> None:
        try:
            with coop_scope(coop_id):
                start.wait(timeout=20)
                results.append(issue(planned, who).number)
        except NotFound:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=race, args=(who,)) for who in staff]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with coop_scope(coop_id):
        assert sorted(results) == sorted(["refused", Invoice.objects.get().number])
