"""Pages where the mapping of a bank's table (CSV) is made: choose, look at what would be read, keep."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coop.banking import actions, queries
from coop.banking.csv_tables import Sketch, read_table, sketch, table_text
from coop.banking.movements import UnreadableStatement
from coop.banking.web.forms import DATE_LABELS, SAMPLE_LETTERS, SampleForm, TableForm
from coop.banking.web.views import MONEY
from coop.tenancy.access import allow
from coop.tenancy.web.pages import tried

SAMPLE_ROWS = 30
SHOWN = 5


@allow(*MONEY)
@require_http_methods(["GET", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """The mappings, and the upload of a table for a new one."""
    form = SampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sample = _beginning(form.cleaned_data["file"].read(1 << 20))
            found = sketch(sample.encode())
        except UnreadableStatement as error:
            found = None
            form.add_error("file", str(error))
        if found is not None:
            return _mapping_page(request, _first_form(found, sample), found)
        if not form.errors:
            form.add_error("file", _("This is no table: choose the CSV file that the bank offers."))
    return render(
        request,
        "banking/tables.html",
        {
            "form": form,
            "rows": [
                {
                    "name": row.name,
                    "account": row.account.name if row.account else _("as the table says"),
                    "columns": ", ".join(row.columns.values()),
                    "actions": [
                        {
                            "url": reverse("banking:table_drop", args=[row.pk]),
                            "label": _("Remove"),
                            "method": "post",
                            "small": True,
                        }
                    ],
                }
                for row in queries.table_formats()
            ],
            "columns": [
                {"key": "name", "label": _("Mapping")},
                {"key": "account", "label": _("Account")},
                {"key": "columns", "label": _("Columns")},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


def _beginning(data: bytes) -> str:
    """The table's first rows, whole."""
    return "\n".join(table_text(data).splitlines()[:SAMPLE_ROWS])[:SAMPLE_LETTERS]


def _first_form(found: Sketch, sample: str) -> TableForm:
    guess = found.guess
    initial: dict[str, Any] = {
        "delimiter": guess.delimiter,
        "date_format": guess.date_format,
        "decimal_comma": guess.decimal_comma,
        "pending_mark": guess.pending_mark,
        "sample": sample,
        **{f"column_{column}": title for column, title in guess.columns.items()},
    }
    return TableForm(header=found.header, accounts=queries.bank_accounts(), initial=initial)


@allow(*MONEY)
@require_POST
def table_new(request: HttpRequest) -> HttpResponse:
    """Show what a mapping would read, or keep it."""
    accounts = queries.bank_accounts()
    try:
        found = sketch(request.POST.get("sample", "")[:SAMPLE_LETTERS].encode())
    except UnreadableStatement:
        found = None
    if found is None:
        return redirect("banking:tables")
    form = TableForm(request.POST, header=found.header, accounts=accounts)
    if not form.is_valid():
        return _mapping_page(request, form, found)
    if "keep" not in request.POST:
        return _mapping_page(request, form, found, _preview(form))
    data = form.cleaned_data
    kept = tried(
        request,
        lambda: actions.keep_table_format(
            name=data["name"],
            columns=form.columns(),
            delimiter=data["delimiter"],
            date_format=data["date_format"],
            decimal_comma=data["decimal_comma"],
            pending_mark=data["pending_mark"],
            account_id=data["account"],
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        ),
        _("The mapping is kept. Tables of this bank can be imported now."),
        form,
    )
    return _mapping_page(request, form, found, _preview(form)) if kept is None else redirect("banking:work")


def _preview(form: TableForm) -> list[dict[str, Any]]:
    """What the mapping reads of the sample; an error stands at the form."""
    accounts = queries.bank_accounts()
    try:
        told = read_table(form.cleaned_data["sample"].encode(), [form.mapping(accounts)])
    except UnreadableStatement as error:
        form.add_error(None, str(error))
        return []
    entries = [entry for statement in told for entry in statement.entries]
    return [
        {
            "on": entry.booked_on,
            "name": entry.details[0].counterparty_name,
            "text": entry.details[0].text[:80],
            "amount": entry.amount_cents,
        }
        for entry in entries[:SHOWN]
    ]


def _mapping_page(
    request: HttpRequest, form: TableForm, found: Sketch, read: list[dict[str, Any]] | None = None
) -> HttpResponse:
    return render(
        request,
        "banking/table.html",
        {
            "form": form,
            "header": found.header,
            "sample_rows": found.rows[:SHOWN],
            "read": read,
            "days": DATE_LABELS,
            "columns": [
                {"key": "on", "label": _("Day"), "kind": "day"},
                {"key": "name", "label": _("From or to")},
                {"key": "text", "label": _("Text")},
                {"key": "amount", "label": _("Amount"), "kind": "money"},
            ],
        },
    )


@allow(*MONEY)
@require_POST
def table_drop(request: HttpRequest, format_id: int) -> HttpResponse:
    """Forget a mapping."""
    tried(
        request,
        lambda: actions.drop_table_format(format_id=format_id, by=request.user),  # type: ignore[arg-type]
        _("The mapping is removed. What was imported stays."),
    )
    return redirect("banking:tables")
