"""The lines of a job: what is entered, what each costs, and how each is taxed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coop.errors import InvalidInput
from invoicing.law.amounts import MAX_LINES, TaxGroup, line_net_cents, tax_groups
from invoicing.law.vat import (
    ClientKind,
    Service,
    Supply,
    Treatment,
    VatCase,
    decide,
    treatment_decided,
    treatment_of,
)
from invoicing.models import Job, JobLine

LINE_FIELDS = ("title", "description", "quantity", "unit", "unit_price", "discount_cents", "service")
"""What people write about a line; position and net amount follow from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line as it will stand on the invoice; `unit_price` is None where one piece costs the net amount."""

    title: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    discount_cents: int
    net_cents: int
    treatment: Treatment


def read_lines(job: Job, given: Iterable[Mapping[str, Any]]) -> list[JobLine]:
    """The lines of a job as rows, not yet saved, with what each costs; a line without a title has the job's.

    Raises: InvalidInput, naming the line and the field.
    """
    lines = []
    for position, fields in enumerate(given, start=1):
        if position > MAX_LINES:
            raise InvalidInput(_("A job has at most %(most)s lines: make two jobs of it.") % {"most": MAX_LINES})
        unknown = fields.keys() - set(LINE_FIELDS)
        if unknown:
            raise InvalidInput(_("A line has no “%(field)s”.") % {"field": ", ".join(sorted(unknown))})
        line = JobLine(job=job, position=position, net_cents=0, **fields)
        line.title = line.title.strip() or job.title
        try:
            line.full_clean(exclude=["coop", "job"], validate_constraints=False)
            line.net_cents = line_net_cents(
                quantity=line.quantity, unit_price=line.unit_price, discount_cents=line.discount_cents
            )
        except ValidationError as error:
            said = "; ".join(f"{name}: {' '.join(what)}" for name, what in error.message_dict.items())
            raise InvalidInput(_("Line %(number)s: %(problem)s") % {"number": position, "problem": said}) from error
        except InvalidInput as error:
            raise InvalidInput(_("Line %(number)s: %(problem)s") % {"number": position, "problem": error}) from error
        lines.append(line)
    return lines


def lines_of(jobs: Iterable[Job]) -> dict[int, list[JobLine]]:
    """The lines of many jobs by the job's id, each list in its order; one statement."""
    found: dict[int, list[JobLine]] = {job.pk: [] for job in jobs}
    for line in JobLine.objects.filter(job_id__in=found).order_by("job_id", "position"):
        found[line.job_id].append(line)
    return found


def priced(job: Job, lines: Sequence[JobLine]) -> list[PricedLine]:
    """The lines of a job with their treatment; a job without lines is one of its net amount.

    Raises: VatQuestion, InvalidInput, LawUnknown.
    """
    if not lines:
        return [
            PricedLine(
                title=job.title,
                description=job.description,
                quantity=Decimal(1),
                unit="C62",
                unit_price=None,
                discount_cents=0,
                net_cents=job.net_cents,
                treatment=treatment_for(job),
            )
        ]
    treatments = {service: treatment_for(job, service) for service in {line.service for line in lines}}
    return [
        PricedLine(
            title=line.title,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount_cents=line.discount_cents,
            net_cents=line.net_cents,
            treatment=treatments[line.service],
        )
        for line in lines
    ]


def groups_of(lines: Iterable[PricedLine]) -> list[TaxGroup]:
    """The tax of an invoice by category and rate, the largest first. Raises: InvalidInput."""
    return tax_groups((line.net_cents, line.treatment) for line in lines)


def treatment_for(job: Job, service: str = "") -> Treatment:
    """How a job, or its lines of one `service`, is taxed by its client as it is now.

    Raises: VatQuestion, InvalidInput, LawUnknown.
    """
    client = job.client
    if job.vat_decided_by_id is not None:
        return treatment_decided(VatCase(job.vat_case), vat_id=client.vat_id, on=job.service_until)
    kind = ClientKind(client.kind)
    said = service or job.service
    if not said:
        return treatment_of(
            case=VatCase(job.vat_case),
            country=client.country,
            kind=kind,
            vat_id=client.vat_id,
            supplied_on=job.service_until,
        )
    return decide(
        Supply(
            service=Service(said),
            country=client.country,
            kind=kind,
            vat_id=client.vat_id,
            on=job.service_until,
            performed_in=job.performed_in,
            certified=job.certified,
            recipient_same_trade=job.recipient_same_trade,
            below_threshold=job.below_threshold,
        )
    )
