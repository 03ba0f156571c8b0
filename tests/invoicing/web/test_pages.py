"""The pages, walked as people do."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coop.documents.models import Document
from coop.documents.registry import renderer_of
from coop.tenancy.states import Role
from invoicing.actions import submit_job
from invoicing.models import Client, Invoice, Job
from invoicing.states import JobState
from members.queries import person_of
from tests.cast import Cast
from tests.factories.invoicing import WORKED, french, make_client, make_confirmed_job, make_invoice, make_job
from tests.factories.members import make_member
from tests.factories.tenancy import make_role


@pytest.fixture
def browse(cast: Cast, client_of):
    return lambda user: client_of(user, cast.coop)


CLIENT = {
    "name": "Verlag Nordlicht GmbH",
    "kind": "business",
    "street": "Am Markt 1",
    "postcode": "18055",
    "city": "Rostock",
    "country": "DE",
    "language": "de",
    "email": "rechnung@example.org",
    "invoice_format": "zugferd",
}


def job_data(client: Client, /, **changes) -> dict:
    return {
        "client": client.pk,
        "title": "Umschlag",
        "service_from": "2026-05-01",
        "service_until": "2026-05-29",
        "service": "rights",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-title": "",
        "lines-0-quantity": "1",
        "lines-0-unit": "C62",
        "lines-0-unit_price": "1.234,50",
        **changes,
    }


def test_a_member_enters_client_and_job_and_the_office_issues(cast: Cast, browse):
    make_member(user=cast.member)
    member, office = browse(cast.member), browse(cast.invoicing)
    assert member.get(reverse("invoicing:job_new")).status_code == 200
    assert member.post(reverse("invoicing:client_new"), CLIENT).status_code == 302
    client = Client.objects.get()
    answer = member.post(reverse("invoicing:job_new"), job_data(client, submit="1"))
    job = Job.objects.get()
    assert answer.status_code == 302
    assert (job.net_cents, job.state, job.budget_id) == (123_450, JobState.SUBMITTED, person_of(cast.member).budget_id)
    assert "Umschlag" in office.get(reverse("invoicing:office_jobs")).text
    office.post(reverse("invoicing:job_return", args=[job.pk]), {"reason": "Welche Rechte?"})
    assert "Welche Rechte?" in member.get(reverse("invoicing:job", args=[job.pk])).text
    member.post(reverse("invoicing:job_say", args=[job.pk]), {"text": "Alle, drei Jahre."})
    member.post(
        reverse("invoicing:job_edit", args=[job.pk]), job_data(client, submit="1", **{"lines-0-unit_price": "1000"})
    )
    assert "Alle, drei Jahre." in office.get(reverse("invoicing:job", args=[job.pk])).text
    office.post(reverse("invoicing:job_accept", args=[job.pk]))
    confirmation = {
        "confirmed_on": timezone.localdate().isoformat(),
        "confirmed_by_name": "M. Beispiel",
        "way": "order",
        "evidence": "E-Mail",
    }
    member.post(reverse("invoicing:job_confirm", args=[job.pk]), confirmation)
    listed = office.get(reverse("invoicing:office_jobs"), {"state": "confirmed"})
    assert f'value="{job.pk}"' in listed.text
    answer = office.post(reverse("invoicing:issue"), {"job": [job.pk], "issued_on": "2026-06-01"}, follow=True)
    invoice = Invoice.objects.get()
    assert invoice.number in answer.text
    assert (invoice.net_cents, invoice.vat_cents) == (100_000, 7_000)
    for user in (cast.member, cast.accountant, cast.board, cast.auditor):
        page = browse(user).get(reverse("invoicing:invoice", args=[invoice.pk]))
        assert page.status_code == 200
        assert ("Postings" in page.text or "Buchungen" in page.text) == (user != cast.member)
        assert invoice.number in browse(user).get(reverse("invoicing:invoice_list"), {"q": "nordlicht"}).text


def test_the_office_accepts_the_chosen_jobs_all_or_none(cast: Cast, browse):
    office = browse(cast.invoicing)
    address, accept = reverse("invoicing:office_jobs"), reverse("invoicing:accept")
    assert accept not in office.get(address).text
    jobs = [make_job(cast.member, title=f"Job {number}") for number in range(4)]
    for job in jobs[:3]:
        submit_job(job_id=job.pk, on=WORKED[0], by=cast.member)
    assert accept in office.get(address).text

    def told(*chosen: Job) -> str:
        data = {"job": [job.pk for job in chosen]}
        page = office.post(accept, data, follow=True, headers={"accept-language": "en"})
        return " ".join(str(message) for message in page.context["messages"])

    assert told() == "Choose at least one job."
    refusal = told(jobs[0], jobs[3])
    assert refusal.startswith("Nothing was accepted. Job 3: ")
    assert not Job.objects.filter(state=JobState.ACCEPTED).exists()
    assert told(jobs[0], jobs[1]) == "2 jobs accepted."
    assert set(Job.objects.filter(state=JobState.ACCEPTED)) == set(jobs[:2])
    assert told(jobs[2]) == "1 job accepted."
    assert office.post(accept, {"job": [jobs[0].pk, 4_611_686_018_427_387_904]}).status_code == 404


def test_the_paper_is_drawn_from_the_frozen_copy(cast: Cast, browse):
    from io import BytesIO

    from pypdf import PdfReader

    client = make_client(cast.member, **french())
    invoice = make_invoice(cast.member, cast.invoicing, client=client)
    document = Document.objects.get()
    text = PdfReader(BytesIO(renderer_of(document.kind)(document.source))).pages[0].extract_text()
    for wanted in (
        invoice.number,
        "Ateliers Lumière SARL",
        "FRANCE",
        "FR40303265045",
        "DE136695976",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "Reverse charge",
        "1 Jun 2026",
        "29 May 2026",
        "€1,000.00",
        "Amtsgericht Charlottenburg, GnR 000 B",
        "A. Vorstand, B. Vorstand",
        "27/000/00000",
    ):
        assert wanted in text
    assert browse(cast.member).get(reverse("invoicing:invoice_pdf", args=[invoice.pk])).status_code == 404


def test_what_the_rules_leave_open_goes_to_a_person(cast: Cast, browse):
    job = make_job(cast.member, client=make_client(cast.member, **french(vat_id="")))
    office, page = browse(cast.invoicing), reverse("invoicing:job", args=[job.pk])
    answer = browse(cast.member).post(reverse("invoicing:job_submit", args=[job.pk]), follow=True)
    assert "§ 3a" in answer.text
    assert reverse("invoicing:job_vat", args=[job.pk]) not in answer.text
    office.post(reverse("invoicing:job_accept", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == JobState.SUBMITTED
    assert reverse("invoicing:job_vat", args=[job.pk]) in office.get(page).text
    assert office.post(reverse("invoicing:job_vat", args=[job.pk]), {"case": "none"}).status_code == 200
    decision = {"case": "abroad_private_standard", "why": "An association without a business"}
    office.post(reverse("invoicing:job_vat", args=[job.pk]), decision)
    office.post(reverse("invoicing:job_accept", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.vat_decided_by, job.vat_case) == (
        JobState.ACCEPTED,
        cast.invoicing,
        "abroad_private_standard",
    )
    assert "An association without a business" in office.get(page).text


def test_lines_are_entered_with_quantity_and_discount_and_more_without_script(cast: Cast, browse):
    make_member(user=cast.member)
    member, client = browse(cast.member), make_client(cast.member)
    typed = job_data(client, **{"lines-0-title": "Proofs", "lines-0-quantity": "2,5", "lines-0-unit": "HUR"})
    more = member.post(reverse("invoicing:job_new"), {**typed, "more": "1"})
    assert not Job.objects.exists()
    assert 'value="Proofs"' in more.text
    assert 'name="lines-1-unit_price"' in more.text
    two = {
        "lines-TOTAL_FORMS": "3",
        "lines-1-title": "Travel",
        "lines-1-quantity": "3",
        "lines-1-unit": "KMT",
        "lines-1-unit_price": "0,3333",
        "lines-1-discount_cents": "0,10",
        "lines-1-service": "general",
        "lines-2-quantity": "1",
        "lines-2-unit": "C62",
    }
    assert member.post(reverse("invoicing:job_new"), {**typed, **two}).status_code == 302
    job = Job.objects.get()
    assert [(line.title, line.net_cents) for line in job.lines.order_by("position")] == [
        ("Proofs", 308_625),
        ("Travel", 90),
    ]
    assert job.net_cents == 308_715
    edited = member.get(reverse("invoicing:job_edit", args=[job.pk]))
    assert 'value="0,3333"' in edited.text or 'value="0.3333"' in edited.text
    assert "Travel" in member.get(reverse("invoicing:job", args=[job.pk])).text


def test_bad_input_comes_back_with_its_reason(cast: Cast, browse):
    make_member(user=cast.member)
    browser = browse(cast.member)
    answer = browser.post(reverse("invoicing:client_new"), {**CLIENT, "country": "FR", "vat_id": "FR40303265046"})
    assert answer.status_code == 200
    assert not Client.objects.exists()
    client = make_client(cast.member)
    for changes in (
        {"lines-0-unit_price": "0"},
        {"lines-0-unit_price": "1,234.567"},
        {"lines-0-quantity": "0"},
        {"lines-0-discount_cents": "2000"},
        {"service_until": "2026-04-01"},
        {"client": "999"},
        {"lines-TOTAL_FORMS": "0"},
        {"lines-TOTAL_FORMS": "x"},
    ):
        assert browser.post(reverse("invoicing:job_new"), job_data(client, **changes)).status_code == 200
    assert not Job.objects.exists()


def test_a_login_without_a_budget_is_told_so(cast: Cast, browse):
    client = make_client(cast.member)
    assert browse(cast.member).post(reverse("invoicing:job_new"), job_data(client)).status_code == 200
    assert not Job.objects.exists()


def test_other_members_find_nothing(cast: Cast, browse):
    invoice = make_invoice(cast.member, cast.invoicing)
    browser = browse(make_role(Role.MEMBER))
    for name, pk in (
        ("client", invoice.client_id),
        ("job", invoice.job_id),
        ("job_edit", invoice.job_id),
        ("invoice", invoice.pk),
        ("invoice_pdf", invoice.pk),
    ):
        assert browser.get(reverse(f"invoicing:{name}", args=[pk])).status_code == 404
    for name in ("job_submit", "job_accept", "job_confirm", "job_cancel", "job_say"):
        assert browser.post(reverse(f"invoicing:{name}", args=[invoice.job_id]), {"text": "x"}).status_code in {
            302,
            404,
        }
    assert invoice.number not in browser.get(reverse("invoicing:invoice_list")).text


def test_lists_ask_the_same_for_one_and_for_thirty(cast: Cast, browse):
    client = make_client(cast.member)
    office = browse(cast.invoicing)
    addresses = [
        reverse("invoicing:invoice_list"),
        reverse("invoicing:client_list"),
        reverse("invoicing:office_jobs") + "?state=confirmed",
    ]

    def ask() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert office.get(address).status_code == 200
            counts.append(len(asked))
        return counts

    make_invoice(cast.member, cast.invoicing, client=client)
    make_confirmed_job(cast.member, cast.invoicing, client=client)
    ask()
    one = ask()
    for _ in range(15):
        make_invoice(cast.member, cast.invoicing, client=client)
        make_confirmed_job(cast.member, cast.invoicing, client=client)
    assert ask() == one
    assert WORKED


def test_the_api_has_a_schema_without_warnings(db):
    call_command("spectacular", "--fail-on-warn", "--file", "/dev/null", "--validate")
