"""Drawing up papers of an employment, and keeping how they were signed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from coop.documents.actions import request_document
from coop.errors import InvalidInput, StetigError
from coop.messaging.actions import queue_mail
from coop.money import decimal_string
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from coop.tenancy.queries import local_day, policy_on, this_cooperative
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.queries import DOCUMENT_KIND, contract_by_id, doubt_text, doubts_of, paper_by_id
from payroll.agreements.states import PAPER_STATES, Paper, PaperState, Signing
from payroll.germany.fixed_term import Form, PaperKind, form_needed, form_suffices
from payroll.models import EmploymentContract
from payroll.timekeeping.calendar import check_years
from payroll.timekeeping.queries import leave_entitlement_text

KEPT_YEARS = 6
"""Papers of an employment are kept with the wage accounts (§ 41 (1) EStG), from its end on."""
_PROBATION_MOST = 6
"""Months (§ 622 (3) BGB)."""


class FixedTermDoubtful(StetigError):
    """This fixed term needs an objective reason: name it, or make the employment permanent."""

    code = "fixed_term_doubtful"


class FormTooWeak(StetigError):
    """This paper needs a stronger form; signed in this way it is void."""

    code = "form_too_weak"


class SignedTooLate(StetigError):
    """A fixed term is signed before the work begins; signed later, the employment is permanent."""

    code = "signed_too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the office adds to what the contract holds."""

    workplace: str = ""
    objective_reason: str = ""
    """Why the term is fixed (§ 14 (1) TzBfG); empty for one without a reason."""
    project: str = ""
    probation_months: int = 0
    last_day: date | None = None
    """The last day of the employment, for papers that end it."""
    text: str = ""


@transaction.atomic
def make_paper(*, contract_id: int, kind: Paper, wording: Wording, at: datetime, by: User) -> EmploymentPaper:
    """Draw up a paper about a contract: what it says is frozen, its PDF is prepared, the member gets a mail.

    Raises: NotFound, FixedTermDoubtful, InvalidInput, LawUnknown.
    """
    contract = contract_by_id(contract_id)
    fixed = contract.ends_on is not None
    _check(contract, kind, wording, fixed=fixed)
    needed = form_needed(PaperKind(kind), fixed_term=fixed)
    paper: EmploymentPaper = EmploymentPaper.objects.create(
        contract=contract,
        kind=kind,
        form_needed=needed.form,
        form_source=needed.source,
        terms=_terms(contract, kind, wording, local_day(at)),
        made_at=at,
        made_by=by,
    )
    ends = contract.ends_on or local_day(at)
    request_document(
        kind=DOCUMENT_KIND,
        source=paper.source,
        title=f"{_title(kind)} {contract.starts_on:%d.%m.%Y}",
        filename=f"{kind}-{paper.pk}.pdf",
        keep_until=date(ends.year + KEPT_YEARS, 12, 31),
    )
    _tell(paper)
    return paper


@transaction.atomic
def note_signature(*, paper_id: int, how: Signing, on: date, by: User) -> EmploymentPaper:
    """Keep that, when and how both sides signed.

    Raises: NotFound, InvalidTransition, FormTooWeak, SignedTooLate.
    """
    paper = _locked(paper_id)
    PAPER_STATES.check(paper.state, PaperState.SIGNED)
    if not form_suffices(Form(paper.form_needed), Form(how)):
        raise FormTooWeak(
            _("This paper needs: %(form)s (%(source)s). Signed in another way it is void.")
            % {"form": Signing(paper.form_needed).label, "source": paper.form_source}
        )
    if paper.kind == Paper.TERMS and paper.form_needed == Signing.QUALIFIED and on > paper.contract.starts_on:
        raise SignedTooLate
    paper.state = PaperState.SIGNED
    paper.signed_on = on
    paper.signed_how = how
    paper.signed_noted_by = by
    paper.save(update_fields=["state", "signed_on", "signed_how", "signed_noted_by"])
    note_access(user=by, action="paper signed", about=paper.source)
    return paper


@transaction.atomic
def discard_paper(*, paper_id: int, by: User) -> EmploymentPaper:
    """Put an unsigned paper aside, to draw up a better one. Raises: NotFound, InvalidTransition."""
    paper = _locked(paper_id)
    PAPER_STATES.check(paper.state, PaperState.DISCARDED)
    paper.state = PaperState.DISCARDED
    paper.save(update_fields=["state"])
    note_access(user=by, action="paper discarded", about=paper.source)
    return paper


@transaction.atomic
def confirm_receipt(*, paper_id: int, person_id: int, at: datetime) -> EmploymentPaper:
    """The member confirms to have received a paper (§ 2 (1) NachwG); the first time counts. Raises: NotFound."""
    paper_by_id(paper_id, person_id=person_id)
    paper = _locked(paper_id)
    if paper.received_at is None:
        paper.received_at = at
        paper.save(update_fields=["received_at"])
    return paper


def _check(contract: EmploymentContract, kind: Paper, wording: Wording, *, fixed: bool) -> None:
    check_years(wording.last_day)
    ends = kind in {Paper.NOTICE, Paper.END_AGREEMENT}
    if ends and wording.last_day is None:
        raise InvalidInput(_("Last day of the employment: name it."))
    if ends and wording.last_day is not None and wording.last_day < contract.starts_on:
        raise InvalidInput(_("The employment ends on or after its first day."))
    if kind == Paper.ADDENDUM and not wording.text.strip():
        raise InvalidInput(_("Say what changes."))
    if kind == Paper.TERMS and not wording.workplace.strip():
        raise InvalidInput(_("Place of work: name it, or say that the member chooses it."))
    if not 0 <= wording.probation_months <= _PROBATION_MOST:
        raise InvalidInput(_("Probation: at most six months (§ 622 (3) BGB)."))
    if kind == Paper.TERMS and fixed and not wording.objective_reason.strip():
        doubts = doubts_of(contract)
        if doubts:
            raise FixedTermDoubtful(" ".join(doubt_text(one) for one in doubts))


def _terms(contract: EmploymentContract, kind: Paper, wording: Wording, on: date) -> dict[str, Any]:
    """All that the paper says, as it is today."""
    person, cooperative = contract.person, this_cooperative()
    last = contract.ends_on
    return {
        "kind": str(kind),
        "employer": {
            "name": cooperative.name,
            "street": cooperative.street,
            "city": f"{cooperative.postcode} {cooperative.city}",
            "board": cooperative.board_members,
        },
        "employee": {"name": person.name, "address": person.address, "language": person.language},
        "made_on": on.isoformat(),
        "starts_on": contract.starts_on.isoformat(),
        "last_day": date.fromordinal(last.toordinal() - 1).isoformat() if last else None,
        "form": contract.form,
        "social_insurance": contract.kind,
        "position": contract.position,
        "gross": decimal_string(contract.gross_cents),
        "hourly": decimal_string(contract.hourly_cents) if contract.hourly_cents is not None else None,
        "weekly_hours": str(contract.weekly_hours.normalize()),
        "pay_day": policy_on(contract.starts_on).pay_day,
        "leave": leave_entitlement_text(person.pk, contract.starts_on),
        **{name: value for name, value in asdict(wording).items() if name != "last_day"},
        "end_on": wording.last_day.isoformat() if wording.last_day else None,
    }


def _title(kind: Paper) -> str:
    with translation.override("de"):
        label: str = str(kind.label)
    return label[:1].upper() + label[1:]


def _locked(paper_id: int) -> EmploymentPaper:
    paper_by_id(paper_id)
    rows = EmploymentPaper.objects.select_for_update(of=("self",)).select_related("contract__person")
    paper: EmploymentPaper = rows.get(id=paper_id)
    return paper


def _tell(paper: EmploymentPaper) -> None:
    person = paper.contract.person
    with translation.override(person.language):
        subject = _("A paper about your employment")
    queue_mail(
        key=f"employment paper:{paper.pk}",
        to=person.email,
        subject=subject,
        template="employment_paper",
        context={
            "by_hand": paper.form_needed == Signing.PAPER,
            "to_sign": paper.form_needed == Signing.QUALIFIED,
            "greeting_name": person.name,
        },
        language=person.language,
    )
