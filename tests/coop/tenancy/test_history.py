"""Master data keeps its history: what stood there, who changed it and through which page; nobody rewrites it."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from coop.tenancy.history import history_of, latest_changes, say_who
from coop.tenancy.models import Cooperative, MasterDataChange
from coop.tenancy.scope import coop_scope
from members.actions import change_contact, reject
from tests.factories.banking import make_account
from tests.factories.invoicing import make_client
from tests.factories.members import make_applicant, make_member

DAY = date(2026, 3, 2)


def test_a_change_keeps_what_stood_there_and_who_changed_it(cast):
    ada = make_member(user=cast.member)
    assert history_of(ada) == []
    before = ada.city
    say_who(user_id=cast.member.pk, through="members:me")
    change_contact(person_id=ada.pk, city="Neustadt", phone="1", on=DAY, by=cast.member)
    (change,) = history_of(ada)
    assert (change.who, change.through) == (cast.member.name, "members:me")
    assert [(old, new) for _name, old, new in change.fields] == [(before, "Neustadt"), ("–", "1")]


def test_changes_in_raw_sql_and_in_bulk_are_kept_too_and_touching_nothing_is_none(cast):
    client = make_client(cast.member)
    account = make_account()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_client SET name = name WHERE id = %s", [client.pk])
        assert latest_changes() == []
        cursor.execute("UPDATE invoicing_client SET name = 'Other' WHERE id = %s", [client.pk])
        cursor.execute("UPDATE banking_bankaccount SET holder = 'Other' WHERE id = %s", [account.pk])
        cursor.execute("UPDATE tenancy_cooperative SET city = 'Neustadt' WHERE id = %s", [cast.coop.pk])
    kept = list(MasterDataChange.objects.order_by("id").values_list("about", "row_id", "after"))
    assert kept == [
        ("invoicing_client", client.pk, {"name": "Other"}),
        ("banking_bankaccount", account.pk, {"holder": "Other"}),
        ("tenancy_cooperative", cast.coop.pk, {"city": "Neustadt"}),
    ]


def test_history_is_not_rewritten_and_not_seen_next_door(cast):
    Cooperative.objects.filter(id=cast.coop.pk).update(city="Neustadt")
    for sql in ("UPDATE tenancy_masterdatachange SET through = 'x'", "DELETE FROM tenancy_masterdatachange"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with coop_scope(cast.next_door.pk):
        assert latest_changes() == []


def test_a_refused_applicant_is_forgotten_here_too(cast):
    person = make_applicant(name="Wants to join")
    reject(person_id=person.pk, reason="No licence", on=DAY, by=cast.board)
    assert not MasterDataChange.objects.exists()


def test_the_page_names_the_login_of_the_request_for_board_and_auditor_only(cast, client_of):
    ada = make_member(user=cast.member)
    assert client_of(cast.member, cast.coop).post(
        reverse("members:me"), {
            "name": ada.name, "email": ada.email, "street": ada.street, "postcode": ada.postcode, "city": "Neustadt",
            "country": ada.country, "phone": ada.phone, "profession": ada.profession, "language": ada.language,
        },
    ).status_code == 302  # fmt: skip
    (change,) = history_of(ada)
    assert (change.who, change.through) == (cast.member.name, "members:me")
    person = reverse("members:person", args=[ada.pk])
    for user, sees in ((cast.board, True), (cast.auditor, True), (cast.invoicing, False)):
        browser = client_of(user, cast.coop)
        assert ("changes" in browser.get(person).context) == sees
        assert ("Neustadt" in browser.get(reverse("tenancy:history")).content.decode()) == sees
