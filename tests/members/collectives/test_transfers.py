"""Shared budgets and transfers: both sides agree, the money moves once and without a fee, and only sharers see it."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from coop.errors import InvalidInput, NotFound
from coop.front.budget_words import words_of
from coop.ledger.actions import commit
from coop.ledger.chart import AccountCode
from coop.ledger.models import Entry, Posting
from coop.ledger.queries import account_balance, budget_statement, figures_of
from coop.ledger.verify import problems
from coop.states import InvalidTransition
from coop.tenancy.scope import coop_scope
from members.collectives.actions import (
    NotEnoughMoney,
    NotTheManager,
    TooFewShare,
    accept_transfer,
    answer_invitation,
    decline_transfer,
    found_collective,
    hand_over,
    invite_to_collective,
    leave_collective,
    offer_transfer,
    withdraw_transfer,
)
from members.collectives.models import BudgetTransfer, Collective, CollectivePlace
from members.collectives.queries import collectives_of, shared_collective, transfer_evidence, transfers_of
from members.collectives.states import PlaceState, TransferState
from tests.factories.payroll import give_money, make_member
from tests.factories.tenancy import make_cooperative

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
ON = AT.date()


@pytest.fixture
def ada(cast):
    """A member with money, signed in."""
    person = make_member()
    person.user = cast.member
    person.save(update_fields=["user"])
    give_money(person, 100_000)
    return person


@pytest.fixture
def bo(cast):
    """Another member."""
    return make_member("Bo")


def offer(giver, receiver_budget_id, cents=30_000, budget_id=None):
    return offer_transfer(
        giver_id=budget_id or giver.budget_id,
        receiver_id=receiver_budget_id,
        cents=cents,
        text="Help with the layout",
        person_id=giver.pk,
        at=AT,
        by=None,
    )


def share(manager, *others, join=True):
    studio = found_collective(
        name="Studio", person_id=manager.pk, invited_ids=[one.pk for one in others], at=AT, by=None
    )
    for other in others if join else ():
        answer_invitation(collective_id=studio.pk, person_id=other.pk, joins=True, at=AT)
    return studio


def accept(transfer, person):
    return accept_transfer(transfer_id=transfer.pk, person_id=person.pk, at=AT, by=None)


def test_money_moves_when_the_other_side_agrees_without_a_fee(ada, bo):
    fee = account_balance(AccountCode.FEE)
    transfer = offer(ada, bo.budget_id)
    assert not Entry.objects.filter(source=f"transfer:{transfer.pk}").exists()
    accept(transfer, bo)
    assert figures_of(ada.budget_id, ON).free_cents == 70_000
    assert figures_of(bo.budget_id, ON).free_cents == 30_000
    assert account_balance(AccountCode.FEE) == fee
    entry = Entry.objects.get(source=f"transfer:{transfer.pk}")
    assert {posting.account.code for posting in Posting.objects.filter(entry=entry)} == {AccountCode.FREE}
    with pytest.raises(InvalidTransition):
        accept(transfer, bo)


def test_the_ledger_proves_transfers_from_their_own_rows(ada, bo):
    transfer = accept(offer(ada, bo.budget_id), bo)
    source = f"transfer:{transfer.pk}"
    assert transfer_evidence() == {(ada.budget_id, source): (-30_000, 0), (bo.budget_id, source): (30_000, 0)}
    assert not [line for line in problems() if "transfer" in line]
    words = {one.source: words_of([one], "en")[one.number] for one in budget_statement(ada.budget_id)}
    assert bo.name in words[source].text
    assert sum(part.cents for part in words[source].parts) == -30_000


def test_only_money_that_is_paid_and_not_promised_can_go(ada, bo):
    with pytest.raises(NotEnoughMoney):
        offer(ada, bo.budget_id, 100_001)
    transfer = offer(ada, bo.budget_id, 60_000)
    commit(
        budget_id=ada.budget_id,
        source="contract:1",
        monthly_cents=50_000,
        since=date(2026, 4, 1),
        until=date(2026, 5, 1),
        on=ON,
    )
    with pytest.raises(NotEnoughMoney):
        accept(transfer, bo)
    assert BudgetTransfer.objects.get().state == TransferState.OFFERED


def test_each_side_decides_for_its_own_budget_alone(ada, bo):
    transfer = offer(ada, bo.budget_id)
    cem = make_member("Cem")
    for person in (ada, cem):
        with pytest.raises(NotFound):
            accept(transfer, person)
    with pytest.raises(NotFound):
        withdraw_transfer(transfer_id=transfer.pk, person_id=bo.pk, at=AT, by=None)
    with pytest.raises(NotFound):
        offer(cem, bo.budget_id, budget_id=ada.budget_id)
    decline_transfer(transfer_id=transfer.pk, person_id=bo.pk, at=AT, by=None)
    with pytest.raises(InvalidTransition):
        withdraw_transfer(transfer_id=transfer.pk, person_id=ada.pk, at=AT, by=None)
    for wrong in ({"cents": 0}, {"cents": -5}):
        with pytest.raises(InvalidInput):
            offer(ada, bo.budget_id, **wrong)
    with pytest.raises(InvalidInput):
        offer(ada, ada.budget_id)


def test_a_shared_budget_takes_money_once_two_share_it_and_gives_it_by_its_manager(ada, bo):
    studio = share(ada, bo, join=False)
    with pytest.raises(TooFewShare):
        offer(ada, studio.budget_id)
    answer_invitation(collective_id=studio.pk, person_id=bo.pk, joins=True, at=AT)
    accept(offer(ada, studio.budget_id, 50_000), ada)
    with pytest.raises(NotFound):
        offer(bo, bo.budget_id, 10_000, budget_id=studio.budget_id)
    accept(offer(ada, bo.budget_id, 20_000, budget_id=studio.budget_id), bo)
    assert [row.free_cents for person in (ada, bo) for row in collectives_of(person.pk, ON)] == [30_000, 30_000]
    assert len(transfers_of(ada)) == 2


def test_nobody_is_employed_out_of_a_shared_budget(ada, bo):
    studio = share(ada, bo)
    accept(offer(ada, studio.budget_id, 50_000), ada)
    with pytest.raises(InvalidInput):
        commit(
            budget_id=studio.budget_id,
            source="contract:1",
            monthly_cents=100,
            since=date(2026, 4, 1),
            until=date(2026, 5, 1),
            on=ON,
        )


def test_only_who_shares_it_sees_it_and_only_the_manager_invites(ada, bo):
    cem = make_member("Cem")
    studio = share(ada, bo, join=False)
    assert collectives_of(bo.pk, ON)[0].free_cents is None
    for person in (bo, cem):
        with pytest.raises(NotFound):
            shared_collective(studio.pk, person.pk)
    answer_invitation(collective_id=studio.pk, person_id=bo.pk, joins=True, at=AT)
    assert shared_collective(studio.pk, bo.pk) == studio
    with pytest.raises(NotTheManager):
        invite_to_collective(collective_id=studio.pk, person_id=bo.pk, invited_id=cem.pk, at=AT)
    with pytest.raises(NotFound):
        invite_to_collective(collective_id=studio.pk, person_id=cem.pk, invited_id=cem.pk, at=AT)
    with pytest.raises(InvalidInput):
        leave_collective(collective_id=studio.pk, person_id=ada.pk, at=AT)
    hand_over(collective_id=studio.pk, person_id=ada.pk, to_id=bo.pk)
    leave_collective(collective_id=studio.pk, person_id=ada.pk, at=AT)
    with pytest.raises(NotFound):
        shared_collective(studio.pk, ada.pk)
    invite_to_collective(collective_id=studio.pk, person_id=bo.pk, invited_id=ada.pk, at=AT)
    assert CollectivePlace.objects.get(person=ada).state == PlaceState.INVITED
    with pytest.raises(InvalidInput):
        found_collective(name="Alone", person_id=ada.pk, invited_ids=[ada.pk], at=AT, by=None)


def test_two_racing_consents_on_the_same_money_move_it_once(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        giver, one, two = make_member("Giver"), make_member("One"), make_member("Two")
        give_money(giver, 50_000)
        offers = [(offer(giver, person.budget_id, 40_000).pk, person.pk) for person in (one, two)]
    start, results = threading.Barrier(2), []

    def run(transfer_id, person_id):
        try:
            with coop_scope(cooperative.pk):
                start.wait(timeout=30)
                accept_transfer(transfer_id=transfer_id, person_id=person_id, at=AT, by=None)
            results.append("done")
        except NotEnoughMoney:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results) == ["done", "refused"]
    with coop_scope(cooperative.pk):
        assert figures_of(giver.budget_id, ON).free_cents == 10_000


def test_members_share_transfer_and_agree_through_the_pages(ada, bo, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    bo.user = cast.bo
    bo.save(update_fields=["user"])
    from coop.tenancy.actions import grant_role
    from coop.tenancy.states import Role

    grant_role(user=cast.bo, role=Role.MEMBER, since=date(2026, 1, 1), by=None)
    first, second = client_of(cast.member, cast.coop), client_of(cast.bo, cast.coop)
    home = reverse("collectives:mine")
    assert first.get(home).status_code == 200
    unknown = first.post(reverse("collectives:found"), {"name": "Studio", "emails": "nobody@example.org"})
    assert unknown.context["form"].errors
    first.post(reverse("collectives:found"), {"name": "Studio", "emails": f"{bo.email}\n"})
    studio = Collective.objects.get()
    page = reverse("collectives:collective", args=[studio.pk])
    assert second.get(page).status_code == 404
    second.post(reverse("collectives:join", args=[studio.pk]))
    assert second.get(page).status_code == 200
    wanted = {"giver": ada.budget_id, "receiver": studio.budget_id, "email": "", "amount": "250,00", "text": "Rent"}
    assert first.post(reverse("collectives:transfer"), {**wanted, "email": bo.email}).context["form"].errors
    assert first.post(reverse("collectives:transfer"), wanted)["location"] == home
    transfer = BudgetTransfer.objects.get()
    assert second.post(reverse("collectives:accept", args=[transfer.pk])).status_code == 404
    first.post(reverse("collectives:accept", args=[transfer.pk]))
    assert figures_of(studio.budget_id, ON).free_cents == 25_000
    assert "Rent" in second.get(page).content.decode()
    assert first.get("/mine/budget/").status_code == 200
    second.post(reverse("collectives:leave", args=[studio.pk]))
    assert second.get(page).status_code == 404


def test_programs_offer_and_accept_by_the_same_rules(ada, bo, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    browser = client_of(cast.member, cast.coop)

    def post(name, data, **arguments):
        return browser.post(reverse(f"collectives_api:{name}", kwargs=arguments), data, "application/json")

    made = post("collectives", {"name": "Studio", "emails": [bo.email]})
    studio = made.json()[0]
    assert (made.status_code, studio["free"]) == (201, "0.00")
    to = {"receiver_id": studio["budget_id"], "amount": "10.00", "text": "Rent"}
    assert post("transfers", to).json()["code"] == "too_few_share"
    answer_invitation(collective_id=studio["id"], person_id=bo.pk, joins=True, at=AT)
    offered = post("transfers", to)
    assert (offered.status_code, offered.json()["amount"]) == (201, "-10.00")
    assert post("accept", {}, pk=offered.json()["id"]).json()["state"] == "accepted"
    assert post("transfers", {"email": bo.email, "amount": "9999.00", "text": "x"}).json()["code"] == "not_enough_money"
    assert len(browser.get(reverse("collectives_api:transfers")).json()) == 1
