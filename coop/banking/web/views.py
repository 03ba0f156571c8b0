"""Pages of the bank: statements in, payments matched, orders out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.banking import actions, queries
from coop.banking.models import BankAccount, BankTransaction, Claim, Match, PaymentLine, PaymentOrder
from coop.banking.states import OrderState, TransactionState
from coop.banking.web.forms import (
    DIRECT_LABELS,
    AccountForm,
    BookForm,
    ConfirmForm,
    IgnoreForm,
    MatchForm,
    TransactionSearchForm,
    UploadForm,
)
from coop.errors import NotFound
from coop.ledger.chart import AccountCode
from coop.ledger.late import tells_late_bookings
from coop.tenancy.access import allow
from coop.tenancy.history import latest_changes
from coop.tenancy.states import Role
from coop.tenancy.web.pages import history_table, page_of, tried

MONEY = (Role.ACCOUNTANT, Role.INVOICING)
READERS = (*MONEY, Role.AUDITOR)
PAYERS = (Role.PAYROLL, Role.ACCOUNTANT)
APPROVERS = (*PAYERS, Role.BOARD)
TRANSACTION_TONES = {
    TransactionState.UNMATCHED: "warn",
    TransactionState.PART: "warn",
    TransactionState.MATCHED: "good",
    TransactionState.IGNORED: "neutral",
    TransactionState.SPLIT: "neutral",
}
ORDER_TONES = {
    OrderState.WAITING: "warn",
    OrderState.APPROVED: "info",
    OrderState.CLEARED: "good",
    OrderState.REJECTED: "bad",
}


def _badge(row: BankTransaction) -> dict[str, Any]:
    state = TransactionState(row.state)
    return {"label": state.label, "tone": TRANSACTION_TONES[state]}


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "on", "label": _("Day"), "kind": "day"},
        {"key": "name", "label": _("From or to"), "url": "url"},
        {"key": "text", "label": _("Text")},
        {"key": "amount", "label": _("Amount"), "kind": "money"},
        {"key": "open", "label": _("Still open"), "kind": "money"},
        {"key": "state", "label": _("State"), "kind": "state"},
    ]


def _rows(page: Any) -> list[dict[str, Any]]:
    return [
        {
            "on": row.booked_on,
            "name": row.counterparty_name or _("unnamed"),
            "url": reverse("banking:transaction", args=[row.pk]),
            "text": row.text.split("\n")[0][:80],
            "amount": row.amount_cents,
            "open": row.open_cents,
            "state": _badge(row),
        }
        for row in page
    ]


# --- statements in -------------------------------------------------------------------------------------------------


@allow(*MONEY)
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """What waits for a person, and the upload."""
    return _work_page(request, UploadForm(accounts=queries.bank_accounts()))


def _work_page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    page = page_of(request, queries.transactions(state="waiting", of_clients=_of_clients(request)))
    return render(
        request,
        "banking/work.html",
        {
            "form": form,
            "counts": queries.work_counts(of_clients=_of_clients(request)),
            "has_account": queries.default_account() is not None,
            "accounts_url": reverse("banking:accounts") if Role.ACCOUNTANT in request.roles else "",  # type: ignore[attr-defined]
            "items": [
                {
                    "budget": item.budget.name,
                    "on": item.raised_on,
                    "actions": [
                        {
                            "url": reverse("banking:finish_item", args=[item.pk]),
                            "label": _("Done"),
                            "method": "post",
                            "small": True,
                        }
                    ],
                }
                for item in queries.open_items()
            ],
            "item_columns": [
                {"key": "budget", "label": _("Budget")},
                {"key": "on", "label": _("Payment returned on"), "kind": "day"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
            "page_obj": page,
            "rows": _rows(page),
            "columns": _columns(),
            "actions": [
                {"url": reverse("banking:day"), "label": _("Clear the list"), "tone": "primary"},
                {"url": reverse("banking:transactions"), "label": _("All movements")},
                {"url": reverse("banking:statements"), "label": _("Statements")},
                {"url": reverse("banking:tables"), "label": _("Tables of banks")},
                {"url": reverse("banking:learned"), "label": _("How payments are matched")},
                {"url": reverse("banking:rematch"), "label": _("Match again"), "method": "post"},
            ],
        },
    )


@allow(*MONEY)
@require_POST
@tells_late_bookings
def upload(request: HttpRequest) -> HttpResponse:
    """Bring in a statement."""
    form = UploadForm(request.POST, request.FILES, accounts=queries.bank_accounts())
    if not form.is_valid():
        return _work_page(request, form)
    file = form.cleaned_data["file"]
    report = tried(
        request,
        lambda: actions.import_statement(
            data=file.read(),
            filename=file.name,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            account_id=form.cleaned_data["account"],
        ),
        form=form,
    )
    if report is None:
        return _work_page(request, form)
    messages.success(request, _report(report))
    if report.noticed:
        messages.info(request, _("Details of bookings are kept until their statement comes."))
    if report.unchecked:
        messages.info(request, _("A statement gives no balances, so it could not be checked against them."))
    for gap in report.gaps:
        messages.warning(request, _gap_text(gap))
    return redirect("banking:work")


def _report(report: actions.ImportReport) -> str:
    new = ngettext("%(n)d new movement", "%(n)d new movements", report.new) % {"n": report.new}
    rest = _("%(known)d known before, %(matched)d matched, %(waiting)d waiting for you.") % {
        "known": report.known,
        "matched": report.matched,
        "waiting": report.waiting,
    }
    return f"{new}, {rest}"


def _gap_text(gap: queries.Gap) -> str:
    where = {"number": gap.number}
    if gap.within:
        return _("Statement %(number)s: opening and closing balance differ from its movements.") % where
    return _("Before statement %(number)s movements are missing: its opening balance does not continue.") % where


@allow(*MONEY)
@require_POST
@tells_late_bookings
def rematch(request: HttpRequest) -> HttpResponse:
    """Match what has become sure since."""
    matched = tried(request, lambda: actions.match_transactions(by=request.user))  # type: ignore[arg-type]
    if matched is not None:
        messages.success(request, ngettext("%(n)d matched.", "%(n)d matched.", matched) % {"n": matched})
    return redirect("banking:work")


@allow(*MONEY)
@require_POST
def finish_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Mark an item as dealt with."""
    tried(
        request,
        lambda: actions.finish_item(item_id=item_id, on=timezone.localdate(), by=request.user),  # type: ignore[arg-type]
        _("Done."),
    )
    return redirect("banking:work")


@allow(*READERS)
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """All statements, and where balances do not continue."""
    page = page_of(request, queries.statements())
    return render(
        request,
        "banking/statements.html",
        {
            "page_obj": page,
            "gaps": [_gap_text(gap) for account in queries.bank_accounts() for gap in queries.gaps_of(account.pk)],
            "rows": [
                {
                    "number": row.number or row.filename,
                    "url": f"{reverse('banking:transactions')}?statement={row.pk}",
                    "account": row.account.name,
                    "from": row.from_on,
                    "to": row.to_on,
                    "opening": row.opening_cents,
                    "closing": row.closing_cents,
                    "new": row.new_count,
                    "known": row.known_count,
                }
                for row in page
            ],
            "columns": [
                {"key": "number", "label": _("Statement"), "url": "url"},
                {"key": "account", "label": _("Account")},
                {"key": "from", "label": _("From"), "kind": "day"},
                {"key": "to", "label": _("Until"), "kind": "day"},
                {"key": "opening", "label": _("Opening balance"), "kind": "money"},
                {"key": "closing", "label": _("Closing balance"), "kind": "money"},
                {"key": "new", "label": _("New"), "kind": "number"},
                {"key": "known", "label": _("Known"), "kind": "number"},
            ],
        },
    )


@allow(*READERS)
@require_GET
def transactions(request: HttpRequest) -> HttpResponse:
    """All movements, with search."""
    form = TransactionSearchForm(request.GET)
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "state": "", "statement": None}
    found = queries.transactions(
        state=wanted["state"],
        text=wanted["q"],
        statement_id=wanted["statement"],
        of_clients=_of_clients(request),
    )
    page = page_of(request, found)
    return render(
        request,
        "banking/transactions.html",
        {"form": form, "page_obj": page, "rows": _rows(page), "columns": _columns()},
    )


@allow(Role.ACCOUNTANT, Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """The cooperative's bank accounts, and the form for a new one."""
    form = AccountForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        opened = tried(
            request,
            lambda: actions.open_account(
                name=data["name"],
                holder=data["holder"],
                iban=data["iban"],
                bic=data["bic"],
                default=data["is_default"],
                by=request.user,  # type: ignore[arg-type]
            ),
            _("The account is there."),
            form,
        )
        if opened is not None:
            return redirect("banking:accounts")
    return render(
        request,
        "banking/accounts.html",
        {
            "form": form,
            "rows": [
                {
                    "name": row.name,
                    "holder": row.holder,
                    "iban": row.iban,
                    "bic": row.bic,
                    "default": _("yes") if row.is_default else "",
                }
                for row in queries.bank_accounts()
            ],
            "columns": [
                {"key": "name", "label": _("Name")},
                {"key": "holder", "label": _("Account holder")},
                {"key": "iban", "label": _("IBAN")},
                {"key": "bic", "label": _("BIC")},
                {"key": "default", "label": _("Payments leave from here")},
            ],
            **history_table(latest_changes(about=BankAccount._meta.db_table)),
        },
    )


# --- one movement --------------------------------------------------------------------------------------------------


@allow(*READERS)
@require_GET
def transaction(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """A movement, what it was matched to, and what it may be."""
    return _transaction_page(request, _transaction(request, transaction_id))


def _of_clients(request: HttpRequest) -> bool:
    """Whether the login sees money of clients only: what others are paid is not for everybody."""
    return queries.sees_clients_only(request.roles)  # type: ignore[attr-defined]


def _transaction(request: HttpRequest, transaction_id: int) -> BankTransaction:
    try:
        return queries.transaction_of(transaction_id, of_clients=_of_clients(request))
    except NotFound as error:
        raise Http404 from error


def _transaction_page(request: HttpRequest, row: BankTransaction, failed: Any = None) -> HttpResponse:
    may = bool(set(MONEY) & request.roles)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "row": row,
        "state": _badge(row),
        "facts": _facts(row),
        "texts": row.text.split("\n"),
        "matches": [_match_row(match, row, may=may) for match in queries.matches_of(row)],
        "match_columns": [
            {"key": "what", "label": _("Booked as")},
            {"key": "cents", "label": _("Amount"), "kind": "money"},
            {"key": "on", "label": _("Day"), "kind": "day"},
            {"key": "how", "label": _("How")},
            {"key": "state", "label": _("State"), "kind": "state"},
            {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
        ],
    }
    if may:
        context["actions"] = _transaction_buttons(row)
        if row.state in queries.WAITING:
            context |= _ways(request, row, failed)
    return render(request, "banking/transaction.html", context)


def _facts(row: BankTransaction) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Amount"), "cents": row.amount_cents},
        {"label": _("Still open"), "cents": row.open_cents},
        {"label": _("Booked on"), "day": row.booked_on},
        {"label": _("Account"), "value": row.account.name},
        {"label": _("From or to"), "value": row.counterparty_name or "–"},
        {"label": _("IBAN"), "value": row.counterparty_iban or "–"},
    ]
    if row.returned:
        facts.append({"label": _("An earlier payment came back"), "value": row.return_reason or _("no reason given")})
    if row.ignored_reason:
        facts.append({"label": _("Left aside because"), "value": row.ignored_reason})
    return facts


def _match_row(match: Match, row: BankTransaction, *, may: bool) -> dict[str, Any]:
    if match.claim:
        what = f"{match.claim.reference} · {match.claim.debtor}"
    elif match.order:
        what = match.order.reference
    elif match.line:
        what = _("%(reference)s to %(name)s came back") % {
            "reference": match.line.end_to_end_id,
            "name": match.line.name,
        }
    else:
        what = str(DIRECT_LABELS[AccountCode(match.account)])
    revived = hasattr(match, "revived_by")
    if revived:
        state = {"label": _("return undone"), "tone": "neutral"}
    elif match.returned_by_id:
        state = {"label": _("returned"), "tone": "bad"}
    elif match.undone_on:
        state = {"label": _("undone"), "tone": "neutral"}
    else:
        state = {"label": _("counts"), "tone": "good"}
    undo = {
        "url": reverse("banking:undo", args=[match.pk]),
        "label": _("Undo"),
        "method": "post",
        "small": True,
        "id": f"match{match.pk}",
        "confirm": _("Undo this match? A reversal is booked today."),
    }
    if match.returned_by_id and not revived:
        buttons = [
            undo
            | {
                "url": reverse("banking:undo_return", args=[match.pk]),
                "label": _("Undo the return"),
                "confirm": _("Was this no return? The payment counts again from today, and the debit waits."),
            }
        ]
    else:
        buttons = [undo] if match.undone_on is None and match.transaction_id == row.pk else []
    return {
        "what": what,
        "cents": match.cents,
        "on": match.on,
        "how": _("by itself") if match.automatic else (match.made_by.name if match.made_by else ""),
        "state": state,
        "actions": buttons if may else [],
    }


def _transaction_buttons(row: BankTransaction) -> list[dict[str, Any]]:
    if row.state == TransactionState.IGNORED:
        return [{"url": reverse("banking:take_up", args=[row.pk]), "label": _("Take up again"), "method": "post"}]
    return []


def _ways(request: HttpRequest, row: BankTransaction, failed: Any) -> dict[str, Any]:
    """The forms that fit a movement that waits."""
    ways: dict[str, Any] = {}
    keeps_books = Role.ACCOUNTANT in request.roles  # type: ignore[attr-defined]
    if keeps_books:
        ways["book_form"] = BookForm()
    if row.state == TransactionState.UNMATCHED:
        ways["ignore_form"] = IgnoreForm()
    ways["choice_columns"] = [
        {"key": "what", "label": _("What")},
        {"key": "on", "label": _("Day"), "kind": "day"},
        {"key": "cents", "label": _("Amount"), "kind": "money"},
        {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
    ]
    if row.open_cents > 0 and keeps_books:
        ways["came_back"] = [_came_back_row(row, line) for line in queries.sent_payments_like(row)]
    if row.open_cents > 0 and not row.returned:
        claims = _offered(request, row)
        ways["search"] = request.GET.get("q", "")
        first = claims[0] if claims else None
        named = first is not None and bool(queries.proposals_for(row, limit=1)) and not ways["search"]
        ways["match_form"] = MatchForm(
            claims=claims, first_cents=min(first.open_cents, row.open_cents) if first and named else 0
        )
    else:
        ways["returns"] = [
            {
                "what": f"{match.claim.reference} · {match.claim.debtor}" if match.claim else "",
                "on": match.on,
                "cents": match.cents,
                "actions": [
                    {
                        "url": reverse("banking:book_return", args=[row.pk]),
                        "label": _("This was returned"),
                        "method": "post",
                        "small": True,
                        "fields": [("match", match.pk)],
                    }
                ],
            }
            for match in queries.returnable_for(row)
        ]
        ways["orders"] = [
            {
                "what": order.reference,
                "on": order.execute_on,
                "cents": order.total_cents - order.cleared_cents,
                "actions": [
                    {
                        "url": reverse("banking:match_order", args=[row.pk]),
                        "label": _("This is the order"),
                        "method": "post",
                        "small": True,
                        "fields": [("order", order.pk)],
                    }
                ],
            }
            for order in (queries.orders_for(row) if keeps_books else [])
        ]
    if failed is not None:
        ways[failed[0]] = failed[1]
    return ways


def _came_back_row(row: BankTransaction, line: PaymentLine) -> dict[str, Any]:
    return {
        "what": f"{line.end_to_end_id} · {line.name}",
        "on": line.order.execute_on,
        "cents": line.cents,
        "actions": [
            {
                "url": reverse("banking:came_back", args=[row.pk]),
                "label": _("This came back"),
                "method": "post",
                "small": True,
                "fields": [("line", line.pk)],
            }
        ],
    }


def _offered(request: HttpRequest, row: BankTransaction) -> list[Claim]:
    """The claims that a payment may be for, or those that were searched."""
    text = request.GET.get("q", "")
    if text:
        return queries.open_claims_like(text)
    return [proposal.claim for proposal in queries.proposals_for(row)]


def _number(text: str) -> int:
    """An id out of a form. Raises: Http404, for what is none."""
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 (digits of a BIGINT)
        raise Http404
    return int(text)


@allow(*MONEY)
@require_POST
@tells_late_bookings
def match(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Give a payment to the claims that got an amount."""
    row = _transaction(request, transaction_id)
    form = MatchForm(request.POST, claims=_offered(request, row))
    if form.is_valid():
        made = tried(
            request,
            lambda: actions.match_by_hand(
                transaction_id=transaction_id,
                parts=form.parts(),
                by=request.user,  # type: ignore[arg-type]
            ),
            _("Matched."),
            form,
        )
        if made is not None:
            return redirect("banking:transaction", transaction_id)
    return _transaction_page(request, row, ("match_form", form))


@allow(*MONEY)
@require_POST
def undo(request: HttpRequest, match_id: int) -> HttpResponse:
    """Undo a match today."""
    found = Match.objects.filter(id=match_id).values_list("transaction_id", flat=True).first()
    _transaction(request, found or 0)
    tried(
        request,
        lambda: actions.undo_match(match_id=match_id, on=timezone.localdate(), by=request.user),  # type: ignore[arg-type]
        _("Undone; the payment waits again."),
    )
    return redirect("banking:transaction", found)


@allow(*MONEY)
@require_POST
def undo_return(request: HttpRequest, match_id: int) -> HttpResponse:
    """Undo today that a debit returned a payment."""
    found = Match.objects.filter(id=match_id).values_list("transaction_id", flat=True).first()
    _transaction(request, found or 0)
    tried(
        request,
        lambda: actions.undo_return(match_id=match_id, on=timezone.localdate(), by=request.user),  # type: ignore[arg-type]
        _("Undone; the payment counts again and the debit waits."),
    )
    return redirect("banking:transaction", found)


@allow(*MONEY)
@require_POST
def ignore(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Leave a movement aside."""
    row = _transaction(request, transaction_id)
    form = IgnoreForm(request.POST)
    if form.is_valid():
        done = tried(
            request,
            lambda: actions.ignore_transaction(
                transaction_id=transaction_id,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
            ),
            _("Left aside."),
            form,
        )
        if done is not None:
            return redirect("banking:transaction", transaction_id)
    return _transaction_page(request, row, ("ignore_form", form))


@allow(*MONEY)
@require_POST
def take_up(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Put a movement back on the list."""
    _transaction(request, transaction_id)
    tried(
        request,
        lambda: actions.take_up_transaction(transaction_id=transaction_id, by=request.user),  # type: ignore[arg-type]
    )
    return redirect("banking:transaction", transaction_id)


@allow(Role.ACCOUNTANT)
@require_POST
@tells_late_bookings
def book(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Book what is left to an account of the ledger."""
    row = _transaction(request, transaction_id)
    form = BookForm(request.POST)
    if form.is_valid():
        made = tried(
            request,
            lambda: actions.book_directly(
                transaction_id=transaction_id,
                account=AccountCode(form.cleaned_data["account"]),
                by=request.user,  # type: ignore[arg-type]
            ),
            _("Booked."),
            form,
        )
        if made is not None:
            return redirect("banking:transaction", transaction_id)
    return _transaction_page(request, row, ("book_form", form))


@allow(*MONEY)
@require_POST
@tells_late_bookings
def book_return(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Say which earlier payment a debit returned."""
    row = _transaction(request, transaction_id)
    match_id = _number(request.POST.get("match", ""))
    items = tried(
        request,
        lambda: actions.book_return(transaction_id=row.pk, match_id=match_id, by=request.user),  # type: ignore[arg-type]
        _("The payment is taken back."),
    )
    if items:
        messages.warning(request, _("A budget fell below zero by this: see the work list."))
    return redirect("banking:transaction", row.pk)


@allow(Role.ACCOUNTANT)
@require_POST
@tells_late_bookings
def book_returned_payment(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Say which payment of ours a credit brought back."""
    row = _transaction(request, transaction_id)
    line_id = _number(request.POST.get("line", ""))
    tried(
        request,
        lambda: actions.book_returned_payment(transaction_id=row.pk, line_id=line_id, by=request.user),  # type: ignore[arg-type]
        _("Booked: what it had paid is owed again and can be ordered anew."),
    )
    return redirect("banking:transaction", row.pk)


@allow(Role.ACCOUNTANT)
@require_POST
@tells_late_bookings
def match_order(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Say which payment order a debit was."""
    row = _transaction(request, transaction_id)
    order_id = _number(request.POST.get("order", ""))
    tried(
        request,
        lambda: actions.match_order(transaction_id=row.pk, order_id=order_id, by=request.user),  # type: ignore[arg-type]
        _("Matched."),
    )
    return redirect("banking:transaction", row.pk)


# --- orders out ----------------------------------------------------------------------------------------------------


@allow(*APPROVERS)
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """All payment orders."""
    page = page_of(request, queries.payment_orders())
    return render(
        request,
        "banking/orders.html",
        {
            "page_obj": page,
            "rows": [
                {
                    "reference": order.reference,
                    "url": reverse("banking:order", args=[order.pk]),
                    "purpose": order.get_purpose_display(),
                    "count": order.line_count,
                    "total": order.total_cents,
                    "on": order.execute_on,
                    "state": _order_badge(order),
                }
                for order in page
            ],
            "columns": [
                {"key": "reference", "label": _("Order"), "url": "url"},
                {"key": "purpose", "label": _("For")},
                {"key": "count", "label": _("Payments"), "kind": "number"},
                {"key": "total", "label": _("Sum"), "kind": "money"},
                {"key": "on", "label": _("Day"), "kind": "day"},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
        },
    )


def _order_badge(order: PaymentOrder) -> dict[str, Any]:
    state = OrderState(order.state)
    return {"label": state.label, "tone": ORDER_TONES[state]}


@allow(*APPROVERS)
@require_GET
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One payment order: approve, take the file. Single payments are for those who pay, not for the board."""
    try:
        found = queries.order_of(order_id)
    except NotFound as error:
        raise Http404 from error
    pays = bool(set(PAYERS) & request.roles)  # type: ignore[attr-defined]
    return render(
        request,
        "banking/order.html",
        {
            "order": found,
            "state": _order_badge(found),
            "facts": [
                {"label": _("For"), "value": found.get_purpose_display()},
                {"label": _("From account"), "value": found.account.name},
                {"label": _("To be carried out on"), "day": found.execute_on},
                {"label": _("Made by"), "value": found.created_by.name},
                {"label": _("Decided by"), "value": found.decided_by.name if found.decided_by else "–"},
                {"label": _("Seen on the statement"), "cents": found.cleared_cents},
                {"label": _("Sum"), "cents": found.total_cents, "sum": True},
            ],
            "changed": [
                {"line": line, "form": ConfirmForm(prefix=str(line.pk), auto_id=f"id_{line.pk}_%s")}
                for line in queries.changed_payees(found.pk)
            ]
            if pays and found.state == OrderState.WAITING
            else [],
            "lines": [
                {"name": line.name, "iban": line.iban, "text": line.text, "cents": line.cents}
                for line in found.lines.order_by("name", "id")
            ]
            if pays
            else [],
            "columns": [
                {"key": "name", "label": _("To")},
                {"key": "iban", "label": _("IBAN")},
                {"key": "text", "label": _("Text")},
                {"key": "cents", "label": _("Amount"), "kind": "money"},
            ],
            "actions": _order_buttons(request, found, pays=pays),
        },
    )


def _order_buttons(request: HttpRequest, found: PaymentOrder, *, pays: bool) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = []
    if found.state == OrderState.WAITING:
        own = found.created_by_id == request.user.pk
        buttons.append(
            {
                "url": reverse("banking:approve_order", args=[found.pk]),
                "label": _("Approve"),
                "method": "post",
                "tone": "primary",
                "disabled": _("A second person approves.") if own else "",
            }
        )
        buttons.append(
            {
                "url": reverse("banking:reject_order", args=[found.pk]),
                "label": _("Reject"),
                "method": "post",
                "tone": "danger",
                "id": "reject",
                "confirm": _("Reject this order?"),
            }
        )
    elif pays and found.state != OrderState.REJECTED:
        buttons.append(
            {"url": reverse("banking:order_file", args=[found.pk]), "label": _("File for the bank"), "tone": "primary"}
        )
    return buttons


@allow(*APPROVERS)
@require_POST
def approve_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Approve as the second person."""
    tried(
        request,
        lambda: actions.approve_payment_order(order_id=order_id, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
        _("Approved. The file can go to the bank."),
    )
    return redirect("banking:order", order_id)


@allow(*PAYERS)
@require_POST
def confirm_payee(request: HttpRequest, line_id: int) -> HttpResponse:
    """Say how a changed IBAN was confirmed."""
    order_id = PaymentLine.objects.filter(id=line_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise Http404
    form = ConfirmForm(request.POST, prefix=str(line_id))
    if form.is_valid():
        tried(
            request,
            lambda: actions.confirm_payee(
                line_id=line_id,
                channel=form.cleaned_data["channel"],
                note=form.cleaned_data["note"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            ),
            _("Confirmed. The order can be approved."),
        )
    else:
        messages.error(request, _("Say how the IBAN was confirmed, by whom and when."))
    return redirect("banking:order", order_id)


@allow(*APPROVERS)
@require_POST
def reject_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Reject an order."""
    tried(
        request,
        lambda: actions.reject_payment_order(order_id=order_id, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
        _("Rejected. Nothing is paid."),
    )
    return redirect("banking:order", order_id)


@allow(*PAYERS)
@require_GET
def order_file(request: HttpRequest, order_id: int) -> HttpResponse:
    """The file of an approved order."""
    taken = tried(request, lambda: actions.take_payment_file(order_id=order_id, by=request.user))  # type: ignore[arg-type]
    if taken is None:
        return redirect("banking:order", order_id)
    name, data = taken
    response = HttpResponse(data, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
