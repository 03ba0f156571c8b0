"""Contribution statements: shown beforehand, made once a month for all funds, ordered to be paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from coop.banking.actions.orders import NewPayment, create_payment_order
from coop.banking.bank_days import (
    contribution_statement_due_on,
    contributions_due_on,
    next_bank_day,
    previous_bank_day,
)
from coop.banking.models import PaymentLine, PaymentOrder
from coop.banking.states import OrderState, Purpose
from coop.errors import InvalidInput, StetigError
from coop.ledger.actions import post_all
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.models import Person
from payroll.actions import people_to_pay
from payroll.drafts import draft_payslips
from payroll.models import HealthFund, Payslip
from payroll.papers.creditors import CreditorMissing, creditors_on
from payroll.papers.figures.groups import LEVIES, added
from payroll.papers.figures.statement import StatementFigures, statements
from payroll.papers.models import ContributionStatement
from payroll.papers.slips import booked_after_entry, fund_id_of, last_entry_before, last_entry_number, shares_of
from payroll.states import PayslipState


class AlreadyStated(StetigError):
    """The statements of this month or of a later one were made already; what differs goes into the next ones."""

    code = "already_stated"


class NothingToState(StetigError):
    """Nothing is owed to any fund for this month."""

    code = "nothing_to_state"


class NothingToPay(StetigError):
    """Nothing is open here that a payment order could pay."""

    code = "nothing_to_pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """A fund's statement of a month, made or as it would be now. Cents by contribution group."""

    id: int | None
    fund_id: int
    fund: str
    fund_number: str
    month: date
    posted: Mapping[str, int]
    expected: Mapping[str, int]
    carried: Mapping[str, int]
    total_cents: int
    send_by: date
    pay_by: date
    made_at: datetime | None
    made_by: str

    @property
    def groups(self) -> dict[str, int]:
        """What the fund is told, by group."""
        return added(added(self.posted, self.expected), self.carried)

    @property
    def subject(self) -> str:
        """How a filing names it."""
        return subject_of(self.fund_id, self.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be stated now, and who could not be computed."""

    rows: list[StatementRow]
    problems: list[str]
    booked_through: int


def subject_of(fund_id: int, month: date) -> str:
    """How a filing names a fund's statement."""
    return f"fund:{fund_id}:{month:%Y-%m}"


def made_statements(month: date) -> list[StatementRow]:
    """The statements made for a month, by fund."""
    rows = ContributionStatement.objects.filter(month=month).select_related("fund", "made_by").order_by("fund__name")
    return [
        StatementRow(
            id=row.pk,
            fund_id=row.fund_id,
            fund=row.fund.name,
            fund_number=row.fund.number,
            month=row.month,
            posted=row.posted,
            expected=row.expected,
            carried=row.carried,
            total_cents=row.total_cents,
            send_by=row.send_by,
            pay_by=row.pay_by,
            made_at=row.made_at,
            made_by=str(row.made_by) if row.made_by else "",
        )
        for row in rows
    ]


def preview(month: date) -> Preview:
    """The statements of a month as they would be made now, computed from payslips and master data."""
    figures, problems, through = _figures(month)
    funds = {fund.pk: fund for fund in HealthFund.objects.filter(id__in=[one.fund_id for one in figures])}
    seats = {fund: creditor.federal_state for fund, creditor in creditors_on(month).items()}
    rows = [
        StatementRow(
            id=None,
            fund_id=one.fund_id,
            fund=funds[one.fund_id].name,
            fund_number=funds[one.fund_id].number,
            month=month,
            posted=one.posted,
            expected=one.expected,
            carried=one.carried,
            total_cents=one.total_cents,
            send_by=send_by(month, seats.get(one.fund_id) or None),
            pay_by=contributions_due_on(month, seats.get(one.fund_id) or None),
            made_at=None,
            made_by="",
        )
        for one in figures
    ]
    return Preview(
        rows=sorted(rows, key=lambda row: (row.fund.casefold(), row.fund_id)), problems=problems, booked_through=through
    )


def send_by(month: date, state: str | None = None) -> date:
    """The last bank day on which a statement reaches the fund in time: it counts from 0:00 of the fifth-last."""
    return previous_bank_day(contribution_statement_due_on(month, state) - timedelta(days=1), state)


@transaction.atomic
def make_statements(*, month: date, by: User, at: datetime) -> list[ContributionStatement]:
    """Freeze the statements of a month for all funds; levies become part of what each fund collects.

    Raises: AlreadyStated, NothingToState, InvalidInput.
    """
    if month.day != 1:
        raise InvalidInput(_("A month is written as its first day."))
    if ContributionStatement.objects.filter(month__gte=month).exists():
        raise AlreadyStated
    shown = preview(month)
    if not shown.rows:
        raise NothingToState(*shown.problems[:1])
    rows = [
        ContributionStatement(
            fund_id=row.fund_id,
            month=month,
            posted=dict(row.posted),
            expected=dict(row.expected),
            carried=dict(row.carried),
            total_cents=row.total_cents,
            booked_through=shown.booked_through,
            send_by=row.send_by,
            pay_by=row.pay_by,
            made_at=at,
            made_by=by,
        )
        for row in shown.rows
    ]
    try:
        with transaction.atomic():
            made: list[ContributionStatement] = ContributionStatement.objects.bulk_create(rows)
    except IntegrityError as error:
        raise AlreadyStated from error
    drafts = [_levies_entry(row, local_day(at)) for row in made]
    post_all([entry for entry in drafts if entry is not None], by=by)
    return made


def open_to_pay(month: date) -> dict[int, int]:
    """Fund id -> cents that statements up to a month asked for and no payment order pays yet."""
    asked: dict[int, int] = {}
    for fund, cents in ContributionStatement.objects.filter(month__lte=month).values_list("fund_id", "total_cents"):
        asked[fund] = asked.get(fund, 0) + cents
    paid = PaymentLine.objects.filter(
        account=AccountCode.FUNDS, order__source__startswith="contributions:", party__startswith="fund:"
    ).exclude(order__state=OrderState.REJECTED)
    for party, cents in paid.values_list("party", "cents"):
        fund = int(party.removeprefix("fund:"))
        asked[fund] = asked.get(fund, 0) - cents
    return {fund: cents for fund, cents in asked.items() if cents}


@transaction.atomic
def order_contributions(*, month: date, by: User, at: datetime) -> PaymentOrder:
    """Order what the statements up to a month ask for, one transfer a fund; a second person approves it.

    Credit from an earlier month is set off. Raises: NothingToPay, CreditorMissing, AlreadyOrdered, NoDefaultAccount.
    """
    owed = {fund: cents for fund, cents in open_to_pay(month).items() if cents > 0}
    if not owed:
        raise NothingToPay
    creditors = creditors_on(local_day(at))
    missing = [fund for fund in owed if fund not in creditors]
    if missing:
        names = ", ".join(HealthFund.objects.filter(id__in=missing).order_by("name").values_list("name", flat=True))
        raise CreditorMissing(_("Enter the bank account of %(names)s first.") % {"names": names})
    pay_by = min(ContributionStatement.objects.filter(month=month).values_list("pay_by", flat=True), default=None)
    if pay_by is None:
        raise NothingToPay
    number = _number_of_order(month)
    lines = [
        NewPayment(
            party=f"fund:{fund}",
            name=creditors[fund].name,
            iban=creditors[fund].iban,
            cents=cents,
            text=f"{creditors[fund].reference} Beitraege {month:%m/%Y}",
            end_to_end_id=f"SV-{month:%Y%m}-{fund}-{number}",
            account=AccountCode.FUNDS,
        )
        for fund, cents in sorted(owed.items())
    ]
    # The money must be there on the day, so it leaves the bank day before; late is late.
    leaves = max(previous_bank_day(pay_by - timedelta(days=1)), next_bank_day(local_day(at)))
    return create_payment_order(
        source=f"contributions:{month:%Y-%m}:{number}",
        purpose=Purpose.OTHER,
        execute_on=leaves,
        lines=lines,
        by=by,
        at=at,
    )


def _number_of_order(month: date) -> int:
    """1 for a month's first order; another one pays what was stated afterwards."""
    orders = PaymentOrder.objects.filter(source__startswith=f"contributions:{month:%Y-%m}:")
    return orders.exclude(state=OrderState.REJECTED).count() + 1


def _figures(month: date) -> tuple[list[StatementFigures], list[str], int]:
    earlier = ContributionStatement.objects.filter(month__lt=month)
    last = earlier.aggregate(last=Max("month"), through=Max("booked_through"))
    # What was booked before this program stated anything was stated elsewhere.
    begun = last["through"] if last["last"] is not None else last_entry_before(month)
    booked = booked_after_entry(begun)
    expected = {row.fund_id: row.expected for row in earlier.filter(month=last["last"])} if last["last"] else {}
    problems: list[str] = []
    drafts: list[Payslip] = []
    people = people_to_pay(month)
    try:
        drafts = list(draft_payslips(month, people)) if people else []
    except StetigError as error:  # a month without confirmed law, say
        problems.append(str(error))
    failed = [slip for slip in drafts if slip.state == PayslipState.FAILED]
    names = dict(Person.objects.filter(id__among=[slip.person_id for slip in failed]).values_list("id", "name"))
    problems += [f"{names[slip.person_id]}: {slip.problem}" for slip in failed]
    figures = statements(
        posted=[one.shares for one in booked if one.month == month],
        late=[one.shares for one in booked if one.month != month],
        expected=[{fund_id_of(slip): shares_of(slip)} for slip in drafts if slip.state != PayslipState.FAILED],
        stated_before=expected,
    )
    return figures, problems, last_entry_number()


def _levies_entry(row: ContributionStatement, on: date) -> Draft | None:
    """The fund collects levies together with contributions: one liability, one transfer."""
    groups = added(added(row.posted, row.expected), row.carried)
    levies = sum(cents for group, cents in groups.items() if group in LEVIES)
    if not levies:
        return None
    return draft(
        f"contribution statement:{row.pk}",
        on,
        _("Contribution statement %(month)s, %(fund)s") % {"month": f"{row.month:%m/%Y}", "fund": row.fund.name},
        [
            debit(AccountCode.LEVIES, levies, party=f"fund:{row.fund_id}", service_month=row.month),
            credit(AccountCode.FUNDS, levies, party=f"fund:{row.fund_id}", service_month=row.month),
        ],
    )
