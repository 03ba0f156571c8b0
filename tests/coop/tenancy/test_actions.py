"""Scopes inside scopes, invitations, roles and their last administrator, policies that stand, numbers without gaps."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.actions import (
    INVITATION_DAYS,
    InvitationUnusable,
    LastAdministrator,
    PolicyExists,
    accept_invitation,
    decide_policy,
    end_role,
    find_invitation,
    grant_role,
    invite,
)
from coop.tenancy.models import AccessLog, Invitation, NumberRange, Policy, RoleAssignment, User
from coop.tenancy.numbers import draw_number, draw_numbers
from coop.tenancy.queries import policy_on, roles_of
from coop.tenancy.scope import NoCoopInScope, coop_in_scope, coop_scope, current_coop_id
from coop.tenancy.states import Role
from tests.factories.tenancy import FOUNDED, make_cooperative, make_role, make_user, unique

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
PASSWORD = "four-quiet-herons-at-dawn"


def in_database() -> str:
    """The scope as PostgreSQL knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.coop_id', true)")
        return cursor.fetchone()[0]


def race(*work: Callable[[], object]) -> list[object]:
    """Run pieces of work at once, each on a connection of its own; what each returned or raised, in their order."""
    together = Barrier(len(work))
    said: list[object] = [None] * len(work)

    def run(place: int) -> None:
        try:
            together.wait(timeout=20)
            said[place] = work[place]()
        except StetigError as error:
            said[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return said


# --- scopes --------------------------------------------------------------------------------------------------------


def test_scopes_nest_three_deep_and_come_back_in_python_and_in_the_database(coop, other_coop):
    third = make_cooperative()
    seen = []
    with coop_scope(other_coop.pk):
        seen.append((current_coop_id(), in_database()))
        with coop_scope(third.pk):
            seen.append((current_coop_id(), in_database()))
            with coop_scope(third.pk):
                seen.append((current_coop_id(), in_database()))
        seen.append((current_coop_id(), in_database()))
    seen.append((current_coop_id(), in_database()))
    assert seen == [(one.pk, str(one.pk)) for one in (other_coop, third, third, other_coop, coop)]


def test_what_a_failed_inner_scope_wrote_is_gone_and_the_outer_one_goes_on(coop, other_coop):
    with pytest.raises(InvalidInput), coop_scope(other_coop.pk):
        draw_number("lost")
        raise InvalidInput
    assert (current_coop_id(), in_database()) == (coop.pk, str(coop.pk))
    assert draw_number("kept") == 1
    with coop_scope(other_coop.pk):
        assert not NumberRange.objects.filter(series="lost").exists()


def test_after_the_outermost_scope_nothing_is_in_scope(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        assert in_database() == str(cooperative.pk)
    assert coop_in_scope() is None
    assert not in_database()
    with pytest.raises(NoCoopInScope):
        draw_number("x")


# --- invitations ---------------------------------------------------------------------------------------------------


def invited(**changes) -> tuple[Invitation, str]:
    """An invitation as payroll staff and the secret of its link."""
    return invite(
        **{
            "email": f"new-{unique()}@example.org",
            "name": "Neu",
            "role": Role.PAYROLL,
            "at": NOW,
            "by": None,
            **changes,
        }
    )


def test_an_invitation_makes_a_login_with_a_verified_address_and_the_role(cast):
    invitation, secret = invited(email=f" Neu-{unique()}@Example.org ", by=cast.administrator)
    assert secret not in (invitation.token_hash, str(invitation.__dict__))
    user = accept_invitation(secret=secret, at=NOW, password=PASSWORD)
    assert user.email == invitation.email == invitation.email.lower()
    assert user.check_password(PASSWORD)
    assert user.emailaddress_set.get().verified
    assert roles_of(user, TODAY) == {Role.PAYROLL}
    assert RoleAssignment.objects.get(user=user).granted_by == cast.administrator
    invitation.refresh_from_db()
    assert (invitation.accepted_at, invitation.accepted_by) == (NOW, user)


@pytest.mark.parametrize(
    ("after", "usable"),
    [
        (timedelta(days=INVITATION_DAYS) - timedelta(seconds=1), True),
        (timedelta(days=INVITATION_DAYS), False),
        (timedelta(days=INVITATION_DAYS + 1), False),
    ],
    ids=["the last second", "the end", "later"],
)
def test_an_invitation_expires(coop, after, usable):
    _invitation, secret = invited()
    if usable:
        assert accept_invitation(secret=secret, at=NOW + after, password=PASSWORD).pk
        return
    with pytest.raises(InvitationUnusable):
        find_invitation(secret=secret, at=NOW + after)
    with pytest.raises(InvitationUnusable):
        accept_invitation(secret=secret, at=NOW + after, password=PASSWORD)
    assert not User.objects.filter(email=_invitation.email).exists()


def test_an_invitation_is_used_once(coop):
    _invitation, secret = invited()
    user = accept_invitation(secret=secret, at=NOW, password=PASSWORD)
    for someone in (None, user):
        with pytest.raises(InvitationUnusable):
            accept_invitation(secret=secret, at=NOW, password="another-quiet-password", user=someone)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert RoleAssignment.objects.filter(user=user).count() == 1


def test_an_invitation_is_of_one_cooperative(coop, other_coop):
    _invitation, secret = invited()
    with coop_scope(other_coop.pk), pytest.raises(InvitationUnusable):
        accept_invitation(secret=secret, at=NOW, password=PASSWORD)
    with pytest.raises(InvitationUnusable):
        accept_invitation(secret=secret[:-1], at=NOW, password=PASSWORD)


def test_an_invitation_of_a_known_address_takes_that_login_signed_in_and_no_other(coop):
    known, stranger = make_user("Known"), make_user("Stranger")
    known.set_password(PASSWORD)
    known.save()
    _invitation, secret = invited(email=known.email.upper())
    for someone in (None, stranger):
        with pytest.raises(InvalidInput):
            accept_invitation(secret=secret, at=NOW, password="a-password-of-mine", user=someone)
    assert roles_of(known, TODAY) == roles_of(stranger, TODAY) == frozenset()
    assert accept_invitation(secret=secret, at=NOW, password=None, user=known) == known
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert roles_of(known, TODAY) == {Role.PAYROLL}


@pytest.mark.parametrize("password", [None, "", "short", "password123456"])
def test_a_weak_password_is_refused_and_the_invitation_stays_usable(coop, password):
    invitation, secret = invited()
    with pytest.raises(InvalidInput):
        accept_invitation(secret=secret, at=NOW, password=password)
    assert not User.objects.filter(email=invitation.email).exists()
    assert find_invitation(secret=secret, at=NOW) == invitation


def test_two_people_with_one_link_at_once_make_one_login(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        invitation, secret = invited()

    def accept() -> User:
        with coop_scope(cooperative.pk):
            return accept_invitation(secret=secret, at=NOW, password=PASSWORD)

    said = race(accept, accept)
    assert sorted(type(one).__name__ for one in said) == ["InvitationUnusable", "User"]
    with coop_scope(cooperative.pk):
        user = User.objects.get(email=invitation.email)
        assert RoleAssignment.objects.filter(user=user).count() == 1


# --- roles ---------------------------------------------------------------------------------------------------------


def administrator_of() -> RoleAssignment:
    """The only administrator's assignment in the cooperative in scope."""
    return RoleAssignment.objects.get(role=Role.ADMINISTRATOR)


def test_the_last_administrator_stays(coop):
    first = administrator_of()
    with pytest.raises(LastAdministrator):
        end_role(assignment_id=first.pk, on=TODAY, by=first.user)
    # A deputy who goes again, one who is to come, and a login that was switched off keep it in nobody's hands.
    grant_role(user=make_user(), role=Role.ADMINISTRATOR, since=FOUNDED, until=date(2026, 12, 1), by=None)
    grant_role(user=make_user(), role=Role.ADMINISTRATOR, since=date(2026, 4, 1), by=None)
    gone = make_role(Role.ADMINISTRATOR)
    gone.is_active = False
    gone.save()
    with pytest.raises(LastAdministrator):
        end_role(assignment_id=first.pk, on=TODAY, by=first.user)
    make_role(Role.ADMINISTRATOR)
    assert end_role(assignment_id=first.pk, on=TODAY, by=first.user).until == TODAY
    assert Role.ADMINISTRATOR not in roles_of(first.user, TODAY)
    assert Role.ADMINISTRATOR in roles_of(first.user, TODAY - timedelta(days=1))


def test_two_administrators_who_remove_each_other_at_once_leave_one(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        make_role(Role.ADMINISTRATOR)
        both = list(RoleAssignment.objects.filter(role=Role.ADMINISTRATOR).select_related("user"))

    def remove(assignment: RoleAssignment, by: User) -> Callable[[], object]:
        def work() -> object:
            with coop_scope(cooperative.pk):
                return end_role(assignment_id=assignment.pk, on=TODAY, by=by)

        return work

    said = race(remove(both[0], both[1].user), remove(both[1], both[0].user))
    assert sorted(type(one).__name__ for one in said) == ["LastAdministrator", "RoleAssignment"]
    with coop_scope(cooperative.pk):
        assert RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, until__isnull=True).count() == 1


def test_a_role_that_has_ended_does_not_come_back_by_being_ended_again(cast):
    held = RoleAssignment.objects.get(user=cast.payroll)
    end_role(assignment_id=held.pk, on=date(2026, 3, 1), by=cast.administrator)
    end_role(assignment_id=held.pk, on=date(2026, 6, 1), by=cast.administrator)
    held.refresh_from_db()
    assert held.until == date(2026, 3, 1)
    assert roles_of(cast.payroll, date(2026, 4, 1)) == frozenset()
    end_role(assignment_id=held.pk, on=date(2026, 2, 1), by=cast.administrator)
    held.refresh_from_db()
    assert held.until == date(2026, 2, 1)


def test_a_role_ends_no_earlier_than_it_began_and_not_from_next_door(cast):
    coming = grant_role(user=cast.bo, role=Role.AUDITOR, since=date(2026, 5, 1), by=cast.administrator)
    with coop_scope(cast.next_door.pk), pytest.raises(NotFound):
        end_role(assignment_id=coming.pk, on=TODAY, by=cast.cem)
    assert end_role(assignment_id=coming.pk, on=TODAY, by=cast.administrator).until == date(2026, 5, 1)
    assert roles_of(cast.bo, date(2026, 5, 1)) == frozenset()


def test_a_role_that_is_held_is_not_granted_twice_and_a_deputy_needs_a_last_day(cast):
    first = grant_role(user=cast.bo, role=Role.BOARD, since=FOUNDED, by=cast.administrator)
    assert grant_role(user=cast.bo, role=Role.BOARD, since=TODAY, by=cast.administrator) == first
    with pytest.raises(InvalidInput):
        grant_role(user=cast.bo, role=Role.PAYROLL, since=TODAY, deputy_of=cast.payroll, by=cast.administrator)
    with pytest.raises(InvalidInput):
        grant_role(user=cast.bo, role=Role.PAYROLL, since=TODAY, until=FOUNDED, by=cast.administrator)
    assert roles_of(cast.bo, TODAY) == {Role.BOARD}
    noted = AccessLog.objects.filter(user=cast.administrator, about=f"role {first.pk}")
    assert [row.action for row in noted] == ["role granted"]


# --- policies ------------------------------------------------------------------------------------------------------


def test_a_new_policy_begins_later_and_keeps_what_it_leaves_out(cast):
    before = policy_on(TODAY)
    later = decide_policy(since=date(2026, 7, 1), decided_on=TODAY, by=cast.board, share_cents=7000)
    assert (later.share_cents, later.fee_rate) == (7000, before.fee_rate)
    assert policy_on(date(2026, 6, 30)) == before
    assert policy_on(date(2026, 7, 1)) == later
    for day in (date(2026, 7, 1), date(2026, 6, 1)):
        with pytest.raises(PolicyExists):
            decide_policy(since=day, decided_on=TODAY, by=cast.board, share_cents=1)
    with pytest.raises(InvalidInput):
        decide_policy(since=date(2026, 8, 1), decided_on=TODAY, by=cast.board, share_cents=0)
    assert Policy.objects.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tenancy_policy SET fee_rate = 0.01",
        "UPDATE tenancy_policy SET since = '2020-01-01'",
        "DELETE FROM tenancy_policy",
        "UPDATE tenancy_accesslog SET action = 'nothing'",
        "DELETE FROM tenancy_accesslog",
    ],
)
def test_postgresql_keeps_policies_and_the_access_log(cast, sql):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    # Not even the owner of the table, by accident.
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(sql)


# --- numbers -------------------------------------------------------------------------------------------------------


def test_numbers_stay_gapless_while_eight_connections_draw_and_some_give_up(committing):
    cooperative, other = make_cooperative(), make_cooperative()

    class GaveUp(StetigError):
        """This one changed its mind."""

    def draw(place: int) -> Callable[[], list[int]]:
        def work() -> list[int]:
            mine: list[int] = []
            for turn in range(6):
                with suppress(GaveUp):
                    with coop_scope(cooperative.pk):
                        drawn = list(draw_numbers("raced", 1 + (place + turn) % 3))
                        if (place + turn) % 4 == 0:
                            raise GaveUp
                    mine += drawn
            return mine

        return work

    said = race(*(draw(place) for place in range(8)))
    numbers = sorted(number for mine in said for number in mine)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == sum(1 + (place + turn) % 3 for place in range(8) for turn in range(6) if (place + turn) % 4)
    with coop_scope(cooperative.pk):
        assert draw_number("raced") == len(numbers) + 1
        assert draw_number("another series") == 1
    with coop_scope(other.pk):
        assert draw_number("raced") == 1
