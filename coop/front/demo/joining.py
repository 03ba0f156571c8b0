"""People apply, are admitted, and pay their shares."""

from datetime import date, timedelta

from coop.banking.queries import claims_of
from coop.front.demo.calendar import at
from coop.front.demo.fictitious_numbers import iban
from coop.front.demo.people import Profile
from coop.front.demo.world import Client, Member, World
from coop.tenancy.actions import grant_role
from coop.tenancy.states import Role
from invoicing.actions import add_client
from members.actions import admit_all, apply, link_login
from members.models import ShareSubscription

PRIVATE_ACCOUNTS = 500_000
"""Account numbers of members begin here, those of clients above."""


def plan_joining(world: World) -> None:
    """Plan every application: the founders' before the first month, the others' in theirs."""
    first = world.months[0]
    groups: dict[date, list[Profile]] = {}
    for profile in world.profiles:
        if profile.joins_month == 0:
            day = first - timedelta(days=45)
        else:
            month = world.months[min(profile.joins_month, len(world.months) - 1)]
            day = month + timedelta(days=2 + profile.n % 7)
        groups.setdefault(day, []).append(profile)
    for day, group in sorted(groups.items()):
        world.on(day, lambda on, group=group: _apply(world, group, on))  # type: ignore[misc]


def _apply(world: World, group: list[Profile], on: date) -> None:
    ids = [apply_once(profile, on) for profile in group]
    world.on(on + timedelta(days=4), lambda day: _admit(world, group, ids, day))


def apply_once(profile: Profile, on: date, *, tell_office: bool = False) -> int:
    """Hand in one application; its id."""
    person = apply(
        at=at(on),
        consent=True,
        shares=profile.shares,
        tell_office=tell_office,
        name=profile.name,
        email=profile.email,
        street=profile.street,
        postcode=profile.postcode,
        city=profile.city,
        country="DE",
        profession=profile.trade.name,
        language=profile.language,
    )
    return person.pk


def _admit(world: World, group: list[Profile], ids: list[int], on: date) -> None:
    board = world.who(Role.BOARD)
    people = admit_all(person_ids=ids, on=on, at=at(on), by=board, invited=False)
    for profile, person in zip(group, people, strict=True):
        user = world.make_login(email=profile.email, name=profile.name, language=profile.language)
        grant_role(user=user, role=Role.MEMBER, since=on, by=board)
        link_login(person_id=person.pk, user=user)
        if person.budget_id is None:
            raise AssertionError("who is admitted has a budget")
        member = Member(profile=profile, person_id=person.pk, budget_id=person.budget_id, user=user, joined_on=on)
        _enter_clients(world, member, on)
        world.members.append(member)
    _pay_shares(world, {person.pk: profile for person, profile in zip(people, group, strict=True)}, on)


def _enter_clients(world: World, member: Member, on: date) -> None:
    wanted = world.rng.choice((1, 1, 2, 2, 3))
    companies = world.rng.sample(world.companies, k=wanted)
    if not any(company.country == "DE" for company in companies):
        companies.append(world.rng.choice([company for company in world.companies if company.country == "DE"]))
    for company in companies:
        client = add_client(on=on, by=member.user, **company.fields())
        member.clients.append(Client(id=client.pk, company=company))


def _pay_shares(world: World, profiles: dict[int, Profile], on: date) -> None:
    subscriptions = list(ShareSubscription.objects.filter(person_id__in=profiles).order_by("id"))
    claims = claims_of([row.source for row in subscriptions])
    for row in subscriptions:
        profile = profiles[row.person_id]
        claim = claims[row.source]
        world.bank.move(
            on=on + timedelta(days=world.rng.randrange(2, 15)),
            cents=claim.open_cents,
            name=profile.name,
            iban=iban(PRIVATE_ACCOUNTS + profile.n),
            text=f"Genossenschaftsanteile {claim.reference}",
        )
