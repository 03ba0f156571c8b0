"""The mapping of a bank's table is made with a preview, kept once, and used by the import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coop.banking.actions import TableFormatExists, keep_table_format
from coop.banking.csv_tables import Column
from coop.banking.models import BankTransaction, TableFormat
from coop.errors import InvalidInput, NotFound
from tests.factories.banking import AT, IBAN, make_account, paid
from tests.factories.statement_files import table
from tests.factories.tenancy import make_user

RIGHT = {
    "name": "Bank", "columns": {Column.BOOKED_ON: "Tag", Column.AMOUNT: "Betrag", Column.TEXT: "Text"},
    "delimiter": ";", "date_format": "%d.%m.%Y", "decimal_comma": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, InvalidInput),
        ({"columns": {Column.BOOKED_ON: "Tag", Column.TEXT: "Text"}}, InvalidInput),
        ({"columns": {Column.AMOUNT: "Betrag", Column.TEXT: "Text"}}, InvalidInput),
        ({"columns": {Column.BOOKED_ON: "Tag", Column.AMOUNT: "Betrag"}}, InvalidInput),
        ({"columns": {Column.BOOKED_ON: "Tag", Column.AMOUNT: "Tag", Column.TEXT: "Text"}}, InvalidInput),
        ({"delimiter": "x"}, InvalidInput),
        ({"date_format": "%Y"}, InvalidInput),
        ({"account_id": 0}, NotFound),
        ({}, TableFormatExists),
    ],
)
def test_a_mapping_that_could_not_work_is_refused(coop, changes, error):
    ada = make_user()
    keep_table_format(**RIGHT, by=ada, at=AT)
    with pytest.raises(error):
        keep_table_format(**{**RIGHT, "name": "Bank" if not changes else "Other", **changes}, by=ada, at=AT)
    assert TableFormat.objects.count() == 1


def test_a_mapping_is_made_on_its_page_and_read_by_the_import(cast, client_of):
    make_account()
    browser = client_of(cast.invoicing, cast.coop)
    data = table(IBAN, [paid(10_000, "RE-2026-000001", name="Büro")], opening_cents=0)

    def sent(address, name="x.csv", content=data, **more):
        return browser.post(reverse(address), {"file": SimpleUploadedFile(name, content), **more})

    assert "keine Zuordnung" in sent("banking:upload").text or "mapping" in sent("banking:upload").text
    assert sent("banking:tables", content=b"just words").status_code == 200
    page = sent("banking:tables")
    form = page.context["form"]
    fields = {name: form.initial.get(name, "") for name in form.fields if form.initial.get(name)} | {"name": "Bank"}
    fields["decimal_comma"] = "on"
    shown = browser.post(reverse("banking:table_new"), {**fields, "preview": "1"})
    assert ("Büro" in shown.text, TableFormat.objects.count()) == (True, 0)
    wrong = browser.post(reverse("banking:table_new"), {**fields, "date_format": "%Y-%m-%d", "preview": "1"})
    assert "Büro" in wrong.text
    assert wrong.context["form"].errors
    assert browser.post(reverse("banking:table_new"), {**fields, "keep": "1"}).status_code == 302
    assert sent("banking:upload").status_code == 302
    assert BankTransaction.objects.get().source == "csv"
    row = TableFormat.objects.get()
    assert row.name in browser.get(reverse("banking:tables")).text
    assert browser.post(reverse("banking:table_drop", args=[row.pk])).status_code == 302
    assert TableFormat.objects.count() == 0
