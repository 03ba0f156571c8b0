"""The lives of jobs and invoices, and what people choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions
from invoicing.einvoice.paper import InvoiceFormat
from invoicing.law.guarantee import GuaranteeReason
from invoicing.law.vat import ClientKind, Service, VatCase


class JobState(models.TextChoices):
    """From a member's draft to the client's money."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("in check")
    RETURNED = "returned", _("returned with a question")
    ACCEPTED = "accepted", _("accepted")
    CONFIRMED = "confirmed", _("confirmed by the client")
    INVOICED = "invoiced", _("invoiced")
    PAID = "paid", _("paid")
    CANCELLED = "cancelled", _("cancelled")


JOB_STATES = Transitions(
    first=[JobState.DRAFT],
    table={
        JobState.DRAFT: [JobState.SUBMITTED, JobState.CANCELLED],
        JobState.SUBMITTED: [JobState.RETURNED, JobState.ACCEPTED, JobState.CANCELLED],
        JobState.RETURNED: [JobState.SUBMITTED, JobState.CANCELLED],
        JobState.ACCEPTED: [JobState.CONFIRMED, JobState.RETURNED, JobState.CANCELLED],
        JobState.CONFIRMED: [JobState.INVOICED, JobState.CANCELLED],
        # With its invoice cancelled a job is invoiced anew, corrected or given up.
        JobState.INVOICED: [JobState.PAID, JobState.CONFIRMED, JobState.RETURNED, JobState.CANCELLED],
        # An undone payment opens the invoice again.
        JobState.PAID: [JobState.INVOICED, JobState.CONFIRMED, JobState.RETURNED, JobState.CANCELLED],
    },
)
AFTER_CANCELLATION = (JobState.RETURNED, JobState.CONFIRMED, JobState.CANCELLED)
"""What may become of a job whose invoice is cancelled."""
WITH_INVOICE = (JobState.INVOICED, JobState.PAID)
EDITABLE = (JobState.DRAFT, JobState.RETURNED)


class InvoiceState(models.TextChoices):
    """An issued invoice is open until all of it has arrived or it is cancelled."""

    ISSUED = "issued", _("open")
    PAID = "paid", _("paid")
    CANCELLED = "cancelled", _("cancelled")


class InvoiceKind(models.TextChoices):
    """What an invoice asks for."""

    INVOICE = "invoice", _("invoice")
    """Work that is done: all of a job, a part of it with its own period, or the rest."""
    ADVANCE = "advance", _("advance invoice")
    """Money before the work; its tax falls due with the money."""
    FINAL = "final", _("final invoice")
    """All of the work, less the advances that were paid, with their tax."""


PLANNED_KINDS = [
    (InvoiceKind.INVOICE.value, _("A part that is done by then: an instalment, a month of a retainer")),
    (InvoiceKind.ADVANCE.value, _("An advance, before the work is done")),
]
INVOICE_STATES = Transitions(
    first=[InvoiceState.ISSUED],
    table={
        InvoiceState.ISSUED: [InvoiceState.PAID, InvoiceState.CANCELLED],
        InvoiceState.PAID: [InvoiceState.ISSUED, InvoiceState.CANCELLED],
    },
)


class ConfirmationWay(models.TextChoices):
    """How the client confirmed a job."""

    ORDER = "order", _("written order or e-mail")
    CONTRACT = "contract", _("signed contract")
    LINK = "link", _("by the client through our link")


NOTED_WAYS = [(way.value, way.label) for way in (ConfirmationWay.ORDER, ConfirmationWay.CONTRACT)]
"""The ways that people note; the link notes itself."""


class LinkPurpose(models.TextChoices):
    """What a client may do with a link."""

    CONFIRM = "confirm", _("answer to a job")
    PORTAL = "portal", _("open invoices")


class Answer(models.TextChoices):
    """What a client answers to a job."""

    ACCEPT = "accept", _("We accept and place the order")
    CHANGES = "changes", _("We ask for changes")
    DECLINE = "decline", _("We decline")


CLIENT_KINDS = [
    (ClientKind.BUSINESS.value, _("Business")),
    (ClientKind.PRIVATE.value, _("Private person")),
    (ClientKind.PUBLIC.value, _("Public body")),
]
INVOICE_FORMATS = [
    (InvoiceFormat.FACTUR_X.value, _("PDF with the data inside (ZUGFeRD)")),
    (InvoiceFormat.XRECHNUNG.value, _("XRechnung, with the PDF beside it")),
]
UNITS = [
    ("C62", _("piece")),
    ("HUR", _("hour")),
    ("DAY", _("day")),
    ("MON", _("month")),
    ("LS", _("flat rate")),
    ("KMT", _("kilometre")),
    ("E48", _("service unit")),
]
"""Codes of UN/ECE Recommendation 20."""
SERVICES = [
    (Service.GENERAL.value, _("Work on order: design, programming, crafts, anything not named below")),
    (
        Service.RIGHTS.value,
        _("Works whose rights of use the client gets: texts, pictures, translations for publication"),
    ),
    (Service.ADVICE.value, _("Advice, advertising, editing, translation, data processing")),
    (Service.PERFORMANCE.value, _("I perform: music, theatre, dance, reading")),
    (Service.ADMISSION.value, _("Tickets: concert, theatre, museum")),
    (Service.ELECTRONIC.value, _("Downloads, apps, automatic online services")),
    (Service.CULTURE.value, _("Culture with a certificate of the authority")),
    (Service.EDUCATION.value, _("Teaching that leads to a profession or an examination")),
    (Service.CATERING.value, _("Food that is served, without drinks")),
    (Service.LAND.value, _("Work on a building or plot: plans, surveys, repairs")),
    (Service.BUILDING.value, _("Building work")),
    (Service.CLEANING.value, _("Cleaning of buildings")),
    (Service.GOODS.value, _("Goods: something is sold and handed over")),
]
"""What somebody does, in plain words; the rules make the VAT of it."""
ASKED_WITH = {
    "performed_in": (
        Service.PERFORMANCE,
        Service.ADMISSION,
        Service.CATERING,
        Service.LAND,
        Service.BUILDING,
        Service.CLEANING,
    ),
    "certified": (Service.CULTURE, Service.EDUCATION),
    "recipient_same_trade": (Service.BUILDING, Service.CLEANING),
    "below_threshold": (Service.ELECTRONIC,),
}
"""Which further question belongs to which services."""
VAT_CASES = [
    (VatCase.DOMESTIC_STANDARD.value, _("Germany, 19 %")),
    (VatCase.DOMESTIC_REDUCED.value, _("Germany, 7 % (rights of use, performers)")),
    (VatCase.DOMESTIC_CULTURE.value, _("Germany, exempt: culture with a certificate (§ 4 no. 20 a)")),
    (VatCase.DOMESTIC_EDUCATION.value, _("Germany, exempt: schooling with a certificate (§ 4 no. 21)")),
    (VatCase.DOMESTIC_REVERSE_CHARGE.value, _("Germany, building or cleaning for a client of the trade (§ 13b)")),
    (VatCase.EU_REVERSE_CHARGE.value, _("Other country of the EU, reverse charge")),
    (VatCase.THIRD_COUNTRY_BUSINESS.value, _("Business outside the EU, no German VAT")),
    (
        VatCase.THIRD_COUNTRY_PRIVATE.value,
        _("Private person outside the EU: advice, translation, rights; no German VAT"),
    ),
    (VatCase.ABROAD_PRIVATE_STANDARD.value, _("Private person abroad, taxed in Germany at 19 %")),
    (VatCase.ABROAD_PRIVATE_REDUCED.value, _("Private person in the EU, rights of use, 7 %")),
]
GUARANTEE_REASONS = {
    GuaranteeReason.COVERED: _(
        "The cooperative guarantees this job: once the client has confirmed, it counts for your salary before the money is there."
    ),
    GuaranteeReason.NO_GUARANTEE: _(
        "The cooperative has no payment guarantee at present: this job counts when the client has paid."
    ),
    GuaranteeReason.OUTSIDE_EU: _(
        "The payment guarantee holds for clients in the European Union. This client is outside it: the job counts when the "
        "client has paid."
    ),
}
