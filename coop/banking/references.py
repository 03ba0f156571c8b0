"""References of invoices and claims: how they are made, and how they are found in what payers write.

A reference is a prefix of letters, a year where numbering begins anew each year, and a running number:
`RE-2026-000123`, `AN-000045`. Payers write `re 2026/123`, `RE2026000123`, `RE-2O26-OOO123`, and banks
break lines in the middle. So references are compared by a key (`normalised`) that keeps the prefix and
the digits of each group without leading zeros, and a text is searched by its own tokens: the time it
takes depends on the text, not on how many claims are open.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from coop.errors import InvalidInput

K = TypeVar("K")

WIDTH = 6
"""Digits of the running number as written; larger numbers take more."""
_PREFIX = re.compile(r"[A-Z]{1,6}", re.ASCII)
_TOKEN = re.compile(r"[A-Z]+|[0-9]+|[^A-Z0-9]+", re.ASCII)
_AS_MADE = re.compile(r"[A-Z]{1,6}-(?:[0-9]{4}-)?[0-9]{6,}", re.ASCII)
_YEAR = re.compile(r"20[0-9]{2}", re.ASCII)
_MOST_PIECES = 4
_MOST_SEPARATORS = 3
_LONGEST_TEXT = 20_000


class Likeness(IntEnum):
    """How literally a reference stands in the text; lower is better."""

    EXACT = 1
    """As the product writes it."""
    SPELLED = 2
    """Case, separators, leading zeros or the letter O aside."""
    JOINED = 3
    """Only when pieces are put together or a word before it is cut off: may be chance."""
    WITHOUT_PREFIX = 4
    """Year and number alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[K]):
    """A known reference that a text may mean; `start` is where it stands in the text."""

    id: K
    key: str
    likeness: Likeness
    start: int


def make_reference(prefix: str, number: int, *, year: int | None = None) -> str:
    """Write a reference: `make_reference("RE", 123, year=2026)` is "RE-2026-000123".

    Raises: InvalidInput, for a prefix other than one to six capital letters A to Z, a number below 1,
    or a year outside 2000 to 2099.
    """
    if not _PREFIX.fullmatch(prefix):
        raise InvalidInput("prefix: one to six capital letters A to Z")
    if number < 1:
        raise InvalidInput("number: 1 or more")
    if year is None:
        return f"{prefix}-{number:0{WIDTH}d}"
    if not _YEAR.fullmatch(str(year)):
        raise InvalidInput("year: 2000 to 2099")
    return f"{prefix}-{year}-{number:0{WIDTH}d}"


def normalised(reference: str) -> str:
    """The key by which references are compared: `RE-2026-000123` gives "RE2026123".

    Different references of one prefix and one pattern (with or without year) have different keys.
    """
    tokens = [token for token in _tokens(reference) if token.kind != "separator"]
    return "".join(_without_zeros(token.text) if token.kind == "digits" else token.text for token in tokens)


def find_references(text: str, known: Mapping[str, K], *, prefixes: Collection[str] = ()) -> list[Found[K]]:
    """All known references that `text` may mean, the most literal first, each id once.

    `known` maps keys (see `normalised`) to ids. With `prefixes`, a year and a number that stand
    without prefix are tried with each of them.
    """
    tokens = _tokens(text[:_LONGEST_TEXT])
    best: dict[K, Found[K]] = {}
    for key, likeness, start in _candidates(tokens, text, prefixes):
        if key in known:
            found = Found(id=known[key], key=key, likeness=likeness, start=start)
            if found.id not in best or likeness < best[found.id].likeness:
                best[found.id] = found
    return sorted(best.values(), key=lambda found: (found.likeness, found.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    """Runs of letters, of digits, of anything else; a run of the letter O beside digits is zeros."""
    # Upper-casing may lengthen a text (ß); only letters A to Z matter, so it is done letter by letter.
    if text.isascii():
        upper = text.upper()
    else:
        upper = "".join(character.upper() if character.isascii() else character for character in text)
    raw = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(upper)]
    tokens: list[_Token] = []
    for index, (run, start, end) in enumerate(raw):
        token = _Token(kind=_kind(run), text=run, start=start, end=end)
        if token.kind == "letters" and not run.strip("O") and _beside_digits(raw, index):
            token = _Token(kind="digits", text="0" * len(run), start=start, end=end)
        if token.kind == "digits" and tokens and tokens[-1].kind == "digits":
            before = tokens.pop()
            token = _Token(kind="digits", text=before.text + token.text, start=before.start, end=end)
        tokens.append(token)
    return tokens


def _kind(run: str) -> str:
    if not run[0].isascii():
        return "separator"
    return "letters" if run[0].isalpha() else "digits" if run[0].isdigit() else "separator"


def _beside_digits(raw: list[tuple[str, int, int]], index: int) -> bool:
    neighbours = [raw[place][0] for place in (index - 1, index + 1) if 0 <= place < len(raw)]
    return any(run[0].isascii() and run[0].isdigit() for run in neighbours)


def _without_zeros(digits: str) -> str:
    return digits.lstrip("0")


def _candidates(tokens: list[_Token], text: str, prefixes: Collection[str]) -> Iterator[tuple[str, Likeness, int]]:
    for index, token in enumerate(tokens):
        if token.kind == "letters":
            yield from _after_prefix(tokens, index, text)
        elif token.kind == "digits":
            for key, likeness in _without_prefix(tokens, index, prefixes):
                yield key, likeness, token.start


def _after_prefix(tokens: list[_Token], index: int, text: str) -> Iterator[tuple[str, Likeness, int]]:
    letters = tokens[index]
    pieces = _digits_from(tokens, index + 1)
    for count in range(1, len(pieces) + 1):
        used = pieces[:count]
        written = text[letters.start : used[-1].end]
        literal = Likeness.EXACT if _AS_MADE.fullmatch(written) else Likeness.SPELLED
        # More pieces than prefix, year and number have come from a broken line, or from chance.
        joined = count > 1 + bool(_YEAR.fullmatch(used[0].text))
        for digits in _readings(used):
            yield letters.text + digits, Likeness.JOINED if joined else literal, letters.start
            for cut in range(1, len(letters.text)):
                yield letters.text[cut:] + digits, Likeness.JOINED, letters.start + cut


def _without_prefix(tokens: list[_Token], index: int, prefixes: Collection[str]) -> Iterator[tuple[str, Likeness]]:
    """Only a year with a number after it: a number alone may be anything."""
    pieces = _digits_from(tokens, index)[:2]
    if prefixes and _YEAR.match(pieces[0].text):
        for count in range(1, len(pieces) + 1):
            for digits in _readings(pieces[:count]):
                for prefix in prefixes:
                    if len(digits) > len("2026"):
                        yield prefix + digits, Likeness.WITHOUT_PREFIX


def _digits_from(tokens: list[_Token], index: int) -> list[_Token]:
    """The runs of digits from here on that only short separators part."""
    pieces: list[_Token] = []
    while index < len(tokens) and len(pieces) < _MOST_PIECES:
        token = tokens[index]
        if token.kind == "letters" or (token.kind == "separator" and len(token.text) > _MOST_SEPARATORS):
            break
        if token.kind == "digits":
            pieces.append(token)
        index += 1
    return pieces


def _readings(pieces: list[_Token]) -> set[str]:
    """The digits of a key: each piece a group of its own, or all pieces one number that was broken."""
    together = "".join(piece.text for piece in pieces)
    readings = {"".join(_without_zeros(piece.text) for piece in pieces), _without_zeros(together)}
    if _YEAR.match(together):
        readings.add(together[:4] + _without_zeros(together[4:]))
    return readings - {""}
