"""Clients, jobs and invoices for programs: the same actions and queries as the pages."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coop.tenancy.states import Role
from invoicing import actions, queries
from invoicing.api.serializers import (
    CancellationSerializer,
    ClientSerializer,
    ConfirmationSerializer,
    EcListSerializer,
    InvoiceCancellationSerializer,
    InvoiceCancelSerializer,
    InvoiceSerializer,
    IssuePlannedSerializer,
    IssueSerializer,
    JobIdsSerializer,
    JobInputSerializer,
    JobSerializer,
    MessageSerializer,
    PlannedInvoiceSerializer,
    ReasonSerializer,
    VatDecisionSerializer,
)
from invoicing.letters import xml_of
from invoicing.models import Client, Invoice, Job, PlannedInvoice
from invoicing.reports import ec_list, quarter_named
from invoicing.states import JobState

BOTH = (Role.MEMBER, Role.INVOICING)
READERS = (*BOTH, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)


def _roles(request: Request) -> frozenset[Role]:
    roles: frozenset[Role] = request._request.roles  # type: ignore[attr-defined]  # noqa: SLF001 (the permission keeps them there)
    return roles


def _data(serializer_class: Any, request: Request, **kwargs: Any) -> dict[str, Any]:
    serializer = serializer_class(data=request.data, **kwargs)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class ClientViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Client]):
    """Own clients; everybody's for invoicing staff."""

    allowed_roles = BOTH
    allowed_roles_by_action = {"create": (Role.MEMBER,)}
    serializer_class = ClientSerializer

    def get_queryset(self) -> QuerySet[Client]:
        """What the login may see."""
        return queries.clients_for(self.request.user, _roles(self.request)).order_by("id")  # type: ignore[arg-type]

    @extend_schema(request=ClientSerializer, responses={201: ClientSerializer})
    def create(self, request: Request) -> Response:
        """Enter a client."""
        client = actions.add_client(on=timezone.localdate(), by=request.user, **_data(ClientSerializer, request))  # type: ignore[arg-type]
        return Response(ClientSerializer(client).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ClientSerializer, responses=ClientSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a client; issued invoices stay as they are."""
        queries.client_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        client = actions.change_client(
            client_id=pk,
            on=timezone.localdate(),
            by=request.user,  # type: ignore[arg-type]
            **_data(ClientSerializer, request, partial=True),
        )
        return Response(ClientSerializer(client).data)


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    """Own jobs; everybody's for invoicing staff."""

    allowed_roles = BOTH
    allowed_roles_by_action = {
        "create": (Role.MEMBER,),
        "partial_update": (Role.MEMBER,),
        "submit": (Role.MEMBER,),
        "accept": (Role.INVOICING,),
        "accept_many": (Role.INVOICING,),
        "decide_vat": (Role.INVOICING,),
        "return_to_member": (Role.INVOICING,),
    }
    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[Job]:
        """What the login may see."""
        jobs = queries.jobs_for(self.request.user, _roles(self.request))  # type: ignore[arg-type]
        return jobs.select_related("owner").prefetch_related("lines").order_by("-id")

    @extend_schema(request=JobInputSerializer, responses={201: JobSerializer})
    def create(self, request: Request) -> Response:
        """Draft a job; its money goes to the member's own budget."""
        job = actions.draft_job(
            budget_id=queries.budget_of(request.user),  # type: ignore[arg-type]
            on=timezone.localdate(),
            by=request.user,  # type: ignore[arg-type]
            **_data(JobInputSerializer, request),
        )
        return Response(JobSerializer(job).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=JobInputSerializer, responses=JobSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a draft or a returned job."""
        self._job(request, pk)
        fields = _data(JobInputSerializer, request, partial=True)
        return Response(JobSerializer(actions.change_job(job_id=pk, by=request.user, **fields)).data)  # type: ignore[arg-type]

    @extend_schema(request=None, responses=JobSerializer)
    def submit(self, request: Request, pk: int) -> Response:
        """Hand a job to the office."""
        return self._do(actions.submit_job, request, pk)

    @extend_schema(request=VatDecisionSerializer, responses=JobSerializer)
    def decide_vat(self, request: Request, pk: int) -> Response:
        """Settle the VAT of a job that the rules leave open."""
        return self._do(actions.decide_vat, request, pk, VatDecisionSerializer)

    @extend_schema(request=None, responses=JobSerializer)
    def accept(self, request: Request, pk: int) -> Response:
        """The office has checked a job."""
        return self._do(actions.accept_job, request, pk)

    @extend_schema(operation_id="jobs_accept_many", request=JobIdsSerializer, responses=JobSerializer(many=True))
    def accept_many(self, request: Request) -> Response:
        """The office has checked these jobs: all are accepted or none."""
        asked = _data(JobIdsSerializer, request)
        actions.accept_jobs(job_ids=asked["job_ids"], on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        return Response(JobSerializer(self.get_queryset().filter(id__in=asked["job_ids"]), many=True).data)

    @extend_schema(request=ReasonSerializer, responses=JobSerializer)
    def return_to_member(self, request: Request, pk: int) -> Response:
        """Give a job back with a reason."""
        return self._do(actions.return_job, request, pk, ReasonSerializer, at=timezone.now())

    @extend_schema(request=ConfirmationSerializer, responses=JobSerializer)
    def confirm(self, request: Request, pk: int) -> Response:
        """Note that the client has confirmed."""
        return self._do(actions.confirm_job, request, pk, ConfirmationSerializer)

    @extend_schema(request=None, responses={204: None})
    def ask(self, request: Request, pk: int) -> Response:
        """Send the client a link to confirm a job, ask for changes, or decline."""
        job = self._job(request, pk)
        actions.ask_client(job_id=job.pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=CancellationSerializer, responses=JobSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Give a job up."""
        return self._do(actions.cancel_job, request, pk, CancellationSerializer)

    @extend_schema(responses=MessageSerializer(many=True))
    def messages(self, request: Request, pk: int) -> Response:
        """What was said on a job, oldest first."""
        return Response(MessageSerializer(queries.talk_of(self._job(request, pk)), many=True).data)

    @extend_schema(request=MessageSerializer, responses={201: MessageSerializer})
    def say(self, request: Request, pk: int) -> Response:
        """Add to the conversation on a job."""
        job = self._job(request, pk)
        said = actions.say_on_job(
            job_id=job.pk,
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
            **_data(MessageSerializer, request),
        )
        return Response(MessageSerializer(said).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=PlannedInvoiceSerializer(many=True))
    def planned(self, request: Request, pk: int) -> Response:
        """The invoices of parts of a job that are planned and not yet issued."""
        return Response(PlannedInvoiceSerializer(queries.planned_of_job(self._job(request, pk)), many=True).data)

    @extend_schema(request=PlannedInvoiceSerializer, responses={201: PlannedInvoiceSerializer})
    def plan(self, request: Request, pk: int) -> Response:
        """Plan an instalment or an advance."""
        job = self._job(request, pk)
        fields = _data(PlannedInvoiceSerializer, request)
        planned = actions.plan_invoice(job_id=job.pk, on=timezone.localdate(), by=request.user, **fields)  # type: ignore[arg-type]
        return Response(PlannedInvoiceSerializer(planned).data, status=status.HTTP_201_CREATED)

    def _job(self, request: Request, pk: int) -> Job:
        """The job before anything else: whoever may not see it learns nothing about the input either."""
        return queries.job_for(request.user, _roles(request), pk)  # type: ignore[arg-type]

    def _do(
        self, act: Callable[..., Job], request: Request, pk: int, serializer_class: Any = None, **given: Any
    ) -> Response:
        job = self._job(request, pk)
        if serializer_class is not None:
            given |= _data(serializer_class, request)
        job = act(job_id=job.pk, on=timezone.localdate(), by=request.user, **given)
        return Response(JobSerializer(job).data)


class PlannedInvoiceViewSet(viewsets.GenericViewSet[PlannedInvoice]):
    """Planned invoices of own jobs; all of them for invoicing staff."""

    allowed_roles = BOTH
    serializer_class = PlannedInvoiceSerializer

    def get_queryset(self) -> QuerySet[PlannedInvoice]:
        """What is planned and not yet issued."""
        return PlannedInvoice.objects.filter(invoice=None)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take a planned invoice off the plan."""
        queries.planned_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        actions.drop_planned(planned_id=pk, on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=IssuePlannedSerializer, responses={201: InvoiceSerializer})
    def issue(self, request: Request, pk: int) -> Response:
        """Issue a planned invoice."""
        queries.planned_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        day = _data(IssuePlannedSerializer, request)["issued_on"]
        issued = actions.issue_planned(planned_ids=[pk], on=day, by=request.user)  # type: ignore[arg-type]
        return Response(InvoiceSerializer(issued[0]).data, status=status.HTTP_201_CREATED)


class InvoiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Invoice]):
    """Invoices of own jobs; all of them for the office, the board and the auditor."""

    allowed_roles = READERS
    allowed_roles_by_action = {"create": (Role.INVOICING,)}
    serializer_class = InvoiceSerializer

    def get_queryset(self) -> QuerySet[Invoice]:
        """What the login may see."""
        invoices = queries.invoices_for(self.request.user, _roles(self.request))  # type: ignore[arg-type]
        return invoices.prefetch_related("lines").order_by("-issued_on", "-id")

    @extend_schema(request=IssueSerializer, responses={201: InvoiceSerializer(many=True)})
    def create(self, request: Request) -> Response:
        """Issue the invoices of confirmed jobs, all or none."""
        asked = _data(IssueSerializer, request)
        issued = actions.issue_invoices(job_ids=asked["job_ids"], on=asked["issued_on"], by=request.user)  # type: ignore[arg-type]
        return Response(InvoiceSerializer(issued, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/xml"): OpenApiTypes.BINARY})
    def xml(self, request: Request, pk: int) -> HttpResponse:
        """The data of the e-invoice: the XRechnung where the client gets one, else what the PDF carries."""
        invoice = queries.invoice_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        return HttpResponse(xml_of(invoice, by=request.user), content_type="application/xml")  # type: ignore[arg-type]

    @extend_schema(request=InvoiceCancelSerializer, responses={201: InvoiceCancellationSerializer})
    def cancel(self, request: Request, pk: int) -> Response:
        """Take an invoice back with a cancellation invoice."""
        queries.invoice_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        asked = _data(InvoiceCancelSerializer, request)
        done = actions.cancel_invoice(
            invoice_id=pk,
            reason=asked["reason"],
            then=JobState(asked["then"]),
            on=timezone.localdate(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(InvoiceCancellationSerializer(done).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def refunded(self, request: Request, pk: int) -> Response:
        """Note that the credit of a cancelled invoice has gone back: the tax on it falls."""
        queries.invoice_for(request.user, _roles(request), pk)  # type: ignore[arg-type]
        actions.note_refund(invoice_id=pk, on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


class EcListView(APIView):
    """The EC sales list of a quarter, from the ledger."""

    allowed_roles = (Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)

    @extend_schema(
        parameters=[OpenApiParameter("quarter", str, description="Such as 2026-Q2; else the quarter that ended last.")],
        responses=EcListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Figures by VAT number of the client."""
        return Response(
            EcListSerializer(
                ec_list(*quarter_named(request.query_params.get("quarter", ""), timezone.localdate()))
            ).data
        )
