"""Employment, what tax and insurance depend on, salary runs and payslips.

Everything that changes over time is a row with the day it begins; nothing past is rewritten.
"""

from decimal import Decimal
from typing import cast

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, LoginKey
from coop.tenancy.history_triggers import keeps_history
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.models import Person
from payroll.states import (
    BOOKED,
    PAYSLIP_STATES,
    RUN_STATES,
    Church,
    ContractForm,
    Cover,
    ElementKind,
    EmploymentKind,
    OtherJob,
    PayslipState,
    RunState,
)

_KEEP = pgtrigger.Update | pgtrigger.Delete


class EmploymentContract(CoopOwned):
    """A person's employment at one pay. A change of pay is the next contract.

    With `hourly_cents` the hours of each month are paid (a wage element says how many); `gross_cents` then holds what
    the agreed hours come to in a month, which is promised out of the budget and decides on the kind.
    """

    person = CoopForeignKey(Person, related_name="contracts")
    gross_cents = models.BigIntegerField(_("monthly gross salary"))
    weekly_hours = models.DecimalField(
        _("hours a week"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(48)],
    )
    form = models.CharField(_("form"), max_length=12, choices=ContractForm.choices, default=ContractForm.FIXED_TERM)
    kind = models.CharField(max_length=11, choices=EmploymentKind.choices, default=EmploymentKind.AUTO)
    hourly_cents = models.PositiveIntegerField(_("pay of an hour, where hours are paid"), null=True, blank=True)
    flat_tax = models.BooleanField(_("Minijob: the employer pays the flat tax"), default=True)
    position = models.CharField(_("work"), max_length=200)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("ends on (that day no longer counts)"), null=True, blank=True)
    agreed_at = models.DateTimeField()
    agreed_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gross_cents__gt=0), name="employmentcontract_pay_positive"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="employmentcontract_lasts"
            ),
            ExclusionConstraint(
                name="employmentcontract_one_at_a_time",
                expressions=[
                    ("coop", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=False),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["coop", "starts_on"])]
        triggers = [
            pgtrigger.Protect(name="employmentcontract_is_kept", operation=pgtrigger.Delete),
            # The end is agreed later; pay, hours and start are a contract of their own.
            pgtrigger.Protect(
                name="employmentcontract_is_agreed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["ends_on"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.starts_on}"


class TaxData(CoopOwned):
    """What wage tax depends on, from a month on (the electronic wage-tax features, § 39 EStG)."""

    person = CoopForeignKey(Person, related_name="tax_data")
    since = models.DateField(_("since"))
    tax_id = models.CharField(_("tax identification number"), max_length=11)
    tax_class = models.PositiveSmallIntegerField(
        _("tax class"), validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    factor = models.DecimalField(_("factor (class 4)"), max_digits=4, decimal_places=3, null=True, blank=True)
    child_allowances = models.DecimalField(_("child allowances"), max_digits=3, decimal_places=1, default=Decimal(0))
    church = models.CharField(_("church tax"), max_length=5, choices=Church.choices, default=Church.NONE)
    federal_state = models.CharField(_("federal state of residence"), max_length=2)
    allowance_year_cents = models.PositiveBigIntegerField(_("allowance of the year"), default=0)
    allowance_month_cents = models.PositiveBigIntegerField(_("allowance of a month"), default=0)
    addition_year_cents = models.PositiveBigIntegerField(_("addition of the year"), default=0)
    addition_month_cents = models.PositiveBigIntegerField(_("addition of a month"), default=0)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "since"], name="taxdata_once_a_day"),
            models.CheckConstraint(condition=Q(since__day=1), name="taxdata_from_a_first"),
            models.CheckConstraint(condition=Q(tax_class__gte=1, tax_class__lte=6), name="taxdata_class"),
        ]
        triggers = [pgtrigger.Protect(name="taxdata_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"


class HealthFund(CoopOwned):
    """A health insurance fund, to which contributions of all branches go; those of Minijobs go to a fund of their own."""

    name = models.CharField(_("name"), max_length=120)
    number = models.CharField(_("employer number of the fund (Betriebsnummer)"), max_length=8)
    minijobs = models.BooleanField(_("collects for Minijobs (Minijob-Zentrale)"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "number"], name="healthfund_number_once"),
            models.UniqueConstraint(fields=["coop"], condition=Q(minijobs=True), name="healthfund_one_for_minijobs"),
        ]
        triggers = [keeps_history("healthfund", "name", "number", "minijobs")]

    def __str__(self) -> str:
        return self.name


class HealthFundRate(CoopOwned):
    """A fund's rates from a day on, as shares of pay, with their source. Levies that are not known are None."""

    fund = CoopForeignKey(HealthFund, related_name="rates")
    since = models.DateField()
    additional_rate = models.DecimalField(_("additional rate, as a share of pay"), max_digits=6, decimal_places=5)
    sickness_levy_rate = models.DecimalField(
        _("levy for pay in sickness (U1)"), max_digits=6, decimal_places=5, null=True, blank=True
    )
    maternity_levy_rate = models.DecimalField(
        _("levy for maternity pay (U2)"), max_digits=6, decimal_places=5, null=True, blank=True
    )
    sickness_refund_rate = models.DecimalField(
        _("share of pay in sickness that the fund refunds"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "fund", "since"], name="healthfundrate_once_a_day"),
            models.CheckConstraint(
                condition=Q(additional_rate__gte=0, additional_rate__lt=Decimal("0.1")),
                name="healthfundrate_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(sickness_levy_rate__isnull=True, maternity_levy_rate__isnull=True)
                | Q(
                    sickness_levy_rate__gte=0,
                    sickness_levy_rate__lt=Decimal("0.1"),
                    maternity_levy_rate__gte=0,
                    maternity_levy_rate__lt=Decimal("0.1"),
                ),
                name="healthfundrate_levies_are_shares",
            ),
        ]
        triggers = [pgtrigger.Protect(name="healthfundrate_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"


class InsuranceData(CoopOwned):
    """What social insurance depends on, from a month on."""

    person = CoopForeignKey(Person, related_name="insurance_data")
    since = models.DateField(_("since"))
    insurance_number = models.CharField(_("social insurance number"), max_length=12)
    fund = CoopForeignKey(HealthFund, related_name="+")
    childless = models.BooleanField(_("no children (care insurance surcharge)"), default=False)
    children_under25 = models.PositiveSmallIntegerField(_("children under 25"), default=0)
    cover = models.CharField(_("health insurance"), max_length=9, choices=Cover.choices, default=Cover.STATUTORY)
    health_premium_cents = models.PositiveBigIntegerField(_("monthly premium of private health insurance"), default=0)
    care_premium_cents = models.PositiveBigIntegerField(_("monthly premium of private care insurance"), default=0)
    basic_premium_cents = models.PositiveBigIntegerField(
        _("monthly premium for basic cover, health and care, as certified for wage tax"), default=0
    )
    sick_pay = models.BooleanField(_("the private cover includes sick pay"), default=True)
    pensioner = models.BooleanField(_("draws a full old-age pension after the regular age"), default=False)
    pension_opt_out = models.BooleanField(_("Minijob: exempt from pension insurance by application"), default=False)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "since"], name="insurancedata_once_a_day"),
            models.CheckConstraint(condition=Q(since__day=1), name="insurancedata_from_a_first"),
            models.CheckConstraint(condition=Q(childless=False) | Q(children_under25=0), name="insurancedata_children"),
            models.CheckConstraint(
                condition=Q(cover=Cover.PRIVATE)
                | Q(health_premium_cents=0, care_premium_cents=0, basic_premium_cents=0),
                name="insurancedata_premiums_are_private",
            ),
        ]
        triggers = [pgtrigger.Protect(name="insurancedata_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"


class PayoutAccount(CoopOwned):
    """Where net pay goes, from a day on."""

    person = CoopForeignKey(Person, related_name="payout_accounts")
    since = models.DateField(_("since"))
    iban = models.CharField("IBAN", max_length=34)
    holder = models.CharField(_("account holder, as the bank knows it"), max_length=70)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "person", "since"], name="payoutaccount_once_a_day")]
        triggers = [pgtrigger.Protect(name="payoutaccount_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"


class OtherEmployment(CoopOwned):
    """What a person earns elsewhere a month, from a month on; 0 says that it has ended.

    Pay of several employments is added up before ceilings and limits are applied (§ 22 (2), § 8 (2) SGB IV).
    """

    person = CoopForeignKey(Person, related_name="other_employments")
    since = models.DateField(_("since"))
    kind = models.CharField(_("kind"), max_length=7, choices=OtherJob.choices)
    gross_cents = models.PositiveBigIntegerField(_("gross pay a month there"))
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "kind", "since"], name="otheremployment_once_a_day"),
            models.CheckConstraint(condition=Q(since__day=1), name="otheremployment_from_a_first"),
        ]
        triggers = [pgtrigger.Protect(name="otheremployment_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"


class AccidentRate(CoopOwned):
    """What accident insurance takes of pay from a day on: the hazard class times the rate of 1,000 euros of wages."""

    since = models.DateField(_("since"))
    hazard_class = models.DecimalField(_("hazard class"), max_digits=6, decimal_places=2)
    per_thousand = models.DecimalField(
        _("contribution of 1,000 euros of wages in hazard class 1 (Beitragsfuss)"), max_digits=8, decimal_places=4
    )
    source = models.CharField(_("source"), max_length=200)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="accidentrate_once_a_day"),
            models.CheckConstraint(
                condition=Q(hazard_class__gt=0, per_thousand__gt=0), name="accidentrate_is_positive"
            ),
        ]
        triggers = [pgtrigger.Protect(name="accidentrate_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.since}"

    @property
    def rate(self) -> Decimal:
        """The share of pay."""
        return self.hazard_class * self.per_thousand / 1000


class WageElement(CoopOwned):
    """What is paid or kept back besides the salary, from a month on until (and without) another.

    `amount_cents` is the sum of each month, of an hour where `hours` is given, and of an advance as a whole: that is
    paid in the first month and kept back by `instalment_cents` in each month after it.
    """

    person = CoopForeignKey(Person, related_name="wage_elements")
    kind = models.CharField(_("kind"), max_length=12, choices=ElementKind.choices)
    since = models.DateField(_("first month"))
    until = models.DateField(_("ends with the month before"), null=True, blank=True)
    amount_cents = models.PositiveBigIntegerField(_("amount"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2, null=True, blank=True)
    instalment_cents = models.PositiveBigIntegerField(_("instalment of a month"), default=0)
    dependants = models.PositiveSmallIntegerField(
        _("set-off: people supported by law"), default=0, validators=[MaxValueValidator(5)]
    )
    text = models.CharField(_("what it is for"), max_length=120)
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(since__day=1) & (Q(until__isnull=True) | Q(until__day=1, until__gte=F("since"))),
                name="wageelement_months",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="wageelement_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind=ElementKind.HOURS, hours__gt=0) | (~Q(kind=ElementKind.HOURS) & Q(hours__isnull=True)),
                name="wageelement_hours",
            ),
            models.CheckConstraint(
                condition=Q(kind=ElementKind.ADVANCE, instalment_cents__gt=0)
                | (~Q(kind=ElementKind.ADVANCE) & Q(instalment_cents=0)),
                name="wageelement_instalment",
            ),
        ]
        indexes = [models.Index(fields=["coop", "person", "since"])]
        triggers = [
            pgtrigger.Protect(name="wageelement_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="wageelement_is_entered",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["until", "ended_at", "ended_by"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.since}"


class PayrollRun(CoopOwned):
    """One pass over a month's employed members. A later run of the month takes up who was left out."""

    month = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    pay_on = models.DateField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.COMPUTING)
    people = models.JSONField(default=list, help_text=_("Ids of the people it computes."))
    started_at = models.DateTimeField()
    computed_by = LoginKey(null=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = LoginKey(null=True, blank=True)
    review_at = models.DateTimeField(null=True, blank=True)
    approved_by = LoginKey(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    closed_by = LoginKey(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "month", "number"], name="payrollrun_number_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="payrollrun_is_a_month"),
            models.UniqueConstraint(
                fields=["coop", "month"], condition=~Q(state__in=BOOKED), name="payrollrun_one_open"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="payrollrun_approved_pair",
            ),
            models.CheckConstraint(
                condition=Q(review_at__isnull=True, reviewed_by__isnull=True)
                | Q(review_at__isnull=False, reviewed_by__isnull=False),
                name="payrollrun_reviewed_pair",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="payrollrun_closed_pair",
            ),
            # Who computed it does not approve it; what beat started, one person may approve.
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(computed_by__isnull=True) | ~Q(approved_by=F("computed_by")),
                name="payrollrun_second_person",
            ),
        ]
        triggers = [
            *machine("payrollrun", RUN_STATES),
            pgtrigger.Protect(name="payrollrun_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def expected(self) -> int:
        """How many people it computes."""
        return len(self.people)


class Payslip(CoopOwned):
    """One person's pay of one month, with the inputs and lines that explain it.

    A correction is a payslip of its own: it holds the month as it should have been, and its entry books
    the difference to `corrects`.
    """

    # Unique constraints find those of a run and corrections; nobody looks for those of a budget. Each index is written
    # again when a payslip is posted.
    run = CoopForeignKey(PayrollRun, null=True, blank=True, related_name="payslips", indexed=False)
    person = CoopForeignKey(Person, related_name="payslips")
    contract = CoopForeignKey(EmploymentContract, related_name="payslips")
    budget = CoopForeignKey(Budget, null=True, blank=True, related_name="+", indexed=False)
    month = models.DateField()
    state = models.CharField(max_length=10, choices=PayslipState.choices)
    problem = models.CharField(max_length=400, blank=True)
    gross_cents = models.BigIntegerField(default=0)
    employee_cents = models.BigIntegerField(default=0)
    employer_cents = models.BigIntegerField(default=0)
    levies_cents = models.BigIntegerField(default=0)
    flat_tax_cents = models.BigIntegerField(default=0)
    wage_tax_cents = models.BigIntegerField(default=0)
    soli_cents = models.BigIntegerField(default=0)
    church_tax_cents = models.BigIntegerField(default=0)
    net_cents = models.BigIntegerField(default=0)
    one_off_cents = models.BigIntegerField(default=0, help_text=_("One-off pay within gross pay."))
    in_kind_cents = models.BigIntegerField(default=0, help_text=_("Benefits in kind within gross pay."))
    subsidy_cents = models.BigIntegerField(default=0, help_text=_("The employer's part of private premiums."))
    free_cents = models.BigIntegerField(default=0, help_text=_("Paid beside gross pay, free of tax."))
    advance_cents = models.BigIntegerField(default=0, help_text=_("Advances paid, less those paid back."))
    garnished_cents = models.BigIntegerField(default=0, help_text=_("Kept back for creditors."))
    set_off_cents = models.BigIntegerField(default=0, help_text=_("Kept back for what is owed to the cooperative."))
    accident_cents = models.BigIntegerField(default=0, help_text=_("Accident insurance within the levies."))
    cost_cents = models.BigIntegerField(default=0)
    shortfall_cents = models.BigIntegerField(default=0)
    inputs = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True, help_text=_("Of all that it is computed from."))
    law_digest = models.CharField(max_length=64, blank=True)
    corrects = CoopForeignKey("self", null=True, blank=True, related_name="corrections", indexed=False)
    posted_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "run", "person"], name="payslip_once_a_run"),
            models.UniqueConstraint(
                fields=["coop", "person", "month"],
                condition=Q(state=PayslipState.POSTED, corrects__isnull=True),
                name="payslip_posted_once_a_month",
            ),
            models.UniqueConstraint(
                fields=["coop", "corrects"], condition=Q(corrects__isnull=False), name="payslip_corrected_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    net_cents=F("gross_cents")
                    - F("employee_cents")
                    - F("wage_tax_cents")
                    - F("soli_cents")
                    - F("church_tax_cents")
                ),
                name="payslip_net_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    cost_cents=F("gross_cents")
                    - F("in_kind_cents")
                    + F("employer_cents")
                    + F("levies_cents")
                    + F("flat_tax_cents")
                    + F("subsidy_cents")
                    + F("free_cents")
                ),
                name="payslip_cost_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state=PayslipState.FAILED) | Q(budget__isnull=False), name="payslip_has_budget"
            ),
            models.CheckConstraint(
                condition=Q(state=PayslipState.POSTED, posted_on__isnull=False)
                | (~Q(state=PayslipState.POSTED) & Q(posted_on__isnull=True)),
                name="payslip_posted_with_day",
            ),
        ]
        indexes = [models.Index(fields=["coop", "month"])]
        triggers = [
            *machine("payslip", PAYSLIP_STATES),
            pgtrigger.Protect(
                name="payslip_stays_posted",
                operation=_KEEP,
                condition=pgtrigger.Q(old__state=PayslipState.POSTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def payout_cents(self) -> int:
        """What is transferred: net pay, what is paid beside it, less what was had already or is kept back."""
        beside = self.subsidy_cents + self.free_cents + self.advance_cents
        return self.net_cents + beside - self.in_kind_cents - self.garnished_cents - self.set_off_cents

    @property
    def bearing_budget_id(self) -> int:
        """The budget that bears it; only what could not be computed may have none."""
        return cast("int", self.budget_id)
