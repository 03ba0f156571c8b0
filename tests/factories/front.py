"""A cooperative with life in it: members with jobs, invoices, payments and salaries, through actions alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from coop.banking.queries import default_account
from coop.tenancy.models import User
from invoicing.models import Client, Invoice
from members.models import Person
from payroll.actions import approve_run, compute_chunk, people_to_pay, post_run, start_run
from payroll.models import PayrollRun
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.invoicing import make_client, make_invoice
from tests.factories.members import make_member


def make_worker(user: User, *, name: str = "Ada Beispiel", **contact: object) -> Person:
    """A member with the login `user`, and the cooperative's account beside it."""
    if default_account() is None:
        make_account()
    return make_member(user=user, name=name, **contact)


def bill(
    person: Person, staff: User, *, on: date, net_cents: int = 400_000, client: Client | None = None, title: str = ""
) -> Invoice:
    """An invoice for work of that month."""
    owner = person.user
    assert owner is not None
    return make_invoice(
        owner,
        staff,
        on=on,
        client=client or make_client(owner),
        budget=person.budget,
        net_cents=net_cents,
        service_from=on.replace(day=1),
        service_until=on,
        **({"title": title} if title else {}),
    )


def pay(invoices: Sequence[Invoice], accountant: User, *, on: date) -> None:
    """One statement that pays invoices in full, and is matched by their numbers."""
    lines = [
        paid(invoice.gross_cents, f"Invoice {invoice.number}", on=on, name=invoice.buyer_name) for invoice in invoices
    ]
    bring_in(accountant, *lines)


def pay_salaries(month: date, *, first: User, second: User) -> PayrollRun:
    """A month's run: computed by one person, approved by another, posted."""
    at = datetime(month.year, month.month, 20, 9, tzinfo=UTC)
    run = start_run(month=month, by=first, at=at)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=at)
    approve_run(run_id=run.pk, by=second, at=at)
    return post_run(run_id=run.pk, at=at)
