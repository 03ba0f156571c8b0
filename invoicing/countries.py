"""The countries of ISO 3166 with their names in the reader's language."""

from functools import lru_cache

from babel import Locale

NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
"""Codes of the list that are no countries."""


@lru_cache
def countries(language: str) -> list[tuple[str, str]]:
    """Codes and names, by name."""
    names = Locale.parse(language.split("-", maxsplit=1)[0]).territories
    return sorted(
        ((code, str(name)) for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRIES),  # noqa: PLR2004 (ISO 3166-1 alpha-2)
        key=lambda country: country[1].casefold(),
    )


def country_name(code: str, language: str) -> str:
    """The name of a country; the code itself where it is unknown."""
    return dict(countries(language)).get(code, code)
