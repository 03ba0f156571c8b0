"""The API of payroll: the same queries and actions as the pages."""

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
from coop.tenancy.actions import note_access
from coop.tenancy.queries import local_day
from coop.tenancy.states import Role
from members.queries import person_of
from payroll import actions, corrections
from payroll.api.serializers import (
    EndWageElementSerializer,
    LateChangeSerializer,
    NewWageElementSerializer,
    OrderedSerializer,
    OrderReturnedSerializer,
    PayslipDetailSerializer,
    PayslipSerializer,
    ReturnedPaySerializer,
    RunSerializer,
    RunSlipSerializer,
    StartRunSerializer,
    WageElementSerializer,
)
from payroll.explanations import explained
from payroll.models import Payslip, WageElement
from payroll.queries import payslip_by_id, payslips_of, returned_pay, run_row, run_rows, slip_rows
from payroll.states import ElementKind
from payroll.timekeeping.calendar import check_years
from payroll.wage_elements import end_wage_element, enter_wage_element, wage_elements_in, wage_elements_of

_REVIEWERS = (Role.PAYROLL, Role.ACCOUNTANT, Role.BOARD)
_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class PayslipViewSet(ViewSet):
    """One's own payslips; payroll staff may name another person."""

    allowed_roles = (Role.MEMBER, Role.FORMER, Role.PAYROLL)

    @extend_schema(
        parameters=[OpenApiParameter("person", int, description="Whose payslips; for payroll staff only.")],
        responses=PayslipSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Posted payslips, newest first."""
        asked = request.query_params.get("person", "")
        if asked and _is_payroll(request):
            person_id = _number(asked)
            note_access(user=request.user, action="payslips", about=f"person:{person_id}")  # type: ignore[arg-type]
        elif _is_payroll(request) and person_of(request.user) is None:
            return Response([])  # staff without payslips of their own; `person` asks for somebody's
        else:
            person_id = _own_id(request)
            if asked and asked != str(person_id):
                raise Http404
        return Response(PayslipSerializer(payslips_of(person_id), many=True).data)

    @extend_schema(responses=PayslipDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """A payslip with its lines, each with its basis, rate and paragraph."""
        try:
            if _is_payroll(request):
                slip = payslip_by_id(pk)
                note_access(user=request.user, action="payslip", about=f"payslip:{slip.pk}")  # type: ignore[arg-type]
            else:
                slip = payslip_by_id(pk, person_id=_own_id(request))
        except NotFound as error:
            raise Http404 from error
        return Response(PayslipDetailSerializer(_with_lines(slip)).data)


class RunViewSet(ViewSet):
    """Salary runs: started by payroll staff, approved by a second person."""

    allowed_roles_by_action = {
        "list": _REVIEWERS,
        "retrieve": _REVIEWERS,
        "payslips": _REVIEWERS,
        "review": _REVIEWERS,
        "approve": _REVIEWERS,
        "close": _REVIEWERS,
        "create": (Role.PAYROLL,),
        "compute_again": (Role.PAYROLL,),
        "order_payment": (Role.PAYROLL,),
    }

    @extend_schema(responses=RunSerializer(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002
        """All runs, newest first."""
        return Response(RunSerializer(run_rows(), many=True).data)

    @extend_schema(responses=RunSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """How far a run is and what came out."""
        return Response(RunSerializer(_run(pk)).data)

    @extend_schema(request=StartRunSerializer, responses={201: RunSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Start the run of a month."""
        asked = StartRunSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = actions.start_run(month=asked.validated_data["month"], by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(RunSerializer(run_row(run.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: RunSerializer, 409: _CONFLICT})
    def review(self, request: Request, pk: int) -> Response:
        """Take into review what somebody else computed; the office sees who looks at it."""
        run = actions.begin_review(run_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(RunSerializer(run_row(run.pk)).data)

    @extend_schema(request=None, responses={200: RunSerializer, 409: _CONFLICT})
    def close(self, request: Request, pk: int) -> Response:
        """Close a paid run when nothing of its month is open."""
        run = actions.close_run(run_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(RunSerializer(run_row(run.pk)).data)

    @extend_schema(request=None, responses={200: RunSerializer, 409: _CONFLICT})
    def approve(self, request: Request, pk: int) -> Response:
        """Approve what somebody else computed; it is posted then."""
        run = actions.approve_run(run_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(RunSerializer(run_row(run.pk)).data)

    @extend_schema(request=None, responses={200: RunSerializer, 409: _CONFLICT})
    def compute_again(self, request: Request, pk: int) -> Response:
        """Compute a run anew with what has been entered since."""
        run = actions.compute_again(run_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(RunSerializer(run_row(run.pk)).data)

    @extend_schema(request=None, responses={200: OrderedSerializer, 409: _CONFLICT})
    def order_payment(self, request: Request, pk: int) -> Response:
        """Order a posted run's transfers anew, after their order was rejected."""
        _run(pk)
        order = actions.order_payment(run_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response({"order": order.pk if order else None})

    @extend_schema(responses=RunSlipSerializer(many=True))
    def payslips(self, request: Request, pk: int) -> Response:
        """A run's payslips, problems first."""
        run = _run(pk)
        note_access(user=request.user, action="salary run", about=f"run:{run.id}")  # type: ignore[arg-type]
        return Response(RunSlipSerializer(slip_rows(run, timezone.localdate()), many=True).data)


class LateChangeViewSet(ViewSet):
    """Paid months that would be computed otherwise today, and their correction."""

    allowed_roles = (Role.PAYROLL,)

    @extend_schema(responses=LateChangeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The one inbox of late changes, by month and name."""
        note_access(user=request.user, action="late changes", about="payslips")  # type: ignore[arg-type]
        today = local_day(timezone.now())
        changes = corrections.late_changes(corrections.first_correctable(today), today=today)
        return Response(LateChangeSerializer(changes, many=True).data)

    @extend_schema(request=None, responses={201: PayslipDetailSerializer, 400: _CONFLICT, 409: _CONFLICT})
    def correct(self, request: Request, pk: int) -> Response:
        """Compute a paid month anew and book the difference; the old payslip stays."""
        new = corrections.correct_payslip(payslip_id=pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(PayslipDetailSerializer(_with_lines(new)).data, status=status.HTTP_201_CREATED)


class WageElementViewSet(ViewSet):
    """What is paid or kept back besides the salary."""

    allowed_roles = (Role.PAYROLL,)

    @extend_schema(
        parameters=[OpenApiParameter("person", int, description="Whose; else everybody's of the running month.")],
        responses=WageElementSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """A person's wage elements, the latest first; without a person, those that count in the running month."""
        asked = request.query_params.get("person", "")
        person_id = _number(asked) if asked else None
        note_access(user=request.user, action="wage elements", about=f"person:{person_id or 'all'}")  # type: ignore[arg-type]
        found = wage_elements_of(person_id) if person_id else wage_elements_in(month_of(local_day(timezone.now())))
        return Response(WageElementSerializer(found, many=True).data)

    @extend_schema(request=NewWageElementSerializer, responses={201: WageElementSerializer, 409: _CONFLICT})
    def create(self, request: Request) -> Response:
        """Enter one; a month that was paid already is corrected like any late change."""
        given = NewWageElementSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        check_years(data["since"], data["until"])
        element = enter_wage_element(
            **{**data, "kind": ElementKind(data["kind"])},
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(WageElementSerializer(element).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EndWageElementSerializer, responses={200: WageElementSerializer, 409: _CONFLICT})
    def end(self, request: Request, pk: int) -> Response:
        """Let one end."""
        if not WageElement.objects.filter(id=pk).exists():
            raise Http404
        given = EndWageElementSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        until = given.validated_data["until"]
        check_years(until)
        element = end_wage_element(element_id=pk, until=until, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        return Response(WageElementSerializer(element).data)


class ReturnedPayViewSet(ViewSet):
    """Pay that the bank sent back, ordered anew to the account that is confirmed by now."""

    allowed_roles = (Role.PAYROLL,)

    @extend_schema(responses=ReturnedPaySerializer(many=True))
    def list(self, request: Request) -> Response:
        """What came back, the latest first."""
        note_access(user=request.user, action="returned pay", about="all")  # type: ignore[arg-type]
        return Response(ReturnedPaySerializer(returned_pay(timezone.localdate()), many=True).data)

    @extend_schema(request=OrderReturnedSerializer, responses={200: OrderedSerializer, 409: _CONFLICT})
    def order(self, request: Request, pk: int) -> Response:
        """Order it anew, once."""
        given = OrderReturnedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        order = actions.order_returned_pay(
            match_id=pk,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            same_account=given.validated_data["same_account"],
        )
        return Response({"order": order.pk})


def _with_lines(slip: Payslip) -> Payslip:
    slip.explained_lines = explained(slip.lines)  # type: ignore[attr-defined]
    return slip


def _run(pk: int) -> Any:
    try:
        return run_row(pk)
    except NotFound as error:
        raise Http404 from error


def _own_id(request: Request) -> int:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return int(person.pk)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 (more than a key can hold)
        raise Http404
    return int(text)


def _is_payroll(request: Request) -> bool:
    return Role.PAYROLL in request._request.roles  # type: ignore[attr-defined] # noqa: SLF001 (set by the permission)
