"""The pages of joining, the register, one's own data, invitations and roles."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coop.messaging.models import OutboxMessage
from coop.tenancy.actions import InvitationUnusable, accept_invitation, invite
from coop.tenancy.models import AccessLog, Policy, RoleAssignment, User
from coop.tenancy.queries import roles_of
from coop.tenancy.states import Role
from members.models import Person
from members.states import PersonState
from tests.factories.members import contact, make_applicant, make_member
from tests.factories.tenancy import make_user

PASSWORD = "correct horse battery staple"


def form(**changes):
    return {**contact(), "shares": "1", "consent": "on", "website": "", **changes}


@pytest.fixture
def office(cast, client_of):
    return client_of(cast.invoicing, cast.coop)


@pytest.fixture
def administrator(cast, client_of):
    return client_of(cast.administrator, cast.coop)


def test_the_whole_way_in(cast, client_of, office):
    stranger = client_of(None, cast.coop)
    assert stranger.get(reverse("members:apply")).status_code == 200
    answer = stranger.post(reverse("members:apply"), form(email="new@example.org"))
    assert answer.headers["Location"] == reverse("members:thanks")
    assert stranger.get(reverse("members:thanks")).status_code == 200
    person = Person.objects.get()
    assert person.name in office.get(reverse("members:applications")).text
    assert office.get(reverse("members:person", args=[person.pk])).status_code == 200
    answer = office.post(reverse("members:admit", args=[person.pk]), {"on": "2026-01-10"})
    assert answer.status_code == 302
    mail = OutboxMessage.objects.get(to="new@example.org")
    link = re.search(r"http://[^/]+(/invitation/[^/]+/)", mail.text)[1]
    assert stranger.get(link).status_code == 200
    assert stranger.post(link, {"password": "short"}).status_code == 200
    assert User.objects.filter(email="new@example.org").count() == 0
    assert stranger.post(link, {"password": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.user.email == "new@example.org"
    page = stranger.get(reverse("members:me"))
    assert (page.status_code, "AN-000001" in page.text) == (200, True)
    assert stranger.get(link).status_code == 410
    answer = stranger.post(reverse("members:me"), {**contact(email="moved@example.org"), "city": "Potsdam"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.city, person.email) == ("Potsdam", "moved@example.org")


def test_a_machine_is_thanked_and_nothing_is_kept(cast, client_of):
    answer = client_of(None, cast.coop).post(reverse("members:apply"), form(website="http://spam"))
    assert answer.headers["Location"] == reverse("members:thanks")
    assert Person.objects.count() == 0


def test_a_wrong_application_shows_its_errors(cast, client_of):
    stranger = client_of(None, cast.coop)
    for changes in ({"consent": ""}, {"email": "x"}, {"shares": "0"}, {"name": ""}):
        answer = stranger.post(reverse("members:apply"), form(**changes))
        assert answer.status_code == 200
        assert "aria-invalid" in answer.text
    assert Person.objects.count() == 0


def test_rejecting_needs_a_reason_and_tells_it(office):
    person = make_applicant()
    assert office.post(reverse("members:reject", args=[person.pk]), {"reason": ""}).status_code == 200
    assert office.post(reverse("members:reject", args=[person.pk]), {"reason": "Licence"}).status_code == 302
    person.refresh_from_db()
    assert person.state == PersonState.REJECTED
    assert office.get(reverse("members:person", args=[person.pk])).status_code == 200


def test_leaving_goes_by_the_pages(cast, client_of, office):
    person = make_member()
    accountant = client_of(cast.accountant, cast.coop)
    address = lambda name: reverse(f"members:{name}", args=[person.pk])  # noqa: E731
    assert office.post(address("shares"), {"count": "2"}).status_code == 302
    assert office.post(address("leave"), {"notice_on": "2024-12-01", "leaves_in": "2024"}).status_code == 200
    assert office.post(address("leave"), {"notice_on": "2024-02-01", "leaves_in": "2024"}).status_code == 302
    assert "dialog" in office.get(address("person")).text
    assert office.post(address("end")).status_code == 302
    assert office.post(address("settle"), {}).status_code == 404
    assert accountant.post(address("settle"), {"value_percent": "80", "on": "2025-05-20"}).status_code == 302
    answer = accountant.post(address("pay"), {"iban": "DE00", "execute_on": "2025-06-01"})
    assert answer.status_code == 200
    person.refresh_from_db()
    assert person.state == PersonState.LEFT
    assert office.post(address("invite")).status_code == 302


def test_the_register_shows_exports_and_costs_the_same_for_one_and_thirty(office):
    counts = []
    for _round in range(2):
        for _number in range(1 if not counts else 29):
            make_member()
        office.get(reverse("members:members"))
        with CaptureQueriesContext(connection) as queries:
            assert office.get(reverse("members:members")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "Ada Beispiel" in office.get(reverse("members:members"), {"q": "ada", "state": "all"}).text
    export = office.get(reverse("members:register_csv"))
    assert (export.status_code, export.text.count("\r\n")) == (200, 31)
    assert AccessLog.objects.filter(action="member register exported").exists()


def test_a_person_next_door_is_not_found(cast, client_of):
    from coop.tenancy.scope import coop_scope

    with coop_scope(cast.next_door.pk):
        stranger = make_member()
    office = client_of(cast.board, cast.coop)
    for name in ("person", "admit", "reject", "shares", "leave", "settle"):
        answer = (
            office.get(reverse("members:person", args=[stranger.pk]))
            if name == "person"
            else office.post(reverse(f"members:{name}", args=[stranger.pk]), {})
        )
        assert answer.status_code == 404


def test_a_member_without_a_person_has_no_data_page(cast, client_of):
    assert client_of(cast.member, cast.coop).get(reverse("members:me")).status_code == 404


# --- invitations, roles, policy ------------------------------------------------------------------------------------


def test_invitations_expire(cast):
    now = timezone.now()
    _invitation, secret = invite(email="x@example.org", name="X", role=Role.BOARD, at=now - timedelta(days=15), by=None)
    with pytest.raises(InvitationUnusable):
        accept_invitation(secret=secret, at=now, password=PASSWORD)


def test_an_invited_login_that_exists_signs_in_first(cast, client_of):
    user = make_user("Known")
    _invitation, secret = invite(email=user.email, name="Known", role=Role.BOARD, at=timezone.now(), by=None)
    link = reverse("tenancy:accept_invitation", args=[secret])
    assert "/accounts/login/?next=" in client_of(None, cast.coop).get(link).text
    client_of(cast.bo, cast.coop).post(link, {"password": PASSWORD})
    assert roles_of(user) == frozenset()
    browser = client_of(user, cast.coop)
    assert browser.get(link).status_code == 200
    assert browser.post(link).status_code == 302
    assert roles_of(user) == {Role.BOARD}


def test_administrators_invite_grant_and_end(cast, administrator):
    answer = administrator.post(reverse("tenancy:invite"), {"name": "Z", "email": "z@example.org", "role": "board"})
    assert answer.status_code == 302
    assert "/invitation/" in OutboxMessage.objects.get(to="z@example.org").text
    assert "z@example.org" in administrator.get(reverse("tenancy:roles")).text
    today = timezone.localdate()
    given = {"user_id": cast.board.pk, "role": "payroll", "since": today.isoformat(), "deputy_of_id": cast.payroll.pk}
    assert administrator.post(reverse("tenancy:grant_role"), given).status_code == 200
    given["until"] = (today + timedelta(days=3)).isoformat()
    assert administrator.post(reverse("tenancy:grant_role"), given).status_code == 302
    assert Role.PAYROLL in roles_of(cast.board)
    deputy = RoleAssignment.objects.get(deputy_of=cast.payroll)
    assert administrator.post(reverse("tenancy:end_role", args=[deputy.pk])).status_code == 302
    assert Role.PAYROLL not in roles_of(cast.board)
    stranger = {**given, "user_id": cast.cem.pk}
    assert administrator.post(reverse("tenancy:grant_role"), stranger).status_code == 200
    assert roles_of(cast.cem) == frozenset()
    assert administrator.post(reverse("tenancy:invite"), {"name": "", "email": "q", "role": ""}).status_code == 200


def test_the_last_administrator_cannot_leave(cast, administrator):
    held = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, until__isnull=True)
    for assignment in held.exclude(user=cast.administrator):
        administrator.post(reverse("tenancy:end_role", args=[assignment.pk]))
    last = held.get()
    answer = administrator.post(reverse("tenancy:end_role", args=[last.pk]), follow=True)
    assert "alert" in answer.text or "message" in answer.text
    last.refresh_from_db()
    assert last.until is None


def test_policy_is_read_and_decided(cast, administrator, client_of):
    board = client_of(cast.board, cast.coop)
    page = board.get(reverse("tenancy:policies"))
    assert (page.status_code, "share_euros" in page.text) == (200, False)
    assert "share_euros" in administrator.get(reverse("tenancy:policies")).text
    new = {
        "since": "2027-01-01", "decided_on": "2026-11-01", "fee_rate": "0.08", "share_euros": "60", "levies_rate": "0.024",
        "payment_terms_days": "14", "vat_scheme": "agreed", "guarantee": "eu", "run_day": "20", "pay_day": "31",
        "advance_limit_euros": "1000", "why": "The assembly lowers the fee.",
    }  # fmt: skip
    assert administrator.post(reverse("tenancy:decide_policy"), {**new, "run_day": "40"}).status_code == 200
    assert administrator.post(reverse("tenancy:decide_policy"), {**new, "why": " "}).status_code == 200
    assert administrator.post(reverse("tenancy:decide_policy"), new).status_code == 302
    assert Policy.objects.order_by("-since").first().share_cents == 6_000
    assert "The assembly lowers the fee." in board.get(reverse("tenancy:policies")).text
    assert administrator.post(reverse("tenancy:decide_policy"), new).status_code == 200
    assert Policy.objects.count() == 2
