"""The wage-tax return of a period, and its payment."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from coop.banking.actions.orders import NewPayment, create_payment_order
from coop.banking.bank_days import next_bank_day, previous_bank_day
from coop.banking.models import PaymentOrder
from coop.banking.queries import waiting_cents
from coop.banking.states import OrderState, Purpose
from coop.ledger.actions import next_month
from coop.ledger.chart import AccountCode
from coop.ledger.models import Posting
from coop.ledger.queries import party_balances
from coop.tenancy.models import User
from coop.tenancy.queries import local_day, this_cooperative
from payroll.calculation import latest
from payroll.models import Payslip, TaxData
from payroll.papers.contributions import NothingToPay
from payroll.papers.creditors import CreditorMissing, tax_office_on
from payroll.papers.figures.wage_tax_return import (
    Rhythm,
    WageTaxReturn,
    Withheld,
    period_of,
    rhythm_of,
    wage_tax_return,
)
from payroll.papers.slips import Booked, booked_in
from payroll.states import PayslipState

TENTH = 10


def rhythm_in(year: int) -> Rhythm:
    """How often the return of a year is due, by what was withheld before."""
    before = booked_in(date(year - 1, 1, 1), date(year, 1, 1))
    if before:
        return rhythm_of(last_year_cents=sum(one.amounts["wage_tax"] for one in before))
    first = Payslip.objects.filter(state=PayslipState.POSTED).order_by("posted_on").first()
    if first is None or first.posted_on is None:
        return Rhythm.MONTH
    month = first.posted_on.replace(day=1)
    booked = booked_in(month, next_month(month))
    return rhythm_of(last_year_cents=None, first_month_cents=sum(one.amounts["wage_tax"] for one in booked))


def period(month: date) -> tuple[date, date]:
    """The period of the return that a month belongs to."""
    return period_of(month, rhythm_in(month.year))


def return_of(since: date, until: date) -> WageTaxReturn:
    """The return's figures of all that was booked from `since` until `until` (exclusive).

    Minijobs with the flat tax that their fund collects are not in it (§ 40a (6) EStG).
    """
    booked = [one for one in booked_in(since, until) if not one.minijob or one.taxes_cents]
    churches = _churches(booked)
    return wage_tax_return(
        Withheld(
            person_id=one.person_id,
            year=one.month.year,
            wage_tax_cents=one.amounts["wage_tax"],
            soli_cents=one.amounts["soli"],
            church_tax_cents=one.amounts["church_tax"],
            church=churches[one.id],
        )
        for one in booked
    )


def due_on(until: date) -> date:
    """The day a return is due whose period ends before `until`: the tenth, or the next working day.

    Source: § 41a (1) EStG, § 108 (3) AO.
    """
    return next_bank_day(until.replace(day=TENTH), this_cooperative().federal_state or None)


def owed(since: date, until: date) -> dict[str, int]:
    """What the ledger still owes the tax office for a period: party -> cents, positive."""
    return {party: -cents for party, cents in party_balances(AccountCode.WAGE_TAX, _parties(since, until)).items()}


def booked_liability(since: date, until: date) -> int:
    """What payslips have booked as owed to the tax office for a period, paid or not, in cents."""
    postings = Posting.objects.filter(
        account__code=AccountCode.WAGE_TAX, party__in=_parties(since, until), entry__source__startswith="payslip:"
    )
    return -int(postings.aggregate(total=Coalesce(Sum("amount_cents"), 0))["total"])


def _parties(since: date, until: date) -> set[str]:
    months = set()
    month = since
    while month < until:
        months.add(f"wage tax:{month:%Y-%m}")
        month = next_month(month)
    return months


@transaction.atomic
def order_wage_tax(*, month: date, by: User, at: datetime) -> PaymentOrder:
    """Order the wage tax of the period that a month belongs to; a second person approves it.

    Raises: NothingToPay, CreditorMissing, AlreadyOrdered, NoDefaultAccount.
    """
    since, until = period(month)
    amounts = owed(since, until)
    ordered = waiting_cents(AccountCode.WAGE_TAX, list(amounts))
    amounts = {party: cents - ordered.get(party, 0) for party, cents in sorted(amounts.items())}
    lines = {party: cents for party, cents in amounts.items() if cents > 0}
    if not lines or sum(amounts.values()) <= 0:
        raise NothingToPay
    office = tax_office_on(local_day(at))
    if office is None:
        raise CreditorMissing(_("Enter the bank account of the tax office first."))
    leaves = max(previous_bank_day(due_on(until) - timedelta(days=1)), next_bank_day(local_day(at)))
    source = f"wage tax:{since:%Y-%m}"
    number = PaymentOrder.objects.filter(source__startswith=f"{source}:").exclude(state=OrderState.REJECTED).count()
    return create_payment_order(
        source=f"{source}:{number + 1}",
        purpose=Purpose.OTHER,
        execute_on=leaves,
        lines=[
            NewPayment(
                party=party,
                name=office.name,
                iban=office.iban,
                cents=cents,
                text=f"{office.reference} LSt {party[-2:]}/{party[-7:-3]}",
                end_to_end_id=f"LST-{party[-7:]}-{number + 1}",
                account=AccountCode.WAGE_TAX,
            )
            for party, cents in lines.items()
        ],
        by=by,
        at=at,
    )


def _churches(booked: list[Booked]) -> dict[int, str]:
    """Payslip id -> the church community that its church tax goes to, by the tax data of its month."""
    people = {one.person_id for one in booked if one.amounts["church_tax"]}
    rows = list(TaxData.objects.filter(person_id__in=people))
    by_month: dict[date, dict[int, TaxData]] = {}
    found = {}
    for one in booked:
        if one.month not in by_month:
            by_month[one.month] = latest(rows, "person_id", one.month)
        tax = by_month[one.month].get(one.person_id)
        found[one.id] = tax.church if tax is not None else ""
    return found
