"""The demo: complete, whole or not there, the same for a seed, proved by the ledger, independent of the calendar."""

import uuid
from datetime import date
from io import StringIO
from random import Random

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum, Value
from django.db.models.functions import Concat
from django.template.loader import render_to_string
from django.test import override_settings
from stdnum.de import idnr

from coop.banking.models import BankTransaction, Statement
from coop.banking.states import TransactionState
from coop.front.demo.calendar import ended_on, months_from, within_law
from coop.front.demo.clients import make_companies
from coop.front.demo.cooperatives import PLANS
from coop.front.demo.logins import demo_cooperatives
from coop.front.demo.people import NAMES, make_people
from coop.law import LawUnknown
from coop.ledger.models import Entry
from coop.ledger.verify import problems
from coop.tenancy.models import Address, User
from coop.tenancy.scope import coop_scope
from invoicing.law.vat import checked_vat_id
from invoicing.models import Invoice, Job
from invoicing.states import JobState
from members.models import Person
from members.states import PersonState
from payroll.insurance_number import check_insurance_number
from payroll.models import PayrollRun, Payslip
from payroll.states import PayslipState, RunState

TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """The small demo, made once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            make()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(made, settings):
    settings.DEMO = True


def make(**options):
    said = StringIO()
    call_command("make_demo", **{"today": TODAY, "members": 6, "months": 2, "stdout": said, **options})
    return said.getvalue()


def scope_of(slug):
    return coop_scope(Address.objects.get(slug=slug).coop_id)


def put_aside(*slugs):
    """Let cooperatives of the demo look as if they had never been made."""
    old = f"old-{uuid.uuid4().hex[:12]}-"
    for slug in slugs:
        Address.objects.filter(slug=slug).update(slug=f"{old}{slug}")
        for logins in (User, EmailAddress):
            logins.objects.filter(email__endswith=f"@{slug}.example").update(email=Concat(Value(old), "email"))


def test_the_demo_is_proved_by_its_ledger_and_leaves_work_for_everybody(demo):
    said = StringIO()
    call_command("verify_ledger", "nord", "sued", "neu", stdout=said)
    assert "3 ledgers verified" in said.getvalue()
    for slug in ("nord", "sued"):
        with scope_of(slug):
            assert Person.objects.filter(state=PersonState.ADMITTED).count() == 6
            assert Person.objects.filter(state=PersonState.APPLIED).exists()
            assert Job.objects.filter(state=JobState.SUBMITTED).exists()
            assert BankTransaction.objects.filter(state=TransactionState.UNMATCHED).exists()
            assert BankTransaction.objects.filter(state=TransactionState.MATCHED).exists()
            assert PayrollRun.objects.get(month=date(2026, 11, 1)).state == RunState.COMPUTED
            assert PayrollRun.objects.get(month=date(2026, 10, 1)).state == RunState.POSTED
            assert Payslip.objects.filter(state=PayslipState.POSTED).exists()
            assert not Payslip.objects.filter(state=PayslipState.FAILED).exists()
            assert not Entry.objects.filter(event_on__gt=date(2026, 12, 31)).exists()
    with scope_of("neu"):
        assert not Entry.objects.exists()
        assert not Person.objects.exists()


def test_statements_continue_without_a_gap(demo):
    for slug in ("nord", "sued"):
        with scope_of(slug):
            balance = 0
            for statement in Statement.objects.order_by("from_on"):
                assert (statement.opening_cents, statement.gap_cents) == (balance, 0)
                balance = statement.closing_cents


def test_a_second_call_does_nothing_and_a_missing_cooperative_is_made(demo):
    with scope_of("nord"):
        before = Entry.objects.count()
    assert "there already" in make()
    put_aside("neu")
    assert "Neuanfang" in make()
    with scope_of("nord"):
        assert Entry.objects.count() == before


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 23), date(2027, 3, 5)])
def test_the_demo_can_be_made_on_any_day(demo, day):
    put_aside("nord", "sued", "neu")
    make(today=day, months=1, members=4)
    last = within_law(day)
    with scope_of("nord"):
        assert not list(problems())
        assert PayrollRun.objects.get(month=last.replace(day=1)).state == RunState.COMPUTED
        assert BankTransaction.objects.filter(state=TransactionState.UNMATCHED).exists()
        assert not BankTransaction.objects.filter(booked_on__gt=last).exists()


def test_the_same_seed_makes_the_same_history(demo):
    put_aside("nord", "sued", "neu")
    seen = []
    for seed in (7, 7, 8):
        savepoint = transaction.savepoint()
        make(seed=seed, months=1, members=4)
        with scope_of("nord"):
            totals = Invoice.objects.aggregate(Sum("gross_cents"))["gross_cents__sum"]
            slips = sorted(Payslip.objects.values_list("month", "gross_cents", "net_cents"))
            texts = list(BankTransaction.objects.order_by("booked_on", "id").values_list("amount_cents", "text"))
        seen.append((totals, slips, texts))
        transaction.savepoint_rollback(savepoint)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_logins_are_printed_with_addresses_and_work(demo, settings):
    said = StringIO()
    call_command("demo_logins", stdout=said)
    text = said.getvalue()
    for slug in ("nord", "sued", "neu"):
        assert f"http://{slug}.localhost" in text
        for role in ("invoicing", "payroll", "accountant", "board", "auditor", "administrator"):
            assert f"{role}@{slug}.example" in text
    assert "steady@nord.example" in text
    assert settings.DEMO_PASSWORD in text
    assert User.objects.get(email="board@nord.example").check_password(settings.DEMO_PASSWORD)


def test_nobody_lists_logins_where_there_is_no_demo(demo, settings):
    settings.DEMO = False
    assert demo_cooperatives() == []
    for command in ("make_demo", "demo_logins"):
        with pytest.raises(CommandError, match="no demo"):
            call_command(command)


def test_the_history_ends_with_the_last_month_whose_law_is_confirmed():
    assert within_law(TODAY) == TODAY
    assert within_law(date(2040, 5, 17)) == ended_on(date(2040, 5, 17))
    last = within_law(date(2040, 5, 17))
    assert (last.month, last.day) == (12, 31)
    assert ended_on(last) is None
    with pytest.raises(LawUnknown):
        within_law(date(1990, 1, 1))


def test_the_demo_bar_says_where_the_history_ends():
    shown = render_to_string("components/demo_bar.html", {"demo": True, "demo_ended_on": date(2026, 12, 31)})
    assert "2026" in shown
    assert "2026" not in render_to_string("components/demo_bar.html", {"demo": True, "demo_ended_on": None})


def test_numbers_of_invented_people_and_companies_pass_their_checks():
    rng = Random(1)  # noqa: S311 (chance that can be repeated is wanted)
    people = make_people(rng, count=60, domain="nord.example", first_name=0, months=11, funds=3)
    for person in people:
        assert idnr.is_valid(person.tax_id)
        assert check_insurance_number(person.insurance_number) == person.insurance_number
    assert len({person.tax_id for person in people}) == len({person.email for person in people}) == 60
    companies = make_companies(rng)
    abroad = [company for company in companies if company.vat_id]
    assert len(abroad) >= 10
    for company in abroad:
        assert checked_vat_id(company.vat_id, company.country, member_state=True) == company.vat_id
    assert all("(Demo)" in company.name for company in companies)


def test_nobody_is_invented_twice():
    assert len(set(NAMES)) == len(NAMES) == sum(plan.members for plan in PLANS)


def test_months_are_counted_to_the_present_one():
    assert months_from(date(2026, 1, 1), date(2026, 3, 5)) == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
