"""Money, days and shares as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import translation

from coop.front import localized
from coop.front.templatetags import stetig


@pytest.mark.parametrize(
    ("cents", "german", "english"),
    [
        (128437, "1.284,37 €", "€1,284.37"),
        (-128437, "−1.284,37 €", "−€1,284.37"),
        (0, "0,00 €", "€0.00"),
        (-5, "−0,05 €", "−€0.05"),
        (100000000000, "1.000.000.000,00 €", "€1,000,000,000.00"),
    ],
)
def test_amount_reads_as_in_the_language(cents: int, german: str, english: str) -> None:
    assert localized.amount(cents, "de") == german.replace(" ", "\u00a0")
    assert localized.amount(cents, "en") == english


def test_amount_names_other_currencies() -> None:
    assert localized.amount(100, "en", "CHF") == "CHF\u00a01.00"
    assert localized.amount(100, "de", "USD") == "1,00\u00a0$"


@pytest.mark.parametrize(
    ("share", "german", "english"),
    [
        (Decimal("0.09"), "9 %", "9%"),
        (Decimal("0.146"), "14,6 %", "14.6%"),
        (Decimal("0.1"), "10 %", "10%"),
        (Decimal(1), "100 %", "100%"),
        (Decimal("-0.025"), "−2,5 %", "−2.5%"),
        (Decimal("0.00005"), "0,01 %", "0.01%"),
    ],
)
def test_percent_has_no_idle_zeros(share: Decimal, german: str, english: str) -> None:
    assert localized.percent(share, "de") == german.replace(" ", "\u00a0")
    assert localized.percent(share, "en") == english


def test_days_and_months() -> None:
    on = date(2026, 3, 7)
    assert localized.day(on, "de") == "07.03.2026"
    assert localized.day(on, "en-gb") == "7 Mar 2026"
    assert localized.day(on, "de", long=True) == "7. März 2026"
    assert localized.month(on, "de") == "März 2026"
    assert localized.short_amount(1249950, "de") == "12.500\u00a0€"


def test_filters_follow_the_active_language() -> None:
    template = engines["django"].from_string(
        "{% load stetig %}{{ cents|money }}|{{ cents|money_plain }}|{{ on|day }}|{{ at|day:'time' }}|"
        "{{ on|month }}|{{ share|percent }}|{{ none|money }}"
    )
    context = {
        "cents": 128437,
        "on": date(2026, 11, 17),
        "at": datetime(2026, 11, 17, 23, 30, tzinfo=UTC),
        "share": Decimal("0.09"),
        "none": None,
    }
    with translation.override("de"):
        german = template.render(context)
    with translation.override("en"):
        english = template.render(context)
    assert german == "1.284,37\u00a0€|1.284,37|17.11.2026|18.11.2026, 00:30|November 2026|9\u00a0%|–"
    assert english == "€1,284.37|1,284.37|17 Nov 2026|18 Nov 2026, 00:30|November 2026|9%|–"


@pytest.mark.parametrize("wrong", [12.5, Decimal("1.00"), "100", True])
def test_money_takes_nothing_but_cents(wrong: object) -> None:
    with pytest.raises(TypeError, match="integer cents"):
        stetig.money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "letters"), [("Ada Lovelace", "AL"), ("ada.lovelace@example.org", "AL"), ("Ada", "A"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert stetig.initials(name) == letters
