"""Clients, jobs and invoices, made through the same actions that people use."""

from datetime import date
from typing import Any

from django.utils import timezone

from coop.ledger.actions import open_budget
from coop.ledger.models import Budget
from coop.tenancy.models import User
from coop.tenancy.states import Role
from invoicing.actions import (
    accept_job,
    add_client,
    ask_client,
    confirm_job,
    draft_job,
    issue_invoice,
    plan_invoice,
    submit_job,
)
from invoicing.actions.links import NewLink
from invoicing.models import Client, Invoice, Job, PlannedInvoice
from invoicing.states import InvoiceKind
from tests.factories.tenancy import make_role

WORKED = (date(2026, 5, 1), date(2026, 5, 29))
ISSUED = date(2026, 6, 1)
FRENCH_VAT_ID = "FR40303265045"
GERMAN_VAT_ID = "DE136695976"


def make_budget(name: str = "Ada") -> Budget:
    return open_budget(name=name, on=date(2026, 1, 1))


def make_client(owner: User, **changes: Any) -> Client:
    """A business in Germany."""
    fields = {
        "name": "Museum am Hafen gGmbH",
        "kind": "business",
        "street": "Hafenstraße 7",
        "postcode": "20457",
        "city": "Hamburg",
        "country": "DE",
        "email": "invoices@example.org",
        **changes,
    }
    return add_client(on=ISSUED, by=owner, **fields)


def french(**changes: Any) -> dict[str, Any]:
    """A business in France with its VAT number."""
    return {
        "name": "Ateliers Lumière SARL",
        "street": "12 rue des Lilas",
        "postcode": "69002",
        "city": "Lyon",
        "country": "FR",
        "vat_id": FRENCH_VAT_ID,
        "language": "en",
        **changes,
    }


def swiss(**changes: Any) -> dict[str, Any]:
    """A business in Switzerland."""
    return {"name": "Bergbild AG", "postcode": "8001", "city": "Zürich", "country": "CH", **changes}


def make_job(owner: User, client: Client | None = None, budget: Budget | None = None, **changes: Any) -> Job:
    """A draft over 1,000.00 EUR in May 2026."""
    fields = {
        "client_id": (client or make_client(owner)).pk,
        "title": "Photographs of the exhibition",
        "service_from": WORKED[0],
        "service_until": WORKED[1],
        "net_cents": 100_000,
        "service": "general",
        **changes,
    }
    if fields["net_cents"] is None:
        del fields["net_cents"]
    return draft_job(budget_id=(budget or make_budget()).pk, on=WORKED[0], by=owner, **fields)


def make_confirmed_job(owner: User, staff: User | None = None, **given: Any) -> Job:
    """A job that the client has confirmed, ready to be invoiced."""
    office = staff or make_role(Role.INVOICING)
    job = make_job(owner, **given)
    submit_job(job_id=job.pk, on=WORKED[0], by=owner)
    accept_job(job_id=job.pk, on=WORKED[0], by=office)
    return confirm_job(
        job_id=job.pk,
        confirmed_on=WORKED[0],
        confirmed_by_name="M. Beispiel",
        way="order",
        evidence="E-mail of 1 May 2026",
        on=WORKED[0],
        by=office,
    )


def make_asked(owner: User, staff: User, **given: Any) -> NewLink:
    """A checked job whose client has been asked."""
    job = make_job(owner, **given)
    submit_job(job_id=job.pk, on=WORKED[0], by=owner)
    accept_job(job_id=job.pk, on=WORKED[0], by=staff)
    return ask_client(job_id=job.pk, at=timezone.now(), by=owner)


def make_planned(job: Job, **changes: Any) -> PlannedInvoice:
    """An advance of 300.00 EUR, planned by the member."""
    fields = {
        "kind": InvoiceKind.ADVANCE,
        "title": "First instalment",
        "net_cents": 30_000,
        "planned_on": WORKED[0],
        "service_from": WORKED[0],
        "service_until": WORKED[1],
        **changes,
    }
    return plan_invoice(job_id=job.pk, on=WORKED[0], by=job.owner, **fields)


def make_invoice(owner: User, staff: User | None = None, on: date = ISSUED, **given: Any) -> Invoice:
    """An issued invoice."""
    office = staff or make_role(Role.INVOICING)
    job = make_confirmed_job(owner, office, **given)
    return issue_invoice(job_id=job.pk, on=on, by=office)
