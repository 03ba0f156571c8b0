"""The table of VAT cases, when the tax falls due, and which form an invoice must have."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from coop.law import LawUnknown
from invoicing.law.due import cancelled_tax_month_of, tax_month_of
from invoicing.law.form import may_be_simplified, must_be_electronic
from invoicing.law.vat import ClientKind, Service, Supply, VatCase, VatQuestion, decide, treatment_of
from tests.factories.invoicing import FRENCH_VAT_ID, GERMAN_VAT_ID

CASES = tomllib.loads(Path(__file__).with_name("vat_cases.toml").read_text(encoding="utf-8"))["case"]
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def supply(**facts: Any) -> Supply:
    facts["service"] = Service(facts.get("service", "general"))
    facts["kind"] = ClientKind(facts.get("kind", "business"))
    facts["on"] = date.fromisoformat(facts.get("on", "2026-05-29"))
    return Supply(**{"country": "DE", "vat_id": "", **facts})


@pytest.mark.parametrize("case", CASES, ids=[case["source"] for case in CASES])
def test_each_case_is_decided_as_its_source_says(case: dict[str, Any]):
    facts = {name: value for name, value in case.items() if name not in {"source", "want"}}
    if case["want"] == "law":
        with pytest.raises(LawUnknown):
            decide(supply(**facts))
        return
    if case["want"] == "?":
        with pytest.raises(VatQuestion, match=r"\?"):
            decide(supply(**facts))
        return
    name, rate, category = case["want"].split()
    said = decide(supply(**facts))
    assert (said.case, said.rate, said.category) == (name, Decimal(rate), category)
    assert said.paragraph.startswith("§")
    assert bool(said.wording_de) == bool(said.wording_en) == (category != "S")


def test_the_table_is_as_long_as_it_must_be():
    assert len(CASES) >= 60
    assert len({case["source"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", list(VatCase))
def test_every_case_can_be_chosen_by_somebody_whom_it_fits(case: VatCase):
    country = {"eu": "FR", "th": "CH", "ab": "FR"}.get(case[:2], "DE")
    private = "private" in case
    number = {VatCase.EU_REVERSE_CHARGE: FRENCH_VAT_ID, VatCase.DOMESTIC_REVERSE_CHARGE: GERMAN_VAT_ID}.get(case, "")
    kind = ClientKind.PRIVATE if private else ClientKind.BUSINESS
    said = treatment_of(case=case, country=country, kind=kind, vat_id=number, supplied_on=date(2026, 5, 29))
    assert said.case == case


@pytest.mark.parametrize(
    ("received", "advance", "paid_on", "month"),
    [
        pytest.param(False, False, None, MAY, id="§ 13 (1) no. 1 a s. 1: agreed, unpaid"),
        pytest.param(False, False, date(2026, 7, 9), MAY, id="§ 13 (1) no. 1 a s. 1: agreed, paid later"),
        pytest.param(False, True, date(2026, 6, 9), JUNE, id="§ 13 (1) no. 1 a s. 4: advance received"),
        pytest.param(False, True, None, None, id="§ 13 (1) no. 1 a s. 4: advance asked for"),
        pytest.param(True, False, None, None, id="§ 13 (1) no. 1 b: received, unpaid"),
        pytest.param(True, False, date(2026, 7, 9), JULY, id="§ 13 (1) no. 1 b: received, paid"),
        pytest.param(True, True, date(2026, 6, 9), JUNE, id="§ 13 (1) no. 1 b: received, advance"),
    ],
)
def test_when_tax_falls_due(received: bool, advance: bool, paid_on: date | None, month: date | None):
    due = tax_month_of(received=received, advance=advance, supplied_on=date(2026, 5, 29), paid_on=paid_on)
    assert due == month


@pytest.mark.parametrize(
    ("paid", "refunded_on", "month"),
    [
        pytest.param(False, None, JUNE, id="§ 17 (1) s. 8: nothing was paid"),
        pytest.param(True, None, None, id="§ 17 (2) no. 3: the money is still here"),
        pytest.param(True, date(2026, 7, 9), JULY, id="§ 17 (2) no. 3: paid back"),
    ],
)
def test_when_the_tax_of_a_cancelled_invoice_goes_back(paid: bool, refunded_on: date | None, month: date | None):
    assert cancelled_tax_month_of(paid=paid, cancelled_on=date(2026, 6, 20), refunded_on=refunded_on) == month


@pytest.mark.parametrize(
    ("gross", "facts", "allowed"),
    [
        (25_000, {}, True),
        (25_001, {}, False),
        (100, {"country": "FR", "vat_id": FRENCH_VAT_ID}, False),
    ],
)
def test_small_amounts(gross: int, facts: dict[str, Any], allowed: bool):
    """§ 33 UStDV: up to 250 euros, not where the client owes the tax."""
    treatment = decide(supply(**facts))
    assert may_be_simplified(gross_cents=gross, treatment=treatment, on=date(2026, 5, 29)) == allowed


@pytest.mark.parametrize(
    ("day", "turnover", "changes", "must"),
    [
        pytest.param(date(2026, 12, 31), 10**9, {}, False, id="§ 27 (38) no. 1: until the end of 2026"),
        pytest.param(date(2027, 1, 1), 80_000_001, {}, True, id="§ 27 (38) no. 2: above the limit from 2027"),
        pytest.param(date(2027, 1, 1), 80_000_000, {}, False, id="§ 27 (38) no. 2: at the limit"),
        pytest.param(date(2028, 1, 1), 0, {}, True, id="§ 14 (2): all from 2028"),
        pytest.param(date(2028, 1, 1), 0, {"gross_cents": 25_000}, False, id="§ 33 UStDV: small amount"),
        pytest.param(date(2028, 1, 1), 0, {"kind": ClientKind.PRIVATE}, False, id="§ 14 (2): private person"),
        pytest.param(date(2028, 1, 1), 0, {"country": "FR"}, False, id="§ 14 (2): client abroad"),
    ],
)
def test_who_must_get_an_e_invoice(day: date, turnover: int, changes: dict[str, Any], must: bool):
    facts = {"kind": ClientKind.BUSINESS, "country": "DE", "gross_cents": 119_000, **changes}
    treatment = decide(supply())
    assert must_be_electronic(treatment=treatment, supplied_on=day, turnover_before_cents=turnover, **facts) == must
