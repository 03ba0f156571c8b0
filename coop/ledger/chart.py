"""The accounts every cooperative has, by the layer they belong to. Plain data, no Django.

The legal layer is what the annual accounts see; the allocation layer says whose money it is. The mapping
to a numbered chart of accounts (DATEV) belongs to the export, not here.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Layer(IntEnum):
    """Each entry balances within each layer by itself."""

    LEGAL = 1
    ALLOCATION = 2


class AccountCode(StrEnum):
    """Short names of the accounts, stable for ever: entries refer to them."""

    # legal: what we own
    BANK = "bank"
    IN_TRANSIT = "in_transit"
    RECEIVABLE = "receivable"
    INPUT_VAT = "input_vat"
    ADVANCES = "advances"
    # legal: what we owe
    VAT = "vat"
    VAT_NOT_DUE = "vat_not_due"
    VAT_AWAITING_REFUND = "vat_awaiting_refund"
    CLIENT_CREDIT = "client_credit"
    PREPAYMENTS = "prepayments"
    NET_PAY = "net_pay"
    WAGE_TAX = "wage_tax"
    FUNDS = "funds"
    LEVIES = "levies"
    GARNISHMENTS = "garnishments"
    PAYABLE_MEMBER = "payable_member"
    UNMATCHED = "unmatched"
    # legal: capital
    MEMBERS_CAPITAL = "members_capital"
    CAPITAL_OF_DEPARTED = "capital_of_departed"
    LOSS_CARRIED = "loss_carried"
    # legal: income and expense
    REVENUE = "revenue"
    REVENUE_EU = "revenue_eu"
    REVENUE_THIRD_COUNTRY = "revenue_third_country"
    WAGES = "wages"
    EMPLOYER_COST = "employer_cost"
    FREE_PAY = "free_pay"
    BAD_DEBT = "bad_debt"
    INTEREST_INCOME = "interest_income"
    FLAT_FEE_INCOME = "flat_fee_income"
    BANK_CHARGES = "bank_charges"
    # allocation
    ALLOC = "alloc"
    PENDING = "pending"
    FREE = "free"
    FEE = "fee"
    RELEASE = "release"
    SHORTFALL = "shortfall"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKind:
    """What an account is. `per_budget`: each of its postings names a budget."""

    code: AccountCode
    layer: Layer
    per_budget: bool = False


ALLOCATION_CODES = (
    AccountCode.ALLOC,
    AccountCode.PENDING,
    AccountCode.FREE,
    AccountCode.FEE,
    AccountCode.RELEASE,
    AccountCode.SHORTFALL,
)
BUDGET_CODES = (AccountCode.PENDING, AccountCode.FREE)

CHART = {
    code: AccountKind(
        code=code,
        layer=Layer.ALLOCATION if code in ALLOCATION_CODES else Layer.LEGAL,
        per_budget=code in BUDGET_CODES,
    )
    for code in AccountCode
}
