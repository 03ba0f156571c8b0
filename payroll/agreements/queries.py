"""Reads over papers of employments, and what speaks against a fixed term."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from coop.documents.models import Document
from coop.documents.states import DocumentState
from coop.errors import NotFound
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.states import PaperState
from payroll.germany.fixed_term import Doubt, Term, TermFinding, check_fixed_term, register_by
from payroll.germany.law import german_law
from payroll.models import EmploymentContract
from payroll.states import ContractForm

DOCUMENT_KIND = "employment paper"


def papers_of_contract(contract_id: int) -> list[EmploymentPaper]:
    """The papers of a contract, newest first."""
    rows = EmploymentPaper.objects.filter(contract_id=contract_id).select_related("made_by", "signed_noted_by")
    return list(rows.order_by("-id"))


def papers_of_person(person_id: int) -> list[EmploymentPaper]:
    """A person's papers that were not discarded, newest first."""
    rows = EmploymentPaper.objects.filter(contract__person_id=person_id).exclude(state=PaperState.DISCARDED)
    return list(rows.select_related("contract").order_by("-id"))


def paper_by_id(paper_id: int, *, person_id: int | None = None) -> EmploymentPaper:
    """One paper with its contract and person; with `person_id`, only that person's undiscarded ones. Raises: NotFound."""
    rows = EmploymentPaper.objects.select_related("contract__person").filter(id=paper_id)
    if person_id is not None:
        rows = rows.filter(contract__person_id=person_id).exclude(state=PaperState.DISCARDED)
    paper: EmploymentPaper | None = rows.first()
    if paper is None:
        raise NotFound
    return paper


def contract_by_id(contract_id: int) -> EmploymentContract:
    """One contract with its person. Raises: NotFound."""
    rows = EmploymentContract.objects.select_related("person").filter(id=contract_id)
    contract: EmploymentContract | None = rows.first()
    if contract is None:
        raise NotFound
    return contract


def documents_of(papers: Iterable[EmploymentPaper]) -> dict[int, int]:
    """Paper id -> id of its PDF, where that is ready."""
    sources = {paper.source: paper.pk for paper in papers}
    ready = Document.objects.filter(kind=DOCUMENT_KIND, source__in=list(sources), state=DocumentState.READY)
    return {sources[source]: document_id for document_id, source in ready.values_list("id", "source")}


def doubts_of(contract: EmploymentContract) -> list[TermFinding]:
    """What speaks against a contract's fixed term without an objective reason. Raises: LawUnknown."""
    earlier = EmploymentContract.objects.filter(person_id=contract.person_id, starts_on__lt=contract.starts_on)
    return check_fixed_term(german_law(contract.starts_on), [_term(one) for one in earlier], _term(contract))


def doubt_text(finding: TermFinding) -> str:
    """What speaks against a fixed term, in words with what to do."""
    words = {
        Doubt.TOO_LONG: _("All fixed terms together are longer than two years: agree a permanent employment."),
        Doubt.TOO_MANY_EXTENSIONS: _("It would be the fourth extension: agree a permanent employment."),
        Doubt.EMPLOYED_BEFORE: _(
            "There was an earlier employment here: a fixed term needs an objective reason (§ 14 (1) TzBfG), or make it "
            "permanent."
        ),
        Doubt.CHANGED_TERMS: _(
            "An extension that also changes pay or hours counts as a new contract and usually makes the employment "
            "permanent. Extend on the same terms, and change pay or hours by an addendum before or after."
        ),
    }
    return f"{words[finding.doubt]} ({finding.source})"


def hints_of(contract: EmploymentContract) -> list[str]:
    """What else the office should look at before it draws up the papers of a contract."""
    hints = {
        ContractForm.STUDENT: [
            _(
                "Ask for the certificate of enrolment of each term; at most 20 hours a week in term (§ 6 (1) Nr. 3 SGB V)."
            )
        ],
        ContractForm.MINIJOB: [
            _(
                "Ask for other Minijobs: they add up (§ 8 (2) SGB IV). Exemption from pension insurance needs an application."
            )
        ],
        ContractForm.PROJECT_DAYS: [
            _("Name the days of the project in the contract. Days of different projects are fixed terms of their own.")
        ],
    }
    return list(hints.get(ContractForm(contract.form), []))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingSoon:
    """An employment that ends and has no next contract yet."""

    contract: EmploymentContract
    last_day: date
    register_by: date
    late: bool
    """Whether that day has passed."""


def ending_employment(person_id: int, on: date) -> EndingSoon | None:
    """The running employment of a person, where its end is agreed and it is time to register as job-seeking."""
    rows = EmploymentContract.objects.filter(person_id=person_id)
    running: Any = rows.filter(starts_on__lte=on).exclude(ends_on__lte=on).first()
    if running is None or running.ends_on is None or rows.filter(starts_on=running.ends_on).exists():
        return None
    known_on = running.agreed_at.date()
    last = register_by(known_on, running.ends_on)
    if on < last.replace(day=1):
        return None
    last_day = running.ends_on - timedelta(days=1)
    return EndingSoon(contract=running, last_day=last_day, register_by=last, late=last < on)


def _term(contract: EmploymentContract) -> Term:
    return Term(
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        gross_cents=contract.gross_cents,
        weekly_hours=contract.weekly_hours,
    )
