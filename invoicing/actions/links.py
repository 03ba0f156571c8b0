"""What a client can do without a login: answer to a job, and open the own invoices, through an expiring link."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.messaging.actions import queue_mail
from coop.tenancy.links import absolute_url
from coop.tenancy.models import User
from coop.tenancy.queries import roles_of, this_cooperative
from coop.tenancy.states import Role
from invoicing.actions.jobs import confirm_by_client, leave_by_client
from invoicing.models import Client, ClientLink, Job
from invoicing.states import JOB_STATES, Answer, JobState, LinkPurpose

DAYS = {LinkPurpose.CONFIRM: 30, LinkPurpose.PORTAL: 90}
"""How long a link works."""
NAME_LENGTH, NOTE_LENGTH = 200, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link and its secret, which only the mail to the client carries."""

    link: ClientLink
    secret: str


@transaction.atomic
def ask_client(*, job_id: int, at: datetime, by: User) -> NewLink:
    """Send the client a link to accept a checked job, ask for changes, or decline. Links sent before stop working.

    Raises: NotFound, InvalidTransition.
    """
    on = at.date()
    job: Job | None = Job.objects.select_for_update().filter(id=job_id).first()
    if job is None or not (job.owner_id == by.pk or Role.INVOICING in roles_of(by, on)):
        raise NotFound(_("There is no such job."))
    JOB_STATES.check(job.state, JobState.CONFIRMED)
    new = _new_link(LinkPurpose.CONFIRM, job.client, job, at, by)
    with translation.override(job.client.language):
        subject = _("Please confirm: %(title)s") % {"title": job.title}
    _send(new, subject, "client_confirm", {"job": job})
    return new


@transaction.atomic
def open_portal(*, client_id: int, at: datetime, by: User) -> NewLink:
    """Send the client a link to all its invoices. Links sent before stop working.

    Raises: NotFound.
    """
    client: Client | None = Client.objects.filter(id=client_id).first()
    if client is None or not (client.owner_id == by.pk or Role.INVOICING in roles_of(by, at.date())):
        raise NotFound(_("There is no such client."))
    new = _new_link(LinkPurpose.PORTAL, client, None, at, by)
    with translation.override(client.language):
        subject = _("Your invoices from %(cooperative)s") % {"cooperative": this_cooperative().name}
    _send(new, subject, "client_portal", {})
    return new


def find_link(*, purpose: LinkPurpose, secret: str, at: datetime) -> ClientLink:
    """The live link behind a secret. Raises: NotFound, alike for wrong, expired, replaced and answered ones."""
    link: ClientLink | None = (
        ClientLink.objects.filter(
            purpose=purpose, token_hash=_hash(secret), expires_at__gt=at, replaced_at=None, answered_at=None
        )
        .select_related("client", "job__client", "sent_by")
        .first()
    )
    if link is None or (link.job is not None and link.job.state != JobState.ACCEPTED):
        raise NotFound
    return link


@transaction.atomic
def answer_link(*, secret: str, answer: Answer, name: str, note: str, at: datetime) -> ClientLink:
    """The client's answer to a job, kept with name and time as the proof; a link is answered once.

    Raises: NotFound, InvalidInput, NoPolicy, LawUnknown.
    """
    found = find_link(purpose=LinkPurpose.CONFIRM, secret=secret, at=at)
    # The job before the link, as everywhere: two answers at once wait for each other here.
    Job.objects.select_for_update().get(id=found.job_id)
    link = find_link(purpose=LinkPurpose.CONFIRM, secret=secret, at=at)
    name, note = name.strip(), note.strip()
    if not name:
        raise InvalidInput(_("Write your name: it stands beside your answer."))
    if len(name) > NAME_LENGTH or len(note) > NOTE_LENGTH:
        raise InvalidInput(_("That is too long."))
    if answer == Answer.CHANGES and not note:
        raise InvalidInput(_("Say what should be changed."))
    link.answer, link.answered_name, link.answered_note, link.answered_at = answer, name, note, at
    link.save()
    job: Job = link.job
    if answer == Answer.ACCEPT:
        evidence = _("Answered through link %(number)s, sent to the client's address on %(day)s.") % {
            "number": link.pk,
            "day": link.sent_at.date().isoformat(),
        }
        confirm_by_client(job=job, name=name, evidence=evidence, on=at.date(), asked_by=link.sent_by)
    else:
        leave_by_client(job=job, declined=answer == Answer.DECLINE, name=name, note=note, on=at.date())
    return link


def _new_link(purpose: LinkPurpose, client: Client, job: Job | None, at: datetime, by: User) -> NewLink:
    ClientLink.objects.filter(purpose=purpose, client=client, job=job, answered_at=None, replaced_at=None).update(
        replaced_at=at
    )
    secret = secrets.token_urlsafe(32)
    link: ClientLink = ClientLink.objects.create(
        purpose=purpose,
        client=client,
        job=job,
        token_hash=_hash(secret),
        sent_by=by,
        sent_at=at,
        expires_at=at + timedelta(days=DAYS[purpose]),
    )
    return NewLink(link=link, secret=secret)


def _send(new: NewLink, subject: str, template: str, context: dict[str, object]) -> None:
    page = {LinkPurpose.CONFIRM: "invoicing:client_answer", LinkPurpose.PORTAL: "invoicing:client_portal"}
    client = new.link.client
    queue_mail(
        key=f"client-link:{new.link.pk}",
        to=client.email,
        subject=subject[:200],
        template=template,
        context={
            **context,
            "button_url": absolute_url(reverse(page[LinkPurpose(new.link.purpose)], args=[new.secret])),
            "expires_at": new.link.expires_at,
        },
        language=client.language,
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
