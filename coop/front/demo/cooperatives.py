"""The three cooperatives of the demo, and who signs in to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from coop.banking.actions import open_account
from coop.front.demo.fictitious_numbers import iban
from coop.ledger.actions import open_books
from coop.tenancy.actions import grant_role, open_cooperative
from coop.tenancy.models import Cooperative, User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import GuaranteeRule, Role, VatScheme
from payroll.master_data import enter_health_fund
from payroll.models import HealthFund

FOUNDED = date(2025, 7, 1)
BEGIN = date(2026, 1, 1)
"""The first month that is played."""

FUNDS = (
    ("Musterkasse Mitte (Demo)", "99000010", "0.0269"),
    ("Beispiel BKK (Demo)", "99000021", "0.0233"),
    ("Probekrankenkasse Nord (Demo)", "99000032", "0.0310"),
)
"""Name, number and full additional rate: invented, and marked so."""
FUND_SOURCE = "Fiktiver Zusatzbeitrag der Demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One cooperative: its data and how large it is. `members` 0 means that nothing has happened in it yet."""

    slug: str
    legal: dict[str, Any]
    policy: dict[str, Any]
    staff: dict[Role, str]
    members: int
    first_name: int
    """Where in the list of names its people begin."""

    @property
    def domain(self) -> str:
        """Where its mail addresses lie: reserved for examples (RFC 2606)."""
        return f"{self.slug}.example"

    def login_of(self, role: Role) -> str:
        """The address of its demo login for a role."""
        return f"{role.value}@{self.domain}"


def _policy(**changes: Any) -> dict[str, Any]:
    return {
        "fee_rate": Decimal("0.09"),
        "share_cents": 50_00,
        "payment_terms_days": 14,
        "vat_scheme": VatScheme.AGREED,
        "guarantee": GuaranteeRule.EU,
        "run_day": 18,
        "pay_day": 31,
        "levies_rate": Decimal("0.024"),
        "advance_limit_cents": 400_000_00,
        "advance_limit_member_cents": 25_000_00,
        "open_ended_months": 4,
        "recommended_net_cents": 760_00,
        **changes,
    }


def _legal(slug: str, **more: Any) -> dict[str, Any]:
    return {"slug": slug, "email": f"office@{slug}.example", "phone": "+49 30 0000000", **more}


PLANS = (
    Plan(
        slug="nord",
        legal=_legal(
            "nord",
            name="Stetwerk Nord eG (Demo)",
            street="Beispielkai 1",
            postcode="20457",
            city="Hamburg",
            federal_state="HH",
            register_court="Amtsgericht Musterstadt",
            register_number="GnR 0001 (Demo)",
            board_members="Hedda Brunkhorstel, Malik Osmanzadeh",
            supervisory_chair="Ottilie Vandersee",
            vat_id="DE999999903",
            tax_number="00/000/00001",
            employer_number="99000101",
            invoice_prefix="RE",
        ),
        policy=_policy(),
        staff={
            Role.INVOICING: "Birte Aumannsen",
            Role.PAYROLL: "Cemil Tarhanoglu",
            Role.ACCOUNTANT: "Dorothea Pfennigwert",
            Role.BOARD: "Hedda Brunkhorstel",
            Role.AUDITOR: "Egon Prüfersdorf",
            Role.ADMINISTRATOR: "Malik Osmanzadeh",
        },
        members=60,
        first_name=0,
    ),
    Plan(
        slug="sued",
        legal=_legal(
            "sued",
            name="Alpenlohn Kollektiv eG (Demo)",
            street="Mustergasse 12",
            postcode="80331",
            city="München",
            federal_state="BY",
            register_court="Amtsgericht Musterstadt",
            register_number="GnR 0002 (Demo)",
            board_members="Xaver Niederhuberer, Ljubica Marinkovac",
            supervisory_chair="Annegret Kofleritsch",
            vat_id="DE999999911",
            tax_number="00/000/00002",
            employer_number="99000202",
            invoice_prefix="AK",
        ),
        policy=_policy(
            fee_rate=Decimal("0.1"),
            share_cents=100_00,
            payment_terms_days=30,
            vat_scheme=VatScheme.RECEIVED,
            run_day=15,
            pay_day=27,
        ),
        staff={
            Role.INVOICING: "Sepp Achleitinger",
            Role.PAYROLL: "Ljubica Marinkovac",
            Role.ACCOUNTANT: "Uschi Rechenauer",
            Role.BOARD: "Xaver Niederhuberer",
            Role.AUDITOR: "Waltraud Kontrollius",
            Role.ADMINISTRATOR: "Korbinian Schlüsslbauer",
        },
        members=12,
        first_name=60,
    ),
    Plan(
        slug="neu",
        legal=_legal(
            "neu",
            name="Neuanfang eG (Demo)",
            street="Probeplatz 3",
            postcode="04109",
            city="Leipzig",
            federal_state="SN",
            register_court="Amtsgericht Musterstadt",
            register_number="GnR 0003 (Demo)",
            board_members="Frieda Erstlingsen, Bao Nguyentran",
            vat_id="DE999999920",
            tax_number="00/000/00003",
            employer_number="99000303",
            invoice_prefix="NA",
        ),
        policy=_policy(),
        staff={
            Role.INVOICING: "Kalle Anfangsdorf",
            Role.PAYROLL: "Pia Neulohner",
            Role.ACCOUNTANT: "Rudi Nullsaldo",
            Role.BOARD: "Frieda Erstlingsen",
            Role.AUDITOR: "Gesa Blankowitz",
            Role.ADMINISTRATOR: "Bao Nguyentran",
        },
        members=0,
        first_name=0,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An open cooperative with its staff."""

    plan: Plan
    cooperative: Cooperative
    staff: dict[Role, User]
    bank_iban: str
    funds: list[HealthFund]

    @property
    def additional_rates(self) -> list[Decimal]:
        """What each of the funds asks for beside the general rate, in full."""
        return [Decimal(rate) for _name, _number, rate in FUNDS]

    def who(self, role: Role) -> User:
        """The login that holds a role."""
        return self.staff[role]


def login_maker(password: str) -> Callable[..., User]:
    """A function that makes logins with one password, hashed once: hashing is slow on purpose."""
    hashed = make_password(password)

    def make(*, email: str, name: str, language: str = "de") -> User:
        user: User = User.objects.create(email=email, name=name, language=language, password=hashed)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        return user

    return make


def open_office(plan: Plan, make_login: Callable[..., User]) -> Office:
    """Open a cooperative with one login for each role of the office, its bank account and health funds.

    Call `coop_scope` around what follows.
    """
    staff = {role: make_login(email=plan.login_of(role), name=name) for role, name in plan.staff.items()}
    administrator = staff[Role.ADMINISTRATOR]
    cooperative = open_cooperative(legal=plan.legal, policy=plan.policy, administrator=administrator, on=FOUNDED)
    account = iban(1 + [one.slug for one in PLANS].index(plan.slug))
    with coop_scope(cooperative.pk):
        open_books()
        for role, user in staff.items():
            grant_role(user=user, role=role, since=FOUNDED, by=administrator)
        funds: list[HealthFund] = []
        if plan.members:
            open_account(name="Geschäftskonto", holder=plan.legal["name"], iban=account, default=True, by=administrator)
            funds = [
                enter_health_fund(
                    name=name, number=number, since=FOUNDED, additional_rate=Decimal(rate), source=FUND_SOURCE
                )
                for name, number, rate in FUNDS
            ]
            enter_health_fund(
                name="Minijob-Zentrale (erfunden)",
                number="99000009",
                since=FOUNDED,
                additional_rate=Decimal(0),
                source=FUND_SOURCE,
                minijobs=True,
            )
    return Office(plan=plan, cooperative=cooperative, staff=staff, bank_iban=account, funds=funds)
