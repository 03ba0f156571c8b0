"""Fixed terms of employment and the form that each paper needs. Pure.

What is found is for a person to weigh: `blocking` findings make the term void, so that the employment would be
permanent (§ 16 TzBfG), unless an objective reason carries it (§ 14 (1) TzBfG).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from coop.law import LawOfDay
from payroll.germany.absence import add_months


class PaperKind(StrEnum):
    """Papers of an employment."""

    TERMS = "terms"
    ADDENDUM = "addendum"
    END_AGREEMENT = "end_agreement"
    NOTICE = "notice"


class Form(StrEnum):
    """How a paper has to be signed, weakest first."""

    TEXT = "text"
    """Readable, storable and printable, with a request to confirm its receipt (§ 126b BGB, § 2 (1) NachwG)."""
    QUALIFIED = "qualified"
    """On paper, or with a qualified electronic signature of both (§§ 126, 126a BGB)."""
    PAPER = "paper"
    """Signed by hand on paper; electronic form is excluded (§ 623 BGB)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormNeeded:
    """The form that a paper needs, and where that is written."""

    form: Form
    source: str


def form_needed(kind: PaperKind, *, fixed_term: bool) -> FormNeeded:
    """The form of a paper. A fixed term, new or extended, is signed before it begins."""
    if kind in {PaperKind.NOTICE, PaperKind.END_AGREEMENT}:
        return FormNeeded(form=Form.PAPER, source="§ 623 BGB")
    if fixed_term:
        return FormNeeded(form=Form.QUALIFIED, source="§ 14 (4) TzBfG")
    if kind is PaperKind.ADDENDUM:
        return FormNeeded(form=Form.TEXT, source="§ 3 NachwG")
    return FormNeeded(form=Form.TEXT, source="§ 2 (1) NachwG")


def form_suffices(needed: Form, used: Form) -> bool:
    """Whether a signature of one form will do where another is needed."""
    order = list(Form)
    return order.index(used) >= order.index(needed)


class Doubt(StrEnum):
    """What speaks against a fixed term without an objective reason."""

    TOO_LONG = "too_long"
    TOO_MANY_EXTENSIONS = "too_many_extensions"
    EMPLOYED_BEFORE = "employed_before"
    CHANGED_TERMS = "changed_terms"


SOURCES = {
    Doubt.TOO_LONG: "§ 14 (2) S. 1 TzBfG",
    Doubt.TOO_MANY_EXTENSIONS: "§ 14 (2) S. 1 TzBfG",
    Doubt.EMPLOYED_BEFORE: "§ 14 (2) S. 2 TzBfG",
    Doubt.CHANGED_TERMS: "§ 14 (2) TzBfG",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One contract: first day, the day that no longer counts (None: permanent), pay and hours."""

    starts_on: date
    ends_on: date | None
    gross_cents: int
    weekly_hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFinding:
    """Something that speaks against a fixed term, with its paragraph."""

    doubt: Doubt

    @property
    def source(self) -> str:
        """The paragraph."""
        return SOURCES[self.doubt]


def check_fixed_term(law: LawOfDay, earlier: Sequence[Term], new: Term) -> list[TermFinding]:
    """What speaks against `new` being a fixed term without an objective reason, after all earlier contracts.

    Contracts that adjoin extend the first; any other earlier contract with the same employer forbids it. An
    extension that also changes pay or hours counts as a new contract: change either before or after it.

    Raises: LawUnknown. Source: § 14 (2) TzBfG.
    """
    if new.ends_on is None:
        return []
    chain = [new]
    for one in sorted(earlier, key=lambda term: term.starts_on, reverse=True):
        if one.ends_on is not None and one.ends_on == chain[0].starts_on:
            chain.insert(0, one)
    found = []
    if add_months(chain[0].starts_on, law["fixed_term.months_most"]) < new.ends_on:
        found.append(Doubt.TOO_LONG)
    if len(chain) - 1 > law["fixed_term.extensions_most"]:
        found.append(Doubt.TOO_MANY_EXTENSIONS)
    if any(one.starts_on < chain[0].starts_on for one in earlier):
        found.append(Doubt.EMPLOYED_BEFORE)
    if len(chain) > 1:
        before = chain[-2]
        if (before.gross_cents, before.weekly_hours) != (new.gross_cents, new.weekly_hours):
            found.append(Doubt.CHANGED_TERMS)
    return [TermFinding(doubt=doubt) for doubt in found]


REGISTER_MONTHS = 3
"""Months before an employment ends by which one registers as job-seeking (§ 38 (1) SGB III)."""
REGISTER_DAYS = 3
"""Days to register where the end is known later than that (§ 38 (1) SGB III)."""


def register_by(known_on: date, ends_on: date) -> date:
    """The last day to register as job-seeking, for an end (day that no longer counts) known on a day.

    Source: § 38 (1) SGB III.
    """
    early = add_months(ends_on, -REGISTER_MONTHS)
    return early if early > known_on else known_on + timedelta(days=REGISTER_DAYS)
