"""Synthetic income histories of six kinds, for the backtest of the steady-pay advice.

Each member is drawn as a list of invoices (issued, due, paid or never paid); income is what arrives, month by
month, after fee. Late payment and default therefore act on every kind alike. There are two families of the same
six kinds with different formulas and different ranges: `TUNING`, which may be looked at while the method is built,
and `HELD_OUT`, which is kept for the final figures. Everything follows from the seed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

KINDS = ("steady", "seasonal", "lumpy", "growing", "collapsing", "two_clients")
WITHOUT_TREND = ("steady", "seasonal", "lumpy", "two_clients")
TUNING = "tuning"
HELD_OUT = "held-out"

KNOWN_MONTHS = 12
"""Months of history a member brings at the start."""
LIVED_MONTHS = 48
"""Months that follow: 36 of re-planned advice, and a horizon of 12 behind the last of them."""
_RUN_IN = 6  # months invoiced before the first known one, so that its income holds late payments too

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice after fee. Months count from the first known month; `paid` is None when it never arrives."""

    issued: int
    due: int
    paid: int | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One synthetic member: `income` in cents per month, `KNOWN_MONTHS + LIVED_MONTHS` long."""

    kind: str
    income: tuple[int, ...]
    invoices: tuple[Invoice, ...]

    def open_at(self, month: int) -> list[Invoice]:
        """Invoices issued before `month` and not yet paid then (one that is never paid leaves after half a year)."""
        return [
            invoice
            for invoice in self.invoices
            if invoice.issued < month
            and (invoice.paid is None or invoice.paid >= month)
            and (invoice.paid is not None or invoice.due > month - 6)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payers:
    """How a member's clients pay: days of grace in months, share late by one to three months, share never paid."""

    terms: tuple[float, ...]
    late: float
    default: float


# A kind yields, for every month, the amounts invoiced in it (euros, after fee).
Plan = list[list[float]]


def _split(rng: Generator, total: float, most: int) -> list[float]:
    if total <= 0:
        return []
    parts = rng.dirichlet(np.full(int(rng.integers(1, most + 1)), 4.0))
    return [float(total * part) for part in parts]


def _months() -> int:
    return _RUN_IN + KNOWN_MONTHS + LIVED_MONTHS


def _base(rng: Generator) -> float:
    return float(rng.lognormal(np.log(3600), 0.4))


def _lognormal(rng: Generator, spread: float, size: int) -> Floats:
    return rng.lognormal(-spread * spread / 2, spread, size)


# --- the family for tuning -------------------------------------------------------------------------------------


def _steady(rng: Generator) -> Plan:
    level = _base(rng) * _lognormal(rng, rng.uniform(0.05, 0.30), _months())
    return [_split(rng, total, 4) for total in level]


def _seasonal(rng: Generator) -> Plan:
    month = np.arange(_months())
    wave = 1 + rng.uniform(0.25, 0.70) * np.cos(2 * np.pi * (month - rng.uniform(0, 12)) / 12)
    level = _base(rng) * wave * _lognormal(rng, rng.uniform(0.05, 0.20), _months())
    return [_split(rng, total, 3) for total in level]


def _lumpy(rng: Generator) -> Plan:
    base, often, shape = _base(rng), rng.uniform(0.20, 0.50), rng.uniform(1.5, 4.0)
    plan: Plan = [[] for _ in range(_months())]
    for month in range(_months()):
        if rng.random() >= often:
            continue
        size = rng.gamma(shape, base / often / shape)
        if rng.random() < 0.4:
            plan[month].append(0.3 * size)
            end = month + int(rng.integers(1, 4))
            if end < _months():
                plan[end].append(0.7 * size)
        else:
            plan[month].append(size)
    return plan


def _growing(rng: Generator) -> Plan:
    month = np.arange(_months())
    growth = np.minimum(np.exp(rng.uniform(0.008, 0.035) * month), 3.0)
    level = 0.7 * _base(rng) * growth * _lognormal(rng, rng.uniform(0.05, 0.25), _months())
    return [_split(rng, total, 4) for total in level]


def _collapsing(rng: Generator) -> Plan:
    month = np.arange(_months()) - _RUN_IN
    begin, lasts, floor = rng.integers(6, 42), rng.integers(1, 9), rng.uniform(0.05, 0.50)
    fall = 1 - (1 - floor) * np.clip((month - begin + 1) / lasts, 0, 1)
    level = _base(rng) * fall * _lognormal(rng, rng.uniform(0.05, 0.25), _months())
    return [_split(rng, total, 3) for total in level]


def _on_off(rng: Generator, stays: float, away: float) -> NDArray[np.bool_]:
    here = bool(rng.random() < stays / (stays + away))
    flags = np.empty(_months(), dtype=bool)
    for month in range(_months()):
        flags[month] = here
        if rng.random() < 1 / (stays if here else away):
            here = not here
    return flags


def _two_clients(rng: Generator) -> Plan:
    base, first = _base(rng), rng.uniform(0.4, 0.7)
    plan: Plan = [[] for _ in range(_months())]
    for share in (first, 1 - first):
        here = _on_off(rng, rng.uniform(9, 24), rng.uniform(2, 7))
        noise = _lognormal(rng, rng.uniform(0.05, 0.20), _months())
        for month in np.flatnonzero(here):
            plan[month].append(float(base * share * noise[month]))
    side = rng.uniform(0, 0.15) * base
    for month in range(_months()):
        if rng.random() < 0.5:
            plan[month].append(float(side * rng.lognormal(0, 0.4)))
    return plan


# --- the family that is kept away from tuning ------------------------------------------------------------------


def _steady_held(rng: Generator) -> Plan:
    # Gamma noise with memory: a good month is often followed by a good one.
    spread, memory = rng.uniform(0.08, 0.35), rng.uniform(0, 0.4)
    shock = rng.gamma(1 / spread**2, spread**2, _months()) - 1
    state, level = 0.0, np.empty(_months())
    for month in range(_months()):
        state = memory * state + np.sqrt(1 - memory**2) * shock[month]
        level[month] = max(0.0, 1 + state)
    base = _base(rng)
    return [_split(rng, base * value, 5) for value in level]


def _seasonal_held(rng: Generator) -> Plan:
    # Quiet months and a busy season, with edges instead of a wave.
    shape = np.ones(12)
    quiet, busy = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    shape[:quiet] = rng.uniform(0.15, 0.6)
    shape[6 : 6 + busy] = rng.uniform(1.3, 2.0)
    shape = np.roll(shape / shape.mean(), int(rng.integers(12)))
    level = _base(rng) * np.resize(shape, _months()) * _lognormal(rng, rng.uniform(0.08, 0.25), _months())
    return [_split(rng, total, 3) for total in level]


def _lumpy_held(rng: Generator) -> Plan:
    # One project after the other with a gap between, beside a small retainer.
    base, longest, spread = _base(rng), int(rng.integers(3, 7)), rng.uniform(0.3, 0.6)
    retainer = rng.choice([0.0, rng.uniform(0.02, 0.15)])
    mean_gap = (1 + longest) / 2
    plan: Plan = [[float(retainer * base)] if retainer else [] for _ in range(_months())]
    month = int(rng.integers(0, longest))
    while month < _months():
        plan[month].append(float((1 - retainer) * base * mean_gap * rng.lognormal(-spread * spread / 2, spread)))
        month += int(rng.integers(1, longest + 1))
    return plan


def _growing_held(rng: Generator) -> Plan:
    # A straight line, or an S that settles.
    month = np.arange(_months())
    if rng.random() < 0.5:
        growth = 1 + rng.uniform(0.01, 0.05) * month
    else:
        growth = 1 + rng.uniform(0.8, 2.0) / (1 + np.exp(-(month - rng.uniform(12, 40)) / rng.uniform(3, 8)))
    level = 0.7 * _base(rng) * growth * _lognormal(rng, rng.uniform(0.08, 0.30), _months())
    return [_split(rng, total, 4) for total in level]


def _collapsing_held(rng: Generator) -> Plan:
    # A decline without floor, or a client who is gone from one month to the next.
    month = np.arange(_months()) - _RUN_IN
    begin = int(rng.integers(8, 40))
    if rng.random() < 0.5:
        fall = np.exp(-rng.uniform(0.04, 0.15) * np.maximum(0, month - begin))
    else:
        fall = np.where(month >= begin, rng.uniform(0, 0.4), 1.0)
    level = _base(rng) * fall * _lognormal(rng, rng.uniform(0.08, 0.30), _months())
    return [_split(rng, total, 3) for total in level]


def _two_clients_held(rng: Generator) -> Plan:
    # Contracts of fixed length with pauses between.
    base, first = _base(rng), rng.uniform(0.35, 0.65)
    plan: Plan = [[] for _ in range(_months())]
    for share in (first, 1 - first):
        spread = rng.uniform(0.05, 0.25)
        month = -int(rng.integers(0, 12))
        while month < _months():
            end = month + int(rng.integers(6, 19))
            for paid in range(max(month, 0), min(end, _months())):
                plan[paid].append(float(base * share * rng.lognormal(-spread * spread / 2, spread)))
            month = end + int(rng.integers(1, 7))
    return plan


_TUNING: dict[str, Callable[[Generator], Plan]] = {
    "steady": _steady,
    "seasonal": _seasonal,
    "lumpy": _lumpy,
    "growing": _growing,
    "collapsing": _collapsing,
    "two_clients": _two_clients,
}
_HELD_OUT: dict[str, Callable[[Generator], Plan]] = {
    "steady": _steady_held,
    "seasonal": _seasonal_held,
    "lumpy": _lumpy_held,
    "growing": _growing_held,
    "collapsing": _collapsing_held,
    "two_clients": _two_clients_held,
}


def _payers(rng: Generator, family: str) -> Payers:
    # Half of the members have prompt clients with one term for all: their income shows little of the payment.
    prompt = rng.random() < 0.5
    if family == TUNING:
        terms = (1.0,) if prompt else (0.6, 0.4)
        return Payers(terms=terms, late=rng.uniform(0.0, 0.1 if prompt else 0.30), default=rng.uniform(0.0, 0.03))
    terms = (0.0, 1.0) if prompt else (0.3, 0.6, 0.1)
    return Payers(terms=terms, late=rng.uniform(0.0, 0.15 if prompt else 0.45), default=rng.uniform(0.0, 0.05))


def _collect(rng: Generator, plan: Plan, payers: Payers) -> list[Invoice]:
    invoices = []
    for index, amounts in enumerate(plan):
        issued = index - _RUN_IN
        for amount in amounts:
            due = issued + int(rng.choice(len(payers.terms), p=payers.terms))
            late = int(rng.integers(1, 4)) if rng.random() < payers.late else 0
            gone = rng.random() < payers.default
            cents = round(amount * 100)
            invoices.append(Invoice(issued=issued, due=due, paid=None if gone else due + late, cents=cents))
    return invoices


def draw_member(kind: str, family: str, seed: int) -> Member:
    """One member of `kind` from `family` (`TUNING` or `HELD_OUT`); the same for the same seed."""
    families = {TUNING: _TUNING, HELD_OUT: _HELD_OUT}
    rng = np.random.default_rng([seed, KINDS.index(kind), list(families).index(family)])
    invoices = _collect(rng, families[family][kind](rng), _payers(rng, family))
    income = [0] * (KNOWN_MONTHS + LIVED_MONTHS)
    for invoice in invoices:
        if invoice.paid is not None and 0 <= invoice.paid < len(income):
            income[invoice.paid] += invoice.cents
    return Member(kind=kind, income=tuple(income), invoices=tuple(invoices))


def draw_members(kind: str, family: str, count: int, seed: int = 1) -> list[Member]:
    """`count` members of `kind`; the first of a longer list are the same as a shorter list."""
    return [draw_member(kind, family, seed * 1_000_000 + index) for index in range(count)]
