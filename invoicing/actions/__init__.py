"""Every write about clients, jobs and invoices."""

from invoicing.actions.clients import CLIENT_FIELDS, add_client, change_client
from invoicing.actions.invoices import (
    NotYetSupplied,
    SellerIncomplete,
    claim_source,
    issue_invoice,
    issue_invoices,
    issue_source,
)
from invoicing.actions.jobs import (
    JOB_FIELDS,
    NotEditable,
    accept_job,
    accept_jobs,
    cancel_job,
    change_job,
    confirm_job,
    cover_source,
    draft_job,
    guarantee_reason,
    mark_read,
    return_job,
    say_on_job,
    submit_job,
    treatment_for,
)
from invoicing.actions.payments import payment_source, record_payments, refresh_paid

__all__ = [
    "CLIENT_FIELDS",
    "JOB_FIELDS",
    "NotEditable",
    "NotYetSupplied",
    "SellerIncomplete",
    "accept_job",
    "accept_jobs",
    "add_client",
    "cancel_job",
    "change_client",
    "change_job",
    "claim_source",
    "confirm_job",
    "cover_source",
    "draft_job",
    "guarantee_reason",
    "issue_invoice",
    "issue_invoices",
    "issue_source",
    "mark_read",
    "payment_source",
    "record_payments",
    "refresh_paid",
    "return_job",
    "say_on_job",
    "submit_job",
    "treatment_for",
]
