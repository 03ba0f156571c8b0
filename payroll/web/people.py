"""Pages on what payroll keeps about people: who lacks what, one person's file, health funds."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from payroll.employment import employ, end_employment
from payroll.master_data import (
    enter_accident_rate,
    enter_health_fund,
    enter_insurance,
    enter_other_employment,
    enter_payout_account,
    enter_tax_data,
)
from payroll.queries import (
    PersonFile,
    accident_rate_on,
    after,
    before,
    fund_rows,
    payslips_of,
    people_rows,
    person_file,
)
from payroll.rates_import import FUND_COLUMNS, import_rates
from payroll.wage_elements import end_wage_element, enter_wage_element
from payroll.web.forms import (
    AccidentForm,
    AccountForm,
    ContractForm,
    ElementForm,
    EndElementForm,
    EndForm,
    FundForm,
    InsuranceForm,
    OtherJobForm,
    RatesFileForm,
    TaxForm,
)
from payroll.web.rows import file_context, payslip_columns, payslip_state

PAGE = 100


@allow(Role.PAYROLL)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """All members, those whose salary lacks something first."""
    month = month_of(timezone.localdate())
    shown = request.GET.get("show", "")
    rows = people_rows(month)
    lists = {
        "": rows,
        "employed": [row for row in rows if row.employed],
        "missing": [row for row in rows if row.missing],
    }
    page = Paginator(lists.get(shown, rows), PAGE).get_page(request.GET.get("page"))
    labels = {"": _("All members"), "employed": _("Employed"), "missing": _("Something is missing")}
    return render(
        request,
        "payroll/people.html",
        {
            "month": month,
            "page_obj": page,
            "rows": [
                {
                    "name": row.name,
                    "url": reverse("payroll:person", args=[row.person_id]),
                    "number": row.member_number,
                    "gross": row.gross_cents,
                    "ends": row.ends_on and before(row.ends_on),
                    "missing": {"label": _("missing: %(what)s") % {"what": ", ".join(row.missing)}, "tone": "warn"}
                    if row.missing
                    else None,
                }
                for row in page
            ],
            "tabs": [
                {
                    "url": f"?show={name}" if name else reverse("payroll:people"),
                    "label": label,
                    "current": shown == name,
                    "count": len(lists[name]) if name else None,
                }
                for name, label in labels.items()
            ],
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "number", "label": _("Member no."), "kind": "number"},
                {"key": "gross", "label": _("Gross salary"), "kind": "money"},
                {"key": "ends", "label": _("Until"), "kind": "month"},
                {"key": "missing", "label": _("Still needed"), "kind": "state"},
            ],
            "actions": [
                {"url": reverse("intake:intakes"), "label": _("Data of members")},
                {"url": reverse("payroll:funds"), "label": _("Health funds")},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """All that payroll keeps about one person; who looked is kept."""
    found = _file(person_id)
    note_access(user=request.user, action="payroll file", about=f"person:{person_id}")  # type: ignore[arg-type]
    slips = [
        {
            "month": slip.month,
            "url": reverse("payroll:payslip", args=[slip.id]),
            "gross": slip.gross_cents,
            "net": slip.net_cents,
            "cost": slip.cost_cents,
            "shortfall": slip.shortfall_cents or None,
            "state": payslip_state(correction=slip.correction, corrected=slip.corrected),
        }
        for slip in payslips_of(person_id)
    ]
    return render(
        request,
        "payroll/person.html",
        {
            **file_context(found, timezone.localdate(), edit=True),
            "slips": slips,
            "slip_columns": payslip_columns(),
            "actions": [
                {"url": reverse("payroll:new_contract", args=[person_id]), "label": _("New salary"), "tone": "primary"},
                {"url": reverse("timekeeping:enter_absence", args=[person_id]), "label": _("Enter an absence")},
                {"url": reverse("timekeeping:week", args=[person_id]), "label": _("Working days and leave")},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_contract(request: HttpRequest, person_id: int) -> HttpResponse:
    """Agree a salary; its cost is promised out of the budget."""
    found = _file(person_id)
    next_month = after(month_of(timezone.localdate()))
    last = found.contracts[0] if found.contracts else None
    initial = {
        "starts_on": next_month,
        "last_month": after(after(after(next_month))),
        "position": last.position if last else found.person.profession,
        "weekly_hours": last.weekly_hours if last else None,
        "gross": last.gross_cents if last else None,
    }
    form = ContractForm(request.POST or None, initial=initial)

    def save() -> None:
        employ(person_id=person_id, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]

    lead = _(
        "The total cost until the end must be borne by the budget and its cover. A running salary ends where this one begins."
    )
    return _form_page(request, form, found, _("New salary"), save, lead=lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def end_contract(request: HttpRequest, person_id: int, contract_id: int) -> HttpResponse:
    """Let a contract end with a month."""
    found = _file(person_id)
    if contract_id not in {contract.pk for contract in found.contracts}:
        raise Http404
    form = EndForm(request.POST or None, initial={"last_month": month_of(timezone.localdate())})

    def save() -> None:
        backdated = form.cleaned_data["backdated"]
        end_employment(contract_id=contract_id, ends_on=form.ends_on(), by=request.user, backdated=backdated)  # type: ignore[arg-type]

    lead = _("Enter only what both sides have agreed in writing, or a notice that was given on paper (§ 623 BGB).")
    return _form_page(request, form, found, _("Let the employment end"), save, lead=lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_tax_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter tax data from a month on."""
    found = _file(person_id)
    initial: dict[str, Any] = {"since": month_of(timezone.localdate())}
    if found.tax:
        last = found.tax[0]
        names = tuple(name for name in TaxForm.base_fields if name != "since")
        initial.update({name: getattr(last, name) for name in names})
    form = TaxForm(request.POST or None, initial=initial)

    def save() -> None:
        enter_tax_data(person_id=person_id, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]

    return _form_page(request, form, found, _("New tax data"), save, lead=_dated())


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_insurance(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter insurance data from a month on."""
    found = _file(person_id)
    initial: dict[str, Any] = {"since": month_of(timezone.localdate())}
    if found.insurance:
        last = found.insurance[0]
        names = tuple(name for name in InsuranceForm.base_fields if name not in {"since", "no_sick_pay"})
        initial.update({name: getattr(last, name) for name in names}, no_sick_pay=not last.sick_pay)
    form = InsuranceForm(request.POST or None, initial=initial)

    def save() -> None:
        enter_insurance(person_id=person_id, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]

    return _form_page(request, form, found, _("New insurance data"), save, lead=_dated())


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter the account that net pay goes to."""
    found = _file(person_id)
    form = AccountForm(request.POST or None, initial={"since": timezone.localdate(), "holder": found.person.name})

    def save() -> None:
        enter_payout_account(person_id=person_id, at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]

    return _form_page(request, form, found, _("New bank account"), save, lead=_dated())


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def funds(request: HttpRequest) -> HttpResponse:
    """Health funds with their rates, and a form for the next rate."""
    form = FundForm(request.POST or None, initial={"since": month_of(timezone.localdate())})
    if request.method == "POST" and form.is_valid():
        try:
            enter_health_fund(**form.cleaned_data)
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The rate was saved."))
            return redirect("payroll:funds")
    return render(
        request,
        "payroll/funds.html",
        {
            "form": form,
            "accident": accident_rate_on(timezone.localdate()),
            "actions": [
                {"url": reverse("payroll:import_rates"), "label": _("Rates from a table")},
                {"url": reverse("payroll:accident"), "label": _("Accident insurance")},
            ],
            "rows": fund_rows(timezone.localdate()),
            "columns": [
                {"key": "name", "label": _("Fund")},
                {"key": "number", "label": _("Employer number")},
                {"key": "additional_rate", "label": _("Additional rate"), "kind": "percent"},
                {"key": "sickness_levy_rate", "label": "U1", "kind": "percent"},
                {"key": "maternity_levy_rate", "label": "U2", "kind": "percent"},
                {"key": "since", "label": _("Since"), "kind": "day"},
                {"key": "insured", "label": _("Insured here"), "kind": "number"},
                {"key": "source", "label": _("Source")},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_other_job(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter what somebody earns elsewhere."""
    found = _file(person_id)
    form = OtherJobForm(request.POST or None, initial={"since": month_of(timezone.localdate())})

    def save() -> None:
        enter_other_employment(person_id=person_id, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]

    lead = _("Pay elsewhere is added to the pay here before limits and ceilings are applied.")
    return _form_page(request, form, found, _("Employment elsewhere"), save, lead=lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def new_element(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter what is paid or kept back besides the salary."""
    found = _file(person_id)
    form = ElementForm(request.POST or None, initial={"since": month_of(timezone.localdate())})

    def save() -> None:
        enter_wage_element(person_id=person_id, at=timezone.now(), by=request.user, **form.values())  # type: ignore[arg-type]

    lead = _("It counts in the next run; where it concerns months that were paid, it waits among the late changes.")
    return _form_page(request, form, found, _("Besides the salary"), save, lead=lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def end_element(request: HttpRequest, person_id: int, element_id: int) -> HttpResponse:
    """Let an element end, or take it back as a whole."""
    found = _file(person_id)
    element = next((row for row in found.elements if row.pk == element_id), None)
    if element is None:
        raise Http404
    form = EndElementForm(request.POST or None, initial={"until": month_of(timezone.localdate())})

    def save() -> None:
        until = form.cleaned_data["until"]
        end_wage_element(element_id=element_id, until=until, at=timezone.now(), by=request.user)  # type: ignore[arg-type]

    lead = _("%(text)s: its first month takes it back as a whole.") % {"text": element.text}
    return _form_page(request, form, found, _("Let it end"), save, lead=lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def accident(request: HttpRequest) -> HttpResponse:
    """Enter the cooperative's accident insurance."""
    form = AccidentForm(request.POST or None, initial={"since": month_of(timezone.localdate())})

    def save() -> None:
        enter_accident_rate(at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]

    lead = _("Hazard class and contribution as the notices of the carrier say; the next notice begins a new rate.")
    return _office_page(request, form, _("Accident insurance"), save, lead)


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def import_table(request: HttpRequest) -> HttpResponse:
    """Enter the rates of many funds, or of accident insurance, from a table."""
    form = RatesFileForm(request.POST or None, request.FILES or None)

    def save() -> None:
        done = import_rates(data=form.cleaned_data["file"].read(), at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        messages.info(request, _("%(new)s new rates, %(known)s known before.") % {"new": done.new, "known": done.known})

    lead = _("The first line names the columns: %(columns)s. Rates in percent with a point, such as 2.69.") % {
        "columns": ";".join(FUND_COLUMNS)
    }
    return _office_page(request, form, _("Rates from a table"), save, lead)


def _office_page(
    request: HttpRequest, form: forms.Form, title: str, save: Callable[[], None], lead: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("payroll:funds")
    context = {"form": form, "title": title, "lead": lead, "back": reverse("payroll:funds")}
    return render(request, "payroll/office_form.html", context)


def _form_page(
    request: HttpRequest, form: forms.Form, found: PersonFile, title: str, save: Callable[[], None], *, lead: str = ""
) -> HttpResponse:
    back = reverse("payroll:person", args=[found.person.pk])
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "title": title, "person": found.person, "lead": lead, "back": back}
    return render(request, "payroll/form.html", context)


def _file(person_id: int) -> PersonFile:
    try:
        return person_file(person_id, month_of(timezone.localdate()))
    except NotFound as error:
        raise Http404 from error


def _dated() -> str:
    return _("What was entered before stays as it is; this holds from then on.")
