"""The API over the same actions."""

import pytest
from django.utils import timezone

from coop.ledger.models import Cover
from coop.tenancy.states import Role
from invoicing.actions import submit_job
from tests.cast import Cast
from tests.factories.invoicing import WORKED, french, make_client, make_invoice, make_job
from tests.factories.members import make_member
from tests.factories.tenancy import make_role

JSON = "application/json"


@pytest.fixture
def call(cast: Cast, client_of):
    def send(user, method: str, path: str, data=None):
        return getattr(client_of(user, cast.coop), method)(f"/api/v1/{path}", data, content_type=JSON)

    return send


def test_from_client_to_invoice(cast: Cast, call):
    make_member(user=cast.member)
    client = {
        "name": "Verlag",
        "street": "Am Markt 1",
        "postcode": "18055",
        "city": "Rostock",
        "country": "DE",
        "email": "r@example.org",
    }
    made = call(cast.member, "post", "clients/", client)
    assert made.status_code == 201
    job = {
        "client_id": made.json()["id"],
        "title": "Umschlag",
        "service_from": "2026-05-01",
        "service_until": "2026-05-29",
        "net_amount": "1000.00",
        "service": "general",
    }
    made = call(cast.member, "post", "jobs/", job)
    assert (made.status_code, made.json()["net_amount"], made.json()["currency"]) == (201, "1000.00", "EUR")
    path = f"jobs/{made.json()['id']}/"
    assert call(cast.member, "patch", path, {"net_amount": "2000.00"}).json()["net_amount"] == "2000.00"
    assert call(cast.member, "post", f"{path}submit/").json()["state"] == "submitted"
    assert call(cast.invoicing, "post", f"{path}accept/").json()["state"] == "accepted"
    confirmation = {
        "confirmed_on": timezone.localdate().isoformat(),
        "confirmed_by_name": "M. Beispiel",
        "way": "order",
        "evidence": "E-mail",
    }
    assert call(cast.member, "post", f"{path}confirm/", confirmation).json()["guaranteed"] is True
    assert Cover.objects.get().cents == 182_000
    issue = {"job_ids": [made.json()["id"]], "issued_on": "2026-06-01"}
    assert call(cast.member, "post", "invoices/", issue).status_code == 404
    issued = call(cast.invoicing, "post", "invoices/", issue)
    assert issued.status_code == 201
    assert issued.json()[0]["gross_amount"] == "2380.00"
    assert issued.json()[0]["lines"][0]["net_amount"] == "2000.00"
    again = call(cast.invoicing, "post", "invoices/", issue)
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    assert call(cast.member, "get", "invoices/").json()["count"] == 1


def test_lines_and_the_vat_are_entered_by_programs(cast: Cast, call):
    make_member(user=cast.member)
    job = {
        "client_id": make_client(cast.member, **french(vat_id="")).pk,
        "title": "Umschlag",
        "service_from": "2026-05-01",
        "service_until": "2026-05-29",
        "service": "rights",
        "lines": [{"unit_price": "12.3456", "quantity": "10", "unit": "HUR", "discount": "0.46"}],
    }
    assert call(cast.member, "post", "jobs/", {**job, "net_amount": "1.00"}).status_code == 400
    assert call(cast.member, "post", "jobs/", {**job, "lines": []}).status_code == 400
    made = call(cast.member, "post", "jobs/", job).json()
    assert (made["net_amount"], made["lines"][0]["net_amount"], made["vat_case"]) == ("123.00", "123.00", "")
    assert "§ 3a" in made["vat_question"]
    path = f"jobs/{made['id']}/"
    assert call(cast.member, "post", f"{path}submit/").status_code == 200
    assert call(cast.invoicing, "post", f"{path}accept/").json()["code"] == "vat_open"
    decision = {"vat_case": "abroad_private_reduced", "why": "A private person"}
    assert call(cast.member, "post", f"{path}vat/", decision).status_code == 404
    assert call(cast.invoicing, "post", f"{path}vat/", decision).json()["vat_case"] == "abroad_private_reduced"
    assert call(cast.invoicing, "post", f"{path}accept/").json()["state"] == "accepted"


def test_messages_are_said_and_read(cast: Cast, call):
    job = make_job(cast.member)
    assert call(cast.member, "post", f"jobs/{job.pk}/messages/", {"text": "Hello"}).status_code == 201
    assert [said["text"] for said in call(cast.invoicing, "get", f"jobs/{job.pk}/messages/").json()] == ["Hello"]


def test_others_find_nothing(cast: Cast, call):
    invoice, other = make_invoice(cast.member, cast.invoicing), make_role(Role.MEMBER)
    for path in (f"invoices/{invoice.pk}/", f"jobs/{invoice.job_id}/", f"clients/{invoice.client_id}/"):
        assert call(cast.member, "get", path).status_code == 200
        assert call(other, "get", path).status_code == 404
        assert call(cast.cem, "get", path).status_code == 404
    assert call(other, "patch", f"clients/{invoice.client_id}/", {"name": "x"}).status_code == 404
    assert call(other, "post", f"jobs/{invoice.job_id}/cancel/").status_code == 404
    for kind in ("invoices", "jobs", "clients"):
        assert call(other, "get", f"{kind}/").json()["count"] == 0


@pytest.mark.parametrize("amount", [1000, 10.5, "10,50", "1e3", "-1.00", "0.00", "NaN", None])
def test_amounts_are_decimal_strings(cast: Cast, call, amount):
    make_member(user=cast.member)
    job = {
        "client_id": make_client(cast.member).pk,
        "title": "x",
        "service_from": "2026-05-01",
        "service_until": "2026-05-29",
        "net_amount": amount,
        "service": "general",
    }
    assert call(cast.member, "post", "jobs/", job).status_code == 400


def test_the_office_accepts_many_jobs_in_one_call(cast: Cast, call):
    jobs = [make_job(cast.member) for _number in range(2)]
    ids = {"job_ids": [job.pk for job in jobs]}
    refused = call(cast.invoicing, "post", "jobs/accept/", ids)
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    for job in jobs:
        submit_job(job_id=job.pk, on=WORKED[0], by=cast.member)
    assert call(cast.member, "post", "jobs/accept/", ids).status_code == 404
    accepted = call(cast.invoicing, "post", "jobs/accept/", ids)
    assert (accepted.status_code, [job["state"] for job in accepted.json()]) == (200, ["accepted"] * 2)
    assert {job["id"] for job in accepted.json()} == set(ids["job_ids"])
