"""What a short income history says about its own nature: one level, a season, a trend, or two levels in turn.

Twelve figures do not settle that question. So nothing is decided here: every explanation gets a probability, and
the forecast lets that share of its paths follow it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ONE_LEVEL = 0
SEASON = 1
TREND = 2
FIRST_STRETCH = 3

_MONTHS_OF_A_YEAR = 12
_SHORTEST_STRETCH = 2
_SPREAD_TAKEN_FOR_GRANTED = 0.02  # variance of monthly income over its level below which a fit is not "better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Explanations of a history of `n` months, scaled so that its recent level is 1.

    Explanation 0 is one level, 1 a yearly season, 2 a straight line with `slope` a month that reaches `present` in
    the last month, 3 and on a stretch of months `begins[j]:ends[j]` at level `inside[j]` while all other months
    lie at `outside[j]` (a step, where the stretch reaches the present). `probability` and `spread` (variance of
    the months around the explanation) have one entry for each.
    """

    probability: Floats
    spread: Floats
    slope: float
    present: float
    begins: Ints
    ends: Ints
    inside: Floats
    outside: Floats


def weigh(scaled: Floats, *, season_penalty: float, trend_penalty: float, stretch_penalty: float) -> Evidence:
    """Weigh the explanations of `scaled`, months oldest first.

    The weights are those of the Bayesian information criterion: fit, less a penalty for each figure estimated
    and for the many stretches there are to choose from. The penalties are factors on the usual ones.
    """
    n = len(scaled)
    granted = _SPREAD_TAKEN_FOR_GRANTED * n
    around_one_level = float(((scaled - scaled.mean()) ** 2).sum())

    season_score, around_season = -np.inf, around_one_level
    if n >= _MONTHS_OF_A_YEAR:
        angle = 2 * np.pi * np.arange(n) / _MONTHS_OF_A_YEAR
        wave = np.stack([np.ones(n), np.cos(angle), np.sin(angle)], axis=1)
        fitted, *_ = np.linalg.lstsq(wave, scaled, rcond=None)
        around_season = float(((scaled - wave @ fitted) ** 2).sum())
        season_score = -0.5 * n * np.log(around_season + granted) - season_penalty * np.log(n)

    month = np.arange(n) - (n - 1) / 2
    slope = float(month @ scaled / (month @ month))
    around_trend = max(around_one_level - slope**2 * float(month @ month), 0.0)
    trend_score = -0.5 * n * np.log(around_trend + granted) - trend_penalty * np.log(n)

    begins, ends = np.triu_indices(n + 1, _SHORTEST_STRETCH)
    lengths = ends - begins
    # A stretch from the first month on is the complement of a step, which is there already.
    usable = (lengths <= n - _SHORTEST_STRETCH) & (begins > 0)
    begins, ends, lengths = begins[usable], ends[usable], lengths[usable]
    running = np.concatenate([[0.0], np.cumsum(scaled)])
    sum_inside = running[ends] - running[begins]
    sum_outside = running[-1] - sum_inside
    around_stretch = np.maximum(
        (scaled**2).sum() - sum_inside**2 / lengths - sum_outside**2 / (n - lengths),
        0.0,
    )
    stretch_scores = (
        -0.5 * n * np.log(around_stretch + granted)
        - stretch_penalty * np.log(n)
        - np.log(max(len(begins), 1))
        # What changed last matters most for what comes: a step is twice as likely as any one pause.
        + np.where(ends == n, np.log(2.0), 0.0)
    )

    level_score = -0.5 * n * np.log(around_one_level + granted)
    scores = np.concatenate([[level_score, season_score, trend_score], stretch_scores])
    weights = np.exp(scores - scores.max())
    return Evidence(
        probability=weights / weights.sum(),
        spread=np.concatenate([[around_one_level, around_season, around_trend], around_stretch]) / n,
        slope=slope,
        present=float(scaled.mean() + slope * (n - 1) / 2),
        begins=begins,
        ends=ends,
        inside=sum_inside / lengths,
        outside=sum_outside / (n - lengths),
    )


def sluggishness(scaled: Floats) -> float:
    """How much of the month-to-month spread survives in sums over a quarter: 1 for independent months.

    Late payment makes a bad month and a good one after it; its spread is gone in the sum. Clamped to [0.2, 1]:
    spread that grows in sums is the work of levels and seasons and counted there.
    """
    away = scaled - scaled.mean()
    monthly = float((away**2).mean())
    if monthly <= 0:
        return 1.0
    running = np.concatenate([[0.0], np.cumsum(away)])
    quarterly = float(((running[3:] - running[:-3]) ** 2).mean()) / 3
    return float(np.clip(quarterly / monthly, 0.2, 1.0))
