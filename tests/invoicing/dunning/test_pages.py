"""The pages and the API of dunning, and the command."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from coop.states import InvalidTransition
from coop.tenancy.queries import local_day
from invoicing.dunning.actions import hand_over
from invoicing.dunning.models import DunningCase, DunningException, DunningLetter, DunningPolicy
from invoicing.dunning.queries import exception_of, is_switched_on, paused_on
from invoicing.dunning.states import Answer, CaseState
from tests.cast import Cast
from tests.factories.dunning import ASKED, decide, on_day, switched_on
from tests.factories.invoicing import make_client, make_invoice

FIRST = date(2026, 6, 22)
SECOND = date(2026, 7, 6)
EN = {"accept-language": "en"}


@pytest.fixture
def pages(cast: Cast, client_of):
    def open_as(user):
        return client_of(user, cast.coop)

    return open_as


def test_the_office_decides_looks_and_switches_on(cast: Cast, pages):
    browser = pages(cast.invoicing)
    assert "No levels decided yet" in browser.get("/dunning/", headers=EN).content.decode()
    today = local_day(timezone.now()).isoformat()
    level = {
        "level-0-name": "Erinnerung",
        "level-0-name_en": "Reminder",
        "level-0-days": "5",
        "level-0-pay_days": "10",
        "level-0-tone": "friendly",
        "level-0-signed_by": "Büro",
    }
    empty = {f"level-{place}-tone": "friendly" for place in range(1, 5)}
    form = {
        "since": "2026-01-01",
        "decided_on": today,
        "answer_days": "5",
        "smallest_euros": "5.00",
        "benefits": "cooperative",
        "level-TOTAL_FORMS": "5",
        "level-INITIAL_FORMS": "5",
        **level,
        **empty,
    }
    wrong = browser.post("/dunning/policy/", {**form, "level-0-days": ""}, headers=EN)
    assert "Fill in all of this level" in wrong.content.decode()
    assert browser.post("/dunning/policy/", form, headers=EN).status_code == 302
    assert DunningPolicy.objects.get().levels.get().name_en == "Reminder"
    again = browser.post("/dunning/policy/", form, headers=EN)
    assert "choose a later day" in again.content.decode()
    invoice = make_invoice(cast.member, cast.invoicing)
    page = browser.get("/dunning/?on=2026-06-22", headers=EN).content.decode()
    assert invoice.number in page
    assert "switched off" in page
    assert browser.post("/dunning/switch/", {"on": "1"}).status_code == 302
    assert is_switched_on()
    on_day(FIRST)
    assert "MA-2026-000001" in browser.get("/dunning/", headers=EN).content.decode()
    browser.post("/dunning/switch/", {"on": "0"})
    assert not is_switched_on()


def test_a_member_is_asked_and_answers(cast: Cast, pages):
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    browser = pages(cast.member)
    assert "No questions" in browser.get("/dunning/mine/", headers=EN).content.decode()
    for day in (FIRST, SECOND, ASKED):
        on_day(day)
    assert invoice.number in browser.get("/dunning/mine/", headers=EN).content.decode()
    page = browser.get(f"/dunning/invoices/{invoice.pk}/", headers=EN).content.decode()
    assert "May the formal demand go out?" in page
    assert "MA-2026-000002" in page
    path = f"/dunning/invoices/{invoice.pk}/answer/"
    assert pages(cast.invoicing).post(path, {"answer": "go_on"}).status_code == 404
    assert browser.post(path, {"answer": "disputed", "note": "Wrong colours"}).status_code == 302
    case = DunningCase.objects.get()
    assert (case.state, case.answer) == (CaseState.DECIDE, Answer.DISPUTED)
    office = pages(cast.invoicing)
    assert "Wrong colours" in office.get("/dunning/", headers=EN).content.decode()
    assert invoice.number in office.get("/office/", headers=EN).content.decode()
    assert office.post(f"/dunning/invoices/{invoice.pk}/agree/").status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.AGREED


def test_what_nobody_pays_is_handed_over_and_comes_back(cast: Cast, pages):
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    for day in (FIRST, SECOND, ASKED, date(2026, 7, 26)):
        on_day(day)
    browser, base = pages(cast.invoicing), f"/dunning/invoices/{invoice.pk}/"
    page = browser.get(base, headers=EN).content.decode()
    # Due on 15 June 2026: the third year after it ends with 2029.
    assert "31 Dec 2029" in page
    assert "Note: at the dunning court" in page
    browser.post(f"{base}hand-over/", {"to": "running"})
    assert DunningCase.objects.get().state == CaseState.DECIDE
    browser.post(f"{base}hand-over/", {"to": "court"})
    assert DunningCase.objects.get().state == CaseState.COURT
    assert on_day(date(2026, 8, 3)).held == 0
    assert "back with the office" in browser.get(base, headers=EN).content.decode()
    browser.post(f"{base}hand-over/", {"to": "decide"})
    assert DunningCase.objects.get().state == CaseState.DECIDE
    with pytest.raises(InvalidTransition):
        hand_over(invoice_id=invoice.pk, to=CaseState.SETTLED, by=cast.invoicing)


def test_the_office_pauses_and_excepts(cast: Cast, pages):
    decide()
    invoice = make_invoice(cast.member, cast.invoicing)
    browser = pages(cast.invoicing)
    base = f"/dunning/invoices/{invoice.pk}/"
    assert browser.post(f"{base}pause/", {"until": "2020-01-01", "reason": "x"}, headers=EN).status_code == 200
    assert browser.post(f"{base}pause/", {"until": "", "reason": "talking"}).status_code == 302
    assert invoice.pk in paused_on(local_day(timezone.now()))
    assert "No reminders at present" in browser.get(base, headers=EN).content.decode()
    browser.post(f"{base}go-on/")
    assert paused_on(local_day(timezone.now())) == set()
    path = f"/dunning/clients/{invoice.client_id}/"
    assert "How this client pays" in pages(cast.member).get(path, headers=EN).content.decode()
    assert pages(cast.member).post(path, {"extra_days": "3", "reason": "x"}).status_code == 404
    assert browser.post(path, {"excluded": "on", "extra_days": "0", "reason": "large"}).status_code == 302
    assert exception_of(invoice.client, FIRST).excluded
    assert "large" in browser.get(path, headers=EN).content.decode()
    assert DunningException.objects.count() == 1


def test_a_member_sees_that_an_own_client_was_reminded_but_no_paper_about_others(cast: Cast, pages):
    switched_on(cast.invoicing)
    mine = make_invoice(cast.member, cast.invoicing)
    theirs = make_invoice(cast.board, cast.invoicing)
    on_day(FIRST)
    letter = DunningLetter.objects.get()
    assert {item["number"] for item in letter.content["items"]} == {mine.number, theirs.number}
    page = pages(cast.member).get(f"/dunning/invoices/{mine.pk}/", headers=EN).content.decode()
    assert letter.number in page
    assert f"/dunning/letters/{letter.pk}/pdf/" not in page
    assert pages(cast.member).get(f"/dunning/letters/{letter.pk}/pdf/").status_code == 404
    assert pages(cast.member).get(f"/dunning/invoices/{theirs.pk}/").status_code == 404


def test_the_api_shows_the_day_and_takes_answers(cast: Cast, pages):
    browser = pages(cast.invoicing)
    assert browser.get("/api/v1/dunning/preview/").json()["decided"] is False
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing)
    told = browser.get("/api/v1/dunning/preview/?on=2026-06-22").json()
    assert told["letters"] == [
        {
            "client": invoice.buyer_name,
            "level": 1,
            "title": "Zahlungserinnerung",
            "invoices": [invoice.number],
            "also_open": [],
            "open_amount": "1190.00",
            "currency": "EUR",
            "pay_by": "2026-07-02",
        }
    ]
    assert browser.get("/api/v1/dunning/preview/?on=soon").status_code == 400
    for day in (FIRST, SECOND, ASKED):
        on_day(day)
    member = pages(cast.member)
    assert [one["total_amount"] for one in member.get("/api/v1/dunning/letters/").json()["results"]] == [
        "1237.24",
        "1190.00",
    ]
    assert member.get("/api/v1/dunning/questions/").json()["results"][0]["invoice_id"] == invoice.pk
    answered = member.post(
        f"/api/v1/dunning/invoices/{invoice.pk}/answer/", {"answer": "talking"}, content_type="application/json"
    )
    assert answered.json()["state"] == "decide"
    path = f"/api/v1/dunning/invoices/{invoice.pk}/"
    assert browser.post(f"{path}agree/").json()["state"] == "agreed"
    paused = browser.post(f"{path}pause/", {"reason": "talking"}, content_type="application/json")
    assert (paused.status_code, paused.json()["until"]) == (201, None)
    assert browser.post(f"{path}pause/", {"reason": "x"}, content_type="application/json").status_code == 409
    assert browser.delete(f"{path}pause/").status_code == 204


def test_the_command_shows_first_and_sends_when_told(cast: Cast):
    slug = cast.coop.slug
    with pytest.raises(CommandError, match="No levels"):
        call_command("dunning", cooperative=slug)
    with pytest.raises(CommandError, match="no such cooperative"):
        call_command("dunning", cooperative="nowhere")
    switched_on(cast.invoicing)
    invoice = make_invoice(cast.member, cast.invoicing, client=make_client(cast.member, name="Erika"))
    out = StringIO()
    call_command("dunning", cooperative=slug, on=FIRST, stdout=out)
    assert f"letter, level 1: {invoice.number}" in out.getvalue()
    assert "Erika" not in out.getvalue()
    assert not DunningLetter.objects.exists()
    call_command("dunning", cooperative=slug, on=FIRST, send=True, stdout=out)
    assert DunningLetter.objects.count() == 1
    with pytest.raises(CommandError, match="Nothing was made"):
        call_command("dunning", cooperative=slug, on=FIRST, send=True)
