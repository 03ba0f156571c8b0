"""Raw SQL next door, against rows that are there: in a lived-in cooperative nearly every table has some."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, models, transaction

from coop.banking.actions import (
    approve_payment_order,
    book_return,
    decide_matching,
    import_statement,
    keep_table_format,
)
from coop.banking.csv_tables import Column
from coop.banking.models import BankTransaction, Match, PayeeConfirmation, PaymentLine, PaymentOrder, WorkItem
from coop.documents.actions import open_document, store_document
from coop.ledger.actions import close_period
from coop.planning.actions import request_salary
from coop.planning.expectations import expect
from coop.planning.known import known_of
from coop.planning.models import SavedPlan
from coop.planning.plan import Planner, Wish
from coop.planning.saved import save_plan
from coop.planning.states import ExpectationKind
from coop.tenancy.actions import invite
from coop.tenancy.models import Cooperative
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from invoicing.actions import cancel_invoice, say_on_job
from invoicing.states import JobState
from members.actions import change_contact, end_membership, leave
from members.collectives.actions import answer_invitation, found_collective
from members.collectives.models import BudgetTransfer
from members.models import Person
from payroll.employment import employ
from payroll.intake.actions import confirm_intake
from payroll.timekeeping.actions import remind_of_leave, set_working_week
from tests.architecture.test_fence import FENCED
from tests.cast import Cast
from tests.factories import payroll as salaried
from tests.factories.agreements import draw_up
from tests.factories.banking import IBAN, bring_in, paid
from tests.factories.dunning import live_dunning
from tests.factories.intake import make_intake
from tests.factories.invoicing import make_asked, make_client, make_confirmed_job, make_invoice, make_planned
from tests.factories.members import make_applicant, make_member
from tests.factories.papers import live_papers
from tests.factories.statement_files import mt940, notification
from tests.factories.timekeeping import make_absence, make_hours

EMPTY: frozenset[str] = frozenset()
"""Fenced models of which the cooperative below has no row, by name."""
DAYS = {"title": "Days", "unit": "DAY", "quantity": Decimal(9), "unit_price": Decimal(1000), "discount_cents": 0}
JUNE = date(2026, 6, 10)
JULY = date(2026, 7, 20)
AT = datetime(2026, 6, 10, 9, tzinfo=UTC)


@pytest.fixture
def lived_in(cast: Cast) -> Cooperative:
    """A cooperative in which everything has happened once: joining, work, money, salaries, a chargeback, an exit."""
    invite(email="new@example.org", name="Neu", role=Role.PAYROLL, at=AT, by=cast.administrator)
    make_applicant(name="Wants to join")
    ada = make_member(user=cast.member, name="Ada Beispiel")
    draw_up(salaried.employ(ada, ends_on=date(2026, 2, 1)), cast.payroll)
    salaried.enter_everything_else(ada)
    make_absence(ada, starts_on=date(2026, 1, 12), ends_on=date(2026, 1, 14), confirmed_by=cast.payroll)
    make_hours(ada)
    told = make_intake(ada, since=date(2026, 1, 1))
    confirm_intake(intake_id=told.pk, since=date(2026, 2, 1), at=AT, by=cast.payroll)
    set_working_week(person_id=ada.pk, since=date(2026, 1, 1), weekdays={0, 1}, leave_days=None, at=AT, by=None)
    goes = make_member(name="Goes Away")
    leave(person_id=goes.pk, notice_on=date(2026, 2, 1), leaves_on=date(2026, 12, 31), by=cast.board)
    end_membership(person_id=goes.pk, on=date(2026, 12, 31), by=cast.board)
    change_contact(person_id=ada.pk, city="Hamburg", on=JUNE, by=cast.member)
    work = {"client": make_client(cast.member), "budget": ada.budget}
    make_confirmed_job(cast.member, cast.invoicing, **work, net_cents=None, lines=[DAYS])
    planned = make_planned(make_asked(cast.member, cast.invoicing, **work).link.job)
    say_on_job(job_id=planned.job_id, text="When does it begin?", at=AT, by=cast.member)
    invoice = make_invoice(cast.member, cast.invoicing, **work, net_cents=400_000)
    wrong = live_dunning(make_invoice(cast.member, cast.invoicing, **work, net_cents=10_000), cast)
    cancel_invoice(invoice_id=wrong.pk, reason="Twice", then=JobState.CANCELLED, on=JUNE, by=cast.invoicing)
    bring_in(cast.accountant, paid(invoice.gross_cents, f"Rechnung {invoice.number}", on=JUNE))
    salary = {"gross_cents": 115_000, "weekly_hours": Decimal(15)}
    employ(
        person_id=ada.pk,
        position="Design",
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 10, 1),
        at=AT,
        by=cast.payroll,
        **salary,
    )
    remind_of_leave(person_id=ada.pk, year=2026, at=AT, by=cast.payroll)
    kept_plan = keep_plan(ada, cast)
    request_salary(
        plan_id=kept_plan.pk,
        person_id=ada.pk,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 1),
        at=AT,
        by=cast.member,
        **salary,
    )
    salaried.run_month(cast.payroll, cast.board, date(2026, 7, 1), datetime(2026, 7, 20, 9, tzinfo=UTC))
    live_papers(ada, cast.payroll, month=date(2026, 7, 1))
    order = PaymentOrder.objects.get()
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=datetime(2026, 7, 21, 9, tzinfo=UTC))
    match = Match.objects.get(claim__isnull=False)
    bring_in(cast.accountant, paid(-match.cents, "Rueckgabe", on=JULY + timedelta(days=2), return_reason="MD06"))
    back = BankTransaction.objects.get(amount_cents__lt=0)
    book_return(transaction_id=back.pk, match_id=match.pk, by=cast.accountant)
    assert WorkItem.objects.exists()
    line = PaymentLine.objects.first()
    confirmation = {"party": line.party, "iban": IBAN, "channel": "phone", "note": "asked"}
    PayeeConfirmation.objects.create(**confirmation, confirmed_at=AT, confirmed_by=cast.accountant)
    decide_matching(since=JUNE, post_from=95, by=cast.accountant, at=AT)
    columns = {Column.BOOKED_ON: "Tag", Column.AMOUNT: "Betrag", Column.TEXT: "Text"}
    keep_table_format(
        name="Bank",
        columns=columns,
        delimiter=";",
        date_format="%d.%m.%Y",
        decimal_comma=True,
        by=cast.accountant,
        at=AT,
    )
    again = paid(-match.cents, "Rueckgabe", on=JULY + timedelta(days=2), return_reason="MD06")
    for data in (mt940(IBAN, [again]), notification(IBAN, [paid(7, "not booked yet", on=JULY)])):
        import_statement(data=data, filename="x", by=cast.accountant, at=AT)
    kept = store_document(
        kind="payment file", source="kept:1", title="Kept", filename="kept.xml", keep_until=date(2036, 12, 31),
        data=b"<kept/>", media_type="application/xml",
    )  # fmt: skip
    open_document(document_id=kept.pk, by=cast.auditor)
    close_period(month=date(2026, 6, 1), by=cast.accountant, at=AT)
    return cast.coop


def keep_plan(ada: Person, cast: Cast) -> SavedPlan:
    """What a member expects, and a plan that was saved."""
    september = date(2026, 9, 1)
    work = {"kind": ExpectationKind.WORK, "title": "Work", "cents": 100}
    expect(person_id=ada.pk, first_month=september, last_month=september, at=AT, by=cast.member, **work)
    plan = Planner.of(known_of(ada, JUNE)).plan(Wish(starts_on=date(2026, 10, 1), gross_cents=115_000))
    other = make_member(name="Shares a budget")
    studio = found_collective(name="Studio", person_id=ada.pk, invited_ids=[other.pk], at=AT, by=cast.member)
    answer_invitation(collective_id=studio.pk, person_id=other.pk, joins=True, at=AT)
    BudgetTransfer.objects.create(giver=ada.budget, receiver=studio.budget, cents=1, text="Rent", offered_at=AT)
    return save_plan(person_id=ada.pk, name="Autumn", plan=plan, at=AT)


def column_of(model: type[models.Model]) -> str:
    """The column that says whose row it is."""
    return "id" if model is Cooperative else "coop_id"


def rows_of(model: type[models.Model], coop_id: int) -> list[str]:
    """All of a cooperative's rows that can be seen, as JSON."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT row_to_json(t)::text FROM "{model._meta.db_table}" t WHERE "{column_of(model)}" = %s ORDER BY t.id',
            [coop_id],
        )
        return [row for (row,) in cursor.fetchall()]


def births_of(model: type[models.Model], row: str) -> list[str]:
    """The row in each of its states: the guards of state machines, which ask before the fence, let only births through."""
    states = [field for field in model._meta.concrete_fields if field.name == "state"]
    return [
        json.dumps(json.loads(row) | {"state": state}) for field in states for state, _label in field.choices or []
    ] or [row]


def answer(sql: str, values: list[object]) -> str | int:
    """How many rows a statement touched, or how PostgreSQL refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
    except DatabaseError as error:
        return str(error).splitlines()[0]


def test_raw_sql_next_door_sees_changes_and_writes_no_row_of_a_lived_in_cooperative(lived_in, cast):
    here, there = lived_in.pk, cast.next_door.pk
    before = {model: rows_of(model, here) for model in FENCED}
    empty = {model._meta.label for model, rows in before.items() if not rows}
    assert empty == EMPTY
    assert len(empty) <= 0.2 * len(FENCED)
    wrong = []
    with coop_scope(there):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == "stetig_app"
        for model, rows in before.items():
            if not rows:
                continue
            table, column, name = f'"{model._meta.db_table}"', f'"{column_of(model)}"', model._meta.label
            seen = rows_of(model, here)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} IS DISTINCT FROM %s", [there])
                others = cursor.fetchone()[0]
            if seen or others:
                wrong.append(f"{name}: sees {len(seen)} of theirs, {others} of anybody's")
            denied = f"permission denied for table {model._meta.db_table}"
            for verb, sql in (
                ("UPDATE", f"UPDATE {table} SET {column} = {column} WHERE {column} = %s"),
                ("take over", f"UPDATE {table} SET {column} = {there} WHERE {column} = %s"),
                ("DELETE", f"DELETE FROM {table} WHERE {column} = %s"),
            ):
                said = answer(sql, [here])
                if said not in (0, denied):
                    wrong.append(f"{name}: {verb} says {said}")
            forged = [
                answer(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s::json)", [row])
                for row in births_of(model, rows[0])
            ]
            fence = f'new row violates row-level security policy for table "{model._meta.db_table}"'
            if fence not in forged or not all(isinstance(said, str) for said in forged):
                wrong.append(f"{name}: INSERT says {forged}")
    assert wrong == []
    assert {model: rows_of(model, here) for model in FENCED} == before


def test_the_check_above_would_see_a_table_without_its_policy(lived_in, cast):
    """Where the policy of one table is gone, the same statements see, change and write its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE ledger_cover DISABLE ROW LEVEL SECURITY")
        cursor.execute("SET ROLE stetig_app")
    cover = next(model for model in FENCED if model._meta.label == "ledger.Cover")
    with coop_scope(cast.next_door.pk):
        rows = rows_of(cover, lived_in.pk)
        assert rows
        row = json.loads(rows[0]) | {"id": -1, "source": "forged"}
        assert (
            answer(
                "INSERT INTO ledger_cover SELECT * FROM json_populate_record(NULL::ledger_cover, %s::json)",
                [json.dumps(row)],
            )
            == 1
        )
        assert answer("DELETE FROM ledger_cover WHERE coop_id = %s", [lived_in.pk]) == len(rows) + 1
