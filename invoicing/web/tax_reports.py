"""Pages of the tax reports about invoices."""

import csv
import io
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from coop.errors import NotFound
from coop.money import decimal_string
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from invoicing.reports import EcList, ec_list, quarter_before, quarter_named
from invoicing.web.presenters import ec_table

READERS = (Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)


@allow(*READERS)
@require_safe
def ec_sales_list(request: HttpRequest) -> HttpResponse:
    """The EC sales list of a quarter, to be typed in or taken along as a file."""
    figures = _asked(request)
    before = quarter_before(figures.first_month)[0]
    context: dict[str, Any] = {
        "figures": figures,
        **ec_table(figures),
        "quarter": _name(figures.first_month),
        "file_url": f"{reverse('invoicing:ec_list_file')}?quarter={_name(figures.first_month)}",
        "before_url": f"?quarter={_name(before)}",
        "before": _name(before),
    }
    return render(request, "invoicing/ec_list.html", context)


@allow(*READERS)
@require_safe
def ec_list_file(request: HttpRequest) -> HttpResponse:
    """The same as a table: VAT number, euros, name."""
    figures = _asked(request)
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(["vat_id", "net_eur", "name"])
    for row in figures.rows:
        # A name that begins like a formula must not be one in a spreadsheet.
        name = f"'{row.name}" if row.name[:1] in "=+-@\t\r" else row.name
        table.writerow([row.vat_id, decimal_string(row.cents), name])
    return HttpResponse(
        written.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="ec-list-{_name(figures.first_month)}.csv"'},
    )


def _asked(request: HttpRequest) -> EcList:
    """The figures of the quarter in the address; without one those of the quarter that ended last."""
    try:
        return ec_list(*quarter_named(request.GET.get("quarter", ""), timezone.localdate()))
    except NotFound as error:
        raise Http404 from error


def _name(first: date) -> str:
    return f"{first.year}-Q{(first.month + 2) // 3}"
