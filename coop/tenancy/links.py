"""Addresses that leave the house: in mails and letters."""

from django.conf import settings

from coop.tenancy.queries import this_cooperative


def absolute_url(path: str) -> str:
    """The full address of a path at the host of the cooperative in scope. Raises: NoCoopInScope."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL}://{this_cooperative().slug}.{settings.BASE_DOMAIN}{port}{path}"
