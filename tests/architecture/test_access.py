"""Every address of a cooperative stands in one permission list, and keeps out whoever is not on it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve, reverse

from coop.tenancy.models import RoleAssignment
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from members.queries import person_of
from tests.architecture.permissions import ANY_LOGIN, PUBLIC, SIGNED_IN, permission_lists, samples, shared
from tests.cast import Cast
from tests.factories.tenancy import make_role

NOBODY = 4_611_686_018_427_387_904
"""An id that no row has, within the range of the database's integers."""


def walk(patterns: list, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            yield from walk(pattern.url_patterns, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))


PATTERNS = dict(walk(get_resolver("coop.urls").url_patterns))
LISTS = permission_lists()
PERMISSIONS = {name: who for listed in LISTS.values() for name, who in listed.items()}
SAMPLES = samples()
ARGUMENTS = {name: pattern.pattern.converters or pattern.pattern.regex.groupindex for name, pattern in PATTERNS.items()}
GUARDED = sorted(name for name, who in PERMISSIONS.items() if who not in (PUBLIC, ANY_LOGIN))
DETAILS = sorted(name for name in GUARDED if ARGUMENTS.get(name))


def who_may(name: str, method: str):
    permission = PERMISSIONS[name]
    who = permission.get(method, frozenset()) if isinstance(permission, dict) else permission
    return frozenset(Role) if who == SIGNED_IN else frozenset(who)


def guessed(name: str) -> dict:
    return {key: 7 if key in {"year", "month"} else _guess(key, name) for key in ARGUMENTS[name]}


def _guess(key: str, name: str) -> object:
    converters = PATTERNS[name].pattern.converters
    kind = type(converters[key]).__name__ if converters else ""
    return {"StringConverter": "no-such-thing", "SlugConverter": "no-such-thing"}.get(kind, NOBODY)


def is_api(name: str) -> bool:
    if name in SAMPLES and name not in DETAILS:
        return False
    return reverse(name, kwargs=guessed(name)).startswith("/api/")


def test_every_url_has_a_name_and_stands_in_exactly_one_list():
    counted = Counter(name for listed in LISTS.values() for name in listed)
    assert [name for name in PATTERNS if name.endswith("None")] == []
    assert sorted(PATTERNS.keys() - counted.keys()) == [], "add these to tests/architecture/permissions/<app>.py"
    assert sorted(counted.keys() - PATTERNS.keys()) == [], "these urls are gone"
    assert [name for name, times in counted.items() if times > 1] == []


def test_every_address_of_one_thing_has_a_sample():
    missing = [name for name in DETAILS if name not in SAMPLES]
    assert missing == [], "add these to SAMPLES of their permission list"


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_and_strangers_are_kept_out(name: str, cast: Cast, client_of):
    address = reverse(name, kwargs=guessed(name))
    anonymous = client_of(None, cast.coop)
    for method in ("get", "post"):
        answer = getattr(anonymous, method)(address)
        if is_api(name):
            assert answer.status_code == 401, method
        else:
            assert answer.status_code == 302, method
            assert answer["location"].startswith("/accounts/login/"), method
    for stranger in (cast.bo, cast.cem):
        browser = client_of(stranger, cast.coop)
        missing = browser.get("/api/v1/no-such-page/" if is_api(name) else "/no-such-page/")
        for method in ("get", "post"):
            assert_same_404(getattr(browser, method)(address), missing)


@pytest.mark.parametrize("name", GUARDED)
def test_wrong_roles_see_nothing(name: str, cast: Cast, client_of):
    # Even of a thing that is there.
    address = reverse(name, kwargs=SAMPLES[name](cast) if ARGUMENTS[name] else {})
    for role, user in cast.by_role().items():
        browser = client_of(user, cast.coop)
        missing = browser.get("/api/v1/no-such-page/" if is_api(name) else "/no-such-page/")
        for method in ("GET", "POST"):
            if role not in who_may(name, method) and who_may(name, method):
                answer = getattr(browser, method.lower())(address)
                assert answer.status_code == 404, f"{role} may {method}"
                assert_same_404(answer, missing)


@pytest.mark.parametrize("name", GUARDED)
def test_right_roles_come_in(name: str, cast: Cast, client_of):
    become_members(cast)
    address = reverse(name, kwargs=SAMPLES[name](cast) if ARGUMENTS[name] else {})
    for role, user in cast.by_role().items():
        if role in who_may(name, "GET"):
            if role == Role.FORMER:  # the last one: what is a member's own stays it when they have left
                RoleAssignment.objects.filter(user=cast.member).update(role=role)
                user = cast.member  # noqa: PLW2901
            answer = client_of(user, cast.coop).get(address)
            assert answer.status_code in {200, 302, 405}, role
            assert closed_doors(answer, role) == [], f"the page leads {role} to what is not there for them"


_DOOR = re.compile(r'<a\b[^>]*?\bhref="(?P<link>/[^"?#]*)|<form\b(?P<form>[^>]*)>')
_ACTION = re.compile(r'\baction="(/[^"?#]*)')


def closed_doors(answer: HttpResponse, role: Role) -> list[str]:
    """Links and forms of a page that its reader may not open."""
    if not answer.get("content-type", "").startswith("text/html"):
        return []
    doors = []
    for found in _DOOR.finditer(answer.content.decode()):
        if found["link"] is not None:
            doors.append(("GET", found["link"]))
        elif action := _ACTION.search(found["form"]):
            doors.append(("POST" if "post" in found["form"].lower() else "GET", action[1]))
    return [f"{method} {address}" for method, address in doors if not _open_to(role, method, address)]


def _open_to(role: Role, method: str, address: str) -> bool:
    try:
        name = resolve(address).view_name
    except Resolver404:
        return address.startswith(("/static/", "/media/"))
    if PERMISSIONS[name] in (PUBLIC, ANY_LOGIN):
        return True
    return role in who_may(name, method)


@pytest.mark.parametrize("name", DETAILS)
def test_guessed_ids_and_things_next_door_are_not_there(name: str, cast: Cast, client_of):
    become_members(cast)
    with coop_scope(cast.next_door.pk):
        cem = cast.cem
        people = dict.fromkeys((role.value for role in Role), cem)
        next_door = replace(cast, coop=cast.next_door, next_door=cast.coop, **people)
        become_members(next_door)
        foreign = SAMPLES[name](next_door)
    for role, user in cast.by_role().items():
        browser = client_of(user, cast.coop)
        for method in ("GET", "POST"):
            if role not in who_may(name, method):
                continue
            missing = browser.get("/api/v1/no-such-page/" if is_api(name) else "/no-such-page/")
            for arguments in (guessed(name), foreign):
                answer = getattr(browser, method.lower())(reverse(name, kwargs=arguments))
                if answer.status_code in {302, 405} and name in NOT_THINGS | {METHODS_FIRST.get(name, "")}:
                    continue
                if answer.status_code != 405:
                    assert_same_404(answer, missing)


NOT_THINGS = {"front:close_month"}
"""Their arguments are a month, which every cooperative has."""
METHODS_FIRST: dict[str, str] = {}


@pytest.mark.parametrize("name", sorted(set(DETAILS) - shared()))
def test_one_member_does_not_see_what_is_anothers(name: str, cast: Cast, client_of):
    if Role.MEMBER not in who_may(name, "GET") | who_may(name, "POST"):
        pytest.skip("not for members")
    become_members(cast)
    address = reverse(name, kwargs=SAMPLES[name](cast))
    eve = make_role(Role.MEMBER, "Eve")
    become_members(replace(cast, member=eve))
    browser = client_of(eve, cast.coop)
    for method in ("get", "post"):
        assert getattr(browser, method)(address).status_code in {404, 405}


@pytest.mark.parametrize("name", sorted(name for name, who in PERMISSIONS.items() if who == PUBLIC))
def test_public_pages_are_open_at_a_cooperative_and_nowhere_else(name: str, cast: Cast, client_of):
    arguments = SAMPLES[name](cast) if name in SAMPLES else {}
    address = reverse(name, kwargs=arguments)
    answer = client_of(None, cast.coop).get(address)
    assert answer.status_code < 500
    if name != "styleguide":
        assert answer.status_code != 404
    nowhere = Client(headers={"host": "nobody-at-all.localhost"})
    missing = nowhere.get("/api/v1/no-such-page/" if is_api(name) else "/no-such-page/")
    assert_same_404(nowhere.get(address), missing)


@pytest.mark.parametrize("name", sorted(name for name, who in PERMISSIONS.items() if who == ANY_LOGIN))
def test_ones_own_account_wants_a_login(name: str, cast: Cast, client_of):
    answer = client_of(None, cast.coop).get(reverse(name, kwargs=SAMPLES[name](cast) if name in SAMPLES else {}))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["location"]


@pytest.mark.parametrize(
    "form",
    [
        "{slug}.localhost.evil.example",
        "x{slug}.localhost",
        "a.{slug}.localhost",
        "{slug}-.localhost",
        "-{slug}.localhost",
        "{slug}.localhost.",
        "{slug}..localhost",
        ".{slug}.localhost",
        "{slug}",
        "{slug}.local",
        "{slug}localhost",
        "{slug}_.localhost",
        "{slug}%2e.localhost",
        "localhost.{slug}",
        "{slug}.localhost:80@evil.example",
        "evil.example",
        "10.0.0.1",
    ],
)
def test_lookalike_hosts_belong_to_nobody(form: str, cast: Cast, client_of):
    host = form.format(slug=cast.coop.slug)
    browser = Client(headers={"host": host})
    browser.force_login(cast.board)
    nowhere = Client(headers={"host": "nobody-at-all.localhost"})
    nowhere.force_login(cast.board)
    for address in ("/", "/office/", "/books/", "/api/v1/me/", "/accounts/login/"):
        answer = browser.get(address)
        assert_same_404(answer, nowhere.get("/api/v1/no-such/" if "api" in address else "/no-such-page/"))
        assert cast.coop.name not in answer.content.decode()


@pytest.mark.parametrize("form", ["{slug}.localhost:8000", "{upper}.LocalHost", "{slug}.localhost:1"])
def test_spellings_of_the_same_host_are_the_cooperative(form: str, cast: Cast):
    host = form.format(slug=cast.coop.slug, upper=cast.coop.slug.upper())
    answer = Client(headers={"host": host}).get("/")
    assert answer.status_code == 200
    assert cast.coop.name in answer.content.decode()


def test_a_host_header_cannot_be_overridden_by_another(cast: Cast):
    browser = Client(headers={"host": f"{cast.coop.slug}.localhost"})
    answer = browser.get("/", headers={"x-forwarded-host": f"{cast.next_door.slug}.localhost"})
    assert cast.coop.name in answer.content.decode()


def test_the_platform_knows_no_cooperatives_pages(cast: Cast):
    browser = Client(headers={"host": "localhost"})
    browser.force_login(cast.board)
    for address in ("/office/", "/books/", "/api/v1/me/", "/accounts/login/"):
        assert browser.get(address).status_code == 404


def test_a_token_opens_only_where_its_login_has_a_role(cast: Cast, client_of):
    from rest_framework.authtoken.models import Token

    key = Token.objects.create(user=cast.accountant).key
    for cooperative, status in ((cast.coop, 200), (cast.next_door, 404)):
        browser = client_of(None, cooperative)
        answer = browser.get("/api/v1/me/", headers={"authorization": f"Token {key}"})
        assert answer.status_code == status
    assert browser.get("/api/v1/me/", headers={"authorization": "Token wrong"}).status_code == 401


def become_members(cast: Cast) -> None:
    """Give the cast's member a person and a budget in the cooperative in scope."""
    from tests.factories.payroll import make_member

    if person_of(cast.member) is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])


def assert_same_404(answer: HttpResponse, missing: HttpResponse) -> None:
    assert answer.status_code == missing.status_code == 404
    assert plain(answer) == plain(missing)


def plain(answer: HttpResponse) -> object:
    """The page without what differs by request: tokens against forgery, and its own address."""
    if answer["content-type"] == "application/problem+json":
        return json.loads(answer.content)
    text = re.sub(r'(csrfmiddlewaretoken" value="|x-csrftoken": ")\w+', "", answer.content.decode())
    return re.sub(r'name="next" value="[^"]*"', "", text)
