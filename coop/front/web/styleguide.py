"""The living style guide: every component with sample figures, to look at and to test."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.front import charts


class SampleForm(forms.Form):
    """One field of each kind; nothing is stored."""

    title = forms.CharField(
        label=gettext_lazy("What is the job?"), help_text=gettext_lazy("As it will stand on the invoice.")
    )
    amount = forms.DecimalField(label=gettext_lazy("Net amount"), localize=True)
    amount.suffix = "€"  # type: ignore[attr-defined]
    due = forms.DateField(
        label=gettext_lazy("Invoice date"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country of the client"),
        choices=[("DE", "Deutschland"), ("FR", "France"), ("CH", "Schweiz")],
    )
    rate = forms.ChoiceField(
        label=gettext_lazy("VAT"),
        widget=forms.RadioSelect,
        choices=[("19", "19 %"), ("7", "7 %"), ("rc", gettext_lazy("Reverse charge"))],
        help_text=gettext_lazy("The reduced rate holds where rights of use are granted."),
    )
    signed = forms.BooleanField(label=gettext_lazy("The client has confirmed the order"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    receipt = forms.FileField(label=gettext_lazy("Contract"), required=False)


class TalkForm(forms.Form):
    """The one field of a conversation."""

    text = forms.CharField(label=gettext_lazy("Your message"), widget=forms.Textarea(attrs={"rows": 2}))


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """All components on one page; only where DEBUG or DEMO is set. Raises: Http404 elsewhere."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    messages.success(request, _("The invoice was sent."))
    messages.warning(request, _("Two payments wait for you."))
    invalid = SampleForm({"title": "", "amount": "12,345", "country": "DE"}, auto_id="invalid_%s")
    return render(
        request,
        "front/styleguide.html",
        {**_frame(), **_figures(), **_charts(), **_states(request), "invalid": invalid},
    )


def _frame() -> dict[str, Any]:
    labels = (_("Today"), _("Jobs"), _("Invoices"), _("Payments"), _("Members"), _("Salary run"), _("Ledger"))
    counts = (None, 4, None, 12, 1, None, None)
    navigation = [
        {"url": "#", "label": label, "count": count, "current": place == 1}
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]
    return {
        "navigation": navigation,
        "form": SampleForm(),
        "talk_form": TalkForm(prefix="talk"),
        "dialog_form": TalkForm(prefix="dialog"),
    }


def _figures() -> dict[str, Any]:
    paid = {"label": _("paid"), "tone": "good"}
    overdue = {"label": _("overdue"), "tone": "bad"}
    check = {"label": _("in check"), "tone": "warn"}
    issued = {"label": _("issued"), "tone": "info"}
    rows = [
        {"number": "2026-0142", "client": "Museum am Hafen", "on": date(2026, 11, 3), "net": 480000, "state": paid},
        {
            "number": "2026-0143",
            "client": "Ateliers Lumière SARL",
            "on": date(2026, 11, 5),
            "net": 128437,
            "state": issued,
        },
        {
            "number": "2026-0144",
            "client": "Verlag Nordlicht GmbH & Co. KG",
            "on": date(2026, 10, 2),
            "net": 96000,
            "state": overdue,
        },
        {
            "number": "2026-0145",
            "client": "Stadtwerke Beispielstadt",
            "on": date(2026, 11, 12),
            "net": -12050,
            "state": check,
        },
    ]
    for row in rows:
        row["url"] = "#"
    return {
        "rows": rows,
        "totals": {"number": _("Sum"), "net": sum(int(str(row["net"])) for row in rows)},
        "columns": [
            {"key": "number", "label": _("Invoice"), "url": "url"},
            {"key": "client", "label": _("Client")},
            {"key": "on", "label": _("Date"), "kind": "day"},
            {"key": "net", "label": _("Net"), "kind": "money"},
            {"key": "state", "label": _("State"), "kind": "state"},
        ],
        "facts": [
            {"label": _("Paid by clients"), "cents": 1245000, "url": "#"},
            {"label": _("Fee of the cooperative"), "cents": -112050, "note": _("a share of the net amount")},
            {"label": _("Salary with all contributions"), "cents": -819513},
            {"label": _("Your budget"), "cents": 313437, "sum": True},
        ],
    }


def _charts() -> dict[str, Any]:
    months = [date(2026, month, 1) for month in range(1, 12)]
    income = (412000, 180000, 655000, 90000, 720000, 310000, 85000, 540000, 260000, 615000, 330000)
    steady = (285000,) * 11
    expected = (*(None,) * 8, 260000, 300000, 320000)
    return {
        "bars": charts.draw(
            "bars",
            language=_language(),
            id="sample-bars",
            title=_("Income and pay"),
            labels=months,
            series=[{"name": _("Income"), "values": income}, {"name": _("Pay"), "values": steady}],
        ),
        "stacked": charts.draw(
            "bars",
            language=_language(),
            id="sample-stacked",
            title=_("Budgets of all members"),
            labels=months[:6],
            stacked=True,
            series=[
                {"name": _("paid"), "values": income[:6]},
                {"name": _("promised"), "values": (120000, 240000, 90000, 310000, 150000, 80000)},
                {"name": _("at risk"), "values": (0, 40000, 60000, 20000, 0, 95000)},
                {"name": _("short"), "values": (0, 0, -60000, 0, -25000, 0)},
            ],
        ),
        "lines": charts.draw(
            "lines",
            language=_language(),
            id="sample-lines",
            title=_("How your budget may go on"),
            labels=months,
            series=[
                {
                    "name": _("Budget"),
                    "values": (120000, 150000, 90000, 210000, 260000, 240000, 180000, 230000, 260000, None, None),
                },
                {"name": _("expected"), "values": expected},
            ],
            bands=[
                {
                    "name": _("9 of 10 cases"),
                    "lows": (*(None,) * 8, 260000, 110000, -40000),
                    "highs": (*(None,) * 8, 260000, 480000, 610000),
                },
                {
                    "name": _("half of the cases"),
                    "lows": (*(None,) * 8, 260000, 220000, 180000),
                    "highs": (*(None,) * 8, 260000, 370000, 430000),
                },
            ],
        ),
        "parts": charts.draw(
            "parts",
            language=_language(),
            id="sample-parts",
            title=_("Where the money goes"),
            parts=[
                {"name": _("Paid out to you"), "value": 118900},
                {"name": _("Social insurance"), "value": 56410},
                {"name": _("Wage tax"), "value": 6590},
                {"name": _("Fee of the cooperative"), "value": 18000},
                {"name": _("stays in your budget"), "value": 100},
            ],
        ),
        "spark": charts.draw("spark", language=_language(), id="sample-spark", title=_("Income"), values=income),
    }


def _states(request: HttpRequest) -> dict[str, Any]:
    return {
        "actions": [
            {"url": "#", "label": _("New job"), "tone": "primary"},
            {"url": "#", "label": _("Export")},
            {
                "url": request.path,
                "label": _("Cancel invoice"),
                "tone": "danger",
                "method": "post",
                "id": "cancel",
                "confirm": _("Cancel this invoice?"),
            },
            {"url": "#", "label": _("Undo"), "tone": "quiet"},
            {"url": "#", "label": _("Approve"), "disabled": _("Somebody else has to approve what you prepared.")},
        ],
        "steps": [
            {"label": _("Draft"), "state": "done"},
            {"label": _("Check"), "state": "done", "note": _("by the office")},
            {"label": _("Invoice"), "state": "current", "note": "2026-0143"},
            {"label": _("Payment"), "state": "todo"},
        ],
        "events": [
            {
                "at": datetime(2026, 11, 5, 9, 12, tzinfo=UTC),
                "title": _("Invoice sent"),
                "by": "Mira Beispiel",
                "time": True,
            },
            {
                "at": date(2026, 11, 4),
                "title": _("Job accepted"),
                "text": _("The reverse charge was checked."),
                "tone": "good",
            },
            {"at": date(2026, 11, 2), "title": _("Returned with a question"), "tone": "warn"},
        ],
        "talk": [
            {
                "author": "Mira Beispiel",
                "at": datetime(2026, 11, 2, 10, 0, tzinfo=UTC),
                "text": _("Which VAT number does the client have?"),
                "own": False,
            },
            {"author": "", "at": datetime(2026, 11, 2, 11, 30, tzinfo=UTC), "text": "FR 40 303 265 045", "own": True},
        ],
        "tabs": [
            {"url": "#", "label": _("Open"), "current": True, "count": 4},
            {"url": "#", "label": _("Paid")},
            {"url": "#", "label": _("All")},
        ],
        "page_obj": Paginator(range(95), 10).page(4),
        "tones": [
            {"label": _("draft"), "tone": "neutral"},
            {"label": _("issued"), "tone": "info"},
            {"label": _("paid"), "tone": "good"},
            {"label": _("in check"), "tone": "warn"},
            {"label": _("overdue"), "tone": "bad"},
        ],
    }


def _language() -> str:
    return get_language() or "en"


urlpatterns = [path("styleguide/", styleguide, name="styleguide")]
