"""The papers themselves: journal, wage account, wage-tax return, certificates, accident report, statements."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coop.errors import NotFound
from coop.ledger.actions import next_month
from coop.ledger.chart import AccountCode
from coop.ledger.models import Posting
from coop.money import decimal_string
from coop.tenancy.queries import this_cooperative
from members.models import Person
from payroll.calculation import latest
from payroll.insurance_number import birth_date_in
from payroll.models import EmploymentContract, InsuranceData, TaxData
from payroll.papers import wage_tax
from payroll.papers.contributions import StatementRow
from payroll.papers.figures.accident import WEEKS_A_MONTH, AccidentReport, InsuredYear, accident_report
from payroll.papers.figures.certificate import CertificateLine, Paid, certificate
from payroll.papers.figures.groups import ContributionGroup
from payroll.papers.figures.wage_tax_return import CHURCH_FIELDS, Field, WageTaxReturn
from payroll.papers.models import AccidentMembership
from payroll.papers.sheets import Column, Paper, Sheet, day, money, number, text
from payroll.papers.sheets import month as month_column
from payroll.papers.slips import AMOUNTS, Booked, booked_in, booked_of_year
from payroll.states import Church
from payroll.timekeeping.queries import minutes_of

PORTAL_TAX = "Mein ELSTER"
PORTAL_FUNDS = "SV-Meldeportal"


def not_sent() -> str:
    """What open software may not do by itself, in plain words; stands on every paper that is handed in."""
    return _(
        "Stetig does not send this. Notices and statements to social insurance may only come from a program that has "
        "passed the funds' system test, or from the SV-Meldeportal (§ 95b SGB IV); tax returns go through ELSTER. "
        "Type or copy these figures there, then note here that it is done and attach the receipt."
    )


# --- journal ----------------------------------------------------------------------------------------------------


def journal(month: date) -> Paper:
    """What was booked for pay in a month, person by person, beside what the ledger says. Source: § 8 BVV."""
    booked = booked_in(month, next_month(month))
    rows = [_booked_row(one) for one in booked]
    sheet = Sheet(
        key="journal",
        title=_("Payroll journal"),
        columns=_journal_columns(),
        rows=rows,
        empty=_("Nothing was booked for pay in this month."),
        note=_("A correction stands with its difference to what it corrects, in the month in which it was booked."),
    )
    ledger = _ledger_of(booked)
    return Paper(
        key="journal",
        title=_("Payroll journal %(month)s") % {"month": f"{month:%m/%Y}"},
        about=this_cooperative().name,
        sheets=(
            _with_sum(sheet, "name"),
            _control({name: sum(one.amounts[name] for one in booked) for name in AMOUNTS}, ledger),
        ),
        filename=f"journal-{month:%Y-%m}",
    )


def _journal_columns() -> tuple[Column, ...]:
    return (
        text("name", _("Name")),
        number("number", _("No.")),
        month_column("month", _("Month")),
        text("kind", _("Kind")),
        money("gross", _("Gross")),
        money("wage_tax", _("Wage tax")),
        money("soli", _("Solidarity surcharge")),
        money("church_tax", _("Church tax")),
        money("employee", _("Social insurance, employee")),
        money("net", _("Net pay")),
        money("employer", _("Social insurance, employer")),
        money("levies", _("Levies")),
        money("flat_tax", _("Flat tax")),
        money("cost", _("Total cost")),
    )


def _booked_row(one: Booked) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "number": one.number,
        "month": one.month,
        "kind": _("correction") if one.corrects else _("payslip"),
        **{name: one.amounts[name] for name in AMOUNTS},
    }


def _ledger_of(booked: Iterable[Booked]) -> dict[str, int]:
    """Account -> what the entries of these payslips posted to it, liabilities positive."""
    sources = [f"payslip:{one.id}" for one in booked]
    rows = (
        Posting.objects.filter(entry__source__in=sources)
        .values_list("account__code")
        .annotate(total=Sum("amount_cents"))
    )
    return {code: int(total) for code, total in rows}


def _control(sums: dict[str, int], ledger: dict[str, int]) -> Sheet:
    employer = sums["employer"] + sums["levies"] + sums["flat_tax"] + sums["subsidy"]
    pairs = (
        (_("Gross pay"), sums["gross"] - sums["in_kind"], ledger.get(AccountCode.WAGES, 0)),
        (_("Employer's cost"), employer, ledger.get(AccountCode.EMPLOYER_COST, 0)),
        (_("Net pay"), sums["payout"], -ledger.get(AccountCode.NET_PAY, 0)),
        (_("Taxes"), sums["wage_tax"] + sums["soli"] + sums["church_tax"], -ledger.get(AccountCode.WAGE_TAX, 0)),
        (
            _("Funds"),
            sums["employee"] + sums["employer"] + sums["flat_tax"],
            -ledger.get(AccountCode.FUNDS, 0),
        ),
        (_("Levies"), sums["levies"], -ledger.get(AccountCode.LEVIES, 0)),
    )
    return Sheet(
        key="control",
        title=_("Compared with the ledger"),
        columns=(
            text("name", _("What")),
            money("paper", _("This paper")),
            money("ledger", _("Ledger")),
            money("difference", _("Difference")),
        ),
        rows=[
            {"name": name, "paper": paper, "ledger": booked, "difference": paper - booked}
            for name, paper, booked in pairs
        ],
    )


# --- wage account -----------------------------------------------------------------------------------------------


def wage_account(person_id: int, year: int) -> Paper:
    """A person's wage account of a year. Source: § 41 (1) EStG, § 4 LStDV. Raises: NotFound."""
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotFound
    booked = booked_of_year(year, person_id=person_id)
    contracts = list(
        EmploymentContract.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=date(year, 1, 1)), person=person, starts_on__lte=date(year, 12, 31)
        ).order_by("starts_on")
    )
    if not booked and not contracts:
        raise NotFound
    insured = list(
        InsuranceData.objects.filter(person=person, since__lte=date(year, 12, 31))
        .select_related("fund")
        .order_by("since")
    )
    tax = list(TaxData.objects.filter(person=person, since__lte=date(year, 12, 31)).order_by("since"))
    born = birth_date_in(insured[-1].insurance_number, date(year, 12, 31)) if insured else None
    pay = Sheet(
        key="pay",
        title=_("Pay and deductions"),
        columns=_account_columns(),
        rows=[_account_row(one) for one in sorted(booked, key=lambda one: (one.month, one.id))],
        empty=_("Nothing was paid in this year."),
    )
    return Paper(
        key="wage-account",
        title=_("Wage account %(year)s: %(name)s") % {"year": year, "name": person.name},
        about=_("%(coop)s · § 41 (1) EStG, § 4 LStDV") % {"coop": this_cooperative().name},
        facts=(
            (_("Personnel no."), person.member_number),
            (_("Date of birth"), f"{born:%d.%m.%Y}" if born else None),
            (_("Address"), f"{person.street}, {person.postcode} {person.city}"),
            (_("Tax identification number"), tax[-1].tax_id if tax else None),
            (_("Insurance number"), insured[-1].insurance_number if insured else None),
        ),
        sheets=(
            _with_sum(pay, "kind"),
            _contributions_sheet(booked),
            _employments(contracts),
            _tax_features(tax, year),
            _insurances(insured, year),
        ),
        filename=f"wage-account-{year}-{person.member_number or person_id}",
        extra={"person_id": person_id, "year": year},
    )


def _account_columns() -> tuple[Column, ...]:
    return (
        month_column("month", _("Month")),
        day("booked_on", _("Booked on")),
        text("kind", _("Kind")),
        money("gross", _("Gross")),
        money("wage_tax", _("Wage tax")),
        money("soli", _("Solidarity surcharge")),
        money("church_tax", _("Church tax")),
        money("employee", _("Social insurance, employee")),
        money("net", _("Net pay")),
        money("flat_tax", _("Flat tax")),
    )


def _account_row(one: Booked) -> dict[str, Any]:
    return {**_booked_row(one), "booked_on": one.booked_on}


def _contributions_sheet(booked: list[Booked]) -> Sheet:
    branches = (
        ("health", _("Health insurance")),
        ("additional", _("Additional rate")),
        ("care", _("Care insurance")),
        ("pension", _("Pension insurance")),
        ("unemployment", _("Unemployment insurance")),
    )
    rows = [
        {
            "branch": label,
            "employee": sum(one.branches.get(f"{code}.employee", 0) for one in booked),
            "employer": sum(one.branches.get(f"{code}.employer", 0) for one in booked),
        }
        for code, label in branches
    ]
    sheet = Sheet(
        key="contributions",
        title=_("Contributions by branch"),
        columns=(text("branch", _("Branch")), money("employee", _("Employee")), money("employer", _("Employer"))),
        rows=[row for row in rows if row["employee"] or row["employer"]],
        empty=_("No contributions in this year."),
    )
    return _with_sum(sheet, "branch")


def _employments(contracts: list[EmploymentContract]) -> Sheet:
    return Sheet(
        key="employments",
        title=_("Employments"),
        columns=(
            day("since", _("From")),
            day("until", _("Until")),
            text("position", _("Work")),
            number("hours", _("Hours a week")),
            money("gross", _("Gross salary")),
        ),
        rows=[
            {
                "since": one.starts_on,
                "until": one.ends_on - timedelta(days=1) if one.ends_on else None,
                "position": one.position,
                "hours": one.weekly_hours,
                "gross": one.gross_cents,
            }
            for one in contracts
        ],
        empty=_("No employment in this year."),
    )


def _tax_features(tax: list[TaxData], year: int) -> Sheet:
    return Sheet(
        key="tax",
        title=_("Wage-tax features"),
        columns=(
            month_column("since", _("From")),
            text("tax_class", _("Tax class")),
            number("factor", _("Factor")),
            number("children", _("Child allowances")),
            text("church", _("Church tax")),
            text("state", _("Federal state")),
        ),
        rows=[
            {
                "since": row.since,
                "tax_class": ("I", "II", "III", "IV", "V", "VI")[row.tax_class - 1],
                "factor": row.factor,
                "children": row.child_allowances,
                "church": row.get_church_display(),
                "state": row.federal_state,
            }
            for row in _in_force(tax, year)
        ],
        empty=_("No tax data yet"),
    )


def _insurances(insured: list[InsuranceData], year: int) -> Sheet:
    return Sheet(
        key="insurance",
        title=_("Social insurance"),
        columns=(month_column("since", _("From")), text("fund", _("Health fund")), text("care", _("Care insurance"))),
        rows=[
            {
                "since": row.since,
                "fund": f"{row.fund.name} ({row.fund.number})",
                "care": _("no children")
                if row.childless
                else _("parent, %(n)s under 25") % {"n": row.children_under25},
            }
            for row in _in_force(insured, year)
        ],
        empty=_("No insurance data yet"),
    )


def _in_force(rows: list[Any], year: int) -> list[Any]:
    """Of dated rows, oldest first, those that held in a year: the last one before it, and those within."""
    before = [row for row in rows if row.since <= date(year, 1, 1)]
    return [*before[-1:], *(row for row in rows if row.since > date(year, 1, 1))]


# --- wage-tax return --------------------------------------------------------------------------------------------


def wage_tax_paper(month: date) -> Paper:
    """The figures of the return whose period a month belongs to. Source: § 41a EStG."""
    since, until = wage_tax.period(month)
    figures = wage_tax.return_of(since, until)
    last = until - timedelta(days=1)
    name = f"{since:%m/%Y}" if (since.year, since.month) == (last.year, last.month) else f"{since:%m/%Y} – {last:%m/%Y}"
    owed = wage_tax.booked_liability(since, until)
    return Paper(
        key="wage-tax",
        title=_("Wage-tax return %(period)s") % {"period": name},
        about=_("Figures for %(portal)s, form “Lohnsteuer-Anmeldung”") % {"portal": PORTAL_TAX},
        facts=(
            (_("Tax number"), this_cooperative().tax_number or None),
            (_("Due on"), f"{wage_tax.due_on(until):%d.%m.%Y}"),
        ),
        sheets=(
            Sheet(
                key="fields",
                title=_("Numbers of the form"),
                columns=(
                    text("field", _("Number (Kennzahl)")),
                    text("name", _("What")),
                    number("count", _("Count")),
                    money("cents", _("Amount")),
                ),
                rows=_field_rows(figures),
                note=_("Minijobs whose flat tax goes to the Minijob-Zentrale do not count here (§ 40a (6) EStG)."),
            ),
            Sheet(
                key="control",
                title=_("Compared with the ledger"),
                columns=(
                    text("name", _("What")),
                    money("paper", _("This paper")),
                    money("ledger", _("Ledger")),
                    money("difference", _("Difference")),
                ),
                rows=[
                    {
                        "name": _("Taxes"),
                        "paper": figures.total_cents,
                        "ledger": owed,
                        "difference": figures.total_cents - owed,
                    }
                ],
            ),
        ),
        notes=(not_sent(),),
        filename=f"wage-tax-{since:%Y-%m}",
        extra={"since": since, "until": until, "figures": figures_of_return(figures)},
    )


def _field_rows(figures: WageTaxReturn) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"field": Field.EMPLOYEES.value, "name": _("Number of employees"), "count": figures.employees, "cents": None},
        {"field": Field.WAGE_TAX.value, "name": _("Wage tax withheld"), "count": None, "cents": figures.wage_tax_cents},
        {"field": Field.SOLI.value, "name": _("Solidarity surcharge"), "count": None, "cents": figures.soli_cents},
    ]
    if len(figures.wage_tax_by_year) > 1:
        rows += [
            {"field": "", "name": _("of it for pay of %(year)s") % {"year": year}, "count": None, "cents": cents}
            for year, cents in figures.wage_tax_by_year.items()
        ]
    for church, cents in figures.church_cents.items():
        known = CHURCH_FIELDS.get(church)
        rows.append(
            {
                "field": known.value if known else _("by state"),
                "name": _("Church tax: %(community)s")
                % {"community": Church(church).label if church else _("not entered")},
                "count": None,
                "cents": cents,
            }
        )
    return [*rows, {"field": Field.TOTAL.value, "name": _("Total due"), "count": None, "cents": figures.total_cents}]


def figures_of_return(figures: WageTaxReturn) -> dict[str, str]:
    """The figures as a filing keeps them: by number of the form."""
    found = {Field.EMPLOYEES.value: str(figures.employees)}
    found[Field.WAGE_TAX.value] = decimal_string(figures.wage_tax_cents)
    found[Field.SOLI.value] = decimal_string(figures.soli_cents)
    for church, cents in figures.church_cents.items():
        known = CHURCH_FIELDS.get(church)
        found[known.value if known else f"church {church}"] = decimal_string(cents)
    found[Field.TOTAL.value] = decimal_string(figures.total_cents)
    return found


# --- contribution statements ------------------------------------------------------------------------------------


GROUP_NAMES = {
    ContributionGroup.HEALTH: gettext_lazy("Health insurance, general contribution"),
    ContributionGroup.HEALTH_REDUCED: gettext_lazy("Health insurance, reduced contribution"),
    ContributionGroup.HEALTH_MINIJOB: gettext_lazy("Health insurance, flat contribution of a Minijob"),
    ContributionGroup.HEALTH_VOLUNTARY: gettext_lazy("Voluntary health insurance, paid by the employer"),
    ContributionGroup.ADDITIONAL: gettext_lazy("Additional rate of the fund"),
    ContributionGroup.ADDITIONAL_VOLUNTARY: gettext_lazy("Additional rate, voluntary insurance"),
    ContributionGroup.PENSION: gettext_lazy("Pension insurance, full contribution"),
    ContributionGroup.PENSION_EMPLOYER: gettext_lazy("Pension insurance, employer's half"),
    ContributionGroup.PENSION_MINIJOB: gettext_lazy("Pension insurance, flat contribution of a Minijob"),
    ContributionGroup.UNEMPLOYMENT: gettext_lazy("Unemployment insurance, full contribution"),
    ContributionGroup.UNEMPLOYMENT_EMPLOYER: gettext_lazy("Unemployment insurance, employer's half"),
    ContributionGroup.CARE: gettext_lazy("Care insurance"),
    ContributionGroup.SICKNESS_LEVY: gettext_lazy("Levy for sick pay (U1)"),
    ContributionGroup.MATERNITY_LEVY: gettext_lazy("Levy for maternity pay (U2)"),
    ContributionGroup.INSOLVENCY_LEVY: gettext_lazy("Insolvency levy"),
    ContributionGroup.FLAT_TAX: gettext_lazy("Flat tax of Minijobs"),
    ContributionGroup.LEVIES: gettext_lazy("Levies by the cooperative's own rate, not told apart"),
}


def statement_paper(row: StatementRow) -> Paper:
    """One fund's contribution statement, by contribution group. Source: § 28f (3) SGB IV."""
    coop = this_cooperative()
    groups = row.groups
    order = [group for group in ContributionGroup if group in groups]
    rows = [
        {
            "group": group.value,
            "name": str(GROUP_NAMES[group]),
            "posted": row.posted.get(group, 0),
            "expected": row.expected.get(group, 0),
            "carried": row.carried.get(group, 0),
            "cents": groups[group],
        }
        for group in order
    ]
    sheet = Sheet(
        key="groups",
        title=_("Contribution groups"),
        columns=(
            text("group", _("Group")),
            text("name", _("What")),
            money("posted", _("Booked for the month")),
            money("expected", _("Expected")),
            money("carried", _("From earlier months")),
            money("cents", _("To be stated")),
        ),
        rows=rows,
        empty=_("Nothing is owed to this fund."),
    )
    notes = [not_sent()]
    if ContributionGroup.LEVIES in groups:
        notes.append(
            _(
                "A part of the levies is not told apart: enter the levy rates U1 and U2 of this fund with its rates, then "
                "payslips name them and the next statements show them."
            )
        )
    return Paper(
        key="contribution-statement",
        title=_("Contribution statement %(month)s: %(fund)s") % {"month": f"{row.month:%m/%Y}", "fund": row.fund},
        about=_("Figures for the %(portal)s, § 28f (3) SGB IV") % {"portal": PORTAL_FUNDS},
        facts=(
            (_("Fund's employer number"), row.fund_number),
            (_("Employer number"), coop.employer_number or None),
            (_("To be sent by"), f"{row.send_by:%d.%m.%Y}"),
            (_("Money there on"), f"{row.pay_by:%d.%m.%Y}"),
            (_("Made out on"), f"{row.made_at:%d.%m.%Y}" if row.made_at else _("not yet: a preview")),
        ),
        sheets=(_with_sum(sheet, "name"),),
        notes=tuple(notes),
        filename=f"contributions-{row.month:%Y-%m}-{row.fund_number}",
        extra={"figures": {group.value: decimal_string(groups[group]) for group in order}},
    )


def statements_paper(month: date, rows: list[StatementRow]) -> Paper:
    """All funds' statements of a month on one paper."""
    sheet = Sheet(
        key="funds",
        title=_("Contribution statements"),
        columns=(
            text("fund", _("Health fund")),
            text("number", _("Fund's employer number")),
            day("send_by", _("To be sent by")),
            day("pay_by", _("Money there on")),
            money("posted", _("Booked for the month")),
            money("expected", _("Expected")),
            money("carried", _("From earlier months")),
            money("cents", _("To be stated")),
        ),
        rows=[
            {
                "fund": row.fund,
                "number": row.fund_number,
                "send_by": row.send_by,
                "pay_by": row.pay_by,
                "posted": sum(row.posted.values()),
                "expected": sum(row.expected.values()),
                "carried": sum(row.carried.values()),
                "cents": row.total_cents,
                "fund_id": row.fund_id,
                "id": row.id,
            }
            for row in rows
        ],
        empty=_("Nothing is owed to any fund for this month."),
    )
    return Paper(
        key="contributions",
        title=_("Contribution statements %(month)s") % {"month": f"{month:%m/%Y}"},
        about=this_cooperative().name,
        sheets=(_with_sum(sheet, "fund"),),
        notes=(not_sent(),),
        filename=f"contributions-{month:%Y-%m}",
    )


# --- the year ---------------------------------------------------------------------------------------------------

_LINE_NAMES = {
    CertificateLine.GROSS: gettext_lazy("Gross pay"),
    CertificateLine.WAGE_TAX: gettext_lazy("Wage tax"),
    CertificateLine.SOLI: gettext_lazy("Solidarity surcharge"),
    CertificateLine.CHURCH_TAX: gettext_lazy("Church tax"),
    CertificateLine.MATERNITY_SUPPLEMENT: gettext_lazy("Supplement to maternity benefit"),
    CertificateLine.PER_DIEMS: gettext_lazy("Tax-free per diems"),
    CertificateLine.SUBSIDY_STATUTORY: gettext_lazy("Subsidy to statutory health insurance"),
    CertificateLine.SUBSIDY_PRIVATE: gettext_lazy("Subsidy to private health insurance"),
    CertificateLine.SUBSIDY_CARE: gettext_lazy("Subsidy to care insurance"),
    CertificateLine.PRIVATE_PREMIUMS: gettext_lazy("Certified premiums of private cover"),
    CertificateLine.PENSION_EMPLOYER: gettext_lazy("Pension insurance, employer"),
    CertificateLine.PENSION_EMPLOYEE: gettext_lazy("Pension insurance, employee"),
    CertificateLine.HEALTH: gettext_lazy("Health insurance, employee"),
    CertificateLine.CARE: gettext_lazy("Care insurance, employee"),
    CertificateLine.UNEMPLOYMENT: gettext_lazy("Unemployment insurance, employee"),
}


def certificates(year: int, *, person_id: int | None = None) -> Paper:
    """The data of the annual wage-tax certificates, a row a person. Source: § 41b EStG."""
    by_person: dict[int, list[Booked]] = {}
    for one in booked_of_year(year, person_id=person_id):
        if not one.minijob or one.taxes_cents:
            by_person.setdefault(one.person_id, []).append(one)
    last = date(year, 12, 31)
    tax = latest(TaxData.objects.filter(person_id__in=list(by_person)), "person_id", last)
    insured = latest(InsuranceData.objects.filter(person_id__in=list(by_person)), "person_id", last)
    rows = []
    for person, booked in by_person.items():
        months = sorted(one.month for one in booked)
        born = birth_date_in(insured[person].insurance_number, last) if person in insured else None
        lines = certificate(
            Paid(
                gross_cents=one.amounts["gross"],
                wage_tax_cents=one.amounts["wage_tax"],
                soli_cents=one.amounts["soli"],
                church_tax_cents=one.amounts["church_tax"],
                branches=one.branches,
                of_free_will=one.of_free_will,
            )
            for one in booked
        )
        rows.append(
            {
                "person_id": person,
                "name": booked[0].name,
                "number": booked[0].number,
                "born": born,
                "tax_id": tax[person].tax_id if person in tax else None,
                "since": months[0],
                "until": next_month(months[-1]) - timedelta(days=1),
                **{f"line_{line}": cents for line, cents in lines.items()},
            }
        )
    sheet = Sheet(
        key="certificates",
        title=_("Annual wage-tax certificates"),
        columns=(
            text("name", _("Name")),
            number("number", _("No.")),
            day("born", _("Date of birth")),
            text("tax_id", _("Tax identification number")),
            day("since", _("From")),
            day("until", _("Until")),
            *(money(f"line_{line}", f"{line} {_LINE_NAMES[line]}") for line in CertificateLine),
        ),
        rows=rows,
        empty=_("Nobody was paid by tax features in this year."),
    )
    return Paper(
        key="certificates",
        title=_("Annual wage-tax certificates %(year)s") % {"year": year},
        about=_("Numbers as on the printed certificate, § 41b EStG; due by the end of February."),
        sheets=(_with_sum(sheet, "name"),),
        notes=(not_sent(),),
        filename=f"wage-tax-certificates-{year}",
    )


def accident_paper(year: int) -> Paper:
    """The yearly report to the accident insurer. Source: § 165 SGB VII, § 99 SGB IV."""
    membership = AccidentMembership.objects.filter(since__lte=date(year, 1, 1)).order_by("-since").first()
    found = accident_figures(year, membership)
    rows: list[dict[str, Any]] = []
    if membership is not None and found is not None:
        rows = [
            {
                "point": membership.tariff_point,
                "people": found.people,
                "pay": found.pay_euros,
                "hours": found.hours,
                "capped": found.capped,
            }
        ]
    return Paper(
        key="accident",
        title=_("Accident insurance report %(year)s") % {"year": year},
        about=_("Digital wage report (Lohnnachweis), § 165 SGB VII; due on 16 February."),
        facts=(
            (_("Accident insurer"), membership.insurer if membership else None),
            (_("Company number"), membership.membership_number if membership else None),
        ),
        sheets=(
            Sheet(
                key="points",
                title=_("Hazard tariff points"),
                columns=(
                    text("point", _("Hazard tariff point")),
                    number("people", _("People insured")),
                    number("pay", _("Pay that counts, in whole euros")),
                    number("hours", _("Hours")),
                    number("capped", _("People above the most that counts")),
                ),
                rows=rows,
                empty=_(
                    "Enter the accident insurer's notice first: company number, tariff point and the most pay that counts."
                ),
                note=_("Hours as recorded; where none were, by contract: hours a week times 13/3 weeks."),
            ),
        ),
        notes=(not_sent(),),
        filename=f"accident-insurance-{year}",
    )


def accident_figures(year: int, membership: AccidentMembership | None) -> AccidentReport | None:
    """The report's figures; None without a membership."""
    if membership is None:
        return None
    pay: dict[int, int] = {}
    months: dict[int, set[date]] = {}
    for one in booked_of_year(year):
        pay[one.person_id] = pay.get(one.person_id, 0) + one.amounts["gross"]
        months.setdefault(one.person_id, set()).add(one.month)
    contracts: dict[int, list[EmploymentContract]] = {}
    for contract in EmploymentContract.objects.filter(person_id__in=list(pay), starts_on__lte=date(year, 12, 31)):
        contracts.setdefault(contract.person_id, []).append(contract)
    recorded = {date(year, month, 1): minutes_of(list(pay), date(year, month, 1)) for month in range(1, 13)}
    return accident_report(
        [
            InsuredYear(
                person_id=person,
                pay_cents=cents,
                hours=tuple(
                    Decimal(recorded[month][person]) / 60
                    if person in recorded[month]
                    else _hours_in(contracts.get(person, []), month)
                    for month in sorted(months[person])
                ),
            )
            for person, cents in pay.items()
        ],
        most_year_cents=membership.most_year_cents,
    )


def _hours_in(contracts: list[EmploymentContract], month: date) -> Decimal:
    """The hours of a month by contract."""
    for contract in contracts:
        if contract.starts_on < next_month(month) and (contract.ends_on is None or contract.ends_on > month):
            return contract.weekly_hours * WEEKS_A_MONTH
    return Decimal(0)


def _with_sum(sheet: Sheet, label_key: str) -> Sheet:
    """The sheet with a row of sums under it."""
    return replace(sheet, totals={label_key: _("Sum"), **sheet.sums()} if sheet.rows else None)
