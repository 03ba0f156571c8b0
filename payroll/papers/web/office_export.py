"""The export for a payroll office: wage types in, a month's movement data out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coop.errors import StetigError
from coop.ledger.exports.numbers import client_on
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from payroll.papers.payroll_office import enter_wage_type, movement_file, wage_types_on
from payroll.papers.web.common import OFFICE, READERS, asked_month, month_steps, roles, tabs
from payroll.papers.web.forms import WageTypeForm


@allow(*READERS)
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """The wage types, and a month's file."""
    month, today = asked_month(request), timezone.localdate()
    may = bool(set(OFFICE) & roles(request))
    form = WageTypeForm(request.POST or None, initial={"since": today.replace(month=1, day=1)})
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            try:
                enter_wage_type(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
            except StetigError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The wage type is kept."))
                return redirect("papers:exports")
    names: dict[str, Any] = dict(form.fields["element"].choices)  # type: ignore[attr-defined]
    return render(
        request,
        "papers/exports.html",
        {
            "month": month,
            "tabs": tabs("exports"),
            "steps": month_steps(request, month),
            "client": client_on(today),
            "form": form if may else None,
            "file_url": f"{reverse('papers:movement_file')}?month={month:%Y-%m}",
            "rows": [
                {
                    "element": names.get(element, element),
                    "number": row.number,
                    "entry_key": row.entry_key,
                    "since": row.since,
                }
                for element, row in sorted(wage_types_on(today).items())
            ],
            "columns": [
                {"key": "element", "label": _("Element of pay")},
                {"key": "number", "label": _("Wage type")},
                {"key": "entry_key", "label": _("Entry key (Bearbeitungsschlüssel)")},
                {"key": "since", "label": _("From"), "kind": "day"},
            ],
        },
    )


@allow(*OFFICE)
@require_GET
def movements(request: HttpRequest) -> HttpResponse:
    """A month's movement data for LODAS; who took it is kept."""
    month = asked_month(request)
    try:
        name, data = movement_file(month)
    except StetigError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('papers:exports')}?month={month:%Y-%m}")
    note_access(user=request.user, action="movement data exported", about=f"{month:%Y-%m}")  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type="text/plain; charset=windows-1252",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
