"""The payslip on paper: what § 108 GewO and § 1 EntgBV ask for, and what the budget bore."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from coop.documents.pdf import pdf_of
from coop.tenancy.models import Cooperative
from coop.tenancy.queries import this_cooperative
from payroll.calculation import latest
from payroll.explanations import ExplainedLine, Side, explained, of_side
from payroll.germany.contributions import Group
from payroll.insurance_number import birth_date_in
from payroll.models import InsuranceData, Payslip, TaxData
from payroll.queries import budget_step, employed_since, payslip_by_id
from payroll.states import Cover, ElementKind

_LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One total of a correction beside the payslip that it corrects. Cents."""

    label: Any
    before_cents: int
    after_cents: int

    @property
    def change_cents(self) -> int:
        """What is added."""
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PayItem:
    """One element of pay: what it is, whether it is one-off, and which gross it enters (§ 1 (2) Nr. 1 EntgBV)."""

    label: Any
    text: str
    one_off: bool
    taxed: bool
    insured: bool
    total: bool
    amount_cents: int
    source: str

    @property
    def flags(self) -> str:
        """How the paper marks it: L or E for continuous or one-off, St, SV and G for the gross it enters."""
        marks = [(True, "E" if self.one_off else "L"), (self.taxed, "St"), (self.insured, "SV"), (self.total, "G")]
        return " ".join(mark for said, mark in marks if said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deductions:
    """What the law takes, by current and one-off pay (§ 1 (2) Nr. 2 EntgBV). Cents."""

    taxes_cents: int
    taxes_one_off_cents: int
    insurance_cents: int
    insurance_one_off_cents: int


def render_payslip(source: str) -> bytes:
    """The PDF of a payslip (`source` such as "payslip:7"): German, explained in the member's language.

    Raises: NotFound.
    """
    slip = payslip_by_id(int(source.removeprefix("payslip:")))
    language = slip.person.language if slip.person.language in _LANGUAGES else "en"
    with translation.override("de"):
        context = payslip_context(slip)
    context["explanations"] = _explanations(context["lines"], language)
    context["explanations_language"] = language
    return pdf_of("documents/payslip.html", context, "de")


def payslip_context(slip: Payslip) -> dict[str, Any]:
    """What the paper shows, in the language in force."""
    cooperative = this_cooperative()
    lines = explained(slip.lines)
    known = facts(slip)
    title = _("Payslip %(month)s") % {"month": f"{slip.month:%m/%Y}"}
    return {
        "slip": slip,
        "lines": lines,
        "subject": f"{_('Correction')}: {title}" if slip.corrects_id else title,
        "sender": {
            "name": cooperative.name,
            "return_line": f"{cooperative.name} · {cooperative.street} · {cooperative.postcode} {cooperative.city}",
        },
        "recipient": recipient(slip),
        "info": head(slip),
        "facts": list(zip(known[: len(known) // 2], known[len(known) // 2 :], strict=True)),
        "employee_lines": of_side(lines, Side.EMPLOYEE),
        "tax_lines": of_side(lines, Side.TAX),
        "employer_lines": of_side(lines, Side.EMPLOYER),
        "pay_items": pay_items(slip),
        "deductions": deductions(slip),
        "beside_net": beside_net(slip),
        "payout_cents": slip.payout_cents,
        "taxes_cents": slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents,
        "beside_cents": slip.cost_cents - slip.gross_cents,
        "in_transition": group_of(slip) is Group.MIDIJOB,
        "step": budget_step(slip),
        "differences": differences(slip),
        "footer_columns": footer(cooperative),
    }


def recipient(slip: Payslip) -> list[str]:
    """The lines of the address."""
    person = slip.person
    lines = [person.name, person.street, f"{person.postcode} {person.city}"]
    return lines if person.country == "DE" else [*lines, person.country]


def head(slip: Payslip) -> list[tuple[Any, Any]]:
    """The first facts, beside the address."""
    cooperative = this_cooperative()
    rows = [
        (_("Month"), f"{slip.month:%m/%Y}"),
        (_("Made out on"), f"{slip.posted_on:%d.%m.%Y}" if slip.posted_on else _("draft")),
        (_("Number"), slip.pk),
        (_("Personnel no."), slip.person.member_number),
    ]
    if slip.run is not None:
        rows.insert(2, (_("Paid on"), f"{slip.run.pay_on:%d.%m.%Y}"))
    if cooperative.employer_number:
        rows.append((_("Employer number"), cooperative.employer_number))
    return rows


def facts(slip: Payslip) -> list[tuple[Any, Any]]:
    """What the month was computed with. Source: § 1 (1) EntgBV."""
    inputs = slip.inputs
    insured: InsuranceData | None = latest(
        InsuranceData.objects.filter(person_id=slip.person_id).select_related("fund"), "person_id", slip.month
    ).get(slip.person_id)
    tax: TaxData | None = latest(TaxData.objects.filter(person_id=slip.person_id), "person_id", slip.month).get(
        slip.person_id
    )
    born = birth_date_in(insured.insurance_number, slip.month) if insured else None
    church_rate = Decimal(inputs["church_rate"])
    group = group_of(slip)
    persons, branches = inputs["person_group"], inputs["contribution_group"]
    rows: list[tuple[Any, Any]] = [
        (_("Date of birth"), f"{born:%d.%m.%Y}" if born else "–"),
        (_("Insurance number"), insured.insurance_number if insured else "–"),
        (_("Employed since"), f"{employed_since(slip.contract):%d.%m.%Y}"),
        (
            _("Employed until"),
            f"{slip.contract.ends_on - timedelta(days=1):%d.%m.%Y}" if slip.contract.ends_on else _("open"),
        ),
        (_("Tax days / insurance days"), f"{inputs['tax_days']} / {inputs['insured_days']}"),
        (_("Tax identification number"), tax.tax_id if tax else "–"),
        (_("Tax class"), _tax_class(inputs)),
        (_("Child allowances"), _number(Decimal(inputs["child_allowances"]))),
        (_("Church tax"), f"{_number(church_rate * 100)} %" if church_rate else _("none")),
        (_("Health fund"), _fund(insured)),
        (_("Group of persons / contribution groups"), f"{persons} / {branches}"),
        (_("Care insurance"), _care(inputs)),
        (_("Transition range (§ 20 SGB IV)"), _("yes") if group is Group.MIDIJOB else _("no")),
        (_("Several employments"), _other_jobs(inputs)),
    ]
    return rows


def pay_items(slip: Payslip) -> list[PayItem]:
    """The elements of gross pay. Benefits in kind enter it and are taken off again, as they were received already."""
    items = []
    for line in slip.lines:
        if not line["code"].startswith("pay."):
            continue
        kind = line["code"].removeprefix("pay.")
        if kind == ElementKind.ADVANCE:
            continue
        one_off = kind in {ElementKind.ONE_OFF, ElementKind.VACATION_PAY}
        items.append(
            PayItem(
                label=_("Salary") if kind == "salary" else ElementKind(kind).label,
                text=line.get("text", ""),
                one_off=one_off,
                taxed=True,
                insured=True,
                total=True,
                amount_cents=line["amount_cents"],
                source=line["source"],
            )
        )
    return items


def deductions(slip: Payslip) -> Deductions:
    """Statutory deductions of current and of one-off pay, apart."""
    sums = {(kind, one_off): 0 for kind in ("tax", "insurance") for one_off in (False, True)}
    for line in explained(slip.lines):
        kind = {Side.TAX: "tax", Side.EMPLOYEE: "insurance"}.get(line.side)
        if kind is not None:
            sums[kind, line.one_off] += line.amount_cents
    return Deductions(
        taxes_cents=sums["tax", False],
        taxes_one_off_cents=sums["tax", True],
        insurance_cents=sums["insurance", False],
        insurance_one_off_cents=sums["insurance", True],
    )


def beside_net(slip: Payslip) -> list[tuple[Any, int]]:
    """What lies between net pay and what is paid out, as signed cents (§ 1 (2) Nr. 3 to 5 EntgBV)."""
    rows: list[tuple[Any, int]] = []
    if slip.subsidy_cents:
        rows.append((_("Employer's subsidy to private health and care insurance (tax-free)"), slip.subsidy_cents))
    for line in slip.lines:
        code, text = line["code"], line.get("text", "")
        if code.startswith("free.") or code == f"pay.{ElementKind.ADVANCE}":
            rows.append((_named(ElementKind(code.split(".", 1)[1]).label, text), line["amount_cents"]))
        elif code.startswith("kept."):
            rows.append((_named(ElementKind(code.removeprefix("kept.")).label, text), -line["amount_cents"]))
    if slip.in_kind_cents:
        rows.append((_("Benefits in kind, received already"), -slip.in_kind_cents))
    return rows


def _named(label: Any, text: str) -> str:
    return f"{label}: {text}" if text else str(label)


def group_of(slip: Payslip) -> Group:
    """Which rules of social insurance a payslip followed."""
    return Group(slip.inputs["group"])


def differences(slip: Payslip) -> list[Difference]:
    """What a correction changes; empty for a payslip that corrects none."""
    old = slip.corrects
    if old is None:
        return []
    columns = (
        (_("Gross pay"), "gross_cents"),
        (_("Your social insurance"), "employee_cents"),
        (_("Wage tax"), "wage_tax_cents"),
        (_("Solidarity surcharge"), "soli_cents"),
        (_("Church tax"), "church_tax_cents"),
        (_("Net pay"), "net_cents"),
        (_("Total cost of the employment"), "cost_cents"),
    )
    rows = [
        Difference(label=label, before_cents=getattr(old, name), after_cents=getattr(slip, name))
        for label, name in columns
    ]
    return [row for row in rows if row.before_cents or row.after_cents]


def footer(cooperative: Cooperative) -> list[list[str]]:
    """Who the letter comes from. Source: § 25a GenG."""
    register = f"{cooperative.register_court}, {cooperative.register_number}"
    board = _("Board: %(names)s") % {"names": cooperative.board_members}
    columns = [
        [f"{cooperative.name}", cooperative.street, f"{cooperative.postcode} {cooperative.city}"],
        [cooperative.email, *([cooperative.phone] if cooperative.phone else [])],
        [register, board],
    ]
    if cooperative.supervisory_chair:
        columns[2].append(_("Chair of the supervisory board: %(name)s") % {"name": cooperative.supervisory_chair})
    return columns


def _explanations(lines: list[ExplainedLine], language: str) -> dict[str, Any]:
    """Each kind of line once, with the German name of the paper and the words of the reader's language."""
    seen: dict[str, tuple[str, str, str]] = {}
    for line in lines:
        with translation.override("de"):
            name = str(line.label)
        if name not in seen:
            with translation.override(language):
                seen[name] = (name, str(line.label), str(line.words))
    with translation.override(language):
        return {
            "title": _("What the lines mean"),
            "intro": _(
                "German law asks for a payslip in German. Here is what its lines stand for. Your share leaves your gross "
                "pay; the employer's share is added to it. Your budget bears both."
            ),
            "rows": [{"german": german, "own": own, "words": words} for german, own, words in seen.values()],
            "budget": _(
                "“Budget” is the money your clients have paid for your work, after the fee. Each salary takes its total "
                "cost out of it. A budget below zero means that the cooperative has paid ahead for you."
            ),
        }


def _tax_class(inputs: dict[str, Any]) -> str:
    roman = ("I", "II", "III", "IV", "V", "VI")[inputs["tax_class"] - 1]
    factor = Decimal(inputs["factor"])
    return (
        roman
        if factor == 1
        else _("%(tax_class)s, factor %(factor)s")
        % {
            "tax_class": roman,
            "factor": _number(factor),
        }
    )


def _other_jobs(inputs: dict[str, Any]) -> str:
    known = [name for name in ("other_insured_cents", "other_minijob_cents") if inputs.get(name)]
    return str(_("yes")) if known else str(_("none known"))


def _care(inputs: dict[str, Any]) -> str:
    if inputs["childless"]:
        return str(_("no children, with surcharge"))
    return str(_("parent, children under 25: %(count)s") % {"count": inputs["children_under25"]})


def _fund(insured: InsuranceData | None) -> str:
    if insured is not None and insured.cover == Cover.PRIVATE:
        return str(_("privately insured; contributions to %(fund)s") % {"fund": insured.fund.name})
    return f"{insured.fund.name} ({insured.fund.number})" if insured else "–"


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
