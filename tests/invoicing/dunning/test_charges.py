"""Interest and flat sum are claims of their own: found beside the invoice, booked when paid, taken back, waived."""

from datetime import date

import pytest

from coop.banking.actions import undo_match
from coop.banking.matching import Movement, OpenClaim, decide_claims
from coop.banking.models import Claim, Match
from coop.banking.states import ClaimState
from coop.errors import NotFound
from coop.ledger.models import Posting
from coop.ledger.queries import figures_of
from coop.ledger.verify import problems
from invoicing.dunning.actions import StillOpen, waive_charges
from invoicing.dunning.charges import claim_charges
from invoicing.dunning.models import DunningCase, DunningPayment
from invoicing.dunning.states import Beneficiary, CaseState
from invoicing.models import Invoice
from invoicing.states import InvoiceState
from tests.cast import Cast
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.dunning import decide, on_day, switched_on
from tests.factories.invoicing import make_budget, make_invoice

DAY = date(2026, 7, 10)


def _demanded(cast: Cast, **policy: object) -> Invoice:
    """1,190.00 EUR, of which letters have asked 12.35 interest and the flat sum of 40.00 more."""
    make_account()
    decide(**policy)
    invoice = make_invoice(cast.member, cast.invoicing, budget=make_budget())
    DunningCase.objects.create(invoice=invoice, demanded_interest_cents=1235, demanded_flat_cents=4000)
    claim_charges(DAY, {invoice.pk: DAY})
    return invoice


def _postings(source: str) -> dict[str, int]:
    rows = Posting.objects.filter(entry__source=source).values_list("account__code", "amount_cents")
    return dict(rows)


def test_walk_i_interest_and_flat_fee_received(cast: Cast):
    invoice = _demanded(cast)
    bring_in(cast.accountant, paid(119_000 + 5235, f"Rechnung {invoice.number}", on=DAY, name=invoice.buyer_name))
    principal, charges = Match.objects.order_by("claim__beside")
    assert (principal.reason, principal.score, principal.automatic) == ("with_charges", 96, True)
    assert _postings(charges.source) == {"bank": 5235, "interest_income": -1235, "flat_fee_income": -4000}
    invoice.refresh_from_db()
    case = DunningCase.objects.get()
    assert (invoice.state, case.state, case.received_cents) == (InvoiceState.PAID, CaseState.SETTLED, 5235)
    assert list(problems()) == []


def test_what_is_more_than_the_invoice_goes_to_costs_first(cast: Cast):
    invoice = _demanded(cast)
    bring_in(cast.accountant, paid(119_000 + 4500, invoice.number, on=DAY, name=invoice.buyer_name))
    payment = DunningPayment.objects.get()
    assert (payment.fee_cents, payment.interest_cents) == (4000, 500)
    left = Claim.objects.get(kind="dunning")
    assert (left.open_cents, left.state) == (735, ClaimState.PART)
    # What is left comes later, under the invoice's own number.
    bring_in(cast.accountant, paid(735, f"{invoice.number} Zinsen", on=DAY, name=invoice.buyer_name))
    left.refresh_from_db()
    assert left.state == ClaimState.SETTLED
    assert list(problems()) == []


def test_the_policy_may_let_the_budget_benefit_and_an_undone_match_takes_it_back(cast: Cast):
    invoice = _demanded(cast, benefits=Beneficiary.BUDGET)
    bring_in(cast.accountant, paid(119_000 + 5235, invoice.number, on=DAY, name=invoice.buyer_name))
    assert figures_of(invoice.budget_id, DAY).free_cents == 91_000 + 5235
    assert list(problems()) == []
    undo_match(match_id=Match.objects.get(claim__kind="dunning").pk, on=DAY, by=cast.accountant)
    assert figures_of(invoice.budget_id, DAY).free_cents == 91_000
    assert DunningPayment.objects.get().undone
    assert DunningCase.objects.get().received_cents == 0
    assert list(problems()) == []


def test_the_invoice_alone_stops_letters_and_the_rest_can_be_waived(cast: Cast):
    invoice = _demanded(cast)
    with pytest.raises(StillOpen):
        waive_charges(invoice_id=invoice.pk, by=cast.invoicing)
    bring_in(cast.accountant, paid(119_000, invoice.number, on=DAY, name=invoice.buyer_name))
    assert Claim.objects.get(kind="dunning").state == ClaimState.OPEN
    waive_charges(invoice_id=invoice.pk, by=cast.invoicing)
    assert Claim.objects.get(kind="dunning").state == ClaimState.CANCELLED
    with pytest.raises(NotFound):
        waive_charges(invoice_id=invoice.pk, by=cast.invoicing)


def test_letters_open_and_raise_the_claim(cast: Cast):
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    on_day(date(2026, 6, 22))
    assert not Claim.objects.filter(kind="dunning").exists()
    on_day(date(2026, 7, 6))
    claim = Claim.objects.get(kind="dunning")
    # 4.74 interest, 40.00 flat sum, 2.50 costs.
    assert (claim.amount_cents, claim.reference, claim.beside) == (4724, f"{invoice.number}-V", f"invoice:{invoice.pk}")
    assert claim.debtor == invoice.buyer_name


MAIN = OpenClaim(id=1, key="RE20261", open_cents=10_000, debtor="Client GmbH", source="invoice:1")
EXTRA = OpenClaim(id=2, key="RE20261", open_cents=500, debtor="Client GmbH", source="dunning:1", beside="invoice:1")
OTHER = OpenClaim(id=3, key="RE20262", open_cents=7000, debtor="Client GmbH", source="invoice:2")


@pytest.mark.parametrize(
    ("text", "cents", "claims", "parts"),
    [
        ("RE-2026-000001", 10_000, [MAIN, EXTRA], [(1, 10_000)]),
        ("RE-2026-000001", 10_500, [MAIN, EXTRA], [(1, 10_000), (2, 500)]),
        ("RE-2026-000001", 10_200, [MAIN, EXTRA], [(1, 10_000), (2, 200)]),
        ("RE-2026-000001 RE-2026-000002", 17_000, [MAIN, EXTRA, OTHER], [(1, 10_000), (3, 7000)]),
        ("RE-2026-000001 RE-2026-000002", 17_500, [MAIN, EXTRA, OTHER], [(1, 10_000), (2, 500), (3, 7000)]),
        ("RE-2026-000001", 500, [EXTRA], [(2, 500)]),
        ("danke", 10_500, [MAIN, EXTRA], [(1, 10_000), (2, 500)]),
        ("danke", 10_000, [MAIN, EXTRA], [(1, 10_000)]),
    ],
)
def test_payers_name_the_invoice_and_pay_what_goes_with_it_or_not(text, cents, claims, parts):
    movement = Movement(id=9, cents=cents, texts=(text,), on=DAY, name="Client GmbH")
    assert [(one.target_id, one.cents) for one in decide_claims([movement], claims)] == parts
