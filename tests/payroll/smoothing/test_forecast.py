"""Paths of income: what they keep of the history, and what known money does to them."""

import numpy as np
import pytest

from payroll.smoothing.evidence import FIRST_STRETCH, ONE_LEVEL, SEASON, TREND, sluggishness, weigh
from payroll.smoothing.forecast import OpenItem, draw_incomes

STEADY = [300_000, 310_000, 290_000, 305_000, 295_000, 300_000, 280_000, 320_000, 300_000, 310_000, 290_000, 300_000]


def evidence_of(history):
    scaled = np.asarray(history, dtype=np.float64)
    return weigh(scaled / scaled.mean(), season_penalty=1.0, trend_penalty=1.0, stretch_penalty=1.0)


def test_a_steady_history_is_explained_by_one_level():
    assert evidence_of(STEADY).probability[ONE_LEVEL] > 0.5


def test_two_years_of_one_wave_are_a_season():
    wave = 1000 + 800 * np.cos(2 * np.pi * np.arange(24) / 12)
    assert evidence_of(wave).probability[SEASON] > 0.9


def test_less_than_a_year_holds_no_season():
    wave = 1000 + 800 * np.cos(2 * np.pi * np.arange(11) / 12)
    assert evidence_of(wave).probability[SEASON] == 0


def test_a_line_is_a_trend():
    assert evidence_of(np.linspace(100, 300, 24)).probability[TREND] > 0.9


def test_a_fall_that_lasts_is_a_stretch_up_to_the_present():
    evidence = evidence_of([1000] * 9 + [200] * 4)
    best = int(evidence.probability.argmax()) - FIRST_STRETCH
    assert (evidence.begins[best], evidence.ends[best]) == (9, 13)
    assert evidence.inside[best] < evidence.outside[best] / 4


def test_late_payment_is_gone_in_sums():
    assert sluggishness(np.array([0.0, 2.0] * 9)) < 0.4
    assert sluggishness(np.ones(12)) == 1.0


def test_income_to_come_lies_around_that_of_a_steady_history():
    incomes = draw_incomes(STEADY, horizon=12, seed=1)
    assert incomes.dtype == np.int64
    assert incomes.shape == (1000, 12)
    assert (incomes >= 0).all()
    assert 280_000 < np.median(incomes) < 320_000


def test_after_a_collapse_most_paths_stay_low():
    incomes = draw_incomes([300_000] * 18 + [60_000] * 4, horizon=3, seed=1)
    assert np.median(incomes) < 120_000


def test_a_season_of_two_years_comes_again():
    season = [500_000] * 6 + [100_000] * 6
    incomes = draw_incomes(season * 2, horizon=12, seed=1)
    assert np.median(incomes[:, :6]) > 2.5 * np.median(incomes[:, 6:])


def test_the_paths_of_a_short_horizon_do_not_hang_on_budget_or_risk():
    assert (draw_incomes(STEADY, horizon=6, seed=3) == draw_incomes(STEADY, horizon=6, seed=3)).all()


def test_known_money_is_part_of_the_income_of_its_month_and_not_added():
    plain = draw_incomes(STEADY, horizon=6, seed=1)
    told = draw_incomes(STEADY, horizon=6, seed=1, open_items=[OpenItem(cents=200_000, month=2, probability=0.9)])
    assert (plain[:, [0, 1, 3, 4, 5]] == told[:, [0, 1, 3, 4, 5]]).all()
    assert told[:, 2].mean() == pytest.approx(plain[:, 2].mean(), rel=0.03)
    assert told[:, 2].std() > plain[:, 2].std()


def test_known_money_beyond_what_was_expected_raises_its_month():
    told = draw_incomes(STEADY, horizon=6, seed=1, open_items=[OpenItem(cents=900_000, month=2, probability=1.0)])
    assert (told[:, 2] >= 900_000).all()


def test_known_money_behind_the_horizon_changes_nothing():
    plain = draw_incomes(STEADY, horizon=6, seed=1)
    told = draw_incomes(STEADY, horizon=6, seed=1, open_items=[OpenItem(cents=900_000, month=6, probability=1.0)])
    assert (plain == told).all()


def test_known_money_is_all_there_is_where_nothing_ever_came():
    told = draw_incomes([0] * 6, horizon=2, seed=1, open_items=[OpenItem(cents=500, month=1, probability=1.0)])
    assert (told == np.array([0, 500])).all()
