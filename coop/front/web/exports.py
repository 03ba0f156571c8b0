"""The export of the books for the tax adviser: account numbers in, a month's bookings out."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from coop.errors import StetigError
from coop.front.account_names import ACCOUNT_NAMES
from coop.front.web.books import READERS, book_tabs
from coop.ledger.chart import CHART, AccountCode, Layer
from coop.ledger.exports.batch import booking_batch, missing_numbers
from coop.ledger.exports.numbers import client_on, enter_client, import_numbers, numbers_on, template
from coop.ledger.models import Period
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class _Day(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class NumbersForm(forms.Form):
    """The adviser's list of account numbers."""

    since = _Day(label=gettext_lazy("Valid from"))
    file = forms.FileField(
        label=gettext_lazy("List of accounts"), help_text=gettext_lazy("Lines of account;number, as in the template.")
    )


class ClientForm(forms.Form):
    """How DATEV knows the cooperative."""

    since = _Day(label=gettext_lazy("Valid from"))
    consultant_number = forms.IntegerField(label=gettext_lazy("Consultant number"), min_value=1001, max_value=9_999_999)
    client_number = forms.IntegerField(label=gettext_lazy("Client number"), min_value=1, max_value=99_999)
    account_length = forms.IntegerField(
        label=gettext_lazy("Digits of an account number"), min_value=4, max_value=8, initial=4
    )
    year_begins = forms.IntegerField(
        label=gettext_lazy("Month in which the financial year begins"), min_value=1, max_value=12, initial=1
    )


@allow(*READERS)
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """Months to take to the adviser, and the numbers they need."""
    return _page(request, NumbersForm(initial=_from_the_year()), ClientForm(initial=_from_the_year()))


@allow(*READERS)
@require_GET
def booking_file(request: HttpRequest) -> HttpResponse:
    """A month's bookings as DATEV reads them; who took them is kept."""
    found = _MONTH.fullmatch(request.GET.get("month", ""))
    if not found:
        return redirect("front:exports")
    month = date(int(found[1]), int(found[2]), 1)
    try:
        name, data = booking_batch(month, at=timezone.localtime())
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("front:exports")
    note_access(user=request.user, action="bookings exported", about=f"{month:%Y-%m}")  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type="text/csv; charset=windows-1252",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@allow(*READERS)
@require_GET
def numbers_template(_request: HttpRequest) -> HttpResponse:
    """The list of accounts to fill in."""
    return HttpResponse(
        template(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="accounts.csv"'},
    )


@allow(Role.ACCOUNTANT)
@require_POST
def bring_numbers(request: HttpRequest) -> HttpResponse:
    """Bring in account numbers."""
    form = NumbersForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            count = import_numbers(
                data=form.cleaned_data["file"].read(),
                since=form.cleaned_data["since"],
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(n)s account numbers are kept.") % {"n": count})
            return redirect("front:exports")
    return _page(request, form, ClientForm(initial=_from_the_year()))


@allow(Role.ACCOUNTANT)
@require_POST
def bring_client(request: HttpRequest) -> HttpResponse:
    """Enter the adviser's numbers."""
    form = ClientForm(request.POST)
    if form.is_valid():
        try:
            enter_client(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The adviser's numbers are kept."))
            return redirect("front:exports")
    return _page(request, NumbersForm(initial=_from_the_year()), form)


def _page(request: HttpRequest, numbers: NumbersForm, client: ClientForm) -> HttpResponse:
    today = timezone.localdate()
    known = numbers_on(today)
    may = Role.ACCOUNTANT in request.roles  # type: ignore[attr-defined]
    months = Period.objects.order_by("-month")[:24]
    newest = months[0].month if months else None
    missing = missing_numbers(newest) if newest else []
    return render(
        request,
        "front/exports.html",
        {
            "tabs": book_tabs("exports"),
            "client": client_on(today),
            "missing": [ACCOUNT_NAMES[code] for code in missing],
            "numbers_form": numbers if may else None,
            "client_form": client if may else None,
            "rows": [
                {
                    "month": period.month,
                    "state": {"label": _("closed"), "tone": "good"}
                    if period.closed_at
                    else {"label": _("open"), "tone": "info"},
                    "actions": [
                        {
                            "url": f"{reverse('front:booking_file')}?month={period.month:%Y-%m}",
                            "label": _("DATEV file"),
                            "small": True,
                        }
                    ],
                }
                for period in months
            ],
            "columns": [
                {"key": "month", "label": _("Month"), "kind": "month"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("File"), "kind": "actions", "hide_label": True},
            ],
            "number_rows": [
                {
                    "name": ACCOUNT_NAMES[code],
                    "code": code.value,
                    "layer": _("accounts") if CHART[code].layer == Layer.LEGAL else _("budgets"),
                    "number": known.get(code) or "–",
                }
                for code in AccountCode
            ],
            "number_columns": [
                {"key": "name", "label": _("Account")},
                {"key": "code", "label": _("In the list")},
                {"key": "layer", "label": _("Layer")},
                {"key": "number", "label": _("Number")},
            ],
        },
    )


def _from_the_year() -> dict[str, date]:
    today = timezone.localdate()
    return {"since": today - timedelta(days=today.timetuple().tm_yday - 1)}
