"""The API of salary requests: the same actions as the pages."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from coop.planning import actions
from coop.planning.api.serializers import (
    ApproveSerializer,
    AskSerializer,
    ChanceSerializer,
    ComparedPlanSerializer,
    DeclineSerializer,
    EndEffectSerializer,
    EndSerializer,
    ExpectationSerializer,
    MonthComparedSerializer,
    OneOffEffectSerializer,
    OneOffSerializer,
    PauseEffectSerializer,
    PauseSerializer,
    PictureSerializer,
    PlanSerializer,
    SalaryRequestSerializer,
    SavedPlanSerializer,
    SaveSerializer,
    ShortfallSerializer,
    WishSerializer,
)
from coop.planning.effects import Effect, end_effect, one_off_effect, pause_effect
from coop.planning.expectations import expect, expect_no_more, expectations_of, judge_job
from coop.planning.happened import compare
from coop.planning.known import known_of
from coop.planning.models import SalaryRequest
from coop.planning.plan import Planner, Wish
from coop.planning.queries import picture, requests_of, shortfall_warnings, waiting_requests
from coop.planning.saved import forget_plan, save_plan, saved_plan, saved_plans
from coop.tenancy.actions import note_access
from coop.tenancy.queries import local_day
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of

_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class SalaryRequestViewSet(ViewSet):
    """A member's own requests; payroll staff see and decide those that wait."""

    allowed_roles_by_action = {
        "list": (Role.MEMBER, Role.PAYROLL),
        "create": (Role.MEMBER,),
        "quote": (Role.MEMBER,),
        "withdraw": (Role.MEMBER,),
        "pause": (Role.MEMBER,),
        "pause_effect": (Role.MEMBER,),
        "one_off": (Role.MEMBER,),
        "one_off_effect": (Role.MEMBER,),
        "end": (Role.MEMBER,),
        "end_effect": (Role.MEMBER,),
        "approve": (Role.PAYROLL,),
        "decline": (Role.PAYROLL,),
    }

    @extend_schema(responses=SalaryRequestSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Requests that wait (payroll staff), or one's own, newest first."""
        payroll = Role.PAYROLL in request._request.roles  # type: ignore[attr-defined] # noqa: SLF001
        rows = waiting_requests() if payroll else requests_of(_me(request).pk)
        return Response(SalaryRequestSerializer(rows, many=True).data)

    @extend_schema(request=AskSerializer, responses={201: SalaryRequestSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Ask for a salary."""
        asked = _asked(request)
        made = actions.request_salary(person_id=_me(request).pk, at=timezone.now(), by=request.user, **asked)  # type: ignore[arg-type]
        return Response(SalaryRequestSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AskSerializer, responses={200: PictureSerializer, 409: _CONFLICT})
    def quote(self, request: Request) -> Response:
        """What a salary would cost, leave, and need; nothing is stored."""
        asked = _asked(request)
        asked.pop("plan_id", None)
        seen = picture(person=_me(request), on=timezone.localdate(), **asked)
        return Response(PictureSerializer(seen).data)

    @extend_schema(request=PauseSerializer, responses={201: SalaryRequestSerializer, 409: _CONFLICT})
    def pause(self, request: Request) -> Response:
        """Ask for unpaid leave."""
        return _sent(request, PauseSerializer, actions.request_pause)

    @extend_schema(request=PauseSerializer, responses={200: PauseEffectSerializer, 409: _CONFLICT})
    def pause_effect(self, request: Request) -> Response:
        """What unpaid leave would mean; nothing is stored."""
        return _meant(request, PauseSerializer, pause_effect, PauseEffectSerializer)

    @extend_schema(request=OneOffSerializer, responses={201: SalaryRequestSerializer, 409: _CONFLICT})
    def one_off(self, request: Request) -> Response:
        """Ask for a one-off pay-out."""
        return _sent(request, OneOffSerializer, actions.request_one_off)

    @extend_schema(request=OneOffSerializer, responses={200: OneOffEffectSerializer, 409: _CONFLICT})
    def one_off_effect(self, request: Request) -> Response:
        """What a one-off pay-out would cost and leave; nothing is stored."""
        return _meant(request, OneOffSerializer, one_off_effect, OneOffEffectSerializer)

    @extend_schema(request=EndSerializer, responses={201: SalaryRequestSerializer, 409: _CONFLICT})
    def end(self, request: Request) -> Response:
        """Ask for the employment to end."""
        return _sent(request, EndSerializer, actions.request_end)

    @extend_schema(request=EndSerializer, responses={200: EndEffectSerializer, 409: _CONFLICT})
    def end_effect(self, request: Request) -> Response:
        """What the end would mean; nothing is stored."""
        return _meant(request, EndSerializer, end_effect, EndEffectSerializer)

    @extend_schema(request=None, responses={200: SalaryRequestSerializer, 409: _CONFLICT})
    def withdraw(self, request: Request, pk: int) -> Response:
        """Take one's own request back."""
        done = actions.withdraw_request(
            request_id=pk,
            person_id=_me(request).pk,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(SalaryRequestSerializer(done).data)

    @extend_schema(request=ApproveSerializer, responses={200: SalaryRequestSerializer, 409: _CONFLICT})
    def approve(self, request: Request, pk: int) -> Response:
        """Let a request come true, its cost promised out of the budget."""
        get_object_or_404(SalaryRequest.objects.all(), pk=pk)
        why = ApproveSerializer(data=request.data)
        why.is_valid(raise_exception=True)
        done = actions.approve_request(
            request_id=pk,
            reason=why.validated_data["reason"],
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(SalaryRequestSerializer(done).data)

    @extend_schema(request=DeclineSerializer, responses={200: SalaryRequestSerializer, 409: _CONFLICT})
    def decline(self, request: Request, pk: int) -> Response:
        """Decline with a reason."""
        get_object_or_404(SalaryRequest.objects.all(), pk=pk)  # before the reason: what is not there has none
        why = DeclineSerializer(data=request.data)
        why.is_valid(raise_exception=True)
        done = actions.decline_request(
            request_id=pk,
            reason=why.validated_data["reason"],
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(SalaryRequestSerializer(done).data)


class PlanView(APIView):
    """A member's own plan; nothing is stored."""

    allowed_roles = (Role.MEMBER,)

    @extend_schema(request=WishSerializer, responses={200: PlanSerializer, 409: _CONFLICT})
    def post(self, request: Request) -> Response:
        """The salary that holds, and the budget month by month under it or under another one."""
        wish = WishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        seen = Planner.of(known_of(_me(request), timezone.localdate())).plan(Wish(**wish.validated_data))
        return Response(PlanSerializer(seen).data)


class SavedPlanViewSet(ViewSet):
    """A member's own saved plans."""

    allowed_roles = (Role.MEMBER,)

    @extend_schema(responses=SavedPlanSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Saved plans, newest first."""
        return Response(SavedPlanSerializer(saved_plans(_me(request).pk), many=True).data)

    @extend_schema(request=SaveSerializer, responses={201: SavedPlanSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Save a plan under a name."""
        wish = SaveSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wanted = dict(wish.validated_data)
        name, person = wanted.pop("name"), _me(request)
        plan = Planner.of(known_of(person, timezone.localdate())).plan(Wish(**wanted))
        kept = save_plan(person_id=person.pk, name=name, plan=plan, at=timezone.now())
        return Response(SavedPlanSerializer(kept).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ComparedPlanSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """A saved plan against what happened, month by month, with the reasons of each difference."""
        plan = saved_plan(pk, person_id=_me(request).pk)
        months = compare(plan, timezone.localdate())
        data: dict[str, Any] = dict(SavedPlanSerializer(plan).data)
        return Response({**data, "months": MonthComparedSerializer(months, many=True).data})

    @extend_schema(request=None, responses={204: None, 409: _CONFLICT})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a saved plan of which no request was made."""
        forget_plan(plan_id=pk, person_id=_me(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExpectationViewSet(ViewSet):
    """What a member expects beyond documents."""

    allowed_roles = (Role.MEMBER,)

    @extend_schema(responses=ExpectationSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Work and expenses that are expected, soonest first."""
        return Response(ExpectationSerializer(expectations_of(_me(request).pk), many=True).data)

    @extend_schema(request=ExpectationSerializer, responses={201: ExpectationSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Expect work or an expense."""
        asked = ExpectationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = expect(person_id=_me(request).pk, at=timezone.now(), by=request.user, **asked.validated_data)  # type: ignore[arg-type]
        return Response(ExpectationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Expect it no more."""
        expect_no_more(expectation_id=pk, person_id=_me(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ChanceSerializer, responses={204: None, 409: _CONFLICT})
    def judge(self, request: Request, pk: int) -> Response:
        """Say how likely one's own job is that no client has confirmed."""
        asked = ChanceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chance = asked.validated_data["probability"]
        judge_job(person_id=_me(request).pk, job_id=pk, probability=chance, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


def _asked(request: Request) -> dict[str, Any]:
    asked = AskSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _sent(request: Request, serializer: type[Serializer[Any]], send: Callable[..., SalaryRequest]) -> Response:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    made = send(person_id=_me(request).pk, at=timezone.now(), by=request.user, **asked.validated_data)
    return Response(SalaryRequestSerializer(made).data, status=status.HTTP_201_CREATED)


def _meant(
    request: Request,
    serializer: type[Serializer[Any]],
    effect: Callable[..., Effect],
    answer: type[Serializer[Any]],
) -> Response:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    values = {name: value for name, value in asked.validated_data.items() if name != "note"}
    return Response(answer(effect(_me(request), on=timezone.localdate(), **values)).data)


def _me(request: Request) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person


class ShortfallView(APIView):
    """Pay of the next 60 days that neither budget nor cover bears."""

    allowed_roles = (Role.PAYROLL, Role.BOARD)

    @extend_schema(responses=ShortfallSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Nearest first; agreed pay is paid in full all the same."""
        note_access(user=request.user, action="shortfalls", about="salaries")  # type: ignore[arg-type]
        return Response(ShortfallSerializer(shortfall_warnings(local_day(timezone.now())), many=True).data)
