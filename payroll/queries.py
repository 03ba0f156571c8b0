"""Reads over employment, salary runs and payslips. Lists come as frozen rows, in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _

from coop.banking.bank_days import next_bank_day
from coop.banking.queries import returned_payments
from coop.documents.models import Document
from coop.documents.states import DocumentState
from coop.errors import NotFound
from coop.ledger.chart import AccountCode
from coop.ledger.queries import budget_figures, budget_statement
from members.models import Person
from members.states import PersonState
from payroll.calculation import latest, shortfall_cents
from payroll.models import (
    AccidentRate,
    EmploymentContract,
    HealthFund,
    HealthFundRate,
    InsuranceData,
    OtherEmployment,
    PayoutAccount,
    PayrollRun,
    Payslip,
    TaxData,
    WageElement,
)
from payroll.states import BOOKED, PayslipState, RunState

# --- pay that came back ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPay:
    """Net pay that the bank sent back, and what became of it. `order_id` is the order that pays it anew."""

    match_id: int
    person_id: int
    name: str
    cents: int
    on: date
    reason: str
    order_id: int | None
    same_account: bool
    """Whether the account that is confirmed by now is the one from which it came back."""


def returned_pay(on: date) -> list[ReturnedPay]:
    """Pay that came back and counts so, the latest first, in two statements."""
    matches = list(returned_payments(AccountCode.NET_PAY))
    people = {match.pk: int(match.line.party.removeprefix("person:")) for match in matches}
    accounts = latest(PayoutAccount.objects.filter(person_id__in=set(people.values())), "person_id", next_bank_day(on))
    return [
        ReturnedPay(
            match_id=match.pk,
            person_id=people[match.pk],
            name=match.line.name,
            cents=match.line.cents,
            on=match.on,
            reason=match.transaction.return_reason,
            order_id=match.anew_id,
            same_account=accounts[people[match.pk]].iban == match.line.iban,
        )
        for match in matches
    ]


# --- runs -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A salary run with its sums, in cents; failed people count in no sum."""

    id: int
    month: date
    number: int
    pay_on: date
    state: RunState
    expected: int
    computed: int
    failed: int
    gross_cents: int
    net_cents: int
    cost_cents: int
    shortfall_cents: int
    started_at: datetime
    computed_by: Any
    computed_at: datetime | None
    reviewed_by: Any
    review_at: datetime | None
    paid_at: datetime | None
    closed_by: Any
    closed_at: datetime | None
    approved_by: Any
    approved_at: datetime | None
    posted_at: datetime | None

    @property
    def paid(self) -> int:
        """How many payslips have a result."""
        return self.computed - self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """A payslip of a run beside the person's payslip of the month before. Cents."""

    id: int
    person_id: int
    name: str
    state: PayslipState
    problem: str
    gross_cents: int
    net_cents: int
    cost_cents: int
    shortfall_cents: int
    """Booked where the run is posted; expected, from today's budgets, where it is not."""
    gross_before_cents: int | None
    net_before_cents: int | None
    cost_before_cents: int | None
    warnings: tuple[str, ...] = ()
    """Codes of what a reviewer should look at, see `payroll.cautions`."""

    @property
    def failed(self) -> bool:
        """Whether something is missing for it."""
        return self.state == PayslipState.FAILED

    @property
    def net_change_cents(self) -> int | None:
        """What the person gets more than last month; None in the first month and where nothing was computed."""
        return None if self.failed or self.net_before_cents is None else self.net_cents - self.net_before_cents

    @property
    def gross_change_cents(self) -> int | None:
        """The change of gross pay, as `net_change_cents`."""
        return None if self.failed or self.gross_before_cents is None else self.gross_cents - self.gross_before_cents

    @property
    def starts(self) -> bool:
        """Whether it is the first payslip, or the first after a gap."""
        return not self.failed and self.net_before_cents is None


def run_rows(run_id: int | None = None) -> list[RunRow]:
    """All runs, newest first (or the one of `run_id`)."""
    runs = PayrollRun.objects.select_related("computed_by", "reviewed_by", "approved_by", "closed_by").order_by(
        "-month", "-number"
    )
    if run_id is not None:
        runs = runs.filter(id=run_id)
    good = ~Q(payslips__state=PayslipState.FAILED)
    annotated: Any = runs.annotate(
        computed=Count("payslips"),
        failed=Count("payslips", filter=~good),
        gross=Sum("payslips__gross_cents", filter=good, default=0),
        net=Sum("payslips__net_cents", filter=good, default=0),
        cost=Sum("payslips__cost_cents", filter=good, default=0),
        shortfall=Sum("payslips__shortfall_cents", filter=good, default=0),
    )
    return [
        RunRow(
            id=run.pk,
            month=run.month,
            number=run.number,
            pay_on=run.pay_on,
            state=RunState(run.state),
            expected=run.expected,
            computed=run.computed,
            failed=run.failed,
            gross_cents=run.gross,
            net_cents=run.net,
            cost_cents=run.cost,
            shortfall_cents=run.shortfall,
            started_at=run.started_at,
            computed_by=run.computed_by,
            computed_at=run.computed_at,
            reviewed_by=run.reviewed_by,
            review_at=run.review_at,
            paid_at=run.paid_at,
            closed_by=run.closed_by,
            closed_at=run.closed_at,
            approved_by=run.approved_by,
            approved_at=run.approved_at,
            posted_at=run.posted_at,
        )
        for run in annotated
    ]


def run_row(run_id: int) -> RunRow:
    """One run. Raises: NotFound."""
    rows = run_rows(run_id)
    if not rows:
        raise NotFound
    return rows[0]


def slip_rows(run: RunRow, on: date) -> list[SlipRow]:
    """The payslips of a run, problems first, then by name, in a fixed number of statements.

    `on` is the day whose budgets and cover tell the expected shortfalls.
    """
    slips = list(Payslip.objects.filter(run_id=run.id).select_related("person"))
    month_before = before(run.month)
    earlier = _as_it_stands(
        Payslip.objects.filter(
            month=month_before, state=PayslipState.POSTED, person_id__in=[slip.person_id for slip in slips]
        )
    )
    expected: dict[int, int] = {}
    if run.state not in BOOKED:
        drafts = [slip for slip in slips if slip.state == PayslipState.DRAFT]
        figures = budget_figures(on, [slip.budget_id for slip in drafts])
        expected = {slip.pk: shortfall_cents(figures[slip.budget_id], slip.cost_cents) for slip in drafts}
    rows = []
    for slip in slips:
        then = earlier.get(slip.person_id)
        rows.append(
            SlipRow(
                id=slip.pk,
                person_id=slip.person_id,
                name=slip.person.name,
                state=PayslipState(slip.state),
                problem=slip.problem,
                gross_cents=slip.gross_cents,
                net_cents=slip.net_cents,
                cost_cents=slip.cost_cents,
                shortfall_cents=expected.get(slip.pk, slip.shortfall_cents),
                gross_before_cents=then.gross_cents if then else None,
                net_before_cents=then.net_cents if then else None,
                cost_before_cents=then.cost_cents if then else None,
                warnings=tuple(warning["code"] for warning in slip.warnings),
            )
        )
    return sorted(rows, key=lambda row: (not row.failed, row.name.casefold(), row.id))


# --- people -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployedRow:
    """Somebody employed in a month, and what their salary still lacks."""

    person_id: int
    name: str
    position: str
    gross_cents: int
    weekly_hours: Any
    starts_on: date
    ends_on: date | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A member as payroll sees them: employed in the month or not."""

    person_id: int
    name: str
    member_number: int | None
    gross_cents: int | None
    ends_on: date | None
    missing: tuple[str, ...]

    @property
    def employed(self) -> bool:
        """Whether a contract is in force."""
        return self.gross_cents is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """All that payroll keeps about a person, newest first."""

    person: Person
    contracts: list[EmploymentContract]
    tax: list[TaxData]
    insurance: list[InsuranceData]
    accounts: list[PayoutAccount]
    elsewhere: list[OtherEmployment]
    elements: list[WageElement]
    missing: tuple[str, ...] = field(default=())


def employed_in(month: date) -> list[EmployedRow]:
    """Everybody employed in a month, by name, with what their salary still lacks."""
    rows = contracts_in(month).select_related("person").order_by("starts_on")
    contracts = list({contract.person_id: contract for contract in rows}.values())
    missing = missing_data([contract.person for contract in contracts], month)
    rows = [
        EmployedRow(
            person_id=contract.person_id,
            name=contract.person.name,
            position=contract.position,
            gross_cents=contract.gross_cents,
            weekly_hours=contract.weekly_hours,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            missing=missing.get(contract.person_id, ()),
        )
        for contract in contracts
    ]
    return sorted(rows, key=lambda row: (row.name.casefold(), row.person_id))


def people_rows(month: date) -> list[PersonRow]:
    """All members, those employed in the month first, with what a salary would still lack."""
    people = list(Person.objects.filter(state=PersonState.ADMITTED))
    contracts = {contract.person_id: contract for contract in contracts_in(month).order_by("starts_on")}
    missing = missing_data([person for person in people if person.pk in contracts], month)
    rows = [
        PersonRow(
            person_id=person.pk,
            name=person.name,
            member_number=person.member_number,
            gross_cents=contracts[person.pk].gross_cents if person.pk in contracts else None,
            ends_on=contracts[person.pk].ends_on if person.pk in contracts else None,
            missing=missing.get(person.pk, ()),
        )
        for person in people
    ]
    return sorted(rows, key=lambda row: (not row.missing, not row.employed, row.name.casefold(), row.person_id))


def missing_data(people: Sequence[Person], month: date) -> dict[int, tuple[str, ...]]:
    """What a salary of the month would lack, in words, for those of `people` who lack something."""
    ids = [person.pk for person in people]
    tax = latest(TaxData.objects.filter(person_id__in=ids), "person_id", month)
    insurance = latest(InsuranceData.objects.filter(person_id__in=ids), "person_id", month)
    accounts = latest(PayoutAccount.objects.filter(person_id__in=ids), "person_id", after(month))
    rates = latest(HealthFundRate.objects.all(), "fund_id", month)
    found = {}
    for person in people:
        lacks = []
        if person.pk not in tax:
            lacks.append(_("tax data"))
        if person.pk not in insurance:
            lacks.append(_("insurance"))
        elif insurance[person.pk].fund_id not in rates:
            lacks.append(_("rate of the health fund"))
        if person.pk not in accounts:
            lacks.append(_("bank account"))
        if lacks:
            found[person.pk] = tuple(lacks)
    return found


def person_file(person_id: int, month: date) -> PersonFile:
    """All that payroll keeps about a person who is or was a member. Raises: NotFound."""
    person = Person.objects.filter(id=person_id, member_number__isnull=False).first()
    if person is None:
        raise NotFound
    contracts = list(EmploymentContract.objects.filter(person=person).order_by("-starts_on"))
    employed = any(one.starts_on <= month and (one.ends_on is None or one.ends_on > month) for one in contracts)
    return PersonFile(
        person=person,
        contracts=contracts,
        tax=list(TaxData.objects.filter(person=person).order_by("-since")),
        insurance=list(InsuranceData.objects.filter(person=person).select_related("fund").order_by("-since")),
        accounts=list(PayoutAccount.objects.filter(person=person).order_by("-since")),
        elsewhere=list(OtherEmployment.objects.filter(person=person).order_by("-since", "kind")),
        elements=list(WageElement.objects.filter(person=person).order_by("-since", "-id")),
        missing=missing_data([person], month).get(person.pk, ()) if employed or not contracts else (),
    )


def contracts_in(month: date) -> Any:
    """Contracts in force on a day of a month; a person may have several, one after the other."""
    return EmploymentContract.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=month), starts_on__lt=after(month))


# --- funds ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """A health fund with its newest rate and where that is written."""

    id: int
    name: str
    number: str
    since: date
    additional_rate: Any
    sickness_levy_rate: Any
    maternity_levy_rate: Any
    source: str
    insured: int


def fund_rows(on: date) -> list[FundRow]:
    """All funds by name, with the rate in force on a day and how many people are insured there."""
    rates = latest(HealthFundRate.objects.all(), "fund_id", on)
    insured = latest(InsuranceData.objects.all(), "person_id", on)
    counts: dict[int, int] = {}
    for row in insured.values():
        counts[row.fund_id] = counts.get(row.fund_id, 0) + 1
    return [
        FundRow(
            id=fund.pk,
            name=fund.name,
            number=fund.number,
            since=rates[fund.pk].since,
            additional_rate=rates[fund.pk].additional_rate,
            sickness_levy_rate=rates[fund.pk].sickness_levy_rate,
            maternity_levy_rate=rates[fund.pk].maternity_levy_rate,
            source=rates[fund.pk].source,
            insured=counts.get(fund.pk, 0),
        )
        for fund in HealthFund.objects.order_by("name")
        if fund.pk in rates
    ]


def accident_rate_on(day: date) -> AccidentRate | None:
    """The cooperative's accident insurance in force on a day."""
    rate: AccidentRate | None = AccidentRate.objects.filter(since__lte=day).order_by("-since").first()
    return rate


# --- payslips ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PayslipRow:
    """A posted payslip in a person's list, with its paper. Cents."""

    id: int
    month: date
    gross_cents: int
    net_cents: int
    cost_cents: int
    shortfall_cents: int
    posted_on: date
    correction: bool
    corrected: bool
    document_id: int | None
    """None until the PDF is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStep:
    """What a payslip did to its budget. Cents; money only, not cover."""

    before_cents: int
    moved_cents: int
    after_cents: int


def payslips_of(person_id: int) -> list[PayslipRow]:
    """A person's posted payslips, newest first."""
    slips: Any = Payslip.objects.filter(person_id=person_id, state=PayslipState.POSTED)
    slips = list(slips.annotate(corrected=Count("corrections")).order_by("-month", "-id"))
    papers = documents_of([slip.pk for slip in slips])
    return [
        PayslipRow(
            id=slip.pk,
            month=slip.month,
            gross_cents=slip.gross_cents,
            net_cents=slip.net_cents,
            cost_cents=slip.cost_cents,
            shortfall_cents=slip.shortfall_cents,
            posted_on=slip.posted_on,
            correction=slip.corrects_id is not None,
            corrected=bool(slip.corrected),
            document_id=papers.get(slip.pk),
        )
        for slip in slips
    ]


def payslip_by_id(payslip_id: int, *, person_id: int | None = None) -> Payslip:
    """A payslip with its person, contract, run and what it corrects; with `person_id`, only that person's posted ones.

    Raises: NotFound.
    """
    slips = Payslip.objects.select_related("person", "contract", "run", "corrects")
    if person_id is not None:
        slips = slips.filter(person_id=person_id, state=PayslipState.POSTED)
    slip: Payslip | None = slips.filter(id=payslip_id).first()
    if slip is None:
        raise NotFound
    return slip


def documents_of(payslip_ids: Iterable[int]) -> dict[int, int]:
    """Payslip id -> id of its PDF, where that is ready."""
    sources = {f"payslip:{payslip_id}": payslip_id for payslip_id in payslip_ids}
    ready = Document.objects.filter(kind="payslip", source__in=list(sources), state=DocumentState.READY)
    return {sources[source]: document_id for document_id, source in ready.values_list("id", "source")}


def budget_step(slip: Payslip) -> BudgetStep | None:
    """The budget right before and after a payslip was booked; None where it is not."""
    source = f"payslip:{slip.pk}"
    for movement in budget_statement(slip.bearing_budget_id):
        if movement.source == source:
            return BudgetStep(
                before_cents=movement.free_balance_cents - movement.free_cents,
                moved_cents=movement.free_cents,
                after_cents=movement.free_balance_cents,
            )
    return None


def employed_since(contract: EmploymentContract) -> date:
    """The first day of the employment without a gap that `contract` belongs to."""
    since = contract.starts_on
    earlier = EmploymentContract.objects.filter(person_id=contract.person_id, starts_on__lt=since)
    for starts_on, ends_on in earlier.order_by("-starts_on").values_list("starts_on", "ends_on"):
        if ends_on != since:
            break
        since = starts_on
    return since


def last_posted_month() -> date | None:
    """The newest month of which salaries were posted."""
    month: date | None = PayrollRun.objects.filter(state__in=BOOKED).aggregate(last=Max("month"))["last"]
    return month


def shortfalls(since: date | None = None) -> list[Payslip]:
    """Posted payslips that the cooperative bore in part, newest first, with their people."""
    slips = Payslip.objects.filter(state=PayslipState.POSTED, shortfall_cents__gt=0, corrections__isnull=True)
    if since is not None:
        slips = slips.filter(month__gte=since)
    return list(slips.select_related("person").order_by("-month", "person_id"))


# --- months -----------------------------------------------------------------------------------------------------


def before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _as_it_stands(slips: Any) -> dict[int, Payslip]:
    """Per person the payslip that holds now: a correction stands in for what it corrects."""
    return {slip.person_id: slip for slip in slips.order_by("id")}
