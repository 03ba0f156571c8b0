"""Every write to the ledger: post, reverse, close a period; cover and commitments."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.chart import CHART
from coop.ledger.lines import Draft, Line, Unbalanced, draft
from coop.ledger.models import Account, Budget, Commitment, Cover, Entry, Period, Posting
from coop.ledger.queries import BudgetFigures, figures_of, passed_limit
from coop.tenancy.bulk import array_of, uncollected
from coop.tenancy.models import Cooperative, User
from coop.tenancy.numbers import draw_numbers
from coop.tenancy.scope import current_coop_id, read_anew, read_once

JOURNAL = "journal"


class AlreadyPosted(StetigError):
    """This was posted before; nothing was posted again."""

    code = "already_posted"


class PeriodClosed(StetigError):
    """The month was closed meanwhile and nothing was booked. Do it again: it is booked in the first open month."""

    code = "period_closed"


class AlreadyReversed(StetigError):
    """This entry has been reversed already."""

    code = "already_reversed"


class BeyondCover(StetigError):
    """The budget and its cover do not bear this promise."""

    code = "beyond_cover"


class BeyondAdvanceLimit(StetigError):
    """The cooperative pays no more salary ahead of client money than it has decided to."""

    code = "beyond_advance_limit"


def month_of(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


@transaction.atomic
def open_books() -> None:
    """Give the cooperative in scope its accounts. Can be run again: what is there stays."""
    Account.objects.bulk_create(
        [Account(code=kind.code, layer=kind.layer, per_budget=kind.per_budget) for kind in CHART.values()],
        ignore_conflicts=True,
    )
    read_anew("accounts")


@transaction.atomic
def post(entry: Draft, *, by: User | None = None) -> Entry:
    """Post one entry. Raises: as `post_all`."""
    return post_all([entry], by=by)[0]


@uncollected()
@transaction.atomic
def post_all(drafts: Sequence[Draft], *, by: User | None = None) -> list[Entry]:
    """Post entries, all or none, in one statement whatever their number.

    Each is booked on its day where that month is open, else on the first day of the first open month.

    Raises: Unbalanced, AlreadyPosted, PeriodClosed, NoCoopInScope.
    """
    if not drafts:
        return []
    checked = [entry.checked_lines() for entry in drafts]
    days = _booking_days({entry.event_on for entry in drafts})
    accounts = _accounts()
    if len(accounts) < len(CHART):
        open_books()
        accounts = _accounts()
    entries = [
        Entry(
            coop_id=current_coop_id(),
            number=number,
            booked_on=days[entry.event_on],
            event_on=entry.event_on,
            source=entry.source,
            document=entry.document,
            text=entry.text,
            reverses_id=entry.reverses_id,
            posted_by=by,
            posting_count=len(lines),
            digest=digest_of(
                number=number,
                booked_on=days[entry.event_on],
                event_on=entry.event_on,
                source=entry.source,
                document=entry.document,
                text=entry.text,
                reverses_id=entry.reverses_id,
                postings=[_content(line) for line in lines],
            ),
        )
        for number, entry, lines in zip(draw_numbers(JOURNAL, len(drafts)), drafts, checked, strict=True)
    ]
    try:
        _insert(entries, checked, accounts)
    except IntegrityError as error:
        raise _named(error) from error
    return entries


@transaction.atomic
def reverse(*, source: str, event_on: date, by: User | None = None, text: str = "") -> Entry:
    """Take an entry back by one of its own with all signs turned. One entry, one reversal.

    Raises: NotFound, AlreadyReversed.
    """
    entry = Entry.objects.filter(source=source).first()
    if entry is None:
        raise NotFound(_("There is no entry “%(source)s”.") % {"source": source})
    lines = [
        Line(
            account=posting.account.code,
            cents=-posting.amount_cents,
            budget_id=posting.budget_id,
            party=posting.party,
            service_month=posting.service_month,
            tax_month=posting.tax_month,
        )
        for posting in Posting.objects.filter(entry=entry).select_related("account").order_by("id")
    ]
    try:
        return post(
            draft(
                f"{source}:reversed",
                event_on,
                text or _("Reversal of entry %(number)s") % {"number": entry.number},
                lines,
                document=entry.document,
                reverses_id=entry.pk,
            ),
            by=by,
        )
    except AlreadyPosted as error:
        raise AlreadyReversed from error


@transaction.atomic
def close_period(*, month: date, by: User, at: datetime) -> Period:
    """Close a month for ever and chain the digests of its entries to those of the month before.

    Raises: PeriodClosed, InvalidInput, where an earlier month is open.
    """
    period: Period | None = Period.objects.select_for_update().filter(month=month_of(month)).first()
    if period is None:
        raise InvalidInput(_("There is nothing booked in %(month)s.") % {"month": f"{month:%Y-%m}"})
    if period.closed_at is not None:
        raise PeriodClosed(
            _("%(month)s is closed already. What comes late is booked in the first open month.")
            % {"month": f"{month:%Y-%m}"}
        )
    before = Period.objects.filter(month__lt=period.month).order_by("-month").first()
    if before and before.closed_at is None:
        raise InvalidInput(_("Close %(month)s first.") % {"month": f"{before.month:%Y-%m}"})
    period.chain = chain_of(before.chain if before else "", entry_digests_of(period.month))
    period.closed_at = at
    period.closed_by = by
    period.save(update_fields=["chain", "closed_at", "closed_by"])
    return period


@transaction.atomic
def open_budget(*, name: str, on: date, kind: Budget.Kind = Budget.Kind.PERSONAL) -> Budget:
    """Open a budget."""
    budget: Budget = Budget.objects.create(name=name, opened_on=on, kind=kind)
    return budget


@transaction.atomic
def open_budgets(*, names: Sequence[str], on: date) -> list[Budget]:
    """Open many personal budgets in one statement, in the order of their names."""
    return Budget.objects.bulk_create([Budget(name=name, opened_on=on) for name in names])


def lock_budgets(budget_ids: Iterable[int]) -> None:
    """Hold budgets until the commit, in the order of their ids, so that nobody else counts on the same money."""
    list(Budget.objects.select_for_update().filter(id__among=set(budget_ids)).order_by("id").values_list("id"))


def lock_accounts(codes: Iterable[str]) -> None:
    """Hold what is owed on accounts until the commit, so that nobody else pays it or calls it paid. Others go on posting.

    For whoever counts what is owed in several reads before paying it, and for whoever changes one of them.
    """
    with connection.cursor() as cursor:
        for code in sorted(set(codes)):
            # The application may change no account, so that it cannot lock its row either.
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account:{current_coop_id()}:{code}"]
            )


@transaction.atomic
def set_cover(*, budget_id: int, source: str, cents: int, since: date, until: date | None = None) -> None:
    """State what the guarantee adds to a budget for one confirmed thing; zero takes it away."""
    set_covers(covers=[Cover(budget_id=budget_id, source=source, cents=cents, since=since, until=until)])


@transaction.atomic
def set_covers(*, covers: Sequence[Cover]) -> None:
    """`set_cover` for many sources in two statements, whatever their number.

    Raises: InvalidInput.
    """
    if any(cover.cents < 0 for cover in covers):
        raise InvalidInput("cover cannot be negative")
    Cover.objects.filter(source__in=[cover.source for cover in covers if cover.cents == 0]).delete()
    Cover.objects.bulk_create(
        [cover for cover in covers if cover.cents],
        update_conflicts=True,
        unique_fields=["coop", "source"],
        update_fields=["budget", "cents", "since", "until"],
        batch_size=2000,
    )


@transaction.atomic
def commit(
    *, budget_id: int, source: str, monthly_cents: int, since: date, until: date, on: date, replaces: str = ""
) -> Commitment:
    """Promise a monthly cost out of a budget, if budget and cover bear all of it.

    Locks the budget, so that two promises cannot be made on the same money. `replaces` names the source of
    a commitment that ends where this one begins. What the promise adds to the salary paid ahead of client money
    must keep within the limits that the cooperative has decided for the day `on`.

    Raises: BeyondCover, BeyondAdvanceLimit, NoPolicy, NotFound, InvalidInput.
    """
    budget = Budget.objects.select_for_update().filter(id=budget_id).first()
    if budget is None:
        raise NotFound(_("This budget does not exist."))
    if budget.kind == Budget.Kind.COLLECTIVE:
        raise InvalidInput(_("Nobody is employed out of a shared budget. Transfer the money to the member first."))
    if since.day != 1 or until.day != 1 or until <= since or monthly_cents <= 0:
        raise InvalidInput(_("A promise runs over whole months and has a cost."))
    before = figures_of(budget_id, on)
    figures = before
    if replaces:
        end_commitment(source=replaces, until=since)
        figures = figures_of(budget_id, on)
    promise = Commitment(
        budget=budget, source=source, monthly_cents=monthly_cents, since=since, until=until, settled_until=since
    )
    promised = promise.outstanding_cents()
    if promised > figures.available_cents:
        raise BeyondCover(
            _(
                "What the budget holds and what is confirmed do not bear this salary until it ends. Choose a lower one, a "
                "shorter time, or wait for confirmed jobs."
            )
        )
    promise.save(force_insert=True)
    after = replace(figures, committed_cents=figures.committed_cents + promised)
    if after.ahead_cents > before.ahead_cents:
        _check_advance_limits(after, on)
    return promise


def _check_advance_limits(figures: BudgetFigures, on: date) -> None:
    """Raises: BeyondAdvanceLimit, where one budget or all together stand beyond what the policy of the day allows."""
    # One after the other, or two promises out of two budgets would both count on what is left of the limit.
    list(Cooperative.objects.select_for_update(no_key=True).filter(id=current_coop_id()).values_list("id"))
    passed = passed_limit(figures, on)
    if passed is None:
        return
    if passed.of_all:
        raise BeyondAdvanceLimit(
            _(
                "With this salary more would be paid ahead of client money than the cooperative allows for all members "
                "together (%(limit)s). Wait until clients have paid, or let the board decide a higher limit."
            )
            % {"limit": _euros(passed.limit_cents)}
        )
    raise BeyondAdvanceLimit(
        _(
            "With this salary %(ahead)s would be paid ahead of client money for this member, and the cooperative "
            "allows %(limit)s. Choose a lower salary or a shorter time, or wait until clients have paid."
        )
        % {"ahead": _euros(passed.ahead_cents), "limit": _euros(passed.limit_cents)}
    )


@transaction.atomic
def end_commitment(*, source: str, until: date) -> None:
    """Let a promise end on the first day of a month; what had ended before stays."""
    promise = Commitment.objects.select_for_update().filter(source=source).first()
    if promise is None or promise.until <= until:
        return
    if until <= promise.since:
        promise.delete()
        return
    promise.until = until
    promise.save(update_fields=["until"])


@transaction.atomic
def lengthen_commitments(*, ends: Mapping[str, date]) -> int:
    """Let promises (by source) bind until later first days of months; how many were lengthened.

    For pay that is owed by law whatever the budget holds, so cover and limits are not asked. None becomes shorter.
    """
    lengthened = 0
    by_end: dict[date, list[str]] = {}
    for source, until in ends.items():
        by_end.setdefault(until, []).append(source)
    for until, sources in sorted(by_end.items()):
        lengthened += Commitment.objects.filter(source__among=sources, until__lt=until).update(until=until)
    return lengthened


@transaction.atomic
def settle_commitments(*, sources: Iterable[str], until: date) -> None:
    """Mark the months before `until` as paid, in one statement."""
    Commitment.objects.filter(source__among=list(sources), settled_until__lt=until).update(settled_until=until)


# --- digests ----------------------------------------------------------------------------------------------------


def digest_of(
    *,
    number: int,
    booked_on: date,
    event_on: date,
    source: str,
    document: str,
    text: str,
    reverses_id: int | None,
    postings: Iterable[Sequence[Any]],
) -> str:
    """SHA-256 over an entry's content.

    `postings` are (account code, cents, budget id, party, service month, tax month); their order does not matter.
    """
    content = [
        number,
        booked_on.isoformat(),
        event_on.isoformat(),
        source,
        document,
        text,
        reverses_id or 0,
        sorted(
            [
                str(code),
                cents,
                budget or 0,
                party,
                service.isoformat() if service else "",
                tax.isoformat() if tax else "",
            ]
            for code, cents, budget, party, service, tax in postings
        ),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def chain_of(before: str, digests: Iterable[str]) -> str:
    """The digest of a closed month: that of the month before, then those of its entries by number."""
    chain = hashlib.sha256(before.encode())
    for digest in digests:
        chain.update(b"\n" + digest.encode())
    return chain.hexdigest()


def entry_digests_of(month: date) -> list[str]:
    """The digests of a month's entries by number."""
    entries = Entry.objects.filter(booked_on__gte=month, booked_on__lt=next_month(month))
    return list(entries.order_by("number").values_list("digest", flat=True))


_ENTRY_COLUMNS = {
    "number": "bigint",
    "booked_on": "date",
    "event_on": "date",
    "source": "text",
    "document": "text",
    "text": "text",
    "reverses_id": "bigint",
    "posting_count": "int",
    "digest": "text",
}
_POSTING_COLUMNS = {
    "number": "bigint",
    "account_id": "bigint",
    "layer": "smallint",
    "budget_id": "bigint",
    "amount_cents": "bigint",
    "party": "text",
    "service_month": "date",
    "tax_month": "date",
}


def _insert(entries: Sequence[Entry], lines: Sequence[Sequence[Line]], accounts: Mapping[str, int]) -> None:
    """Write entries with their postings in one statement: PostgreSQL refuses an entry whose postings come later.

    Arrays unnested there are three times as fast as rows written one by one.
    """
    rows = [
        (
            entry.number,
            accounts[line.account],
            int(CHART[line.account].layer),
            line.budget_id,
            line.cents,
            line.party,
            line.service_month,
            line.tax_month,
        )
        for entry, its_lines in zip(entries, lines, strict=True)
        for line in its_lines
    ]
    names = ", ".join(_ENTRY_COLUMNS)
    posting_names = ", ".join(name for name in _POSTING_COLUMNS if name != "number")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH entries AS (INSERT INTO ledger_entry (coop_id, posted_by_id, born_in, {names}) "  # noqa: S608 (names of columns)
            f"SELECT %s, %s, 0, t.* FROM unnest({_arrays(_ENTRY_COLUMNS)}) AS t RETURNING coop_id, number, id), "
            f"postings AS (INSERT INTO ledger_posting (coop_id, entry_id, {posting_names}) "
            f"SELECT coop_id, id, {posting_names} FROM entries JOIN unnest({_arrays(_POSTING_COLUMNS)}) "
            f"WITH ORDINALITY AS t ({', '.join(_POSTING_COLUMNS)}, place) USING (number) ORDER BY place) "
            "SELECT number, id FROM entries",
            [
                entries[0].coop_id,
                entries[0].posted_by_id,
                *(array_of([getattr(entry, name) for entry in entries], kind) for name, kind in _ENTRY_COLUMNS.items()),
                *map(array_of, zip(*rows, strict=True), _POSTING_COLUMNS.values()),
            ],
        )
        ids = dict(cursor.fetchall())
    for entry in entries:
        entry.pk = ids[entry.number]
        entry._state.adding = False  # noqa: SLF001 (as bulk_create leaves it)


def _accounts() -> dict[str, int]:
    """Codes and ids; accounts are only ever added."""
    return read_once("accounts", lambda: dict(Account.objects.values_list("code", "id")))


def _arrays(columns: Mapping[str, str]) -> str:
    return ", ".join(f"%s::{kind}[]" for kind in columns.values())


def _euros(cents: int) -> str:
    return f"{number_format(Decimal(cents) / 100, 2, force_grouping=True)} EUR"


def _content(line: Line) -> tuple[Any, ...]:
    return (line.account, line.cents, line.budget_id, line.party, line.service_month, line.tax_month)


def _booking_days(events: set[date]) -> dict[date, date]:
    """Where each event is booked: on its day in an open month, else on the first open month's first day."""
    periods = dict(Period.objects.values_list("month", "closed_at"))
    days = {}
    for event in sorted(events):
        month = month_of(event)
        if month in periods and periods[month] is None:
            days[event] = event
            continue
        # A missing month is opened unless the books are closed up to it or beyond.
        if month not in periods and not any(known > month and closed for known, closed in periods.items()):
            _open_period(month)
            periods[month] = None
            days[event] = event
            continue
        later = sorted(known for known, closed in periods.items() if known > month and closed is None)
        if not later:
            after = next_month(max(periods))
            _open_period(after)
            periods[after] = None
            later = [after]
        days[event] = later[0]
    return days


def _open_period(month: date) -> None:
    # Two transactions may open the same month at once: the second waits for the first and finds it there.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_period (coop_id, month, chain) VALUES (%s, %s, '') ON CONFLICT (coop_id, month) DO NOTHING",
            [current_coop_id(), month],
        )


def _named(error: IntegrityError) -> StetigError:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if name in {"entry_source_once", "entry_reverses_id_key", "ledger_entry_reverses_id_key"}:
        return AlreadyPosted()
    if name == "entry_in_open_period":
        return PeriodClosed()
    if name == "entry_balances":
        return Unbalanced()
    return InvalidInput(_("The ledger refused this entry (%(name)s).") % {"name": name})
