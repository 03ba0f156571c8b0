"""A figure that the calculation could not carry exactly is refused where the law is read, not rounded."""

from decimal import Decimal

import pytest

from payroll.germany import contributions, income_tax, wage_tax_law
from payroll.germany.income_tax import Tariff
from payroll.germany.wage_tax import PayPeriod, WageTaxInput


@pytest.mark.parametrize(
    "read",
    [
        lambda: contributions._exact(Decimal("0.0000001"), 1_000_000),
        lambda: wage_tax_law._exact(Decimal("0.5")),
        lambda: income_tax._whole(Decimal("0.5")),
    ],
)
def test_more_decimals_than_it_is_computed_with_are_refused(read):
    with pytest.raises(ValueError, match="more decimals"):
        read()


def test_a_tariff_needs_a_last_zone_without_an_end():
    tariff = Tariff.of([{"up_to": 12_348}])
    assert tariff.tax_euros(12_348_99) == 0
    with pytest.raises(AssertionError, match="no end"):
        tariff.tax_euros(12_349_00)


def test_without_a_fund_the_additional_rate_is_nothing():
    assert WageTaxInput(tax_class=1, period=PayPeriod.MONTH, wage_cents=100_000).additional_rate == 0
