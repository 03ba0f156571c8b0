"""The salary run: started, computed in chunks, approved by a second person, posted whole; corrections."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from coop.banking.actions.orders import NewPayment, NoDefaultAccount, create_payment_order
from coop.banking.bank_days import next_bank_day
from coop.banking.models import Match, PaymentLine, PaymentOrder
from coop.banking.queries import anew_source, came_back_cents, default_account, states_of_orders, waiting_cents
from coop.banking.states import OrderState
from coop.documents.actions import request_later
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import lock_accounts, lock_budgets, next_month, post_all, settle_commitments
from coop.ledger.chart import AccountCode
from coop.ledger.queries import budget_figures, party_balances
from coop.tenancy.bulk import array_of, insert_rows, uncollected
from coop.tenancy.models import User
from coop.tenancy.queries import local_day, policy_on
from coop.tenancy.scope import current_coop_id
from coop.tenancy.tasks import enqueue
from payroll import tasks
from payroll.calculation import latest, shortfall_cents
from payroll.corrections import late_changes
from payroll.drafts import digests, draft_payslips
from payroll.employment import roll_promises_forward
from payroll.entries import payslip_document, payslip_entries, payslip_source
from payroll.germany.salary import salary_law
from payroll.models import (
    PayoutAccount,
    PayrollRun,
    Payslip,
)
from payroll.one_off import promises_of_one_offs
from payroll.pay_days import pay_day
from payroll.queries import contracts_in
from payroll.states import BOOKED, RUN_STATES, PayslipState, RunState

logger = logging.getLogger(__name__)

CHUNK = 250
"""People per job: a fraction of a second's work, and enough of them that set-based reads pay."""


class RunExists(StetigError):
    """There is an open run for this month already."""

    code = "run_exists"


class NobodyToPay(StetigError):
    """Nobody is employed in this month who has not been paid yet."""

    code = "nobody_to_pay"


class SecondPersonNeeded(StetigError):
    """Whoever computed a run does not approve it: ask a second person."""

    code = "second_person_needed"


class MonthStillOpen(StetigError):
    """Somebody of this month is not paid yet, or a late change waits: settle that first, then close."""

    code = "month_still_open"


class SameAccount(StetigError):
    """The pay came back from this account: let the member give another one, or say that it is right all the same."""

    code = "same_account"


# --- computing --------------------------------------------------------------------------------------------------


@transaction.atomic
def start_run(*, month: date, by: User | None, at: datetime) -> PayrollRun:
    """Start the run of a month: jobs compute a draft for everybody employed in it who is not yet paid.

    `by` is None where the calendar started it.

    Raises: LawUnknown, where the month's law is not confirmed; RunExists, NobodyToPay, NoPolicy,
        NoDefaultAccount, InvalidInput.
    """
    if month.day != 1:
        raise InvalidInput(_("A month is written as its first day."))
    salary_law(month)
    if default_account() is None:  # said now, not when everything has been approved
        raise NoDefaultAccount
    policy = policy_on(month)
    people = people_to_pay(month)
    if not people:
        raise NobodyToPay
    number = PayrollRun.objects.filter(month=month).count() + 1
    try:
        with transaction.atomic():
            run: PayrollRun = PayrollRun.objects.create(
                month=month,
                number=number,
                # Late is late, but a bank takes no order for yesterday.
                pay_on=max(pay_day(month, policy.pay_day), next_bank_day(local_day(at))),
                people=people,
                started_at=at,
                computed_by=by,
            )
    except IntegrityError as error:
        raise RunExists from error
    _enqueue_chunks(run, people)
    return run


@transaction.atomic
def compute_again(*, run_id: int, by: User, at: datetime) -> PayrollRun:
    """Compute a run anew, with what has been entered since: those alone for whom something changed.

    Raises: NotFound, InvalidTransition, NobodyToPay.
    """
    run = _locked_run(run_id)
    RUN_STATES.check(run.state, RunState.COMPUTING)
    people = people_to_pay(run.month)
    if not people:
        raise NobodyToPay
    today = digests(run.month, people)
    drafts = Payslip.objects.filter(run=run).exclude(state=PayslipState.POSTED)
    stored = dict(drafts.filter(state=PayslipState.DRAFT).values_list("person_id", "digest"))
    same = {person for person in people if person in today and stored.get(person) == today[person]}
    drafts.exclude(person_id__in=same).delete()
    run.state = RunState.COMPUTING
    run.people = people
    run.started_at = at
    run.computed_by = by
    run.computed_at = run.reviewed_by = run.review_at = None
    run.save(update_fields=["state", "people", "started_at", "computed_by", "computed_at", "reviewed_by", "review_at"])
    _enqueue_chunks(run, [person for person in people if person not in same])
    _hand_over_when_complete(run, at)
    return run


@uncollected()
@transaction.atomic
def compute_chunk(*, run_id: int, person_ids: Sequence[int], started_at: datetime, at: datetime) -> int:
    """Compute drafts for some of a run's people; the last chunk hands the run to its reviewer.

    Runs twice without harm: drafts are written over; a run that is no longer being computed, or has been started
    anew since `started_at`, is left alone. Returns how many drafts it wrote. What is missing for a person becomes
    that person's problem and stops nobody else.
    """
    run = PayrollRun.objects.filter(id=run_id).first()
    if run is None or run.state != RunState.COMPUTING or run.started_at != started_at:
        return 0
    slips = list(draft_payslips(run.month, person_ids, run_id=run.pk))
    # From here the chunks of a run go one after the other: none writes into a run that has gone on meanwhile,
    # and the last one sees all the others.
    run = _locked_run(run_id)
    if run.state != RunState.COMPUTING or run.started_at != started_at:
        return 0
    _store_drafts(slips)
    _hand_over_when_complete(run, at)
    return len(slips)


def people_to_pay(month: date) -> list[int]:
    """Ids of people employed in a month without a posted payslip for it."""
    paid = Payslip.objects.filter(month=month, state=PayslipState.POSTED).values("person_id")
    unpaid = contracts_in(month).exclude(person_id__in=paid)
    return list(unpaid.order_by("person_id").values_list("person_id", flat=True).distinct())


@transaction.atomic
def take_up_again(*, at: datetime) -> int:
    """Send the jobs again that a broken worker or broker lost, and say how many runs were taken up.

    Sending one that is still under way does no harm.
    """
    taken = 0
    for run in PayrollRun.objects.filter(state__in=[RunState.COMPUTING, RunState.APPROVED]):
        if run.state == RunState.APPROVED:
            enqueue(tasks.post_run, coop_id=current_coop_id(), run_id=run.pk)
        else:
            done = set(Payslip.objects.filter(run=run).values_list("person_id", flat=True))
            still = set(people_to_pay(run.month))
            missing = [person for person in run.people if person not in done and person in still]
            if missing:
                _enqueue_chunks(run, missing)
            else:
                # Who left the month meanwhile is no longer waited for.
                locked = _locked_run(run.pk)
                if locked.state == RunState.COMPUTING:
                    locked.people = [person for person in locked.people if person in done]
                    locked.save(update_fields=["people"])
                    _hand_over_when_complete(locked, at)
        taken += 1
    return taken


# --- approving and posting --------------------------------------------------------------------------------------


@transaction.atomic
def begin_review(*, run_id: int, by: User, at: datetime) -> PayrollRun:
    """Take a computed run into review; the office sees who looks at it.

    Raises: NotFound, InvalidTransition, SecondPersonNeeded.
    """
    run = _locked_run(run_id)
    RUN_STATES.check(run.state, RunState.IN_REVIEW)
    if run.computed_by_id is not None and run.computed_by_id == by.pk:
        raise SecondPersonNeeded
    run.state = RunState.IN_REVIEW
    run.reviewed_by = by
    run.review_at = at
    run.save(update_fields=["state", "reviewed_by", "review_at"])
    return run


@transaction.atomic
def approve_run(*, run_id: int, by: User, at: datetime) -> PayrollRun:
    """Approve what was computed; a job posts it. People with a problem are left for the month's next run.

    Whoever approves a run that nobody has taken into review does so with it.

    Raises: NotFound, InvalidTransition, SecondPersonNeeded, NobodyToPay.
    """
    run = _locked_run(run_id)
    if run.state == RunState.COMPUTED:
        run = begin_review(run_id=run_id, by=by, at=at)
    RUN_STATES.check(run.state, RunState.APPROVED)
    if run.computed_by_id is not None and run.computed_by_id == by.pk:
        raise SecondPersonNeeded
    if not Payslip.objects.filter(run=run, state=PayslipState.DRAFT).exists():
        raise NobodyToPay
    run.state = RunState.APPROVED
    run.approved_by = by
    run.approved_at = at
    run.save(update_fields=["state", "approved_by", "approved_at"])
    enqueue(tasks.post_run, coop_id=current_coop_id(), run_id=run.pk)
    return run


@uncollected()
@transaction.atomic
def post_run(*, run_id: int, at: datetime) -> PayrollRun:
    """Post an approved run in one transaction: entries, payslips, commitments, one payment order, papers.

    Runs twice without harm: a posted run is left alone.

    Raises: NotFound, InvalidTransition.
    """
    run = _locked_run(run_id)
    if run.state in BOOKED:
        return run
    RUN_STATES.check(run.state, RunState.POSTED)
    lock_accounts([AccountCode.NET_PAY])  # for the order below, and before anything is numbered: as all who hold it
    slips = list(
        Payslip.objects.select_for_update(of=("self",))
        .filter(run=run, state=PayslipState.DRAFT)
        .defer("lines", "warnings", "problem", "digest", "law_digest")
        .order_by("person_id")
    )
    on = local_day(at)
    # Two runs at once must not both count on the same money.
    lock_budgets(slip.bearing_budget_id for slip in slips)
    figures = budget_figures(on, [slip.bearing_budget_id for slip in slips])
    for slip in slips:
        slip.shortfall_cents = shortfall_cents(figures[slip.bearing_budget_id], slip.cost_cents)
        slip.state = PayslipState.POSTED
        slip.posted_on = on
    # A month without pay and contributions is a payslip, and nothing to book.
    booked = [slip for slip in slips if slip.gross_cents or slip.cost_cents]
    post_all(payslip_entries(booked, event_on=on), by=run.approved_by)
    _store_posted(slips)
    settle_commitments(
        sources=[
            *(f"contract:{slip.contract_id}" for slip in slips),
            *promises_of_one_offs([slip.person_id for slip in slips], run.month),
        ],
        until=next_month(run.month),
    )
    roll_promises_forward(on=on)
    run.pay_on = max(run.pay_on, next_bank_day(on))
    run.save(update_fields=["pay_on"])
    _order_payment(run, slips, by=run.approved_by, at=at)
    request_later(sources=[payslip_source(slip) for slip in slips], **payslip_document(run.month))
    run.state = RunState.POSTED
    run.posted_at = at
    run.save(update_fields=["state", "posted_at"])
    return run


@transaction.atomic
def follow_payments(*, at: datetime) -> int:
    """Mark posted runs as paid once the bank's debit is matched to their order, and take that back where it was undone.

    A run that had nothing to transfer counts as paid. So does one whose pay came back later: its order was carried
    out, and what is owed again has an order of its own (`order_returned_pay`). Returns how many runs changed.
    """
    runs = list(PayrollRun.objects.filter(state__in=[RunState.POSTED, RunState.PAID]))
    orders = states_of_orders([order_source(run.pk) for run in runs])
    moved = 0
    for run in runs:
        state = orders.get(order_source(run.pk))
        owed = state is None and Payslip.objects.filter(run=run, state=PayslipState.POSTED, net_cents__gt=0).exists()
        paid = state == OrderState.CLEARED or (state is None and not owed)
        wanted = RunState.PAID if paid else RunState.POSTED
        if run.state == wanted:
            continue
        locked = _locked_run(run.pk)
        if not RUN_STATES.may(locked.state, wanted):
            continue
        locked.state = wanted
        locked.paid_at = at if paid else None
        locked.save(update_fields=["state", "paid_at"])
        moved += 1
    return moved


@transaction.atomic
def close_run(*, run_id: int, by: User, at: datetime) -> PayrollRun:
    """Close a paid run when nothing of its month is open: nobody unpaid, no late change.

    Raises: NotFound, InvalidTransition, MonthStillOpen.
    """
    run = _locked_run(run_id)
    RUN_STATES.check(run.state, RunState.CLOSED)
    if people_to_pay(run.month) or any(change.month == run.month for change in late_changes(run.month)):
        raise MonthStillOpen
    run.state = RunState.CLOSED
    run.closed_by = by
    run.closed_at = at
    run.save(update_fields=["state", "closed_by", "closed_at"])
    return run


@transaction.atomic
def order_payment(*, run_id: int, by: User, at: datetime) -> PaymentOrder | None:
    """Order the transfers of a posted run; a second person approves them. Anew, where an order was rejected.

    Pay that corrections of past months still owe goes along. What they took back does not: setting it off
    against wages is for a person to decide (§ 394 BGB). Nor does pay that came back from the bank, which
    `order_returned_pay` sends to the right account. None, where nobody is to be paid anything.

    Raises: AlreadyOrdered, NoDefaultAccount, InvalidPaymentOrder.
    """
    run = _locked_run(run_id)
    lock_accounts([AccountCode.NET_PAY])
    posted = Payslip.objects.filter(run=run, state=PayslipState.POSTED).order_by("person_id")
    return _order_payment(run, list(posted.defer("lines", "inputs")), by=by, at=at)


def _order_payment(run: PayrollRun, slips: Sequence[Payslip], *, by: User, at: datetime) -> PaymentOrder | None:
    parties = [f"person:{slip.person_id}" for slip in slips]
    owed = party_balances(AccountCode.NET_PAY, parties)
    ordered = waiting_cents(AccountCode.NET_PAY, parties)
    came_back = came_back_cents(AccountCode.NET_PAY, parties)
    accounts = {
        person_id: (holder, iban)
        for person_id, holder, iban in PayoutAccount.objects.filter(
            person_id__among=[slip.person_id for slip in slips], since__lte=run.pay_on
        )
        .order_by("since")
        .values_list("person_id", "holder", "iban")
    }
    text, month = _("Salary %(month)s") % {"month": f"{run.month:%m/%Y}"}, f"{run.month:%Y%m}"
    lines = []
    for slip, party in zip(slips, parties, strict=True):
        set_aside = ordered.get(party, 0) + came_back.get(party, 0)
        from_before = -owed.get(party, 0) - set_aside - slip.payout_cents
        cents = slip.payout_cents + max(0, from_before)
        if cents > 0:
            (name, iban), number = accounts[slip.person_id], f"SAL-{month}-{slip.pk}"
            lines.append(NewPayment(party=party, name=name, iban=iban, cents=cents, text=text, end_to_end_id=number))
    if not lines:
        return None
    pay_on = max(run.pay_on, next_bank_day(local_day(at)))
    return create_payment_order(source=order_source(run.pk), execute_on=pay_on, lines=lines, by=by, at=at)


@transaction.atomic
def order_returned_pay(*, match_id: int, by: User, at: datetime, same_account: bool = False) -> PaymentOrder:
    """Order pay anew that came back from the bank, to the account that is confirmed by now; one order for each return.

    `same_account` says that the account from which it came back is right all the same.

    Raises: NotFound, SameAccount, AlreadyOrdered, NoDefaultAccount, InvalidPaymentOrder.
    """
    match = Match.objects.select_for_update(of=("self",)).filter(id=match_id, undone_on__isnull=True).first()
    line = PaymentLine.objects.filter(id=match.line_id, account=AccountCode.NET_PAY).first() if match else None
    if line is None:
        raise NotFound(_("This pay did not come back, or its return was undone."))
    pay_on = next_bank_day(local_day(at))
    person_id = int(line.party.removeprefix("person:"))
    account = latest(PayoutAccount.objects.filter(person_id=person_id), "person_id", pay_on)[person_id]
    if account.iban == line.iban and not same_account:
        raise SameAccount
    payment = NewPayment(
        party=line.party,
        name=account.holder,
        iban=account.iban,
        cents=line.cents,
        text=line.text,
        end_to_end_id=f"ANEW-{match_id}",
    )
    return create_payment_order(source=anew_source(match_id), execute_on=pay_on, lines=[payment], by=by, at=at)


def order_source(run_id: int) -> str:
    """What a run's payment order is known by."""
    return f"payroll run:{run_id}"


# --- inside -----------------------------------------------------------------------------------------------------


def _hand_over_when_complete(run: PayrollRun, at: datetime) -> None:
    """Give a locked run to its reviewer once all its people are computed."""
    if Payslip.objects.filter(run=run).count() >= len(run.people):
        run.state = RunState.COMPUTED
        run.computed_at = at
        run.save(update_fields=["state", "computed_at"])


def _store_drafts(slips: Sequence[Payslip]) -> None:
    """Write drafts over those of before."""
    columns = {
        field.attname: [getattr(slip, field.attname) for slip in slips]
        for field in Payslip._meta.concrete_fields
        if not field.primary_key and field.name != "coop"
    }
    changed = [name for name in columns if name not in {"run_id", "person_id"}]
    insert_rows(
        Payslip,
        columns,
        {},
        on_conflict=f"(coop_id, run_id, person_id) DO UPDATE SET {', '.join(f'{it} = EXCLUDED.{it}' for it in changed)}",
    )


def _store_posted(slips: Sequence[Payslip]) -> None:
    """Write what posting has settled, in one statement instead of `bulk_update`'s long lists of cases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payroll_payslip t SET shortfall_cents = v.cents, state = v.state, posted_on = v.day "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[]) AS v(id, cents, state, day) "
            "WHERE t.coop_id = %s AND t.id = v.id",
            [
                array_of([slip.pk for slip in slips], "bigint"),
                array_of([slip.shortfall_cents for slip in slips], "bigint"),
                array_of([slip.state for slip in slips], "text"),
                array_of([slip.posted_on for slip in slips], "date"),
                current_coop_id(),
            ],
        )


def _locked_run(run_id: int) -> PayrollRun:
    run: PayrollRun | None = PayrollRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise NotFound
    return run


def _enqueue_chunks(run: PayrollRun, people: Sequence[int]) -> None:
    for start in range(0, len(people), CHUNK):
        chunk = list(people[start : start + CHUNK])
        started = run.started_at.isoformat()
        enqueue(tasks.compute_chunk, coop_id=current_coop_id(), run_id=run.pk, person_ids=chunk, started_at=started)
