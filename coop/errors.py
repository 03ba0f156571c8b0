"""The base of every error that a person or a program can put right."""

from collections.abc import Callable
from typing import ClassVar


class StetigError(Exception):
    """Something was asked that cannot be done; the message says what and what to do instead.

    Every door shows these as they are: a page as a message, the API as a problem detail with
    `code`, a job as a line of its report. Messages name things, never amounts, tax data or people.
    """

    code = "error"
    in_readers_language: ClassVar[Callable[[str], str]] = str
    """Set to gettext where Django runs; the law and the filters speak English without it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])

    def __str__(self) -> str:
        return type(self).in_readers_language(super().__str__())


class InvalidInput(StetigError):
    """The input is not usable; the message names the field and what it should hold."""

    code = "invalid_input"


class NotFound(StetigError):
    """There is no such thing here, or it is not yours to see."""

    code = "not_found"
