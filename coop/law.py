"""Dated parameters of law: TOML files in, the law of one day out.

A file holds tables, one a parameter:

    [health.general_rate_share]
    about = "Contribution rate of statutory health insurance"
    unit = "share of pay"
    confirmed_until = 2026-12-31
    values = [{ since = 2025-01-01, value = 0.146, source = "§ 241 SGB V" }]

`value` may be a number, a string or a list; numbers are exact decimals or integers, never floats.
Values hold from `since` until the next one begins; before the first and after `confirmed_until`
(inclusive) there is no law and asking raises.
"""

import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from coop.errors import StetigError


class LawUnknown(StetigError):
    """A parameter has no confirmed value on that day."""

    code = "law_unknown"

    def __init__(self, parameter: str, day: date, why: str) -> None:
        self.parameter = parameter
        self.day = day
        super().__init__(
            f"{parameter}: no confirmed value on {day.isoformat()} ({why}). Choose a day within the confirmed law, "
            "or add the value with its source as docs/law.md describes."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One value of a parameter, the day it begins, and where it is written."""

    since: date
    value: Any
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named figure of the law with all its values over time, oldest first."""

    name: str
    about: str
    unit: str
    confirmed_until: date
    values: tuple[Dated, ...]

    def on(self, day: date) -> Dated:
        """The value in force on `day`.

        Raises: LawUnknown, before the first value and after the last confirmed day.
        """
        if day > self.confirmed_until:
            raise LawUnknown(self.name, day, f"confirmed until {self.confirmed_until.isoformat()}")
        place = bisect_right(self.values, day, key=lambda dated: dated.since)
        if place == 0:
            raise LawUnknown(self.name, day, f"known from {self.values[0].since.isoformat()}")
        return self.values[place - 1]


class LawOfDay:
    """The law as it stands on one day: `law["health.general_rate_share"]` is the value itself."""

    def __init__(self, parameters: Mapping[str, Parameter], day: date, digest: str) -> None:
        self._parameters = parameters
        self.day = day
        self.digest = digest
        """SHA-256 of all files read, kept with every result so that it can be recomputed."""
        self._cache: dict[str, Dated] = {}

    def __getitem__(self, name: str) -> Any:
        """Raises: LawUnknown, where `name` has no confirmed value on the day or does not exist."""
        return self.dated(name).value

    def dated(self, name: str) -> Dated:
        """The value with its first day and source. Raises: LawUnknown."""
        found = self._cache.get(name)
        if found is None:
            parameter = self._parameters.get(name)
            if parameter is None:
                raise LawUnknown(name, self.day, "no such parameter")
            found = self._cache[name] = parameter.on(self.day)
        return found


class Law:
    """All parameters of one folder of TOML files."""

    def __init__(self, parameters: Mapping[str, Parameter], digest: str) -> None:
        self.parameters = parameters
        self.digest = digest
        self._days: dict[date, LawOfDay] = {}

    @classmethod
    def read(cls, folder: Path) -> "Law":
        """Read every `*.toml` below `folder`; a year can be a file of its own.

        The same parameter may stand in several files; its values are joined, and the latest
        `confirmed_until` holds.
        """
        digest = hashlib.sha256()
        found: dict[str, Parameter] = {}
        for path in sorted(folder.rglob("*.toml")):
            data = path.read_bytes()
            digest.update(path.name.encode() + b"\0" + data)
            for name, table in _parameters(tomllib.loads(data.decode(), parse_float=Decimal)):
                parameter = _parameter(name, table)
                known = found.get(name)
                found[name] = _joined(known, parameter) if known else parameter
        return cls(found, digest.hexdigest())

    def on(self, day: date) -> LawOfDay:
        """The law of one day; cheap to call again for the same day."""
        if day not in self._days:
            self._days[day] = LawOfDay(self.parameters, day, self.digest)
        return self._days[day]

    def last_confirmed_day(self, *names: str) -> date:
        """The last day on which all of `names` (default: every parameter) are confirmed."""
        return min(self.parameters[name].confirmed_until for name in names or self.parameters)


@lru_cache
def read_law(folder: Path) -> Law:
    """`Law.read`, once per process and folder."""
    return Law.read(folder)


def _parameters(table: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    result = []
    for key, value in table.items():
        if "values" in value:
            result.append((prefix + key, value))
        else:
            result.extend(_parameters(value, f"{prefix}{key}."))
    return result


def _parameter(name: str, table: dict[str, Any]) -> Parameter:
    values = tuple(Dated(since=row["since"], value=row["value"], source=row["source"]) for row in table["values"])
    return Parameter(
        name=name,
        about=table["about"],
        unit=table["unit"],
        confirmed_until=table["confirmed_until"],
        values=tuple(sorted(values, key=lambda dated: dated.since)),
    )


def _joined(one: Parameter, other: Parameter) -> Parameter:
    values = tuple(sorted((*one.values, *other.values), key=lambda dated: dated.since))
    if len({dated.since for dated in values}) != len(values):
        raise ValueError(f"{one.name}: two values begin on the same day")
    if one.unit != other.unit:
        raise ValueError(f"{one.name}: two units, {one.unit!r} and {other.unit!r}")
    return Parameter(
        name=one.name,
        about=one.about,
        unit=one.unit,
        confirmed_until=max(one.confirmed_until, other.confirmed_until),
        values=values,
    )
