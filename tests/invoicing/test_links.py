"""Links of clients: the answer to a job as the proof, the invoices, and the same nothing for whatever is wrong."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from coop.errors import InvalidInput, NotFound
from coop.ledger.models import Cover
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from coop.tenancy.states import Role
from invoicing.actions import answer_link, ask_client, confirm_job, find_link, open_portal, return_job
from invoicing.models import ClientLink, Job
from invoicing.states import Answer, JobState, LinkPurpose
from invoicing.web.clients_side import TRIES
from tests.architecture.test_access import assert_same_404
from tests.cast import Cast
from tests.factories.invoicing import WORKED, make_asked, make_client, make_invoice, make_job
from tests.factories.tenancy import make_role


@pytest.fixture(autouse=True)
def _english():
    cache.clear()
    with translation.override("en"):
        yield
    cache.clear()


@pytest.fixture
def asked(cast: Cast):
    return make_asked(cast.member, cast.invoicing)


def answer(asked, given: Answer = Answer.ACCEPT, name: str = "M. Beispiel", note: str = "", **changes):
    fields = {"secret": asked.secret, "answer": given, "name": name, "note": note, "at": timezone.now(), **changes}
    return answer_link(**fields)


def page_of(asked) -> str:
    return reverse("invoicing:client_answer", args=[asked.secret])


def test_the_client_accepts_and_that_is_the_proof(asked):
    link = answer(asked)
    job = Job.objects.get()
    assert (job.state, job.confirmed_by_name, job.confirmation_way) == (JobState.CONFIRMED, "M. Beispiel", "link")
    assert str(link.pk) in job.confirmation_evidence
    assert (job.guaranteed, Cover.objects.get().cents) == (True, 91_000)
    with pytest.raises(NotFound):
        answer(asked, Answer.DECLINE)
    with pytest.raises(DatabaseError), transaction.atomic():
        ClientLink.objects.filter(id=link.pk).update(answered_name="Somebody else")


def test_asking_for_changes_brings_the_job_back_and_declining_ends_it(cast: Cast, asked):
    with pytest.raises(InvalidInput, match="changed"):
        answer(asked, Answer.CHANGES)
    for name in (" ", "x" * 201):
        with pytest.raises(InvalidInput):
            answer(asked, name=name)
    answer(asked, Answer.CHANGES, note="Two days less")
    job = Job.objects.get()
    assert (job.state, "Two days less" in job.return_reason, Cover.objects.exists()) == ("returned", True, False)
    other = make_asked(cast.member, cast.invoicing)
    answer(other, Answer.DECLINE)
    assert Job.objects.get(id=other.link.job_id).state == JobState.CANCELLED


def test_the_secret_is_only_in_the_mail(asked):
    mail = OutboxMessage.objects.get(key=f"client-link:{asked.link.pk}")
    assert asked.secret in mail.text
    assert asked.secret not in str(ClientLink.objects.values().get())


def test_whatever_is_wrong_looks_the_same(cast: Cast, client_of, asked):
    browser = client_of(None, cast.coop)
    missing = browser.get(reverse("invoicing:client_answer", args=["no-such-link"]))
    assert missing.status_code == 404
    assert browser.get(page_of(asked)).status_code == 200

    def gone(secret: str) -> None:
        assert_same_404(browser.get(reverse("invoicing:client_answer", args=[secret])), missing)

    newer = ask_client(job_id=asked.link.job_id, at=timezone.now(), by=cast.member)
    gone(asked.secret)
    gone(open_portal(client_id=newer.link.client_id, at=timezone.now(), by=cast.member).secret)
    later = newer.link.expires_at + timedelta(seconds=1)
    with pytest.raises(NotFound):
        find_link(purpose=LinkPurpose.CONFIRM, secret=newer.secret, at=later)
    return_job(job_id=newer.link.job_id, reason="Wait", on=WORKED[0], at=timezone.now(), by=cast.invoicing)
    gone(newer.secret)


def test_the_page_takes_the_answer_once(cast: Cast, client_of, asked):
    browser = client_of(None, cast.coop)
    shown = browser.get(page_of(asked))
    assert "Photographs of the exhibition" in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert browser.post(page_of(asked), {"answer": "accept", "name": ""}).status_code == 200
    assert Job.objects.get().state == JobState.ACCEPTED
    assert browser.post(page_of(asked), {"answer": "accept", "name": "M. Beispiel"}).status_code == 200
    assert Job.objects.get().state == JobState.CONFIRMED
    assert browser.post(page_of(asked), {"answer": "decline", "name": "M. Beispiel"}).status_code == 404


def test_who_tries_often_is_not_looked_at(cast: Cast, client_of, asked):
    browser = client_of(None, cast.coop)
    for number in range(TRIES):
        browser.get(reverse("invoicing:client_answer", args=[f"guess-{number}"]))
    assert browser.get(page_of(asked)).status_code == 404


def test_the_portal_shows_the_own_invoices_alone(cast: Cast, client_of):
    mine = make_invoice(cast.member, cast.invoicing)
    theirs = make_invoice(make_role(Role.MEMBER), cast.invoicing)
    link = open_portal(client_id=mine.client_id, at=timezone.now(), by=cast.member)
    browser = client_of(None, cast.coop)
    page = browser.get(reverse("invoicing:client_portal", args=[link.secret]))
    assert mine.number in page.text
    assert theirs.number not in page.text
    for invoice in (mine, theirs):  # not drawn yet, and not theirs
        assert browser.get(reverse("invoicing:client_portal_pdf", args=[link.secret, invoice.pk])).status_code == 404


def test_member_and_office_ask_and_nobody_else(cast: Cast):
    job = make_job(cast.member)
    with pytest.raises(InvalidTransition):
        ask_client(job_id=job.pk, at=timezone.now(), by=cast.member)
    client = make_client(cast.member)
    for who in (make_role(Role.MEMBER), cast.accountant, cast.cem):
        with pytest.raises(NotFound):
            ask_client(job_id=job.pk, at=timezone.now(), by=who)
        with pytest.raises(NotFound):
            open_portal(client_id=client.pk, at=timezone.now(), by=who)


def test_the_link_is_no_way_that_people_note(cast: Cast, asked):
    with pytest.raises(InvalidInput):
        confirm_job(
            job_id=asked.link.job_id, confirmed_on=WORKED[0], confirmed_by_name="x", way="link", evidence="x",
            on=WORKED[0], by=cast.member,
        )  # fmt: skip
