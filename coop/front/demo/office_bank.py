"""What the office does at the bank: statements twice a month, and what they leave to a person."""

from datetime import date, timedelta

from coop.banking.actions import Part, book_directly, book_return, import_statement, match_by_hand
from coop.banking.models import BankTransaction
from coop.banking.queries import proposals_for, returnable_for, transactions
from coop.front.demo.calendar import at, last_day_of
from coop.front.demo.world import World
from coop.ledger.actions import close_period
from coop.ledger.chart import AccountCode
from coop.ledger.models import Period
from coop.ledger.queries import account_balance
from coop.tenancy.states import Role

LEFT_WAITING = timedelta(days=12)
"""Money of the last days still waits for a person, so that there is something to do."""
CHARGES_CENTS = 18_90
TAX_OFFICE = "Finanzamt Musterstadt (Demo)"
VAT_TEXT = "Umsatzsteuer-Vorauszahlung"
CHARGES_TEXT = "Entgelt Kontoführung"


def plan_office(world: World) -> None:
    """Plan statements, the VAT of each month, the bank's charges and the closing of months."""
    first = world.months[0]
    for month in [(first - timedelta(days=1)).replace(day=1), *world.months]:
        world.on(month.replace(day=10), lambda on: _pay_vat(world, on))
        world.on(month.replace(day=15), lambda on: import_until(world, on))
        world.on(month.replace(day=26), lambda on: _close(world, on))
        world.on(last_day_of(month), lambda on: world.bank.charge(on=on, cents=CHARGES_CENTS, text=CHARGES_TEXT))
        world.on(last_day_of(month), lambda on: import_until(world, on))


def import_until(world: World, on: date) -> None:
    """Import the statement that ends on a day, then settle by hand what a person sees at once."""
    data = world.bank.statement(on)
    if data is None:
        return
    accountant = world.who(Role.ACCOUNTANT)
    import_statement(data=data, filename=f"kontoauszug-{on:%Y-%m-%d}.xml", by=accountant, at=at(on, 7))
    for row in transactions(state="waiting"):
        _settle(world, row)


def _settle(world: World, row: BankTransaction) -> None:
    accountant = world.who(Role.ACCOUNTANT)
    recent = row.booked_on > world.today - LEFT_WAITING
    if row.returned:
        earlier = returnable_for(row)
        if earlier:
            book_return(transaction_id=row.pk, match_id=earlier[0].pk, by=accountant)
    elif recent:
        return
    elif row.open_cents < 0:
        direct = {VAT_TEXT: AccountCode.VAT, CHARGES_TEXT: AccountCode.BANK_CHARGES}
        account = next((code for text, code in direct.items() if text in row.text), None)
        if account is not None:
            book_directly(transaction_id=row.pk, account=account, by=accountant)
    else:
        exact = [
            proposal.claim
            for proposal in proposals_for(row)
            if proposal.claim.open_cents == row.open_cents and proposal.claim.debtor == row.counterparty_name
        ]
        if exact:
            match_by_hand(
                transaction_id=row.pk, parts=[Part(claim_id=exact[0].pk, cents=row.open_cents)], by=accountant
            )


def _pay_vat(world: World, on: date) -> None:
    """The tax office collects what was owed at the end of the month before."""
    owed = -account_balance(AccountCode.VAT, until=on.replace(day=1) - timedelta(days=1))
    if owed > 0:
        world.bank.move(on=on, cents=-owed, name=TAX_OFFICE, text=f"{VAT_TEXT} {on:%m/%Y}")


def _close(world: World, on: date) -> None:
    """Close the month before the last one, for good."""
    before_last = ((on.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)).replace(day=1)
    for period in Period.objects.filter(month__lte=before_last, closed_at__isnull=True).order_by("month"):
        close_period(month=period.month, by=world.who(Role.ACCOUNTANT), at=at(on, 16))
