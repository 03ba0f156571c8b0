"""Salaries: asked for, promised, computed, approved by a second person, posted, paid."""

from datetime import date, timedelta
from decimal import Decimal

from coop.banking.actions import NewPayment, approve_payment_order, create_payment_order
from coop.banking.bank_days import contributions_due_on, next_bank_day
from coop.banking.models import PaymentOrder
from coop.banking.states import OrderState, Purpose
from coop.front.demo.calendar import at, payable
from coop.front.demo.fictitious_numbers import iban
from coop.front.demo.joining import PRIVATE_ACCOUNTS
from coop.front.demo.office_bank import TAX_OFFICE
from coop.front.demo.world import Member, World
from coop.ledger.actions import next_month
from coop.ledger.chart import AccountCode
from coop.ledger.queries import available_cents, party_balances
from coop.money import share_of
from coop.planning.actions import approve_request, decline_request, request_salary
from coop.planning.models import SalaryRequest
from coop.tenancy.states import Role
from payroll.actions import approve_run, compute_chunk, people_to_pay, post_run, start_run
from payroll.germany.church_tax import State, church_tax_rate
from payroll.germany.inverse import gross_of_cost
from payroll.germany.salary import salary_law
from payroll.germany.terms import Terms
from payroll.master_data import enter_insurance, enter_payout_account, enter_tax_data
from payroll.papers import wage_tax
from payroll.papers.contributions import make_statements, subject_of
from payroll.papers.creditors import enter_creditor, tax_office_on
from payroll.papers.filings import file
from payroll.papers.states import FilingKind
from payroll.papers.targets import Target, target_of
from payroll.states import Church

ASK_DAY = 23
"""Requests for the next month come in on this day."""
CONTRACT_MONTHS = 4
SMALLEST_COST = 820_00
"""Below it there would be a Minijob."""
DECLINED_SHARE = 0.1
COST_SHARE = Decimal("0.97")
"""What of the expected income after the fee goes into the salary's total cost."""
FUND_ACCOUNTS = 700_000
TAX_ACCOUNT = 799_999


def plan_salaries(world: World) -> None:
    """Plan requests and runs of every month."""
    first = world.months[0]
    for month in [(first - timedelta(days=1)).replace(day=1), *world.months]:
        world.on(month.replace(day=ASK_DAY), lambda on: _ask(world, on))
    for month in world.months:
        world.on(month.replace(day=world.office.plan.policy["run_day"]), lambda on: start(world, on))


def _ask(world: World, on: date) -> None:
    starts_on = next_month(on)
    for member in world.members:
        covered = member.employed_until is not None and member.employed_until > starts_on
        if not member.profile.wants_salary or covered or member.request_waits:
            continue
        gross = affordable(world, member, starts_on, on)
        if gross:
            employ(world, member, gross, starts_on, on)
        elif payable(starts_on) and world.chance(DECLINED_SHARE):
            _decline(world, member, starts_on, on)


def employ(world: World, member: Member, gross_cents: int, starts_on: date, on: date) -> None:
    """A member asks for a salary from a month on, and the office approves it two days later."""
    tell_payroll(world, member, starts_on, on)
    request = ask(member, gross_cents, starts_on, on)
    approve_request(
        request_id=request.pk,
        at=at(on + timedelta(days=1), 13),
        by=world.who(Role.PAYROLL),
        reason="Budget und bestätigte Aufträge tragen das Gehalt.",
    )
    member.employed_until = request.ends_on


def ask(member: Member, gross_cents: int, starts_on: date, on: date) -> SalaryRequest:
    """A member asks for a salary from a month on."""
    return request_salary(
        person_id=member.person_id,
        gross_cents=gross_cents,
        weekly_hours=hours_for(gross_cents),
        starts_on=starts_on,
        ends_on=_plus(starts_on, CONTRACT_MONTHS),
        at=at(on),
        by=member.user,
    )


def _decline(world: World, member: Member, starts_on: date, on: date) -> None:
    tell_payroll(world, member, starts_on, on)
    request = ask(member, member.profile.monthly_cents // 1500 * 1000, starts_on, on)
    decline_request(
        request_id=request.pk,
        reason="Das Budget trägt dieses Gehalt noch nicht. Nach den nächsten bestätigten Aufträgen gern noch einmal.",
        at=at(on + timedelta(days=1), 13),
        by=world.who(Role.PAYROLL),
    )


def affordable(world: World, member: Member, starts_on: date, on: date, *, wish_cents: int = 0) -> int:
    """The gross salary that income suggests and budget and cover bear until a contract ends, in cents.

    0 where they bear none, and where no law is confirmed for it.

    `wish_cents` is a total monthly cost to wish for instead of what the income suggests.
    """
    rate = 1 - world.office.plan.policy["fee_rate"]
    wish = wish_cents or share_of(share_of(member.profile.monthly_cents, rate), COST_SHARE)
    cost = min(wish, available_cents(member.budget_id, on) // CONTRACT_MONTHS)
    if cost < SMALLEST_COST or not payable(starts_on):
        return 0
    found = gross_of_cost(salary_law(starts_on), _terms(world, member, starts_on), cost)
    return found.gross_cents // 1000 * 1000


def _terms(world: World, member: Member, day: date) -> Terms:
    profile = member.profile
    return Terms(
        additional_rate=world.office.additional_rates[profile.fund],
        tax_class=profile.tax_class,
        childless=not profile.children,
        children_under25=profile.children,
        child_allowances=profile.child_allowances,
        church_rate=church_tax_rate(State(profile.state), day) if profile.church else Decimal(0),
        saxony=world.office.plan.legal["federal_state"] == "SN",
        levies_rate=world.office.plan.policy["levies_rate"],
    )


def tell_payroll(world: World, member: Member, since: date, on: date) -> None:
    """Enter, once, what a salary needs to be known about somebody."""
    if member.known_to_payroll:
        return
    member.known_to_payroll = True
    profile, payroll = member.profile, world.who(Role.PAYROLL)
    enter_tax_data(
        person_id=member.person_id,
        since=since,
        tax_id=profile.tax_id,
        tax_class=profile.tax_class,
        federal_state=profile.state,
        child_allowances=profile.child_allowances,
        church=(Church.PROTESTANT, Church.CATHOLIC)[profile.n % 2] if profile.church else Church.NONE,
        at=at(on),
        by=payroll,
    )
    enter_insurance(
        person_id=member.person_id,
        since=since,
        insurance_number=profile.insurance_number,
        fund_id=world.office.funds[profile.fund].pk,
        childless=not profile.children,
        children_under25=profile.children,
        at=at(on),
        by=payroll,
    )
    enter_payout_account(
        person_id=member.person_id,
        since=since,
        iban=iban(PRIVATE_ACCOUNTS + profile.n),
        holder=profile.name,
        at=at(on),
        by=payroll,
    )


def hours_for(gross_cents: int) -> Decimal:
    """Hours a week at about 24 euros an hour, at least three and at most 40."""
    return Decimal(min(40, max(3, gross_cents // 24_00 * 3 // 13)))


def _plus(month: date, months: int) -> date:
    for _month in range(months):
        month = next_month(month)
    return month


# --- the run --------------------------------------------------------------------------------------------------------


def start(world: World, on: date) -> None:
    """Start and compute a month's run, where there is somebody to pay. The last month's stays for somebody to review."""
    month = on.replace(day=1)
    people = people_to_pay(month)
    if not people:
        return
    run = start_run(month=month, by=world.who(Role.PAYROLL), at=at(on))
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=at(on))
    if month != world.months[-1]:
        world.on(on + timedelta(days=2), lambda day: _approve(world, run.pk, day))


def _approve(world: World, run_id: int, on: date) -> None:
    approve_run(run_id=run_id, by=world.who(Role.BOARD), at=at(on))
    run = post_run(run_id=run_id, at=at(on, 10))
    for order in PaymentOrder.objects.defer("file").filter(purpose=Purpose.SALARY, state=OrderState.WAITING):
        send(world, order, on, by=Role.ACCOUNTANT)
    month = run.month
    hand_in(world, month, on)
    owed = {**_owed(AccountCode.FUNDS), **_owed(AccountCode.LEVIES)}
    order_payment(world, f"contributions:{month:%Y-%m}", owed, on=on, execute_on=contributions_due_on(month))
    tenth = next_bank_day(next_month(month).replace(day=10))
    world.on(
        tenth - timedelta(days=4),
        lambda day: order_payment(
            world, f"wage tax:{month:%Y-%m}", _owed(AccountCode.WAGE_TAX), on=day, execute_on=tenth
        ),
    )


def hand_in(world: World, month: date, on: date) -> None:
    """Make the month's contribution statements and note that the portal has them; the tax return follows by the tenth."""
    payroll = world.who(Role.PAYROLL)
    if tax_office_on(on) is None:
        for n, fund in enumerate(world.office.funds):
            _creditor(world, fund.pk, name=fund.name, account=FUND_ACCOUNTS + n, reference="00000000", on=on)
        number = world.office.plan.legal["tax_number"] or "0"
        _creditor(world, None, name=TAX_OFFICE, account=TAX_ACCOUNT, reference=number, on=on)
    for row in make_statements(month=month, by=payroll, at=at(on, 10)):
        target = target_of(FilingKind.CONTRIBUTIONS, subject_of(row.fund_id, month), on)
        _filed(world, target, on)
    since, until = wage_tax.period(month)
    if until == next_month(month):
        world.on(
            next_bank_day(until.replace(day=8)),
            lambda day: _filed(world, target_of(FilingKind.WAGE_TAX, f"{since:%Y-%m}", day), day),
        )


def _creditor(world: World, fund_id: int | None, *, name: str, account: int, reference: str, on: date) -> None:
    enter_creditor(
        fund_id=fund_id,
        since=world.months[0],
        name=name,
        iban=iban(account),
        reference=reference,
        federal_state=world.office.plan.legal["federal_state"],
        at=at(on),
        by=world.who(Role.PAYROLL),
    )


def _filed(world: World, target: Target, on: date) -> None:
    file(
        kind=target.kind,
        subject=target.subject,
        due_on=target.due_on,
        filed_on=on,
        figures=target.figures,
        reference=f"demo-{target.subject}"[:60],
        by=world.who(Role.PAYROLL),
        at=at(on, 11),
    )


def _owed(account: AccountCode) -> dict[tuple[AccountCode, str], int]:
    return {(account, party): -cents for party, cents in party_balances(account).items() if cents < 0}


def order_payment(
    world: World, source: str, owed: dict[tuple[AccountCode, str], int], *, on: date, execute_on: date
) -> None:
    """Pay what is owed to funds and the tax office: ordered by the accountant, approved by the board."""
    if not owed:
        return
    funds = {f"fund:{fund.pk}": (n, fund.name) for n, fund in enumerate(world.office.funds)}
    lines = []
    for number, ((account, party), cents) in enumerate(sorted(owed.items()), start=1):
        n, name = funds.get(party, (TAX_ACCOUNT - FUND_ACCOUNTS, TAX_OFFICE))
        lines.append(
            NewPayment(
                party=party,
                name=name,
                iban=iban(FUND_ACCOUNTS + n),
                cents=cents,
                text=source,
                end_to_end_id=f"{source.replace(' ', '-').replace(':', '-').upper()}-{number}",
                account=account,
            )
        )
    order = create_payment_order(
        source=source,
        purpose=Purpose.OTHER,
        execute_on=max(execute_on, next_bank_day(on)),
        lines=lines,
        by=world.who(Role.ACCOUNTANT),
        at=at(on, 11),
    )
    send(world, order, on, by=Role.BOARD)


def send(world: World, order: PaymentOrder, on: date, *, by: Role) -> None:
    """The second person approves an order; the bank carries it out on its day."""
    approve_payment_order(order_id=order.pk, by=world.who(by), at=at(on, 12))
    world.bank.carry_out(on=order.execute_on, cents=order.total_cents, reference=order.reference)
