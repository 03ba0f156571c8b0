"""Church tax by state."""

from datetime import date
from decimal import Decimal

import pytest

from coop.law import LawUnknown
from payroll.germany.church_tax import State, church_tax_cents, church_tax_rate


def test_two_states_have_the_lower_rate():
    rates = {state: church_tax_rate(state, date(2026, 6, 30)) for state in State}
    lower = {state for state, rate in rates.items() if rate == Decimal("0.08")}
    assert lower == {State.BAVARIA, State.BADEN_WUERTTEMBERG}
    assert set(rates.values()) == {Decimal("0.08"), Decimal("0.09")}
    assert len(rates) == 16


@pytest.mark.parametrize(
    ("base", "rate", "tax"),
    [(78241, "0.09", 7041), (78241, "0.08", 6259), (11, "0.09", 0), (12, "0.09", 1), (0, "0.09", 0), (78241, "0", 0)],
)
def test_fractions_of_a_cent_are_dropped(base, rate, tax):
    assert church_tax_cents(base, Decimal(rate)) == tax


def test_there_is_no_rate_beyond_the_confirmed_law():
    with pytest.raises(LawUnknown, match=r"church_tax\.states"):
        church_tax_rate(State.BERLIN, date(2027, 1, 31))
