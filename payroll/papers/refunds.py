"""Refunds of sick and maternity pay: figured, claimed from the fund, credited to the budget that bore the pay."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from coop.money import share_of
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.models import Person
from payroll.calculation import latest
from payroll.germany.absence import Day, kinds_of_days
from payroll.germany.law import german_law
from payroll.models import HealthFundRate, Payslip
from payroll.papers.figures.refund import HIGHEST_SICKNESS_RATE, MonthPay, RefundFigures, refund
from payroll.papers.models import LevyRefund
from payroll.papers.slips import fund_id_of
from payroll.papers.states import RefundKind
from payroll.states import ElementKind, PayslipState
from payroll.timekeeping.models import Absence
from payroll.timekeeping.queries import away_until, employments_of, month_days_of
from payroll.timekeeping.states import AbsenceCause, AbsenceState

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
    counts = {month: dict(month_days_of([person_id], month)[person_id].counts) for month in slips}
    figures = refund(
        [_pay_that_went_on(slip, kind, counts[month]) for month, slip in slips.items()],
        since=since,
        until=until,
        rate=rate,
        with_contributions=with_contributions,
    )
    return figures, slips[max(slips)]


def _pay_that_went_on(slip: Payslip, kind: RefundKind, counts: Mapping[Day, int]) -> MonthPay:
    """What of a month's pay a levy refunds, without one-off pay (§ 7 (2) AAG).

    Where hours are paid, what was paid for the illness; of maternity protection the supplement, where one was paid:
    that is no pay of which contributions are taken (§ 1 (1) Nr. 6 SvEV).
    """
    supplement = _sum_of(slip, f"free.{ElementKind.MATERNITY}")
    if kind == RefundKind.MATERNITY and supplement:
        return MonthPay(month=slip.month, pay_cents=supplement, employer_cents=0, days=counts.get(Day.MATERNITY, 0))
    pay, days = slip.gross_cents - slip.one_off_cents, slip.inputs["paid_days"]
    by_hours = _sum_of(slip, f"pay.{ElementKind.SICK_PAY}")
    if kind == RefundKind.SICKNESS and by_hours:
        pay, days = by_hours, counts.get(Day.SICK_PAY, 0)
    employer = share_of(slip.employer_cents, Decimal(pay) / slip.gross_cents) if slip.gross_cents else 0
    return MonthPay(month=slip.month, pay_cents=pay, employer_cents=employer, days=days)


def _sum_of(slip: Payslip, code: str) -> int:
    return sum(line["amount_cents"] for line in slip.lines if line["code"] == code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Days that were paid during an absence and may be claimed back. Cents; None where the fund's rate is missing."""

    person_id: int
    name: str
    kind: RefundKind
    since: date
    until: date
    rate: Decimal | None
    amount_cents: int | None


def proposals(year: int) -> list[Proposal]:
    """What of a year's confirmed illness and maternity protection was paid and is not yet claimed, by name and day.

    Months without a posted payslip wait for it. Eight statements, whatever the number of people. Contributions of the
    employer are left out: whether a fund refunds them too, its statutes say.

    Raises: LawUnknown.
    """
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    absences = Absence.objects.filter(
        cause__in=[AbsenceCause.SICK, AbsenceCause.MATERNITY],
        state=AbsenceState.CONFIRMED,
        starts_on__lt=after,
        ends_on__gt=first,
    )
    ids = sorted(set(absences.values_list("person_id", flat=True)))
    employed, away = employments_of(ids), away_until(ids, after)
    slips: dict[int, dict[date, Payslip]] = {}
    for slip in Payslip.objects.filter(
        person_id__in=ids, state=PayslipState.POSTED, corrections__isnull=True, month__gte=first, month__lt=after
    ).select_related("person"):
        slips.setdefault(slip.person_id, {})[slip.month] = slip
    claimed: dict[int, list[tuple[date, date]]] = {}
    for person_id, since, until in LevyRefund.objects.filter(person_id__in=ids).values_list(
        "person_id", "since", "until"
    ):
        claimed.setdefault(person_id, []).append((since, until))
    rates = latest(HealthFundRate.objects.all(), "fund_id", after - timedelta(days=1))
    law = german_law(first)
    found = []
    for person_id, months in slips.items():
        kinds = kinds_of_days(law, employed.get(person_id, ()), away.get(person_id, ()), first, after)
        for kind, day in ((RefundKind.SICKNESS, Day.SICK_PAY), (RefundKind.MATERNITY, Day.MATERNITY)):
            days = [one for one, counts in kinds.items() if counts is day and month_of(one) in months]
            days = [one for one in days if not any(a <= one < b for a, b in claimed.get(person_id, ()))]
            if kind == RefundKind.MATERNITY:
                days = [one for one in days if _sum_of(months[month_of(one)], f"free.{ElementKind.MATERNITY}")]
            for since, until in _stretches(days):
                found.append(_proposal(months, kinds, kind, rates, since=since, until=until))
    return sorted(found, key=lambda one: (one.name.casefold(), one.since))


def _proposal(
    months: dict[date, Payslip],
    kinds: dict[date, Day],
    kind: RefundKind,
    rates: dict[int, HealthFundRate],
    *,
    since: date,
    until: date,
) -> Proposal:
    slip = months[month_of(since)]
    known = rates.get(fund_id_of(slip))
    rate = Decimal(1) if kind == RefundKind.MATERNITY else (known.sickness_refund_rate if known else None)
    amount = None
    counts: dict[date, Counter[Day]] = {month: Counter() for month in months}
    for day, counts_as in kinds.items():
        if month_of(day) in counts:
            counts[month_of(day)][counts_as] += 1
    if rate:
        amount = refund(
            [_pay_that_went_on(one, kind, counts[month]) for month, one in months.items()],
            since=since,
            until=until,
            rate=rate,
            with_contributions=False,
        ).amount_cents
    return Proposal(
        person_id=slip.person_id,
        name=slip.person.name,
        kind=kind,
        since=since,
        until=until,
        rate=rate,
        amount_cents=amount,
    )


def _stretches(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in a row as first day and the day that no longer counts."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + timedelta(days=1))
        else:
            found.append((day, day + timedelta(days=1)))
    return found


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
