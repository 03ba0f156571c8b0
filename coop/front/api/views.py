"""Who one is, and one's own budget."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coop.errors import NotFound
from coop.front.api.serializers import (
    BudgetSerializer,
    MovementSerializer,
    SalaryAnswerSerializer,
    SalaryQuestionSerializer,
    WhoSerializer,
)
from coop.front.budget_words import words_of
from coop.ledger.queries import budget_statement, figures_of
from coop.tenancy.queries import policy_on, roles_of, this_cooperative
from coop.tenancy.states import Role
from members.queries import person_of
from payroll.offers import offer


class Who(APIView):
    """The login behind the request."""

    allowed_roles = frozenset(Role)

    @extend_schema(operation_id="me", summary="Who am I here?", responses=WhoSerializer, tags=["me"])
    def get(self, request: Request) -> Response:
        """Name, cooperative and roles of the login that asks."""
        who = {
            "name": str(request.user),
            "email": request.user.get_username(),
            "cooperative": this_cooperative().name,
            "roles": sorted(roles_of(request.user)),
        }
        return Response(WhoSerializer(who).data)


class SalaryCalculation(APIView):
    """What a month's turnover, cost, gross or net means for the other three."""

    allowed_roles = frozenset(Role)

    @extend_schema(
        operation_id="salary_calculation",
        summary="What would I get?",
        request=SalaryQuestionSerializer,
        responses=SalaryAnswerSerializer,
        tags=["salary"],
    )
    def post(self, request: Request) -> Response:
        """The largest gross that fits, with every contribution and tax. Nothing is stored."""
        question = SalaryQuestionSerializer(data=request.data)
        question.is_valid(raise_exception=True)
        asked = question.validated_data
        month = asked["circumstances"].month
        policy = policy_on(month)
        answer = offer(
            start=asked["start"],
            cents=asked["cents"],
            terms=asked["circumstances"].terms(policy),
            month=month,
            policy=policy,
        )
        return Response(SalaryAnswerSerializer(answer).data)


class OwnBudget(APIView):
    """The member's own budget."""

    allowed_roles = frozenset({Role.MEMBER})

    @extend_schema(operation_id="budget", summary="My budget today", responses=BudgetSerializer, tags=["budget"])
    def get(self, request: Request) -> Response:
        """What is mine, promised and bound, as of today."""
        figures = figures_of(_own_budget_id(request), timezone.localdate())
        return Response(BudgetSerializer(figures).data)


class OwnMovements(APIView):
    """Why the member's budget is what it is."""

    allowed_roles = frozenset({Role.MEMBER})
    pagination_class = LimitOffsetPagination

    @extend_schema(
        operation_id="budget_movements",
        summary="Every movement of my budget",
        responses=MovementSerializer(many=True),
        filters=True,
        tags=["budget"],
    )
    def get(self, request: Request) -> Response:
        """Every movement, newest first, with the balance after it and the document that caused it."""
        movements = budget_statement(_own_budget_id(request))[::-1]
        pages = LimitOffsetPagination()
        page: Any = pages.paginate_queryset(movements, request, view=self)
        words = words_of(page, get_language() or "en")
        rows = [
            {
                **asdict(movement),
                "words": words[movement.number].text,
                "parts": words[movement.number].parts,
            }
            for movement in page
        ]
        return pages.get_paginated_response(MovementSerializer(rows, many=True).data)


def _own_budget_id(request: Request) -> int:
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        raise NotFound
    return int(person.budget_id)
