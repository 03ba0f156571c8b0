"""Employed people for tests, with numbers that pass their checks and belong to nobody."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from stdnum.de import idnr
from stdnum.iban import calc_check_digits

from coop.banking.queries import default_account
from coop.ledger.actions import post
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.tenancy.models import User
from members.models import Person
from payroll.actions import approve_run, compute_chunk, people_to_pay, post_run, start_run
from payroll.insurance_number import check_digit
from payroll.master_data import (
    agree_contract,
    enter_accident_rate,
    enter_health_fund,
    enter_insurance,
    enter_other_employment,
    enter_payout_account,
    enter_tax_data,
)
from payroll.models import EmploymentContract, HealthFund, PayrollRun
from payroll.states import ElementKind, OtherJob
from payroll.wage_elements import enter_wage_element
from tests.factories import members
from tests.factories.banking import make_account

NOW = datetime(2026, 1, 2, 9, tzinfo=UTC)
JANUARY = date(2026, 1, 1)
MARCH = date(2026, 3, 1)
RUN_AT = datetime(2026, 3, 20, 9, tzinfo=UTC)
_counter = itertools.count(1)


def tax_id(n: int) -> str:
    """A tax identification number that passes its check."""
    for tail in range(10_000):
        for check in "0123456789":
            number = f"8609574{(n * 7919 + tail) % 1000:03d}{check}"
            if idnr.is_valid(number):
                return number
    raise AssertionError(n)


def iban(n: int) -> str:
    """A German IBAN that passes its check; the bank code is one that no bank has."""
    body = f"99900000{n:010d}"
    return f"DE{calc_check_digits('DE00' + body)}{body}"


def insurance_number(n: int) -> str:
    """A social insurance number that passes its check."""
    body = f"15{1 + n % 28:02d}0780M{n % 100:02d}"
    return body + check_digit(body)


def health_fund(rate: str = "0.0269") -> HealthFund:
    """A fictitious fund with that full additional rate; the same one for the same rate."""
    number = f"9{int(Decimal(rate) * 100_000):07d}"
    return HealthFund.objects.filter(number=number).first() or enter_health_fund(
        name="Musterkasse", number=number, since=date(2025, 1, 1), additional_rate=Decimal(rate), source="fictitious"
    )


def minijob_centre() -> HealthFund:
    """A fictitious fund that collects for Minijobs."""
    return HealthFund.objects.filter(minijobs=True).first() or enter_health_fund(
        name="Minijob-Zentrale",
        number="98000000",
        since=date(2025, 1, 1),
        additional_rate=Decimal(0),
        source="fictitious",
        minijobs=True,
    )


def make_member(name: str = "Ada") -> Person:
    """A member with a budget, admitted in January."""
    return members.make_member(name=f"{name} {next(_counter)}", on=JANUARY)


def give_money(person: Person, cents: int, on: date = JANUARY) -> None:
    """Free money in a member's budget, as a paid invoice leaves it."""
    post(
        draft(
            f"test money:{next(_counter)}",
            on,
            "Paid work",
            [
                debit(AccountCode.BANK, cents),
                credit(AccountCode.REVENUE, cents),
                debit(AccountCode.ALLOC, cents),
                credit(AccountCode.FREE, cents, budget_id=person.budget_id),
            ],
        )
    )


def employ(
    person: Person,
    gross_cents: int = 115_000,
    *,
    starts_on: date = JANUARY,
    ends_on: date | None = None,
    tax_class: int = 1,
    childless: bool = True,
    rate: str = "0.0269",
    leave_out: str = "",
    hourly_cents: int | None = None,
    **tax: Any,
) -> EmploymentContract:
    """Employ a member with all that a salary needs, but what `leave_out` names: tax, insurance or account."""
    n = person.pk % 1_000_000
    if default_account() is None:
        make_account()
    minijob_centre()
    if leave_out != "tax":
        enter_tax_data(
            person_id=person.pk,
            since=starts_on,
            tax_id=tax_id(n),
            tax_class=tax_class,
            federal_state="BE",
            at=NOW,
            by=None,
            **tax,
        )
    if leave_out != "insurance":
        enter_insurance(
            person_id=person.pk,
            since=starts_on,
            insurance_number=insurance_number(n),
            fund_id=health_fund(rate).pk,
            childless=childless,
            children_under25=0,
            at=NOW,
            by=None,
        )
    if leave_out != "account":
        enter_payout_account(person_id=person.pk, since=starts_on, iban=iban(n), holder=person.name, at=NOW, by=None)
    return agree_contract(
        person_id=person.pk,
        gross_cents=gross_cents,
        weekly_hours=Decimal(15),
        position="Design",
        starts_on=starts_on,
        ends_on=ends_on,
        hourly_cents=hourly_cents,
        at=NOW,
        by=None,
    )


def enter_everything_else(person: Person) -> None:
    """What few people have: a job elsewhere and one-off pay; and the cooperative's accident insurance."""
    enter_other_employment(
        person_id=person.pk, since=JANUARY, kind=OtherJob.MINIJOB, gross_cents=20_000, at=NOW, by=None
    )
    enter_wage_element(
        person_id=person.pk, kind=ElementKind.ONE_OFF, since=JANUARY, amount_cents=10_000, text="Bonus", at=NOW, by=None
    )
    enter_accident_rate(
        since=JANUARY, hazard_class=Decimal("1.5"), per_thousand=Decimal(4), source="fictitious", at=NOW, by=None
    )


def run_month(computed_by: User | None, approved_by: User, month: date = MARCH, at: datetime = RUN_AT) -> PayrollRun:
    """A whole salary run without workers: started, computed, approved by a second person, posted."""
    run = start_run(month=month, by=computed_by, at=at)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=at)
    approve_run(run_id=run.pk, by=approved_by, at=at)
    return post_run(run_id=run.pk, at=at)
