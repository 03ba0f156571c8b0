"""The API of hours and absences: the same actions and queries as the pages."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from coop.errors import NotFound
from coop.ledger.actions import month_of
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_by_id, person_of
from payroll.germany.leave import no_leave
from payroll.timekeeping import actions, queries
from payroll.timekeeping.api.serializers import (
    AbsenceSerializer,
    AskAbsenceSerializer,
    ConfirmAbsenceSerializer,
    EntrySerializer,
    HoursMonthSerializer,
    LeaveSerializer,
    MonthDaysSerializer,
    MonthSerializer,
    RefuseSerializer,
    SheetSerializer,
)

_MONTH = OpenApiParameter("month", date, description="The month as its first day; without it, the running one.")
_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class AbsenceViewSet(ViewSet):
    """A member's own absences; payroll staff see and decide those that wait."""

    allowed_roles_by_action = {
        "list": (Role.MEMBER, Role.PAYROLL),
        "create": (Role.MEMBER,),
        "withdraw": (Role.MEMBER,),
        "leave": (Role.MEMBER,),
        "waiting": (Role.PAYROLL,),
        "confirm": (Role.PAYROLL,),
        "refuse": (Role.PAYROLL,),
        "days": (Role.PAYROLL,),
    }

    @extend_schema(responses=AbsenceSerializer(many=True))
    def list(self, request: Request) -> Response:
        """One's own absences, newest first."""
        person = person_of(request.user)
        rows = queries.absences_of(person.pk) if person else []
        return Response(AbsenceSerializer(rows, many=True).data)

    @extend_schema(request=AskAbsenceSerializer, responses={201: AbsenceSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Ask for leave or report sickness."""
        asked = AskAbsenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = _me(request)
        absence = actions.ask_absence(person_id=person.pk, at=timezone.now(), by=request.user, **asked.validated_data)  # type: ignore[arg-type]
        return Response(AbsenceSerializer(absence).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: AbsenceSerializer, 409: _CONFLICT})
    def withdraw(self, request: Request, pk: int) -> Response:
        """Take one's own request back."""
        absence = actions.withdraw_absence(
            absence_id=pk,
            person_id=_me(request).pk,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(AbsenceSerializer(absence).data)

    @extend_schema(responses={200: LeaveSerializer, 409: _CONFLICT})
    def leave(self, request: Request) -> Response:
        """One's own leave of this year."""
        today = timezone.localdate()
        account = queries.leave_of(_me(request).pk, today) or no_leave(today.year)
        return Response(LeaveSerializer(account).data)

    @extend_schema(responses=AbsenceSerializer(many=True))
    def waiting(self, request: Request) -> Response:  # noqa: ARG002
        """What waits for a decision, the earliest first."""
        return Response(AbsenceSerializer(queries.waiting_absences(), many=True).data)

    @extend_schema(request=ConfirmAbsenceSerializer, responses={200: AbsenceSerializer, 409: _CONFLICT})
    def confirm(self, request: Request, pk: int) -> Response:
        """Let an absence count."""
        given = ConfirmAbsenceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        absence = actions.confirm_absence(absence_id=pk, at=timezone.now(), by=request.user, **given.validated_data)  # type: ignore[arg-type]
        return Response(AbsenceSerializer(absence).data)

    @extend_schema(request=RefuseSerializer, responses={200: AbsenceSerializer, 409: _CONFLICT})
    def refuse(self, request: Request, pk: int) -> Response:
        """Decline a request, or cancel what was confirmed."""
        confirmed = queries.absence_by_id(pk).decided_at is not None
        given = RefuseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        act = actions.cancel_absence if confirmed else actions.decline_absence
        absence = act(absence_id=pk, at=timezone.now(), by=request.user, **given.validated_data)  # type: ignore[arg-type]
        return Response(AbsenceSerializer(absence).data)

    @extend_schema(parameters=[_MONTH], responses={200: MonthDaysSerializer, 409: _CONFLICT})
    def days(self, request: Request, person_id: int) -> Response:
        """The paid, insured and taxed days of a person's month."""
        first = _asked_month(request.query_params)
        try:
            person = person_by_id(person_id)
        except NotFound as error:
            raise Http404 from error
        return Response(MonthDaysSerializer(queries.month_days_of([person.pk], first)[person.pk]).data)


class HoursViewSet(ViewSet):
    """A member's own hours; payroll staff see and confirm months that were handed in."""

    allowed_roles_by_action = {
        "retrieve": (Role.MEMBER,),
        "create": (Role.MEMBER,),
        "destroy": (Role.MEMBER,),
        "hand_in": (Role.MEMBER,),
        "take_back": (Role.MEMBER,),
        "waiting": (Role.PAYROLL,),
        "confirm": (Role.PAYROLL,),
        "send_back": (Role.PAYROLL,),
    }

    @extend_schema(parameters=[_MONTH], responses={200: SheetSerializer, 409: _CONFLICT})
    def retrieve(self, request: Request) -> Response:
        """One's own hours of a month, with what the law says to them."""
        month = _asked_month(request.query_params)
        return Response(SheetSerializer(queries.sheet_of(_me(request), month)).data)

    @extend_schema(request=EntrySerializer, responses={201: EntrySerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Record one stretch of work."""
        given = EntrySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        entry = actions.record_hours(
            person_id=_me(request).pk,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
            **given.validated_data,
        )
        return Response(EntrySerializer(entry).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None, 409: _CONFLICT})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete one's own entry of an open month."""
        actions.delete_hours(entry_id=pk, person_id=_me(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MonthSerializer, responses={200: HoursMonthSerializer, 409: _CONFLICT})
    def hand_in(self, request: Request) -> Response:
        """Give a month's hours to the office."""
        sheet = actions.hand_in_hours(person_id=_me(request).pk, month=_asked_month(request.data), at=timezone.now())
        return Response(HoursMonthSerializer(sheet).data)

    @extend_schema(request=MonthSerializer, responses={200: HoursMonthSerializer, 409: _CONFLICT})
    def take_back(self, request: Request) -> Response:
        """Open one's own month again."""
        sheet = actions.take_back_hours(person_id=_me(request).pk, month=_asked_month(request.data))
        return Response(HoursMonthSerializer(sheet).data)

    @extend_schema(responses=HoursMonthSerializer(many=True))
    def waiting(self, request: Request) -> Response:  # noqa: ARG002
        """Months handed in and not yet confirmed."""
        return Response(HoursMonthSerializer(queries.waiting_hours(), many=True).data)

    @extend_schema(request=None, responses={200: HoursMonthSerializer, 409: _CONFLICT})
    def confirm(self, request: Request, pk: int) -> Response:
        """Confirm a month's hours."""
        sheet = actions.confirm_hours(sheet_id=pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        return Response(HoursMonthSerializer(sheet).data)

    @extend_schema(request=RefuseSerializer, responses={200: HoursMonthSerializer, 409: _CONFLICT})
    def send_back(self, request: Request, pk: int) -> Response:
        """Open a month again and say what to put right."""
        queries.hours_by_id(pk)
        given = RefuseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sheet = actions.send_back_hours(
            sheet_id=pk,
            message=given.validated_data["reason"],
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(HoursMonthSerializer(sheet).data)


def _asked_month(given: Any) -> date:
    asked = MonthSerializer(data=given)
    asked.is_valid(raise_exception=True)
    month: date | None = asked.validated_data["month"]
    return month or month_of(timezone.localdate())


def _me(request: Request) -> Person:
    person: Any = person_of(request.user)
    if person is None:
        raise Http404
    found: Person = person
    return found
