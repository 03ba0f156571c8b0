"""German payroll law: the dated parameters beside this module, for one day."""

from datetime import date
from pathlib import Path

from coop.law import LawOfDay, read_law

PARAMETERS = Path(__file__).with_name("parameters")


def german_law(day: date) -> LawOfDay:
    """The law of `day`; parameters raise `LawUnknown` when asked for, not before."""
    return read_law(PARAMETERS).on(day)
