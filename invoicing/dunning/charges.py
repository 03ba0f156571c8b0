"""Interest, flat sum and costs as claims of their own beside the invoice, booked only when they are paid."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, Sum

from coop.banking.actions import NewClaim, cancel_claim, open_claims, raise_claim, reduce_claim
from coop.banking.models import Claim
from coop.banking.registry import Settlement
from coop.banking.states import ClaimState
from coop.ledger.chart import AccountCode
from coop.ledger.evidence import Expected
from coop.ledger.lines import Draft, credit, debit, draft
from coop.ledger.models import Entry
from invoicing.actions import claim_source, payment_source
from invoicing.dunning.models import DunningCase, DunningPayment
from invoicing.dunning.queries import rules_on
from invoicing.dunning.states import Beneficiary

CLAIM_KIND = "dunning"
_OWED = (ClaimState.OPEN, ClaimState.PART)


def charges_source(invoice_id: int) -> str:
    """The claim of what letters have asked for beyond an invoice."""
    return f"dunning:{invoice_id}"


@transaction.atomic
def claim_charges(on: date, due: Mapping[int, date]) -> None:
    """Bring the claims beside invoices to what letters have asked for. `due`: by invoice the new day to pay."""
    cases = DunningCase.objects.filter(invoice_id__in=due)
    wanted = {case.invoice_id: case.demanded_cents for case in cases if case.demanded_cents}
    known = {
        one.source: one
        for one in Claim.objects.filter(source__in=[charges_source(invoice_id) for invoice_id in wanted])
    }
    invoices = {
        one.source: one for one in Claim.objects.filter(source__in=[claim_source(invoice_id) for invoice_id in wanted])
    }
    fresh = []
    for invoice_id, cents in wanted.items():
        claim = known.get(charges_source(invoice_id))
        if claim is None:
            beside = invoices[claim_source(invoice_id)]
            fresh.append(
                NewClaim(
                    kind=CLAIM_KIND,
                    source=charges_source(invoice_id),
                    reference=f"{beside.reference}-V",
                    debtor=beside.debtor,
                    amount_cents=cents,
                    due_on=due[invoice_id],
                    on=on,
                    beside=beside.source,
                )
            )
        elif claim.state != ClaimState.CANCELLED and cents > claim.amount_cents:
            raise_claim(source=claim.source, by_cents=cents - claim.amount_cents)
        elif claim.state in _OWED and cents < claim.amount_cents:
            reduce_claim(source=claim.source, by_cents=min(claim.amount_cents - cents, claim.open_cents))
    open_claims(fresh)


@transaction.atomic
def cancel_charges(invoice_ids: Sequence[int]) -> int:
    """Give up what is still open beside invoices. How many claims that were."""
    owed = Claim.objects.filter(source__in=[charges_source(one) for one in invoice_ids], state__in=_OWED)
    sources = list(owed.order_by("id").values_list("source", flat=True))
    for source in sources:
        cancel_claim(source=source)
    return len(sources)


@transaction.atomic
def record_charges(settlements: Sequence[Settlement]) -> list[Draft]:
    """Note what each payment brings and return its entry, in their order: costs and flat sum first, then interest.

    Called by banking through its registry. Damages and interest bear no VAT; who benefits is the policy of the day.

    Source: § 367 (1) BGB; § 1 (1) no. 1 UStG.
    """
    ids = {_invoice_id(one.claim_source) for one in settlements}
    cases = {
        case.invoice_id: case
        for case in DunningCase.objects.filter(invoice_id__in=ids)
        .order_by("id")
        .select_for_update(of=("self",))
        .select_related("invoice")
    }
    fees = _received(cases.values(), "fee_cents")
    payments, drafts = [], []
    for one in settlements:
        case = cases[_invoice_id(one.claim_source)]
        wanted = case.demanded_flat_cents + case.demanded_fee_cents - fees.get(case.pk, 0)
        fee = max(min(one.cents, wanted), 0)
        fees[case.pk] = fees.get(case.pk, 0) + fee
        rules = rules_on(one.on)
        benefits = rules is not None and rules.policy.benefits == Beneficiary.BUDGET
        payment = DunningPayment(
            case=case,
            match_id=one.match_id,
            on=one.on,
            fee_cents=fee,
            interest_cents=one.cents - fee,
            free_cents=one.cents if benefits else 0,
        )
        payments.append(payment)
        drafts.append(_entry(case, payment, one))
    DunningPayment.objects.bulk_create(payments, batch_size=1000)
    return drafts


def _entry(case: DunningCase, payment: DunningPayment, one: Settlement) -> Draft:
    party = claim_source(case.invoice_id)
    lines = [
        debit(AccountCode.BANK, one.cents),
        credit(AccountCode.INTEREST_INCOME, payment.interest_cents, party=party),
        credit(AccountCode.FLAT_FEE_INCOME, payment.fee_cents, party=party),
        debit(AccountCode.ALLOC, payment.free_cents),
        credit(AccountCode.FREE, payment.free_cents, budget_id=case.invoice.budget_id, party=party),
    ]
    return draft(one.source, one.on, one.text, lines, document=case.invoice.number)


@transaction.atomic
def refresh_charges(claim_ids: Sequence[int]) -> None:
    """Bring cases to what has been paid, after matches were made or undone. Called by banking."""
    sources = Claim.objects.filter(id__in=claim_ids).values_list("source", flat=True)
    cases = list(DunningCase.objects.filter(invoice_id__in=[_invoice_id(source) for source in sources]))
    live = {payment_source(one.match_id): one.pk for one in DunningPayment.objects.filter(case__in=cases, undone=False)}
    back = Entry.objects.filter(reverses__source__in=live).values_list("reverses__source", flat=True)
    DunningPayment.objects.filter(id__in=[live[source] for source in back]).update(undone=True)
    received = _received(cases, F("fee_cents") + F("interest_cents"))
    for case in cases:
        case.received_cents = received.get(case.pk, 0)
        case.save(update_fields=["received_cents"])


def expected_movements() -> Expected:
    """What paid interest and flat sums should have moved in budgets: see `coop.ledger.evidence`."""
    rows = DunningPayment.objects.filter(free_cents__gt=0).values_list(
        "match_id", "case__invoice__budget_id", "free_cents"
    )
    return {(budget, payment_source(match)): (free, 0) for match, budget, free in rows.iterator(chunk_size=5000)}


def _received(cases: object, what: object) -> dict[int, int]:
    rows = DunningPayment.objects.filter(case__in=list(cases), undone=False)  # type: ignore[call-overload]
    return {case: int(cents) for case, cents in rows.values_list("case_id").annotate(total=Sum(what))}


def _invoice_id(source: str) -> int:
    return int(source.removeprefix("dunning:"))
