"""What a reviewer of a salary should look at, in words with what to do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from coop.money import decimal_string


class Caution(StrEnum):
    """Codes of the warnings that a payslip keeps. None of them changes an amount."""

    CONTRACT = "minimum_wage_contract"
    HOURS = "minimum_wage_hours"
    SET_OFF = "set_off_limited"


def caution_text(warning: Mapping[str, Any]) -> str:
    """A payslip's warning (`code`, `cents`) in words."""
    words = {
        Caution.CONTRACT: _(
            "The agreed pay is %(amount)s EUR below the minimum wage of the agreed hours. Raise the pay or lower the hours "
            "by a new contract (§ 1 MiLoG)."
        ),
        Caution.HOURS: _(
            "For the hours recorded %(amount)s EUR of minimum wage are missing. Check the hours; if they are right, pay the "
            "difference by the end of next month at the latest (§ 2 MiLoG)."
        ),
        Caution.SET_OFF: _(
            "%(amount)s EUR were not set off: pay below the seizure limit stays with the member (§ 394 BGB)."
        ),
    }
    return words[Caution(warning["code"])] % {"amount": decimal_string(warning["cents"])}
