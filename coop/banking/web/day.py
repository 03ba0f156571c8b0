"""The day's list: each payment that waits with the best proposal beside it, cleared with the keyboard alone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.banking import actions, queries
from coop.banking.matching import Book, Proposal, propose
from coop.banking.models import BankTransaction, Claim
from coop.banking.web.forms import MatchingPolicyForm
from coop.banking.web.views import MONEY, _of_clients
from coop.errors import NotFound, StetigError
from coop.ledger.late import tells_late_bookings
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from coop.tenancy.web.pages import page_of, tried

SIZE = 25
REASONS = {
    "exact": gettext_lazy("the reference stands in the text"),
    "spelled": gettext_lazy("the reference stands in the text, spelled differently"),
    "several": gettext_lazy("the text names several references whose sum it is"),
    "with_charges": gettext_lazy("the reference, with interest and costs of reminders"),
    "with_other_claims": gettext_lazy("the reference, and another open claim of the same payer"),
    "part": gettext_lazy("the reference, but less money: a part payment"),
    "over": gettext_lazy("the reference, but more money"),
    "joined": gettext_lazy("the reference in pieces, and the amount"),
    "without_prefix": gettext_lazy("year and number, and the amount"),
    "typo_and_payer": gettext_lazy("a reference with a slip, the payer and the amount"),
    "typo": gettext_lazy("a reference with a slip, and the amount"),
    "payer_and_amount": gettext_lazy("this account paid for them before, and the amount"),
    "payer_all_open": gettext_lazy("this account paid for them before; it is all they owe"),
    "payer_some": gettext_lazy("this account paid for them before; it is the sum of some claims"),
    "payer": gettext_lazy("this account paid for them before"),
    "name_and_amount": gettext_lazy("the name and the amount"),
    "name_all_open": gettext_lazy("the name; it is all they owe"),
    "name": gettext_lazy("the name"),
    "discount": gettext_lazy("the reference, a little less: perhaps a discount was taken"),
    "other_payer": gettext_lazy("the reference, but another payer and another amount"),
    "named": gettext_lazy("the text may name it"),
    "amount": gettext_lazy("the amount alone"),
}


@allow(*MONEY)
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, with what it may be."""
    rows = queries.transactions(state="waiting", of_clients=_of_clients(request)).order_by("booked_on", "id")
    page = page_of(request, rows, SIZE)
    book = queries.book_of_open_claims()
    told = {row.pk: propose(queries.rest_of(row), book, limit=3) for row in page if _takes_claims(row)}
    claims = _claims_of(told.values())
    return render(
        request,
        "banking/day.html",
        {"page_obj": page, "lines": [_line(row, told.get(row.pk, []), claims) for row in page]},
    )


def _takes_claims(row: BankTransaction) -> bool:
    return row.open_cents > 0 and not row.returned


def _claims_of(proposals: Any) -> dict[int, Claim]:
    ids = {claim_id for some in proposals for one in some for claim_id, _cents in one.parts}
    return {claim.pk: claim for claim in Claim.objects.filter(id__in=ids)}


def _line(row: BankTransaction, proposals: list[Proposal], claims: dict[int, Claim]) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("banking:transaction", args=[row.pk]),
        "text": row.text.split("\n")[0][:140],
        "proposals": [
            {
                "parts": [(claims[claim_id], cents) for claim_id, cents in one.parts],
                "value": written(one),
                "score": one.score,
                "why": REASONS[one.reason],
            }
            for one in proposals
        ],
    }


def written(proposal: Proposal) -> str:
    """A proposal as a form sends it back."""
    return ",".join(f"{claim_id}:{cents}" for claim_id, cents in proposal.parts)


def _chosen(text: str, row: BankTransaction, book: Book) -> Proposal:
    """The proposal that was shown, made anew. Raises: NotMatchable, where it is not proposed any more."""
    for one in propose(queries.rest_of(row), book, limit=8):
        if written(one) == text:
            return one
    raise actions.NotMatchable(_("This has changed since the page was shown: look at it again."))


@allow(*MONEY)
@require_POST
@tells_late_bookings
def day_accept(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Carry out a proposal by one click or key; HTMX gets the line alone."""
    try:
        row = queries.transaction_of(transaction_id, of_clients=_of_clients(request))
    except NotFound as error:
        raise Http404 from error
    made, failure = [], ""
    try:
        proposal = _chosen(request.POST.get("proposal", ""), row, queries.book_of_open_claims())
        made = actions.match_by_hand(
            transaction_id=row.pk,
            parts=[actions.Part(claim_id=claim_id, cents=cents) for claim_id, cents in proposal.parts],
            by=request.user,  # type: ignore[arg-type]
        )
    except StetigError as error:
        failure = str(error)
    if request.headers.get("HX-Request"):
        return render(request, "banking/day_done.html", {"row": row, "matches": made, "failure": failure})
    if failure:
        messages.error(request, failure)
    else:
        messages.success(request, _("Matched."))
    return redirect("banking:day")


@allow(*MONEY, Role.AUDITOR)
@require_GET
def learned(request: HttpRequest) -> HttpResponse:
    """How sure matching must be, and what it has learned about payers."""
    return _learned_page(request, MatchingPolicyForm())


def _learned_page(request: HttpRequest, form: MatchingPolicyForm) -> HttpResponse:
    page = page_of(request, queries.payers_learned())
    may = bool(set(MONEY) & request.roles)  # type: ignore[attr-defined]
    forget = [{"label": _("Forget"), "method": "post", "small": True}]
    return render(
        request,
        "banking/learned.html",
        {
            "works_here": may,
            "form": form if Role.ACCOUNTANT in request.roles else None,  # type: ignore[attr-defined]
            "threshold": queries.threshold_on(timezone.localdate()),
            "policies": [
                {"since": one.since, "from": one.post_from, "by": one.decided_by.name}
                for one in queries.matching_policies()
            ],
            "policy_columns": [
                {"key": "since", "label": _("Since"), "kind": "day"},
                {"key": "from", "label": _("Score"), "kind": "number"},
                {"key": "by", "label": _("Decided by")},
            ],
            "page_obj": page,
            "rows": [
                {
                    "debtor": one.debtor,
                    "iban": one.iban,
                    "times": one.times,
                    "last": one.last_on,
                    "actions": [
                        {**button, "url": reverse("banking:forget_payer", args=[one.pk])} for button in forget if may
                    ],
                }
                for one in page
            ],
            "columns": [
                {"key": "debtor", "label": _("Pays for")},
                {"key": "iban", "label": _("From account")},
                {"key": "times", "label": _("Payments"), "kind": "number"},
                {"key": "last", "label": _("The last one"), "kind": "day"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(Role.ACCOUNTANT)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Decide how sure matching must be from a day on."""
    form = MatchingPolicyForm(request.POST)
    if form.is_valid():
        decided = tried(
            request,
            lambda: actions.decide_matching(
                since=form.cleaned_data["since"],
                post_from=form.cleaned_data["post_from"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            ),
            _("Decided."),
            form,
        )
        if decided is not None:
            return redirect("banking:learned")
    return _learned_page(request, form)


@allow(*MONEY)
@require_http_methods(["POST"])
def forget_payer(request: HttpRequest, payer_id: int) -> HttpResponse:
    """Forget what was learned about an account."""
    tried(
        request,
        lambda: actions.forget_payer(payer_id=payer_id, by=request.user),  # type: ignore[arg-type]
        _("Forgotten."),
    )
    return redirect("banking:learned")
