"""The schema describes the API without a gap, errors speak one language, and the documentation stays at home."""

from io import StringIO

import pytest
from django.core.management import call_command
from rest_framework import serializers

from coop.tenancy.api_fields import MoneyField
from tests.factories.front import make_worker


def test_the_schema_is_valid_and_warns_of_nothing():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "openapi: 3" in out.getvalue()


@pytest.mark.parametrize("given", ["12.345", "1e3", "12,30", "", " 1", "nan", 12.5, 12, None, True, "9" * 16])
def test_money_that_is_no_decimal_string_is_refused(given):
    with pytest.raises(serializers.ValidationError):
        MoneyField().run_validation(given)


@pytest.mark.parametrize(
    ("text", "cents"), [("0.01", 1), ("-12.3", -1230), ("1000", 100_000), ("9" * 15, int("9" * 15) * 100)]
)
def test_money_goes_in_and_out_exactly(text, cents):
    assert MoneyField().run_validation(text) == cents
    assert MoneyField().run_validation(MoneyField().to_representation(cents)) == cents


def test_zero_is_not_positive():
    with pytest.raises(serializers.ValidationError):
        MoneyField(positive=True).run_validation("0.00")


def test_errors_are_problem_objects(cast, client_of):
    nobody = client_of(None, cast.coop).get("/api/v1/me/")
    assert nobody.status_code == 401
    assert nobody["content-type"] == "application/problem+json"
    assert nobody.json()["code"] == "not_authenticated"
    wrong = client_of(cast.member, cast.coop).post("/api/v1/me/")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    stranger = client_of(cast.bo, cast.coop).get("/api/v1/me/").json()
    assert stranger == {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found"}
    assert stranger == client_of(cast.bo, cast.coop).get("/api/v1/nothing/").json()


def test_a_member_reads_the_own_budget(cast, client_of):
    make_worker(cast.member)
    browser = client_of(cast.member, cast.coop)
    assert browser.get("/api/v1/budget/").json() == {
        "currency": "EUR",
        "free": "0.00",
        "pending": "0.00",
        "cover": "0.00",
        "committed": "0.00",
        "available": "0.00",
    }
    assert browser.get("/api/v1/budget/movements/").json()["results"] == []
    assert browser.get("/api/v1/me/").json()["roles"] == ["member"]


def test_the_documentation_needs_nothing_from_elsewhere(cast, client_of):
    answer = client_of(None, cast.coop).get("/api/v1/docs/")
    text = answer.content.decode()
    assert "/api/v1/budget/movements/" in text
    assert "//" not in "".join(part.split('"')[0] for part in text.split('src="')[1:])
    assert "unsafe" not in answer["content-security-policy"]


def test_a_token_is_shown_once_and_can_be_taken_back(cast, client_of):
    cast.accountant.set_password("correct-horse-battery")
    cast.accountant.save()
    refused = client_of(cast.accountant, cast.coop).post("/access/new/")
    assert "reauthenticate" in refused["location"], "whoever sits at an open browser cannot take a token along"
    browser = client_of(None, cast.coop)
    browser.post("/accounts/login/", {"login": cast.accountant.email, "password": "correct-horse-battery"})
    asked = browser.post("/access/new/")
    done = browser.post(asked["location"], {"password": "correct-horse-battery"}, follow=True)
    assert done.status_code == 200
    from rest_framework.authtoken.models import Token

    key = Token.objects.get(user=cast.accountant).key
    assert key in done.content.decode()
    assert key not in browser.get("/access/").content.decode()
    program = client_of(None, cast.coop)
    assert program.get("/api/v1/me/", headers={"authorization": f"Token {key}"}).status_code == 200
    browser.post("/access/revoke/")
    assert program.get("/api/v1/me/", headers={"authorization": f"Token {key}"}).status_code == 401
