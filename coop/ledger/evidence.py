"""What documents say a budget should hold, told by the apps that keep the documents.

The ledger cannot know invoices or payslips; each app registers, in `apps.py`, a function that reads its
own rows and returns, per (budget id, entry source), the cents that FREE and PENDING should have moved.
`verify_ledger` compares both.
"""

from collections.abc import Callable, Mapping

Expected = Mapping[tuple[int, str], tuple[int, int]]
"""(budget id, entry source) -> (FREE cents, PENDING cents), additions positive."""

_evidence: dict[str, Callable[[], Expected]] = {}


def register_evidence(prefix: str, read: Callable[[], Expected]) -> None:
    """Let `read` vouch for all entries whose source begins with `prefix` and a colon."""
    _evidence[prefix] = read


def all_evidence() -> dict[str, Callable[[], Expected]]:
    """Every registered prefix with its reader."""
    return dict(_evidence)
