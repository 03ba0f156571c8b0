"""Whatever clients, banks and the office do in whatever order: both layers balance and no cent is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coop.banking.actions import (
    AlreadyOrdered,
    NotMatchable,
    NotReturned,
    Part,
    approve_payment_order,
    book_return,
    book_returned_payment,
    match_by_hand,
    match_transactions,
    undo_match,
    undo_return,
)
from coop.banking.models import BankTransaction, Claim, Match, PaymentLine, PaymentOrder, WorkItem
from coop.banking.states import ClaimState, OrderState, TransactionState
from coop.errors import StetigError
from coop.ledger.actions import AlreadyReversed, BeyondCover, next_month, post, reverse
from coop.ledger.chart import BUDGET_CODES, AccountCode, Layer
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Commitment, Cover, Entry, Posting
from coop.ledger.queries import account_balance, available_cents, figures_of, party_balances
from coop.ledger.verify import problems
from coop.tenancy.models import User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role, VatScheme
from invoicing.actions import cancel_job, issue_invoice
from invoicing.models import Client, Invoice, Job
from invoicing.states import JobState
from members.models import Person
from payroll.actions import (
    NobodyToPay,
    approve_run,
    compute_chunk,
    order_returned_pay,
    people_to_pay,
    post_run,
    start_run,
)
from payroll.employment import employ, quote
from payroll.master_data import ContractsOverlap
from payroll.models import Payslip
from payroll.states import PayslipState
from tests.factories import payroll as salaried
from tests.factories.banking import bring_in, paid
from tests.factories.invoicing import make_client, make_confirmed_job
from tests.factories.members import make_member
from tests.factories.tenancy import make_cooperative, make_role

BEGIN = date(2026, 6, 1)
LAST_MONTH = date(2026, 12, 1)
"""The law of the month after is not confirmed."""
PAYS = (115_000, 190_000, 260_000)


@dataclass
class World:
    """A small cooperative on a day that goes on with each step."""

    people: Sequence[Person]
    clients: dict[int, Client]
    office: User
    accountant: User
    payroll: User
    board: User
    today: date = BEGIN
    count: int = 0

    @property
    def at(self) -> datetime:
        """Noon of the day."""
        return datetime.combine(self.today, time(12), tzinfo=UTC)


def new_world() -> World:
    """Two members who have a client, and what a salary needs, but no contract that runs."""
    people, clients = [], {}
    for name in ("Ada", "Bo"):
        person = make_member(user=make_role(Role.MEMBER, name), name=f"{name} Beispiel")
        salaried.employ(person, ends_on=date(2026, 2, 1))
        clients[person.pk] = make_client(person.user)
        people.append(person)
    return World(
        people=people,
        clients=clients,
        office=make_role(Role.INVOICING),
        accountant=make_role(Role.ACCOUNTANT),
        payroll=make_role(Role.PAYROLL),
        board=make_role(Role.BOARD),
    )


def picked(rows: Any, number: int) -> Any:
    """One of the rows, or None where there is none."""
    found = list(rows.order_by("id"))
    return found[number % len(found)] if found else None


def refused(work: Callable[[], object], *errors: type[StetigError]) -> bool:
    """Whether the work was refused by one of these errors; refused, it leaves the books as they were."""
    before = Entry.objects.count(), Commitment.objects.count(), Match.objects.count()
    try:
        work()
    except errors:
        assert (Entry.objects.count(), Commitment.objects.count(), Match.objects.count()) == before
        return True
    return False


# --- what may happen -----------------------------------------------------------------------------------------------


def confirm(world: World, number: int, cents: int) -> None:
    """A client confirms a job: its cover stands at once."""
    person = world.people[number % 2]
    make_confirmed_job(
        person.user,
        world.office,
        client=world.clients[person.pk],
        budget=person.budget,
        net_cents=1 + cents,
        service="rights" if number % 3 == 0 else "general",
    )


def give_up(world: World, number: int, _cents: int) -> None:
    """A confirmed job is cancelled."""
    job = picked(Job.objects.filter(state=JobState.CONFIRMED), number)
    if job:
        cancel_job(job_id=job.pk, reason="Off", on=world.today, by=world.office)


def issue(world: World, number: int, _cents: int) -> None:
    """A confirmed job is invoiced."""
    job = picked(Job.objects.filter(state=JobState.CONFIRMED), number)
    if job:
        issue_invoice(job_id=job.pk, on=world.today, by=world.office)


def receive(world: World, number: int, cents: int) -> None:
    """Money comes in: exact, a part, too much, or with a text that names nothing."""
    invoice = picked(Invoice.objects.all(), number)
    if invoice is None:
        return
    text = f"Rechnung {invoice.number}"
    amount = invoice.open_cents or invoice.gross_cents
    kind = cents % 4
    if kind == 1:
        amount = 1 + cents % amount
    elif kind == 2:
        amount += 1 + cents % 5_000
    elif kind == 3:
        text, amount = "Danke", 1 + cents
    bring_in(world.accountant, paid(amount, text, on=world.today))


def undo(world: World, number: int, _cents: int) -> None:
    """A match is undone; its payment waits."""
    match = picked(live_matches(), number)
    if match:
        undo_match(match_id=match.pk, on=max(world.today, match.on), by=world.accountant)


def match_anew(world: World, number: int, cents: int) -> None:
    """What waits is matched, by itself or by hand, in whole or in part."""
    if number % 2:
        match_transactions(by=world.accountant)
        return
    waiting = BankTransaction.objects.filter(
        state__in=[TransactionState.UNMATCHED, TransactionState.PART], amount_cents__gt=0
    )
    row, claim = picked(waiting, number), picked(Claim.objects.exclude(state=ClaimState.CANCELLED), cents)
    if row and claim:
        part = Part(claim_id=claim.pk, cents=1 + cents % row.open_cents if cents % 3 else row.open_cents)
        match_by_hand(transaction_id=row.pk, parts=[part], by=world.accountant)


def charge_back(world: World, number: int, _cents: int) -> None:
    """The bank takes a payment back. A budget that it brings below zero becomes a work item."""
    match = picked(live_matches(), number)
    if match is None:
        return
    bring_in(world.accountant, paid(-match.cents, "Rueckgabe", on=world.today, return_reason="MD06"))
    back = BankTransaction.objects.order_by("-id").first()
    budgets = set(
        Posting.objects.filter(entry__source=match.source, budget__isnull=False).values_list("budget_id", flat=True)
    )
    items = book_return(transaction_id=back.pk, match_id=match.pk, by=world.accountant)
    below = {budget for budget in budgets if figures_of(budget, world.today).free_cents < 0}
    assert {item.budget_id for item in items} == below
    assert set(WorkItem.objects.filter(source=f"{match.source}:returned").values_list("budget_id", flat=True)) == below


def take_return_back(world: World, number: int, _cents: int) -> None:
    """What was booked as a return was none: the payment counts again, once."""
    match = picked(Match.objects.filter(returned_by__isnull=False, revived_by__isnull=True), number)
    if match is None:
        return
    free = {person.budget_id: figures_of(person.budget_id, world.today).free_cents for person in world.people}
    undo_return(match_id=match.pk, on=max(world.today, match.undone_on), by=world.accountant)
    for budget_id, cents in free.items():
        assert figures_of(budget_id, world.today).free_cents >= cents
    assert refused(lambda: undo_return(match_id=match.pk, on=world.today, by=world.accountant), NotReturned)


def pay_comes_back(world: World, number: int, cents: int) -> None:
    """A salary comes back from the bank, with its id or without; it is ordered anew, or the return was none."""
    line = picked(PaymentLine.objects.filter(order__state=OrderState.CLEARED, returns__isnull=True), number)
    if line is None:
        return
    owed = party_balances(AccountCode.NET_PAY, [line.party]).get(line.party, 0)
    named = {"end_to_end_id": line.end_to_end_id} if number % 2 else {}
    bring_in(world.accountant, paid(line.cents, "Retoure", on=world.today, return_reason="AC04", **named))
    row = BankTransaction.objects.order_by("-id").first()
    assert (row.matched_cents == line.cents) == bool(named)
    if not named:
        book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=world.accountant)
    assert party_balances(AccountCode.NET_PAY, [line.party])[line.party] == owed - line.cents
    match = Match.objects.get(line=line)
    if cents % 3 == 0:
        undo_match(match_id=match.pk, on=world.today, by=world.accountant)
    elif cents % 3 == 1:
        order = order_returned_pay(match_id=match.pk, by=world.payroll, at=world.at, same_account=True)
        assert order.total_cents == line.cents

        def again() -> None:
            order_returned_pay(match_id=match.pk, by=world.payroll, at=world.at, same_account=True)

        assert refused(again, AlreadyOrdered)
        approve_payment_order(order_id=order.pk, by=world.accountant, at=world.at)
        bring_in(world.accountant, paid(-line.cents, order.reference, on=max(order.execute_on, world.today)))
        assert party_balances(AccountCode.NET_PAY, [line.party]).get(line.party, 0) == owed


def ask_for_salary(world: World, number: int, cents: int) -> None:
    """A salary from next month on is promised where budget and cover bear all of it, and refused where they do not."""
    person = world.people[number % 2]
    gross, months, starts_on = PAYS[cents % 3], 1 + number % 3, next_month(world.today.replace(day=1))
    if starts_on > LAST_MONTH:
        return
    ends_on = starts_on
    for _month in range(months):
        ends_on = next_month(ends_on)
    before = available_cents(person.budget_id, world.today)
    cost = quote(person_id=person.pk, gross_cents=gross, month=starts_on).salary.cost_cents
    told: list[StetigError] = []

    def work() -> None:
        try:
            employ(
                person_id=person.pk,
                gross_cents=gross,
                weekly_hours=Decimal(5),
                position="Design",
                starts_on=starts_on,
                ends_on=ends_on,
                at=world.at,
                by=world.payroll,
            )
        except StetigError as error:
            told.append(error)
            raise

    if refused(work, BeyondCover, ContractsOverlap):
        assert isinstance(told[0], ContractsOverlap) or cost * months > before
        assert available_cents(person.budget_id, world.today) == before
    else:
        assert available_cents(person.budget_id, world.today) >= 0


def run_month(world: World, number: int, _cents: int) -> None:
    """The month's salaries: in full, out of money, then cover, then the cooperative's shortfall; and to the bank."""
    month = world.today.replace(day=1)
    if month > LAST_MONTH:
        return
    if not people_to_pay(month):
        assert refused(lambda: start_run(month=month, by=world.payroll, at=world.at), NobodyToPay)
        world.today = next_month(month) - timedelta(days=1)
        return
    run = start_run(month=month, by=world.payroll, at=world.at)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=world.at)
    approve_run(run_id=run.pk, by=world.board, at=world.at)
    before = {person.budget_id: figures_of(person.budget_id, world.today) for person in world.people}
    post_run(run_id=run.pk, at=world.at)
    for slip in Payslip.objects.filter(run=run):
        assert slip.state == PayslipState.POSTED
        was, now = before[slip.budget_id], figures_of(slip.budget_id, world.today)
        assert now.free_cents == was.free_cents - slip.cost_cents + slip.shortfall_cents
        # Never further below than the cover, but where it was already.
        assert now.free_cents >= min(was.free_cents, -was.cover_cents)
        assert not slip.shortfall_cents or now.free_cents in (-was.cover_cents, was.free_cents)
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    assert order.total_cents == sum(Payslip.objects.filter(run=run).values_list("net_cents", flat=True))
    if number % 2:
        approve_payment_order(order_id=order.pk, by=world.accountant, at=world.at)
        bring_in(world.accountant, paid(-order.total_cents, order.reference, on=max(order.execute_on, world.today)))
        order.refresh_from_db()
        assert order.state == OrderState.CLEARED
    world.today = next_month(month) - timedelta(days=1)


def book_and_reverse(world: World, number: int, cents: int) -> None:
    """The accountant books something by hand, and takes it back, once."""
    source = f"by hand:{world.count}"
    lines = [debit(AccountCode.BANK_CHARGES, 1 + cents), credit(AccountCode.PAYABLE_MEMBER, 1 + cents, party=source)]
    post(draft(source, world.today, "Expenses", lines), by=world.accountant)
    if number % 2:
        reverse(source=source, event_on=world.today, by=world.accountant)
        again = world.today + timedelta(days=1)
        assert refused(lambda: reverse(source=source, event_on=again, by=world.accountant), AlreadyReversed)
        assert account_balance(AccountCode.PAYABLE_MEMBER, party=source) == 0


def wrong_return(world: World, number: int, _cents: int) -> None:
    """Money that came in is no return: refused, and all is as it was."""
    match = picked(live_matches(), number)
    if match:
        assert refused(
            lambda: book_return(transaction_id=match.transaction_id, match_id=match.pk, by=world.accountant),
            NotMatchable,
        )


STEPS = (
    confirm,
    give_up,
    issue,
    issue,
    receive,
    receive,
    receive,
    undo,
    match_anew,
    charge_back,
    charge_back,
    take_return_back,
    take_return_back,
    pay_comes_back,
    pay_comes_back,
    ask_for_salary,
    ask_for_salary,
    run_month,
    run_month,
    book_and_reverse,
    wrong_return,
)


# --- what always holds ---------------------------------------------------------------------------------------------


def live_matches() -> Any:
    """Matches with claims that have not been undone."""
    return Match.objects.filter(claim__isnull=False, undone_on__isnull=True)


def total(rows: Any, column: str) -> int:
    """The sum of a column."""
    return int(rows.aggregate(total=Sum(column))["total"] or 0)


def check_both_layers() -> None:
    """Every entry, and so all of them, sum to zero in each layer."""
    sums = Posting.objects.values("entry_id", "layer").annotate(total=Sum("amount_cents")).exclude(total=0)
    assert list(sums) == []
    assert {layer: total(Posting.objects.filter(layer=layer), "amount_cents") for layer in Layer} == dict.fromkeys(
        Layer, 0
    )


def check_claims_and_bank() -> None:
    """What is open, what the bank holds and what payers have too much follow from the live matches alone."""
    settled = dict(live_matches().values_list("claim_id").annotate(Sum("settled_cents")))
    for claim in Claim.objects.all():
        assert claim.open_cents == claim.amount_cents - settled.get(claim.pk, 0)
    over = total(live_matches(), "cents") - total(live_matches(), "settled_cents")
    assert account_balance(AccountCode.CLIENT_CREDIT) == -over
    rows = BankTransaction.objects.all()
    received = total(rows.filter(amount_cents__gt=0), "matched_cents")
    assert account_balance(AccountCode.BANK) == received - total(rows.filter(amount_cents__lt=0), "matched_cents")
    assert not rows.filter(matched_cents__gt=F("amount_cents"), amount_cents__gt=0).exists()


def check_invoices() -> None:
    """Receivable and PENDING of each invoice are its unpaid part, PENDING after the fee; the cover is as much."""
    owed, pending = party_balances(AccountCode.RECEIVABLE), party_balances(AccountCode.PENDING)
    covers = dict(Cover.objects.values_list("source", "cents"))
    taken_back = set(Match.objects.filter(undone_on__isnull=False).values_list("claim__source", flat=True))
    for invoice in Invoice.objects.all():
        source = f"invoice:{invoice.pk}"
        waiting = -pending.pop(source, 0)
        assert owed.get(source, 0) == invoice.open_cents == Claim.objects.get(source=source).open_cents
        assert 0 <= waiting <= invoice.share_cents
        assert covers.pop(f"job:{invoice.job_id}", 0) == waiting
        if invoice.open_cents in (0, invoice.gross_cents):
            assert waiting == (invoice.share_cents if invoice.open_cents else 0)
        if source not in taken_back:
            # To the cent, half up; partial payments never move anything back.
            exact = invoice.share_cents * invoice.open_cents
            assert abs(waiting * invoice.gross_cents - exact) * 2 <= invoice.gross_cents
    assert not pending
    for job in Job.objects.filter(state=JobState.CONFIRMED):
        assert covers.pop(f"job:{job.pk}", 0) == job.net_cents - fee_of(job.net_cents)
    assert not covers


def fee_of(net_cents: int) -> int:
    """Nine per cent, half up."""
    return (net_cents * 9 + 50) // 100


def check_no_cent_is_lost(world: World) -> None:
    """Budgets and fee hold what was invoiced, less what salaries cost, plus what the cooperative carried."""
    slips = Payslip.objects.filter(state=PayslipState.POSTED)
    invoiced = total(Invoice.objects.all(), "net_cents")
    cost, shortfall = total(slips, "cost_cents"), total(slips, "shortfall_cents")
    budgets = [figures_of(person.budget_id, world.today) for person in world.people]
    held = sum(figures.free_cents + figures.pending_cents for figures in budgets)
    assert held == -total(Posting.objects.filter(account__code__in=BUDGET_CODES), "amount_cents")
    assert account_balance(AccountCode.FEE) == -sum(map(fee_of, Invoice.objects.values_list("net_cents", flat=True)))
    assert held - account_balance(AccountCode.FEE) == invoiced - cost + shortfall
    assert account_balance(AccountCode.REVENUE) == -invoiced
    assert account_balance(AccountCode.RELEASE) == -cost
    assert account_balance(AccountCode.SHORTFALL) == shortfall
    vat = total(Invoice.objects.all(), "vat_cents")
    assert account_balance(AccountCode.VAT) + account_balance(AccountCode.VAT_NOT_DUE) == -vat
    net = account_balance(AccountCode.NET_PAY) + account_balance(AccountCode.IN_TRANSIT)
    cleared = total(PaymentOrder.objects.filter(state=OrderState.CLEARED), "total_cents")
    came_back = total(Match.objects.filter(line__isnull=False, undone_on__isnull=True), "line__cents")
    assert net == cleared - came_back - total(slips, "net_cents")


EXPLORING = settings.get_current_profile_name() == "explore"


@settings(
    max_examples=settings().max_examples if EXPLORING else 25,
    deadline=None,
    derandomize=not EXPLORING,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    scheme=st.sampled_from(VatScheme),
    first=st.integers(0, 900_000),
    steps=st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 11), st.integers(0, 900_000)), min_size=10, max_size=14
    ),
)
def test_no_cent_is_lost_whatever_happens_in_whatever_order(db, scheme, first, steps):
    # One is paid and one confirmed, both are promised a salary from the next month on; then anything may happen.
    start = [
        (confirm, 0, 400_000 + first),
        (confirm, 1, 400_000 + first),
        (issue, 0, 0),
        (receive, 0, 0),
        (ask_for_salary, 2, 0),
        (ask_for_salary, 1, 0),
        (run_month, 0, 0),
    ]
    with transaction.atomic():
        with coop_scope(make_cooperative(vat_scheme=scheme).pk):
            world = new_world()
            for step, number, cents in [*start, *steps]:
                world.today += timedelta(days=1)
                world.count += 1
                step(world, number, cents)
                check_both_layers()
                check_claims_and_bank()
                check_invoices()
                check_no_cent_is_lost(world)
            assert list(problems()) == []
        transaction.set_rollback(True)


def test_a_return_that_was_none_and_pay_that_came_back_leave_no_cent_behind(db):
    with coop_scope(make_cooperative().pk):
        world = new_world()
        for step, number, cents in [
            (confirm, 0, 299_999),
            (issue, 0, 0),
            (receive, 0, 0),
            (ask_for_salary, 0, 0),
        ]:
            world.today += timedelta(days=1)
            step(world, number, cents)
        world.today = date(2026, 7, 15)
        run_month(world, 1, 0)
        budget_id = world.people[0].budget_id
        before = figures_of(budget_id, world.today)
        charge_back(world, 0, 0)
        for step, number, cents in [(take_return_back, 0, 0), (pay_comes_back, 1, 1), (pay_comes_back, 0, 2)]:
            world.today += timedelta(days=1)
            step(world, number, cents)
            check_both_layers()
            check_claims_and_bank()
            check_invoices()
            check_no_cent_is_lost(world)
        assert figures_of(budget_id, world.today) == before
        assert Match.objects.filter(line__isnull=False).count() == 2
        assert not WorkItem.objects.filter(done_on__isnull=True).exists()
        assert list(problems()) == []


def test_a_chargeback_after_the_salary_takes_the_budget_below_zero_and_raises_an_item(db):
    with coop_scope(make_cooperative().pk):
        world = new_world()
        budget_id = world.people[0].budget_id
        for step, number, cents in [
            (confirm, 0, 299_999),
            (issue, 0, 0),
            (receive, 0, 0),
            (ask_for_salary, 0, 0),
        ]:
            world.today += timedelta(days=1)
            step(world, number, cents)
        world.today = date(2026, 7, 15)
        run_month(world, 1, 0)
        slip = Payslip.objects.get(state=PayslipState.POSTED)
        assert slip.shortfall_cents == 0
        assert figures_of(budget_id, world.today).free_cents == 273_000 - slip.cost_cents > 0
        charge_back(world, 0, 0)
        figures = figures_of(budget_id, world.today)
        assert (figures.free_cents, figures.pending_cents) == (-slip.cost_cents, 273_000)
        assert WorkItem.objects.get(done_on__isnull=True).budget_id == budget_id
        check_both_layers()
        check_claims_and_bank()
        check_invoices()
        check_no_cent_is_lost(world)
        assert list(problems()) == []
