"""A saved plan against what happened, month by month, with the reasons of each difference out of documents.

Amounts are what a reason did to the budget, in cents: more than planned is positive. The reasons of a month that is
over add up to the difference of its change, to the cent; what no document explains by itself is said to be other
movements.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from coop.ledger.actions import month_of
from coop.planning.known import months_of
from coop.planning.models import SavedPlan
from coop.planning.months import later
from invoicing.models import Invoice, InvoicePayment, Job
from invoicing.states import InvoiceState, JobState
from payroll.models import Payslip
from payroll.states import PayslipState
from payroll.timekeeping.models import Absence
from payroll.timekeeping.states import AbsenceCause, AbsenceState


class Why(StrEnum):
    """Why a month went otherwise than planned."""

    PAID_LATE = "paid_late"
    NOT_YET_PAID = "not_yet_paid"
    PAID_EARLIER = "paid_earlier"
    CAME_LATE = "came_late"
    CAME_EARLY = "came_early"
    PAID_IN_PART = "paid_in_part"
    PAID_MORE = "paid_more"
    CANCELLED = "cancelled"
    NOT_INVOICED = "not_invoiced"
    NEW_WORK = "new_work"
    OTHER_SALARY = "other_salary"
    NO_SALARY = "no_salary"
    ONE_OFF = "one_off"
    AWAY = "away"
    SICK = "sick"
    CONTRIBUTIONS = "contributions"
    LAW = "law"
    CORRECTION = "correction"
    SHORTFALL = "shortfall"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: what it is about, and what it did to the budget. `cents` 0: it only explains."""

    why: Why
    cents: int = 0
    source: str = ""
    """The document: invoice:5, job:7, payslip:3."""
    title: str = ""
    client: str = ""
    on: date | None = None
    """The day on which the money came, or the absence began."""
    until: date | None = None
    expected_on: date | None = None
    cause: str = ""
    """Of an absence, its kind."""

    @property
    def days_late(self) -> int:
        """How many days after the expected day money came; below zero: before."""
        return (self.on - self.expected_on).days if self.on and self.expected_on else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCompared:
    """One month: planned, happened, and why they differ. Cents."""

    month: date
    over: bool
    """Whether the month has ended; else it is still under way."""
    planned_income_cents: int
    income_cents: int
    planned_cost_cents: int
    cost_cents: int
    planned_end_cents: int
    end_cents: int
    low_cents: int
    high_cents: int
    reasons: tuple[Reason, ...]

    @property
    def difference_cents(self) -> int:
        """How much more the budget holds at the end than planned."""
        return self.end_cents - self.planned_end_cents

    @property
    def change_cents(self) -> int:
        """What this month added to the difference."""
        return self.income_cents - self.cost_cents - self.planned_income_cents + self.planned_cost_cents

    @property
    def as_expected(self) -> bool:
        """Whether the budget ended within the band that holds 8 of 10 cases."""
        return self.low_cents <= self.end_cents <= self.high_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    key: str
    title: str
    client: str
    cents: int
    expected_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    key: str
    """The item that it belongs to; "" for work that the plan did not know."""
    title: str
    client: str
    source: str
    cents: int
    on: date


def compare(plan: SavedPlan, on: date) -> list[MonthCompared]:
    """The months of a plan up to the day `on`, in a constant number of statements."""
    budget_id = plan.person.budget_id
    months = [row for row in plan.months if date.fromisoformat(row["month"]) <= on]
    moved = {one.month: (one.income_cents, one.salary_cents) for one in months_of([budget_id])[budget_id]}
    documents = _Documents.of(plan, budget_id, on)
    first = date.fromisoformat(plan.months[0]["month"])
    balance = sum(income - salary for month, (income, salary) in moved.items() if month < first)
    found = []
    for row in months:
        month = date.fromisoformat(row["month"])
        income, cost = moved.get(month, (0, 0))
        balance += income - cost
        if month == first:
            # What had come and gone when the plan was saved is no news of the month.
            cost = documents.paid_after_saving(month)
            income = balance + cost - plan.budget_cents
        reasons = [*documents.of_income(month, row), *documents.of_cost(month, row)]
        change = income - cost - row["income"] + row["cost"]
        rest = change - sum(reason.cents for reason in reasons)
        over = later(month, 1) <= on
        if rest and over:
            reasons.append(Reason(why=Why.OTHER, cents=rest))
        found.append(
            MonthCompared(
                month=month,
                over=over,
                planned_income_cents=row["income"],
                income_cents=income,
                planned_cost_cents=row["cost"],
                cost_cents=cost,
                planned_end_cents=row["end"],
                end_cents=balance,
                low_cents=row["low"],
                high_cents=row["high"],
                reasons=tuple(reasons),
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    plan: SavedPlan
    on: date
    items: dict[str, _Item]
    payments: list[_Payment]
    states: dict[str, str]
    """The state of each item's invoice, or of its job."""
    slips: list[Payslip]
    absences: list[Absence]

    @classmethod
    def of(cls, plan: SavedPlan, budget_id: int, on: date) -> "_Documents":
        items = {
            row["key"]: _Item(
                key=row["key"],
                title=row["title"],
                client=row["client"],
                cents=row["cents"],
                expected_on=date.fromisoformat(row["expected_on"]),
            )
            for row in plan.items
        }
        since = date.fromisoformat(plan.months[0]["month"])
        rows = InvoicePayment.objects.filter(
            invoice__budget_id=budget_id, on__gt=plan.saved_on, on__lte=on, undone=False
        ).values("invoice_id", "invoice__job_id", "invoice__number", "invoice__buyer_name", "free_cents", "on")
        payments = []
        for row in rows.order_by("on", "id"):
            keys = f"invoice:{row['invoice_id']}", f"job:{row['invoice__job_id']}"
            payments.append(
                _Payment(
                    key=next((key for key in keys if key in items), ""),
                    title=row["invoice__number"],
                    client=row["invoice__buyer_name"],
                    source=keys[0],
                    cents=row["free_cents"],
                    on=row["on"],
                )
            )
        slips = Payslip.objects.filter(
            person_id=plan.person_id, state=PayslipState.POSTED, posted_on__gt=plan.saved_on, posted_on__lte=on
        )
        absences = Absence.objects.filter(
            person_id=plan.person_id, state=AbsenceState.CONFIRMED, ends_on__gt=since, starts_on__lte=on
        ).exclude(cause=AbsenceCause.VACATION)
        return cls(
            plan=plan,
            on=on,
            items=items,
            payments=payments,
            states=_states(items),
            slips=list(slips.select_related("corrects").defer("lines", "inputs").order_by("posted_on", "id")),
            absences=list(absences.order_by("starts_on")),
        )

    def paid_after_saving(self, month: date) -> int:
        """What salaries took in a month after the plan had been saved."""
        mine = [slip for slip in self.slips if slip.posted_on and month_of(slip.posted_on) == month]
        return sum(_borne(slip) - (_borne(slip.corrects) if slip.corrects else 0) for slip in mine)

    def of_income(self, month: date, row: dict[str, Any]) -> Iterator[Reason]:
        """Why a month's income was another one."""
        mine = [payment for payment in self.payments if month_of(payment.on) == month]
        paid: dict[str, int] = defaultdict(int)
        for payment in mine:
            paid[payment.key] += payment.cents
        planned = [item for item in self.items.values() if month_of(max(item.expected_on, self.plan.saved_on)) == month]
        for item in planned:
            if paid[item.key] != item.cents:
                reason = self._missed(item, month, paid[item.key])
                if reason is not None:
                    yield reason
        here = {item.key for item in planned}
        for payment in mine:
            item_or_none = self.items.get(payment.key)
            if item_or_none is not None and payment.key not in here:
                late = payment.on > item_or_none.expected_on
                yield Reason(
                    why=Why.CAME_LATE if late else Why.CAME_EARLY,
                    cents=payment.cents,
                    source=payment.source,
                    title=payment.title,
                    client=payment.client,
                    on=payment.on,
                    expected_on=item_or_none.expected_on,
                )
        # What the history let expect beyond what was known, against work that nobody knew of then.
        supposed = row["income"] - sum(item.cents for item in planned)
        if month == month_of(self.on) and later(month, 1) > self.on and paid[""] < supposed:
            return  # the month is not over: what has not come yet may still come
        if paid[""] != supposed:
            new = [payment for payment in mine if not payment.key]
            yield Reason(why=Why.NEW_WORK, cents=paid[""] - supposed, title=", ".join(one.title for one in new))

    def _missed(self, item: _Item, month: date, paid: int) -> Reason | None:
        """Why an item brought something else in the month in which it was expected."""
        others = [payment for payment in self.payments if payment.key == item.key and month_of(payment.on) != month]
        after = [payment for payment in others if payment.on > month]
        day = after[0].on if after else None
        if paid > item.cents:
            why = Why.PAID_MORE
        elif after:
            why = Why.PAID_LATE
        elif others and sum(one.cents for one in others) + paid >= item.cents:
            why, day = Why.PAID_EARLIER, others[0].on
        elif self.states.get(item.key) in {InvoiceState.CANCELLED, JobState.CANCELLED}:
            why = Why.CANCELLED
        elif paid:
            why = Why.PAID_IN_PART
        elif self.states.get(item.key) in {InvoiceState.ISSUED, InvoiceState.PAID}:
            if item.expected_on > self.on:
                return None
            why = Why.NOT_YET_PAID
        else:
            if item.expected_on > self.on:
                return None
            why = Why.NOT_INVOICED
        return Reason(
            why=why,
            cents=paid - item.cents,
            source=item.key,
            title=item.title,
            client=item.client,
            on=day,
            expected_on=item.expected_on,
        )

    def of_cost(self, month: date, row: dict[str, Any]) -> Iterator[Reason]:
        """Why a month's pay cost something else."""
        away = [one for one in self.absences if one.starts_on < later(month, 1) and one.ends_on > month]
        for one in away:
            if one.cause == AbsenceCause.SICK:
                yield Reason(why=Why.SICK, on=one.starts_on, until=one.ends_on, cause=one.cause)
        mine = [slip for slip in self.slips if slip.posted_on and month_of(slip.posted_on) == month]
        paid = [slip for slip in mine if slip.corrects_id is None]
        for slip in mine:
            if slip.corrects is not None:
                yield Reason(
                    why=Why.CORRECTION, cents=_borne(slip.corrects) - _borne(slip), source=f"payslip:{slip.pk}"
                )
        if not paid:
            if row["cost"] and later(month, 1) <= self.on:
                yield Reason(why=Why.NO_SALARY, cents=row["cost"])
            return
        source = f"payslip:{paid[0].pk}"
        one_off = sum(slip.one_off_cents for slip in paid)
        gross = sum(slip.gross_cents for slip in paid) - one_off
        beside = sum(slip.cost_cents - slip.gross_cents for slip in paid)
        short = sum(slip.shortfall_cents for slip in paid)
        if one_off:
            yield Reason(why=Why.ONE_OFF, cents=-one_off, source=source)
        if gross != row["gross"]:
            # Sickness is paid for six weeks, so anything else explains less pay first.
            causes = sorted(away, key=lambda one: one.cause == AbsenceCause.SICK)
            why = Why.AWAY if causes and gross < row["gross"] else Why.OTHER_SALARY
            yield Reason(
                why=why,
                cents=row["gross"] - gross,
                source=source,
                cause=causes[0].cause if why is Why.AWAY else "",
                on=causes[0].starts_on if why is Why.AWAY else None,
                until=causes[0].ends_on if why is Why.AWAY else None,
            )
        planned_beside = row["cost"] - row["gross"]
        if beside != planned_beside:
            # At the same pay only the law or the person's data can make it cost something else.
            why = Why.LAW if gross == row["gross"] and not one_off else Why.CONTRIBUTIONS
            yield Reason(why=why, cents=planned_beside - beside, source=source)
        if short:
            yield Reason(why=Why.SHORTFALL, cents=short, source=source)


def _borne(slip: Payslip) -> int:
    return slip.cost_cents - slip.shortfall_cents


def _states(keys: Iterable[str]) -> dict[str, str]:
    """What became of invoices, and of jobs until they are invoiced."""
    ids: dict[str, list[int]] = {"invoice": [], "job": []}
    for key in keys:
        kind, _colon, number = key.partition(":")
        if kind in ids:
            ids[kind].append(int(number))
    states = {
        f"invoice:{pk}": state for pk, state in Invoice.objects.filter(id__in=ids["invoice"]).values_list("id", "state")
    }
    jobs = Job.objects.filter(id__in=ids["job"]).values_list("id", "state", "invoices__state")
    for pk, state, invoiced in jobs.order_by("invoices__id"):
        states[f"job:{pk}"] = state if state == JobState.CANCELLED or invoiced is None else invoiced
    return states
