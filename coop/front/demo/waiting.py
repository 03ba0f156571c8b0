"""What waits on the work lists when the demo begins, so that there is something to do for everybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from coop.banking.actions import NewPayment, create_payment_order
from coop.banking.bank_days import next_bank_day
from coop.banking.states import Purpose
from coop.front.demo.calendar import at, month_to_work_in, payable
from coop.front.demo.fictitious_numbers import iban
from coop.front.demo.joining import apply_once
from coop.front.demo.office_bank import import_until
from coop.front.demo.paying import ask, start
from coop.front.demo.people import make_people
from coop.front.demo.working import CLIENT_ACCOUNTS, start_job
from coop.front.demo.world import Member, World
from coop.ledger.actions import next_month
from coop.ledger.chart import AccountCode
from coop.ledger.queries import figures_of, party_balances
from coop.planning.actions import request_end, request_one_off, request_pause
from coop.planning.expectations import expect
from coop.planning.models import SalaryRequest
from coop.planning.states import ExpectationKind
from coop.tenancy.states import Role
from invoicing.actions import accept_job, return_job, say_on_job, submit_job
from invoicing.models import Invoice
from invoicing.states import InvoiceState
from members.collectives.actions import accept_transfer, answer_invitation, found_collective, offer_transfer
from payroll.models import PayrollRun

APPLICANTS = 3
NEW_JOBS = 5
SHARED_CENTS = 120_00
LEAST_TO_SHARE = 3
ODD_MONEY_CAME = timedelta(days=5)
"""Long enough ago that a bank day lies between, and not yet dealt with."""


def leave_work(world: World) -> None:
    """Leave applications, jobs to check, money nobody can place, and a run to review. Plan it before playing."""
    world.on(world.today - timedelta(days=2), lambda on: _apply(world, on))
    world.on(world.today - timedelta(days=1), lambda on: _hand_in_jobs(world, on))
    world.on(world.today - timedelta(days=1), lambda on: _ask_for_salaries(world, on))
    world.on(world.today - ODD_MONEY_CAME, lambda on: _odd_money(world, on))
    world.on(world.today, lambda on: import_until(world, on))
    world.on(world.today, lambda on: _run_to_review(world, on))
    world.on(world.today, lambda on: _refund_to_approve(world, on))


def _apply(world: World, on: date) -> None:
    plan = world.office.plan
    applicants = make_people(
        world.rng,
        count=APPLICANTS,
        domain=plan.domain,
        first_name=plan.first_name + plan.members,
        months=1,
        funds=len(world.office.funds),
    )
    for profile in applicants:
        apply_once(replace(profile, email=f"bewerbung{profile.n + 1}@{plan.domain}"), on, tell_office=True)


def _hand_in_jobs(world: World, on: date) -> None:
    """Jobs that the office has not looked at, one that went back with a question, one that waits for the client."""
    office = world.who(Role.INVOICING)
    month = month_to_work_in(world.today)
    members = [member for member in world.members if member.clients][:NEW_JOBS]
    for number, member in enumerate(members):
        job = start_job(world, member, member.clients[0], month=month, net_cents=member.profile.monthly_cents, on=on)
        submit_job(job_id=job.pk, on=on, by=member.user)
        if number == 0:
            say_on_job(
                job_id=job.pk,
                text="Der Auftraggeber möchte zwei Teilrechnungen. Geht das?",
                at=at(on, 10),
                by=member.user,
            )
        elif number == 1:
            return_job(
                job_id=job.pk,
                reason="Bitte ergänzen: Wofür genau räumen Sie Nutzungsrechte ein?",
                on=on,
                at=at(on, 11),
                by=office,
            )
        elif number == 2:  # noqa: PLR2004
            accept_job(job_id=job.pk, on=on, by=office)
    if members:
        _draft(world, members[0], month, on)
        _expect(world.members[0], on)
        if len(world.members) >= LEAST_TO_SHARE:
            _share(world, on)


def _draft(world: World, member: Member, month: date, on: date) -> None:
    start_job(world, member, member.clients[-1], month=month, net_cents=480_00, on=on)


def _expect(member: Member, on: date) -> None:
    """Regular work that has no job yet, and a computer."""
    month = next_month(on)
    work: dict[str, Any] = {
        "kind": ExpectationKind.WORK,
        "title": "Wartung, monatlich",
        "cents": 400_00,
        "probability": Decimal("0.8"),
    }
    spent: dict[str, Any] = {
        "kind": ExpectationKind.EXPENSE,
        "title": "Neuer Rechner",
        "cents": 1_600_00,
        "probability": Decimal(1),
    }
    for values, last in ((work, next_month(next_month(month))), (spent, month)):
        expect(person_id=member.person_id, first_month=month, last_month=last, at=at(on), by=member.user, **values)


def _share(world: World, on: date) -> None:
    """A studio that three members share, with money in it, and an offer that waits for the other side."""
    manager, second, third = world.members[:3]
    instant = at(on, 15)
    studio = found_collective(
        name="Atelier am Kanal",
        person_id=manager.person_id,
        invited_ids=[second.person_id, third.person_id],
        at=instant,
        by=manager.user,
    )
    answer_invitation(collective_id=studio.pk, person_id=second.person_id, joins=True, at=instant)
    rich = [
        member
        for member in world.members
        if figures_of(member.budget_id, on).available_for_expenses_cents >= SHARED_CENTS
    ]
    for giver, text in zip(rich, ("Miete", "Material"), strict=False):
        transfer = offer_transfer(
            giver_id=giver.budget_id,
            receiver_id=studio.budget_id,
            cents=SHARED_CENTS,
            text=text,
            person_id=giver.person_id,
            at=instant,
            by=giver.user,
        )
        if text == "Miete":
            accept_transfer(transfer_id=transfer.pk, person_id=manager.person_id, at=instant, by=manager.user)


def _ask_for_salaries(world: World, on: date) -> None:
    """Requests that the office has not decided: raises, and one that no budget bears."""
    starts_on = next_month(world.today)
    if not payable(starts_on):
        return
    employed = [member for member in world.members if member.employed_until and member.profile.email[:4] != "low@"]
    for member, percent in zip(employed[-3:], (100, 105, 190), strict=False):
        gross = member.profile.monthly_cents * percent // 170 // 1000 * 1000
        ask(member, max(gross, 800_00), starts_on, on)
        member.request_waits = True
    _ask_for_more_than_salaries([member for member in employed if not member.request_waits], on)


def _ask_for_more_than_salaries(members: list[Member], on: date) -> None:
    """A pay-out beside the salary, a month of unpaid leave, and an end: from the first whose employment reaches so far."""
    month = next_month(on)
    until = next_month(month)
    able = [member for member in members if member.employed_until is not None and member.employed_until > until]
    asked: list[tuple[Callable[..., SalaryRequest], dict[str, Any]]] = [
        (request_one_off, {"amount_cents": 300_00, "month": month, "note": "Weihnachtsgeld"}),
        (request_pause, {"starts_on": month, "ends_on": until}),
        (request_end, {"ends_on": until}),
    ]
    for member, (send, values) in zip(able, asked, strict=False):
        send(person_id=member.person_id, at=at(on), by=member.user, **values)
        member.request_waits = True


def _odd_money(world: World, on: date) -> None:
    """Payments whose text names no invoice, and one that belongs to nobody."""
    open_invoices = Invoice.objects.filter(state=InvoiceState.ISSUED, paid_cents=0).order_by("-id")[:2]
    for invoice in open_invoices:
        world.bank.move(on=on, cents=invoice.gross_cents, name=invoice.buyer_name, text="Ihre letzte Rechnung")
    world.bank.move(on=on, cents=250_00, name="Privatkonto Unbekannt (Demo)", text="Danke für den schönen Abend")


def _run_to_review(world: World, on: date) -> None:
    if not PayrollRun.objects.filter(month=on.replace(day=1)).exists():
        start(world, on)


def _refund_to_approve(world: World, on: date) -> None:
    """What clients paid too much goes back to them, once a second person agrees."""
    for number, (party, cents) in enumerate(sorted(party_balances(AccountCode.CLIENT_CREDIT).items()), start=1):
        invoice = Invoice.objects.filter(id=int(party.rpartition(":")[2])).first()
        if cents < 0 and invoice is not None:
            create_payment_order(
                source=f"refund:{invoice.pk}",
                purpose=Purpose.OTHER,
                execute_on=next_bank_day(on + timedelta(days=3)),
                lines=[
                    NewPayment(
                        party=party,
                        name=invoice.buyer_name,
                        iban=iban(CLIENT_ACCOUNTS + invoice.client_id),
                        cents=-cents,
                        text=f"Überzahlung {invoice.number}",
                        end_to_end_id=f"REFUND-{number}",
                        account=AccountCode.CLIENT_CREDIT,
                    )
                ],
                by=world.who(Role.ACCOUNTANT),
                at=at(on, 12),
            )
            return
