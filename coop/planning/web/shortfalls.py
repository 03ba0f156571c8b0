"""The list of pay that will not be borne, and what may lawfully be done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.planning.queries import LEVELS, shortfall_warnings
from coop.planning.shortfalls import STEPS
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.queries import local_day
from coop.tenancy.states import Role


@allow(Role.PAYROLL, Role.BOARD)
@require_GET
def shortfalls(request: HttpRequest) -> HttpResponse:
    """Whose pay of the next 60 days neither budget nor cover bears."""
    note_access(user=request.user, action="shortfalls", about="salaries")  # type: ignore[arg-type]
    may = Role.PAYROLL in request.roles  # type: ignore[attr-defined]
    found = shortfall_warnings(local_day(timezone.now()))
    return render(
        request,
        "planning/shortfalls.html",
        {
            "rows": [
                {
                    "name": warning.person.name,
                    "url": reverse("payroll:person", args=[warning.person.pk]) if may else None,
                    "month": warning.month,
                    "pay_on": warning.pay_on,
                    "missing": warning.missing_cents,
                    "level": {
                        "label": _("within %(days)s days") % {"days": warning.level},
                        "tone": "bad" if warning.level == min(LEVELS) else "warn",
                    },
                }
                for warning in found
            ],
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "month", "label": _("Salary of"), "kind": "month"},
                {"key": "pay_on", "label": _("Pay day"), "kind": "day"},
                {"key": "missing", "label": _("Not covered"), "kind": "money"},
                {"key": "level", "label": _("When"), "kind": "state"},
            ],
            "totals": {"name": _("Sum"), "missing": sum(warning.missing_cents for warning in found)} if found else None,
            "steps": STEPS,
        },
    )
