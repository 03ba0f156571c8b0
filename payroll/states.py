"""The life of a salary run and of its payslips."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class RunState(models.TextChoices):
    """A run is computed in pieces, reviewed and approved by a second person, and posted whole; then its money leaves."""

    COMPUTING = "computing", _("being computed")
    COMPUTED = "computed", _("to be reviewed")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("being posted")
    POSTED = "posted", _("posted")
    PAID = "paid", _("paid")
    CLOSED = "closed", _("closed")


RUN_STATES = Transitions(
    first=[RunState.COMPUTING],
    table={
        RunState.COMPUTING: [RunState.COMPUTED],
        # Computing again takes up what changed since.
        RunState.COMPUTED: [RunState.COMPUTING, RunState.IN_REVIEW],
        RunState.IN_REVIEW: [RunState.COMPUTING, RunState.APPROVED],
        RunState.APPROVED: [RunState.POSTED],
        RunState.POSTED: [RunState.PAID],
        # A debit that was matched by mistake is taken back.
        RunState.PAID: [RunState.POSTED, RunState.CLOSED],
    },
)
BOOKED = (RunState.POSTED, RunState.PAID, RunState.CLOSED)
"""States in which a run's payslips stand in the books."""


class PayslipState(models.TextChoices):
    """A draft may be computed anew; a posted payslip stays as it is."""

    FAILED = "failed", _("something is missing")
    DRAFT = "draft", _("draft")
    POSTED = "posted", _("posted")


PAYSLIP_STATES = Transitions(
    first=[PayslipState.FAILED, PayslipState.DRAFT],
    table={
        PayslipState.FAILED: [PayslipState.DRAFT],
        PayslipState.DRAFT: [PayslipState.FAILED, PayslipState.POSTED],
    },
)


class Church(models.TextChoices):
    """Whether church tax is withheld, and for which community."""

    NONE = "none", _("none")
    PROTESTANT = "ev", _("Protestant")
    CATHOLIC = "rk", _("Roman Catholic")
    YES = "yes", _("another community")


class EmploymentKind(models.TextChoices):
    """Which rules of social insurance a contract follows."""

    AUTO = "auto", _("by pay: Minijob, transition range or regular")
    FULL = "full", _("regular")
    MINIJOB = "minijob", _("Minijob")
    WERKSTUDENT = "werkstudent", _("working student")
    SHORT_TERM = "short_term", _("short-term: at most three months or 70 working days")


class ContractForm(models.TextChoices):
    """What was agreed: it decides on the contract's papers, its warnings and the rules that it begins with."""

    PERMANENT = "permanent", _("permanent")
    FIXED_TERM = "fixed_term", _("fixed term")
    PROJECT_DAYS = "project_days", _("single days of a project")
    MINIJOB = "minijob", _("Minijob")
    STUDENT = "student", _("working student")


KINDS_OF_FORMS = {
    ContractForm.MINIJOB: EmploymentKind.MINIJOB,
    ContractForm.STUDENT: EmploymentKind.WERKSTUDENT,
}
"""Forms that say by themselves which rules of social insurance hold."""


class Cover(models.TextChoices):
    """How somebody is insured in health and care."""

    STATUTORY = "statutory", _("in a statutory fund")
    VOLUNTARY = "voluntary", _("in a statutory fund, of free will")
    PRIVATE = "private", _("privately")


class OtherJob(models.TextChoices):
    """What somebody earns elsewhere at the same time."""

    INSURED = "insured", _("employment with social insurance")
    MINIJOB = "minijob", _("Minijob")


class ElementKind(models.TextChoices):
    """What is paid or kept back besides the salary."""

    HOURS = "hours", _("hours worked, at a rate")
    LEAVE_PAY = "leave_pay", _("pay for days of leave, where hours are paid")
    SICK_PAY = "sick_pay", _("pay for days of illness, where hours are paid")
    SUPPLEMENT = "supplement", _("supplement to the salary")
    ONE_OFF = "one_off", _("one-off pay")
    VACATION_PAY = "vacation_pay", _("vacation pay")
    EXPENSES = "expenses", _("expenses paid back, tax-free")
    PER_DIEM = "per_diem", _("per diem, tax-free")
    MATERNITY = "maternity", _("supplement to maternity benefit, tax-free")
    IN_KIND = "in_kind", _("benefit in kind")
    ADVANCE = "advance", _("advance, paid back in instalments")
    GARNISHMENT = "garnishment", _("garnishment")
    SET_OFF = "set_off", _("claim of the cooperative, set off")
