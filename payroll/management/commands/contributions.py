"""`manage.py contributions`: social insurance contributions of one month's pay, JSON lines in and out."""

from decimal import Decimal
from typing import Any

from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.money import decimal_string
from payroll.germany.contributions import (
    ContributionLaw,
    Contributions,
    Group,
    Insured,
    contribution_law,
    contributions,
)
from payroll.germany.law import german_law
from payroll.json_lines import JsonLinesCommand, Keys

_HIGHEST_ADDITIONAL_PERCENT = Decimal("99.99")
_MOST_CHILDREN = 99
_GROUPS = (Group.FULL, Group.MIDIJOB, Group.MINIJOB, Group.WERKSTUDENT, Group.PRIVATE)


class ImpossiblePay(InvalidInput):
    """The group cannot have this pay."""

    code = "impossible_pay"


class Command(JsonLinesCommand):
    """Answers `{"id", "inputs": {...}}` with `{"id", "outputs": {...}}`: every share in integer cents."""

    help = "Social insurance contributions: JSON lines on standard input, JSON lines on standard output."

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        """Raises: InvalidInput."""
        keys = Keys(record)
        inputs = keys.inner("inputs")
        keys.nothing_else()
        group = Group(inputs.choice("group", [group.value for group in _GROUPS]))
        day = inputs.day("date")
        gross = inputs.whole("gross_cents")
        insured = _insured(inputs, group)
        inputs.nothing_else()
        try:
            law = contribution_law(german_law(day))
        except LawUnknown as error:
            raise InvalidInput(f"{inputs.name('date')}: {error}") from error
        _check_pay(law, group, gross)
        return {"outputs": _outputs(contributions(law, insured, gross))}


def _insured(inputs: Keys, group: Group) -> Insured:
    additional_percent = inputs.percent("zusatzbeitrag_pct", maximum=_HIGHEST_ADDITIONAL_PERCENT)
    childless = inputs.flag("childless")
    children = inputs.whole("children_under25", maximum=_MOST_CHILDREN)
    if childless and children:
        raise InvalidInput(
            f"{inputs.name('children_under25')}: must be 0 where childless is true; set one of the two right"
        )
    own: dict[str, Any] = {}
    if group is Group.MINIJOB:
        own = {
            "pension_opt_out": inputs.flag("rv_exempt"),
            "health_insured": inputs.flag("gkv_insured"),
            "flat_tax": inputs.flag("flat_tax_2pct"),
        }
    elif group is Group.PRIVATE:
        own = {
            "health_premium_cents": inputs.whole("kv_premium_cents"),
            "care_premium_cents": inputs.whole("pv_premium_cents"),
        }
    return Insured(
        group=group,
        additional_rate=additional_percent / 100,
        childless=childless,
        children_under25=children,
        saxony=inputs.flag("saxony"),
        **own,
    )


def _check_pay(law: ContributionLaw, group: Group, gross: int) -> None:
    lowest, highest = law.pay_range(group)
    if gross < lowest:
        edge = f"begins at {decimal_string(lowest)}"
    elif highest is not None and gross > highest:
        edge = f"ends at {decimal_string(highest)}"
    else:
        return
    raise ImpossiblePay(
        f"inputs.gross_cents: the group {group.value} {edge} euros a month on that date; choose the group of this pay"
    )


def _outputs(result: Contributions) -> dict[str, int]:
    outputs = {
        "kv_an": result.health_employee_cents,
        "kv_ag": result.health_employer_cents,
        "zb_an": result.additional_employee_cents,
        "zb_ag": result.additional_employer_cents,
        "pv_an": result.care_employee_cents,
        "pv_ag": result.care_employer_cents,
        "rv_an": result.pension_employee_cents,
        "rv_ag": result.pension_employer_cents,
        "av_an": result.unemployment_employee_cents,
        "av_ag": result.unemployment_employer_cents,
        "an_total": result.employee_cents,
        "ag_total": result.employer_cents,
        "total": result.total_cents,
    }
    if result.group is Group.MINIJOB:
        outputs["u1_ag"] = result.sickness_levy_cents
        outputs["u2_ag"] = result.maternity_levy_cents
    outputs["u3_ag"] = result.insolvency_levy_cents
    if result.group is Group.MINIJOB:
        outputs["flat_tax_2pct_ag"] = result.flat_tax_cents
        return outputs
    if result.group is Group.PRIVATE:
        outputs["kv_subsidy_ag"] = result.health_subsidy_cents
        outputs["pv_subsidy_ag"] = result.care_subsidy_cents
    own = result.transition_employee_base_cents
    if own is None:
        outputs["base_kv_cents"] = result.health_base_cents
        outputs["base_rv_cents"] = result.pension_base_cents
    else:
        outputs["be_total_cents"] = result.pension_base_cents
        outputs["be_an_cents"] = own
    return outputs
