"""VAT cases, each with its source, and what is a question to a person."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from coop.errors import InvalidInput
from coop.law import LawUnknown
from invoicing.law.guarantee import GuaranteeReason, guarantee_of
from invoicing.law.retention import invoice_kept_until
from invoicing.law.vat import ClientKind, VatCase, VatQuestion, checked_vat_id, in_eu, suggested_case, treatment_of
from tests.factories.invoicing import FRENCH_VAT_ID, GERMAN_VAT_ID

MAY = date(2026, 5, 29)
BUSINESS, PRIVATE, PUBLIC = ClientKind.BUSINESS, ClientKind.PRIVATE, ClientKind.PUBLIC
STANDARD, REDUCED = VatCase.DOMESTIC_STANDARD, VatCase.DOMESTIC_REDUCED
REVERSE, THIRD = VatCase.EU_REVERSE_CHARGE, VatCase.THIRD_COUNTRY_BUSINESS


@pytest.fixture(autouse=True)
def _english():
    """What is said is compared in English, whatever language is compiled."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("case", "country", "kind", "vat_id", "rate", "category", "vat_cents"),
    [
        pytest.param(STANDARD, "DE", BUSINESS, GERMAN_VAT_ID, "0.19", "S", 19_000, id="§ 12 (1) UStG, business"),
        pytest.param(STANDARD, "DE", PRIVATE, "", "0.19", "S", 19_000, id="§ 12 (1) UStG, private"),
        pytest.param(STANDARD, "DE", PUBLIC, "", "0.19", "S", 19_000, id="§ 12 (1) UStG, public"),
        pytest.param(REDUCED, "DE", BUSINESS, "", "0.07", "S", 7_000, id="§ 12 (2) UStG"),
        pytest.param(REVERSE, "FR", BUSINESS, FRENCH_VAT_ID, "0", "AE", 0, id="§ 3a (2) S. 1 UStG, Art. 196"),
        pytest.param(REVERSE, "FR", PUBLIC, FRENCH_VAT_ID, "0", "AE", 0, id="§ 3a (2) S. 3 UStG"),
        pytest.param(REVERSE, "GR", BUSINESS, "EL094259216", "0", "AE", 0, id="Art. 215: Greece is EL"),
        pytest.param(THIRD, "CH", BUSINESS, "", "0", "O", 0, id="§ 3a (2) UStG, Switzerland"),
        pytest.param(THIRD, "GB", BUSINESS, "GB980780684", "0", "O", 0, id="§ 3a (2) UStG, United Kingdom"),
        pytest.param(THIRD, "US", BUSINESS, "", "0", "O", 0, id="§ 3a (2) UStG, United States"),
    ],
)
def test_settled_cases(case, country, kind, vat_id, rate, category, vat_cents):
    treatment = treatment_of(case=case, country=country, kind=kind, vat_id=vat_id, supplied_on=MAY)
    assert (treatment.rate, treatment.category) == (Decimal(rate), category)
    assert treatment.vat_cents(100_000) == vat_cents
    assert bool(treatment.wording_de) == bool(treatment.wording_en) == (category != "S")


@pytest.mark.parametrize(
    ("case", "country", "kind", "vat_id"),
    [
        pytest.param(REVERSE, "DE", BUSINESS, GERMAN_VAT_ID, id="reverse charge in Germany"),
        pytest.param(THIRD, "DE", BUSINESS, "", id="third country in Germany"),
        pytest.param(REVERSE, "FR", BUSINESS, "", id="EU business without a number"),
        pytest.param(STANDARD, "FR", BUSINESS, "", id="German tax for an EU business without a number"),
        pytest.param(STANDARD, "FR", PRIVATE, "", id="EU private person: § 3a (3), (5)"),
        pytest.param(REVERSE, "FR", PRIVATE, FRENCH_VAT_ID, id="EU private person with a number"),
        pytest.param(STANDARD, "FR", BUSINESS, FRENCH_VAT_ID, id="German tax although § 3a (2) holds"),
        pytest.param(REDUCED, "FR", BUSINESS, FRENCH_VAT_ID, id="7 % although § 3a (2) holds"),
        pytest.param(THIRD, "FR", BUSINESS, FRENCH_VAT_ID, id="third country inside the EU"),
        pytest.param(REVERSE, "AT", BUSINESS, FRENCH_VAT_ID, id="number of another member state"),
        pytest.param(REVERSE, "CH", BUSINESS, "", id="reverse charge outside the EU"),
        pytest.param(STANDARD, "CH", BUSINESS, "", id="German tax outside the EU"),
        pytest.param(THIRD, "CH", PRIVATE, "", id="private person outside the EU: § 3a (4)"),
        pytest.param(THIRD, "CH", PUBLIC, "", id="public body outside the EU"),
        pytest.param(THIRD, "CH", BUSINESS, FRENCH_VAT_ID, id="address outside, number inside the EU"),
    ],
)
def test_unsettled_cases_are_questions(case, country, kind, vat_id):
    with pytest.raises(VatQuestion, match=r"\?|choose"):
        treatment_of(case=case, country=country, kind=kind, vat_id=vat_id, supplied_on=MAY)


@pytest.mark.parametrize("day", [date(2020, 1, 31), date(2027, 1, 1)])
def test_without_confirmed_law_nothing_is_taxed(day):
    with pytest.raises(LawUnknown):
        treatment_of(case=STANDARD, country="DE", kind=BUSINESS, vat_id="", supplied_on=day)


@pytest.mark.parametrize(("net", "vat"), [(1, 0), (2, 0), (3, 1), (50, 10), (99, 19), (12_345, 2_346), (10_050, 1_910)])
def test_the_tax_is_rounded_commercially(net, vat):
    treatment = treatment_of(case=STANDARD, country="DE", kind=BUSINESS, vat_id="", supplied_on=MAY)
    assert treatment.vat_cents(net) == vat


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("fr 40 303 265 045", "FR", "FR40303265045"),
        ("DE 136 695 976", "DE", "DE136695976"),
        ("EL094259216", "GR", "EL094259216"),
        ("", "FR", ""),
        ("anything 12", "US", "ANYTHING12"),
    ],
)
def test_numbers_are_kept_compact(written, country, number):
    assert checked_vat_id(written, country, member_state=in_eu(country, MAY)) == number


@pytest.mark.parametrize(
    ("written", "country"),
    [("FR40303265046", "FR"), ("DE136695977", "DE"), ("FR40303265045", "AT"), ("40303265045", "FR"), ("CHE-1", "CH")],
)
def test_wrong_numbers_are_refused(written, country):
    with pytest.raises(InvalidInput, match="VAT number"):
        checked_vat_id(written, country, member_state=in_eu(country, MAY))


@pytest.mark.parametrize(
    ("country", "vat_id", "case"),
    [("DE", "", STANDARD), ("FR", FRENCH_VAT_ID, REVERSE), ("CH", "", THIRD), ("FR", "", None)],
)
def test_a_case_is_suggested_where_one_is_settled(country, vat_id, case):
    assert suggested_case(country=country, kind=BUSINESS, vat_id=vat_id, on=MAY) == case


@pytest.mark.parametrize(
    ("rule", "member_state", "reason"),
    [
        ("eu", True, GuaranteeReason.COVERED),
        ("eu", False, GuaranteeReason.OUTSIDE_EU),
        ("none", True, GuaranteeReason.NO_GUARANTEE),
        ("none", False, GuaranteeReason.NO_GUARANTEE),
    ],
)
def test_the_guarantee_follows_the_policy(rule, member_state, reason):
    assert guarantee_of(rule=rule, client_in_eu=member_state) == reason


def test_invoices_are_kept_eight_years_from_the_end_of_theirs():
    """§ 14b (1) UStG."""
    assert invoice_kept_until(date(2026, 1, 1)) == date(2034, 12, 31)
