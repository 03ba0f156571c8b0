"""`manage.py salarytable`: gross, net and cost of a month's salary in every direction, JSON lines in and out."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.money import decimal_string
from payroll.germany.inverse import gross_of_cost, gross_of_net
from payroll.germany.salary import Salary, SalaryLaw, salary, salary_law
from payroll.germany.terms import Kind, Terms
from payroll.json_lines import JsonLinesCommand, Keys
from payroll.offers import turnover_of_cost

_TARGETS: dict[str, Callable[[SalaryLaw, Terms, int], Salary]] = {
    "gross": salary,
    "cost": gross_of_cost,
    "net": gross_of_net,
}
_KINDS = (Kind.AUTO, Kind.FULL, Kind.MINIJOB, Kind.WERKSTUDENT)
_CHURCH_PERCENTS = {0, 8, 9}
_CLASS_WITH_FACTOR = 4
_HIGHEST_TAX_CLASS = 6
_HIGHEST_ADDITIONAL_PERCENT = Decimal("99.99")
_MOST_CHILDREN = 99
_MOST_CHILD_ALLOWANCES = Decimal("99.5")
_LARGEST_CENTS = 10**13


class Command(JsonLinesCommand):
    """Answers a gross, a cost or a net with all three, the turnover they need and the kind they follow."""

    help = "Salary from gross, cost or net: JSON lines on standard input, JSON lines on standard output."

    fee_percent = Decimal(9)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one option: the cooperative's fee."""
        parser.add_argument(
            "--fee", type=_fee, default=Decimal(9), help="the cooperative's fee in percent of turnover, default 9"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises: CommandError, with exit status 1, where some lines had errors."""
        self.fee_percent = options["fee"]
        super().handle(*args, **options)

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        """Raises: InvalidInput."""
        keys = Keys(record)
        day = keys.day("date")
        try:
            law = salary_law(day)
        except LawUnknown as error:
            raise InvalidInput(f"{keys.name('date')}: {error}") from error
        terms = _terms(keys, law)
        target = _target(keys)
        cents = keys.cents(target, maximum=_LARGEST_CENTS)
        keys.nothing_else()
        result = _TARGETS[target](law, terms, cents)
        return {
            "gross": decimal_string(result.gross_cents),
            "net": decimal_string(result.net_cents),
            "cost": decimal_string(result.cost_cents),
            "turnover": decimal_string(turnover_of_cost(result.cost_cents, self.fee_percent / 100)),
            "kind": result.group.value,
        }


def _fee(text: str) -> Decimal:
    """Raises: ArgumentTypeError, which ends the command with exit status 2."""
    whole, point, decimals = text.partition(".")
    if not all(part.isascii() and part.isdigit() for part in ((whole, decimals) if point else (whole,))):
        raise ArgumentTypeError("give a percentage such as 9 or 7.5")
    percent = Decimal(text)
    if percent >= 100:  # noqa: PLR2004 - nothing would remain
        raise ArgumentTypeError("the fee must be below 100 percent")
    return percent


def _target(keys: Keys) -> str:
    given = [name for name in _TARGETS if name in keys]
    if len(given) != 1:
        wrong = " and ".join(given) or "gross"
        raise InvalidInput(f"{wrong}: give exactly one of gross, cost and net")
    return given[0]


def _terms(keys: Keys, law: SalaryLaw) -> Terms:
    tax_class = keys.whole("tax_class", minimum=1, maximum=_HIGHEST_TAX_CLASS, default=1)
    childless = keys.flag("childless", default=False)
    children = keys.whole("children", maximum=_MOST_CHILDREN, default=0 if childless else 1)
    if childless and children:
        raise InvalidInput("children: must be 0 or left out where childless is true; set one of the two right")
    allowances = keys.decimal("child_allowances", places=1, maximum=_MOST_CHILD_ALLOWANCES, default=Decimal(0))
    church_percent = keys.percent("church_rate", default=Decimal(0))
    if church_percent not in _CHURCH_PERCENTS:
        raise InvalidInput('church_rate: give "0", "8" or "9"')
    return Terms(
        kind=Kind(keys.choice("kind", [kind.value for kind in _KINDS], default=Kind.AUTO.value)),
        tax_class=tax_class,
        factor=_factor(keys, tax_class),
        additional_rate=keys.percent(
            "additional_rate", maximum=_HIGHEST_ADDITIONAL_PERCENT, default=law.additional_rate_average * 100
        )
        / 100,
        childless=childless,
        children_under25=children,
        child_allowances=allowances,
        church_rate=church_percent / 100,
        saxony=keys.flag("saxony", default=False),
        pension_opt_out=keys.flag("pension_opt_out", default=False),
        levies_rate=keys.percent("levies_rate", places=4, default=Decimal(0)) / 100,
    )


def _factor(keys: Keys, tax_class: int) -> Decimal:
    factor = keys.decimal("factor", places=3, minimum=Decimal("0.001"), maximum=Decimal(1), default=Decimal(1))
    if factor != 1 and tax_class != _CLASS_WITH_FACTOR:
        raise InvalidInput("factor: there is a factor in tax class 4 alone; leave it out")
    return factor
