"""The bank's pages and API."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coop.banking.camt_writer import camt053
from coop.banking.models import BankTransaction, Claim, Match, PaymentOrder, Statement, WorkItem
from coop.banking.states import ClaimState, OrderState, TransactionState
from coop.ledger.actions import open_budget
from coop.ledger.chart import AccountCode as A
from coop.ledger.queries import account_balance
from coop.tenancy.models import AccessLog
from tests.coop.banking.test_actions import order_of
from tests.factories.banking import IBAN, JAN, bring_in, make_account, make_debt, paid

LATER = JAN + timedelta(days=10)


@pytest.fixture
def account(coop):
    return make_account()


@pytest.fixture
def accountant(cast, client_of, account):
    return client_of(cast.accountant, cast.coop)


def upload(browser, data, name="statement.xml", address="banking:upload", **headers):
    return browser.post(reverse(address), {"file": SimpleUploadedFile(name, data)}, headers=headers)


def only():
    return BankTransaction.objects.get()


def test_a_statement_is_uploaded_and_shown(accountant):
    make_debt("RE-2026-000001")
    data = camt053(iban=IBAN, entries=[paid(10_000, "RE-2026-000001"), paid(5, "?")], closing_cents=1)
    answer = upload(accountant, data)
    assert answer.headers["Location"] == reverse("banking:work")
    page = accountant.get(reverse("banking:work"))
    assert (page.status_code, "Client GmbH" in page.text) == (200, True)
    assert Claim.objects.get().state == ClaimState.SETTLED
    assert accountant.get(reverse("banking:statements")).status_code == 200
    statement = Statement.objects.get()
    for query in (
        {"statement": statement.pk},
        {"q": "client", "state": "waiting"},
        {"state": "nonsense"},
        {"page": "x"},
    ):
        assert accountant.get(reverse("banking:transactions"), query).status_code == 200


@pytest.mark.parametrize("data", [b"<nothing", camt053(iban="DE89370400440532013000", entries=[paid(1, "x")])])
def test_a_wrong_upload_says_why_and_changes_nothing(accountant, data):
    answer = upload(accountant, data)
    assert answer.status_code == 200
    assert "form-errors" in answer.text or "error" in answer.text
    assert Statement.objects.count() == BankTransaction.objects.count() == 0
    assert accountant.post(reverse("banking:upload")).status_code == 200


def test_a_payment_is_matched_undone_and_searched_by_hand(accountant):
    claim = make_debt("RE-2026-000001", debtor="Client GmbH")
    make_debt("RE-2026-000002", debtor="Somebody else")
    bring_in(only_user(accountant), paid(4_000, "no reference"))
    address = reverse("banking:transaction", args=[only().pk])
    page = accountant.get(address)
    assert ("RE-2026-000001" in page.text, "RE-2026-000002" in page.text) == (True, False)
    assert "RE-2026-000002" in accountant.get(address, {"q": "somebody"}).text
    match = reverse("banking:match", args=[only().pk])
    assert accountant.post(match, {f"claim_{claim.pk}": "99"}).status_code == 200
    assert accountant.post(match, {f"claim_{claim.pk}": "-1"}).status_code == 200
    assert accountant.post(match, {}).status_code == 200
    assert Match.objects.count() == 0
    assert accountant.post(match, {f"claim_{claim.pk}": "40,00"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, only().state) == (ClaimState.PART, TransactionState.MATCHED)
    assert "RE-2026-000001" in accountant.get(address).text
    assert accountant.post(reverse("banking:undo", args=[Match.objects.get().pk])).status_code == 302
    assert only().state == TransactionState.UNMATCHED
    assert accountant.post(reverse("banking:ignore", args=[only().pk]), {"reason": ""}).status_code == 200
    assert accountant.post(reverse("banking:ignore", args=[only().pk]), {"reason": "own"}).status_code == 302
    assert reverse("banking:take_up", args=[only().pk]) in accountant.get(address).text
    assert accountant.post(reverse("banking:take_up", args=[only().pk])).status_code == 302
    assert accountant.post(reverse("banking:rematch")).status_code == 302


def only_user(browser):
    from coop.tenancy.models import User

    return User.objects.get(id=browser.session["_auth_user_id"])


def test_charges_and_returns_go_by_the_page(accountant):
    ada = only_user(accountant)
    make_debt("RE-2026-000001")
    bring_in(
        ada, paid(10_000, "RE-2026-000001"), paid(-10_000, "back", on=LATER, return_reason="MD06"), paid(-390, "fee")
    )
    back = BankTransaction.objects.get(amount_cents=-10_000)
    fee = BankTransaction.objects.get(amount_cents=-390)
    match = Match.objects.get()
    assert "RE-2026-000001" in accountant.get(reverse("banking:transaction", args=[back.pk])).text
    assert accountant.post(reverse("banking:book_return", args=[back.pk]), {"match": "x"}).status_code == 404
    assert accountant.post(reverse("banking:book_return", args=[back.pk]), {"match": match.pk}).status_code == 302
    assert accountant.post(reverse("banking:book", args=[fee.pk]), {"account": "revenue"}).status_code == 200
    assert accountant.post(reverse("banking:book", args=[fee.pk]), {"account": "bank_charges"}).status_code == 302
    assert (account_balance(A.BANK), account_balance(A.BANK_CHARGES)) == (-390, 390)
    item = WorkItem.objects.create(source="m", budget=open_budget(name="Ada", on=JAN), raised_on=JAN)
    assert accountant.post(reverse("banking:finish_item", args=[item.pk])).status_code == 302


def test_invoicing_staff_do_not_see_what_others_are_paid(cast, client_of, accountant):
    bring_in(cast.accountant, paid(100, "client"), paid(-200_000, "Salary of Bo", name="Bo"),
             paid(200_000, "Salary came back", name="Bo", return_reason="AC04"))  # fmt: skip
    invoicing = client_of(cast.invoicing, cast.coop)
    for address in (reverse("banking:work"), reverse("banking:transactions"), "/api/v1/transactions/"):
        assert "Salary" in accountant.get(address).text
        assert "Salary" not in invoicing.get(address).text
    for row in BankTransaction.objects.exclude(amount_cents=100):
        for name in ("transaction", "ignore", "match", "take_up"):
            address = reverse(f"banking:{name}", args=[row.pk])
            answer = invoicing.get(address) if name == "transaction" else invoicing.post(address, {})
            assert answer.status_code == 404
        assert invoicing.get(f"/api/v1/transactions/{row.pk}/").status_code == 404


def test_an_order_is_approved_by_another_and_its_file_taken(cast, client_of, account):
    order = order_of(cast.payroll)
    payroll, board = client_of(cast.payroll, cast.coop), client_of(cast.board, cast.coop)
    address = reverse("banking:order", args=[order.pk])
    assert order.reference in payroll.get(reverse("banking:orders")).text
    assert "Ada Löwe" in payroll.get(address).text
    assert "Ada Löwe" not in board.get(address).text
    assert payroll.get(reverse("banking:order_file", args=[order.pk])).status_code == 404
    payroll.post(reverse("banking:approve_order", args=[order.pk]))
    assert PaymentOrder.objects.get().state == OrderState.WAITING
    assert board.post(reverse("banking:approve_order", args=[order.pk])).status_code == 302
    file = payroll.get(reverse("banking:order_file", args=[order.pk]))
    assert (file.status_code, file.content.startswith(b"<?xml")) == (200, True)
    assert AccessLog.objects.filter(action="payment file taken").count() == 1
    board.post(reverse("banking:reject_order", args=[order.pk]))
    assert PaymentOrder.objects.get().state == OrderState.APPROVED


def test_accounts_are_added(accountant):
    new = {"name": "Second", "holder": "T eG", "iban": "DE89 3704 0044 0532 0130 00", "bic": ""}
    unasked = accountant.post(reverse("banking:accounts"), new)
    assert (unasked.status_code, "change_reason" in unasked.context["form"].errors) == (200, True)
    new |= {"change_reason": "The bank gave us a second account."}
    assert accountant.post(reverse("banking:accounts"), {**new, "iban": "DE1"}).status_code == 200
    assert accountant.post(reverse("banking:accounts"), new).status_code == 302
    page = accountant.get(reverse("banking:accounts"))
    assert "DE89370400440532013000" in page.text
    (opened, _first) = page.context["changes"]
    assert (opened["why"], opened["through"]) == ("The bank gave us a second account.", "banking:accounts")
    assert "– → DE89370400440532013000" in opened["what"]


@pytest.mark.parametrize("name", ["work", "statements", "transactions", "orders"])
def test_lists_cost_the_same_for_one_and_for_thirty(cast, accountant, name):
    counts = []
    for size, first in ((1, 0), (29, 100)):
        for number in range(first, first + size):
            bring_in(cast.accountant, paid(1, f"x{number}"), statement_id=f"S{number}", sequence_number=number)
            order_of(cast.payroll, f"run:{number}", cents=(100,))
        accountant.get(reverse(f"banking:{name}"))
        with CaptureQueriesContext(connection) as queries:
            assert accountant.get(reverse(f"banking:{name}")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- API -----------------------------------------------------------------------------------------------------------


def test_the_api_imports_lists_and_matches(accountant):
    make_debt("RE-2026-000007")
    answer = upload(accountant, camt053(iban=IBAN, entries=[paid(4_000, "?")]), address="banking-api:statement-upload")
    assert answer.status_code == 201
    assert answer.json() == {"new": 1, "known": 0, "matched": 0, "waiting": 1, "gaps": 0, "unchecked": 0, "noticed": 0}
    row = accountant.get("/api/v1/transactions/?state=waiting").json()["results"][0]
    assert (row["amount"], row["open"], row["currency"], row["account"]) == ("40.00", "40.00", "EUR", IBAN)
    address = f"/api/v1/transactions/{row['id']}/match/"
    for parts, status in [
        ([], 400),
        ([{"reference": "RE-2026-000007", "amount": "0.00"}], 400),
        ([{"reference": "RE-2026-000007", "amount": 40}], 400),
        ([{"reference": "RE-2026-000008", "amount": "40.00"}], 404),
        ([{"reference": "RE-2026-000007", "amount": "41.00"}], 409),
        ([{"reference": "RE-2026-000007", "amount": "40.00"}], 200),
    ]:
        answer = accountant.post(address, {"parts": parts}, content_type="application/json")
        assert answer.status_code == status, parts
    assert answer.json()["state"] == "matched"
    assert Claim.objects.get().open_cents == 6_000


def test_the_api_refuses_a_wrong_file(accountant):
    answer = upload(accountant, b"<nothing", address="banking-api:statement-upload")
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable_statement")
    assert accountant.post("/api/v1/statements/", {}).status_code == 400


def test_the_api_proposes_with_scores_and_reasons(accountant):
    make_debt("RE-2026-000007", debtor="Somebody else AG")
    upload(
        accountant, camt053(iban=IBAN, entries=[paid(9_900, "RE-2026-000007")]), address="banking-api:statement-upload"
    )
    row = BankTransaction.objects.get()
    (found,) = accountant.get(f"/api/v1/transactions/{row.pk}/proposals/").json()
    assert found == {
        "score": 80,
        "reason": "discount",
        "currency": "EUR",
        "parts": [{"reference": "RE-2026-000007", "debtor": "Somebody else AG", "amount": "99.00"}],
    }
