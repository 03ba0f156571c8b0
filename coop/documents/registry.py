"""Who can draw which kind of document; each app registers its own in `apps.py`."""

from collections.abc import Callable

from coop.errors import StetigError

Renderer = Callable[[str], bytes]
"""From a document's source to its bytes, in the scope of its cooperative. Must not write."""

_renderers: dict[str, Renderer] = {}


class NoRenderer(StetigError):
    """Nobody knows how to draw this kind of document."""

    code = "no_renderer"


def register_renderer(kind: str, render: Renderer) -> None:
    """Let `render` draw all documents of `kind`."""
    _renderers[kind] = render


def renderer_of(kind: str) -> Renderer:
    """Raises: NoRenderer."""
    if kind not in _renderers:
        raise NoRenderer(f"documents of kind “{kind}” cannot be drawn here")
    return _renderers[kind]
