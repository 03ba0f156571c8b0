"""The pages of the documents that move budgets: invoices, their payments, payslips."""

from collections.abc import Mapping, Sequence

from coop.front.addresses import address_of
from coop.tenancy.states import Role
from invoicing.models import InvoicePayment
from invoicing.queries import SEES_ALL_INVOICES

READS_INVOICES = SEES_ALL_INVOICES | {Role.MEMBER}


def invoice_pages(sources: Sequence[str], roles: frozenset[Role]) -> Mapping[str, str]:
    """`invoice:<id>:issue` to the invoice."""
    if not READS_INVOICES & roles:
        return {}
    return {source: address_of("invoicing:invoice", _number(source)) for source in sources}


def match_pages(sources: Sequence[str], roles: frozenset[Role]) -> Mapping[str, str]:
    """`match:<id>` to the invoice that was paid."""
    if not READS_INVOICES & roles:
        return {}
    invoices = dict(
        InvoicePayment.objects.filter(match_id__in=[_number(source) for source in sources]).values_list(
            "match_id", "invoice_id"
        )
    )
    return {
        source: address_of("invoicing:invoice", invoices[_number(source)])
        for source in sources
        if _number(source) in invoices
    }


def payslip_pages(sources: Sequence[str], roles: frozenset[Role]) -> Mapping[str, str]:
    """`payslip:<id>` to the payslip: payroll's page, or one's own."""
    if Role.PAYROLL in roles:
        name = "payroll:payslip"
    elif Role.MEMBER in roles:
        name = "payroll:my_payslip"
    else:
        return {}
    return {source: address_of(name, _number(source)) for source in sources}


def transfer_pages(sources: Sequence[str], roles: frozenset[Role]) -> Mapping[str, str]:
    """`transfer:<id>` to the list of one's own transfers."""
    return {source: address_of("collectives:mine") for source in sources} if Role.MEMBER in roles else {}


def _number(source: str) -> int:
    return int(source.split(":")[1])
