"""What waits for somebody in the office: each kind is one queryset, and all counts together are one statement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coop.banking.models import BankTransaction, PaymentOrder, WorkItem
from coop.banking.queries import OF_CLIENTS, returned_payments, sees_clients_only
from coop.banking.states import OrderState, TransactionState
from coop.documents.models import Document
from coop.documents.states import DocumentState
from coop.front import localized
from coop.front.addresses import address_of
from coop.ledger.chart import AccountCode
from coop.ledger.models import Budget
from coop.ledger.queries import short_budgets
from coop.messaging.queries import undelivered
from coop.planning.models import SalaryRequest
from coop.planning.states import RequestState
from coop.tenancy.models import Cooperative
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import STAFF, Role
from invoicing.dunning.models import DunningCase
from invoicing.dunning.states import CaseState
from invoicing.models import Job, JobMessage
from invoicing.states import JobState
from members.models import Person
from members.states import PersonState
from payroll.intake.models import Intake
from payroll.intake.states import IntakeState
from payroll.models import PayrollRun, Payslip
from payroll.states import BOOKED, PayslipState, RunState
from payroll.timekeeping.models import Absence, HoursMonth
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState

SHOWN = 5
SHORT_SHOWN = 10
"""How many of each kind the office's page names; the rest is behind its link."""


class Work(StrEnum):
    """The kinds of work that wait on lists, in the order in which a day takes them up."""

    APPLICATIONS = "applications"
    JOBS_TO_CHECK = "jobs_to_check"
    JOBS_TO_INVOICE = "jobs_to_invoice"
    MESSAGES = "messages"
    MONEY = "money"
    RETURNED = "returned"
    OVERDUE = "overdue"
    REQUESTS = "requests"
    INTAKES = "intakes"
    ABSENCES = "absences"
    HOURS = "hours"
    MISSING = "missing"
    RUNS = "runs"
    RETURNED_PAY = "returned_pay"
    ORDERS = "orders"
    MAIL = "mail"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One thing that waits: what it is, since when, and where it is done."""

    title: str
    note: str
    since: date | datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """All that waits of one kind, with its first rows."""

    work: Work
    title: Any
    count: int
    rows: tuple[WorkRow, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How one kind is found and shown. `row` makes a row out of `values` and the id."""

    title: Any
    roles: frozenset[Role]
    waiting: Callable[[], Any]
    order: tuple[str, ...]
    values: dict[str, Any]
    row: Callable[[dict[str, Any]], WorkRow]
    page: str
    narrow: Callable[[frozenset[Role]], Q] = lambda _roles: Q()
    """What of it somebody with these roles may see."""


def _euros(cents: int) -> str:
    return localized.amount(cents, get_language() or "en")


_JOB = {"title": F("title"), "owner": F("owner__name"), "client": F("client__name"), "since": F("state_on")}


def _job_row(row: dict[str, Any]) -> WorkRow:
    return WorkRow(
        title=row["title"],
        note=f"{row['owner']} · {row['client']}",
        since=row["since"],
        url=address_of("invoicing:job", row["id"]),
    )


KINDS: dict[Work, _Kind] = {
    Work.APPLICATIONS: _Kind(
        title=_("Applications to decide"),
        roles=frozenset({Role.INVOICING, Role.PAYROLL, Role.BOARD, Role.ADMINISTRATOR}),
        waiting=lambda: Person.objects.filter(state=PersonState.APPLIED),
        order=("applied_at", "id"),
        values={"name": F("name"), "profession": F("profession"), "since": F("applied_at")},
        row=lambda row: WorkRow(
            title=row["name"],
            note=row["profession"],
            since=row["since"],
            url=address_of("members:person", row["id"]),
        ),
        page="members:applications",
    ),
    Work.JOBS_TO_CHECK: _Kind(
        title=_("Jobs to check"),
        roles=frozenset({Role.INVOICING}),
        waiting=lambda: Job.objects.filter(state=JobState.SUBMITTED),
        order=("state_on", "id"),
        values=_JOB,
        row=_job_row,
        page="invoicing:office_jobs",
    ),
    Work.JOBS_TO_INVOICE: _Kind(
        title=_("Jobs to invoice"),
        roles=frozenset({Role.INVOICING}),
        waiting=lambda: Job.objects.filter(state=JobState.CONFIRMED),
        order=("state_on", "id"),
        values=_JOB,
        row=_job_row,
        page="invoicing:office_jobs",
    ),
    Work.MESSAGES: _Kind(
        title=_("Messages of members"),
        roles=frozenset({Role.INVOICING}),
        waiting=lambda: JobMessage.objects.filter(read_at__isnull=True, by_owner=True),
        order=("at", "id"),
        values={"job": F("job_id"), "title": F("job__title"), "author": F("author__name"), "since": F("at")},
        row=lambda row: WorkRow(
            title=row["title"], note=row["author"], since=row["since"], url=address_of("invoicing:job", row["job"])
        ),
        page="invoicing:office_jobs",
    ),
    Work.MONEY: _Kind(
        title=_("Money to assign"),
        roles=frozenset({Role.ACCOUNTANT, Role.INVOICING}),
        waiting=lambda: BankTransaction.objects.filter(state__in=[TransactionState.UNMATCHED, TransactionState.PART]),
        order=("booked_on", "id"),
        values={"name": F("counterparty_name"), "text": F("text"), "cents": F("amount_cents"), "since": F("booked_on")},
        row=lambda row: WorkRow(
            title=row["name"] or row["text"][:60],
            note=_euros(row["cents"]),
            since=row["since"],
            url=address_of("banking:transaction", row["id"]),
        ),
        page="banking:work",
        narrow=lambda roles: OF_CLIENTS if sees_clients_only(roles) else Q(),
    ),
    Work.RETURNED: _Kind(
        title=_("Budgets below zero after a returned payment"),
        roles=frozenset({Role.ACCOUNTANT, Role.INVOICING}),
        waiting=lambda: WorkItem.objects.filter(done_on__isnull=True),
        order=("raised_on", "id"),
        values={"budget": F("budget__name"), "since": F("raised_on")},
        row=lambda row: WorkRow(
            title=row["budget"], note="", since=row["since"], url=f"{address_of('banking:work')}#returned"
        ),
        page="banking:work",
    ),
    Work.OVERDUE: _Kind(
        title=_("Overdue invoices to decide about"),
        roles=frozenset({Role.INVOICING}),
        waiting=lambda: DunningCase.objects.filter(state=CaseState.DECIDE),
        order=("invoice__due_on", "id"),
        values={
            "number": F("invoice__number"),
            "client": F("invoice__buyer_name"),
            "cents": F("invoice__gross_cents") - F("invoice__paid_cents"),
            "since": F("invoice__due_on"),
            "invoice": F("invoice_id"),
        },
        row=lambda row: WorkRow(
            title=row["number"],
            note=f"{row['client']} · {_euros(row['cents'])}",
            since=row["since"],
            url=address_of("dunning:case", row["invoice"]),
        ),
        page="dunning:office",
    ),
    Work.REQUESTS: _Kind(
        title=_("Salary requests"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: SalaryRequest.objects.filter(state=RequestState.REQUESTED),
        order=("requested_at", "id"),
        values={"name": F("person__name"), "cents": F("gross_cents"), "since": F("requested_at")},
        row=lambda row: WorkRow(
            title=row["name"],
            note=_euros(row["cents"]),
            since=row["since"],
            url=address_of("planning:request", row["id"]),
        ),
        page="planning:requests",
    ),
    Work.INTAKES: _Kind(
        title=_("Data of members to confirm"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: Intake.objects.filter(state=IntakeState.HANDED_IN),
        order=("handed_in_at", "id"),
        values={"name": F("person__name"), "since": F("handed_in_at")},
        row=lambda row: WorkRow(
            title=row["name"], note="", since=row["since"], url=address_of("intake:intake", row["id"])
        ),
        page="intake:intakes",
    ),
    Work.ABSENCES: _Kind(
        title=_("Leave and sick notes to confirm"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: Absence.objects.filter(state=AbsenceState.REQUESTED),
        order=("starts_on", "id"),
        values={"name": F("person__name"), "cause": F("cause"), "since": F("requested_at")},
        row=lambda row: WorkRow(
            title=row["name"],
            note=str(AbsenceCause(row["cause"]).label),
            since=row["since"],
            url=address_of("timekeeping:absence", row["id"]),
        ),
        page="timekeeping:office",
    ),
    Work.HOURS: _Kind(
        title=_("Hours to confirm"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: HoursMonth.objects.filter(state=HoursState.HANDED_IN),
        order=("month", "id"),
        values={"name": F("person__name"), "month": F("month"), "since": F("handed_in_at")},
        row=lambda row: WorkRow(
            title=row["name"],
            note=localized.month(row["month"], get_language() or "en"),
            since=row["since"],
            url=address_of("timekeeping:sheet", row["id"]),
        ),
        page="timekeeping:office",
    ),
    Work.MISSING: _Kind(
        title=_("People whose salary cannot be computed"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: Payslip.objects.filter(state=PayslipState.FAILED).exclude(run__state__in=BOOKED),
        order=("person__name", "id"),
        values={"name": F("person__name"), "problem": F("problem"), "person": F("person_id")},
        row=lambda row: WorkRow(
            title=row["name"], note=row["problem"], since=None, url=address_of("payroll:person", row["person"])
        ),
        page="payroll:runs",
    ),
    Work.RUNS: _Kind(
        title=_("Salary runs to review and approve"),
        roles=frozenset({Role.PAYROLL, Role.BOARD}),
        waiting=lambda: PayrollRun.objects.filter(state__in=[RunState.COMPUTED, RunState.IN_REVIEW]),
        order=("month", "id"),
        values={"month": F("month"), "since": F("computed_at")},
        row=lambda row: WorkRow(
            title=localized.month(row["month"], get_language() or "en"),
            note="",
            since=row["since"],
            url=address_of("payroll:run", row["id"]),
        ),
        page="payroll:runs",
    ),
    Work.RETURNED_PAY: _Kind(
        title=_("Pay that came back from the bank"),
        roles=frozenset({Role.PAYROLL}),
        waiting=lambda: returned_payments(AccountCode.NET_PAY).filter(anew_id__isnull=True),
        order=("on", "id"),
        values={"name": F("line__name"), "cents": F("line__cents"), "since": F("on")},
        row=lambda row: WorkRow(
            title=row["name"],
            note=_euros(row["cents"]),
            since=row["since"],
            url=f"{address_of('payroll:runs')}#returned",
        ),
        page="payroll:runs",
    ),
    Work.ORDERS: _Kind(
        title=_("Payments to approve"),
        roles=frozenset({Role.ACCOUNTANT, Role.PAYROLL, Role.BOARD}),
        waiting=lambda: PaymentOrder.objects.filter(state=OrderState.WAITING),
        order=("execute_on", "id"),
        values={"reference": F("reference"), "cents": F("total_cents"), "since": F("created_at")},
        row=lambda row: WorkRow(
            title=row["reference"],
            note=_euros(row["cents"]),
            since=row["since"],
            url=address_of("banking:order", row["id"]),
        ),
        page="banking:orders",
    ),
    Work.MAIL: _Kind(
        title=_("Mail that did not go out"),
        roles=STAFF | {Role.ADMINISTRATOR},
        waiting=lambda: undelivered(timezone.now()),
        order=("id",),
        values={"subject": F("subject"), "to": F("to"), "since": F("queued_at")},
        row=lambda row: WorkRow(
            title=row["subject"], note=row["to"], since=row["since"], url=reverse("front:message", args=[row["id"]])
        ),
        page="front:outbox",
    ),
    Work.DOCUMENTS: _Kind(
        title=_("Papers that could not be prepared"),
        roles=STAFF | {Role.ADMINISTRATOR},
        waiting=lambda: Document.objects.filter(state=DocumentState.FAILED),
        order=("id",),
        values={"title": F("title"), "since": F("requested_at")},
        row=lambda row: WorkRow(title=row["title"], note="", since=row["since"], url=reverse("front:outbox")),
        page="front:outbox",
    ),
}


def work_for(roles: frozenset[Role]) -> list[Work]:
    """The kinds of work that somebody with these roles takes up."""
    return [work for work in Work if KINDS[work].roles & roles]


def work_counts(kinds: Iterable[Work], roles: frozenset[Role]) -> dict[Work, int]:
    """How much of each kind waits for somebody with these roles, in one statement whatever their number."""
    wanted = sorted(set(kinds))
    if not wanted:
        return {}
    counts = {f"n_{work}": _count(_waiting(KINDS[work], roles)) for work in wanted}
    row = Cooperative.objects.filter(id=current_coop_id()).annotate(**counts).values(*counts).get()
    return {work: row[f"n_{work}"] for work in wanted}


def work_lists(roles: frozenset[Role]) -> list[WorkList]:
    """What waits for these roles: all counts in one statement, and one for the first rows of each kind that has any."""
    kinds = work_for(roles)
    counts = work_counts(kinds, roles)
    return [
        WorkList(
            work=work,
            title=KINDS[work].title,
            count=counts[work],
            rows=tuple(_rows(KINDS[work], roles)) if counts[work] else (),
            url=address_of(KINDS[work].page),
        )
        for work in kinds
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortBudget:
    """A budget that promises more than money and cover bear; amounts in cents."""

    budget_id: int
    name: str
    free_cents: int
    cover_cents: int
    committed_cents: int
    missing_cents: int


def shortest_budgets(on: date) -> tuple[int, list[ShortBudget]]:
    """How many budgets' promised salaries are not borne by money and cover any more, and the shortest of them."""
    count, short = short_budgets(on, SHORT_SHOWN)
    names = dict(Budget.objects.filter(id__in=[one.budget_id for one in short]).values_list("id", "name"))
    return count, [
        ShortBudget(
            budget_id=one.budget_id,
            name=names[one.budget_id],
            free_cents=one.free_cents,
            cover_cents=one.cover_cents,
            committed_cents=one.committed_cents,
            missing_cents=-one.available_cents,
        )
        for one in short
    ]


def _waiting(kind: _Kind, roles: frozenset[Role]) -> Any:
    return kind.waiting().filter(kind.narrow(roles))


def _rows(kind: _Kind, roles: frozenset[Role]) -> Iterable[WorkRow]:
    # Aliases of their own: an annotation may not have the name of a column.
    named = {f"v_{key}": value for key, value in kind.values.items()}
    rows = _waiting(kind, roles).order_by(*kind.order).values("id", **named)[:SHOWN]
    return [kind.row({key.removeprefix("v_"): value for key, value in row.items()}) for row in rows]


def _count(rows: Any) -> Any:
    # Without a correlation PostgreSQL runs each of these once.
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
