"""The API of shared budgets and transfers: the same actions as the pages."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from coop.tenancy.states import Role
from members.collectives import actions
from members.collectives.api.serializers import (
    AnswerSerializer,
    CollectiveSerializer,
    FoundSerializer,
    OfferSerializer,
    TransferSerializer,
)
from members.collectives.queries import collectives_of, member_by_email, transfers_of
from members.models import Person
from members.queries import person_of

_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class CollectiveViewSet(ViewSet):
    """Budgets that one shares or is asked to share."""

    allowed_roles = (Role.MEMBER,)

    @extend_schema(responses=CollectiveSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Shared budgets, by name."""
        return Response(CollectiveSerializer(collectives_of(_me(request).pk, timezone.localdate()), many=True).data)

    @extend_schema(request=FoundSerializer, responses={201: CollectiveSerializer(many=True), 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Open a shared budget and ask others to share it."""
        asked = FoundSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = _me(request)
        actions.found_collective(
            name=asked.validated_data["name"],
            person_id=person.pk,
            invited_ids=[member_by_email(email).pk for email in asked.validated_data["emails"]],
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        rows = collectives_of(person.pk, timezone.localdate())
        return Response(CollectiveSerializer(rows, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnswerSerializer, responses={204: None, 409: _CONFLICT})
    def answer(self, request: Request, pk: int) -> Response:
        """Share it, or not."""
        asked = AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        actions.answer_invitation(
            collective_id=pk, person_id=_me(request).pk, joins=asked.validated_data["joins"], at=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class TransferViewSet(ViewSet):
    """Transfers of the budgets that one decides for."""

    allowed_roles = (Role.MEMBER,)

    @extend_schema(responses=TransferSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Transfers, newest first."""
        return Response(TransferSerializer(transfers_of(_me(request)), many=True).data)

    @extend_schema(request=OfferSerializer, responses={201: TransferSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Offer money; it moves when the other side agrees."""
        asked = OfferSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, person = asked.validated_data, _me(request)
        receiver = data.get("receiver_id") or member_by_email(data.get("email", "")).budget_id
        made = actions.offer_transfer(
            giver_id=int(data.get("giver_id") or person.budget_id or 0),
            receiver_id=receiver,
            cents=data["cents"],
            text=data["text"],
            person_id=person.pk,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(_row(person, made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: TransferSerializer, 409: _CONFLICT})
    def accept(self, request: Request, pk: int) -> Response:
        """Agree for the receiving side: now the money moves."""
        return _decided(request, pk, actions.accept_transfer)

    @extend_schema(request=None, responses={200: TransferSerializer, 409: _CONFLICT})
    def decline(self, request: Request, pk: int) -> Response:
        """Say no for the receiving side."""
        return _decided(request, pk, actions.decline_transfer)

    @extend_schema(request=None, responses={200: TransferSerializer, 409: _CONFLICT})
    def withdraw(self, request: Request, pk: int) -> Response:
        """Take one's own offer back."""
        return _decided(request, pk, actions.withdraw_transfer)


def _decided(request: Request, pk: int, decide: Callable[..., Any]) -> Response:
    person = _me(request)
    decide(transfer_id=pk, person_id=person.pk, at=timezone.now(), by=request.user)
    return Response(_row(person, pk))


def _row(person: Person, pk: int) -> Any:
    return TransferSerializer(next(row for row in transfers_of(person) if row.id == pk)).data


def _me(request: Request) -> Person:
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        raise Http404
    return person
