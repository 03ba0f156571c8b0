"""What people's months are computed from, read for many people in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from coop.errors import StetigError
from coop.ledger.actions import next_month
from coop.money import decimal_string, share_of
from coop.tenancy.queries import policy_on, this_cooperative
from members.models import Person as Member
from payroll.calculation import DataMissing, Element, Facts, latest, terms_of
from payroll.cautions import Caution
from payroll.germany.absence import MonthDays
from payroll.germany.average_pay import agreed_day_cents, average_since, leave_pay_cents, sick_pay_cents
from payroll.germany.contributions import DAYS_OF_MONTH, Group, Room
from payroll.germany.law import german_law
from payroll.germany.month import LAST_MONTH_OF_THE_CLAUSE, YearSoFar
from payroll.germany.salary import SalaryLaw, group_and_others
from payroll.germany.terms import Terms
from payroll.germany.working_time import below_minimum_by_contract, below_minimum_wage
from payroll.insurance_number import birth_date_in
from payroll.models import (
    AccidentRate,
    EmploymentContract,
    HealthFund,
    HealthFundRate,
    InsuranceData,
    OtherEmployment,
    PayoutAccount,
    Payslip,
    TaxData,
    WageElement,
)
from payroll.queries import contracts_in
from payroll.states import ElementKind, OtherJob, PayslipState
from payroll.timekeeping.queries import DaysOff, days_off_of, minutes_of, month_days_of

DECEMBER = 12
AGE_OF_RELIEF = 64
_LETTER_U_DAYS = 5
_ONE_OFF = frozenset({ElementKind.ONE_OFF, ElementKind.VACATION_PAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to pay: the contract that counts at the month's end, and what the month is computed from.

    `facts` is None where `problem` says what is missing.
    """

    contract: EmploymentContract
    budget_id: int | None
    facts: Facts | None
    problem: StetigError | None = None


def facts_of(
    law: SalaryLaw, month: date, person_ids: Iterable[int], *, supposed: Iterable[WageElement] = ()
) -> list[Person]:
    """What a month is computed from, for those of the people who are employed in it, by person.

    `supposed`: unsaved elements that are to count as if they had been entered.

    Raises: NoPolicy, LawUnknown.
    """
    known = _Known.of(law, month, list(person_ids), supposed)
    return [known.person(contracts) for contracts in known.contracts.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is entered about people for a month, by person; rates by fund."""

    law: SalaryLaw
    month: date
    contracts: dict[int, list[EmploymentContract]]
    tax: dict[int, TaxData]
    insurance: dict[int, InsuranceData]
    rates: dict[int, HealthFundRate]
    budgets: dict[int, int | None]
    with_account: frozenset[int]
    """Those whose net pay can be transferred."""
    elsewhere: dict[tuple[int, str], int]
    elements: dict[int, list[WageElement]]
    minijob_fund: int | None
    accident_rate: Decimal | None
    levies_rate: Decimal
    state: str
    days: dict[int, MonthDays]
    minutes: dict[int, int]
    """Working minutes that were recorded."""
    days_off: dict[int, DaysOff]
    """Of those whose hours are paid."""
    earned: dict[int, dict[date, int]]
    """What those earned in the months that make the average of leave pay, as far as they were paid here."""
    years: dict[int, list[Payslip]]
    """Payslips of the year and of the one before as they stand, for those whose pay asks for them."""

    @classmethod
    def of(cls, law: SalaryLaw, month: date, ids: Sequence[int], supposed: Iterable[WageElement] = ()) -> "_Known":
        """Everything for a month in a dozen statements.

        Instants are left out where nobody asks for them: reading one costs as much as all other columns of a row.
        """
        contracts: dict[int, list[EmploymentContract]] = {}
        rows = contracts_in(month).filter(person_id__among=ids).defer("agreed_at")
        for contract in rows.order_by("person_id", "starts_on"):
            contracts.setdefault(contract.person_id, []).append(contract)
        elements: dict[int, list[WageElement]] = {}
        for element in WageElement.objects.filter(
            Q(until__isnull=True) | Q(until__gt=month), person_id__among=ids, since__lte=month
        ).order_by("id"):
            elements.setdefault(element.person_id, []).append(element)
        for element in supposed:
            elements.setdefault(element.person_id, []).append(element)
        elsewhere: dict[tuple[int, str], int] = {}
        for other in OtherEmployment.objects.filter(person_id__among=ids, since__lte=month).order_by("since"):
            elsewhere[other.person_id, other.kind] = other.gross_cents
        with_one_off = [person for person, found in elements.items() if any(row.kind in _ONE_OFF for row in found)]
        asked = list(contracts) if month.month == DECEMBER else with_one_off
        accounts = PayoutAccount.objects.filter(person_id__among=ids, since__lte=next_month(month))
        accident = latest(AccidentRate.objects.all(), "coop_id", month)
        by_hour = [person for person, found in contracts.items() if found[-1].hourly_cents is not None]
        average = average_since(german_law(month), month) if by_hour else month
        return cls(
            law=law,
            month=month,
            contracts=contracts,
            tax=latest(TaxData.objects.filter(person_id__among=ids).defer("entered_at"), "person_id", month),
            insurance=latest(
                InsuranceData.objects.filter(person_id__among=ids).defer("entered_at"), "person_id", month
            ),
            rates=latest(HealthFundRate.objects.all(), "fund_id", month),
            budgets=dict(Member.objects.filter(id__among=ids).values_list("id", "budget_id")),
            with_account=frozenset(accounts.values_list("person_id", flat=True)),
            elsewhere=elsewhere,
            elements=elements,
            minijob_fund=HealthFund.objects.filter(minijobs=True).values_list("id", flat=True).first(),
            accident_rate=next((row.rate for row in accident.values()), None),
            levies_rate=policy_on(month).levies_rate,
            state=this_cooperative().federal_state,
            days=month_days_of(list(contracts), month),
            minutes=minutes_of(list(contracts), month),
            days_off=days_off_of(by_hour, month, average) if by_hour else {},
            earned=_earned(by_hour, average, month) if by_hour else {},
            years=_years(month, asked) if asked else {},
        )

    def person(self, contracts: list[EmploymentContract]) -> Person:
        """One person's facts, or what is missing for them."""
        contract = contracts[-1]
        budget_id = self.budgets[contract.person_id]
        try:
            return Person(contract=contract, budget_id=budget_id, facts=self._facts(contracts))
        except StetigError as problem:
            return Person(contract=contract, budget_id=budget_id, facts=None, problem=problem)

    def _facts(self, contracts: list[EmploymentContract]) -> Facts:
        contract = contracts[-1]
        person_id = contract.person_id
        terms, health_fund = self._terms(contract)
        days = self.days[person_id]
        elements = tuple(_element(row, self.month) for row in self.elements.get(person_id, ()))
        base = _base(contracts, self.month, days)
        if contract.hourly_cents is not None:
            hours = any(element.kind == ElementKind.HOURS for element in elements)
            if not hours and days.worked:
                raise DataMissing(_("Hours are paid: enter how many were worked this month."))
            elements += self._days_off(contract, {element.kind for element in elements})
        regular = contract.gross_cents + sum(
            element.cents for element in elements if element.kind in {ElementKind.SUPPLEMENT, ElementKind.IN_KIND}
        )
        group, _other = group_and_others(self.law.contributions, terms, regular)
        facts: dict[str, Any] = {
            "terms": terms,
            "base_cents": base,
            "regular_cents": regular,
            "insurance_days": days.insured_days,
            "tax_days": days.tax_days,
            "paid_days": days.paid_days,
            "unpaid_days": days.employed_days - days.paid_days,
            "elements": elements,
            "fund_id": self._collecting_fund(group, health_fund),
            "health_fund_id": health_fund,
            "cautions": self._minimum_wage(contract, base, elements, days),
        }
        one_off = any(element.kind in _ONE_OFF for element in elements)
        if one_off or self.month.month == DECEMBER:
            facts |= self._year(contract, terms, days.tax_days, one_off=one_off)
        return Facts(**facts)

    def _days_off(self, contract: EmploymentContract, entered: set[str]) -> tuple[Element, ...]:
        """What leave and illness are paid where hours are; what the office entered itself stays as it is."""
        off = self.days_off.get(contract.person_id)
        if off is None or contract.hourly_cents is None:
            return ()
        earned = self.earned.get(contract.person_id, {})
        day = agreed_day_cents(
            hourly_cents=contract.hourly_cents, weekly_hours=contract.weekly_hours, days_a_week=off.days_a_week
        )
        cents = {
            ElementKind.LEAVE_PAY: leave_pay_cents(
                earned_cents=sum(earned.values()),
                working_days=sum(off.working_days_before.get(month, 0) for month in earned),
                days_off=off.leave,
                agreed_day_cents=day,
            ),
            ElementKind.SICK_PAY: sick_pay_cents(days_off=Decimal(off.sick), agreed_day_cents=day),
        }
        days = {ElementKind.LEAVE_PAY: off.leave, ElementKind.SICK_PAY: Decimal(off.sick)}
        return tuple(
            Element(kind=kind.value, cents=amount, text=_of_days(amount, days[kind]))
            for kind, amount in cents.items()
            if amount and kind.value not in entered
        )

    def _minimum_wage(
        self, contract: EmploymentContract, base: int, elements: Iterable[Element], days: MonthDays
    ) -> tuple[tuple[str, int], ...]:
        """Whether pay reaches the minimum wage of the agreed hours, and of those recorded for the days worked."""
        agreed = contract.gross_cents
        by_kind = dict.fromkeys((ElementKind.HOURS, ElementKind.SUPPLEMENT), 0)
        for element in elements:
            if element.kind in by_kind:
                by_kind[ElementKind(element.kind)] += element.cents
        monthly = base + by_kind[ElementKind.SUPPLEMENT]
        # Hours are paid for work alone; a salary goes on over days off.
        for_work = by_kind[ElementKind.HOURS] + (int(monthly * days.worked // days.paid) if days.paid else 0)
        law = german_law(self.month)
        found = {
            Caution.CONTRACT: below_minimum_by_contract(law, agreed, contract.weekly_hours),
            Caution.HOURS: below_minimum_wage(law, for_work, self.minutes.get(contract.person_id, 0)),
        }
        return tuple((code.value, cents) for code, cents in found.items() if cents)

    def _terms(self, contract: EmploymentContract) -> tuple[Terms, int]:
        person_id = contract.person_id
        if person_id not in self.with_account:
            raise DataMissing(_("The account for net pay is missing. Enter the IBAN."))
        if person_id not in self.tax:
            raise DataMissing(_("Tax data is missing. Enter it with the month it begins."))
        if person_id not in self.insurance:
            raise DataMissing(_("Insurance data is missing. Enter it with the month it begins."))
        insured = self.insurance[person_id]
        if insured.fund_id not in self.rates:
            raise DataMissing(_("The additional rate of the health fund is missing. Enter it with its source."))
        if self.budgets[person_id] is None:
            raise DataMissing(_("There is no budget. Admit the person first."))
        terms = terms_of(
            contract=contract,
            tax=self.tax[person_id],
            insurance=insured,
            fund_rate=self.rates[insured.fund_id],
            levies_rate=self.levies_rate,
            workplace_state=self.state,
            day=self.month,
            accident_rate=self.accident_rate,
            other_insured_cents=self.elsewhere.get((person_id, OtherJob.INSURED), 0),
            other_minijob_cents=self.elsewhere.get((person_id, OtherJob.MINIJOB), 0),
            age_relief_year=age_relief_year(insured.insurance_number, self.month),
        )
        return terms, insured.fund_id

    def _collecting_fund(self, group: Group, health_fund: int) -> int:
        """Where contributions go: those of Minijobs and short-term work to the Minijob-Zentrale (§ 28i SGB IV)."""
        if group not in {Group.MINIJOB, Group.SHORT_TERM}:
            return health_fund
        if self.minijob_fund is None:
            raise DataMissing(
                _(
                    "The Minijob-Zentrale is missing. Enter it with the health funds, as the one that collects for Minijobs."
                )
            )
        return self.minijob_fund

    def _year(self, contract: EmploymentContract, terms: Terms, days: int, *, one_off: bool) -> dict[str, Any]:
        """What one-off pay and the year's end ask for."""
        slips = self.years.get(contract.person_id, [])
        this, before = (
            [slip for slip in slips if slip.month.year == year] for year in (self.month.year, self.month.year - 1)
        )
        charged = [slip.inputs["charged"] for slip in this]
        facts: dict[str, Any] = {
            "year": YearSoFar(
                wage_cents=sum(row["wage"] for row in charged),
                one_off_cents=sum(row["one_off"] for row in charged),
                days=sum(row["days"] for row in charged),
                charged=Room(*(sum(row[branch] for row in charged) for branch in ("health", "care", "pension"))),
            ),
            "months_left": _months_left(contract, self.month),
        }
        if one_off and self.month.month <= LAST_MONTH_OF_THE_CLAUSE and before:
            charged = [slip.inputs["charged"] for slip in before]
            facts["last_year"] = {
                "month": before[-1].month.isoformat(),
                "additional_rate": before[-1].inputs["additional_rate"],
                "days": sum(row["days"] for row in charged),
                "charged": [sum(row[branch] for row in charged) for branch in ("health", "care", "pension")],
            }
        if self.month.month == DECEMBER:
            facts["year_end"] = _year_end(this, terms, days)
        return facts


def _years(month: date, people: Sequence[int]) -> dict[int, list[Payslip]]:
    """Posted payslips of earlier months, a correction in place of what it corrects, oldest first."""
    first = date(month.year - (month.month <= LAST_MONTH_OF_THE_CLAUSE), 1, 1)
    found: dict[int, list[Payslip]] = {}
    slips = Payslip.objects.filter(
        person_id__among=people, month__gte=first, month__lt=month, state=PayslipState.POSTED, corrections__isnull=True
    )
    for slip in slips.order_by("person_id", "month", "id"):
        if "charged" in slip.inputs:
            found.setdefault(slip.person_id, []).append(slip)
    return found


def _of_days(cents: int, days: Decimal) -> str:
    """How many days at what a day, in no language: a digest is taken of it."""
    return f"{days.normalize():f} × {decimal_string(share_of(cents, 1 / days))} EUR"


def _earned(people: Sequence[int], since: date, until: date) -> dict[int, dict[date, int]]:
    """Current cash pay by month from `since` until `until`, a correction in place of what it corrects."""
    found: dict[int, dict[date, int]] = {}
    slips = Payslip.objects.filter(
        person_id__in=people, month__gte=since, month__lt=until, state=PayslipState.POSTED, corrections__isnull=True
    )
    for person_id, month, gross, one_off, in_kind in slips.values_list(
        "person_id", "month", "gross_cents", "one_off_cents", "in_kind_cents"
    ):
        found.setdefault(person_id, {})[month] = gross - one_off - in_kind
    return found


_OF_PROVISION = (
    "additional_rate",
    "childless",
    "children_under25",
    "saxony",
    "premiums",
    "pensioner",
    "pension_opt_out",
    "group",
)


def _year_end(slips: Sequence[Payslip], terms: Terms, days: int) -> dict[str, Any]:
    """What the annual equalisation asks of the earlier months and this one. Source: § 42b (1) S. 3 EStG."""
    whole = [slip for slip in slips if slip.inputs["tax_days"] == DAYS_OF_MONTH]
    classes = [slip.inputs["tax_class"] for slip in whole] + ([terms.tax_class] if days == DAYS_OF_MONTH else [])
    provisions = {tuple(str(slip.inputs.get(name)) for name in _OF_PROVISION) for slip in slips}
    changed = len(provisions) > 1 or any(
        str(slip.inputs["additional_rate"]) != str(terms.additional_rate) for slip in slips[-1:]
    )
    return {
        "year": {
            "tax_classes": classes,
            "factor": terms.factor != 1 or any(Decimal(slip.inputs["factor"]) != 1 for slip in slips),
            "allowances": bool(terms.allowance_month_cents or terms.addition_month_cents)
            or any({"allowance_month_cents", "addition_month_cents"} & slip.inputs.keys() for slip in slips),
            "letter_u": any(slip.inputs.get("unpaid_days", 0) >= _LETTER_U_DAYS for slip in slips),
            "provision_changed": changed,
        },
        "withheld": [
            sum(getattr(slip, f"{tax}_cents") for slip in slips) for tax in ("wage_tax", "soli", "church_tax")
        ],
    }


def age_relief_year(insurance_number: str, month: date) -> int | None:
    """The year after the 64th birthday, for those who had it before the year began. Source: § 24a EStG."""
    born = birth_date_in(insurance_number, month)
    if born is None:
        return None
    # A year of life is completed on the day before the birthday (§ 188 (2) BGB).
    completed = (born - timedelta(days=1)).year + AGE_OF_RELIEF
    return completed + 1 if completed < month.year else None


def _days_in(contract: EmploymentContract, month: date, end: date) -> int:
    last = end if contract.ends_on is None else min(contract.ends_on, end)
    return max(0, (last - max(contract.starts_on, month)).days)


def _base(contracts: Sequence[EmploymentContract], month: date, days: MonthDays) -> int:
    """The salary of the month: that of each contract by its calendar days, less the days without pay; hours apart."""
    end = next_month(month)
    if not days.employed_days:
        return 0
    return sum(
        share_of(
            contract.gross_cents,
            Decimal(_days_in(contract, month, end) * days.paid) / (days.calendar_days * days.employed_days),
        )
        for contract in contracts
        if contract.hourly_cents is None
    )


def _months_left(contract: EmploymentContract, month: date) -> int:
    last = DECEMBER
    if contract.ends_on is not None and contract.ends_on <= date(month.year, DECEMBER, 31):
        last = (contract.ends_on - timedelta(days=1)).month
    return max(1, last - month.month + 1)


def _element(row: WageElement, month: date) -> Element:
    """What a wage element comes to in a month."""
    cents = row.amount_cents
    if row.hours is not None:
        cents = share_of(row.amount_cents, row.hours)
    elif row.kind == ElementKind.ADVANCE and row.since < month:
        paid_back = ((month.year - row.since.year) * 12 + month.month - row.since.month - 1) * row.instalment_cents
        cents = -min(row.instalment_cents, max(0, row.amount_cents - paid_back))
    return Element(kind=row.kind, cents=cents, text=row.text, dependants=row.dependants)
