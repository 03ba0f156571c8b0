"""The API of the papers: the same figures and steps as the pages."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from coop.errors import NotFound
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from members.queries import person_of
from payroll.papers import filings, reports
from payroll.papers.api.serializers import (
    DutySerializer,
    FilingSerializer,
    MadeStatementSerializer,
    NewFilingSerializer,
    NewRefundSerializer,
    OrderMadeSerializer,
    PaperMonthSerializer,
    PaperSerializer,
    RefundProposalSerializer,
    RefundSerializer,
)
from payroll.papers.contributions import made_statements, make_statements, order_contributions, preview
from payroll.papers.duties import duties
from payroll.papers.notices import notice_rows, notices_paper
from payroll.papers.refunds import claim_refund, proposals
from payroll.papers.sheets import Paper, as_json
from payroll.papers.states import FilingKind, RefundKind
from payroll.papers.targets import target_of
from payroll.papers.wage_tax import order_wage_tax
from payroll.papers.web.common import OFFICE, READERS, asked_month, asked_year

_MONTH = OpenApiParameter("month", str, description="Such as 2026-03; without it the present month.")
_YEAR = OpenApiParameter("year", int, description="Such as 2026; without it the present year.")
_PERSON = OpenApiParameter("person", int, description="Whose; without it one's own.")
_CONFLICT = OpenApiResponse(description="It cannot be done as things stand; `detail` says what to do.")


class PaperViewSet(ViewSet):
    """Papers of the office as data."""

    allowed_roles = READERS
    allowed_roles_by_action = {
        "duties": (*READERS, Role.BOARD),
        "wage_account": (*READERS, Role.MEMBER),
        "make_statements": OFFICE,
        "order_contributions": OFFICE,
        "order_wage_tax": OFFICE,
        "file": OFFICE,
        "refund": OFFICE,
    }

    @extend_schema(parameters=[_MONTH], responses=DutySerializer(many=True))
    def duties(self, request: Request) -> Response:
        """What is due in a month, and who did it."""
        today = timezone.localdate()
        found = duties(asked_month(request._request), today)  # noqa: SLF001 (the page reads the same address)
        rows = [
            {**{name: getattr(duty, name) for name in _DUTY}, "standing": duty.state(today).value} for duty in found
        ]
        return Response(DutySerializer(rows, many=True).data)

    @extend_schema(parameters=[_MONTH], responses=PaperSerializer)
    def journal(self, request: Request) -> Response:
        """The payroll journal of a month."""
        month = asked_month(request._request)  # noqa: SLF001
        return self._paper(request, f"journal {month:%Y-%m}", lambda: reports.journal(month))

    @extend_schema(parameters=[_MONTH], responses=PaperSerializer)
    def wage_tax(self, request: Request) -> Response:
        """The wage-tax return of the period that a month belongs to."""
        month = asked_month(request._request)  # noqa: SLF001
        return self._paper(request, f"wage tax {month:%Y-%m}", lambda: reports.wage_tax_paper(month))

    @extend_schema(parameters=[_MONTH], responses=PaperSerializer)
    def contributions(self, request: Request) -> Response:
        """The contribution statements of a month, made or as they would be now."""
        month = asked_month(request._request)  # noqa: SLF001
        rows = made_statements(month) or preview(month).rows
        return self._paper(request, f"contributions {month:%Y-%m}", lambda: reports.statements_paper(month, rows))

    @extend_schema(responses=PaperSerializer)
    def notices(self, request: Request) -> Response:
        """Notices to social insurance of this year and the last."""
        rows = notice_rows(timezone.localdate())
        return self._paper(request, "notices", lambda: notices_paper(rows, reports.not_sent()))

    @extend_schema(parameters=[_YEAR], responses=PaperSerializer)
    def certificates(self, request: Request) -> Response:
        """The data of the annual wage-tax certificates."""
        year = asked_year(request._request)  # noqa: SLF001
        return self._paper(request, f"certificates {year}", lambda: reports.certificates(year))

    @extend_schema(parameters=[_YEAR], responses=PaperSerializer)
    def accident(self, request: Request) -> Response:
        """The yearly report to the accident insurer."""
        year = asked_year(request._request)  # noqa: SLF001
        return self._paper(request, f"accident insurance {year}", lambda: reports.accident_paper(year))

    @extend_schema(parameters=[_YEAR, _PERSON], responses=PaperSerializer)
    def wage_account(self, request: Request) -> Response:
        """A wage account: one's own, or for the office anybody's."""
        year = asked_year(request._request)  # noqa: SLF001
        person_id, own = _whose(request)
        try:
            return self._paper(
                request, f"wage account person:{person_id} {year}", lambda: reports.wage_account(person_id, year)
            )
        except NotFound as error:
            if not own:
                raise Http404 from error
            # Who was not employed in the year has an account without pages.
            empty = Paper(key="wage-account", title=str(year), about="", sheets=())
            return Response(PaperSerializer(as_json(empty)).data)

    @extend_schema(request=PaperMonthSerializer, responses={201: MadeStatementSerializer(many=True), 409: _CONFLICT})
    def make_statements(self, request: Request) -> Response:
        """Freeze the contribution statements of a month for all funds."""
        made = make_statements(month=_month(request), by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(MadeStatementSerializer(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PaperMonthSerializer, responses={201: OrderMadeSerializer, 409: _CONFLICT})
    def order_contributions(self, request: Request) -> Response:
        """Order what the statements ask for; a second person approves it."""
        order = order_contributions(month=_month(request), by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(OrderMadeSerializer(order).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PaperMonthSerializer, responses={201: OrderMadeSerializer, 409: _CONFLICT})
    def order_wage_tax(self, request: Request) -> Response:
        """Order the wage tax of a period; a second person approves it."""
        order = order_wage_tax(month=_month(request), by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return Response(OrderMadeSerializer(order).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NewFilingSerializer, responses={201: FilingSerializer, 409: _CONFLICT})
    def file(self, request: Request) -> Response:
        """Note that something was handed in, with its figures as they are now."""
        asked = NewFilingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        try:
            target = target_of(data["kind"], data["subject"], timezone.localdate())
        except NotFound as error:
            raise Http404 from error
        filing = filings.file(
            kind=FilingKind(target.kind),
            subject=target.subject,
            due_on=target.due_on,
            filed_on=data["filed_on"],
            reference=data["reference"],
            figures=target.figures,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
        return Response(FilingSerializer(filing).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[_YEAR], responses=RefundProposalSerializer(many=True))
    def refund_proposals(self, request: Request) -> Response:
        """What of a year's confirmed absences was paid, may be claimed back, and is not yet."""
        note_access(user=request.user, action="payroll paper", about="refund proposals")  # type: ignore[arg-type]
        found = proposals(asked_year(request._request))  # noqa: SLF001
        return Response(RefundProposalSerializer(found, many=True).data)

    @extend_schema(request=NewRefundSerializer, responses={201: RefundSerializer, 409: _CONFLICT})
    def refund(self, request: Request) -> Response:
        """Claim back sick or maternity pay; the budget that bore it gets it at once."""
        asked = NewRefundSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        try:
            row = claim_refund(
                person_id=data["person"],
                kind=RefundKind(data["kind"]),
                since=data["since"],
                until=data["until"],
                rate=data["rate"],
                with_contributions=data["with_contributions"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except NotFound as error:
            raise Http404 from error
        return Response(RefundSerializer(row).data, status=status.HTTP_201_CREATED)

    def _paper(self, request: Request, about: str, build: Callable[[], Paper]) -> Response:
        note_access(user=request.user, action="payroll paper", about=about)  # type: ignore[arg-type]
        return Response(PaperSerializer(as_json(build())).data)


_DUTY = ("key", "title", "due_on", "kind", "subject", "cents", "done_by", "done_on")


def _month(request: Request) -> Any:
    asked = PaperMonthSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data["month"]


def _whose(request: Request) -> tuple[int, bool]:
    """Whose account is asked for, and whether it is one's own. Readers may name anybody. Raises: Http404."""
    asked = request.query_params.get("person", "")
    mine = person_of(request.user)
    own_id = int(mine.pk) if mine is not None else 0
    readers = frozenset(READERS) & request._request.roles  # type: ignore[attr-defined]  # noqa: SLF001 (set by the permission)
    if not asked:
        return own_id, True
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:  # noqa: PLR2004 (more than a key can hold)
        raise Http404
    if not readers and int(asked) != own_id:
        raise Http404
    return int(asked), int(asked) == own_id
