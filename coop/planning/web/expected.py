"""What a member expects: chances of likely jobs, regular work, expenses."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.planning.expectations import expect, expect_no_more, expectations_of, judge_job, likely_jobs
from coop.planning.months import later
from coop.planning.states import ExpectationKind
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.web.forms import EuroField, MonthField, PercentField


class ExpectationForm(forms.Form):
    """Work or an expense of some months."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            (ExpectationKind.WORK, gettext_lazy("Work that comes, without VAT and before the fee")),
            (ExpectationKind.EXPENSE, gettext_lazy("An expense beyond what is usual")),
        ],
    )
    title = forms.CharField(label=gettext_lazy("What it is"), max_length=120)
    amount = EuroField(label=gettext_lazy("Amount a month"), min_value=Decimal("0.01"))
    first_month = MonthField(label=gettext_lazy("First month"))
    last_month = MonthField(label=gettext_lazy("Last month"))
    chance = PercentField(label=gettext_lazy("How likely"))


class ChanceForm(forms.Form):
    """How likely a job is; empty leaves it to the figures of the cooperative."""

    chance = PercentField(label=gettext_lazy("How likely"), required=False)


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def expected(request: HttpRequest) -> HttpResponse:
    """Everything that one expects; a POST adds work or an expense."""
    person = _me(request)
    following = later(month_of(timezone.localdate()), 1)
    initial = {"first_month": following, "last_month": following, "chance": Decimal(100)}
    form = ExpectationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            expect(
                person_id=person.pk,
                kind=ExpectationKind(data["kind"]),
                title=data["title"],
                cents=data["amount"],
                first_month=data["first_month"],
                last_month=data["last_month"],
                probability=data["chance"].quantize(Decimal("0.01")),
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your plan counts with it from now on."))
            return redirect("planning:expected")
    return render(
        request,
        "planning/expected.html",
        {
            "form": form,
            "jobs": [
                {
                    "title": f"{one.job.title}, {one.job.client.name}",
                    "url": reverse("invoicing:job", args=[one.job.pk]),
                    "net": one.job.net_cents,
                    "save": reverse("planning:judge", args=[one.job.pk]),
                    "form": ChanceForm(
                        initial={"chance": None if one.probability is None else one.probability * 100},
                        prefix=f"job-{one.job.pk}",
                    ),
                }
                for one in likely_jobs(person)
            ],
            "rows": [
                {
                    "title": row.title,
                    "kind": ExpectationKind(row.kind).label,
                    "cents": row.cents if row.kind == ExpectationKind.WORK else -row.cents,
                    "first": row.first_month,
                    "last": row.last_month,
                    "chance": row.probability,
                    "actions": [
                        {
                            "url": reverse("planning:expect_no_more", args=[row.pk]),
                            "label": _("Delete"),
                            "method": "post",
                            "tone": "quiet",
                            "small": True,
                        }
                    ],
                }
                for row in expectations_of(person.pk)
            ],
            "columns": [
                {"key": "title", "label": _("What it is")},
                {"key": "kind", "label": _("What")},
                {"key": "cents", "label": _("Amount a month"), "kind": "money"},
                {"key": "first", "label": _("From"), "kind": "month"},
                {"key": "last", "label": _("Until"), "kind": "month"},
                {"key": "chance", "label": _("How likely"), "kind": "percent"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(Role.MEMBER)
@require_POST
def judge(request: HttpRequest, job_id: int) -> HttpResponse:
    """Say how likely a job is."""
    person = _me(request)
    form = ChanceForm(request.POST, prefix=f"job-{job_id}")
    if not form.is_valid():
        messages.error(request, _("Give a chance from 0 to 100 percent."))
        return redirect("planning:expected")
    chance: Decimal | None = form.cleaned_data["chance"]
    try:
        judge_job(
            person_id=person.pk,
            job_id=job_id,
            probability=None if chance is None else chance.quantize(Decimal("0.01")),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        )
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your plan counts with it from now on."))
    return redirect("planning:expected")


@allow(Role.MEMBER)
@require_POST
def delete(request: HttpRequest, expectation_id: int) -> HttpResponse:
    """Expect something no more."""
    try:
        expect_no_more(expectation_id=expectation_id, person_id=_me(request).pk)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("It was deleted; your plan does not count with it any more."))
    return redirect("planning:expected")


def _me(request: HttpRequest) -> Person:
    person: Any = person_of(request.user)
    if person is None or person.budget_id is None:
        raise Http404
    found: Person = person
    return found
