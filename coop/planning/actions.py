"""Asking for a salary, deciding on it, and announcing what will not be borne."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.actions import queue_mail
from coop.planning.effects import effect_of, end_effect, one_off_effect, pause_effect, stands_out_mildly
from coop.planning.models import SalaryRequest
from coop.planning.periods import check_months
from coop.planning.queries import kind_of_salary, run_begins_on, running_contract
from coop.planning.saved import saved_plan
from coop.planning.states import OF_SALARY, REQUEST_STATES, RequestKind, RequestState
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.models import Person
from members.states import PersonState
from payroll.employment import check_minimum_wage, employ, end_employment, promised_ahead, quote
from payroll.one_off import agree_one_off
from payroll.queries import before
from payroll.timekeeping.actions import ask_absence, confirm_absence
from payroll.timekeeping.states import AbsenceCause


class DeadlineMissed(StetigError):
    """A salary is asked for until the last day of the month before it begins: choose a later month."""

    code = "deadline_missed"


class RunHasBegun(StetigError):
    """The salary run of this month has begun: choose the month after it."""

    code = "run_has_begun"


class ReasonMissing(InvalidInput):
    """Something stands out at this request: say why it is approved all the same."""

    code = "reason_missing"


class RequestWaiting(StetigError):
    """A request is waiting already: withdraw it before you send another."""

    code = "request_waiting"


class OwnRequest(StetigError):
    """Somebody else has to decide on your own salary."""

    code = "own_request"


@transaction.atomic
def request_salary(
    *,
    person_id: int,
    gross_cents: int,
    weekly_hours: Decimal,
    starts_on: date,
    ends_on: date | None,
    at: datetime,
    by: User | None,
    plan_id: int | None = None,
) -> SalaryRequest:
    """Ask for a salary from a month on, new or instead of the running one; without `ends_on`, until further notice.

    `plan_id`: the saved plan of the same person that it was made of.

    Raises: DeadlineMissed, NoOpenEndedSalaries, RequestWaiting, BelowMinimumWage, LawUnknown, InvalidInput, NotFound.
    """
    person = _member(person_id)
    check_months(starts_on, ends_on)
    today = local_day(at)
    if today >= starts_on:
        raise DeadlineMissed
    check_minimum_wage(gross_cents=gross_cents, weekly_hours=weekly_hours, day=starts_on)
    if ends_on is None:
        promised_ahead(starts_on, on=today)
    # Says now, not at the decision, where the law knows no such pay.
    quote(person_id=person_id, gross_cents=gross_cents, month=starts_on)
    plan = saved_plan(plan_id, person_id=person_id) if plan_id is not None else None
    contract = running_contract(person_id, today)
    return _asked(
        SalaryRequest(
            kind=kind_of_salary(person_id, gross_cents, starts_on),
            person=person,
            gross_cents=gross_cents,
            weekly_hours=weekly_hours,
            position=contract.position if contract else person.profession,
            starts_on=starts_on,
            ends_on=ends_on,
            plan=plan,
            requested_at=at,
            requested_by=by,
        )
    )


@transaction.atomic
def request_pause(
    *, person_id: int, starts_on: date, ends_on: date, at: datetime, by: User | None, note: str = ""
) -> SalaryRequest:
    """Ask for unpaid leave of whole months, until a first day that no longer counts.

    Raises: DeadlineMissed, RequestWaiting, NotEmployedThen, InvalidInput, NotFound.
    """
    person = _member(person_id)
    if local_day(at) >= starts_on:
        raise DeadlineMissed
    pause_effect(person, starts_on=starts_on, ends_on=ends_on, on=local_day(at))
    return _asked(
        SalaryRequest(
            kind=RequestKind.PAUSE,
            person=person,
            gross_cents=0,
            weekly_hours=0,
            note=note.strip(),
            starts_on=starts_on,
            ends_on=ends_on,
            requested_at=at,
            requested_by=by,
        )
    )


@transaction.atomic
def request_one_off(
    *, person_id: int, amount_cents: int, month: date, note: str, at: datetime, by: User | None
) -> SalaryRequest:
    """Ask for one-off pay beside the salary of a month.

    Raises: RunHasBegun, RequestWaiting, NotEmployedThen, DataMissing, LawUnknown, InvalidInput, NotFound.
    """
    person = _member(person_id)
    if not note.strip():
        raise InvalidInput(_("Say what it is for: it stands on the payslip."))
    one_off_effect(person, amount_cents=amount_cents, month=month, on=local_day(at))
    _check_before_run(month, at)
    return _asked(
        SalaryRequest(
            kind=RequestKind.ONE_OFF,
            person=person,
            gross_cents=amount_cents,
            weekly_hours=0,
            note=note.strip(),
            starts_on=month,
            requested_at=at,
            requested_by=by,
        )
    )


@transaction.atomic
def request_end(*, person_id: int, ends_on: date, at: datetime, by: User | None, note: str = "") -> SalaryRequest:
    """Ask for the employment to end; `ends_on` is the first day without it.

    Raises: DeadlineMissed, RequestWaiting, NotEmployedThen, InvalidInput, NotFound.
    """
    person = _member(person_id)
    if local_day(at) >= ends_on:
        raise DeadlineMissed
    effect = end_effect(person, ends_on=ends_on, on=local_day(at))
    return _asked(
        SalaryRequest(
            kind=RequestKind.END,
            person=person,
            gross_cents=0,
            weekly_hours=0,
            note=note.strip(),
            starts_on=ends_on,
            ending=effect.contract,
            requested_at=at,
            requested_by=by,
        )
    )


@transaction.atomic
def withdraw_request(*, request_id: int, person_id: int, at: datetime, by: User | None) -> SalaryRequest:
    """Take one's own request back. Raises: NotFound, InvalidTransition."""
    request = _locked(request_id)
    if request.person_id != person_id:
        raise NotFound
    return _decided(request, RequestState.WITHDRAWN, at=at, by=by)


@transaction.atomic
def approve_request(*, request_id: int, at: datetime, by: User, reason: str = "") -> SalaryRequest:
    """Let a request come true: a contract, leave, one-off pay or an end, with its promise out of the budget, or nothing.

    Where something stands out at it, a `reason` is asked for.

    Raises: BeyondCover, where budget and cover do not bear it; BeyondAdvanceLimit, NoOpenEndedSalaries,
    OwnRequest, ReasonMissing, DeadlineMissed, RunHasBegun, DataMissing, BelowMinimumWage, AlreadyPaid, AbsenceOverlaps,
    InvalidTransition, NotFound.
    """
    request = _locked(request_id)
    REQUEST_STATES.check(request.state, RequestState.APPROVED)
    if request.person.user_id == by.pk:
        raise OwnRequest
    request.reason = reason.strip()
    if not request.reason and request.kind != RequestKind.END and stands_out_mildly(effect_of(request, local_day(at))):
        raise ReasonMissing
    if request.kind == RequestKind.PAUSE and request.ends_on is not None:
        absence = ask_absence(
            person_id=request.person_id,
            cause=AbsenceCause.UNPAID,
            starts_on=request.starts_on,
            ends_on=request.ends_on,
            note=request.note,
            at=request.requested_at,
            by=request.requested_by,
        )
        request.absence = confirm_absence(absence_id=absence.pk, at=at, by=by)
    elif request.kind == RequestKind.ONE_OFF:
        _check_before_run(request.starts_on, at)
        request.element = agree_one_off(
            person_id=request.person_id,
            amount_cents=request.gross_cents,
            month=request.starts_on,
            text=request.note,
            at=at,
            by=by,
        )
    elif request.kind == RequestKind.END and request.ending_id is not None:
        end_employment(contract_id=request.ending_id, ends_on=request.starts_on, by=by)
    else:
        request.contract = employ(
            person_id=request.person_id,
            gross_cents=request.gross_cents,
            weekly_hours=request.weekly_hours,
            position=request.position,
            starts_on=request.starts_on,
            ends_on=request.ends_on,
            at=at,
            by=by,
        )
    _decided(request, RequestState.APPROVED, at=at, by=by)
    _tell(request)
    return request


@transaction.atomic
def decline_request(*, request_id: int, reason: str, at: datetime, by: User) -> SalaryRequest:
    """Say no, and why. Raises: InvalidInput, InvalidTransition, OwnRequest, NotFound."""
    request = _locked(request_id)
    if not reason.strip():
        raise InvalidInput(_("Say why, so that the next request can fit."))
    if request.person.user_id == by.pk:
        raise OwnRequest
    request.reason = reason.strip()
    _decided(request, RequestState.DECLINED, at=at, by=by)
    _tell(request)
    return request


def _member(person_id: int) -> Person:
    person: Person | None = Person.objects.filter(id=person_id, state=PersonState.ADMITTED).first()
    if person is None:
        raise NotFound
    return person


def _asked(request: SalaryRequest) -> SalaryRequest:
    """Store a request. Raises: RequestWaiting."""
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "salaryrequest_one_waiting":
            raise RequestWaiting from error
        raise
    return request


def _check_before_run(month: date, at: datetime) -> None:
    """Raises: RunHasBegun, from the day on which the salary run of the month starts."""
    if local_day(at) >= run_begins_on(month):
        raise RunHasBegun


def _locked(request_id: int) -> SalaryRequest:
    request: SalaryRequest | None = (
        SalaryRequest.objects.select_for_update(of=("self",)).select_related("person").filter(id=request_id).first()
    )
    if request is None:
        raise NotFound
    return request


def _decided(request: SalaryRequest, state: RequestState, *, at: datetime, by: User | None) -> SalaryRequest:
    REQUEST_STATES.check(request.state, state)
    request.state = state
    request.decided_at = at
    request.decided_by = by
    request.save(
        update_fields=["state", "decided_at", "decided_by", "reason", "contract", "absence", "element"],
    )
    return request


def _tell(request: SalaryRequest) -> None:
    person = request.person
    with translation.override(person.language):
        subject = _("Your request: %(what)s, %(month)s") % {
            "what": RequestKind(request.kind).label,
            "month": f"{request.starts_on:%m/%Y}",
        }
    queue_mail(
        key=f"salary request:{request.pk}:decided",
        to=person.email,
        subject=subject,
        template="salary_decided",
        context={
            "request": request,
            "approved": request.state == RequestState.APPROVED,
            "of_salary": request.kind in OF_SALARY,
            "what": RequestKind(request.kind).label,
            "ends_before": request.starts_on - timedelta(days=1) if request.kind == RequestKind.END else None,
            "last_month": request.ends_on and before(request.ends_on),
            "greeting_name": person.name,
        },
        language=person.language,
    )
