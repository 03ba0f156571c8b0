"""Refunds of sick and maternity pay: figured, claimed from the fund, credited to the budget that bore the pay."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from coop.banking.actions.claims import open_claim
from coop.banking.registry import Settlement
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import month_of, next_month, post
from coop.ledger.chart import AccountCode
from coop.ledger.evidence import Expected
from coop.ledger.lines import Draft, credit, debit, draft
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.models import Person
from payroll.models import Payslip
from payroll.papers.figures.refund import HIGHEST_SICKNESS_RATE, MonthPay, RefundFigures, refund
from payroll.papers.models import LevyRefund
from payroll.papers.slips import fund_id_of
from payroll.papers.states import RefundKind
from payroll.states import PayslipState

CLAIM_KIND = "levy refund"
EVIDENCE = "levy refund"
DAYS_TO_PAY = 14
"""A fund's claim is due at once with the application (§ 2 (2) AAG); two weeks later somebody should ask."""


class RefundEntered(StetigError):
    """A refund for this person from this day on was entered already."""

    code = "refund_entered"


def refund_figures(
    *, person_id: int, kind: RefundKind, since: date, until: date, rate: Decimal, with_contributions: bool
) -> tuple[RefundFigures, Payslip]:
    """What would come back, and the payslip of the last month, which names fund and budget.

    Raises: NotFound, InvalidInput.
    """
    if not Person.objects.filter(id=person_id).exists():
        raise NotFound
    if kind == RefundKind.SICKNESS and not 0 < rate <= HIGHEST_SICKNESS_RATE:
        raise InvalidInput(_("Sick pay is refunded at 80 percent at most, as the fund's statutes say (§ 1 AAG)."))
    if kind == RefundKind.MATERNITY and rate != 1:
        raise InvalidInput(_("Maternity pay is refunded in full (§ 1 (2) AAG)."))
    slips = {
        slip.month: slip
        for slip in Payslip.objects.filter(
            person_id=person_id,
            state=PayslipState.POSTED,
            corrections__isnull=True,
            month__gte=month_of(since),
            month__lt=next_month(month_of(max(until - timedelta(days=1), since))),
        )
    }
    figures = refund(
        [
            MonthPay(month=slip.month, pay_cents=slip.gross_cents, employer_cents=slip.employer_cents)
            for slip in slips.values()
        ],
        since=since,
        until=until,
        rate=rate,
        with_contributions=with_contributions,
    )
    return figures, slips[max(slips)]


@transaction.atomic
def claim_refund(
    *,
    person_id: int,
    kind: RefundKind,
    since: date,
    until: date,
    rate: Decimal,
    with_contributions: bool,
    by: User,
    at: datetime,
) -> LevyRefund:
    """Claim back pay that went on during an absence; the budget that bore it gets it at once.

    The application itself goes to the fund through the portal. Raises: NotFound, InvalidInput, RefundEntered.
    """
    figures, slip = refund_figures(
        person_id=person_id, kind=kind, since=since, until=until, rate=rate, with_contributions=with_contributions
    )
    overlapping = LevyRefund.objects.filter(person_id=person_id, since__lt=until, until__gt=since)
    if overlapping.exists():
        raise RefundEntered
    try:
        with transaction.atomic():
            row: LevyRefund = LevyRefund.objects.create(
                kind=kind,
                person_id=person_id,
                fund_id=fund_id_of(slip),
                since=since,
                until=until,
                pay_cents=figures.pay_cents,
                employer_cents=figures.employer_cents,
                rate=rate,
                budget_id=slip.bearing_budget_id,
                amount_cents=figures.amount_cents,
                relieved_cents=min(figures.amount_cents, slip.shortfall_cents),
                entered_at=at,
                entered_by=by,
            )
    except IntegrityError as error:
        raise RefundEntered from error
    on = local_day(at)
    cents, party = row.amount_cents, source_of(row)
    post(
        draft(
            party,
            on,
            _("Refund %(kind)s, %(since)s to %(until)s")
            % {"kind": row.kind, "since": f"{since:%d.%m.%Y}", "until": f"{until - timedelta(days=1):%d.%m.%Y}"},
            [
                debit(AccountCode.LEVIES, cents, party=party, service_month=slip.month),
                credit(AccountCode.EMPLOYER_COST, cents, service_month=slip.month),
                debit(AccountCode.RELEASE, cents, service_month=slip.month),
                # What the cooperative carried of the pay comes back to it first.
                credit(AccountCode.SHORTFALL, row.relieved_cents, service_month=slip.month),
                credit(AccountCode.FREE, cents - row.relieved_cents, budget_id=row.budget_id, service_month=slip.month),
            ],
            document=reference_of(row),
        ),
        by=by,
    )
    open_claim(
        kind=CLAIM_KIND,
        source=party,
        reference=reference_of(row),
        debtor=row.fund.name,
        amount_cents=cents,
        due_on=on + timedelta(days=DAYS_TO_PAY),
        on=on,
    )
    return row


def source_of(row: LevyRefund) -> str:
    """The source of a refund's entry and claim."""
    return f"{EVIDENCE}:{row.pk}"


def reference_of(row: LevyRefund) -> str:
    """What the fund is asked to write on its transfer."""
    return f"AAG-{row.since.year}-{row.pk:06d}"


def refund_settlements(settlements: Sequence[Settlement]) -> list[Draft]:
    """The entries of refunds that arrived."""
    return [
        draft(
            one.source,
            one.on,
            one.text,
            [debit(AccountCode.BANK, one.cents), credit(AccountCode.LEVIES, one.cents, party=one.claim_source)],
        )
        for one in settlements
    ]


def refund_evidence() -> Expected:
    """Per refund: the budget got the amount, except what relieved the cooperative."""
    return {
        (row.budget_id, source_of(row)): (row.amount_cents - row.relieved_cents, 0)
        for row in LevyRefund.objects.filter(amount_cents__gt=F("relieved_cents"))
    }
