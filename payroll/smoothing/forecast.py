"""A member's income to come, as equally likely paths drawn from a history of six months to five years.

Pure: no clock, no database; the same input and seed give the same paths. Floats inside, integer cents leave.
What was tried and why it became this: docs/adr/0010-steady-pay-advice.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from coop.errors import InvalidInput
from payroll.smoothing.evidence import FIRST_STRETCH, SEASON, TREND, Evidence, Floats, Ints, sluggishness, weigh

SHORTEST_HISTORY = 6
LONGEST_HISTORY = 60
LONGEST_HORIZON = 60
PATHS = 1000
LARGEST_CENTS = 10**15
"""Beyond it sums over a horizon could leave 64 bits; the same limit as for every amount of the filters."""
MOST_OPEN_ITEMS = 200

_MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Money after fee that is known to come: `cents`, in month `month` (0 is the first), with `probability` [0, 1]."""

    cents: int
    month: int
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """What is believed about incomes before one has been seen. All figures are for incomes scaled to level 1.

    They were chosen on synthetic histories (`bench/incomes.py`, the family for tuning), so that bands and risk
    come true there; the family that was held out reports how far that carries.
    """

    recency_months: float = 16.0
    """A month this long ago counts 1/e of the last one for the level."""
    weight_of_a_month: float = 1.0
    """How many independent observations a month of history is worth (Dirichlet weight)."""
    empty_month: float = 0.04
    """Observations of an empty month that everyone is assumed to have had ..."""
    double_month: float = 0.06
    """... and of a month of twice the level."""
    block_months: float = 7.0
    """Mean length of the pieces that history is cut into, so that months keep their neighbours."""
    block_months_lumpy: float = 1.2
    """The same where many months are empty: gaps may become longer than any that was seen."""
    lumpy_from: float = 0.25
    """Share of (nearly) empty months from which income counts as lumpy."""
    season_penalty: float = 1.0
    trend_penalty: float = 0.4
    stretch_penalty: float = 1.4
    level_spread: float = 0.003
    """Variance of the level of a year to come that no history can take away."""
    level_spread_season: float = 0.008
    """The same, added where the season is read out of a history."""
    level_from_months: float = 0.3
    """Factor on the variance of the level that follows from the spread of the months."""
    sluggish_share: float = 1.0
    """How far the measured `sluggishness` is believed (the rest believes in independent months)."""
    spread_around_others: float = 1.0
    """The same where a season or a stretch already explains the longer swings."""
    wandering: float = 0.3
    """Share of the level's variance that builds up month by month instead of being there from the start."""
    level_skew: float = 0.25
    """How far the median of the level lies below 1, in variances."""
    level_skew_lumpy: float = -2.0
    """The same for lumpy incomes, whose median lies above 1: the mean of a few large months and many empty ones is more
    often too low than too high."""
    widest_level: float = 0.8
    degrees_of_freedom: float = 6.0
    """How well the spread itself is known (Student's tails)."""
    drop_a_month: float = 0.003
    """Chance a month that income falls for good, to a share uniform between the next two."""
    drop_to_least: float = 0.0
    drop_to_most: float = 0.75
    rise_a_month: float = 0.009
    """Chance a month that income rises for good, by a factor uniform between the next two."""
    rise_from: float = 1.1
    rise_to: float = 1.9
    growth_believed: float = 1.0
    """Share of a rising trend that is carried on (a falling one always is in full)."""
    return_a_month: float = 0.06
    """Where income has two levels: chance a month to change to the other one."""
    further_drop_a_month: float = 0.04
    """Where the level has moved before: chance a month that it falls further, to a share uniform in the next two."""
    further_drop_to_least: float = 0.2
    further_drop_to_most: float = 0.9


BELIEFS = Beliefs()
_EMPTY_BELOW = 0.05  # a month with less than this share of the level counts as empty
_LEAST_LEVEL = 0.02  # a stretch below this level is empty: its months have no shape to scale
_MOST_OF_LARGEST = 10  # no month of a path exceeds so many times the largest of the history


def draw_incomes(
    history: Sequence[int],
    *,
    horizon: int,
    seed: int,
    open_items: Sequence[OpenItem] = (),
    paths: int = PATHS,
    beliefs: Beliefs = BELIEFS,
) -> Ints:
    """Equally likely incomes of the next `horizon` months in cents, shape (paths, horizon).

    `history`: income into the budget after fee in cents, month by month, oldest first. `open_items` are part of
    the income that the forecast expects in their month: they say when it comes, and add to it only where they
    exceed it.

    Raises: InvalidInput, where history, horizon or an item is out of range.
    """
    _check(history, horizon, open_items)
    rng = np.random.default_rng(seed)
    incomes = _expected(np.asarray(history, dtype=np.float64), horizon, rng, paths, beliefs)
    return np.rint(_with_open_items(incomes, open_items, rng)).astype(np.int64)


def _check(history: Sequence[int], horizon: int, open_items: Sequence[OpenItem]) -> None:
    if not SHORTEST_HISTORY <= len(history) <= LONGEST_HISTORY:
        raise InvalidInput(f"history: give {SHORTEST_HISTORY} to {LONGEST_HISTORY} months")
    if not all(0 <= cents <= LARGEST_CENTS for cents in history):
        raise InvalidInput("history: give amounts that are not negative")
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise InvalidInput(f"horizon: give 1 to {LONGEST_HORIZON} months")
    if len(open_items) > MOST_OPEN_ITEMS:
        raise InvalidInput(f"open: give at most {MOST_OPEN_ITEMS} items; add up those of one month and chance")
    for item in open_items:
        if not 0 <= item.cents <= LARGEST_CENTS:
            raise InvalidInput("open: give amounts that are not negative")
        if not 0 <= item.probability <= 1:
            raise InvalidInput("open: give each item a probability from 0 to 1")
        if item.month < 0:
            raise InvalidInput("open: an item cannot be due before the first month; give the day it is expected now")


def _expected(history: Floats, horizon: int, rng: Generator, paths: int, beliefs: Beliefs) -> Floats:
    """Paths of income out of the history alone, in cents as floats."""
    n = len(history)
    recency = np.exp(-(n - 1 - np.arange(n)) / beliefs.recency_months)
    level = float(recency @ history / recency.sum())
    if level <= 0:
        return np.zeros((paths, horizon))
    scaled = history / level
    lumpy = bool((scaled < _EMPTY_BELOW).mean() > beliefs.lumpy_from)
    evidence = weigh(
        scaled,
        season_penalty=beliefs.season_penalty,
        trend_penalty=beliefs.trend_penalty,
        stretch_penalty=beliefs.stretch_penalty,
    )
    # Inverse distribution function, not rng.choice: a small change of the evidence moves few paths.
    chosen = np.searchsorted(np.cumsum(evidence.probability)[:-1], rng.random(paths))
    in_season = chosen == SEASON
    has_levels = chosen >= FIRST_STRETCH

    months = _resampled(recency, horizon, rng, paths, beliefs, lumpy=lumpy)
    path = _over_own_level(scaled, evidence, chosen, months)
    own_levels = _own_levels(n, evidence, chosen)
    path = np.where(has_levels[:, None], path * _levels_to_come(own_levels, horizon, rng, beliefs), path)
    on_trend = (chosen == TREND)[:, None]
    path = np.where(on_trend, path * _trend_to_come(n, evidence, rng, beliefs, paths=paths, horizon=horizon), path)
    path = np.where(in_season[:, None], _same_season(scaled, horizon, rng, paths), path)

    spread = _level_spread(scaled, evidence, chosen, beliefs, lumpy=lumpy)
    skew = beliefs.level_skew_lumpy if lumpy else beliefs.level_skew
    path *= np.exp(_wandering(spread, horizon, rng, beliefs, skew=skew) + _breaks(paths, horizon, rng, beliefs))
    return np.asarray(level * np.minimum(path, _MOST_OF_LARGEST * scaled.max()))


def _over_own_level(scaled: Floats, evidence: Evidence, chosen: Ints, months: Ints) -> Floats:
    """The months that each path repeats, over the level that its explanation gave them; shape of `months`.

    Behind the months of the history stand an empty one and one of twice the level.
    """
    n = len(scaled)
    month = np.minimum(months, n - 1)
    stretch = np.maximum(chosen - FIRST_STRETCH, 0)[:, None]
    within = (month >= evidence.begins[stretch]) & (month < evidence.ends[stretch])
    of_month = np.where(within, evidence.inside[stretch], evidence.outside[stretch])
    of_month = np.where((chosen < FIRST_STRETCH)[:, None], 1.0, of_month)
    line = evidence.present + evidence.slope * (month - (n - 1))
    of_month = np.where((chosen == TREND)[:, None], line, of_month)
    over = np.where(of_month > _LEAST_LEVEL, scaled[month] / np.maximum(of_month, _LEAST_LEVEL), 1.0)
    return np.asarray(np.where(months < n, over, np.where(months == n, 0.0, 2.0)))


def _own_levels(n: int, evidence: Evidence, chosen: Ints) -> Floats:
    """The two levels (present, other) a path moves between where its explanation is a stretch; shape (paths, 2)."""
    stretch = np.maximum(chosen - FIRST_STRETCH, 0)
    inside, outside = evidence.inside[stretch], evidence.outside[stretch]
    reaches_present = evidence.ends[stretch] == n
    return np.stack([np.where(reaches_present, inside, outside), np.where(reaches_present, outside, inside)], axis=1)


def _resampled(recency: Floats, horizon: int, rng: Generator, paths: int, beliefs: Beliefs, *, lumpy: bool) -> Ints:
    """Which month of the history each month to come repeats: blocks, under a Bayesian bootstrap of each path."""
    n = len(recency)
    weights = np.concatenate([recency * beliefs.weight_of_a_month, [beliefs.empty_month, beliefs.double_month]])
    cumulated = np.cumsum(weights * rng.standard_exponential((paths, n + 2)), axis=1)
    # One search for all paths: each path's distribution function lies one above that of the path before.
    path = np.arange(paths)[:, None]
    risen = (cumulated / cumulated[:, -1:] + path).ravel()
    fresh = np.searchsorted(risen, rng.random((paths, horizon)) + path) - path * (n + 2)
    fresh = np.clip(fresh, 0, n + 1)
    length = beliefs.block_months_lumpy if lumpy else beliefs.block_months
    goes_on = rng.random((paths, horizon)) < 1 - 1 / length
    months = np.empty((paths, horizon), dtype=np.int64)
    months[:, 0] = fresh[:, 0]
    for ahead in range(1, horizon):
        before = months[:, ahead - 1]
        months[:, ahead] = np.where(goes_on[:, ahead] & (before < n), (before + 1) % n, fresh[:, ahead])
    return months


def _same_season(scaled: Floats, horizon: int, rng: Generator, paths: int) -> Floats:
    """Each path repeats the same calendar months of one of the years seen."""
    n = len(scaled)
    years = n // _MONTHS_OF_A_YEAR
    if years == 0:
        return np.zeros((paths, horizon))
    back = rng.integers(1, years + 1, size=paths)[:, None]
    return np.asarray(scaled[n - _MONTHS_OF_A_YEAR * back + np.arange(horizon) % _MONTHS_OF_A_YEAR])


def _levels_to_come(own_levels: Floats, horizon: int, rng: Generator, beliefs: Beliefs) -> Floats:
    """The level of each month to come where it has moved before: it may move back, and it may fall further."""
    paths = len(own_levels)
    moved = np.cumsum(rng.random((paths, horizon)) < beliefs.return_a_month, axis=1) % 2
    level = np.take_along_axis(own_levels, moved, axis=1)
    falls = rng.random((paths, horizon)) < beliefs.further_drop_a_month
    to = rng.uniform(beliefs.further_drop_to_least, beliefs.further_drop_to_most, (paths, horizon))
    return np.asarray(level * np.cumprod(np.where(falls, to, 1.0), axis=1))


def _trend_to_come(n: int, evidence: Evidence, rng: Generator, beliefs: Beliefs, *, paths: int, horizon: int) -> Floats:
    """The level of each month to come where income follows a line whose slope is not known exactly."""
    unsure = np.sqrt(12 * evidence.spread[TREND] / n**3)
    slope = evidence.slope + unsure * rng.standard_normal((paths, 1))
    slope = np.where(slope > 0, beliefs.growth_believed * slope, slope)
    return np.asarray(np.maximum(evidence.present + slope * np.arange(1, horizon + 1), 0.0))


def _level_spread(scaled: Floats, evidence: Evidence, chosen: Ints, beliefs: Beliefs, *, lumpy: bool) -> Floats:
    """Standard deviation of the level to come, for each path."""
    n = len(scaled)
    independent = beliefs.sluggish_share * sluggishness(scaled) + 1 - beliefs.sluggish_share
    carried = np.where(chosen == 0, independent, beliefs.spread_around_others)
    # Long blocks repeat the history's own sum, so what the months to come add by chance is added here;
    # the short blocks of lumpy incomes bring it along.
    months = 1 / n + (0.0 if lumpy else 1 / _MONTHS_OF_A_YEAR)
    variance = beliefs.level_spread + beliefs.level_from_months * evidence.spread[chosen] * carried * months
    variance = variance + np.where(chosen == SEASON, beliefs.level_spread_season, 0.0)
    return np.asarray(np.minimum(np.sqrt(variance), beliefs.widest_level))


def _wandering(spread: Floats, horizon: int, rng: Generator, beliefs: Beliefs, *, skew: float) -> Floats:
    """Logarithm of the level over time: off from the start, and off more and more."""
    paths = len(spread)
    tails = np.sqrt(beliefs.degrees_of_freedom / rng.chisquare(beliefs.degrees_of_freedom, paths))
    spread = np.minimum(spread * tails, 1.3)[:, None]
    at_start = np.sqrt(1 - beliefs.wandering) * rng.standard_normal((paths, 1))
    by_month = np.sqrt(beliefs.wandering / 6) * np.cumsum(rng.standard_normal((paths, horizon)), axis=1)
    return np.asarray(spread * (at_start + by_month) - skew * spread**2)


def _breaks(paths: int, horizon: int, rng: Generator, beliefs: Beliefs) -> Floats:
    """Logarithm of what drops and rises that no history announces have done to the level so far."""
    drops = rng.random((paths, horizon)) < beliefs.drop_a_month
    to = np.maximum(rng.uniform(beliefs.drop_to_least, beliefs.drop_to_most, (paths, horizon)), 1e-3)
    rises = rng.random((paths, horizon)) < beliefs.rise_a_month
    by = rng.uniform(beliefs.rise_from, beliefs.rise_to, (paths, horizon))
    return np.asarray(np.cumsum(np.where(drops, np.log(to), 0.0) + np.where(rises, np.log(by), 0.0), axis=1))


def _with_open_items(incomes: Floats, open_items: Sequence[OpenItem], rng: Generator) -> Floats:
    """Let known money come or fail inside the income of its month.

    The share of a month's income that an item stands for on average makes room for the item itself. So the mean of
    the month stays what it was, unless more is known to come than was expected.
    """
    paths, horizon = incomes.shape
    known = [item for item in open_items if item.month < horizon]
    if not known:
        return incomes
    arriving = np.zeros((paths, horizon))
    expected = np.zeros(horizon)
    for item in known:
        arriving[:, item.month] += np.where(rng.random(paths) < item.probability, float(item.cents), 0.0)
        expected[item.month] += item.probability * item.cents
    return np.asarray(arriving + np.maximum(incomes - expected, 0.0))
