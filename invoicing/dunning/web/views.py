"""The office's page of reminders, an invoice's and a client's, and the member's answer."""

from datetime import date, timedelta
from typing import Any

from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coop.documents.answers import shown
from coop.errors import NotFound
from coop.tenancy.access import allow
from coop.tenancy.queries import local_day
from coop.tenancy.states import Role
from coop.tenancy.web.pages import page_of, tried
from invoicing.dunning import actions, queries
from invoicing.dunning.models import DunningCase, DunningLetter, DunningLevel
from invoicing.dunning.states import CASE_STATES, HANDED_OVER, Answer, CaseState
from invoicing.dunning.steps import Hold
from invoicing.dunning.web.forms import (
    MOST_LEVELS,
    AnswerForm,
    DayForm,
    ExceptionForm,
    LevelForm,
    PauseForm,
    PolicyForm,
)
from invoicing.law.late import time_barred_after
from invoicing.models import Invoice
from invoicing.queries import client_for, invoice_for
from invoicing.states import InvoiceState

READERS = (Role.INVOICING, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)
TONES = {
    CaseState.RUNNING: "info",
    CaseState.ASKED: "warn",
    CaseState.AGREED: "info",
    CaseState.DECIDE: "warn",
    CaseState.COURT: "bad",
    CaseState.COLLECTION: "bad",
    CaseState.WRITTEN_OFF: "neutral",
    CaseState.SETTLED: "good",
}
SHOWN = 20


def hold_text(hold: Hold) -> str:
    """Why nothing goes out, for people."""
    return str(
        {
            Hold.PAUSED: _("paused"),
            Hold.EXCLUDED: _("the client is excepted from reminders"),
            Hold.MONEY_WAITS: _("money that may be this client's waits to be assigned"),
            Hold.SMALL: _("the sum is too small to remind of"),
            Hold.ASKED: _("the member has been asked"),
            Hold.DECIDE: _("the office decides"),
            Hold.NO_WORKING_DAY: _("no working day where the client is"),
            Hold.LAW_UNKNOWN: _("the base rate of this half-year is not known yet"),
        }[hold]
    )


# --- the office ---------------------------------------------------------------------------------------------------


@allow(*READERS)
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """What would go out on a day, what waits for a decision, what was sent."""
    today = local_day(timezone.now())
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": today + timedelta(days=1)})
    on = today + timedelta(days=1)
    if form.is_bound and form.is_valid() and form.cleaned_data["on"]:
        on = form.cleaned_data["on"]
    day = queries.day_of(on)
    may_switch = Role.INVOICING in request.roles  # type: ignore[attr-defined]
    page = page_of(request, queries.letters_for(request.user, request.roles), SHOWN)  # type: ignore[attr-defined, arg-type]
    return render(
        request,
        "dunning/office.html",
        {
            "on": on,
            "today": today,
            "day_form": form,
            "has_policy": day is not None,
            "switched_on": queries.is_switched_on(),
            "switch_action": _switch_button() if may_switch and day is not None else [],
            "preview": _preview_table(day) if day else None,
            "held": _held_table(day) if day else None,
            "decide": _case_table(queries.case_rows(queries.cases_for_office())),
            "letters": _letter_table(page),
            "page_obj": page,
            "latest": queries.latest_round(),
        },
    )


def _switch_button() -> list[dict[str, Any]]:
    if queries.is_switched_on():
        return [
            {
                "url": reverse("dunning:switch"),
                "label": _("Stop all letters"),
                "method": "post",
                "name": "on",
                "value": "0",
                "confirm": _("Stop all letters to clients?"),
                "id": "switch",
            }
        ]
    return [
        {
            "url": reverse("dunning:switch"),
            "label": _("Let letters go out"),
            "method": "post",
            "name": "on",
            "value": "1",
            "tone": "primary",
            "confirm": _("From the next morning on, letters go to clients by the levels decided. Switch on?"),
            "id": "switch",
        }
    ]


def _preview_table(day: queries.Day) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "name", "label": _("Client")},
            {"key": "title", "label": _("Letter")},
            {"key": "numbers", "label": _("Invoices")},
            {"key": "open_cents", "label": _("Open"), "kind": "money"},
            {"key": "pay_by", "label": _("New day to pay"), "kind": "day"},
        ],
        "rows": [
            {
                **row,
                "title": row["title"]["en" if get_language() == "en" else "de"],
                "numbers": ", ".join([*row["numbers"], *(f"({one})" for one in row["also"])]),
            }
            for row in queries.letter_rows(day)
        ],
        "questions": len(day.round.questions),
        "decisions": len(day.round.decisions),
    }


def _held_table(day: queries.Day) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "number", "label": _("Invoice"), "url": "url"},
            {"key": "name", "label": _("Client")},
            {"key": "open_cents", "label": _("Open"), "kind": "money"},
            {"key": "why", "label": _("Why it waits")},
        ],
        "rows": [
            {
                "number": day.invoices[invoice_id].number,
                "name": day.invoices[invoice_id].name,
                "open_cents": day.invoices[invoice_id].open_cents,
                "why": hold_text(hold),
                "url": reverse("dunning:case", args=[invoice_id]),
            }
            for invoice_id, hold in day.round.held
        ],
    }


def _case_table(rows: list[queries.CaseRow]) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "number", "label": _("Invoice"), "url": "url"},
            {"key": "client_name", "label": _("Client")},
            {"key": "owner_name", "label": _("Member")},
            {"key": "open_cents", "label": _("Open"), "kind": "money"},
            {"key": "level", "label": _("Letters so far"), "kind": "number"},
            {"key": "says", "label": _("What the member says")},
        ],
        "rows": [
            {
                "number": row.number,
                "client_name": row.client_name,
                "owner_name": row.owner_name,
                "open_cents": row.open_cents,
                "level": row.level,
                "says": _says(row.answer, row.answer_note),
                "url": reverse("dunning:case", args=[row.invoice_id]),
            }
            for row in rows
        ],
    }


def _says(answer: str, note: str) -> str:
    label = str(Answer(answer).label) if answer else ""
    return ": ".join(part for part in (label, note) if part) or "–"


def _letter_table(letters: Any) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "number", "label": _("Letter"), "url": "url"},
            {"key": "on", "label": _("Sent on"), "kind": "day"},
            {"key": "name", "label": _("Client")},
            {"key": "title", "label": _("Kind")},
            {"key": "total_cents", "label": _("Asked for"), "kind": "money"},
            {"key": "pay_by", "label": _("New day to pay"), "kind": "day"},
        ],
        "rows": [
            {
                "number": letter.number,
                "on": letter.on,
                "name": letter.name,
                "title": letter.content["title"]["en" if get_language() == "en" else "de"],
                "total_cents": letter.total_cents,
                "pay_by": letter.pay_by,
                "url": reverse("dunning:letter_pdf", args=[letter.pk]),
            }
            for letter in letters
        ],
    }


@allow(Role.INVOICING)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Let letters go to clients, or stop them."""
    on, now = request.POST.get("on") == "1", timezone.now()
    done = _("Letters go out from the next round on.") if on else _("No letters go out any more.")
    tried(request, lambda: actions.switch_dunning(on=on, day=local_day(now), at=now, by=request.user), done)  # type: ignore[arg-type]
    return redirect("dunning:office")


@allow(*READERS, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """The levels in force, and a form for the next decision."""
    today = local_day(timezone.now())
    now = queries.rules_on(date.max)
    may_decide = {Role.INVOICING, Role.ADMINISTRATOR} & request.roles  # type: ignore[attr-defined]
    if request.method == "POST" and not may_decide:
        raise Http404
    levels = formset_factory(LevelForm, extra=0, max_num=MOST_LEVELS)
    form = PolicyForm(request.POST or None, initial=_policy_initial(now, today))
    rows = levels(request.POST or None, initial=_level_initial(now), prefix="level")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        wanted = [level for row in rows.forms if (level := row.level())]
        decided = tried(
            request,
            lambda: actions.decide_dunning(levels=wanted, by=request.user, **form.values()),  # type: ignore[arg-type]
            _("The decision is recorded."),
            form,
        )
        if decided:
            return redirect("dunning:policy")
    return render(
        request,
        "dunning/policy.html",
        {
            "now": now,
            "table": _level_table(now.levels if now else ()),
            "form": form if may_decide else None,
            "levels": rows,
            "reads_round": bool(set(READERS) & request.roles),  # type: ignore[attr-defined]
        },
    )


def _policy_initial(now: queries.Rules | None, today: date) -> dict[str, Any]:
    if now is None:
        return {"decided_on": today, "since": today}
    return {
        "decided_on": today,
        "since": max(today, now.policy.since + timedelta(days=1)),
        "answer_days": now.policy.answer_days,
        "agreed_terms": now.policy.agreed_terms,
        "benefits": now.policy.benefits,
        "smallest_euros": now.policy.smallest_cents / 100,
    }


def _level_initial(now: queries.Rules | None) -> list[dict[str, Any]]:
    known = [
        {
            **{
                name: getattr(level, name)
                for name in ("name", "name_en", "days", "pay_days", "tone", "signed_by", "interest", "asks_member")
            },
            "fee_euros": level.fee_cents / 100 if level.fee_cents else None,
        }
        for level in (now.levels if now else ())
    ]
    return [*known, *({} for _place in range(MOST_LEVELS - len(known)))]


def _level_table(levels: tuple[DunningLevel, ...]) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "name", "label": _("Letter")},
            {"key": "days", "label": _("After days"), "kind": "number"},
            {"key": "pay_days", "label": _("Days to pay"), "kind": "number"},
            {"key": "tone", "label": _("Tone")},
            {"key": "interest", "label": _("Interest")},
            {"key": "fee_cents", "label": _("Costs"), "kind": "money"},
            {"key": "asks_member", "label": _("Asks the member")},
            {"key": "signed_by", "label": _("Signed by")},
        ],
        "rows": [
            {
                "name": f"{level.name} · {level.name_en}",
                "days": level.days,
                "pay_days": level.pay_days,
                "tone": level.get_tone_display(),
                "interest": _("yes") if level.interest else _("no"),
                "fee_cents": level.fee_cents,
                "asks_member": _("yes") if level.asks_member else _("no"),
                "signed_by": level.signed_by,
            }
            for level in levels
        ],
    }


# --- an invoice ---------------------------------------------------------------------------------------------------


@allow(Role.MEMBER, *READERS)
@require_safe
def case(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """How far asking for an invoice's money has come, and what can be done about it."""
    return _case_page(request, invoice_id)


def _case_page(request: HttpRequest, invoice_id: int, pause_form: PauseForm | None = None) -> HttpResponse:
    invoice = _invoice(request, invoice_id)
    today = local_day(timezone.now())
    found = queries.case_of(invoice.pk)
    works = Role.INVOICING in request.roles  # type: ignore[attr-defined]
    pauses = queries.pauses_of_invoice(invoice.pk)
    paused = invoice.pk in queries.paused_on(today)
    return render(
        request,
        "dunning/case.html",
        {
            "invoice": invoice,
            "case": found,
            "badge": {"label": CaseState(found.state).label, "tone": TONES[CaseState(found.state)]} if found else None,
            "facts": _case_facts(invoice, found),
            "steps": _item_table(invoice, request),
            "pauses": _pause_table(pauses),
            "paused": paused,
            "buttons": _case_buttons(invoice, found, paused=paused) if works else [],
            "pause_form": (pause_form or PauseForm())
            if works and not paused and invoice.state == InvoiceState.ISSUED
            else None,
            "answer_form": AnswerForm()
            if found and found.state == CaseState.ASKED and invoice.owner_id == request.user.pk
            else None,
        },
    )


def _case_facts(invoice: Invoice, found: DunningCase | None) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Client"), "value": invoice.buyer_name},
        {"label": _("Due"), "day": invoice.due_on},
        {"label": _("Still open"), "cents": invoice.open_cents, "sum": True},
    ]
    if invoice.state == InvoiceState.ISSUED:
        facts.append(
            {
                "label": _("Time-barred after"),
                "day": time_barred_after(invoice.due_on),
                "note": _("Unless the court or an acknowledgement suspends the time: §§ 195, 199, 204 BGB."),
            }
        )
    if found is None:
        return facts
    facts += [
        {"label": _("Late interest asked for"), "cents": found.demanded_interest_cents},
        {"label": _("Flat sum asked for"), "cents": found.demanded_flat_cents},
        {"label": _("Costs of letters asked for"), "cents": found.demanded_fee_cents},
        {"label": _("Of these paid"), "cents": found.received_cents},
    ]
    if found.pay_by:
        facts.append({"label": _("New day to pay"), "day": found.pay_by})
    if found.answer_by and found.state == CaseState.ASKED:
        facts.append({"label": _("The member answers by"), "day": found.answer_by})
    if found.answer:
        facts.append({"label": _("What the member says"), "value": _says(found.answer, found.answer_note)})
    return facts


def _item_table(invoice: Invoice, request: HttpRequest) -> dict[str, Any]:
    items = queries.items_of_invoice(invoice.pk)
    readable = _readable(request, [item.letter_id for item in items])
    language = "en" if get_language() == "en" else "de"
    return {
        "columns": [
            {"key": "number", "label": _("Letter"), "url": "url"},
            {"key": "on", "label": _("Sent on"), "kind": "day"},
            {"key": "title", "label": _("Kind")},
            {"key": "open_cents", "label": _("Open then"), "kind": "money"},
            {"key": "interest_cents", "label": _("Interest"), "kind": "money"},
            {"key": "pay_by", "label": _("New day to pay"), "kind": "day"},
        ],
        "rows": [
            {
                "number": item.letter.number,
                "on": item.letter.on,
                "title": next(
                    (one["name"][language] for one in item.letter.content["items"] if one["invoice_id"] == invoice.pk),
                    "",
                ),
                "open_cents": item.open_cents,
                "interest_cents": item.interest_cents,
                "pay_by": item.letter.pay_by,
                "url": reverse("dunning:letter_pdf", args=[item.letter_id]) if item.letter_id in readable else "",
            }
            for item in items
        ],
    }


def _pause_table(pauses: list[Any]) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "reason", "label": _("Reason")},
            {"key": "since", "label": _("Since"), "kind": "day"},
            {"key": "until", "label": _("Until"), "kind": "day"},
            {"key": "who", "label": _("By")},
            {"key": "lifted_on", "label": _("Lifted on"), "kind": "day"},
        ],
        "rows": [
            {
                "reason": pause.reason,
                "since": pause.since,
                "until": pause.until,
                "who": pause.paused_by.name,
                "lifted_on": pause.lifted_on,
            }
            for pause in pauses
        ],
    }


def _case_buttons(invoice: Invoice, found: DunningCase | None, *, paused: bool) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = []
    if found and found.state == CaseState.DECIDE and not paused and _has_next(found):
        buttons.append(
            {
                "url": reverse("dunning:agree", args=[invoice.pk]),
                "label": _("Send the next letter"),
                "method": "post",
                "tone": "primary",
                "confirm": _("Send the next letter although the member has not agreed?"),
                "id": "agree",
            }
        )
    if found and found.state == CaseState.SETTLED and found.received_cents < found.demanded_cents:
        buttons.append(
            {
                "url": reverse("dunning:waive", args=[invoice.pk]),
                "label": _("Waive interest and costs"),
                "method": "post",
                "confirm": _("Waive what has not been paid of interest and costs?"),
                "id": "waive",
            }
        )
    if found:
        buttons += _handing_over(invoice, CaseState(found.state))
    if paused:
        buttons.append(
            {"url": reverse("dunning:go_on", args=[invoice.pk]), "label": _("Lift the pause"), "method": "post"}
        )
    return buttons


def _handing_over(invoice: Invoice, state: CaseState) -> list[dict[str, Any]]:
    """From a decision to the court or an agency, and back."""
    labels = {
        CaseState.COURT: _("Note: at the dunning court"),
        CaseState.COLLECTION: _("Note: with a collection agency"),
        CaseState.DECIDE: _("Note: back with the office"),
    }
    if state != CaseState.DECIDE and state not in HANDED_OVER:
        return []
    return [
        {
            "url": reverse("dunning:hand_over", args=[invoice.pk]),
            "label": label,
            "method": "post",
            "name": "to",
            "value": str(then),
            "tone": "quiet",
        }
        for then, label in labels.items()
        if CASE_STATES.may(state, then)
    ]


def _has_next(found: DunningCase) -> bool:
    rules = queries.rules_on(local_day(timezone.now()))
    return rules is not None and found.level < len(rules.levels)


@allow(Role.INVOICING)
@require_POST
def agree(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Let the next letter go out."""
    _invoice(request, invoice_id)
    tried(
        request,
        lambda: actions.agree_letter(invoice_id=invoice_id, by=request.user),  # type: ignore[arg-type]
        _("The next letter goes out with the next round."),
    )
    return redirect("dunning:case", invoice_id)


@allow(Role.INVOICING)
@require_POST
def pause(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Send no reminders about an invoice for a while."""
    _invoice(request, invoice_id)
    form = PauseForm(request.POST)
    if form.is_valid():
        done = tried(
            request,
            lambda: actions.pause_dunning(
                invoice_id=invoice_id,
                on=local_day(timezone.now()),
                by=request.user,  # type: ignore[arg-type]
                **form.cleaned_data,
            ),
            _("No reminders about this invoice until then."),
            form,
        )
        if done:
            return redirect("dunning:case", invoice_id)
    return _case_page(request, invoice_id, form)


@allow(Role.INVOICING)
@require_POST
def go_on(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Lift a pause."""
    _invoice(request, invoice_id)
    tried(
        request,
        lambda: actions.lift_pause(invoice_id=invoice_id, on=local_day(timezone.now()), by=request.user),  # type: ignore[arg-type]
        _("Reminders go on."),
    )
    return redirect("dunning:case", invoice_id)


@allow(Role.INVOICING)
@require_POST
def hand_over(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Note that the court or an agency asks for the money, or that the office does again."""
    _invoice(request, invoice_id)
    to = request.POST.get("to", "")
    if to in {*HANDED_OVER, CaseState.DECIDE}:
        tried(
            request,
            lambda: actions.hand_over(invoice_id=invoice_id, to=CaseState(to), by=request.user),  # type: ignore[arg-type]
            _("Noted. No letters go out meanwhile."),
        )
    return redirect("dunning:case", invoice_id)


@allow(Role.INVOICING)
@require_POST
def waive(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Let interest and costs be that were not paid with the invoice."""
    _invoice(request, invoice_id)
    tried(
        request,
        lambda: actions.waive_charges(invoice_id=invoice_id, by=request.user),  # type: ignore[arg-type]
        _("Interest and costs are waived."),
    )
    return redirect("dunning:case", invoice_id)


@allow(Role.MEMBER, *READERS)
@require_safe
def letter_pdf(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The frozen PDF of a letter."""
    letter: DunningLetter | None = (
        queries.letters_for(request.user, request.roles).filter(id=letter_id).first()  # type: ignore[attr-defined, arg-type]
    )
    waiting = queries.document_of(letter) if letter else None
    if waiting is None:
        raise Http404
    return shown(waiting.pk, by=request.user)  # type: ignore[arg-type]


# --- the member ---------------------------------------------------------------------------------------------------


@allow(Role.MEMBER)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The invoices about which the member is asked."""
    rows = queries.case_rows(queries.questions_for(request.user))  # type: ignore[arg-type]
    return render(request, "dunning/mine.html", {"rows": rows})


@allow(Role.MEMBER)
@require_POST
def answer(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Say whether the formal demand may go out."""
    invoice = _invoice(request, invoice_id)
    if invoice.owner_id != request.user.pk:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        tried(
            request,
            lambda: actions.answer_question(
                invoice_id=invoice.pk,
                answer=Answer(form.cleaned_data["answer"]),
                note=form.cleaned_data["note"],
                by=request.user,  # type: ignore[arg-type]
            ),
            _("Thank you. The office sees your answer."),
        )
    return redirect("dunning:case", invoice_id)


# --- a client -----------------------------------------------------------------------------------------------------


@allow(Role.MEMBER, Role.INVOICING)
@require_http_methods(["GET", "HEAD", "POST"])
def client(request: HttpRequest, client_id: int) -> HttpResponse:
    """How a client pays, what was sent, and how reminders treat this client."""
    roles = request.roles  # type: ignore[attr-defined]
    try:
        found = client_for(request.user, roles, client_id)  # type: ignore[arg-type]
    except NotFound as error:
        raise Http404 from error
    works = Role.INVOICING in roles
    if request.method == "POST" and not works:
        raise Http404
    form = ExceptionForm(request.POST or None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        done = tried(
            request,
            lambda: actions.except_client(client_id=found.pk, at=now, by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
            _("Saved."),
            form,
        )
        if done:
            return redirect("dunning:client", client_id)
    behaviour = queries.behaviour_of(found, local_day(now))
    return render(
        request,
        "dunning/client.html",
        {
            "client": found,
            "facts": _behaviour_facts(behaviour),
            "exception": queries.exception_of(found, local_day(now)),
            "letters": _client_letters(found, request),
            "form": form if works else None,
        },
    )


def _behaviour_facts(behaviour: queries.Behaviour) -> list[dict[str, Any]]:
    late = behaviour.median_days_late
    return [
        {"label": _("Invoices paid"), "value": behaviour.paid_count},
        {
            "label": _("Paid after the due day (median)"),
            "value": _("no invoice paid yet") if late is None else _("%(days)s days") % {"days": late},
        },
        {"label": _("Still open"), "cents": behaviour.open_cents},
        {"label": _("Of these overdue"), "cents": behaviour.overdue_cents},
        {"label": _("Letters sent"), "value": behaviour.letter_count},
    ]


def _readable(request: HttpRequest, letter_ids: list[int]) -> set[int]:
    """Which of these letters the reader may open."""
    mine = queries.letters_for(request.user, request.roles)  # type: ignore[attr-defined, arg-type]
    return set(mine.filter(id__in=letter_ids).values_list("id", flat=True))


def _client_letters(found: Any, request: HttpRequest) -> dict[str, Any]:
    letters = queries.letters_of_client(found)
    readable = _readable(request, [letter.pk for letter in letters])
    table = _letter_table(letters)
    for row, letter in zip(table["rows"], letters, strict=True):
        row["url"] = row["url"] if letter.pk in readable else ""
    return table


def _invoice(request: HttpRequest, invoice_id: int) -> Invoice:
    try:
        return invoice_for(request.user, request.roles, invoice_id)  # type: ignore[attr-defined, arg-type]
    except NotFound as error:
        raise Http404 from error
