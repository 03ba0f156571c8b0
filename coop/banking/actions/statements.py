"""Bring in bank statements: each movement once, whatever the overlap of the files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coop.banking import camt
from coop.banking.actions.matches import match_transactions
from coop.banking.models import BankAccount, BankTransaction, Statement
from coop.banking.queries import Gap, gaps_of
from coop.errors import NotFound, StetigError
from coop.tenancy.models import User


class UnknownAccount(StetigError):
    """The statement is of an account that is not ours: add the account first, or choose the right file."""

    code = "unknown_account"


class WrongAccount(StetigError):
    """The statement is of another account than the chosen one."""

    code = "wrong_account"


class WrongCurrency(StetigError):
    """The statement is in another currency than the account."""

    code = "wrong_currency"


class NotAStatement(StetigError):
    """This file is no end-of-day statement: ask the bank for camt.053."""

    code = "not_a_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did: counts of movements, and where balances do not continue."""

    statement_ids: tuple[int, ...]
    new: int
    known: int
    matched: int
    waiting: int
    gaps: tuple[Gap, ...]


@transaction.atomic
def import_statement(
    *, data: bytes, filename: str, by: User, at: datetime, account_id: int | None = None
) -> ImportReport:
    """Read a file, store what is new, and match it. All or nothing.

    `account_id` says which account the file must be of; it also stands in where a file names none.

    Raises: UnreadableStatement, NotAStatement, UnknownAccount, WrongAccount, WrongCurrency, NotFound.
    """
    statements = camt.read_statements(data)
    accounts = [_account_of(statement, account_id) for statement in statements]
    for statement, account in zip(statements, accounts, strict=True):
        _check(statement, account)
    # One upload at a time for each account: what another one has just brought in is known then.
    ids = sorted({account.pk for account in accounts})
    list(BankAccount.objects.select_for_update().filter(id__in=ids).order_by("id"))
    moved = _movements(statements)
    known = _known(ids, [one.fingerprint for group in moved for one in group])
    file = _File(sha256=hashlib.sha256(data).hexdigest(), name=filename[:200], at=at, by=by)
    rows, fresh = _rows(file, list(zip(statements, accounts, moved, strict=True)), known)
    Statement.objects.bulk_create([row for row in rows if row.pk is None])
    BankTransaction.objects.bulk_create(fresh, batch_size=2000)
    matched = match_transactions(transaction_ids=[row.pk for row in fresh], by=by) if fresh else 0
    total = sum(len(group) for group in moved)
    return ImportReport(
        statement_ids=tuple(row.pk for row in rows),
        new=len(fresh),
        known=total - len(fresh),
        matched=matched,
        waiting=len(fresh) - matched,
        gaps=tuple(gap for one in ids for gap in gaps_of(one)),
    )


def _account_of(statement: camt.Statement, account_id: int | None) -> BankAccount:
    chosen: BankAccount | None = BankAccount.objects.filter(id=account_id).first() if account_id is not None else None
    if account_id is not None and chosen is None:
        raise NotFound(_("This bank account does not exist."))
    if not statement.account:
        if chosen is None:
            raise UnknownAccount(_("The statement does not say which account it is of: choose the account."))
        return chosen
    named: BankAccount | None = BankAccount.objects.filter(iban=statement.account).first()
    if named is None:
        raise UnknownAccount(
            _("The statement is of the account %(iban)s, which is not ours: add it first, or choose the right file.")
            % {"iban": statement.account}
        )
    if chosen is not None and chosen.pk != named.pk:
        raise WrongAccount(
            _("The statement is of the account “%(named)s”, not of “%(chosen)s”.")
            % {"named": named.name, "chosen": chosen.name}
        )
    return named


def _check(statement: camt.Statement, account: BankAccount) -> None:
    if statement.kind is not camt.MessageKind.STATEMENT:
        raise NotAStatement(
            _("This file is %(kind)s: ask the bank for end-of-day statements (camt.053).") % {"kind": statement.kind}
        )
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


def _movements(statements: list[camt.Statement]) -> list[list[camt.Transaction]]:
    """The movements of each statement. Those of zero say nothing about money and are left out."""
    place = {id(entry): index for index, statement in enumerate(statements) for entry in statement.entries}
    groups: list[list[camt.Transaction]] = [[] for _statement in statements]
    for movement in camt.transactions(statements):
        if movement.amount_cents:
            groups[place[id(movement.entry)]].append(movement)
    return groups


def _known(account_ids: Sequence[int], fingerprints: Sequence[str]) -> set[tuple[int, str]]:
    rows = BankTransaction.objects.filter(account_id__in=account_ids, fingerprint__in=fingerprints)
    return set(rows.values_list("account_id", "fingerprint"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    sha256: str
    name: str
    at: datetime
    by: User


def _rows(
    file: _File,
    parts: Sequence[tuple[camt.Statement, BankAccount, list[camt.Transaction]]],
    known: set[tuple[int, str]],
) -> tuple[list[Statement], list[BankTransaction]]:
    """Statements and new movements, unsaved; a statement of a file that came before is its stored row."""
    before = {(row.account_id, row.position): row for row in Statement.objects.filter(file_sha256=file.sha256)}
    rows: list[Statement] = []
    fresh: list[BankTransaction] = []
    for position, (statement, account, group) in enumerate(parts):
        row = before.get((account.pk, position)) or _statement_row(statement, account, position, file)
        for movement in group:
            if (account.pk, movement.fingerprint) not in known:
                known.add((account.pk, movement.fingerprint))
                fresh.append(_transaction_row(movement, statement, account, row))
        if row.pk is None:
            row.new_count = sum(1 for one in fresh if one.statement is row)
            row.known_count = len(group) - row.new_count
        rows.append(row)
    return rows, fresh


def _statement_row(statement: camt.Statement, account: BankAccount, position: int, file: _File) -> Statement:
    opening, closing = statement.opening, statement.closing
    return Statement(
        account=account,
        position=position,
        file_sha256=file.sha256,
        filename=file.name,
        imported_at=file.at,
        imported_by=file.by,
        number=statement.id[:60] or str(statement.sequence_number or ""),
        from_on=statement.from_on or min((e.booked_on for e in statement.entries if e.booked_on), default=None),
        to_on=statement.to_on or max((e.booked_on for e in statement.entries if e.booked_on), default=None),
        opening_cents=opening.amount_cents if opening else None,
        closing_cents=closing.amount_cents if closing else None,
        gap_cents=statement.balance_gap_cents,
    )


def _transaction_row(
    movement: camt.Transaction, statement: camt.Statement, account: BankAccount, row: Statement
) -> BankTransaction:
    entry = movement.entry
    detail = movement.detail or camt.TransactionDetail()
    return BankTransaction(
        account=account,
        statement=row,
        fingerprint=movement.fingerprint,
        amount_cents=movement.amount_cents,
        booked_on=_day_of(entry, statement),
        value_on=entry.value_on,
        counterparty_name=(detail.counterparty_name or detail.ultimate_name)[:200],
        counterparty_iban=detail.counterparty_iban[:34],
        text="\n".join(" ".join(text.split()) for text in movement.texts),
        end_to_end_id=(detail.original_end_to_end_id or detail.end_to_end_id)[:100],
        structured_reference=detail.structured_reference[:100],
        batch_id=(entry.batch_payment_id or entry.batch_message_id or detail.payment_id or detail.message_id)[:100],
        returned=entry.returned or detail.returned,
        return_reason=detail.return_reason[:40],
    )


def _day_of(entry: camt.Entry, statement: camt.Statement) -> date:
    day = entry.booked_on or entry.value_on or statement.to_on or statement.created_on
    if day is None:
        raise camt.UnreadableStatement(_("An entry of the statement has no day: ask the bank for the file again."))
    return day
