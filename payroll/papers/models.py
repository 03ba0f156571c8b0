"""Where money for funds and tax goes, what was stated and filed, and what funds pay back. Rows are kept as they are."""

from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coop.documents.models import Document
from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, LoginKey
from coop.tenancy.models import CoopOwned
from members.models import Person
from payroll.models import HealthFund
from payroll.papers.states import FilingKind, RefundKind

_KEEP = pgtrigger.Update | pgtrigger.Delete


class Creditor(CoopOwned):
    """The account of a fund, or of the tax office (`fund` is empty), from a day on, and how it knows the cooperative."""

    fund = CoopForeignKey(HealthFund, null=True, blank=True, related_name="creditors")
    since = models.DateField(_("since"))
    name = models.CharField(_("account holder, as the bank knows it"), max_length=70)
    iban = models.CharField("IBAN", max_length=34)
    reference = models.CharField(_("what the payment names: employer number or tax number"), max_length=30)
    federal_state = models.CharField(
        _("federal state of its seat"), max_length=2, blank=True, help_text=_("Its public holidays count for due days.")
    )
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "fund", "since"], name="creditor_once_a_day", nulls_distinct=False),
        ]
        triggers = [pgtrigger.Protect(name="creditor_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return self.name


class ContributionStatement(CoopOwned):
    """What a fund was told to expect of a month (§ 28f (3) SGB IV). Amounts are cents by contribution group.

    `posted` is the month's pay as booked so far, `expected` what was not booked yet, `carried` what differs from
    earlier statements. `booked_through` is the last entry of the ledger that it counts.
    """

    fund = CoopForeignKey(HealthFund, related_name="statements")
    month = models.DateField()
    posted = models.JSONField(default=dict)
    expected = models.JSONField(default=dict)
    carried = models.JSONField(default=dict)
    total_cents = models.BigIntegerField()
    booked_through = models.BigIntegerField()
    send_by = models.DateField()
    pay_by = models.DateField()
    made_at = models.DateTimeField()
    made_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "fund", "month"], name="contributionstatement_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="contributionstatement_is_a_month"),
        ]
        triggers = [pgtrigger.Protect(name="contributionstatement_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Filing(CoopOwned):
    """Something handed in at an official portal: by whom, when, with which figures.

    `subject` says what of its kind, such as "2026-03" or "person:5:10:2026-03-01". Handed in again, it gets the
    next number.
    """

    kind = models.CharField(max_length=20, choices=FilingKind.choices)
    subject = models.CharField(max_length=80)
    number = models.PositiveSmallIntegerField(default=1)
    due_on = models.DateField()
    filed_on = models.DateField(_("handed in on"))
    reference = models.CharField(_("ticket or receipt number"), max_length=60, blank=True)
    figures = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "kind", "subject", "number"], name="filing_number_once"),
        ]
        triggers = [pgtrigger.Protect(name="filing_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class FilingProof(CoopOwned):
    """A file that proves a filing, such as the portal's receipt."""

    filing = CoopForeignKey(Filing, related_name="proofs")
    document = CoopForeignKey(Document, related_name="+")
    added_at = models.DateTimeField()
    added_by = LoginKey(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="filingproof_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.added_at}"


class AccidentMembership(CoopOwned):
    """How the accident insurer knows the cooperative, from a year on, as its notice says; for its yearly report."""

    since = models.DateField(_("since"))
    insurer = models.CharField(_("accident insurer"), max_length=120)
    membership_number = models.CharField(_("company number at the insurer"), max_length=20)
    tariff_point = models.CharField(_("hazard tariff point"), max_length=8)
    most_year_cents = models.BigIntegerField(_("most pay a year that counts, in cents"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="accidentmembership_once_a_day"),
            models.CheckConstraint(condition=Q(since__day=1, since__month=1), name="accidentmembership_from_a_year"),
            models.CheckConstraint(condition=Q(most_year_cents__gt=0), name="accidentmembership_positive"),
        ]
        triggers = [pgtrigger.Protect(name="accidentmembership_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return self.tariff_point


class LevyRefund(CoopOwned):
    """Sick or maternity pay that a fund pays back, from a day until another (that day no longer counts). Cents."""

    kind = models.CharField(max_length=2, choices=RefundKind.choices)
    person = CoopForeignKey(Person, related_name="levy_refunds")
    fund = CoopForeignKey(HealthFund, related_name="+")
    budget = CoopForeignKey(Budget, related_name="+")
    since = models.DateField(_("first day"))
    until = models.DateField(_("until (that day no longer counts)"))
    pay_cents = models.BigIntegerField()
    employer_cents = models.BigIntegerField()
    rate = models.DecimalField(
        _("rate of the refund, as a share"),
        max_digits=4,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(1)],
    )
    amount_cents = models.BigIntegerField()
    relieved_cents = models.BigIntegerField(default=0, help_text=_("What the cooperative had carried of this pay."))
    entered_at = models.DateTimeField()
    entered_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "person", "kind", "since"], name="levyrefund_once"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="levyrefund_has_days"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, pay_cents__gt=0, employer_cents__gte=0)
                & Q(relieved_cents__gte=0, relieved_cents__lte=F("amount_cents")),
                name="levyrefund_positive",
            ),
        ]
        triggers = [pgtrigger.Protect(name="levyrefund_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class WageType(CoopOwned):
    """What a payroll office calls an element of pay in DATEV LODAS, from a day on."""

    element = models.CharField(_("element of pay"), max_length=40)
    since = models.DateField(_("since"))
    number = models.CharField(_("wage type"), max_length=4)
    entry_key = models.CharField(_("entry key"), max_length=2, default="2")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "element", "since"], name="wagetype_once_a_day")]
        triggers = [pgtrigger.Protect(name="wagetype_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return self.number
