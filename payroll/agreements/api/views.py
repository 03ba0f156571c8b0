"""The API of the papers of employments: the same actions and queries as the pages."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from coop.tenancy.states import Role
from members.queries import person_of
from payroll.agreements import actions
from payroll.agreements.api.serializers import (
    EmploymentPaperSerializer,
    MakeEmploymentPaperSerializer,
    SignedSerializer,
)
from payroll.agreements.queries import contract_by_id, paper_by_id, papers_of_contract, papers_of_person
from payroll.agreements.states import Paper, Signing

_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class PaperViewSet(ViewSet):
    """A member's own papers; payroll staff draw them up and keep how they were signed."""

    allowed_roles_by_action = {
        "mine": (Role.MEMBER,),
        "received": (Role.MEMBER,),
        "list": (Role.PAYROLL,),
        "create": (Role.PAYROLL,),
        "signed": (Role.PAYROLL,),
        "discard": (Role.PAYROLL,),
    }

    @extend_schema(responses=EmploymentPaperSerializer(many=True))
    def mine(self, request: Request) -> Response:
        """One's own papers, newest first."""
        person = person_of(request.user)
        rows = papers_of_person(person.pk) if person else []
        return Response(EmploymentPaperSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={200: EmploymentPaperSerializer, 409: _CONFLICT})
    def received(self, request: Request, pk: int) -> Response:
        """Confirm to have received a paper."""
        person = person_of(request.user)
        if person is None:
            raise Http404
        paper = actions.confirm_receipt(paper_id=pk, person_id=person.pk, at=timezone.now())
        return Response(EmploymentPaperSerializer(paper).data)

    @extend_schema(responses=EmploymentPaperSerializer(many=True))
    def list(self, request: Request, contract_id: int) -> Response:  # noqa: ARG002
        """The papers of a contract, newest first."""
        contract = contract_by_id(contract_id)
        return Response(EmploymentPaperSerializer(papers_of_contract(contract.pk), many=True).data)

    @extend_schema(request=MakeEmploymentPaperSerializer, responses={201: EmploymentPaperSerializer, 409: _CONFLICT})
    def create(self, request: Request, contract_id: int) -> Response:
        """Draw up a paper; its PDF is prepared."""
        contract = contract_by_id(contract_id)
        given = MakeEmploymentPaperSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wording = {name: value for name, value in given.validated_data.items() if name != "kind"}
        paper = actions.make_paper(
            contract_id=contract.pk,
            kind=Paper(given.validated_data["kind"]),
            wording=actions.Wording(**wording),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(EmploymentPaperSerializer(paper).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SignedSerializer, responses={200: EmploymentPaperSerializer, 409: _CONFLICT})
    def signed(self, request: Request, pk: int) -> Response:
        """Keep when and how both sides signed."""
        paper_by_id(pk)
        given = SignedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        paper = actions.note_signature(
            paper_id=pk,
            how=Signing(given.validated_data["how"]),
            on=given.validated_data["on"],
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(EmploymentPaperSerializer(paper).data)

    @extend_schema(request=None, responses={200: EmploymentPaperSerializer, 409: _CONFLICT})
    def discard(self, request: Request, pk: int) -> Response:
        """Put an unsigned paper aside."""
        return Response(EmploymentPaperSerializer(actions.discard_paper(paper_id=pk, by=request.user)).data)  # type: ignore[arg-type]
