"""Passkeys: made for the platform's domain, so that a login needs one for all its cooperatives."""

import pytest
from allauth.core import context
from allauth.mfa.webauthn.internal.auth import get_server
from django.test import RequestFactory


@pytest.mark.parametrize(
    ("domain", "made_for"),
    [
        ("stetig.example", "stetig.example"),
        # A browser holds a name without a dot for a public suffix and refuses it for the hosts below.
        ("localhost", "nord.localhost"),
    ],
)
def test_a_passkey_is_made_for_the_platform_where_browsers_allow_it(settings, domain, made_for):
    settings.BASE_DOMAIN = domain
    settings.ALLOWED_HOSTS = [f".{domain}"]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    request = RequestFactory(headers={"host": f"nord.{domain}"}).get("/", secure=True)
    with context.request_context(request):
        server = get_server()
    assert server.rp.id == made_for
    assert server._verify(f"https://nord.{domain}")
    assert server._verify(f"https://sued.{domain}") == (made_for == domain)
    assert not server._verify(f"https://{domain}.evil.example")
    assert not server._verify("https://evil.example")
