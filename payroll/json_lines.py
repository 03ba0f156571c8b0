"""JSON lines in, JSON lines out: what the calculation filters have in common.

A filter answers each non-blank line of standard input with exactly one line on standard output, in
the same order. It needs no database and no cooperative. A line that cannot be answered becomes an
error line and never stops the others. Exit status: 0 all answered, 1 some lines had errors, 2 wrong
options.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

from django.core.management.base import BaseCommand, CommandError

from coop.errors import InvalidInput, StetigError
from coop.money import parse_cents

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST_CENTS = 10**15
"""Amounts beyond ten trillion euros are typing errors, not pay."""

_BLOCK_BYTES = 64 * 1024
_LONGEST_LINE_BYTES = 16 * 1024 * 1024
_LONGEST_WHOLE_NUMBER = 40
_SHOWN_KEY_CHARACTERS = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


class JsonLinesCommand(BaseCommand):
    """A management command that answers JSON lines; subclasses say how one record is answered."""

    requires_system_checks: list[str] = []

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        """The keys of the answer to one record, without `id`, which is added in front.

        `record` is the whole JSON object; its `id` is known to be a string. Read it through `Keys`.

        Raises: StetigError, where the record cannot be answered; the message becomes its error line.
        """
        raise NotImplementedError

    def answer_block(self, lines: list[bytes]) -> list[dict[str, Any]]:
        """One answer for each of `lines` (non-blank, complete), in their order.

        A filter that spreads work over processes overrides this and maps `answer_line` itself.
        """
        return [self.answer_line(line) for line in lines]

    def answer_line(self, line: bytes) -> dict[str, Any]:
        """The answer to one line: `{"id", ...}`, or `{"id", "error"}`. Never raises."""
        identifier = None
        try:
            record = _parsed(line)
            identifier = _identifier(record)
            return {"id": identifier, **self.answer(record)}
        except StetigError as error:
            return {"id": identifier, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - one line's fault must not cost the others their answer
            log.error("A line could not be answered: %s", _where(error))  # noqa: TRY400 - a traceback would show values
            return {
                "id": identifier,
                "error": "The program failed on this line. Please report the line of its log; the other lines go on.",
            }

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - subclasses read their options first
        """Answer standard input on standard output.

        Raises: CommandError, with exit status 1, where some lines had errors.
        """
        try:
            wrong, lines = self.filter(sys.stdin.buffer, sys.stdout.buffer)
        except BrokenPipeError:
            _forget_standard_output()
            return
        if wrong:
            raise CommandError(f"{wrong} of {lines} lines had errors; see their “error” keys.", returncode=1)

    def filter(self, source: BinaryIO, target: BinaryIO) -> tuple[int, int]:
        """Answer every line of `source` on `target`; returns how many lines had errors, and how many there were.

        A block is what one read gives, so a program that writes a line and waits gets its answer.
        """
        wrong = count = 0
        for lines in _blocks(source):
            answers = self.answer_block(lines)
            target.write(b"".join(map(_written, answers)))
            target.flush()
            wrong += sum("error" in answer for answer in answers)
            count += len(answers)
        return wrong, count


class Keys:
    """The keys of one JSON object, read by type; whoever has read all asks for `nothing_else`.

    Each reader takes a `default` for a key that may be missing; without one the key is required.
    A key that is `null` has a wrong type.

    Raises: InvalidInput in every reader, naming the key.
    """

    def __init__(self, record: dict[str, Any], path: str = "") -> None:
        self._record = record
        self._path = path
        self._read = set() if path else {"id"}
        if _REPEATED in record:
            raise InvalidInput(f"{self.name(_shown(record[_REPEATED]))}: the key stands twice; give it once")

    def __contains__(self, name: str) -> bool:
        return name in self._record

    def name(self, key: str) -> str:
        """The key as error messages show it, with the objects around it: `in.RE4`."""
        return f"{self._path}{key}"

    def nothing_else(self) -> None:
        """Raises: InvalidInput, naming the first key that no reader has asked for."""
        for key in self._record:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                raise InvalidInput(f"{self.name(_shown(key))}: unknown key; known are {known}")

    def text(self, key: str, *, default: str | None = None) -> str:
        """A string."""
        return self._value(key, str, "a string", default)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; 0 and 1 are refused."""
        return self._value(key, bool, "true or false", default)

    def whole(self, key: str, *, minimum: int = 0, maximum: int = LARGEST_CENTS, default: int | None = None) -> int:
        """A whole number within [minimum, maximum]; true, 1.0 and "1" are refused."""
        value = self._value(key, int, f"a whole number from {minimum} to {maximum}", default)
        if not minimum <= value <= maximum:
            raise self._wrong(key, f"a whole number from {minimum} to {maximum}")
        return value

    def choice(self, key: str, options: Collection[str], *, default: str | None = None) -> str:
        """One of a few strings."""
        wanted = "one of " + ", ".join(options)
        value = self._value(key, str, wanted, default)
        if value not in options:
            raise self._wrong(key, wanted)
        return value

    def day(self, key: str, *, default: date | None = None) -> date:
        """A date such as "2026-06-01"."""
        return self._read_text(key, _day, "a date such as 2026-06-01", default)

    def month(self, key: str, *, default: date | None = None) -> date:
        """A month such as "2026-06", as its first day."""
        return self._read_text(key, _month, "a month such as 2026-06", default)

    def decimal(
        self,
        key: str,
        *,
        places: int,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = Decimal(10**12),
        default: Decimal | None = None,
    ) -> Decimal:
        """A string such as "0.935" with at most `places` decimals (zeros at the end are free)."""
        wanted = f"a string with a number from {minimum} to {maximum} and at most {places} decimals"
        value = self._read_text(key, _decimal, wanted, default)
        if not minimum <= value <= maximum or value != round(value, places):
            raise self._wrong(key, wanted)
        return value

    def percent(
        self, key: str, *, places: int = 2, maximum: Decimal = Decimal(100), default: Decimal | None = None
    ) -> Decimal:
        """A percentage as a string: "2.69" means 2.69 % and gives Decimal("2.69")."""
        return self.decimal(key, places=places, maximum=maximum, default=default)

    def cents(self, key: str, *, minimum: int = 0, maximum: int = LARGEST_CENTS, default: int | None = None) -> int:
        """Money as a decimal string ("1000", "1000.0", "1000.00"), in cents."""
        if default is not None and key not in self._record:
            self._read.add(key)
            return default
        return self._cents(key, self._value(key, str, _MONEY, None), minimum, maximum)

    def cents_list(
        self, key: str, *, shortest: int, longest: int, minimum: int = 0, maximum: int = LARGEST_CENTS
    ) -> list[int]:
        """A list of money strings, in cents; errors name the place: `history[3]`."""
        wanted = f"a list of {shortest} to {longest} amounts"
        values = self._value(key, list, wanted, None)
        if not shortest <= len(values) <= longest:
            raise self._wrong(key, wanted)
        return [self._cents(f"{key}[{place}]", value, minimum, maximum) for place, value in enumerate(values)]

    def inner(self, key: str) -> "Keys":
        """A JSON object inside this one."""
        return Keys(self._value(key, dict, "an object", None), f"{self.name(key)}.")

    def inner_list(self, key: str, *, longest: int) -> list["Keys"]:
        """A list of objects; empty where the key is missing."""
        wanted = f"a list of at most {longest} objects"
        values = self._value(key, list, wanted, [])
        if len(values) > longest or not all(isinstance(value, dict) for value in values):
            raise self._wrong(key, wanted)
        return [Keys(value, f"{self.name(key)}[{place}].") for place, value in enumerate(values)]

    def _value(self, key: str, kind: type[T], wanted: str, default: T | None) -> T:
        self._read.add(key)
        if key not in self._record:
            if default is None:
                raise InvalidInput(f"{self.name(key)}: missing; give {wanted}")
            return default
        value = self._record[key]
        # `type` and not isinstance: true is an int to Python, and not to whoever wrote the line.
        if type(value) is not kind:
            raise self._wrong(key, wanted)
        return value

    def _read_text(self, key: str, read: Callable[[str], T | None], wanted: str, default: T | None) -> T:
        if default is not None and key not in self._record:
            self._read.add(key)
            return default
        value = read(self._value(key, str, wanted, None))
        if value is None:
            raise self._wrong(key, wanted)
        return value

    def _cents(self, key: str, value: Any, minimum: int, maximum: int) -> int:
        cents = parse_cents(value, self.name(key))
        if not minimum <= cents <= maximum:
            raise self._wrong(key, _MONEY if minimum else f"{_MONEY}, not negative")
        return cents

    def _wrong(self, key: str, wanted: str) -> InvalidInput:
        return InvalidInput(f"{self.name(key)}: give {wanted}")


_MONEY = "an amount as a string with a point and at most two decimals, such as 1284.37"
_REPEATED = "\0repeated"


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str) -> date | None:
    return _day(f"{text}-01") if _MONTH.fullmatch(text) else None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _blocks(source: BinaryIO) -> Iterator[list[bytes]]:
    """Non-blank lines, as many at a time as one read gives; a line too long to keep comes cut."""
    read = getattr(source, "read1", source.read)
    begun = bytearray()
    first = True
    while data := read(_BLOCK_BYTES):
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            # What goes beyond the limit is not kept: the line is refused whatever follows.
            begun += data[: _LONGEST_LINE_BYTES + 1 - len(begun)]
            continue
        lines = (bytes(begun) + whole).split(b"\n")
        begun = bytearray(rest)
        if first:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
            first = False
        if kept := [line for line in lines if line.strip()]:
            yield kept
    last = bytes(begun).removeprefix(b"\xef\xbb\xbf") if first else bytes(begun)
    if last.strip():
        yield [last]


def _whole_number(digits: str) -> int | float:
    """A JSON integer; one of absurd length is read as infinite, so that its key can be named."""
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else float("inf")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a key that stands twice is remembered, because either value may be meant."""
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        result[_REPEATED] = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return result


_decoder = json.JSONDecoder(parse_int=_whole_number, object_pairs_hook=_object)


def _parsed(line: bytes) -> dict[str, Any]:
    """The JSON object of one line. Raises: InvalidInput, where it is none."""
    if len(line) > _LONGEST_LINE_BYTES:
        raise InvalidInput(f"The line is longer than {_LONGEST_LINE_BYTES} bytes; split the work into lines")
    try:
        record = _decoder.decode(line.decode())
    except UnicodeDecodeError:
        raise InvalidInput("The line is not UTF-8; write the file in that encoding") from None
    except (ValueError, RecursionError):
        raise InvalidInput("The line is not valid JSON; write one JSON object a line") from None
    if not isinstance(record, dict):
        raise InvalidInput("The line is not a JSON object; write one JSON object a line")
    return record


def _identifier(record: dict[str, Any]) -> str:
    identifier = record.get("id")
    if not isinstance(identifier, str):
        raise InvalidInput("id: give every line an id, as a string")
    return identifier


def _written(answer: dict[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        # An id may hold half a surrogate pair; JSON can say it in ASCII, UTF-8 cannot.
        return json.dumps(answer).encode() + b"\n"


def _shown(key: str) -> str:
    """A key from outside as messages show it: printable and short."""
    shown = key if key.isprintable() else ascii(key)[1:-1]
    return shown if len(shown) <= _SHOWN_KEY_CHARACTERS else shown[:_SHOWN_KEY_CHARACTERS] + "…"


def _where(error: Exception) -> str:
    """The kind of error and the places it went through; its message is left out, it may hold values."""
    places = (f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__} in {' > '.join(places)}"


def _forget_standard_output() -> None:
    """The reader is gone: let the interpreter's last flush go nowhere instead of complaining."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
