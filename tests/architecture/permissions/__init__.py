"""Who may open which address: one list per app, each a module here.

`PERMISSIONS` maps names of urls (`front:office`) to what the page allows: PUBLIC, SIGNED_IN (any role of the
cooperative), a set of roles, or ANY_LOGIN (one's own account, which knows no cooperative); where methods
differ, to a dict from method (`GET`, `POST`) to one of these.

`SAMPLES` maps names of urls that take arguments to a function that makes such a thing in the cooperative in
scope and returns the arguments. It gets the cast; what belongs to a member belongs to `cast.member`, and next
door the same function is called with a cast whose people are Cem.

`SHARED` names urls with samples that every member may open, whoever they belong to.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from coop.tenancy.states import Role

PUBLIC = "public"
SIGNED_IN = "signed in"
ANY_LOGIN = "any login"
Who = str | frozenset[Role] | set[Role]
Permission = Who | Mapping[str, Who]
Sample = Callable[[Any], dict[str, Any]]


def permission_lists() -> dict[str, dict[str, Permission]]:
    """Every list by the name of its module."""
    return {name: module.PERMISSIONS for name, module in _modules().items()}


def samples() -> dict[str, Sample]:
    """How to make the thing that an address shows, by the name of its url."""
    return {name: make for module in _modules().values() for name, make in getattr(module, "SAMPLES", {}).items()}


def shared() -> set[str]:
    """Urls with samples that belong to nobody in particular."""
    return {name for module in _modules().values() for name in getattr(module, "SHARED", ())}


def _modules() -> dict[str, Any]:
    return {found.name: import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)}
