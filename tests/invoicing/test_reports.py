"""The EC sales list from the ledger, the refund's tax, and what counts as earned."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from coop.ledger.actions import post
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import credit, debit, draft
from coop.ledger.queries import account_balance
from invoicing.actions import cancel_invoice
from invoicing.queries import earned_by_month
from invoicing.reports import ec_list, quarter_of
from invoicing.states import JobState
from tests.cast import Cast
from tests.factories.invoicing import ISSUED, french, make_client, make_invoice
from tests.invoicing.settling import pay

APRIL, JUNE = date(2026, 4, 1), date(2026, 6, 1)
BELGIAN_VAT_ID = "BE0403019261"


def test_quarters_are_found_by_any_of_their_days():
    assert quarter_of(date(2026, 5, 31)) == (APRIL, JUNE)
    assert quarter_of(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 1))


def test_services_to_the_union_are_listed_by_number_in_the_quarter_of_supply(cast: Cast):
    lyon = make_client(cast.member, **french())
    gent = make_client(cast.member, **french(name="Atelier Gent", country="BE", vat_id=BELGIAN_VAT_ID))
    make_invoice(cast.member, cast.invoicing, client=lyon)
    make_invoice(cast.member, cast.invoicing, client=lyon, net_cents=5)
    taken_back = make_invoice(cast.member, cast.invoicing, client=gent)
    make_invoice(cast.member, cast.invoicing)  # at home
    give_up = {"reason": "Wrong", "then": JobState.CANCELLED, "by": cast.invoicing}
    cancel_invoice(invoice_id=taken_back.pk, on=date(2026, 7, 2), **give_up)
    spring = ec_list(APRIL, JUNE)
    assert [(row.vat_id, row.cents, row.invoices) for row in spring.rows] == [
        (BELGIAN_VAT_ID, 100_000, 1),
        ("FR40303265045", 100_005, 2),
    ]
    assert (spring.total_cents, spring.unlisted_cents) == (200_005, 0)
    assert spring.total_cents == -account_balance(A.REVENUE_EU) + 100_000
    summer = ec_list(date(2026, 7, 1), date(2026, 9, 1))
    assert [(row.vat_id, row.cents) for row in summer.rows] == [(BELGIAN_VAT_ID, -100_000)]


def test_the_list_is_a_page_a_file_and_for_programs(cast: Cast, client_of):
    make_invoice(cast.member, cast.invoicing, client=make_client(cast.member, **french(name="=SUM(1)")))
    browser = client_of(cast.accountant, cast.coop)
    page = browser.get(reverse("invoicing:ec_list"), {"quarter": "2026-Q2"}, headers={"accept-language": "en"})
    assert "FR40303265045" in page.text
    assert (
        "Nothing to report"
        in browser.get(reverse("invoicing:ec_list"), {"quarter": "2025-Q1"}, headers={"accept-language": "en"}).text
    )
    assert browser.get(reverse("invoicing:ec_list")).status_code == 200
    for wrong in ("2026-Q5", "2026", "١٢٣٤-Q1", "2026-Q1\n"):
        assert browser.get(reverse("invoicing:ec_list"), {"quarter": wrong}).status_code == 404
    written = browser.get(reverse("invoicing:ec_list_file"), {"quarter": "2026-Q2"}).content.decode("utf-8-sig")
    assert written.splitlines() == ["vat_id;net_eur;name", "FR40303265045;1000.00;'=SUM(1)"]
    told = browser.get("/api/v1/reports/ec-list/", {"quarter": "2026-Q2"}).json()
    assert (told["total_amount"], told["rows"][0]["vat_id"]) == ("1000.00", "FR40303265045")
    assert browser.get("/api/v1/reports/ec-list/", {"quarter": "2026-Q5"}).status_code == 404


@pytest.fixture
def half_paid(cast: Cast):
    invoice = make_invoice(cast.member, cast.invoicing)
    pay(invoice, 59_500)
    cancel_invoice(invoice_id=invoice.pk, reason="Wrong", then=JobState.CANCELLED, on=ISSUED, by=cast.invoicing)
    return invoice


def test_what_was_paid_on_a_cancelled_invoice_is_not_earned(cast: Cast, half_paid):
    assert earned_by_month(date(2026, 1, 1)) == {}
    standing = make_invoice(cast.member, cast.invoicing)
    pay(standing, 119_000)
    assert list(earned_by_month(date(2026, 1, 1)).values()) == [(91_000, 9_000)]


def test_the_tax_falls_when_the_money_is_back(cast: Cast, client_of, half_paid):
    browser = client_of(cast.accountant, cast.coop)
    page, note = (reverse(f"invoicing:{name}", args=[half_paid.pk]) for name in ("invoice", "invoice_refunded"))
    assert note in browser.get(page).text
    assert note not in client_of(cast.invoicing, cast.coop).get(page).text
    browser.post(note)
    assert account_balance(A.VAT_AWAITING_REFUND) == 9_500
    assert browser.post(f"/api/v1/invoices/{half_paid.pk}/refunded/").json()["code"] == "credit_not_refunded"
    party = f"client credit of invoice:{half_paid.pk}"
    back = [debit(A.CLIENT_CREDIT, 59_500, party=party), credit(A.BANK, 59_500)]
    post(draft("refund:1", timezone.localdate(), "Refund", back), by=cast.accountant)
    browser.post(note)
    assert (account_balance(A.VAT_AWAITING_REFUND), account_balance(A.VAT)) == (0, 0)
    assert note not in browser.get(page).text
    browser.post(note)
    assert account_balance(A.VAT) == 0
