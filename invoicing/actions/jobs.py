"""From a member's draft to the client's confirmation."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.models import Budget
from coop.tenancy.models import User
from coop.tenancy.queries import policy_on, roles_of
from coop.tenancy.states import Role
from invoicing.actions.bills import VatOpen
from invoicing.actions.covers import renew_covers
from invoicing.actions.lines import groups_of, lines_of, priced, read_lines
from invoicing.law.guarantee import GuaranteeReason, guarantee_of
from invoicing.law.vat import VatCase, VatQuestion, in_eu, treatment_decided
from invoicing.models import Client, Job, JobLine, JobMessage, JobStep, PlannedInvoice
from invoicing.states import EDITABLE, JOB_STATES, NOTED_WAYS, WITH_INVOICE, ConfirmationWay, JobState

JOB_FIELDS = (
    "client_id",
    "title",
    "description",
    "service_from",
    "service_until",
    "net_cents",
    "service",
    "performed_in",
    "certified",
    "recipient_same_trade",
    "below_threshold",
    "order_reference",
)
"""What people write about a job; the rest is the product's. Its VAT follows from the facts among them."""


class NotEditable(StetigError):
    """This job has been submitted: only a draft or a returned job can be changed."""

    code = "not_editable"


class HasInvoice(StetigError):
    """This job has been invoiced: cancel its invoice instead."""

    code = "has_invoice"


@transaction.atomic
def draft_job(*, budget_id: int, on: date, by: User, **fields: Any) -> Job:
    """A new job of the member `by`, whose money will go to `budget_id`; `fields` are those of `JOB_FIELDS`.

    Instead of one price (`net_cents`) it may have `lines`, mappings as `LINE_FIELDS` names them.

    Raises: InvalidInput, NotFound, where the client is not the member's own; LawUnknown.
    """
    if not Budget.objects.filter(id=budget_id).exists():
        raise NotFound(_("This budget does not exist."))
    job = Job(owner=by, budget_id=budget_id, state_on=on)
    lines = _write(job, fields)
    job.save(force_insert=True)
    JobLine.objects.bulk_create(lines or [], batch_size=1000)
    _note_step(job, on=on, by=by)
    return job


@transaction.atomic
def change_job(*, job_id: int, by: User, **fields: Any) -> Job:
    """Change a draft or a returned job; `lines`, where given, replace all lines, and a net amount does too.

    Raises: NotFound, NotEditable, InvalidInput, LawUnknown.
    """
    job = _own_job(job_id, by)
    if job.state not in EDITABLE:
        raise NotEditable
    lines = _write(job, fields)
    job.save()
    if lines is not None:
        JobLine.objects.filter(job=job).delete()
        JobLine.objects.bulk_create(lines, batch_size=1000)
    return job


@transaction.atomic
def submit_job(*, job_id: int, on: date, by: User) -> Job:
    """Hand a job to the office for its check, with the question on its VAT where the rules leave one.

    Raises: NotFound, InvalidTransition, InvalidInput, LawUnknown.
    """
    job = _own_job(job_id, by)
    JOB_STATES.check(job.state, JobState.SUBMITTED)
    _settle_vat(job, lines_of([job])[job.pk])
    job.return_reason = ""
    return _step(job, JobState.SUBMITTED, on=on, by=by)


@transaction.atomic
def decide_vat(*, job_id: int, case: VatCase, why: str, on: date, by: User) -> Job:
    """Settle the VAT of a job in check where the rules ask a person; who, when and why are kept.

    Raises: NotFound, NotEditable, InvalidInput, LawUnknown.
    """
    job = _job_for_staff(job_id, by, on)
    if job.state != JobState.SUBMITTED:
        raise NotEditable
    why = why.strip()
    if not why:
        raise InvalidInput(_("Say why: the tax auditor will ask."))
    treatment_decided(case, vat_id=job.client.vat_id, on=job.service_until)
    job.vat_case, job.vat_question = case, ""
    job.vat_decided_by, job.vat_decided_on, job.vat_decision = by, on, why
    job.save()
    return job


@transaction.atomic
def accept_job(*, job_id: int, on: date, by: User) -> Job:
    """The office has checked a job. Raises: NotFound, InvalidTransition, VatOpen, VatQuestion, LawUnknown."""
    return accept_jobs(job_ids=[job_id], on=on, by=by)[0]


@transaction.atomic
def accept_jobs(*, job_ids: Sequence[int], on: date, by: User) -> list[Job]:
    """The office has checked jobs: all are accepted or none, in five statements whatever their number.

    Raises: NotFound, InvalidTransition, VatOpen, VatQuestion, InvalidInput, LawUnknown.
    """
    found = {job.pk: job for job in _jobs(lock=True).filter(id__in=job_ids).order_by("id")}
    if not found or len(found) != len(job_ids) or Role.INVOICING not in roles_of(by, on):
        raise NotFound(_("There is no such job."))
    jobs = [found[job_id] for job_id in job_ids]
    lines = lines_of(jobs)
    for job in jobs:
        try:
            JOB_STATES.check(job.state, JobState.ACCEPTED)
            if not job.vat_case:
                raise VatOpen
            groups_of(priced(job, lines[job.pk]))
        except StetigError as error:
            if len(jobs) == 1:
                raise
            # Which one of them is it? The others can be accepted without it.
            raise type(error)(f"{job.title}: {error}") from error
        job.state, job.state_on = JobState.ACCEPTED, on
    Job.objects.filter(id__in=found).update(state=JobState.ACCEPTED, state_on=on)
    JobStep.objects.bulk_create([JobStep(job=job, state=job.state, on=on, by=by) for job in jobs], batch_size=1000)
    return jobs


@transaction.atomic
def return_job(*, job_id: int, reason: str, on: date, at: datetime, by: User) -> Job:
    """Give a job back to its member with a reason, which also stands in the conversation.

    Raises: NotFound, InvalidTransition, InvalidInput.
    """
    job = _job_for_staff(job_id, by, on)
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why the job goes back, so that it can be put right."))
    _check_not_invoiced(job)
    JOB_STATES.check(job.state, JobState.RETURNED)
    job.return_reason = reason
    JobMessage.objects.create(job=job, author=by, by_owner=job.owner_id == by.pk, text=reason, at=at)
    return _step(job, JobState.RETURNED, on=on, by=by, note=reason)


@transaction.atomic
def confirm_job(
    *, job_id: int, confirmed_on: date, confirmed_by_name: str, way: str, evidence: str, on: date, by: User
) -> Job:
    """Note that the client has confirmed: who there, when, how, and where the proof is.

    Where the policy of that day guarantees the job, its cover is raised; nothing is posted.

    Raises: NotFound, InvalidTransition, InvalidInput, NoPolicy, LawUnknown.
    """
    job = _job_for(job_id, by, on)
    _check_not_invoiced(job)
    JOB_STATES.check(job.state, JobState.CONFIRMED)
    if way not in dict(NOTED_WAYS):
        raise InvalidInput(_("Say how the client confirmed."))
    if confirmed_on > on:
        raise InvalidInput(_("The client cannot have confirmed in the future."))
    job.confirmed_on = confirmed_on
    job.confirmed_by_name = confirmed_by_name.strip()
    job.confirmation_way = way
    job.confirmation_evidence = evidence.strip()
    job.confirmation_noted_by = by
    for value, name in ((job.confirmed_by_name, _("who confirmed")), (job.confirmation_evidence, _("the evidence"))):
        if not value:
            raise InvalidInput(_("Say %(missing)s.") % {"missing": name})
    _clean(job)
    return _confirmed(job, on=on, by=by)


def confirm_by_client(*, job: Job, name: str, evidence: str, on: date, asked_by: User) -> Job:
    """The client itself has confirmed a locked job through the link that `asked_by` had sent.

    Raises: InvalidTransition, NoPolicy, LawUnknown.
    """
    JOB_STATES.check(job.state, JobState.CONFIRMED)
    job.confirmed_on, job.confirmed_by_name, job.confirmation_way = on, name, ConfirmationWay.LINK
    job.confirmation_evidence, job.confirmation_noted_by = evidence, asked_by
    return _confirmed(job, on=on, by=None)


def leave_by_client(*, job: Job, declined: bool, name: str, note: str, on: date) -> Job:
    """The client declines a locked job, or asks for changes, which takes it back to its member.

    Raises: InvalidTransition.
    """
    said = f"{name}: {note}" if note else name
    if declined:
        PlannedInvoice.objects.filter(job=job, invoice=None).delete()
        return _step(
            job, JobState.CANCELLED, on=on, by=None, note=_("Declined by the client. %(said)s") % {"said": said}
        )
    job.return_reason = _("The client asks for changes. %(said)s") % {"said": said}
    return _step(job, JobState.RETURNED, on=on, by=None, note=job.return_reason)


def _confirmed(job: Job, *, on: date, by: User | None) -> Job:
    confirmed_on = job.confirmed_on or on
    job.guaranteed = guarantee_reason(job.client, confirmed_on) == GuaranteeReason.COVERED
    _step(job, JobState.CONFIRMED, on=on, by=by, note=job.confirmed_by_name)
    renew_covers([job])
    return job


@transaction.atomic
def cancel_job(*, job_id: int, reason: str, on: date, by: User) -> Job:
    """Give a job up before it is invoiced; its cover goes. Raises: NotFound, InvalidTransition."""
    job = _job_for(job_id, by, on)
    _check_not_invoiced(job)
    JOB_STATES.check(job.state, JobState.CANCELLED)
    PlannedInvoice.objects.filter(job=job, invoice=None).delete()
    _step(job, JobState.CANCELLED, on=on, by=by, note=reason.strip())
    renew_covers([job])
    return job


@transaction.atomic
def say_on_job(*, job_id: int, text: str, at: datetime, by: User) -> JobMessage:
    """Add to the conversation on a job. Raises: NotFound, InvalidInput."""
    job = _job_for(job_id, by, at.date(), lock=False)
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write something first."))
    message = JobMessage(job=job, author=by, by_owner=job.owner_id == by.pk, text=text, at=at)
    _clean(message)
    message.save(force_insert=True)
    return message


@transaction.atomic
def mark_read(*, job_id: int, at: datetime, by: User) -> None:
    """Note that `by` has seen what the other side said. Raises: NotFound."""
    job = _job_for(job_id, by, at.date(), lock=False)
    JobMessage.objects.filter(job=job, read_at__isnull=True).exclude(by_owner=job.owner_id == by.pk).update(read_at=at)


def guarantee_reason(client: Client, on: date) -> GuaranteeReason:
    """Whether a job of `client` that is confirmed on `on` is covered, and why. Raises: NoPolicy, LawUnknown."""
    return guarantee_of(rule=policy_on(on).guarantee, client_in_eu=in_eu(client.country, on))


def _own_job(job_id: int, by: User) -> Job:
    job: Job | None = _jobs(lock=True).filter(id=job_id, owner=by).first()
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def _job_for_staff(job_id: int, by: User, on: date) -> Job:
    job: Job | None = _jobs(lock=True).filter(id=job_id).first()
    if job is None or Role.INVOICING not in roles_of(by, on):
        raise NotFound(_("There is no such job."))
    return job


def _job_for(job_id: int, by: User, on: date, *, lock: bool = True) -> Job:
    """The job, for its member or for invoicing staff."""
    job: Job | None = _jobs(lock=lock).filter(id=job_id).first()
    if job is None or not (job.owner_id == by.pk or Role.INVOICING in roles_of(by, on)):
        raise NotFound(_("There is no such job."))
    return job


def _jobs(*, lock: bool) -> Any:
    jobs = Job.objects.select_related("client")
    return jobs.select_for_update(of=("self",)) if lock else jobs


def _write(job: Job, fields: dict[str, Any]) -> list[JobLine] | None:
    """Set the fields; the lines to be saved, or None where they stay as they are."""
    given = fields.pop("lines", None)
    unknown = fields.keys() - set(JOB_FIELDS)
    if unknown:
        raise InvalidInput(_("A job has no “%(field)s”.") % {"field": ", ".join(sorted(unknown))})
    for name, value in fields.items():
        setattr(job, name, value)
    client = Client.objects.filter(id=job.client_id, owner_id=job.owner_id).first()
    if client is None:
        raise NotFound(_("There is no such client."))
    job.client = client
    lines = None
    if given:
        lines = read_lines(job, given)
        job.net_cents = sum(line.net_cents for line in lines)
    elif "net_cents" in fields:
        lines = []
    _clean(job)
    if job.net_cents <= 0:
        raise InvalidInput(_("net amount: it must be more than zero."))
    if job.service_until < job.service_from:
        raise InvalidInput(_("service until: it lies before the first day."))
    if job.service:
        # What a person decided held for the facts as they were.
        job.vat_decided_by, job.vat_decided_on, job.vat_decision = None, None, ""
        kept = lines if lines is not None else lines_of([job])[job.pk]
        _settle_vat(job, kept)
    elif not job.vat_case:
        raise InvalidInput(_("Say what you do: the VAT follows from it."))
    return lines


def _settle_vat(job: Job, lines: Sequence[JobLine]) -> None:
    """Note the case that the rules decide on, or the question that they leave. Raises: InvalidInput, LawUnknown."""
    try:
        groups = groups_of(priced(job, lines))
    except VatQuestion as question:
        job.vat_case, job.vat_question = "", question.args[0]
    else:
        job.vat_case, job.vat_question = groups[0].treatment.case, ""


def _clean(row: Any) -> None:
    keys = [field.name for field in row._meta.concrete_fields if field.is_relation]
    try:
        row.full_clean(exclude=keys, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(
            "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        ) from error


def _check_not_invoiced(job: Job) -> None:
    if job.state in WITH_INVOICE or job.invoiced_cents:
        raise HasInvoice


def _step(job: Job, state: JobState, *, on: date, by: User | None, note: str = "") -> Job:
    JOB_STATES.check(job.state, state)
    job.state = state
    job.state_on = on
    job.save()
    _note_step(job, on=on, by=by, note=note)
    return job


def _note_step(job: Job, *, on: date, by: User | None, note: str = "") -> None:
    JobStep.objects.create(job=job, state=job.state, on=on, by=by, note=note)
