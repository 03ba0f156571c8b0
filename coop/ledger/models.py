"""Accounts, entries, postings, periods; budgets, and beside them cover and commitments.

The invariants stand in the database: raw SQL cannot break them either.
"""

import pgtrigger
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coop.ledger.chart import AccountCode, Layer
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey, SqlConstraint
from coop.tenancy.models import Cooperative, CoopOwned
from coop.tenancy.scope import current_coop_id

_BORN = pgtrigger.Referencing(new="born")  # type: ignore[no-untyped-call]
_KEEP = pgtrigger.Update | pgtrigger.Delete


def _kept(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse every change of a table, even to its owner."""
    return [
        pgtrigger.Protect(name=f"{name}_is_kept", operation=_KEEP),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func=f"RAISE EXCEPTION 'pgtrigger: {name}: rows are kept';",
        ),
    ]


class LayerOfAccount(SqlConstraint):
    """A posting's layer is its account's, as a foreign key: the first migration's; a trigger holds it since."""

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            "FOREIGN KEY (coop_id, account_id, layer) REFERENCES ledger_account (coop_id, id, layer)"
        )

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"


class Account(CoopOwned):
    """An account of one layer, with the code of `coop.ledger.chart`."""

    code = models.CharField(max_length=40, choices=[(code.value, code.value) for code in AccountCode])
    layer = models.SmallIntegerField(choices=[(layer.value, layer.name) for layer in Layer])
    per_budget = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "code"], name="account_code_once"),
            models.UniqueConstraint(fields=["coop", "id", "layer"], name="account_with_layer"),
        ]
        triggers = _kept("account")

    def __str__(self) -> str:
        return self.code


class Budget(CoopOwned):
    """Whose money it is: a member's budget, or one that several share."""

    class Kind(models.TextChoices):
        """Who stands behind a budget."""

        PERSONAL = "personal", _("personal")
        COLLECTIVE = "collective", _("collective")

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSONAL)
    opened_on = models.DateField()

    def __str__(self) -> str:
        return self.name


class Period(CoopOwned):
    """A month of the books. Closed, it carries the chained digest of its entries and stays closed."""

    month = models.DateField(help_text=_("First day of the month."))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = LoginKey(null=True, blank=True)
    chain = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "month"], name="period_month_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="period_is_a_month"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, chain="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(chain="")),
                name="period_closed_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="period_stays_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            pgtrigger.Protect(name="period_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="period_keeps_its_month",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__month__df=pgtrigger.F("new__month")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Entry(CoopOwned):
    """One business event. Born with its postings in one statement, never changed."""

    number = models.BigIntegerField()
    booked_on = models.DateField(help_text=_("Lies in an open period."))
    event_on = models.DateField(help_text=_("When it truly happened."))
    source = models.CharField(max_length=120)
    document = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=300)
    reverses = CoopOneToOneField("self", null=True, blank=True, related_name="reversed_by")
    posted_by = LoginKey(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    digest = models.CharField(max_length=64)
    posting_count = models.PositiveIntegerField(help_text=_("How many postings it has, all from one statement."))
    born_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "source"], name="entry_source_once"),
            models.UniqueConstraint(fields=["coop", "number"], name="entry_number_once"),
        ]
        indexes = [models.Index(fields=["coop", "booked_on"])]
        triggers = [
            *_kept("entry"),
            pgtrigger.Trigger(
                name="entry_birth",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                # xmin would differ within savepoints of the same transaction.
                func="NEW.born_in := pg_current_xact_id()::text::bigint; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="entry_in_open_period",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=_BORN,
                declare=[("wrong", "date")],
                func="""
                    -- The lock lets a period close only before or after this transaction, never during it.
                    PERFORM 1 FROM ledger_period p
                      WHERE (p.coop_id, p.month) IN (SELECT coop_id, date_trunc('month', booked_on)::date FROM born)
                      FOR SHARE;
                    SELECT min(b.booked_on) INTO wrong FROM born b WHERE NOT EXISTS (
                        SELECT FROM ledger_period p WHERE p.coop_id = b.coop_id
                          AND p.month = date_trunc('month', b.booked_on)::date AND p.closed_at IS NULL);
                    IF wrong IS NOT NULL THEN
                        RAISE check_violation USING CONSTRAINT = 'entry_in_open_period',
                            MESSAGE = format('no open period for %s', wrong);
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="entry_balances",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=_BORN,
                declare=[("coops", "bigint[]"), ("first", "bigint"), ("last", "bigint"), ("empty", "bigint")],
                func="""
                    -- Postings that come with their entry balance, or their own trigger refuses them.
                    SELECT array_agg(DISTINCT coop_id), min(id), max(id) INTO coops, first, last FROM born;
                    SELECT entry_id INTO empty FROM (
                        SELECT coop_id, id AS entry_id, 0 AS postings FROM born
                        UNION ALL
                        -- Rows that the fence hides count as none, and no postings are refused.
                        SELECT coop_id, entry_id, 1 FROM ledger_posting
                         WHERE coop_id = ANY (coops) AND entry_id BETWEEN first AND last
                    ) AS counted GROUP BY coop_id, entry_id HAVING sum(postings) = 0 LIMIT 1;
                    IF empty IS NOT NULL THEN
                        RAISE check_violation USING CONSTRAINT = 'entry_balances',
                            MESSAGE = format('entry %s has no postings', empty);
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.source}"


class Posting(CoopOwned, pointed_at=False):
    """One amount on one account. Debit is positive, credit negative."""

    # The trigger finds the entry and the account, within the cooperative, and the entry within the transaction. None of
    # them is ever changed or deleted, so that keys would only ask again, row by row: half the time of an insert.
    coop = models.ForeignKey(
        Cooperative,
        on_delete=models.PROTECT,
        default=current_coop_id,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    entry = CoopForeignKey(Entry, related_name="postings", checked=False)
    account = CoopForeignKey(Account, related_name="+", checked=False)
    layer = models.SmallIntegerField()
    budget = CoopForeignKey(Budget, null=True, blank=True, related_name="+", indexed=False)
    amount_cents = models.BigIntegerField()
    party = models.CharField(max_length=60, blank=True)
    service_month = models.DateField(null=True, blank=True)
    tax_month = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_cents=0), name="posting_not_zero"),
        ]
        indexes = [
            models.Index(
                fields=["coop", "budget", "account"],
                include=["amount_cents"],
                name="posting_of_budget",
                condition=models.Q(budget__isnull=False),
            ),
            models.Index(
                fields=["coop", "party"],
                include=["amount_cents"],
                name="posting_of_party",
                condition=~models.Q(party=""),
            ),
        ]
        triggers = [
            *_kept("posting"),
            pgtrigger.Trigger(
                name="posting_born_with_entry",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=_BORN,
                declare=[("coops", "bigint[]"), ("first", "bigint"), ("last", "bigint"), ("wrong", "text")],
                # Counted side by side instead of joined: no plan for it is worse than one pass, whatever the
                # planner believes about a young table or a new cooperative, and however old a cached plan is.
                func="""
                    SELECT array_agg(DISTINCT coop_id), min(entry_id), max(entry_id) INTO coops, first, last FROM born;
                    SELECT CASE WHEN sum(postings) IS DISTINCT FROM sum(expected)
                                THEN 'posting_born_with_entry' ELSE 'entry_balances' END INTO wrong
                      FROM (SELECT coop_id, id AS entry_id, posting_count AS expected, 0 AS postings, 0 AS fresh,
                                   0 AS legal, 0 AS allocation
                              FROM ledger_entry
                             WHERE coop_id = ANY (coops) AND id BETWEEN first AND last
                               AND born_in = pg_current_xact_id()::text::bigint
                            UNION ALL
                            SELECT coop_id, entry_id, NULL, 0, 1,
                                   CASE layer WHEN 1 THEN amount_cents ELSE 0 END,
                                   CASE layer WHEN 2 THEN amount_cents ELSE 0 END
                              FROM born
                            UNION ALL
                            SELECT coop_id, entry_id, NULL, 1, 0, 0, 0 FROM ledger_posting
                             WHERE coop_id = ANY (coops) AND entry_id BETWEEN first AND last
                      ) AS counted
                     GROUP BY coop_id, entry_id
                    HAVING sum(fresh) > 0 AND (sum(postings) IS DISTINCT FROM sum(expected)
                                               OR sum(legal) <> 0 OR sum(allocation) <> 0)
                     LIMIT 1;
                    IF wrong IS NULL THEN
                        SELECT CASE WHEN a.layer IS DISTINCT FROM b.layer
                                    THEN 'posting_layer_of_account' ELSE 'posting_names_budget' END INTO wrong
                          FROM (SELECT DISTINCT coop_id, account_id, layer, budget_id IS NOT NULL AS named FROM born) b
                          LEFT JOIN ledger_account a ON a.coop_id = b.coop_id AND a.id = b.account_id
                         WHERE a.layer IS DISTINCT FROM b.layer OR a.per_budget IS DISTINCT FROM b.named
                         LIMIT 1;
                    END IF;
                    IF wrong IS NOT NULL THEN
                        RAISE check_violation USING CONSTRAINT = wrong, MESSAGE = CASE wrong
                            WHEN 'entry_balances' THEN 'the postings of an entry do not balance'
                            WHEN 'posting_layer_of_account' THEN 'a posting names an account and its layer'
                            WHEN 'posting_names_budget' THEN 'budget accounts name a budget, others none'
                            ELSE 'all postings of an entry are born with it, in one statement' END;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cents}"


class Cover(CoopOwned):
    """What the guarantee adds to a budget for confirmed work that is not yet paid.

    A present figure, not history: `source` (such as "job:5") has one row, and falls as money comes in.
    """

    budget = CoopForeignKey(Budget, related_name="covers")
    source = models.CharField(max_length=60)
    cents = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "source"], name="cover_source_once"),
            models.CheckConstraint(condition=models.Q(cents__gte=0), name="cover_not_negative"),
        ]

    def __str__(self) -> str:
        return self.source


class Commitment(CoopOwned):
    """Salary promised out of a budget: a cost per month from `since` until `until` (exclusive).

    Months before `settled_until` have been paid and bind nothing any more.
    """

    budget = CoopForeignKey(Budget, related_name="commitments")
    source = models.CharField(max_length=60)
    monthly_cents = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField()
    settled_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "source"], name="commitment_source_once"),
            models.CheckConstraint(condition=models.Q(monthly_cents__gt=0), name="commitment_positive"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="commitment_has_months"),
            models.CheckConstraint(
                condition=models.Q(since__day=1, until__day=1, settled_until__day=1), name="commitment_whole_months"
            ),
        ]

    def __str__(self) -> str:
        return self.source

    def outstanding_cents(self) -> int:
        """What is still bound: the monthly cost times the months not yet settled."""
        first = max(self.since, self.settled_until)
        months = (self.until.year - first.year) * 12 + self.until.month - first.month
        return self.monthly_cents * max(months, 0)


class ExportClient(CoopOwned):
    """How the tax adviser's DATEV knows the cooperative, from a day on."""

    since = models.DateField(_("since"))
    consultant_number = models.PositiveIntegerField(_("consultant number"))
    client_number = models.PositiveIntegerField(_("client number"))
    account_length = models.PositiveSmallIntegerField(_("digits of an account number"), default=4)
    year_begins = models.PositiveSmallIntegerField(_("month in which the financial year begins"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="exportclient_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(account_length__gte=4, account_length__lte=8), name="exportclient_account_length"
            ),
            models.CheckConstraint(
                condition=models.Q(year_begins__gte=1, year_begins__lte=12), name="exportclient_year_begins"
            ),
        ]
        triggers = [pgtrigger.Protect(name="exportclient_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.consultant_number}/{self.client_number}"


class ExportAccount(CoopOwned):
    """The number that an account of the ledger has in the tax adviser's chart, from a day on.

    Whether members' budgets are a liability or a provision is the auditor's decision: this mapping says it, not code.
    """

    code = models.CharField(max_length=40, choices=[(code.value, code.value) for code in AccountCode])
    since = models.DateField(_("since"))
    number = models.CharField(_("account number"), max_length=9)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "code", "since"], name="exportaccount_once_a_day"),
            models.CheckConstraint(condition=models.Q(number__regex=r"^[0-9]{4,9}$"), name="exportaccount_is_a_number"),
        ]
        triggers = [pgtrigger.Protect(name="exportaccount_is_kept", operation=_KEEP)]

    def __str__(self) -> str:
        return self.number
