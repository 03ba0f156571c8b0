"""Cooperatives and logins for tests."""

import itertools
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress

from coop.tenancy.actions import grant_role, open_cooperative
from coop.tenancy.models import Cooperative, User
from coop.tenancy.states import GuaranteeRule, Role, VatScheme

FOUNDED = date(2025, 1, 1)
_counter = itertools.count(1)


def unique() -> str:
    """A word that no other test, process or run uses: committed rows stay."""
    return f"{next(_counter)}-{uuid.uuid4().hex[:10]}"


def policy(**changes: Any) -> dict[str, Any]:
    """The policy of the published model, with changes."""
    return {
        "fee_rate": Decimal("0.09"),
        "share_cents": 5000,
        "payment_terms_days": 14,
        "vat_scheme": VatScheme.AGREED,
        "guarantee": GuaranteeRule.EU,
        "run_day": 20,
        "pay_day": 31,
        "levies_rate": Decimal("0.024"),
        "advance_limit_cents": 10_000_000,
        "open_ended_months": 4,
        "recommended_net_cents": 76_000,
        **changes,
    }


def legal(slug: str, **changes: Any) -> dict[str, Any]:
    """Legal data of a cooperative that does not exist."""
    return {
        "slug": slug,
        "name": f"Testgenossenschaft {slug}",
        "street": "Beispielweg 1",
        "postcode": "10115",
        "city": "Berlin",
        "federal_state": "BE",
        "register_court": "Amtsgericht Charlottenburg",
        "register_number": "GnR 000 B",
        "board_members": "A. Vorstand, B. Vorstand",
        "vat_id": "DE136695976",
        "tax_number": "27/000/00000",
        "email": "office@example.org",
        **changes,
    }


def make_user(name: str = "Ada") -> User:
    """A login with a verified address."""
    user: User = User.objects.create_user(email=f"{name.lower()}-{unique()}@example.org", name=name)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def make_cooperative(*, legal_changes: dict[str, Any] | None = None, **policy_changes: Any) -> Cooperative:
    """An open cooperative with one administrator."""
    return open_cooperative(
        legal=legal(f"t{unique()}"[:40], **(legal_changes or {})),
        policy=policy(**policy_changes),
        administrator=make_user("Admin"),
        on=FOUNDED,
    )


def make_role(role: Role, name: str = "") -> User:
    """A login with a role in the cooperative in scope."""
    user = make_user(name or role.value)
    grant_role(user=user, role=role, since=FOUNDED, by=None)
    return user
