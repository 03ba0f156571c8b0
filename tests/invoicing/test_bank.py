"""From a statement of the bank to the member's budget, and back."""

from datetime import date

from coop.banking.actions import undo_match
from coop.banking.models import Match
from coop.ledger.queries import figures_of
from coop.ledger.verify import problems
from invoicing.models import InvoicePayment
from invoicing.states import InvoiceState, JobState
from tests.cast import Cast
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.invoicing import make_budget, make_invoice

DAY = date(2026, 6, 20)


def test_a_statement_pays_an_invoice_and_an_undone_match_opens_it_again(cast: Cast):
    make_account()
    budget = make_budget()
    invoice = make_invoice(cast.member, cast.invoicing, budget=budget)
    bring_in(cast.accountant, paid(invoice.gross_cents, f"Rechnung {invoice.number}", on=DAY))
    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid_on, invoice.job.state) == (InvoiceState.PAID, DAY, JobState.PAID)
    assert figures_of(budget.pk, DAY).free_cents == 91_000
    assert list(problems()) == []
    undo_match(match_id=Match.objects.get().pk, on=DAY, by=cast.accountant)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid_cents) == (InvoiceState.ISSUED, 0)
    assert InvoicePayment.objects.get().undone
    figures = figures_of(budget.pk, DAY)
    assert (figures.free_cents, figures.pending_cents, figures.cover_cents) == (0, 91_000, 91_000)
    assert list(problems()) == []
