"""Master data keeps its history: what stood there, who changed it and through which page; nobody rewrites it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from coop.tenancy.history import history_of, latest_changes, say_who
from coop.tenancy.models import Cooperative, MasterDataChange
from coop.tenancy.scope import coop_scope
from invoicing.actions import CLIENT_FIELDS
from members.actions import change_contact, reject
from payroll.master_data import enter_health_fund
from tests.factories.banking import make_account
from tests.factories.invoicing import make_client
from tests.factories.members import make_applicant, make_member
from tests.factories.payroll import health_fund

DAY = date(2026, 3, 2)


def test_a_change_keeps_what_stood_there_and_who_changed_it(cast):
    ada = make_member(user=cast.member)
    assert history_of(ada) == []
    before = ada.city
    say_who(user_id=cast.member.pk, through="members:me", why=" I\0have\nmoved ")
    change_contact(person_id=ada.pk, city="Neustadt", phone="1", on=DAY, by=cast.member)
    (change,) = history_of(ada)
    assert (change.who, change.through, change.why) == (cast.member.name, "members:me", "I have moved")
    assert [(old, new) for _name, old, new in change.fields] == [(before, "Neustadt"), ("–", "1")]


def test_changes_in_raw_sql_and_in_bulk_are_kept_too_and_touching_nothing_is_none(cast):
    client = make_client(cast.member)
    account = make_account()
    opened = MasterDataChange.objects.get()
    assert (opened.about, opened.before, opened.after["iban"]) == ("banking_bankaccount", {}, account.iban)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_client SET name = name WHERE id = %s", [client.pk])
        assert len(latest_changes()) == 1
        cursor.execute("UPDATE invoicing_client SET name = 'Other' WHERE id = %s", [client.pk])
        cursor.execute("UPDATE banking_bankaccount SET holder = 'Other' WHERE id = %s", [account.pk])
        cursor.execute("UPDATE tenancy_cooperative SET city = 'Neustadt' WHERE id = %s", [cast.coop.pk])
    later = MasterDataChange.objects.filter(id__gt=opened.pk)
    kept = list(later.order_by("id").values_list("about", "row_id", "after"))
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
            "change_reason": "Umgezogen",
        },
    ).status_code == 302  # fmt: skip
    (change,) = history_of(ada)
    assert (change.who, change.through, change.why) == (cast.member.name, "members:me", "Umgezogen")
    person = reverse("members:person", args=[ada.pk])
    for user, sees in ((cast.board, True), (cast.auditor, True), (cast.invoicing, False)):
        browser = client_of(user, cast.coop)
        assert ("changes" in browser.get(person).context) == sees
        assert ("Neustadt" in browser.get(reverse("tenancy:history")).content.decode()) == sees
        assert ("Umgezogen" in browser.get(person).content.decode()) == sees


def test_a_client_shows_what_was_changed_and_why_by_page_and_by_api(cast, client_of):
    client = make_client(cast.member)
    page, browser = reverse("invoicing:client", args=[client.pk]), client_of(cast.member, cast.coop)
    assert browser.get(page).context["changes"] == []
    data = {name: getattr(client, name) for name in CLIENT_FIELDS}
    saved = browser.post(page, {**data, "city": "Bremen", "change_reason": "They have moved."})
    assert saved.status_code == 302
    moved = browser.patch(
        f"/api/v1/clients/{client.pk}/",
        {"city": "Kiel"},
        content_type="application/json",
        headers={"x-change-reason": "Noch%20einmal%20umgezogen%2C%20gr%C3%B6%C3%9Fer"},
    )
    assert moved.status_code == 200
    changes = browser.get(page).context["changes"]
    assert [change["why"] for change in changes] == ["Noch einmal umgezogen, größer", "They have moved."]
    for user in (cast.member, cast.invoicing):
        assert "They have moved." in client_of(user, cast.coop).get(page).text


def test_a_fund_that_is_renamed_keeps_its_old_name_in_the_history(cast):
    fund = health_fund()
    rates = {"number": fund.number, "additional_rate": Decimal("0.027"), "source": "fictitious"}
    enter_health_fund(name="Musterkasse Nord", since=date(2026, 7, 1), **rates)
    fund.refresh_from_db()
    ((_field, before, after),) = history_of(fund)[0].fields
    assert (fund.name, before, after) == ("Musterkasse Nord", "Musterkasse", "Musterkasse Nord")
