"""The ledger's accounts as people call them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from coop.ledger.chart import AccountCode

ACCOUNT_NAMES: dict[AccountCode, Any] = {
    AccountCode.BANK: _("Bank"),
    AccountCode.IN_TRANSIT: _("Payments in transit"),
    AccountCode.RECEIVABLE: _("Receivables from clients"),
    AccountCode.INPUT_VAT: _("Input VAT"),
    AccountCode.VAT: _("VAT due"),
    AccountCode.VAT_NOT_DUE: _("VAT not yet due"),
    AccountCode.VAT_AWAITING_REFUND: _("VAT awaiting refund"),
    AccountCode.PREPAYMENTS: _("Prepayments of clients"),
    AccountCode.CLIENT_CREDIT: _("Credit of clients"),
    AccountCode.NET_PAY: _("Net pay owed"),
    AccountCode.WAGE_TAX: _("Wage tax owed"),
    AccountCode.FUNDS: _("Social insurance owed"),
    AccountCode.LEVIES: _("Levies owed"),
    AccountCode.PAYABLE_MEMBER: _("Owed to members"),
    AccountCode.UNMATCHED: _("Money not yet assigned"),
    AccountCode.MEMBERS_CAPITAL: _("Members' capital"),
    AccountCode.CAPITAL_OF_DEPARTED: _("Capital of departed members"),
    AccountCode.LOSS_CARRIED: _("Loss carried forward"),
    AccountCode.REVENUE: _("Revenue, Germany"),
    AccountCode.REVENUE_EU: _("Revenue, European Union"),
    AccountCode.REVENUE_THIRD_COUNTRY: _("Revenue, other countries"),
    AccountCode.WAGES: _("Wages"),
    AccountCode.ADVANCES: _("Advances on salaries"),
    AccountCode.GARNISHMENTS: _("Garnished pay"),
    AccountCode.FREE_PAY: _("Expenses and per diems paid with salaries"),
    AccountCode.EMPLOYER_COST: _("Employer's contributions and levies"),
    AccountCode.BAD_DEBT: _("Bad debt"),
    AccountCode.INTEREST_INCOME: _("Interest income"),
    AccountCode.FLAT_FEE_INCOME: _("Flat fees for late payment"),
    AccountCode.BANK_CHARGES: _("Bank charges"),
    AccountCode.ALLOC: _("Invoiced, to be shared out"),
    AccountCode.PENDING: _("Budgets: invoiced, not yet paid"),
    AccountCode.FREE: _("Budgets: paid"),
    AccountCode.FEE: _("Fee of the cooperative"),
    AccountCode.RELEASE: _("Released from budgets"),
    AccountCode.SHORTFALL: _("Shortfall borne by the cooperative"),
}
