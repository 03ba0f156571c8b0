"""When net pay leaves."""

from datetime import date, timedelta

from coop.banking.bank_days import previous_bank_day
from coop.ledger.actions import next_month


def pay_day(month: date, day: int) -> date:
    """The day net pay leaves: `day` of the month (31: its last), or the bank day before."""
    last = next_month(month) - timedelta(days=1)
    return previous_bank_day(min(last, month + timedelta(days=day - 1)))
