"""Invoicing: members' own clients, jobs and invoices; the office's work lists."""

from django.utils import timezone

from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import Role
from invoicing.actions import cancel_invoice, open_portal
from invoicing.models import Client, Invoice, Job, PlannedInvoice
from invoicing.states import JobState
from tests.architecture.permissions import PUBLIC
from tests.factories.invoicing import (
    ISSUED,
    make_asked,
    make_client,
    make_confirmed_job,
    make_invoice,
    make_job,
    make_planned,
)

_MEMBER = {Role.MEMBER}
_OFFICE = {Role.INVOICING}
_BOTH = {Role.MEMBER, Role.INVOICING}
_BOOKS = {Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD}
_READERS = {*_BOTH, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD}

PERMISSIONS = {
    "invoicing:client_list": _BOTH,
    "invoicing:client_new": _MEMBER,
    "invoicing:client": _BOTH,
    "invoicing:job_list": _MEMBER,
    "invoicing:job_new": _MEMBER,
    "invoicing:job": _BOTH,
    "invoicing:job_edit": _MEMBER,
    "invoicing:job_submit": _MEMBER,
    "invoicing:job_vat": _OFFICE,
    "invoicing:job_accept": _OFFICE,
    "invoicing:job_return": _OFFICE,
    "invoicing:job_confirm": _BOTH,
    "invoicing:job_cancel": _BOTH,
    "invoicing:job_say": _BOTH,
    "invoicing:job_plan": _BOTH,
    "invoicing:job_ask": _BOTH,
    "invoicing:client_open_portal": _BOTH,
    "invoicing:client_answer": PUBLIC,
    "invoicing:client_portal": PUBLIC,
    "invoicing:client_portal_pdf": PUBLIC,
    "invoicing_api:job-ask": _BOTH,
    "invoicing:job_retainer": _BOTH,
    "invoicing:planned_drop": _BOTH,
    "invoicing:planned_issue": _OFFICE,
    "invoicing:office_jobs": _OFFICE,
    "invoicing:accept": _OFFICE,
    "invoicing:issue": _OFFICE,
    "invoicing:invoice_list": _READERS,
    "invoicing:invoice": _READERS,
    "invoicing:invoice_pdf": _READERS,
    "invoicing:invoice_xml": _READERS,
    "invoicing:invoice_cancel": _OFFICE,
    "invoicing:invoice_refunded": {Role.ACCOUNTANT},
    "invoicing:ec_list": _BOOKS,
    "invoicing:ec_list_file": _BOOKS,
    "invoicing_api:invoice-refunded": {Role.ACCOUNTANT},
    "invoicing_api:ec-list": _BOOKS,
    "invoicing:cancellation_pdf": _READERS,
    "invoicing_api:client-list": {"GET": _BOTH, "POST": _MEMBER},
    "invoicing_api:client-detail": _BOTH,
    "invoicing_api:job-list": {"GET": _BOTH, "POST": _MEMBER},
    "invoicing_api:job-detail": {"GET": _BOTH, "PATCH": _MEMBER},
    "invoicing_api:job-submit": _MEMBER,
    "invoicing_api:job-decide-vat": _OFFICE,
    "invoicing_api:job-accept": _OFFICE,
    "invoicing_api:job-accept-many": _OFFICE,
    "invoicing_api:job-return-to-member": _OFFICE,
    "invoicing_api:job-confirm": _BOTH,
    "invoicing_api:job-cancel": _BOTH,
    "invoicing_api:job-messages": _BOTH,
    "invoicing_api:job-planned": _BOTH,
    "invoicing_api:planned-detail": _BOTH,
    "invoicing_api:planned-issue": _OFFICE,
    "invoicing_api:invoice-list": {"GET": _READERS, "POST": _OFFICE},
    "invoicing_api:invoice-detail": _READERS,
    "invoicing_api:invoice-xml": _READERS,
    "invoicing_api:invoice-cancel": _OFFICE,
}


def _client(cast):
    return {"client_id": (Client.objects.filter(owner=cast.member).first() or make_client(cast.member)).pk}


def _job(cast):
    return {"job_id": (Job.objects.filter(owner=cast.member, state="draft").first() or make_job(cast.member)).pk}


def _planned(cast):
    found = PlannedInvoice.objects.filter(job__owner=cast.member, invoice=None).first()
    return {"planned_id": (found or make_planned(make_confirmed_job(cast.member, cast.invoicing))).pk}


def _invoice(cast):
    found = Invoice.objects.filter(owner=cast.member).first() or make_invoice(cast.member, cast.invoicing)
    return {"invoice_id": found.pk}


def _drawn_invoice(cast):
    arguments = _invoice(cast)
    document = Document.objects.get(kind="invoice", source=f"invoice:{arguments['invoice_id']}")
    render_document(coop_id=current_coop_id(), document_id=document.pk, at=timezone.now())
    return arguments


def _drawn_cancellation(cast):
    invoice = Invoice.objects.filter(owner=cast.member, state="cancelled").first()
    if invoice is None:
        invoice = make_invoice(cast.member, cast.invoicing)
        cancel_invoice(
            invoice_id=invoice.pk, reason="Wrong name", then=JobState.CANCELLED, on=ISSUED, by=cast.invoicing
        )
    document = Document.objects.get(kind="cancellation", source=f"invoice:{invoice.pk}:cancel")
    render_document(coop_id=current_coop_id(), document_id=document.pk, at=timezone.now())
    return {"invoice_id": invoice.pk}


def _cancelled(cast):
    return {"invoice_id": _drawn_cancellation(cast)["invoice_id"]}


def _asked(cast):
    return {"secret": make_asked(cast.member, cast.invoicing).secret}


def _portal(cast):
    client_id = _client(cast)["client_id"]
    return {"secret": open_portal(client_id=client_id, at=timezone.now(), by=cast.member).secret}


def _portal_pdf(cast):
    drawn = _drawn_invoice(cast)
    client_id = Invoice.objects.get(id=drawn["invoice_id"]).client_id
    return {**drawn, "secret": open_portal(client_id=client_id, at=timezone.now(), by=cast.member).secret}


def _pk(make):
    return lambda cast: {"pk": next(iter(make(cast).values()))}


SAMPLES = {
    "invoicing:client": _client,
    **{
        f"invoicing:job{name}": _job
        for name in (
            "",
            "_edit",
            "_submit",
            "_vat",
            "_accept",
            "_return",
            "_confirm",
            "_cancel",
            "_say",
            "_plan",
            "_retainer",
            "_ask",
        )
    },
    "invoicing:planned_drop": _planned,
    "invoicing:planned_issue": _planned,
    "invoicing_api:planned-detail": _pk(_planned),
    "invoicing_api:planned-issue": _pk(_planned),
    "invoicing:client_open_portal": _client,
    "invoicing:client_answer": _asked,
    "invoicing:client_portal": _portal,
    "invoicing:client_portal_pdf": _portal_pdf,
    "invoicing:invoice": _invoice,
    "invoicing:invoice_pdf": _drawn_invoice,
    "invoicing:invoice_xml": _invoice,
    "invoicing:invoice_cancel": _invoice,
    "invoicing:invoice_refunded": _cancelled,
    "invoicing_api:invoice-refunded": _pk(_cancelled),
    "invoicing:cancellation_pdf": _drawn_cancellation,
    "invoicing_api:client-detail": _pk(_client),
    **{
        f"invoicing_api:job-{name}": _pk(_job)
        for name in (
            "detail",
            "submit",
            "decide-vat",
            "accept",
            "return-to-member",
            "confirm",
            "cancel",
            "messages",
            "planned",
            "ask",
        )
    },
    "invoicing_api:invoice-detail": _pk(_invoice),
    "invoicing_api:invoice-xml": _pk(_invoice),
    "invoicing_api:invoice-cancel": _pk(_invoice),
}
