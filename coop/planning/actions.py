"""Asking for a salary, deciding on it, and announcing what will not be borne."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.actions import queue_mail
from coop.planning.models import SalaryRequest
from coop.planning.periods import check_months
from coop.planning.queries import running_contract, shortfall_warnings
from coop.planning.saved import saved_plan
from coop.planning.states import REQUEST_STATES, RequestState
from coop.tenancy.models import User
from coop.tenancy.queries import this_cooperative
from members.models import Person
from members.states import PersonState
from payroll.employment import check_minimum_wage, employ, promised_ahead, quote
from payroll.queries import before


class DeadlineMissed(StetigError):
    """A salary is asked for until the last day of the month before it begins: choose a later month."""

    code = "deadline_missed"


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
    person = Person.objects.filter(id=person_id, state=PersonState.ADMITTED).first()
    if person is None:
        raise NotFound
    check_months(starts_on, ends_on)
    today = at.astimezone(ZoneInfo(this_cooperative().time_zone)).date()
    if today >= starts_on:
        raise DeadlineMissed
    check_minimum_wage(gross_cents=gross_cents, weekly_hours=weekly_hours, day=starts_on)
    if ends_on is None:
        promised_ahead(starts_on, on=today)
    # Says now, not at the decision, where the law knows no such pay.
    quote(person_id=person_id, gross_cents=gross_cents, month=starts_on)
    plan = saved_plan(plan_id, person_id=person_id) if plan_id is not None else None
    contract = running_contract(person_id, today)
    try:
        with transaction.atomic():
            request: SalaryRequest = SalaryRequest.objects.create(
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
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "salaryrequest_one_waiting":
            raise RequestWaiting from error
        raise
    return request


@transaction.atomic
def withdraw_request(*, request_id: int, person_id: int, at: datetime, by: User | None) -> SalaryRequest:
    """Take one's own request back. Raises: NotFound, InvalidTransition."""
    request = _locked(request_id)
    if request.person_id != person_id:
        raise NotFound
    return _decided(request, RequestState.WITHDRAWN, at=at, by=by)


@transaction.atomic
def approve_request(*, request_id: int, at: datetime, by: User) -> SalaryRequest:
    """Make a contract of a request and promise its cost out of the budget, both or none.

    Raises: BeyondCover, where budget and cover do not bear it; BeyondAdvanceLimit, NoOpenEndedSalaries,
    OwnRequest, DataMissing, BelowMinimumWage, AlreadyPaid, InvalidTransition, NotFound.
    """
    request = _locked(request_id)
    REQUEST_STATES.check(request.state, RequestState.APPROVED)
    if request.person.user_id == by.pk:
        raise OwnRequest
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


@transaction.atomic
def announce_shortfalls(*, on: date) -> int:
    """Write to everybody whose pay will not be borne, once per month and level; how many stand on the list."""
    warnings = shortfall_warnings(on)
    for warning in warnings:
        with translation.override(warning.person.language):
            subject = _("Your salary of %(month)s is not covered yet") % {"month": f"{warning.month:%m/%Y}"}
        queue_mail(
            key=f"shortfall:{warning.person.pk}:{warning.month:%Y-%m}:{warning.level}",
            to=warning.person.email,
            subject=subject,
            template="shortfall_warning",
            context={"warning": warning, "greeting_name": warning.person.name},
            language=warning.person.language,
        )
    return len(warnings)


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
    request.save(update_fields=["state", "decided_at", "decided_by", "reason", "contract"])
    return request


def _tell(request: SalaryRequest) -> None:
    person = request.person
    with translation.override(person.language):
        subject = _("Your salary request from %(month)s on") % {"month": f"{request.starts_on:%m/%Y}"}
    queue_mail(
        key=f"salary request:{request.pk}:decided",
        to=person.email,
        subject=subject,
        template="salary_decided",
        context={
            "request": request,
            "approved": request.state == RequestState.APPROVED,
            "last_month": request.ends_on and before(request.ends_on),
            "greeting_name": person.name,
        },
        language=person.language,
    )
