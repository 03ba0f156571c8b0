"""The API of dunning: the same actions and queries as the pages."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from coop.tenancy.queries import local_day
from coop.tenancy.states import Role
from invoicing.dunning import actions, queries
from invoicing.dunning.api.serializers import (
    DunningAnswerSerializer,
    DunningCaseSerializer,
    DunningLetterSerializer,
    DunningPauseSerializer,
    DunningPreviewSerializer,
)
from invoicing.dunning.models import DunningLetter
from invoicing.dunning.states import Answer
from invoicing.queries import SEES_ALL_INVOICES, invoice_for

_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")
_READERS = tuple(sorted(SEES_ALL_INVOICES))


class DunningViewSet(GenericViewSet[DunningLetter]):
    """What a day would bring and what was sent, for the office; the member's answer; pauses."""

    allowed_roles_by_action = {
        "preview": _READERS,
        "letters": (Role.MEMBER, *_READERS),
        "questions": (Role.MEMBER,),
        "answer": (Role.MEMBER,),
        "agree": (Role.INVOICING,),
        "pause": (Role.INVOICING,),
        "lift": (Role.INVOICING,),
    }
    serializer_class: Any = DunningLetterSerializer

    @extend_schema(
        parameters=[OpenApiParameter("on", OpenApiTypes.DATE, description="The day; tomorrow where not given.")],
        responses=DunningPreviewSerializer,
    )
    def preview(self, request: Request) -> Response:
        """What a day would bring as things stand. Nothing is sent."""
        asked = request.query_params.get("on")
        on = serializers.DateField().run_validation(asked) if asked else local_day(timezone.now()) + timedelta(days=1)
        day = queries.day_of(on)
        if day is None:
            nothing: dict[str, Any] = dict.fromkeys(("letters", "questions", "decisions", "held"), ())
            return Response(
                DunningPreviewSerializer({"on": on, "decided": False, "switched_on": False, **nothing}).data
            )
        told = {
            "on": on,
            "decided": True,
            "switched_on": queries.is_switched_on(),
            "letters": [
                {
                    "client": row["name"],
                    "level": row["level"],
                    "title": row["title"]["de"],
                    "invoices": row["numbers"],
                    "also_open": row["also"],
                    "open_amount": row["open_cents"],
                    "pay_by": row["pay_by"],
                }
                for row in queries.letter_rows(day)
            ],
            "questions": [day.invoices[one].number for one in day.round.questions],
            "decisions": [day.invoices[one].number for one in day.round.decisions],
            "held": [{"invoice": day.invoices[one].number, "reason": hold} for one, hold in day.round.held],
        }
        return Response(DunningPreviewSerializer(told).data)

    @extend_schema(responses=DunningLetterSerializer(many=True))
    def letters(self, request: Request) -> Response:
        """Letters sent, the newest first."""
        rows = queries.letters_for(request.user, request._request.roles)  # type: ignore[attr-defined, arg-type]  # noqa: SLF001
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(DunningLetterSerializer(page, many=True).data)

    @extend_schema(responses=DunningCaseSerializer(many=True))
    def questions(self, request: Request) -> Response:
        """One's own invoices about which the office asks."""
        rows = self.paginate_queryset(queries.questions_for(request.user))  # type: ignore[arg-type]
        return self.get_paginated_response(DunningCaseSerializer(rows, many=True).data)

    @extend_schema(request=DunningAnswerSerializer, responses={200: DunningCaseSerializer, 409: _CONFLICT})
    def answer(self, request: Request, pk: int) -> Response:
        """Say whether the formal demand may go out."""
        invoice_for(request.user, [Role.MEMBER], pk)  # type: ignore[arg-type]
        given = DunningAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        case = actions.answer_question(
            invoice_id=pk,
            answer=Answer(given.validated_data["answer"]),
            note=given.validated_data["note"],
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(DunningCaseSerializer(case).data)

    @extend_schema(request=None, responses={200: DunningCaseSerializer, 409: _CONFLICT})
    def agree(self, request: Request, pk: int) -> Response:
        """Let the next letter go out although the member has not agreed."""
        return Response(DunningCaseSerializer(actions.agree_letter(invoice_id=pk, by=request.user)).data)  # type: ignore[arg-type]

    @extend_schema(request=DunningPauseSerializer, responses={201: DunningPauseSerializer, 409: _CONFLICT})
    def pause(self, request: Request, pk: int) -> Response:
        """Send no reminders about an invoice for a while."""
        invoice_for(request.user, request._request.roles, pk)  # type: ignore[attr-defined, arg-type]  # noqa: SLF001
        given = DunningPauseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = actions.pause_dunning(
            invoice_id=pk,
            on=local_day(timezone.now()),
            by=request.user,  # type: ignore[arg-type]
            **given.validated_data,
        )
        return Response(DunningPauseSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def lift(self, request: Request, pk: int) -> Response:
        """Let reminders about an invoice go on."""
        actions.lift_pause(invoice_id=pk, on=local_day(timezone.now()), by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)
