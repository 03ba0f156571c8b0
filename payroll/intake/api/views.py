"""The API of the intake: the same actions and queries as the pages."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.intake import actions
from payroll.intake.api.serializers import (
    ConfirmIntakeSerializer,
    IntakeDetailSerializer,
    IntakeSerializer,
    QuestionSerializer,
)
from payroll.intake.queries import intake_by_id, open_intake, waiting_intakes

_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class IntakeViewSet(ViewSet):
    """A member's own open intake; payroll staff see, return and confirm those that wait."""

    allowed_roles_by_action = {
        "list": (Role.MEMBER, Role.PAYROLL),
        "create": (Role.MEMBER,),
        "withdraw": (Role.MEMBER,),
        "retrieve": (Role.PAYROLL,),
        "confirm": (Role.PAYROLL,),
        "give_back": (Role.PAYROLL,),
    }

    @extend_schema(responses=IntakeDetailSerializer(many=True))
    def list(self, request: Request) -> Response:
        """For payroll staff all that wait, for others their own open one."""
        if Role.PAYROLL in request._request.roles:  # type: ignore[attr-defined] # noqa: SLF001 (set by the permission)
            note_access(user=request.user, action="intakes", about="waiting")  # type: ignore[arg-type]
            return Response(IntakeDetailSerializer(waiting_intakes(), many=True).data)
        person = person_of(request.user)
        mine = open_intake(person.pk) if person else None
        return Response(IntakeDetailSerializer([mine] if mine else [], many=True).data)

    @extend_schema(request=IntakeSerializer, responses={201: IntakeDetailSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Give one's data to the office; what was given and not yet confirmed is replaced."""
        given = IntakeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        intake = actions.hand_in(
            person_id=_me(request).pk,
            entered=actions.Entered(**given.validated_data),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(IntakeDetailSerializer(intake).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: IntakeDetailSerializer, 409: _CONFLICT})
    def withdraw(self, request: Request) -> Response:
        """Take one's open intake back."""
        intake = actions.withdraw_intake(person_id=_me(request).pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        return Response(IntakeDetailSerializer(intake).data)

    @extend_schema(responses=IntakeDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One intake, with the fields that differ from what is kept."""
        intake = intake_by_id(pk)
        note_access(user=request.user, action="intake", about=f"intake:{intake.pk}")  # type: ignore[arg-type]
        return Response(IntakeDetailSerializer(intake).data)

    @extend_schema(request=ConfirmIntakeSerializer, responses={200: IntakeDetailSerializer, 409: _CONFLICT})
    def confirm(self, request: Request, pk: int) -> Response:
        """Write what differs into the dated master data."""
        intake_by_id(pk)
        given = ConfirmIntakeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        intake = actions.confirm_intake(intake_id=pk, at=timezone.now(), by=request.user, **given.validated_data)  # type: ignore[arg-type]
        return Response(IntakeDetailSerializer(intake).data)

    @extend_schema(request=QuestionSerializer, responses={200: IntakeDetailSerializer, 409: _CONFLICT})
    def give_back(self, request: Request, pk: int) -> Response:
        """Ask the member to put something right."""
        intake_by_id(pk)
        given = QuestionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        intake = actions.return_intake(intake_id=pk, at=timezone.now(), by=request.user, **given.validated_data)  # type: ignore[arg-type]
        return Response(IntakeDetailSerializer(intake).data)


def _me(request: Request) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person
