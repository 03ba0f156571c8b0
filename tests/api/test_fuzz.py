"""Every operation of the API, tried with what its schema allows and with what it does not.

For a member, for all of the staff, for a stranger and for nobody: no server error, no answer that the schema
does not know, and nothing that the cooperative next door wrote. Its texts carry a word that no other row has.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.test import Client
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from rest_framework.authtoken.models import Token

from coop.tenancy.actions import grant_role
from coop.tenancy.models import User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import STAFF, Role
from tests.architecture.permissions import samples
from tests.cast import Cast
from tests.factories.front import bill, make_worker, pay, pay_salaries
from tests.factories.invoicing import make_client
from tests.factories.payroll import employ
from tests.factories.tenancy import FOUNDED, make_role, make_user

EXAMPLES = {"member": 3, "staff": 3, "stranger": 1, "nobody": 1}
"""Of each operation and kind of input, by login: bounded, so that all of it takes about a minute."""
FOREIGN = "Zwetschgenkuchen"
"""Stands in every text that is written next door."""
MAY = date(2026, 5, 29)
NEVER_DOCUMENTED = {405, 406, 415}
"""Wrong method, wrong format: the same for every address."""
SCHEMA = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
OPERATIONS = [
    (path, method.upper())
    for path, methods in SCHEMA["paths"].items()
    for method in methods
    if path.startswith("/api/")
]


@pytest.fixture
def logins(cast: Cast) -> dict[str, dict[str, str]]:
    """Headers by kind of login; next door is full of data, and here is some too."""
    staff = make_user("Office")
    for role in STAFF | {Role.BOARD}:
        grant_role(user=staff, role=role, since=FOUNDED, by=None)
    member = live(staff, "Pflaumenkuchen")
    with coop_scope(cast.next_door.pk):
        foreign_staff = make_user("Foreign")
        for role in STAFF | {Role.BOARD}:
            grant_role(user=foreign_staff, role=role, since=FOUNDED, by=None)
        live(foreign_staff, FOREIGN)
    tokens = {
        "member": Token.objects.create(user=member).key,
        "staff": Token.objects.create(user=staff).key,
        "stranger": Token.objects.create(user=cast.cem).key,
    }
    return {"nobody": {}, **{name: {"Authorization": f"Token {key}"} for name, key in tokens.items()}}


def live(staff: User, word: str) -> User:
    """A member with invoices, a payment and a salary, every text carrying `word`; their login."""
    member = make_role(Role.MEMBER, word)
    person = make_worker(member, name=f"{word} Person", profession=word)
    client = make_client(member, name=f"{word} GmbH", contact=word)
    invoice = bill(person, staff, on=MAY, client=client, title=f"{word} job")
    bill(person, staff, on=MAY, client=client, title=f"{word} job")
    pay([invoice], staff, on=date(2026, 6, 3))
    employ(person, starts_on=date(2026, 6, 1), ends_on=date(2026, 9, 1))
    pay_salaries(date(2026, 6, 1), first=staff, second=make_user("Second"))
    return member


def test_no_operation_fails_or_tells_of_next_door(cast: Cast, logins: dict[str, dict[str, str]]) -> None:
    operations = schemathesis.openapi.from_dict(SCHEMA)
    for path, method in OPERATIONS:
        operation = operations[path][method]
        known = known_arguments(path, cast)
        for login, headers in logins.items():
            for mode in schemathesis.GenerationMode:
                try:
                    cases = operation.as_strategy(generation_mode=mode)
                    fuzz(cases, known, call_of(cast, headers), f"{login}: {method} {path}", EXAMPLES[login])
                except Unsatisfiable:
                    # An operation without parameters takes nothing that could be wrong.
                    assert mode.is_negative, f"{method} {path}"


def test_next_door_could_leak(cast: Cast, logins: dict[str, dict[str, str]]) -> None:
    """The same word is there for who may see it: its absence above says something."""
    browser = Client(headers={"host": f"{cast.next_door.slug}.localhost", **logins["stranger"]})
    seen = [browser.get(path).content.decode() for path, method in OPERATIONS if method == "GET" and "{" not in path]
    assert any(FOREIGN in text for text in seen)


def fuzz(cases: Any, known: list[dict[str, Any]], call: Callable[[Any], Any], name: str, examples: int) -> None:
    """Try some cases; ids are drawn too from what is there, here and next door."""
    schemas = SCHEMA["paths"]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, arguments=st.sampled_from(known))
    def tried(case: Any, arguments: dict[str, Any]) -> None:
        if arguments:
            case.path_parameters = {**(case.path_parameters or {}), **arguments}
        answer = call(case)
        assert answer.status_code < 500, name
        assert FOREIGN not in answer.content.decode(errors="replace"), name
        documented = schemas[case.operation.path][case.operation.method.lower()]["responses"]
        assert str(answer.status_code) in documented or answer.status_code in NEVER_DOCUMENTED, (name, answer.content)

    tried()


def call_of(cast: Cast, headers: dict[str, str]) -> Callable[[Any], Any]:
    """Sends a case through the whole stack, as its bytes would arrive."""
    browser = Client(headers={"host": f"{cast.coop.slug}.localhost"})

    def call(case: Any) -> Any:
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://stetig.invalid", headers=headers)).prepare()
        address = urlsplit(sent.url or "")
        body = sent.body or b""
        extra = {
            key: value for key, value in sent.headers.items() if key.lower() not in {"content-type", "content-length"}
        }
        return browser.generic(
            sent.method or "GET",
            address.path,
            body.encode() if isinstance(body, str) else body,
            content_type=sent.headers.get("Content-Type") or "application/json",
            QUERY_STRING=address.query,
            headers=extra,
        )

    return call


def known_arguments(path: str, cast: Cast) -> list[dict[str, Any]]:
    """No arguments of our own, then those of a thing that is there and of one next door."""
    if "{" not in path:
        return [{}]
    make = samples().get(url_name(path))
    assert make is not None, f"{path}: add a sample to its permission list"
    # A person of their own for each thing: some can be made only once for anybody.
    with coop_scope(cast.next_door.pk):
        people = {role.value: cast.cem for role in Role} | {"member": make_role(Role.MEMBER, FOREIGN)}
        foreign = make(replace(cast, coop=cast.next_door, next_door=cast.coop, **people))
    return [{}, make(replace(cast, member=make_role(Role.MEMBER, "Own"))), foreign]


def url_name(path: str) -> str:
    """The name of the url behind a path of the schema."""
    return resolve(re.sub(r"\{\w+\}", "1", path), urlconf="coop.urls").view_name
