"""From an entry's source to the page of its document, told by the apps that keep the documents.

Filled in each app's `apps.py`, in `ready()`, like the evidence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from coop.ledger.verify import REVERSED
from coop.tenancy.states import Role

Find = Callable[[Sequence[str], frozenset[Role]], Mapping[str, str]]
"""(sources, roles of the reader) -> source to address; what the reader may not open is left out.

Sources come without ":reversed", all in one call, so that a page asks the database once whatever its length.
"""

_finders: dict[str, Find] = {}


def register_pages(prefix: str, find: Find) -> None:
    """Let `find` name the pages of all sources that begin with `prefix` and a colon."""
    _finders[prefix] = find


def pages_of(sources: Iterable[str], *, roles: frozenset[Role]) -> dict[str, str]:
    """The address of the document behind each source, where there is one that the reader may open."""
    by_prefix: dict[str, list[str]] = {}
    given = list(sources)
    for source in given:
        plain = source.removesuffix(REVERSED)
        by_prefix.setdefault(plain.partition(":")[0], []).append(plain)
    found: dict[str, str] = {}
    for prefix, plain_sources in by_prefix.items():
        if prefix in _finders:
            found.update(_finders[prefix](plain_sources, roles))
    return {source: found[source.removesuffix(REVERSED)] for source in given if source.removesuffix(REVERSED) in found}
