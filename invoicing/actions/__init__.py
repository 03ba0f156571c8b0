"""Every write about clients, jobs and invoices."""

from invoicing.actions.bills import AdvanceOpen, BeyondJob, VatOpen
from invoicing.actions.cancellations import CreditNotRefunded, cancel_invoice, cancel_source, note_refund, refund_source
from invoicing.actions.clients import CLIENT_FIELDS, add_client, change_client
from invoicing.actions.covers import cover_source
from invoicing.actions.invoices import (
    NotYetSupplied,
    SellerIncomplete,
    claim_source,
    issue_invoice,
    issue_invoices,
    issue_planned,
    issue_source,
)
from invoicing.actions.jobs import (
    JOB_FIELDS,
    HasInvoice,
    NotEditable,
    accept_job,
    accept_jobs,
    cancel_job,
    change_job,
    confirm_job,
    decide_vat,
    draft_job,
    guarantee_reason,
    mark_read,
    return_job,
    say_on_job,
    submit_job,
)
from invoicing.actions.lines import LINE_FIELDS, lines_of
from invoicing.actions.links import answer_link, ask_client, find_link, open_portal
from invoicing.actions.payments import payment_source, record_payments, refresh_paid
from invoicing.actions.plans import PLANNABLE, NotPlannable, drop_planned, plan_invoice, plan_months

__all__ = [
    "CLIENT_FIELDS",
    "JOB_FIELDS",
    "LINE_FIELDS",
    "PLANNABLE",
    "AdvanceOpen",
    "BeyondJob",
    "CreditNotRefunded",
    "HasInvoice",
    "NotEditable",
    "NotPlannable",
    "NotYetSupplied",
    "SellerIncomplete",
    "VatOpen",
    "accept_job",
    "accept_jobs",
    "add_client",
    "answer_link",
    "ask_client",
    "cancel_invoice",
    "cancel_job",
    "cancel_source",
    "change_client",
    "change_job",
    "claim_source",
    "confirm_job",
    "cover_source",
    "decide_vat",
    "draft_job",
    "drop_planned",
    "find_link",
    "guarantee_reason",
    "issue_invoice",
    "issue_invoices",
    "issue_planned",
    "issue_source",
    "lines_of",
    "mark_read",
    "note_refund",
    "open_portal",
    "payment_source",
    "plan_invoice",
    "plan_months",
    "record_payments",
    "refresh_paid",
    "refund_source",
    "return_job",
    "say_on_job",
    "submit_job",
]
