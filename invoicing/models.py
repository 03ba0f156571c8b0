"""Clients, jobs with what was said about them, and invoices that stay as they were issued."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.history_triggers import keeps_history
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from coop.tenancy.states import VatScheme
from invoicing.states import (
    CLIENT_KINDS,
    EDITABLE,
    INVOICE_FORMATS,
    INVOICE_STATES,
    JOB_STATES,
    PLANNED_KINDS,
    SERVICES,
    UNITS,
    VAT_CASES,
    Answer,
    ConfirmationWay,
    InvoiceKind,
    InvoiceState,
    JobState,
    LinkPurpose,
)

LANGUAGES = [("de", _("German")), ("en", _("English"))]


class Client(CoopOwned):
    """A client of one member. Invoices carry a copy, so editing changes only what comes later."""

    owner = LoginKey()
    name = models.CharField(_("legal name"), max_length=200)
    contact = models.CharField(_("contact person"), max_length=200, blank=True)
    kind = models.CharField(_("kind of client"), max_length=10, choices=CLIENT_KINDS, default="business")
    street = models.CharField(_("street and number"), max_length=200)
    address_extra = models.CharField(_("more of the address"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("town"), max_length=100)
    region = models.CharField(_("region or state"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True)
    language = models.CharField(_("language of the invoice"), max_length=2, choices=LANGUAGES, default="de")
    email = models.EmailField(_("e-mail address for invoices"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    leitweg_id = models.CharField(_("Leitweg-ID"), max_length=46, blank=True, default="", db_default="")
    invoice_format = models.CharField(
        _("form of the invoice"), max_length=10, choices=INVOICE_FORMATS, default="zugferd", db_default="zugferd"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["coop", "owner", "name"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(country__regex="^[A-Z]{2}$"), name="client_country_code"),
        ]
        triggers = [
            keeps_history(
                "client",
                *("name", "contact", "kind", "street", "address_extra", "postcode", "city", "region", "country"),
                *("vat_id", "language", "email", "phone", "leitweg_id", "invoice_format"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Job(CoopOwned):
    """What a member does for a client: the service, its period, its price, and how it is taxed."""

    owner = LoginKey()
    budget = CoopForeignKey(Budget, related_name="+")
    client = CoopForeignKey(Client, related_name="jobs")
    title = models.CharField(_("what is the job?"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    service_from = models.DateField(_("service from"))
    service_until = models.DateField(_("service until"))
    net_cents = models.BigIntegerField(_("net amount"))
    invoiced_cents = models.BigIntegerField(
        default=0, db_default=0, help_text=_("Net, in invoices that have not been cancelled.")
    )
    service = models.CharField(
        _("what do you do?"),
        max_length=12,
        choices=SERVICES,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty in jobs from before this was asked: there the VAT was chosen."),
    )
    performed_in = models.CharField(_("where does it take place?"), max_length=2, blank=True, default="", db_default="")
    certified = models.BooleanField(_("has the authority certified the purpose?"), null=True, blank=True)
    recipient_same_trade = models.BooleanField(
        _("does the client itself build or clean buildings?"), null=True, blank=True
    )
    below_threshold = models.BooleanField(
        _("do all electronic services to private persons in the EU stay below the limit of the year?"),
        null=True,
        blank=True,
    )
    vat_case = models.CharField(_("VAT"), max_length=30, choices=VAT_CASES, blank=True)
    vat_question = models.TextField(blank=True, default="", db_default="")
    vat_decided_by = LoginKey(null=True, blank=True)
    vat_decided_on = models.DateField(null=True, blank=True)
    vat_decision = models.TextField(_("why?"), blank=True, default="", db_default="", max_length=1000)
    order_reference = models.CharField(_("the client's order number"), max_length=80, blank=True)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.DRAFT)
    state_on = models.DateField(help_text=_("Since when the state holds."))
    return_reason = models.TextField(blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_by_name = models.CharField(_("who confirmed at the client"), max_length=200, blank=True)
    confirmation_way = models.CharField(_("how"), max_length=10, choices=ConfirmationWay.choices, blank=True)
    confirmation_evidence = models.TextField(_("evidence"), blank=True)
    confirmation_noted_by = LoginKey(null=True, blank=True)
    guaranteed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["coop", "owner", "-id"]),
            models.Index(fields=["coop", "state", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(net_cents__gt=0), name="job_net_positive"),
            models.CheckConstraint(
                condition=models.Q(invoiced_cents__gte=0, invoiced_cents__lte=models.F("net_cents")),
                name="job_invoiced_within_net",
            ),
            models.CheckConstraint(
                condition=models.Q(service_until__gte=models.F("service_from")), name="job_service_period"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_on__isnull=True, confirmation_noted_by__isnull=True, confirmation_way="")
                | (
                    models.Q(confirmed_on__isnull=False, confirmation_noted_by__isnull=False)
                    & ~models.Q(confirmation_way="")
                    & ~models.Q(confirmed_by_name="")
                    & ~models.Q(confirmation_evidence="")
                ),
                name="job_confirmed_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(guaranteed=False) | models.Q(confirmed_on__isnull=False),
                name="job_guaranteed_is_confirmed",
            ),
            models.CheckConstraint(
                condition=models.Q(vat_decided_by__isnull=True, vat_decided_on__isnull=True, vat_decision="")
                | (
                    models.Q(vat_decided_by__isnull=False, vat_decided_on__isnull=False)
                    & ~models.Q(vat_decision="")
                    & ~models.Q(vat_case="")
                ),
                name="job_vat_decided_whole",
            ),
        ]
        triggers = [
            *machine("job", JOB_STATES),
            pgtrigger.Protect(name="job_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="job_content_stands",
                operation=pgtrigger.Update,
                # What staff accepted and the client confirmed is what is invoiced.
                condition=pgtrigger.Condition(
                    f"OLD.state NOT IN ({', '.join(repr(str(state)) for state in EDITABLE)}) AND "
                    "(OLD.owner_id, OLD.budget_id, OLD.client_id, OLD.title, OLD.description, OLD.service_from, "
                    "OLD.service_until, OLD.net_cents, OLD.service, OLD.performed_in) IS DISTINCT FROM "
                    "(NEW.owner_id, NEW.budget_id, NEW.client_id, NEW.title, NEW.description, NEW.service_from, "
                    "NEW.service_until, NEW.net_cents, NEW.service, NEW.performed_in)"
                ),
            ),
            pgtrigger.Protect(
                name="job_vat_stands",
                operation=pgtrigger.Update,
                # While the office checks a job a person may settle its VAT; then it stands.
                condition=pgtrigger.Condition(
                    f"OLD.state NOT IN ({', '.join(repr(str(state)) for state in (*EDITABLE, JobState.SUBMITTED))}) AND "
                    "OLD.vat_case IS DISTINCT FROM NEW.vat_case"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def left_cents(self) -> int:
        """What of the net amount is not yet invoiced."""
        return self.net_cents - self.invoiced_cents


class JobLine(CoopOwned):
    """One position of a job with a price of its own. A job without lines has one price."""

    job = CoopForeignKey(Job, related_name="lines", indexed=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("what"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=3, choices=UNITS)
    unit_price = models.DecimalField(_("price of one"), max_digits=16, decimal_places=4, help_text=_("In euros."))
    discount_cents = models.BigIntegerField(_("discount"), default=0, db_default=0)
    service = models.CharField(
        _("kind of service"),
        max_length=12,
        choices=SERVICES,
        blank=True,
        default="",
        db_default="",
        help_text=_("Only where it is another one than the job's."),
    )
    net_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "job", "position"], name="jobline_position_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, unit_price__gte=0, discount_cents__gte=0, net_cents__gte=0),
                name="jobline_amounts",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="jobline_stands",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=(
                    "IF EXISTS (SELECT 1 FROM invoicing_job j WHERE j.coop_id = COALESCE(NEW.coop_id, OLD.coop_id) "  # noqa: S608
                    "AND j.id = COALESCE(NEW.job_id, OLD.job_id) "
                    f"AND j.state NOT IN ({', '.join(repr(str(state)) for state in EDITABLE)})) THEN "
                    "RAISE EXCEPTION 'pgtrigger: jobline: the job has been submitted'; END IF; "
                    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class JobStep(CoopOwned):
    """One step of a job's life: into which state, on which day, by whom. Append-only."""

    job = CoopForeignKey(Job, related_name="steps")
    state = models.CharField(max_length=12, choices=JobState.choices)
    on = models.DateField()
    by = LoginKey(null=True, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [pgtrigger.Protect(name="jobstep_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.state} {self.on}"


class JobMessage(CoopOwned):
    """Something said on a job, by the member or by the office; `read_at` is when the other side saw it."""

    job = CoopForeignKey(Job, related_name="messages", indexed=False)
    author = LoginKey()
    by_owner = models.BooleanField()
    text = models.TextField(_("your message"), max_length=4000)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["coop", "job", "id"]),
            models.Index(fields=["coop", "job"], name="jobmessage_unread", condition=models.Q(read_at__isnull=True)),
        ]
        triggers = [
            pgtrigger.Protect(name="jobmessage_is_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="jobmessage_stands", exclude=["read_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class ClientLink(CoopOwned):
    """A link that was mailed to a client, by the hash of its secret; and the client's answer, which is the proof."""

    purpose = models.CharField(max_length=8, choices=LinkPurpose.choices)
    client = CoopForeignKey(Client, related_name="links")
    job = CoopForeignKey(Job, related_name="links", null=True, blank=True)
    token_hash = models.CharField(max_length=64)
    sent_by = LoginKey()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    answered_name = models.CharField(max_length=200, blank=True)
    answered_note = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "token_hash"], name="clientlink_token_once"),
            models.CheckConstraint(
                condition=models.Q(purpose=LinkPurpose.CONFIRM, job__isnull=False)
                | models.Q(purpose=LinkPurpose.PORTAL, job__isnull=True),
                name="clientlink_job_to_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_name="", answered_note="", answered_at__isnull=True)
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="") & ~models.Q(answered_name="")),
                name="clientlink_answered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="clientlink_is_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="clientlink_stands",
                exclude=["replaced_at", "answer", "answered_name", "answered_note", "answered_at"],
            ),
            pgtrigger.Protect(
                name="clientlink_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.answered_at IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class Invoice(CoopOwned):
    """An issued invoice with a copy of all it says. Only its payment state changes afterwards.

    `seller` and `buyer` are mappings as `invoicing.snapshots` writes them; `fee_cents` is what the
    cooperative keeps, and what remains of the net amount belongs to the budget.
    """

    job = CoopForeignKey(Job, related_name="invoices", indexed=False)
    client = CoopForeignKey(Client, related_name="invoices")
    owner = LoginKey()
    budget = CoopForeignKey(Budget, related_name="+", indexed=False)
    kind = models.CharField(
        max_length=8, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE, db_default=InvoiceKind.INVOICE
    )
    deducted = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text=_("The advances that a final invoice deducts: number, day, VAT case and net amount of each."),
    )
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    issued_by = LoginKey(null=True, blank=True)
    issued_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    service_from = models.DateField()
    service_until = models.DateField()
    currency = models.CharField(max_length=3, default="EUR")
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    vat_case = models.CharField(max_length=30, choices=VAT_CASES)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)
    vat_category = models.CharField(max_length=2)
    vat_paragraph = models.CharField(max_length=120)
    vat_wording_de = models.CharField(max_length=200, blank=True)
    vat_wording_en = models.CharField(max_length=200, blank=True)
    taxes = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text=_("One mapping for each category and rate, where there is more than one."),
    )
    vat_scheme = models.CharField(max_length=10, choices=VatScheme.choices)
    tax_month = models.DateField(help_text=_("First day of the month of the supply."))
    fee_rate = models.DecimalField(max_digits=5, decimal_places=4)
    fee_cents = models.BigIntegerField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    order_reference = models.CharField(max_length=80, blank=True)
    buyer_name = models.CharField(max_length=200)
    seller = models.JSONField()
    buyer = models.JSONField()
    email = models.EmailField()
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.ISSUED)
    paid_cents = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["coop", "-issued_on", "-id"]),
            models.Index(fields=["coop", "owner", "-issued_on", "-id"]),
            models.Index(fields=["coop", "state", "due_on"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["coop", "number"], name="invoice_number_once"),
            models.CheckConstraint(condition=models.Q(net_cents__gt=0, vat_cents__gte=0), name="invoice_amounts"),
            models.CheckConstraint(
                condition=models.Q(gross_cents=models.F("net_cents") + models.F("vat_cents")), name="invoice_gross_sums"
            ),
            models.CheckConstraint(
                condition=models.Q(fee_cents__gte=0, fee_cents__lte=models.F("net_cents")),
                name="invoice_fee_within_net",
            ),
            models.CheckConstraint(
                condition=models.Q(paid_cents__gte=0, paid_cents__lte=models.F("gross_cents")),
                name="invoice_paid_within_gross",
            ),
            models.CheckConstraint(
                condition=models.Q(state=InvoiceState.PAID, paid_on__isnull=False, paid_cents=models.F("gross_cents"))
                | models.Q(state=InvoiceState.ISSUED, paid_on__isnull=True, paid_cents__lt=models.F("gross_cents"))
                | models.Q(state=InvoiceState.CANCELLED),
                name="invoice_paid_whole",
            ),
        ]
        triggers = [
            *machine("invoice", INVOICE_STATES),
            pgtrigger.ReadOnly(name="invoice_is_frozen", exclude=["state", "paid_cents", "paid_on"]),
            pgtrigger.Protect(name="invoice_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="invoice_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: invoice: rows are kept';",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_cents(self) -> int:
        """What the client still owes."""
        if self.state == InvoiceState.CANCELLED:
            return 0
        return self.gross_cents - self.paid_cents

    @property
    def tax_waits(self) -> bool:
        """Whether the tax falls due with the money: of an advance, and where the cooperative pays on what it received."""
        return self.kind == InvoiceKind.ADVANCE or self.vat_scheme == VatScheme.RECEIVED

    @property
    def share_cents(self) -> int:
        """What of the net amount belongs to the budget."""
        return self.net_cents - self.fee_cents


class PlannedInvoice(CoopOwned):
    """An invoice of a part of a job, agreed beforehand: an instalment, a month of a retainer, an advance.

    It is issued at most once: `invoice` is what became of it.
    """

    job = CoopForeignKey(Job, related_name="planned")
    kind = models.CharField(_("what is it?"), max_length=8, choices=PLANNED_KINDS)
    title = models.CharField(_("as it will stand on the invoice"), max_length=200)
    net_cents = models.BigIntegerField(_("net amount"))
    planned_on = models.DateField(_("to be issued on"))
    service_from = models.DateField(_("service from"))
    service_until = models.DateField(_("service until"))
    invoice = CoopOneToOneField(Invoice, related_name="planned", null=True, blank=True)
    planned_by = LoginKey()

    class Meta:
        indexes = [
            models.Index(
                fields=["coop", "planned_on"], name="plannedinvoice_waiting", condition=models.Q(invoice__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(net_cents__gt=0, service_until__gte=models.F("service_from"))
                & models.Q(kind__in=[InvoiceKind.INVOICE, InvoiceKind.ADVANCE]),
                name="plannedinvoice_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="plannedinvoice_issued_once",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.invoice_id IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class InvoiceLine(CoopOwned):
    """One position of an invoice, frozen with it."""

    invoice = CoopForeignKey(Invoice, related_name="lines", indexed=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, default=1, db_default=1)
    unit = models.CharField(max_length=3, choices=UNITS, default="C62", db_default="C62")
    unit_price = models.DecimalField(
        max_digits=16,
        decimal_places=4,
        null=True,
        help_text=_("In euros; nothing where one piece costs the net amount."),
    )
    discount_cents = models.BigIntegerField(default=0, db_default=0)
    vat_category = models.CharField(max_length=2, blank=True, default="", db_default="")
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    net_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "invoice", "position"], name="invoiceline_position_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="invoiceline_is_frozen", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title


class InvoiceCancellation(CoopOwned):
    """That an invoice was taken back by a document of its own, and what its postings moved; all in cents.

    `credit_cents` had been paid and is the client's again; `vat_kept_cents` is the tax on it, which goes back when the
    money does; `free_cents` of the budget's part had become free.
    """

    invoice = CoopOneToOneField(Invoice, related_name="cancellation")
    number = models.CharField(max_length=40)
    cancelled_on = models.DateField()
    cancelled_by = LoginKey(null=True, blank=True)
    cancelled_at = models.DateTimeField(db_default=models.functions.Now())
    reason = models.TextField(_("reason"), max_length=1000)
    credit_cents = models.BigIntegerField()
    vat_kept_cents = models.BigIntegerField()
    free_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "number"], name="invoicecancellation_number_once"),
            models.CheckConstraint(
                condition=models.Q(credit_cents__gte=0, vat_kept_cents__gte=0, free_cents__gte=0)
                & ~models.Q(reason=""),
                name="invoicecancellation_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="invoicecancellation_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


class InvoicePayment(CoopOwned):
    """What one matched payment moved: the client's cents, the budget's part and the tax that fell due with it.

    It is what the ledger is proved against. An undone match stays, marked.
    """

    invoice = CoopForeignKey(Invoice, related_name="payments")
    match_id = models.BigIntegerField(help_text=_("The match of the bank that it belongs to."))
    on = models.DateField()
    cents = models.BigIntegerField()
    free_cents = models.BigIntegerField()
    vat_due_cents = models.BigIntegerField()
    undone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "match_id"], name="invoicepayment_match_once"),
            models.CheckConstraint(
                condition=models.Q(cents__gt=0, free_cents__gte=0, vat_due_cents__gte=0), name="invoicepayment_amounts"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="invoicepayment_stands", exclude=["undone"]),
            pgtrigger.Protect(name="invoicepayment_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="invoicepayment_stays_undone",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.undone AND NOT NEW.undone"),
            ),
        ]

    def __str__(self) -> str:
        return f"match:{self.match_id}"
