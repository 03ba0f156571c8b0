"""The front, and what it frames: login, languages, the API's description."""

from datetime import date

from coop.documents.actions import store_document
from coop.ledger.actions import open_budget, post
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.messaging.actions import queue_mail
from coop.tenancy.states import Role
from members.queries import person_of
from tests.architecture.permissions import PUBLIC, SIGNED_IN
from tests.factories.payroll import give_money
from tests.factories.tenancy import FOUNDED, unique

_OFFICE = {Role.INVOICING, Role.PAYROLL, Role.ACCOUNTANT, Role.ADMINISTRATOR}
_BOOKS = {Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD}

PERMISSIONS = {
    "front:welcome": PUBLIC,
    "front:robots": PUBLIC,
    "front:favicon": PUBLIC,
    "front:offer": PUBLIC,
    "front:offer_table": PUBLIC,
    "front:home": SIGNED_IN,
    "front:mine": {Role.MEMBER},
    "front:budget": {Role.MEMBER},
    "front:budget_csv": {Role.MEMBER},
    "front:budget_year": {Role.MEMBER},
    "front:board": {Role.BOARD, Role.AUDITOR},
    "front:office": _OFFICE,
    "front:books": _BOOKS,
    "front:journal": _BOOKS,
    "front:entry": _BOOKS,
    "front:months": _BOOKS,
    "front:proof": _BOOKS,
    "front:exports": _BOOKS,
    "front:booking_file": _BOOKS,
    "front:numbers_template": _BOOKS,
    "front:bring_numbers": {Role.ACCOUNTANT},
    "front:bring_client": {Role.ACCOUNTANT},
    "front:close_month": {Role.ACCOUNTANT},
    "front:outbox": _OFFICE,
    "front:message": _OFFICE,
    "front:send_again": _OFFICE,
    "front:attachment": _OFFICE,
    "front:draw_again": _OFFICE,
    "front:token": SIGNED_IN,
    "front:make_token": SIGNED_IN,
    "front:revoke_token": SIGNED_IN,
    "front-api:schema": PUBLIC,
    "front-api:docs": PUBLIC,
    "front-api:me": SIGNED_IN,
    "front-api:salary_calculation": SIGNED_IN,
    "front-api:budget": {Role.MEMBER},
    "front-api:movements": {Role.MEMBER},
    "set_language": PUBLIC,
    "styleguide": PUBLIC,
}


def _year(cast):
    person = person_of(cast.member)
    if person is not None:
        give_money(person, 100_000, on=date(2026, 1, 1))
    return {"year": 2026}


def _entry(_cast):
    budget = open_budget(name="Someone", on=FOUNDED)
    lines = [debit(AccountCode.ALLOC, 100), credit(AccountCode.FREE, 100, budget_id=budget.pk)]
    return {"number": post(draft(f"sample:{budget.pk}", FOUNDED, "Sample", lines)).number}


def _message(_cast):
    document = store_document(
        kind="sample",
        source=unique(),
        title="Sample",
        filename="sample.pdf",
        keep_until=date(2040, 12, 31),
        data=b"%PDF",
        media_type="application/pdf",
    )
    message = queue_mail(
        key=unique(),
        to="client@example.org",
        subject="Sample",
        template="plain",
        context={"body": "Sample"},
        document_ids=[document.pk],
    )
    return {"message_id": message.pk, "document_id": document.pk}


SAMPLES = {
    "front:budget_year": _year,
    "front:entry": _entry,
    "front:close_month": lambda _cast: {"year": 2025, "month": 1},
    "front:message": lambda cast: {"message_id": _message(cast)["message_id"]},
    "front:send_again": lambda cast: {"message_id": _message(cast)["message_id"]},
    "front:attachment": _message,
    "front:draw_again": lambda cast: {"document_id": _message(cast)["document_id"]},
}
