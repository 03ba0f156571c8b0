"""A payslip's lines in plain words: what each is called, what it is for, and which paragraph says so.

Labels and explanations are lazy: they take the language of whoever reads them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Side(StrEnum):
    """Who bears a line, and where it stands."""

    EMPLOYEE = "employee"
    TAX = "tax"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a kind of line is called and explained."""

    side: Side
    label: Any
    words: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLine:
    """One line of a payslip, ready to be shown. Amounts in cents; `rate` is a share of the basis."""

    code: str
    side: Side
    label: Any
    words: Any
    amount_cents: int
    basis_cents: int | None
    rate: Decimal | None
    source: str
    one_off: bool = False
    """Whether it concerns one-off pay."""

    @property
    def negated_cents(self) -> int:
        """The amount with its sign turned, for discounts in a list of deductions."""
        return -self.amount_cents


_HEALTH = _("Pays doctors, hospitals, medicine, and sick pay after six weeks of illness.")
_ADDITIONAL = _("Your health fund's own rate on top of the general one. Each fund sets it; you may change the fund.")
_PENSION = _("Builds your pension and protects you if you can no longer work.")
_UNEMPLOYMENT = _("Pays unemployment benefit if the work ends.")
_REFUND = _("With the last pay of the year the employer gives back what was withheld too much over its months.")
_CARE = _("Pays for care in old age or after an accident. It depends on the number of children.")

WORDINGS: dict[str, Wording] = {
    "health.employee": Wording(side=Side.EMPLOYEE, label=_("Health insurance"), words=_HEALTH),
    "additional.employee": Wording(side=Side.EMPLOYEE, label=_("Health insurance, additional rate"), words=_ADDITIONAL),
    "pension.employee": Wording(side=Side.EMPLOYEE, label=_("Pension insurance"), words=_PENSION),
    "unemployment.employee": Wording(side=Side.EMPLOYEE, label=_("Unemployment insurance"), words=_UNEMPLOYMENT),
    "care.employee": Wording(side=Side.EMPLOYEE, label=_("Care insurance"), words=_CARE),
    "care.saxony.employee": Wording(
        side=Side.EMPLOYEE,
        label=_("Care insurance, part for Saxony"),
        words=_("In Saxony employees bear a part of care insurance alone, because it kept a public holiday."),
    ),
    "care.child_discount.employee": Wording(
        side=Side.EMPLOYEE,
        label=_("Care insurance, discount for children"),
        words=_("Whoever raises several children under 25 pays less, from the second child on."),
    ),
    "care.childless.employee": Wording(
        side=Side.EMPLOYEE,
        label=_("Care insurance, surcharge without children"),
        words=_("From the age of 23, whoever has no children pays a little more."),
    ),
    "wage_tax": Wording(
        side=Side.TAX,
        label=_("Wage tax"),
        words=_("An advance on your income tax. Too much comes back with the yearly tax return."),
    ),
    "soli": Wording(
        side=Side.TAX,
        label=_("Solidarity surcharge"),
        words=_("A surcharge on wage tax that only high incomes pay."),
    ),
    "church_tax": Wording(
        side=Side.TAX,
        label=_("Church tax"),
        words=_("A share of the wage tax for your church. Whoever leaves the church pays none."),
    ),
    "health.employer": Wording(side=Side.EMPLOYER, label=_("Health insurance"), words=_HEALTH),
    "additional.employer": Wording(side=Side.EMPLOYER, label=_("Health insurance, additional rate"), words=_ADDITIONAL),
    "pension.employer": Wording(side=Side.EMPLOYER, label=_("Pension insurance"), words=_PENSION),
    "unemployment.employer": Wording(side=Side.EMPLOYER, label=_("Unemployment insurance"), words=_UNEMPLOYMENT),
    "care.employer": Wording(side=Side.EMPLOYER, label=_("Care insurance"), words=_CARE),
    "wage_tax.refund": Wording(side=Side.TAX, label=_("Wage tax, yearly equalisation"), words=_REFUND),
    "soli.refund": Wording(side=Side.TAX, label=_("Solidarity surcharge, yearly equalisation"), words=_REFUND),
    "church_tax.refund": Wording(side=Side.TAX, label=_("Church tax, yearly equalisation"), words=_REFUND),
    "health.subsidy": Wording(
        side=Side.EMPLOYER,
        label=_("Part of private health insurance"),
        words=_(
            "What the employer would pay into a statutory fund, at most half of your premium. It is paid out to you."
        ),
    ),
    "care.subsidy": Wording(
        side=Side.EMPLOYER,
        label=_("Part of private care insurance"),
        words=_(
            "What the employer would pay into a statutory fund, at most half of your premium. It is paid out to you."
        ),
    ),
    "sickness.levy": Wording(
        side=Side.EMPLOYER,
        label=_("Levy for pay in sickness (U1)"),
        words=_("Small employers share among themselves what pay during illness costs."),
    ),
    "maternity.levy": Wording(
        side=Side.EMPLOYER,
        label=_("Levy for maternity pay (U2)"),
        words=_("All employers share among themselves what pay before and after a birth costs."),
    ),
    "insolvency.levy": Wording(
        side=Side.EMPLOYER,
        label=_("Insolvency levy (U3)"),
        words=_("It pays wages where an employer cannot."),
    ),
    "accident.levy": Wording(
        side=Side.EMPLOYER,
        label=_("Accident insurance"),
        words=_("It helps after accidents at work and on the way there."),
    ),
    "flat_tax": Wording(
        side=Side.EMPLOYER,
        label=_("Flat tax"),
        words=_("For a Minijob the employer pays all taxes as one flat rate."),
    ),
    "levies": Wording(
        side=Side.EMPLOYER,
        label=_("Levies and accident insurance"),
        words=_(
            "Shared among employers: pay during illness (U1) and maternity (U2), pay if an employer fails (U3), and "
            "accidents at work."
        ),
    ),
}
"""How each kind of line is called. Levies stand one by one where their rates are known, else as one."""


def explained(lines: Iterable[Mapping[str, Any]]) -> list[ExplainedLine]:
    """A payslip's stored lines with their words; amounts add up to the payslip's totals, side by side."""
    return [
        ExplainedLine(
            code=line["code"],
            side=wording.side,
            label=wording.label,
            words=wording.words,
            amount_cents=line["amount_cents"],
            basis_cents=line.get("basis_cents"),
            rate=Decimal(line["rate"]) if "rate" in line else None,
            source=line["source"],
            one_off=bool(line.get("one_off")),
        )
        for line in lines
        if (wording := WORDINGS.get(line["code"]))
    ]


def of_side(lines: Iterable[ExplainedLine], side: Side) -> list[ExplainedLine]:
    """The lines of one side."""
    return [line for line in lines if line.side == side]
