"""Corrections after the fact: a paid month computed anew by its own law, and the difference booked today."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from coop.documents.actions import request_document
from coop.errors import InvalidInput, NotFound
from coop.ledger.actions import lock_budgets, month_of, post
from coop.ledger.queries import figures_of
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from payroll.calculation import DataMissing, facts_from, line_as_json, shortfall_cents
from payroll.drafts import AMOUNTS, draft_payslips
from payroll.entries import payslip_document, payslip_entry, payslip_source
from payroll.germany.lines import Line
from payroll.germany.month import Month, pay_of_month
from payroll.germany.salary import salary_law
from payroll.models import (
    AccidentRate,
    EmploymentContract,
    InsuranceData,
    OtherEmployment,
    Payslip,
    TaxData,
    WageElement,
)
from payroll.queries import after
from payroll.states import PayslipState
from payroll.timekeeping.models import Absence

_TAX_CODES = frozenset({"wage_tax", "soli", "church_tax"})
_WEEKS_AFTER_THE_YEAR = 21
"""Days of January in which wage tax of the year before may still be changed (R 39b.5 (4) LStR)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """A paid month that would be computed otherwise with what is known today. Cents; `problem` where it cannot be."""

    payslip_id: int
    person_id: int
    name: str
    month: date
    net_change_cents: int
    cost_change_cents: int
    problem: str = ""


@transaction.atomic
def correct_payslip(*, payslip_id: int, by: User, at: datetime) -> Payslip:
    """Compute a paid month anew with what is known today and book the difference, for the month it belongs to.

    The old payslip stays; the new one holds the month as it should have been.

    Raises: NotFound, DataMissing, LawUnknown, InvalidInput, where nothing differs or it was corrected before.
    """
    before = Payslip.objects.select_for_update().filter(id=payslip_id, state=PayslipState.POSTED).first()
    if before is None:
        raise NotFound
    if Payslip.objects.filter(corrects=before).exists():
        raise InvalidInput(_("This payslip was corrected already. Correct its correction instead."))
    on = local_day(at)
    new = _as_it_should_be(before, on)
    if new.state == PayslipState.FAILED:
        raise DataMissing(new.problem)
    if _what_counts(new) == _what_counts(before):
        raise InvalidInput(_("Nothing differs from the payslip as it was paid."))
    lock_budgets({new.bearing_budget_id, before.bearing_budget_id})
    new.shortfall_cents = _corrected_shortfall(new, before, on)
    new.corrects = before
    new.save(force_insert=True)
    new.state = PayslipState.POSTED
    new.posted_on = on
    new.save(update_fields=["state", "posted_on"])
    difference = payslip_entry(new, event_on=on, before=before)
    if difference.lines:  # a benefit in kind may change what the payslip says and no account
        post(difference, by=by)
    request_document(source=payslip_source(new), **payslip_document(new.month))
    return new


def late_changes(since: date, *, today: date | None = None) -> list[LateChange]:
    """Months paid since a month that what was entered afterwards would change, by month and name.

    Those alone are computed anew whose data was touched after their payslip was posted.
    """
    slips = Payslip.objects.filter(state=PayslipState.POSTED, corrections__isnull=True, month__gte=since)
    touched = _touched(since)
    found: dict[date, list[Payslip]] = {}
    for slip in slips.filter(person_id__in=list(touched)).select_related("person", "contract").order_by("month", "id"):
        assert slip.posted_on is not None  # noqa: S101 (a posted payslip has its day)
        for begins, entered_on in touched[slip.person_id]:
            if begins < after(slip.month) and (entered_on is None or entered_on >= slip.posted_on):
                found.setdefault(slip.month, []).append(slip)
                break
    changes = []
    for month, those in found.items():
        drafts = {new.person_id: new for new in draft_payslips(month, [slip.person_id for slip in those])}
        for slip in those:
            new = drafts.get(slip.person_id) or _nothing_of(slip)
            if today is not None:
                _keep_taxes_of_earlier_year(new, slip, today)
            failed = new.state == PayslipState.FAILED
            if failed or _what_counts(new) != _what_counts(slip):
                changes.append(
                    LateChange(
                        payslip_id=slip.pk,
                        person_id=slip.person_id,
                        name=slip.person.name,
                        month=month,
                        net_change_cents=0 if failed else new.payout_cents - slip.payout_cents,
                        cost_change_cents=0 if failed else new.cost_cents - slip.cost_cents,
                        problem=new.problem,
                    )
                )
    return sorted(changes, key=lambda change: (change.month, change.name.casefold(), change.payslip_id))


def first_correctable(today: date) -> date:
    """The first month whose late changes are looked for: January of the year before."""
    return date(today.year - 1, 1, 1)


def _touched(since: date) -> dict[int, list[tuple[date, date | None]]]:
    """Per person from which day on something entered later counts, and when it was entered (None: not known)."""
    found: dict[int, list[tuple[date, date | None]]] = {}

    def note(rows: Iterable[tuple[int, date, datetime | None]]) -> None:
        for person_id, begins, at in rows:
            found.setdefault(person_id, []).append((begins, local_day(at) if at else None))

    for model in (TaxData, InsuranceData, OtherEmployment):
        note(model.objects.filter(entered_at__date__gte=since).values_list("person_id", "since", "entered_at"))
    note(WageElement.objects.filter(entered_at__date__gte=since).values_list("person_id", "since", "entered_at"))
    note(WageElement.objects.filter(ended_at__date__gte=since).values_list("person_id", "until", "ended_at"))
    note(
        EmploymentContract.objects.filter(agreed_at__date__gte=since).values_list("person_id", "starts_on", "agreed_at")
    )
    note(
        (person_id, ends_on, None)
        for person_id, ends_on in EmploymentContract.objects.filter(ends_on__gte=since).values_list(
            "person_id", "ends_on"
        )
    )
    note(Absence.objects.filter(decided_at__date__gte=since).values_list("person_id", "starts_on", "decided_at"))
    # Accident insurance concerns everybody.
    for begins, at in AccidentRate.objects.filter(entered_at__date__gte=since).values_list("since", "entered_at"):
        paid = Payslip.objects.filter(month__gte=begins, state=PayslipState.POSTED).values_list("person_id", flat=True)
        note((person_id, begins, at) for person_id in paid.distinct())
    return found


def _as_it_should_be(before: Payslip, on: date) -> Payslip:
    """The month of a payslip with what is known today, unsaved; of nothing where no contract is left."""
    new = next(iter(draft_payslips(before.month, [before.person_id])), None) or _nothing_of(before)
    _keep_taxes_of_earlier_year(new, before, on)
    return new


def _nothing_of(before: Payslip) -> Payslip:
    """A month in which there was no employment after all."""
    return Payslip(
        person_id=before.person_id,
        contract_id=before.contract_id,
        budget_id=before.budget_id,
        month=before.month,
        state=PayslipState.DRAFT,
        inputs={
            **before.inputs,
            "gross": "0.00",
            "insured_days": 0,
            "tax_days": 0,
            "paid_days": 0,
            "charged": dict.fromkeys(before.inputs.get("charged", ()), 0),
        },
        law_digest=before.law_digest,
    )


def _keep_taxes_of_earlier_year(new: Payslip, before: Payslip, on: date) -> None:
    """Wage tax of an earlier year stays as it was; pay that is still owed of it is one-off pay of this year.

    Contributions remain those of the month earned. Source: § 39b (3) EStG; R 39b.2 (2), R 39b.5 (4) LStR.
    """
    ended = date(on.year, 1, _WEEKS_AFTER_THE_YEAR)
    if new.state == PayslipState.FAILED or new.month.year == on.year or (new.month.year == on.year - 1 and on <= ended):
        return
    more = new.gross_cents - before.gross_cents
    taxes = (before.wage_tax_cents, before.soli_cents, before.church_tax_cents)
    lines = [line for line in new.lines if line["code"] not in _TAX_CODES]
    lines += [line for line in before.lines if line["code"] in _TAX_CODES]
    if more > 0:
        facts = facts_from(new.inputs)
        month = Month(current_cents=facts.regular_cents, regular_cents=facts.regular_cents, one_off_cents=more)
        extra = pay_of_month(salary_law(month_of(on)), facts.terms, month).one_off_taxes
        taxes = (taxes[0] + extra.wage_tax, taxes[1] + extra.soli, taxes[2] + extra.church_tax)
        lines += list(_one_off_lines(more, extra))
    new.wage_tax_cents, new.soli_cents, new.church_tax_cents = taxes
    new.net_cents = new.gross_cents - new.employee_cents - sum(taxes)
    new.lines = lines


def _one_off_lines(basis: int, taxes: tuple[int, int, int]) -> Iterator[dict[str, Any]]:
    for code, cents in zip(("wage_tax", "soli", "church_tax"), taxes, strict=True):
        if cents:
            source = "§ 39b (3) EStG; R 39b.2 (2) LStR"
            yield line_as_json(Line(code=code, amount_cents=cents, basis_cents=basis, source=source, one_off=True))


def _what_counts(slip: Payslip) -> tuple[object, ...]:
    amounts = (getattr(slip, name) for name in AMOUNTS)
    return (*amounts, slip.budget_id, slip.inputs.get("fund_id"))


def _corrected_shortfall(new: Payslip, before: Payslip, on: date) -> int:
    """What the cooperative bears of the month after its correction.

    A cost that falls relieves the cooperative first; what a higher cost adds, budget and cover bear as far as they
    can today.
    """
    more = new.cost_cents - before.cost_cents
    if more <= 0:
        return max(0, before.shortfall_cents + more)
    return before.shortfall_cents + shortfall_cents(figures_of(new.bearing_budget_id, on), more)
