"""`python manage.py verify_ledger` finds what even the owner of the database changed behind the triggers."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from coop.ledger.actions import close_period, digest_of, post
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Entry, Period, Posting
from coop.tenancy.models import Cooperative
from tests.cast import Cast
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.invoicing import make_budget, make_invoice

JUNE = date(2026, 6, 20)
TABLES = ("ledger_entry", "ledger_posting", "ledger_period")


@contextmanager
def tampering() -> Iterator:
    """A cursor of the database's owner with the triggers off, in a transaction that the test rolls back."""
    with connection.cursor() as cursor:
        # What waits to be checked would keep the tables from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(f"SET ROLE {connection.ops.quote_name(settings.DATABASE_APP_ROLE)}")


def verified(*slugs: str) -> tuple[int, list[str]]:
    """The exit status and the lines of the command."""
    out = io.StringIO()
    try:
        call_command("verify_ledger", *slugs, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.fixture
def books(cast: Cast) -> Cooperative:
    """Two invoices of May and June's payment of the first: entries 1, 2 and 3; May is closed."""
    make_account()
    first = make_invoice(cast.member, cast.invoicing, on=date(2026, 5, 30), budget=make_budget())
    make_invoice(cast.member, cast.invoicing, on=date(2026, 5, 31), budget=make_budget("Bo"))
    bring_in(cast.accountant, paid(first.gross_cents, f"Rechnung {first.number}", on=JUNE))
    close_period(month=date(2026, 5, 1), by=cast.accountant, at=datetime(2026, 6, 5, tzinfo=UTC))
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    return cast.coop


def test_untouched_books_are_right(books):
    assert verified(books.slug) == (0, ["1 ledgers verified"])


def test_an_altered_amount_is_found_by_its_digest(books):
    # Balanced in both layers all the same: a hundred cents less owed, and less earned.
    with tampering() as cursor:
        for code, cents in ((A.RECEIVABLE, -100), (A.REVENUE, 100)):
            cursor.execute(
                "UPDATE ledger_posting p SET amount_cents = amount_cents + %s FROM ledger_entry e, ledger_account a "
                "WHERE e.id = p.entry_id AND a.id = p.account_id AND e.number = 2 AND a.code = %s AND p.coop_id = %s",
                [cents, code, books.pk],
            )
            assert cursor.rowcount == 1
    assert verified(books.slug) == (1, [f"{books.slug}: entry 2: its content does not match its digest"])


def test_an_altered_day_or_text_is_found_by_its_digest(books):
    with tampering() as cursor:
        cursor.execute("UPDATE ledger_entry SET text = 'x' WHERE number = 1 AND coop_id = %s", [books.pk])
        cursor.execute("UPDATE ledger_entry SET event_on = '2026-06-01' WHERE number = 3 AND coop_id = %s", [books.pk])
    assert verified(books.slug) == (
        1,
        [f"{books.slug}: entry {number}: its content does not match its digest" for number in (1, 3)],
    )


@pytest.mark.parametrize(("code", "layer"), [(A.RECEIVABLE, "legal"), (A.ALLOC, "allocation")])
def test_an_entry_out_of_balance_is_found(books, code, layer):
    with tampering() as cursor:
        cursor.execute(
            "UPDATE ledger_posting p SET amount_cents = amount_cents + 1 FROM ledger_entry e, ledger_account a "
            "WHERE e.id = p.entry_id AND a.id = p.account_id AND e.number = 1 AND a.code = %s AND p.coop_id = %s",
            [code, books.pk],
        )
        assert cursor.rowcount == 1
    assert verified(books.slug) == (
        1,
        [
            f"{books.slug}: entry 1: the {layer} layer does not sum to zero",
            f"{books.slug}: entry 1: its content does not match its digest",
        ],
    )


def test_a_posting_moved_to_another_layer_is_found(books):
    # Both layers balance all the same: the two postings of the client's debt and the revenue go over together.
    with tampering() as cursor:
        cursor.execute(
            "UPDATE ledger_posting p SET layer = 2 FROM ledger_entry e "
            "WHERE e.id = p.entry_id AND e.number = 2 AND p.layer = 1 AND p.coop_id = %s",
            [books.pk],
        )
        assert cursor.rowcount > 1
    assert verified(books.slug) == (1, [f"{books.slug}: entry 2: a posting lies in another layer than its account"])


def delete(number: int, coop_id: int) -> tuple[str, int | None]:
    """Delete an entry with all its postings; its source, and the budget that it moved."""
    entry = Entry.objects.get(number=number)
    budget_id = Posting.objects.filter(entry=entry, budget__isnull=False).values_list("budget_id", flat=True).first()
    with tampering() as cursor:
        for table, column in (("ledger_posting", "entry_id"), ("ledger_entry", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s AND coop_id = %s", [entry.pk, coop_id])
            assert cursor.rowcount > 0
    return entry.source, budget_id


def test_a_deleted_newest_entry_is_found(books):
    source, budget_id = delete(3, books.pk)
    assert verified(books.slug) == (
        1,
        [
            f"{books.slug}: entry 3: the journal has drawn numbers up to 3",
            f"{books.slug}: budget {budget_id}: {source} has a document but is not booked",
        ],
    )


def test_a_deleted_entry_in_the_middle_is_a_gap_and_breaks_the_chain_of_its_month(books):
    source, budget_id = delete(2, books.pk)
    assert verified(books.slug) == (
        1,
        [
            f"{books.slug}: entry 3: the journal should go on with 2",
            f"{books.slug}: period 2026-05: the chain of its entries does not match",
            f"{books.slug}: budget {budget_id}: {source} has a document but is not booked",
        ],
    )


def test_an_entry_without_its_postings_is_found(books):
    with tampering() as cursor:
        cursor.execute(
            "DELETE FROM ledger_posting p USING ledger_entry e WHERE e.id = p.entry_id AND e.number = 2 AND p.coop_id = %s",
            [books.pk],
        )
    status, lines = verified(books.slug)
    assert status == 1
    assert lines[:2] == [
        f"{books.slug}: entry 2: has no postings",
        f"{books.slug}: entry 2: its content does not match its digest",
    ]


def test_a_closed_months_altered_chain_is_found(books):
    with tampering() as cursor:
        cursor.execute(
            "UPDATE ledger_period SET chain = repeat('0', 64) WHERE chain <> '' AND coop_id = %s", [books.pk]
        )
        assert cursor.rowcount == 1
    assert verified(books.slug) == (1, [f"{books.slug}: period 2026-05: the chain of its entries does not match"])


def test_an_entry_forged_with_a_fitting_digest_breaks_the_chain_of_its_closed_month(books):
    entry = Entry.objects.get(number=2)
    forged = digest_of(
        number=2,
        booked_on=entry.booked_on,
        event_on=entry.event_on,
        source=entry.source,
        document=entry.document,
        text="Forged",
        reverses_id=None,
        postings=Posting.objects.filter(entry=entry).values_list(
            "account__code", "amount_cents", "budget_id", "party", "service_month", "tax_month"
        ),
    )
    with tampering() as cursor:
        cursor.execute("UPDATE ledger_entry SET text = 'Forged', digest = %s WHERE id = %s", [forged, entry.pk])
    assert verified(books.slug) == (1, [f"{books.slug}: period 2026-05: the chain of its entries does not match"])


def test_a_reopened_month_between_closed_ones_is_found(books, cast):
    close_period(month=date(2026, 6, 1), by=cast.accountant, at=datetime(2026, 7, 5, tzinfo=UTC))
    assert verified(books.slug)[0] == 0
    with tampering() as cursor:
        cursor.execute(
            "UPDATE ledger_period SET closed_at = NULL, closed_by_id = NULL, chain = '' "
            "WHERE month = '2026-05-01' AND coop_id = %s",
            [books.pk],
        )
    assert Period.objects.filter(closed_at__isnull=True).count() == 1
    assert verified(books.slug) == (
        1,
        [
            f"{books.slug}: period 2026-05: is open although 2026-06 is closed",
            f"{books.slug}: period 2026-06: the chain of its entries does not match",
        ],
    )


def test_a_budget_entry_without_a_document_is_found(books):
    budget = make_budget("Nobody's work")
    post(draft("gift:1", JUNE, "Gift", [debit(A.ALLOC, 500), credit(A.FREE, 500, budget_id=budget.pk)]))
    assert verified(books.slug) == (1, [f"{books.slug}: budget {budget.pk}: gift:1 differs from its document"])


def test_only_the_named_cooperatives_are_checked_and_an_unknown_one_is_said(books, cast):
    delete(3, books.pk)
    assert verified(cast.next_door.slug) == (0, ["1 ledgers verified"])
    status, lines = verified(cast.next_door.slug, books.slug)
    assert status == 1
    assert all(line.startswith(f"{books.slug}: ") for line in lines)
    assert verified("nowhere-at-all") == (2, [])
