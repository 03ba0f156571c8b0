"""Whether two files speak of the same movement: a pure decision, so that every payment counts once.

A day's movements come as an interim report, as a statement, as an MT940 and as a table, and each tells
something else about them: references, names cut short, letters that could not be written. Within one format
the fingerprint decides (see `movements.transactions`). Between formats two lines are the same movement when
amount and day agree and nothing that both say contradicts; each line of a file stands for a movement of its
own, so two equal payments stay two.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from coop.banking.movements import Entry

DAYS_APART = timedelta(days=5)
"""How far booking days may differ where one format gives only the value date."""
MOST_PAIRS = 40_000
"""Pairs of equal amount that are compared one by one; beyond, only what is alike to the letter is joined."""
_LEAST_ALIKE = 0.6
_NUMBERS = re.compile(r"\d{2,}")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a", "ó": "o", "ç": "c"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line says that can be compared with another format's line. Texts are folded (see `folded`)."""

    cents: int
    booked_on: date | None
    value_on: date | None = None
    end_to_end_id: str = ""
    iban: str = ""
    name: str = ""
    text: str = ""
    bank_reference: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing about the payment itself, as the sum of a batch."""
        return not (self.end_to_end_id or self.iban or self.name or self.text)


@dataclass(slots=True, kw_only=True)
class Known:
    """A movement that is stored: the fingerprint that stands for it, and the formats that have told of it."""

    key: str
    line: Line
    sources: set[str] = field(default_factory=set)


def folded(text: str) -> str:
    """Letters and digits alone, umlauts as two letters, so that formats with a smaller alphabet compare."""
    return "".join(character for character in text.casefold().translate(_LETTERS) if character.isalnum())


def line_of(entry: Entry) -> Line:
    """What an entry says; a batch says only its sum."""
    detail = entry.details[0] if len(entry.details) == 1 else None
    return Line(
        cents=entry.amount_cents,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        end_to_end_id=folded(detail.end_to_end_id) if detail else "",
        iban=detail.counterparty_iban if detail else "",
        name=folded(detail.counterparty_name) if detail else "",
        text=folded(detail.text) if detail else "",
        bank_reference=entry.bank_reference,
    )


def same_movements(lines: Mapping[str, Line], source: str, known: Iterable[Known]) -> dict[str, str]:
    """Which of the lines (by fingerprint) of one format are movements known from others: fingerprint to key.

    Joins as many as possible, the most alike first; `known` learns of the format.
    """
    by_cents: dict[int, list[Known]] = defaultdict(list)
    for one in known:
        by_cents[one.line.cents].append(one)
    wanted: dict[int, list[str]] = defaultdict(list)
    for fingerprint, line in lines.items():
        if line.cents in by_cents:
            wanted[line.cents].append(fingerprint)
    found: dict[str, str] = {}
    for cents, fingerprints in wanted.items():
        found |= _joined(sorted(fingerprints), lines, source, by_cents[cents])
    return found


def _joined(
    fingerprints: Sequence[str], lines: Mapping[str, Line], source: str, known: Sequence[Known]
) -> dict[str, str]:
    choices: dict[str, list[tuple[int, str]]] = {}
    by_key = {one.key: one for one in known}
    if len(fingerprints) * len(known) > MOST_PAIRS:
        return _joined_to_the_letter(fingerprints, lines, source, known)
    for fingerprint in fingerprints:
        fits = [
            (likeness, one.key) for one in known if (likeness := _likeness(lines[fingerprint], one, source)) is not None
        ]
        if fits:
            choices[fingerprint] = sorted(fits, key=lambda fit: (-fit[0], fit[1]))
    taken: dict[str, str] = {}
    # The most alike choose first; who comes late may move an earlier one to its next choice.
    for fingerprint in sorted(choices, key=lambda one: (-choices[one][0][0], one)):
        _seat(fingerprint, choices, taken, set())
    for key in taken:
        by_key[key].sources.add(source)
    return {fingerprint: key for key, fingerprint in taken.items()}


def _seat(
    fingerprint: str, choices: Mapping[str, list[tuple[int, str]]], taken: dict[str, str], tried: set[str]
) -> bool:
    for _score, key in choices[fingerprint]:
        if key in tried:
            continue
        tried.add(key)
        if key not in taken or _seat(taken[key], choices, taken, tried):
            taken[key] = fingerprint
            return True
    return False


def _joined_to_the_letter(
    fingerprints: Sequence[str], lines: Mapping[str, Line], source: str, known: Sequence[Known]
) -> dict[str, str]:
    free: dict[tuple[object, ...], list[Known]] = defaultdict(list)
    for one in known:
        if source not in one.sources:
            free[_letters(one.line)].append(one)
    found: dict[str, str] = {}
    for fingerprint in fingerprints:
        alike = free[_letters(lines[fingerprint])]
        if alike:
            one = alike.pop()
            one.sources.add(source)
            found[fingerprint] = one.key
    return found


def _letters(line: Line) -> tuple[object, ...]:
    return (line.booked_on, line.end_to_end_id, line.iban, line.text)


def _likeness(line: Line, known: Known, source: str) -> int | None:
    """How much two lines agree; None where they cannot be the same movement."""
    other = known.line
    same_reference = bool(line.bank_reference) and line.bank_reference == other.bank_reference
    if source in known.sources and not (same_reference and line.is_bare != other.is_bare):
        return None
    if not _days_fit(line, other) or _contradict(line, other):
        return None
    return (
        8 * same_reference
        + 8 * (bool(line.end_to_end_id) and line.end_to_end_id == other.end_to_end_id)
        + 4 * (bool(line.iban) and line.iban == other.iban)
        + 4 * (bool(line.text) and line.text == other.text)
        + 2 * (bool(line.name) and line.name == other.name)
        + 2 * (line.booked_on == other.booked_on)
        + (line.value_on == other.value_on)
    )


def _days_fit(line: Line, other: Line) -> bool:
    if line.booked_on is None or other.booked_on is None:
        return False
    if line.booked_on == other.booked_on:
        return True
    # One of the two knows no booking day and gives the value date instead.
    return abs(line.booked_on - other.booked_on) <= DAYS_APART and (
        line.booked_on == line.value_on == other.value_on or other.booked_on == other.value_on == line.value_on
    )


def _contradict(line: Line, other: Line) -> bool:
    if line.end_to_end_id and other.end_to_end_id:
        return line.end_to_end_id != other.end_to_end_id
    if line.iban and other.iban and line.iban != other.iban:
        return True
    if line.text and other.text:
        return not alike(line.text, other.text)
    return bool(line.name and other.name) and not (
        line.name.startswith(other.name) or other.name.startswith(line.name) or alike(line.name, other.name)
    )


def alike(one: str, other: str) -> bool:
    """Whether two folded texts may be the same text: all numbers of the poorer one stand in the richer, and most letters."""
    if one == other:
        return True
    here, there = frozenset(_NUMBERS.findall(one)), frozenset(_NUMBERS.findall(other))
    if not (here <= there or there <= here):
        return False
    first, second = _threes(one), _threes(other)
    fewer = min(len(first), len(second))
    return fewer == 0 or len(first & second) >= _LEAST_ALIKE * fewer


@lru_cache(maxsize=4096)
def _threes(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))
