"""What would I get: the public page in both languages, its paper, its refusals, and the same by API."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.urls import reverse
from lxml import html

from coop.tenancy.models import Policy

PAGE = "/what-would-i-get/"
GIVEN = {
    "start": "turnover",
    "amount": "2000",
    "month": "2026-06",
    "kind": "auto",
    "tax_class": "1",
    "children": "none",
    "state": "",
    "additional_rate": "2.69",
}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The pages think it is 10 February 2026: no test depends on the calendar."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 2, 10, 9, tzinfo=UTC))


@pytest.fixture
def stranger(client_of, cast):
    return client_of(None, cast.coop)


def words(response):
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def ask(client, language="en", **changes):
    return client.post(PAGE, {**GIVEN, **changes}, headers={"accept-language": language})


def test_the_door_leads_there(stranger):
    assert reverse("front:offer") in stranger.get("/").content.decode()


def test_anybody_sees_the_way_from_the_invoice_to_the_account(stranger):
    response = ask(stranger)
    text = words(response)
    fee = Policy.objects.order_by("since").first().fee_rate * 2000
    assert response.status_code == 200
    assert f"−€{fee:.2f}" in text
    assert "−€380.00" in text  # VAT of 19 %
    assert "€2,380.00" in text
    for source in ("§ 12 (1) UStG", "§ 39b (2) EStG", "SGB VI"):
        assert source in text
    assert html.fromstring(response.content.decode()).xpath("//*[name()='svg' and @role='img']")


def test_in_german(stranger):
    response = ask(stranger, language="de", amount="2.000,00", additional_rate="2,69")
    text = words(response)
    assert "Was bekäme ich?" in text
    assert "2.380,00\u00a0€".replace("\u00a0", " ") in text.replace("\u00a0", " ")
    assert "Where the money goes" not in text


def test_without_an_additional_rate_the_average_is_named_with_its_source(stranger):
    assert "2.9% (§ 242a SGB V" in words(ask(stranger, additional_rate=""))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"month": "2031-01"}, "is missing. Choose an earlier month."),
        ({"amount": "-3"}, "greater than or equal to"),
        ({"amount": "much"}, "Enter a number."),
        ({"start": "gross", "amount": "3000", "kind": "minijob"}, "no salary fits that amount"),
        ({"church": "on"}, "Choose the state you live in"),
        ({"factor": "0.9"}, "There is a factor in tax class IV alone."),
        ({"tax_class": "7"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(stranger, changes, says):
    response = ask(stranger, **changes)
    assert response.status_code == 422
    assert says in words(response)
    assert 'id="answer"' not in response.content.decode()


def test_what_is_entered_is_in_no_address_and_in_no_cache(stranger):
    response = ask(stranger)
    form = html.fromstring(response.content.decode()).xpath("//form[.//input[@name='amount']]")[0]
    assert form.get("method") == "post"
    assert not form.get("action")
    assert "no-store" in response.headers["Cache-Control"]


def test_the_table_as_paper_is_drawn_once(stranger):
    cache.clear()
    first = stranger.get(reverse("front:offer_table"))
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF")
    assert stranger.get(reverse("front:offer_table")).content == first.content


def test_a_program_gets_the_page_s_figures(client_of, cast):
    member = client_of(cast.member, cast.coop)
    url = reverse("front-api:salary_calculation")
    asked = {"turnover": "2000.00", "month": "2026-06", "additional_rate": "0.0269"}
    got = member.post(url, asked, content_type="application/json").json()
    assert got["turnover"] == "2000.00"
    euros, cents = got["net"].split(".")
    assert f"€{int(euros):,}.{cents} net a month" in words(ask(member))
    assert {line["side"] for line in got["lines"]} == {"employer", "employee", "tax"}


@pytest.mark.parametrize(
    "asked",
    [{}, {"gross": "1000.00", "net": "900.00"}, {"gross": 1000}, {"gross": "1000.00", "church": True}],
)
def test_a_program_is_told_what_is_wrong(client_of, cast, asked):
    url = reverse("front-api:salary_calculation")
    response = client_of(cast.member, cast.coop).post(url, asked, content_type="application/json")
    assert response.status_code == 400


def test_a_program_learns_which_law_is_missing(client_of, cast):
    url = reverse("front-api:salary_calculation")
    asked = {"gross": "1000.00", "month": "2031-01"}
    response = client_of(cast.member, cast.coop).post(url, asked, content_type="application/json")
    assert response.status_code == 409
    assert response.json()["code"] == "law_unknown"
