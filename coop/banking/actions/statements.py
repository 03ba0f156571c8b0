"""Bring in what banks hand out: each movement once, whatever the formats, the order and the overlap of the files."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from coop.banking.actions.matches import match_transactions
from coop.banking.actions.tables import table_mappings
from coop.banking.formats import read_file
from coop.banking.identity import DAYS_APART, Known, Line, folded, line_of, same_movements
from coop.banking.models import BankAccount, BankTransaction, BatchNotice, Sighting, Statement
from coop.banking.movements import (
    Entry,
    EntryStatus,
    MessageKind,
    Transaction,
    TransactionDetail,
    UnreadableStatement,
    payments_of,
    transactions,
)
from coop.banking.movements import Statement as Told
from coop.banking.queries import Gap, gaps_of
from coop.banking.states import TransactionState
from coop.errors import NotFound, StetigError
from coop.tenancy.bulk import uncollected
from coop.tenancy.models import User

ORDER = (
    MessageKind.STATEMENT,
    MessageKind.MT940,
    MessageKind.TABLE,
    MessageKind.REPORT,
    MessageKind.MT942,
    MessageKind.NOTIFICATION,
)
"""Within one file the formats are taken one after another, so that each is compared with those before it."""
_SHORTEST_NUMBER = 5
"""Digits of an account number that is trusted without its bank's code."""


class UnknownAccount(StetigError):
    """The statement is of an account that is not ours: add the account first, or choose the right file."""

    code = "unknown_account"


class WrongAccount(StetigError):
    """The statement is of another account than the chosen one."""

    code = "wrong_account"


class WrongCurrency(StetigError):
    """The statement is in another currency than the account."""

    code = "wrong_currency"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did: counts of movements, and where balances do not continue.

    `unchecked` counts final statements whose balances cannot be checked because the file lacks one;
    `noticed` counts bookings with details (camt.054) that wait for the statement they belong to.
    """

    statement_ids: tuple[int, ...]
    new: int
    known: int
    matched: int
    waiting: int
    gaps: tuple[Gap, ...]
    unchecked: int = 0
    noticed: int = 0


@uncollected()
@transaction.atomic
def import_statement(
    *, data: bytes, filename: str, by: User, at: datetime, account_id: int | None = None
) -> ImportReport:
    """Read a file of any format, store what is new, and match it. All or nothing.

    `account_id` says which account the file must be of; it also stands in where a file names none.

    Raises: UnreadableStatement, NoMapping, UnknownAccount, WrongAccount, WrongCurrency, NotFound.
    """
    told = read_file(data, tables=table_mappings())
    accounts = _accounts_of(told, account_id)
    for statement, account in zip(told, accounts, strict=True):
        _check(statement, account)
    # One upload at a time for each account: what another one has just brought in is known then.
    ids = sorted({account.pk for account in accounts})
    list(BankAccount.objects.select_for_update().filter(id__in=ids).order_by("id"))
    file = _File(sha256=hashlib.sha256(data).hexdigest(), name=filename[:200], at=at, by=by)
    parts = [
        # An account has many names (IBAN, bank code and number); one of them goes into the fingerprints.
        _Part(statement=replace(statement, iban=account.iban, other_account=""), account=account, position=position)
        for position, (statement, account) in enumerate(zip(told, accounts, strict=True))
    ]
    _gather(parts)
    _open_rows(parts, file)
    done = _Done()
    for kind in ORDER:
        for account_pk in ids:
            group = [part for part in parts if part.statement.kind is kind and part.account.pk == account_pk]
            if group:
                _take_in(kind, group, done)
    wanted = [row.pk for row in done.fresh + done.told_more if row.state == TransactionState.UNMATCHED]
    matched = match_transactions(transaction_ids=wanted, by=by) if wanted else 0
    return ImportReport(
        statement_ids=tuple(part.row.pk for part in parts if part.row),
        new=len(done.fresh),
        known=done.known,
        matched=matched,
        waiting=max(0, len(wanted) - matched),
        gaps=tuple(gap for one in ids for gap in gaps_of(one)),
        unchecked=sum(
            1
            for part in parts
            if part.statement.balance_gap_cents is None
            and not part.statement.kind.is_interim
            and part.statement.kind is not MessageKind.NOTIFICATION
        ),
        noticed=done.noticed,
    )


# --- whose statement it is -----------------------------------------------------------------------------------------


def _accounts_of(told: Sequence[Told], account_id: int | None) -> list[BankAccount]:
    ours = list(BankAccount.objects.order_by("id"))
    chosen = next((account for account in ours if account.pk == account_id), None)
    if account_id is not None and chosen is None:
        raise NotFound(_("This bank account does not exist."))
    return [_account_of(statement, ours, chosen) for statement in told]


def _account_of(statement: Told, ours: Sequence[BankAccount], chosen: BankAccount | None) -> BankAccount:
    if not statement.account:
        if chosen is None:
            raise UnknownAccount(_("The statement does not say which account it is of: choose the account."))
        return chosen
    named = [account for account in ours if _names(statement.account, account)]
    if len(named) != 1:
        raise UnknownAccount(
            _("The statement is of the account %(iban)s, which is not ours: add it first, or choose the right file.")
            % {"iban": statement.account}
        )
    if chosen is not None and chosen.pk != named[0].pk:
        raise WrongAccount(
            _("The statement is of the account “%(named)s”, not of “%(chosen)s”.")
            % {"named": named[0].name, "chosen": chosen.name}
        )
    return named[0]


def _names(written: str, account: BankAccount) -> bool:
    """Whether a file means this account: by IBAN, or as German banks did before, by bank code and number.

    Where a bank's rule put a sub-account of two zeros behind the number in the IBAN, the old number lacks it.
    """
    if written == account.iban:
        return True
    bank, slash, number = written.rpartition("/")
    if not account.iban.startswith("DE") or not number.isdigit():
        return False
    digits = number.lstrip("0")
    of_iban = account.iban[12:].lstrip("0")
    if not slash:
        return len(digits) >= _SHORTEST_NUMBER and digits == of_iban
    same_bank = bank == account.iban[4:12] or (len(account.bic) > 0 and bank[:8] == account.bic[:8])
    return same_bank and of_iban in {digits, f"{digits}00"}


def _check(statement: Told, account: BankAccount) -> None:
    stated = {statement.currency} - {""}
    currencies = stated | {entry.currency for entry in statement.entries}
    if currencies - {account.currency}:
        raise WrongCurrency(
            _("The statement is in %(found)s, the account “%(name)s” in %(currency)s.")
            % {
                "found": ", ".join(sorted(currencies - {account.currency})),
                "name": account.name,
                "currency": account.currency,
            }
        )
    for entry in statement.entries:
        _day_of(entry, statement)


# --- the file's own lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    sha256: str
    name: str
    at: datetime
    by: User


@dataclass(slots=True, kw_only=True)
class _Line:
    """A booked entry of the file, with its payments."""

    entry: Entry
    fingerprint: str
    payments: list[Transaction]


@dataclass(slots=True, kw_only=True)
class _Part:
    """One statement of the file, its row, and its booked lines."""

    statement: Told
    account: BankAccount
    position: int
    row: Statement | None = None
    lines: list[_Line] = field(default_factory=list)
    new: int = 0


@dataclass(slots=True, kw_only=True)
class _Done:
    """What the import has done so far."""

    fresh: list[BankTransaction] = field(default_factory=list)
    told_more: list[BankTransaction] = field(default_factory=list)
    known: int = 0
    noticed: int = 0


def _gather(parts: Sequence[_Part]) -> None:
    """Give each part its lines. Movements of zero say nothing about money and are left out."""
    place = {id(entry): part for part in parts for entry in part.statement.entries}
    for payment in transactions([part.statement for part in parts]):
        if not payment.amount_cents:
            continue
        lines = place[id(payment.entry)].lines
        if lines and lines[-1].fingerprint == payment.entry_fingerprint:
            lines[-1].payments.append(payment)
        else:
            lines.append(_Line(entry=payment.entry, fingerprint=payment.entry_fingerprint, payments=[payment]))


def _open_rows(parts: Sequence[_Part], file: _File) -> None:
    """The rows of the statements; one of a file that came before is its stored row."""
    before = {(row.account_id, row.position): row for row in Statement.objects.filter(file_sha256=file.sha256)}
    for part in parts:
        part.row = before.get((part.account.pk, part.position)) or _statement_row(part, file)


def _statement_row(part: _Part, file: _File) -> Statement:
    statement = part.statement
    opening, closing = statement.opening, statement.closing
    days = [entry.booked_on for entry in statement.entries if entry.booked_on]
    return Statement(
        account=part.account,
        position=part.position,
        kind=statement.kind.value,
        file_sha256=file.sha256,
        filename=file.name,
        imported_at=file.at,
        imported_by=file.by,
        number=statement.id[:60] or str(statement.sequence_number or ""),
        from_on=statement.from_on or min(days, default=None),
        to_on=statement.to_on or max(days, default=None),
        opening_cents=opening.amount_cents if opening else None,
        closing_cents=closing.amount_cents if closing else None,
        gap_cents=None if statement.kind.is_interim else statement.balance_gap_cents,
        new_count=0,
        known_count=0,
    )


# --- what is new ---------------------------------------------------------------------------------------------------


def _take_in(kind: MessageKind, group: Sequence[_Part], done: _Done) -> None:
    """Take in the lines of one format and account: what is known stays, what is new is stored."""
    account = group[0].account
    lines: dict[str, tuple[_Line, _Part]] = {}
    for part in group:
        for line in part.lines:
            lines.setdefault(line.fingerprint, (line, part))
    stored, seen = _stored(account, lines, kind)
    unknown = {fingerprint: line_of(pair[0].entry) for fingerprint, pair in lines.items() if fingerprint not in stored}
    again = {one: stored[one] for one in seen}
    told_again = set(again.values())
    known = _candidates(account, unknown.values()) if unknown else []
    for candidate in known:
        if candidate.key in told_again:
            candidate.sources.add(kind.value)
    same = same_movements(unknown, kind.value, known)
    new = [lines[one] for one in unknown if one not in same]
    if kind is not MessageKind.NOTIFICATION:
        _with_notices(account, kind, [line for line, _part in new])
        for line, part in new:
            part.new += len(line.payments)
    total = sum(len(line.payments) for part in group for line in part.lines)
    _save_rows(group)
    if same or again:
        Sighting.objects.bulk_create(
            [
                Sighting(account=account, statement=lines[one][1].row, fingerprint=one, source=kind.value, entry=known)
                for one, known in (same | again).items()
            ],
            batch_size=2000,
        )
        done.told_more += _tell_more(account, {known: lines[one] for one, known in same.items()})
    if kind is MessageKind.NOTIFICATION:
        done.noticed += _keep_notices(account, new)
        done.known += total - sum(len(line.payments) for line, _part in new)
        return
    rows = [_transaction_row(payment, line.entry, part) for line, part in new for payment in line.payments]
    BankTransaction.objects.bulk_create(rows, batch_size=2000)
    done.fresh += rows
    done.known += max(0, total - len(rows))


def _save_rows(group: Sequence[_Part]) -> None:
    fresh: list[Statement] = []
    for part in group:
        if part.row is not None and part.row.pk is None:
            part.row.new_count = part.new
            part.row.known_count = max(0, sum(len(line.payments) for line in part.lines) - part.new)
            fresh.append(part.row)
    Statement.objects.bulk_create(fresh)


def _stored(account: BankAccount, fingerprints: Iterable[str], kind: MessageKind) -> tuple[dict[str, str], list[str]]:
    """Fingerprints that have come before and what they stand for; and those that this format tells of anew."""
    wanted = list(fingerprints)
    rows = BankTransaction.objects.filter(account=account)
    alone = rows.filter(fingerprint__in=wanted, entry_fingerprint="").values_list(
        "fingerprint", "fingerprint", "source"
    )
    batches = rows.filter(entry_fingerprint__in=wanted).values_list("entry_fingerprint", "entry_fingerprint", "source")
    others = Sighting.objects.filter(account=account, fingerprint__in=wanted).values_list(
        "fingerprint", "entry", "source"
    )
    found: dict[str, str] = {}
    told: set[str] = set()
    for fingerprint, key, source in (*alone, *batches, *others):
        found[fingerprint] = key
        if source == kind.value:
            told.add(fingerprint)
    seen = [one for one in found if one not in told]
    if kind is MessageKind.NOTIFICATION:
        # A notice alone has moved no money yet, so it is known to other notices only.
        for one in BatchNotice.objects.filter(account=account, fingerprint__in=wanted).values_list(
            "fingerprint", flat=True
        ):
            found.setdefault(one, one)
    return found, seen


def _candidates(account: BankAccount, lines: Iterable[Line]) -> list[Known]:
    """Movements and batches of the same amounts about the same days, with the formats that have told of them."""
    wanted = list(lines)
    days = [line.booked_on for line in wanted if line.booked_on]
    amounts = list({line.cents for line in wanted})
    rows = BankTransaction.objects.filter(
        Q(entry_fingerprint="", amount_cents__in=amounts) | Q(entry_cents__in=amounts),
        account=account,
        booked_on__gte=min(days) - DAYS_APART,
        booked_on__lte=max(days) + DAYS_APART,
    )
    known: dict[str, Known] = {}
    for row in rows.order_by("id"):
        key = row.entry_fingerprint or row.fingerprint
        if key not in known:
            known[key] = Known(key=key, line=_line_of_row(row), sources={row.source})
    for key, source in Sighting.objects.filter(account=account, entry__in=list(known)).values_list("entry", "source"):
        known[key].sources.add(source)
    return list(known.values())


def _line_of_row(row: BankTransaction) -> Line:
    if row.entry_cents is not None:
        return Line(
            cents=row.entry_cents, booked_on=row.booked_on, value_on=row.value_on, bank_reference=row.bank_reference
        )
    return Line(
        cents=row.amount_cents,
        booked_on=row.booked_on,
        value_on=row.value_on,
        end_to_end_id=folded(row.end_to_end_id),
        iban=row.counterparty_iban,
        name=folded(row.counterparty_name),
        text=row.folded_text,
        bank_reference=row.bank_reference,
    )


def _transaction_row(payment: Transaction, entry: Entry, part: _Part) -> BankTransaction:
    detail = payment.detail or TransactionDetail()
    in_batch = payment.fingerprint != payment.entry_fingerprint
    return BankTransaction(
        account=part.account,
        statement=part.row,
        fingerprint=payment.fingerprint,
        source=part.statement.kind.value,
        entry_fingerprint=payment.entry_fingerprint if in_batch else "",
        entry_cents=entry.amount_cents if in_batch else None,
        bank_reference=entry.bank_reference[:100],
        amount_cents=payment.amount_cents,
        booked_on=_day_of(entry, part.statement),
        value_on=entry.value_on,
        counterparty_name=(detail.counterparty_name or detail.ultimate_name)[:200],
        counterparty_iban=detail.counterparty_iban[:34],
        text="\n".join(" ".join(text.split()) for text in payment.texts),
        folded_text=folded(detail.text),
        end_to_end_id=(detail.original_end_to_end_id or detail.end_to_end_id)[:100],
        structured_reference=detail.structured_reference[:100],
        batch_id=(entry.batch_payment_id or entry.batch_message_id or detail.payment_id or detail.message_id)[:100],
        returned=entry.returned or detail.returned,
        return_reason=detail.return_reason[:40],
        charges_cents=_charges_cents(entry, detail),
        instructed=_instructed(detail, payment.amount_cents, entry.currency),
    )


def _charges_cents(entry: Entry, detail: TransactionDetail) -> int:
    """What banks kept, as far as it is in the account's currency: only that can be booked."""
    named = detail.charges or entry.charges
    hundredths = sum(int(charge.value * 100) for charge in named if charge.currency == entry.currency)
    return hundredths if abs(hundredths) < abs(entry.amount_cents) else 0


def _instructed(detail: TransactionDetail, cents: int, currency: str) -> str:
    """What was ordered, where it is not what moved."""
    ordered = detail.instructed
    if ordered is None or (ordered.currency == currency and ordered.value * 100 == abs(cents)):
        return ""
    return f"{ordered.value:.2f} {ordered.currency}"[:40]


def _day_of(entry: Entry, statement: Told) -> date:
    day = entry.booked_on or entry.value_on or statement.to_on or statement.created_on
    if day is None:
        raise UnreadableStatement(_("An entry of the statement has no day: ask the bank for the file again."))
    return day


# --- more about what is known --------------------------------------------------------------------------------------


def _tell_more(account: BankAccount, told: Mapping[str, tuple[_Line, _Part]]) -> list[BankTransaction]:
    """Add what another format says: the payments of a batch, references and names that were missing.

    The movements that changed, or came out of a batch.
    """
    changed: list[BankTransaction] = []
    resolved: list[BankTransaction] = []
    rows = BankTransaction.objects.select_for_update().filter(
        account=account, fingerprint__in=list(told), entry_fingerprint=""
    )
    for row in rows.order_by("id"):
        line, part = told[row.fingerprint]
        if len(line.payments) > 1:
            if row.state == TransactionState.UNMATCHED:
                row.state = TransactionState.SPLIT
                row.save(update_fields=["state"])
                resolved += _payments_of_row(row, line.entry, part)
        elif _add(row, _transaction_row(line.payments[0], line.entry, part)):
            changed.append(row)
    BankTransaction.objects.bulk_update(changed, list(_MORE), batch_size=2000)
    BankTransaction.objects.bulk_create(resolved, batch_size=2000)
    return changed + resolved


def _payments_of_row(row: BankTransaction, entry: Entry, part: _Part) -> list[BankTransaction]:
    """The payments of a batch that was known by its sum, dated as the sum was."""
    made = []
    for payment in payments_of(entry, row.fingerprint):
        one = _transaction_row(payment, entry, part)
        one.booked_on, one.value_on = row.booked_on, row.value_on
        made.append(one)
    return made


_MORE = (
    "counterparty_name", "counterparty_iban", "end_to_end_id", "structured_reference", "batch_id", "return_reason",
    "bank_reference", "instructed", "charges_cents", "returned", "folded_text", "text",
)  # fmt: skip


def _add(row: BankTransaction, other: BankTransaction) -> bool:
    """Fill what is empty; texts that say something new come below. Whether anything was added."""
    before = [getattr(row, name) for name in _MORE]
    for name in _MORE[:-1]:
        if not getattr(row, name):
            setattr(row, name, getattr(other, name))
    said = folded(row.text)
    more = [text for text in other.text.split("\n") if text and folded(text) not in said]
    row.text = "\n".join([row.text, *more] if row.text or not more else ["", *more])
    return before != [getattr(row, name) for name in _MORE]


def _keep_notices(account: BankAccount, new: Sequence[tuple[_Line, _Part]]) -> int:
    """Keep details of bookings that no statement has brought yet; they are no movements."""
    notices = [
        BatchNotice(
            account=account,
            statement=part.row,
            fingerprint=line.fingerprint,
            amount_cents=line.entry.amount_cents,
            booked_on=_day_of(line.entry, part.statement),
            content=_as_content(line.entry),
        )
        for line, part in new
    ]
    BatchNotice.objects.bulk_create(notices, batch_size=2000)
    return len(notices)


def _with_notices(account: BankAccount, kind: MessageKind, new: Sequence[_Line]) -> None:
    """Give new lines the details that came before them."""
    lines = {line.fingerprint: line for line in new}
    waiting = BatchNotice.objects.filter(
        account=account, entry="", amount_cents__in=[one.entry.amount_cents for one in new]
    )
    notices = {notice.fingerprint: notice for notice in waiting.order_by("id")} if new else {}
    if not notices:
        return
    told = {one: _as_entry(notice) for one, notice in notices.items()}
    known = [Known(key=one, line=line_of(entry), sources={MessageKind.NOTIFICATION}) for one, entry in told.items()]
    found = same_movements({one: line_of(line.entry) for one, line in lines.items()}, kind.value, known)
    for fingerprint, key in found.items():
        line = lines[fingerprint]
        if told[key].details and (not line.entry.details or (told[key].splits() and not line.entry.splits())):
            line.entry = replace(line.entry, details=told[key].details)
            line.payments = list(payments_of(line.entry, fingerprint))
        notices[key].entry = fingerprint
    BatchNotice.objects.bulk_update([notices[key] for key in found.values()], ["entry"], batch_size=2000)


_KEPT = (
    "amount_cents", "end_to_end_id", "mandate_id", "transaction_id", "payment_id", "message_id", "counterparty_name",
    "counterparty_iban", "counterparty_account", "counterparty_bic", "ultimate_name", "text", "structured_reference",
    "documents", "returned", "return_reason", "return_information", "original_end_to_end_id", "additional_information",
)  # fmt: skip


def _as_content(entry: Entry) -> dict[str, Any]:
    """What is kept of a notice, as JSON."""
    details = [{name: value for name, value in asdict(detail).items() if name in _KEPT} for detail in entry.details]
    return {
        "currency": entry.currency,
        "value_on": entry.value_on.isoformat() if entry.value_on else None,
        "bank_reference": entry.bank_reference,
        "details": details,
    }


def _as_entry(notice: BatchNotice) -> Entry:
    content = notice.content
    return Entry(
        amount_cents=notice.amount_cents,
        currency=content["currency"],
        status=EntryStatus.BOOKED,
        booked_on=notice.booked_on,
        value_on=date.fromisoformat(content["value_on"]) if content["value_on"] else None,
        bank_reference=content["bank_reference"],
        details=tuple(TransactionDetail(**{**one, "documents": tuple(one["documents"])}) for one in content["details"]),
    )
