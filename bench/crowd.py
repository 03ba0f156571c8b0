"""Many people at once for measurements: rows written in bulk where an action for each would take minutes.

What is measured itself goes through the actions; what surrounds it is made here. Nobody in it exists.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection

from coop.ledger.actions import post_all, set_covers
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Commitment, Cover
from coop.money import share_of
from coop.tenancy.models import RoleAssignment, User
from coop.tenancy.queries import policy_on
from coop.tenancy.states import Role
from invoicing.actions import cover_source
from invoicing.models import Client, Job
from invoicing.states import ConfirmationWay, JobState
from members.actions import admit_all
from members.models import Person
from payroll.models import EmploymentContract, InsuranceData, PayoutAccount, TaxData
from tests.factories import payroll as numbers
from tests.factories.tenancy import unique

JANUARY = date(2026, 1, 1)
AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
STATES = ("BE", "BY", "NW", "SN")
BATCH = 2000


def make_members(count: int, *, by: User, logins: bool = False) -> list[Person]:
    """Admitted members with budgets, and with `logins` a login and a role each."""
    run = unique()
    users: list[Any] = [None] * count
    if logins:
        users = User.objects.bulk_create(
            [User(email=f"member-{number}-{run}@bench.example", name=f"Member {number}") for number in range(count)],
            BATCH,
        )
        RoleAssignment.objects.bulk_create(
            [RoleAssignment(user=user, role=Role.MEMBER, since=JANUARY, granted_by=by) for user in users], BATCH
        )
    people = Person.objects.bulk_create(
        [
            Person(
                user=users[number],
                name=f"Member {number}",
                email=f"member-{number}-{run}@bench.example",
                street="Beispielweg 2",
                postcode="10115",
                city="Berlin",
                profession="Illustration",
                applied_at=AT,
                consented_at=AT,
            )
            for number in range(count)
        ],
        BATCH,
    )
    return admit_all(person_ids=[person.pk for person in people], on=JANUARY, at=AT, by=by, invited=False)


def employ_all(people: Sequence[Person], *, since: date = JANUARY) -> None:
    """Contracts over 1,150.00 to 4,000.00 EUR with tax classes, children and states in turn, and promises for them."""
    fund_id = numbers.health_fund().pk
    contracts, tax, insurance, accounts = [], [], [], []
    for number, person in enumerate(people):
        gross = 115_000 + number % 20 * 15_000
        contracts.append(
            EmploymentContract(
                person=person,
                gross_cents=gross,
                weekly_hours=Decimal(20),
                position="Illustration",
                starts_on=since,
                agreed_at=AT,
            )
        )
        tax.append(
            TaxData(
                person=person,
                since=since,
                tax_id=_tax_id(number % 50),
                tax_class=(1, 1, 2, 3, 4, 5)[number % 6],
                federal_state=STATES[number % len(STATES)],
                entered_at=AT,
            )
        )
        childless = number % 3 > 0
        insurance.append(
            InsuranceData(
                person=person,
                since=since,
                insurance_number=numbers.insurance_number(number),
                fund_id=fund_id,
                childless=childless,
                children_under25=0 if childless else 1 + number % 2,
                entered_at=AT,
            )
        )
        iban = numbers.iban(number + 1)
        accounts.append(PayoutAccount(person=person, since=since, iban=iban, holder=person.name, entered_at=AT))
    EmploymentContract.objects.bulk_create(contracts, BATCH)
    TaxData.objects.bulk_create(tax, BATCH)
    InsuranceData.objects.bulk_create(insurance, BATCH)
    PayoutAccount.objects.bulk_create(accounts, BATCH)
    Commitment.objects.bulk_create(
        [
            Commitment(
                budget_id=contract.person.budget_id,
                source=f"contract:{contract.pk}",
                monthly_cents=contract.gross_cents * 126 // 100,
                since=since,
                until=date(since.year + 1, 1, 1),
                settled_until=since,
            )
            for contract in contracts
        ],
        BATCH,
    )


def give_money(people: Sequence[Person], cents: int, *, on: date = JANUARY) -> None:
    """Free money in every budget, as paid invoices leave it."""
    post_all(
        [
            draft(
                f"bench money:{person.pk}",
                on,
                "Paid work",
                [
                    debit(AccountCode.BANK, cents),
                    credit(AccountCode.REVENUE, cents),
                    debit(AccountCode.ALLOC, cents),
                    credit(AccountCode.FREE, cents, budget_id=person.budget_id),
                ],
            )
            for person in people
        ]
    )


def make_clients(owners: Sequence[User]) -> list[Client]:
    """A business in Germany for each owner."""
    return Client.objects.bulk_create(
        [
            Client(
                owner=owner,
                name=f"Client {number} GmbH",
                street="Hafenstraße 7",
                postcode="20457",
                city="Hamburg",
                email=f"client-{number}@bench.example",
                language="en" if number % 4 == 0 else "de",
            )
            for number, owner in enumerate(owners)
        ],
        BATCH,
    )


def make_confirmed_jobs(
    clients: Sequence[Client], budget_ids: Sequence[int], *, month: date, by: User, net_cents: int = 100_000
) -> list[Job]:
    """A confirmed and covered job of a month for each client, its money for the budget at the same place."""
    until = month.replace(day=28)
    jobs = Job.objects.bulk_create(
        [
            Job(
                owner_id=client.owner_id,
                client=client,
                budget_id=budget_id,
                title=f"Photographs of the exhibition {number}",
                service_from=month,
                service_until=until,
                net_cents=net_cents + number,
                vat_case="de_standard",
                state_on=month,
            )
            for number, (client, budget_id) in enumerate(zip(clients, budget_ids, strict=True))
        ],
        BATCH,
    )
    rows = Job.objects.filter(id__in=[job.pk for job in jobs])
    rows.update(state=JobState.SUBMITTED)
    rows.update(state=JobState.ACCEPTED)
    rows.update(
        state=JobState.CONFIRMED,
        confirmed_on=month,
        confirmed_by_name="M. Beispiel",
        confirmation_way=ConfirmationWay.ORDER,
        confirmation_evidence="E-mail of the client",
        confirmation_noted_by=by,
        guaranteed=True,
    )
    fee = policy_on(month).fee_rate
    set_covers(
        covers=[
            Cover(
                budget_id=job.budget_id,
                source=cover_source(job.pk),
                cents=job.net_cents - share_of(job.net_cents, fee),
                since=month,
            )
            for job in jobs
        ]
    )
    return jobs


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements sent inside, in their order."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


_tax_id = cache(numbers.tax_id)
