"""How allauth behaves here: no open sign-up, mail through the outbox's backend, passkeys for all cooperatives."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Logins come from invitations only."""

    def is_open_for_signup(self, request: Any) -> bool:  # noqa: ARG002 (allauth's signature)
        """Never: a login begins with an invitation."""
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors belong to the login, and a login may belong to several cooperatives."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are made for the platform's domain, so that one works at each cooperative's host.

        Browsers refuse a domain without a dot (they hold it for a public suffix): on localhost a passkey stays with
        its host.
        """
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        if "." in settings.BASE_DOMAIN:
            entity["id"] = settings.BASE_DOMAIN
        return entity
