"""What would I get? A public page that computes a month's pay; what is entered is neither kept nor put into an address."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from coop.errors import InvalidInput, StetigError
from coop.front import charts, localized
from coop.front.offer_forms import OfferForm
from coop.law import LawUnknown
from coop.money import share_of
from coop.tenancy.access import public
from coop.tenancy.models import Policy
from coop.tenancy.queries import policy_on, this_cooperative
from invoicing.law.vat import invoicing_law
from payroll.germany.contributions import Group
from payroll.offers import Offer, Start, additional_rate_average, offer, salary_table
from payroll.papers.sheets import Column, Kind, Paper, Sheet, as_pdf

_DAY_SECONDS = 86_400


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer_page(request: HttpRequest) -> HttpResponse:
    """The questions, the answer to what was sent, and the cooperative's salary table."""
    this_month = timezone.localdate().replace(day=1)
    form = OfferForm(request.POST) if request.method == "POST" else OfferForm(initial={"month": this_month})
    context: dict[str, Any] = {"form": form, "table": _table_on_page(this_month)}
    status = 200
    if form.is_bound:
        answer = _answer(form) if form.is_valid() else None
        context["answer"] = answer
        status = 200 if answer else 422
    return render(request, "front/offer.html", context, status=status)


@public
@require_safe
def table_pdf(_request: HttpRequest) -> HttpResponse:
    """The salary table of this month as PDF; it is the same for everybody and drawn once a day and language."""
    language = get_language() or "en"
    month = timezone.localdate().replace(day=1)
    paper = _paper(month, policy_on(month))
    # What the paper says is its name in the cache: another law, fee or cooperative is another paper.
    name = hashlib.sha256(repr((this_cooperative().pk, this_cooperative().name, paper, language)).encode()).hexdigest()
    data = cache.get_or_set(f"salary-table:{name}", lambda: as_pdf(paper, language), _DAY_SECONDS) or b""
    filename = f"{_('salary-table')}-{month:%Y-%m}.pdf"
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{filename}"'}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the way from the invoice to the account; what is taken away is below zero."""

    label: Any
    cents: int
    why: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An offer as the page shows it."""

    offer: Offer
    vat_cents: int
    average: str
    """Where the additional rate comes from, if none was entered."""
    kind: Any
    steps: tuple[Step, ...]
    chart: charts.Chart | None

    @property
    def invoice_cents(self) -> int:
        """What clients pay: turnover and VAT."""
        return self.offer.turnover_cents + self.vat_cents


def _answer(form: OfferForm) -> Answer | None:
    """The answer, or None with the form's errors set."""
    data, circumstances = form.cleaned_data, form.circumstances
    month = circumstances.month
    try:
        policy = policy_on(month)
        result = offer(
            start=Start(data["start"]),
            cents=data["amount"],
            terms=circumstances.terms(policy),
            month=month,
            policy=policy,
        )
        vat = invoicing_law(month).dated("vat.standard_rate")
        average = "" if circumstances.additional_rate is not None else _average(month)
    except LawUnknown as error:
        form.add_error("month", _unknown(error))
        return None
    except InvalidInput:
        form.add_error(
            "amount",
            _("With this kind of employment no salary fits that amount. Choose another kind, or another amount."),
        )
        return None
    except StetigError as error:
        form.add_error("month", str(error))
        return None
    vat_cents = share_of(result.turnover_cents, vat.value)
    return Answer(
        offer=result,
        vat_cents=vat_cents,
        average=average,
        kind=_kind_words(result.salary.group),
        steps=_steps(result, vat_cents, vat.value, vat.source),
        chart=_picture(result, vat_cents),
    )


def _steps(result: Offer, vat_cents: int, vat_rate: Decimal, vat_source: str) -> tuple[Step, ...]:
    language = get_language() or "en"
    pay = result.salary
    fee = _("Policy of the cooperative since %(day)s: %(rate)s of the turnover") % {
        "day": localized.day(result.fee_since, language),
        "rate": localized.percent(result.fee_rate, language),
    }
    vat = f"{localized.percent(vat_rate, language)}; {vat_source}"
    steps = [
        Step(label=_("The client pays"), cents=result.turnover_cents + vat_cents, why=_("Invoice with VAT")),
        Step(label=_("VAT, which goes to the tax office"), cents=-vat_cents, why=vat),
        Step(label=_("Turnover"), cents=result.turnover_cents, why=_("Invoice without VAT"), strong=True),
        Step(label=_("Fee of the cooperative"), cents=-result.fee_cents, why=fee),
        Step(label=_("Stays in your budget"), cents=-result.rest_cents, why=_("Too little for a cent more of gross")),
        Step(label=_("Total cost"), cents=pay.cost_cents, why=_("What the salary takes from the budget"), strong=True),
        *_lines(result, "employer"),
        Step(label=_("Gross salary"), cents=pay.gross_cents, why="§ 611a (2) BGB", strong=True),
        *_lines(result, "employee"),
        *_lines(result, "tax"),
        Step(label=_("Net salary"), cents=pay.net_cents, why="§ 39b EStG, § 28g SGB IV", strong=True),
    ]
    return tuple(step for step in steps if step.cents or step.strong)


def _lines(result: Offer, side: str) -> list[Step]:
    share = {"employer": _("employer's share"), "employee": _("employee's share")}.get(side)
    return [
        Step(label=f"{line.label} ({share})" if share else line.label, cents=-line.amount_cents, why=line.source)
        for line in result.of_side(side)
    ]


def _picture(result: Offer, vat_cents: int) -> charts.Chart | None:
    """Where the money goes; None where a part is below zero, as the net of the smallest Minijobs is."""
    amounts = [
        (_("Net salary"), result.salary.net_cents),
        (_("Taxes"), result.taxes_cents),
        (_("Your social insurance"), result.salary.employee_cents),
        (_("The employer's social insurance"), result.employer_cents),
        (_("Fee of the cooperative"), result.fee_cents),
        (_("VAT"), vat_cents),
        (_("Stays in your budget"), result.rest_cents),
    ]
    if any(cents < 0 for _name, cents in amounts):
        return None
    return charts.parts(
        id="offer",
        title=_("Where the money goes"),
        parts=[charts.Part(name=name, value=cents) for name, cents in amounts if cents],
        language=get_language() or "en",
    )


def _average(month: date) -> str:
    rate, source = additional_rate_average(month)
    return _("Computed with the average additional rate of the health funds, %(rate)s (%(source)s).") % {
        "rate": localized.percent(rate, get_language() or "en"),
        "source": source,
    }


def _unknown(error: LawUnknown) -> str:
    return _("For this month there is no confirmed law yet: “%(parameter)s” is missing. Choose an earlier month.") % {
        "parameter": error.parameter
    }


def _kind_words(group: Group) -> Any:
    return {
        Group.MINIJOB: _("That is a Minijob."),
        Group.MIDIJOB: _("That lies in the transition range: employees pay lower contributions."),
        Group.WERKSTUDENT: _("That is a working student's employment: pension insurance alone."),
    }.get(group, _("That is an ordinary employment with full social insurance."))


def _table_on_page(month: date) -> dict[str, Any]:
    """Columns and rows of the salary table, or why there is none."""
    try:
        paper = _paper(month, policy_on(month))
    except LawUnknown as error:
        return {"missing": _unknown(error)}
    except StetigError as error:
        return {"missing": str(error)}
    sheet = paper.sheets[0]
    columns = [{"key": column.key, "label": column.label, "kind": "money"} for column in sheet.columns]
    return {"columns": columns, "rows": sheet.rows, "about": paper.about, "title": paper.title}


def _paper(month: date, policy: Policy) -> Paper:
    """Raises: LawUnknown."""
    language = get_language() or "en"
    rate, source = additional_rate_average(month)
    labels = {
        "turnover_cents": _("Turnover"),
        "fee_cents": _("Fee"),
        "cost_cents": _("Total cost"),
        "gross_cents": _("Gross"),
        "net_cents": _("Net"),
    }
    rows = [{key: getattr(row, key) for key in labels} for row in salary_table(month, policy)]
    title = _("Salary table, %(month)s") % {"month": localized.month(month, language)}
    about = _(
        "In euros a month. Tax class I, no church tax, no children, aged 23 or older, outside Saxony; additional rate "
        "of the health fund %(rate)s, the average (%(source)s); fee %(fee)s of the turnover without VAT, levies and "
        "accident insurance %(levies)s of gross."
    ) % {
        "rate": localized.percent(rate, language),
        "source": source,
        "fee": localized.percent(policy.fee_rate, language),
        "levies": localized.percent(policy.levies_rate, language, places=3),
    }
    columns = tuple(Column(key=key, label=label, kind=Kind.MONEY) for key, label in labels.items())
    note = _(
        "Each row is the largest gross salary whose total cost fits the turnover after the fee. Wage tax follows "
        "§ 39b EStG; contributions §§ 241, 242 SGB V, § 158 SGB VI, § 341 SGB III and § 55 SGB XI."
    )
    return Paper(
        key="salary-table",
        title=title,
        about=about,
        sheets=(Sheet(key="table", title=title, columns=columns, rows=rows),),
        notes=(note,),
    )
