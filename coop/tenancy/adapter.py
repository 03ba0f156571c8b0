"""How allauth behaves here: no open sign-up, mail through the outbox's backend."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Logins come from invitations only."""

    def is_open_for_signup(self, request: Any) -> bool:  # noqa: ARG002 (allauth's signature)
        """Never: a login begins with an invitation."""
        return False
