"""The office's month: everything that is due in it, who did it when, and the one next step.

Source: §§ 23 (1), 28f (3) SGB IV; § 41a, § 41b EStG; DEÜV; § 27 KSVG.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from coop.banking.bank_days import contributions_due_on, nth_last_bank_day
from coop.banking.models import PaymentOrder
from coop.banking.states import OrderState
from coop.ledger.actions import next_month
from coop.ledger.models import Period
from coop.tenancy.queries import local_day, policy_on, this_cooperative
from payroll.actions import people_to_pay
from payroll.corrections import late_changes
from payroll.models import PayrollRun, Payslip
from payroll.papers import wage_tax
from payroll.papers.contributions import made_statements, open_to_pay, send_by
from payroll.papers.creditors import creditors_on, tax_office_on
from payroll.papers.filings import Filed, filed
from payroll.papers.models import AccidentMembership, LevyRefund
from payroll.papers.notices import open_notices
from payroll.papers.refunds import DAYS_TO_PAY
from payroll.papers.states import FilingKind
from payroll.pay_days import pay_day
from payroll.queries import contracts_in
from payroll.states import BOOKED, PayslipState, RunState
from payroll.timekeeping.queries import waiting_absences, waiting_hours

SOON = timedelta(days=5)
FREEZE = 15
"""Day of the month on which the inputs of its run freeze."""
FEBRUARY, MARCH = 2, 3


class DutyState(StrEnum):
    """How a duty stands."""

    DONE = "done"
    LATE = "late"
    SOON = "soon"
    LATER = "later"


class StepKind(StrEnum):
    """What the next step is; pages know its address."""

    RUN = "run"
    PREPARE_STATEMENTS = "prepare_statements"
    FILE = "file"
    ORDER_CONTRIBUTIONS = "order_contributions"
    ORDER_WAGE_TAX = "order_wage_tax"
    ORDERS = "orders"
    NOTICES = "notices"
    ACCIDENT = "accident"
    CREDITORS = "creditors"
    INPUTS = "inputs"
    BOOKS = "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing that is due. `done_by` and `done_on` say who did it when; `cents` what it is about."""

    key: str
    title: str
    due_on: date
    done: bool
    step: StepKind | None = None
    kind: FilingKind | None = None
    subject: str = ""
    cents: int | None = None
    count: int | None = None
    filing: Filed | None = None
    done_by: str = ""
    done_on: date | None = None
    how: str = ""

    def state(self, today: date) -> DutyState:
        """How it stands on a day."""
        if self.done:
            return DutyState.DONE
        if self.due_on < today:
            return DutyState.LATE
        return DutyState.SOON if self.due_on <= today + SOON else DutyState.LATER


def duties(month: date, today: date) -> list[Duty]:
    """Everything that falls due in a month, by day."""
    found = [
        *_run(month),
        *_statements(month),
        *_contributions_paid(month, today),
        *_tax(month, today),
        *_refunds(month),
        *_notices(month, today),
        *_year(month),
    ]
    found += _closing(month, found)
    return sorted(found, key=lambda duty: (duty.due_on, duty.key))


def next_duty(found: list[Duty]) -> Duty | None:
    """What is to be done first; None where all is done."""
    return next((duty for duty in found if not duty.done and duty.step is not None), None)


def _run(month: date) -> Iterator[Duty]:
    runs = list(PayrollRun.objects.filter(month=month).select_related("approved_by", "computed_by").order_by("number"))
    if not runs and not contracts_in(month).exists():
        return
    yield Duty(
        key="inputs",
        title=_("Inputs of the run are complete"),
        due_on=month.replace(day=FREEZE),
        done=bool(runs),
        step=StepKind.INPUTS,
        count=(len(waiting_absences()) + len(waiting_hours())) or None,
        done_by=str(runs[0].computed_by or "") if runs else "",
        done_on=local_day(runs[0].started_at) if runs else None,
        how=_("Starters, leavers, tax features, sick notes, hours; what comes later is computed again or corrected."),
    )
    state = this_cooperative().federal_state or None
    posted = [run for run in runs if run.state in _POSTED]
    last = runs[-1] if runs else None
    yield Duty(
        key="run",
        title=_("Salary run computed, reviewed and approved"),
        due_on=nth_last_bank_day(month, 6, state),
        done=bool(posted),
        step=StepKind.RUN,
        subject=str(last.pk) if last else "",
        done_by=str(posted[0].approved_by or "") if posted else "",
        done_on=posted[0].posted_at.date() if posted and posted[0].posted_at else None,
        how=_("Contributions are due on what the month will cost, so it is computed before."),
    )
    sources = [f"payroll run:{run.pk}" for run in posted]
    orders = {
        order.source: order
        for order in PaymentOrder.objects.defer("file")
        .filter(source__in=sources)
        .exclude(state=OrderState.REJECTED)
        .select_related("decided_by")
    }
    for run, source in zip(posted, sources, strict=True):
        yield _paid(
            key=f"pay day {run.number}",
            title=_("Pay day") if run.number == 1 else _("Pay day, run %(number)s") % {"number": run.number},
            due_on=run.pay_on,
            order=orders.get(source),
            step=StepKind.ORDERS,
        )
    if not posted:
        yield Duty(key="pay day", title=_("Pay day"), due_on=pay_day(month, policy_on(month).pay_day), done=False)


_POSTED = frozenset(BOOKED)


def _statements(month: date) -> Iterator[Duty]:
    made = made_statements(month)
    if not made:
        if contracts_in(month).exists() or Payslip.objects.filter(month=month, state=PayslipState.POSTED).exists():
            yield Duty(
                key="statements",
                title=_("Prepare the contribution statements"),
                due_on=send_by(month, this_cooperative().federal_state or None),
                done=False,
                step=StepKind.PREPARE_STATEMENTS,
                how=_("What the month will cost is due before it is over; the difference goes into the next one."),
            )
        return
    done = filed(FilingKind.CONTRIBUTIONS, [row.subject for row in made])
    for row in made:
        filing = done.get(row.subject)
        yield _filed_duty(
            key=f"statement {row.fund}",
            title=_("Send the contribution statement: %(fund)s") % {"fund": row.fund},
            due_on=row.send_by,
            filing=filing,
            kind=FilingKind.CONTRIBUTIONS,
            subject=row.subject,
            cents=row.total_cents,
        )


def _contributions_paid(month: date, today: date) -> Iterator[Duty]:
    made = made_statements(month)
    if not made or sum(row.total_cents for row in made) <= 0:
        return
    missing = {fund: cents for fund, cents in open_to_pay(month).items() if cents > 0}
    due_on = min((row.pay_by for row in made), default=contributions_due_on(month))
    order = _order(f"contributions:{month:%Y-%m}:")
    if missing or order is None:
        known = creditors_on(today)
        step = StepKind.ORDER_CONTRIBUTIONS if all(fund in known for fund in missing) else StepKind.CREDITORS
        yield Duty(
            key="contributions paid",
            title=_("Order the contributions"),
            due_on=due_on,
            done=not missing,
            step=step,
            subject=f"{month:%Y-%m}",
            cents=sum(missing.values()),
        )
    else:
        yield _paid(
            key="contributions paid",
            title=_("Contributions paid"),
            due_on=due_on,
            order=order,
            step=StepKind.ORDERS,
        )


def _tax(month: date, today: date) -> Iterator[Duty]:
    """The return that is due in a month is that of the period before it."""
    before = (month - timedelta(days=1)).replace(day=1)
    since, until = wage_tax.period(before)
    if until != month:
        return
    figures = wage_tax.return_of(since, until)
    subject = f"{since:%Y-%m}"
    filing = filed(FilingKind.WAGE_TAX, [subject]).get(subject)
    if not figures.employees and filing is None:
        return
    due_on = wage_tax.due_on(until)
    yield _filed_duty(
        key="wage tax",
        title=_("Hand in the wage-tax return %(period)s") % {"period": f"{since:%m/%Y}"},
        due_on=due_on,
        filing=filing,
        kind=FilingKind.WAGE_TAX,
        subject=subject,
        cents=figures.total_cents,
    )
    open_cents = sum(wage_tax.owed(since, until).values())
    order = _order(f"wage tax:{since:%Y-%m}:")
    if order is not None:
        yield _paid(key="wage tax paid", title=_("Wage tax paid"), due_on=due_on, order=order, step=StepKind.ORDERS)
    elif figures.total_cents > 0:
        yield Duty(
            key="wage tax paid",
            title=_("Order the wage tax"),
            due_on=due_on,
            done=open_cents <= 0,
            step=StepKind.ORDER_WAGE_TAX if tax_office_on(today) else StepKind.CREDITORS,
            subject=subject,
            cents=open_cents,
        )


def _refunds(month: date) -> Iterator[Duty]:
    rows = LevyRefund.objects.filter(
        entered_at__date__gte=month - timedelta(days=DAYS_TO_PAY),
        entered_at__date__lt=next_month(month) - timedelta(days=DAYS_TO_PAY),
    ).select_related("person")
    subjects = {f"refund:{row.pk}": row for row in rows}
    done = filed(FilingKind.REFUND, list(subjects))
    for subject, row in subjects.items():
        yield _filed_duty(
            key=subject,
            title=_("Apply for the refund %(kind)s: %(name)s") % {"kind": row.kind, "name": row.person.name},
            due_on=row.entered_at.date() + timedelta(days=DAYS_TO_PAY),
            filing=done.get(subject),
            kind=FilingKind.REFUND,
            subject=subject,
            cents=row.amount_cents,
        )


def _notices(month: date, today: date) -> Iterator[Duty]:
    last = next_month(month) - timedelta(days=1)
    # What is overdue concerns the month that runs now.
    current = month == today.replace(day=1)
    waiting = [
        row
        for row in open_notices(today)
        if (month <= row.notice.due_on <= last) or (current and row.notice.due_on < month)
    ]
    if waiting:
        yield Duty(
            key="notices",
            title=_("Notices to social insurance"),
            due_on=min(row.notice.due_on for row in waiting),
            done=False,
            step=StepKind.NOTICES,
            count=len(waiting),
        )


def _year(month: date) -> Iterator[Duty]:
    year = month.year - 1
    if month.month not in {FEBRUARY, MARCH}:
        return
    if not Payslip.objects.filter(
        month__gte=date(year, 1, 1), month__lte=date(year, 12, 1), state=PayslipState.POSTED
    ).exists():
        return
    subject = str(year)
    if month.month == FEBRUARY:
        yield _filed_duty(
            key="certificates",
            title=_("Send the annual wage-tax certificates %(year)s") % {"year": year},
            due_on=next_month(month) - timedelta(days=1),
            filing=filed(FilingKind.CERTIFICATE, [subject]).get(subject),
            kind=FilingKind.CERTIFICATE,
            subject=subject,
        )
        member = AccidentMembership.objects.filter(since__lte=date(year, 1, 1)).exists()
        yield _filed_duty(
            key="accident",
            title=_("Send the accident insurance report %(year)s") % {"year": year},
            due_on=date(month.year, FEBRUARY, 16),
            filing=filed(FilingKind.ACCIDENT, [subject]).get(subject),
            kind=FilingKind.ACCIDENT,
            subject=subject,
            step=StepKind.FILE if member else StepKind.ACCIDENT,
        )
    else:
        yield _filed_duty(
            key="artists",
            title=_("Report to the artists' social fund %(year)s") % {"year": year},
            due_on=date(month.year, MARCH, 31),
            filing=filed(FilingKind.ARTISTS, [subject]).get(subject),
            kind=FilingKind.ARTISTS,
            subject=subject,
        )


def _closing(month: date, others: Sequence[Duty]) -> Iterator[Duty]:
    """The end of the month: its runs are closed when nothing of it is open, then its books."""
    runs = list(PayrollRun.objects.filter(month=month).select_related("closed_by").order_by("number"))
    if not any(run.state in _POSTED for run in runs):
        return
    open_runs = [run for run in runs if run.state != RunState.CLOSED]
    last = runs[-1]
    due_on = next_month(month) - timedelta(days=1)
    yield Duty(
        key="zz close run",
        title=_("Close the salary run"),
        due_on=due_on,
        done=not open_runs,
        step=StepKind.RUN,
        subject=str((open_runs or runs)[0].pk),
        done_by=str(last.closed_by or "") if not open_runs else "",
        done_on=local_day(last.closed_at) if not open_runs and last.closed_at else None,
        how=_before_closing(month, open_runs, others) if open_runs else "",
    )
    period = Period.objects.filter(month=month).select_related("closed_by").first()
    if period is not None:
        yield Duty(
            key="zz close the books",
            title=_("Close the books of the month"),
            due_on=due_on,
            done=period.closed_at is not None,
            step=StepKind.BOOKS,
            done_by=str(period.closed_by or ""),
            done_on=local_day(period.closed_at) if period.closed_at else None,
            how=_("Clearing accounts stand at zero, returned payments are settled. It is for ever."),
        )


def _before_closing(month: date, open_runs: Sequence[PayrollRun], others: Sequence[Duty]) -> str:
    """What is still to be done before a month's run can be closed, in words."""
    unpaid = sum(run.state != RunState.PAID for run in open_runs)
    people = len(people_to_pay(month))
    late = sum(change.month == month for change in late_changes(month))
    undone = sum(not duty.done for duty in others)
    proofs = sum(duty.filing is not None and not duty.filing.proofs for duty in others)
    waits = [
        (unpaid, _("runs not paid: %(n)s")),
        (people, _("people not paid: %(n)s")),
        (late, _("late changes: %(n)s")),
        (undone, _("due dates open: %(n)s")),
        (proofs, _("receipts missing: %(n)s")),
    ]
    found = [text % {"n": count} for count, text in waits if count]
    return _("Before that: %(what)s") % {"what": "; ".join(found)} if found else _("Nothing stands against it.")


def _filed_duty(
    *,
    key: str,
    title: str,
    due_on: date,
    filing: Filed | None,
    kind: FilingKind,
    subject: str,
    cents: int | None = None,
    step: StepKind = StepKind.FILE,
) -> Duty:
    return Duty(
        key=key,
        title=title,
        due_on=due_on,
        done=filing is not None,
        step=step,
        kind=kind,
        subject=subject,
        cents=cents,
        filing=filing,
        done_by=filing.by if filing else "",
        done_on=filing.filed_on if filing else None,
    )


def _order(prefix: str) -> PaymentOrder | None:
    """The newest order that is not rejected."""
    found: PaymentOrder | None = (
        PaymentOrder.objects.defer("file")
        .filter(source__startswith=prefix)
        .exclude(state=OrderState.REJECTED)
        .select_related("decided_by")
        .order_by("-id")
        .first()
    )
    return found


def _paid(*, key: str, title: str, due_on: date, order: PaymentOrder | None, step: StepKind) -> Duty:
    """A payment: ordered, approved by a second person, carried out by the bank."""
    if order is None:
        return Duty(key=key, title=title, due_on=due_on, done=False, step=step)
    cleared = order.state == OrderState.CLEARED
    waits = {
        OrderState.WAITING: _("waits for the second person"),
        OrderState.APPROVED: _("approved; on the way until the statement shows it"),
    }
    return Duty(
        key=key,
        title=title,
        due_on=due_on,
        done=cleared,
        step=step,
        subject=str(order.pk),
        cents=order.total_cents,
        done_by=str(order.decided_by or "") if order.decided_by_id else "",
        done_on=order.decided_at.date() if order.decided_at else None,
        how=str(waits.get(OrderState(order.state), "")),
    )
