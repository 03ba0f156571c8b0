"""The API of the bank: the same queries and actions as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from coop.banking import actions, queries
from coop.banking.api.serializers import (
    CameBackSerializer,
    MatchSerializer,
    ProposalSerializer,
    ReportSerializer,
    TransactionSerializer,
    UploadSerializer,
)
from coop.banking.matching import propose
from coop.banking.models import BankTransaction, Claim
from coop.banking.movements import LARGEST_FILE, UnreadableStatement
from coop.banking.states import TransactionState
from coop.errors import NotFound
from coop.tenancy.states import Role

MONEY = (Role.ACCOUNTANT, Role.INVOICING)
_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")
_STATES = ["waiting", *TransactionState.values]


class StatementUpload(APIView):
    """Bank statements come in here."""

    allowed_roles = MONEY
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: ReportSerializer, 409: _CONFLICT})
    def post(self, request: Request) -> Response:
        """Import a file: each movement once, matched where it is sure. A wrong file changes nothing."""
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        if file.size > LARGEST_FILE:
            raise UnreadableStatement
        report = actions.import_statement(
            data=file.read(),
            filename=file.name,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            account_id=self._account_id(given.validated_data.get("account", "")),
        )
        body = {
            "new": report.new,
            "known": report.known,
            "matched": report.matched,
            "waiting": report.waiting,
            "gaps": len(report.gaps),
            "unchecked": report.unchecked,
            "noticed": report.noticed,
        }
        return Response(body, status=status.HTTP_201_CREATED)

    @staticmethod
    def _account_id(iban: str) -> int | None:
        if not iban:
            return None
        named = "".join(iban.split()).upper()
        found = next((account.pk for account in queries.bank_accounts() if account.iban == named), None)
        if found is None:
            raise NotFound
        return int(found)


class TransactionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[BankTransaction]):
    """Movements on the cooperative's accounts."""

    serializer_class = TransactionSerializer
    pagination_class = LimitOffsetPagination
    lookup_value_regex = "[0-9]{1,19}"
    allowed_roles = MONEY
    allowed_roles_by_action = {
        "list": (*MONEY, Role.AUDITOR),
        "retrieve": (*MONEY, Role.AUDITOR),
        "match": MONEY,
        "proposals": (*MONEY, Role.AUDITOR),
        "came_back": (Role.ACCOUNTANT,),
        "undo_return": MONEY,
    }

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=_STATES, description="Only those in this state.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Movements, the latest first."""
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[BankTransaction]:
        """Those that the login may see and the query asks for."""
        state = self.request.query_params.get("state", "")
        held: frozenset[Role] = getattr(self.request._request, "roles", frozenset())  # noqa: SLF001 (the permission leaves them there)
        of_clients = queries.sees_clients_only(held)
        return queries.transactions(state=state if state in _STATES else "", of_clients=of_clients)

    @extend_schema(responses={200: ProposalSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def proposals(self, request: Request, pk: str) -> Response:  # noqa: ARG002 (get_object reads it)
        """What a payment may be for, the surest first."""
        row = self.get_object()
        if row.open_cents <= 0 or row.returned:
            return Response([])
        found = propose(queries.rest_of(row), queries.book_of_open_claims())
        ids = {claim_id for one in found for claim_id, _cents in one.parts}
        claims = {claim.pk: claim for claim in Claim.objects.filter(id__in=ids)}
        body = [
            {
                "score": one.score,
                "reason": one.reason,
                "currency": "EUR",
                "parts": [
                    {"reference": claims[claim_id].reference, "debtor": claims[claim_id].debtor, "amount": cents}
                    for claim_id, cents in one.parts
                ],
            }
            for one in found
        ]
        return Response(ProposalSerializer(body, many=True).data)

    @extend_schema(request=CameBackSerializer, responses={200: TransactionSerializer, 409: _CONFLICT})
    @action(detail=True, methods=["post"], url_path="came-back")
    def came_back(self, request: Request, pk: str) -> Response:  # noqa: ARG002 (get_object reads it)
        """Say which payment of ours a credit brought back: it is owed again."""
        row = self.get_object()
        given = CameBackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        named = given.validated_data["end_to_end_id"]
        line = next((one for one in queries.sent_payments_like(row, named) if one.end_to_end_id == named), None)
        if line is None:
            raise NotFound
        actions.book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=request.user)  # type: ignore[arg-type]
        return Response(TransactionSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={200: TransactionSerializer, 409: _CONFLICT})
    @action(detail=True, methods=["post"], url_path="undo-return")
    def undo_return(self, request: Request, pk: str) -> Response:  # noqa: ARG002 (get_object reads it)
        """Take back that this payment was returned: it counts again, and the debit waits."""
        row = self.get_object()
        match = queries.returned_match_of(row)
        if match is None:
            raise actions.NotReturned
        actions.undo_return(match_id=match.pk, on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        return Response(TransactionSerializer(self.get_object()).data)

    @extend_schema(request=MatchSerializer, responses={200: TransactionSerializer, 409: _CONFLICT})
    @action(detail=True, methods=["post"])
    def match(self, request: Request, pk: str) -> Response:  # noqa: ARG002 (get_object reads it)
        """Give a payment, or parts of it, to claims."""
        row = self.get_object()
        given = MatchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        parts = given.validated_data["parts"]
        claims = dict(
            Claim.objects.filter(reference__in=[part["reference"] for part in parts]).values_list("reference", "id")
        )
        if any(part["reference"] not in claims for part in parts):
            raise NotFound
        actions.match_by_hand(
            transaction_id=row.pk,
            parts=[actions.Part(claim_id=claims[part["reference"]], cents=part["amount"]) for part in parts],
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(TransactionSerializer(self.get_object()).data)
