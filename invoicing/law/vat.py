"""Which VAT a service carries, decided from facts alone: who the client is, where, what was agreed, when.

What these rules do not settle is refused with a question to a person, never guessed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from coop.errors import InvalidInput, StetigError
from coop.law import LawOfDay, read_law
from coop.money import share_of

PARAMETERS = Path(__file__).with_name("parameters")
SELLER_COUNTRY = "DE"


class VatCase(StrEnum):
    """What a job is invoiced with."""

    DOMESTIC_STANDARD = "de_standard"
    DOMESTIC_REDUCED = "de_reduced"
    DOMESTIC_CULTURE = "de_exempt_culture"
    DOMESTIC_EDUCATION = "de_exempt_education"
    DOMESTIC_REVERSE_CHARGE = "de_reverse_charge"
    EU_REVERSE_CHARGE = "eu_reverse_charge"
    ABROAD_PRIVATE_STANDARD = "abroad_private_standard"
    ABROAD_PRIVATE_REDUCED = "abroad_private_reduced"
    THIRD_COUNTRY_BUSINESS = "third_country_business"
    THIRD_COUNTRY_PRIVATE = "third_country_private"


class Service(StrEnum):
    """What is done, as far as its place or its rate depends on it."""

    GENERAL = "general"
    RIGHTS = "rights"
    """Copyright is granted, and that determines the service: § 12 (2) no. 7 c, § 3a (4) no. 1 UStG."""
    ADVICE = "advice"
    """Advertising, consulting, translation, data processing, information: § 3a (4) nos. 2 to 4 UStG."""
    PERFORMANCE = "performance"
    """Performing artists: § 12 (2) no. 7 a, § 3a (3) no. 3 a UStG."""
    ADMISSION = "admission"
    """Admission to theatres, concerts, museums: § 12 (2) no. 7 a, § 3a (3) no. 5 UStG."""
    CATERING = "catering"
    """Food without drinks, served: § 12 (2) no. 15, § 3a (3) no. 3 b UStG."""
    ELECTRONIC = "electronic"
    """§ 3a (5) UStG."""
    LAND = "land"
    """§ 3a (3) no. 1 UStG."""
    CULTURE = "culture"
    """As theatres and orchestras with the certificate of an equal cultural purpose: § 4 no. 20 a UStG."""
    EDUCATION = "education"
    """Schooling that leads to a profession or an examination: § 4 no. 21 UStG."""
    BUILDING = "building"
    """§ 13b (2) no. 4 UStG."""
    CLEANING = "cleaning"
    """Buildings: § 13b (2) no. 8 UStG."""
    GOODS = "goods"


class ClientKind(StrEnum):
    """Who a client is before VAT law."""

    BUSINESS = "business"
    PRIVATE = "private"
    PUBLIC = "public"


class VatQuestion(StetigError):
    """The rules do not settle this case: a person has to."""

    code = "vat_question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a service is taxed and what the invoice must say about it.

    `rate` is a share; `category` the code of EN 16931 (S, E, AE, O); the wordings are empty where none is needed.
    """

    case: VatCase
    rate: Decimal
    paragraph: str
    category: str
    wording_de: str
    wording_en: str

    def vat_cents(self, net_cents: int) -> int:
        """The tax on `net_cents`, rounded commercially once per invoice and rate."""
        return share_of(net_cents, self.rate)


def invoicing_law(day: date) -> LawOfDay:
    """The parameters of `day`; they raise `LawUnknown` when asked for."""
    return read_law(PARAMETERS).on(day)


def in_eu(country: str, day: date) -> bool:
    """Whether `country` (ISO 3166) is a member state on `day`. Raises: LawUnknown."""
    return country in invoicing_law(day)["eu.member_states"]


def checked_vat_id(vat_id: str, country: str, *, member_state: bool) -> str:
    """The number without blanks, checked as far as its country's check digits go.

    Numbers of member states carry their prefix (Greece: EL). Elsewhere a number is checked where
    the country's rule is known, else taken as it is.

    Raises: InvalidInput, saying what is expected.
    Source: Art. 215 of Directive 2006/112/EC for the prefixes.
    """
    compact = "".join(vat_id.split()).upper()
    if not compact:
        return ""
    if member_state:
        prefix = "EL" if country == "GR" else country
        try:
            number: str = eu_vat.validate(compact)
        except ValidationError as error:
            raise InvalidInput(
                "This is no valid VAT number: check it for typing errors. It begins with the letters of the "
                "client's country (Greece: EL)."
            ) from error
        if not number.startswith(prefix):
            raise InvalidInput("The VAT number belongs to another country than the address.")
        return number
    module = get_cc_module(country.lower(), "vat")
    if module is None:
        return compact[:20]
    try:
        checked: str = module.validate(compact)
    except ValidationError as error:
        raise InvalidInput("This is no valid VAT number of the client's country.") from error
    return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The facts: what, for whom, where, when. None and empty mean that nobody has said it.

    `vat_id` is a checked number or empty; `performed_in` a country; `certified` whether the authority has certified an
    exempt purpose; `recipient_same_trade` whether the client itself builds (or cleans buildings); `below_threshold`
    whether electronic services to private persons in the Union stay below the limit of § 3a (5) sentence 3.
    """

    service: Service
    country: str
    kind: ClientKind
    vat_id: str
    on: date
    performed_in: str = ""
    certified: bool | None = None
    recipient_same_trade: bool | None = None
    below_threshold: bool | None = None


_BY_CASE: dict[VatCase, dict[str, Any]] = {
    VatCase.DOMESTIC_STANDARD: {"service": Service.GENERAL},
    VatCase.DOMESTIC_REDUCED: {"service": Service.RIGHTS},
    VatCase.DOMESTIC_CULTURE: {"service": Service.CULTURE, "certified": True},
    VatCase.DOMESTIC_EDUCATION: {"service": Service.EDUCATION, "certified": True},
    VatCase.DOMESTIC_REVERSE_CHARGE: {"service": Service.BUILDING, "recipient_same_trade": True},
    VatCase.EU_REVERSE_CHARGE: {"service": Service.GENERAL},
    VatCase.ABROAD_PRIVATE_STANDARD: {"service": Service.GENERAL},
    VatCase.ABROAD_PRIVATE_REDUCED: {"service": Service.RIGHTS},
    VatCase.THIRD_COUNTRY_BUSINESS: {"service": Service.GENERAL},
    VatCase.THIRD_COUNTRY_PRIVATE: {"service": Service.ADVICE},
}
"""What somebody who chooses a case says about the service."""


def treatment_of(*, case: VatCase, country: str, kind: ClientKind, vat_id: str, supplied_on: date) -> Treatment:
    """How a service of a German cooperative is taxed that ends on `supplied_on`, if the chosen case fits the client.

    Raises: VatQuestion, LawUnknown.
    """
    facts = Supply(country=country, kind=kind, vat_id=vat_id, on=supplied_on, **_BY_CASE[case])
    decided = decide(facts)
    if decided.case != case:
        raise VatQuestion(_other_choice(facts, invoicing_law(supplied_on)))
    return decided


_CANONICAL: dict[VatCase, tuple[str, ClientKind, str]] = {
    VatCase.DOMESTIC_STANDARD: ("DE", ClientKind.BUSINESS, ""),
    VatCase.DOMESTIC_REDUCED: ("DE", ClientKind.BUSINESS, ""),
    VatCase.DOMESTIC_CULTURE: ("DE", ClientKind.BUSINESS, ""),
    VatCase.DOMESTIC_EDUCATION: ("DE", ClientKind.BUSINESS, ""),
    VatCase.DOMESTIC_REVERSE_CHARGE: ("DE", ClientKind.BUSINESS, "DE"),
    VatCase.EU_REVERSE_CHARGE: ("FR", ClientKind.BUSINESS, "FR"),
    VatCase.ABROAD_PRIVATE_STANDARD: ("FR", ClientKind.PRIVATE, ""),
    VatCase.ABROAD_PRIVATE_REDUCED: ("FR", ClientKind.PRIVATE, ""),
    VatCase.THIRD_COUNTRY_BUSINESS: ("CH", ClientKind.BUSINESS, ""),
    VatCase.THIRD_COUNTRY_PRIVATE: ("CH", ClientKind.PRIVATE, ""),
}
"""A client of each case: country, kind, first letters of a VAT number."""


def treatment_decided(case: VatCase, *, vat_id: str, on: date) -> Treatment:
    """The treatment of a case that a person has decided on, after the rules had asked.

    Raises: InvalidInput, where the case needs a VAT number that the client has not; LawUnknown.
    """
    country, kind, number = _CANONICAL[case]
    if number and not vat_id:
        raise InvalidInput("The client owes the tax in this case: enter its VAT number first.")
    return decide(Supply(country=country, kind=kind, vat_id=number, on=on, **_BY_CASE[case]))


def suggested_case(*, country: str, kind: ClientKind, vat_id: str, on: date) -> VatCase | None:
    """The case to begin with for a client, or None where a person has to be asked."""
    for case in (VatCase.DOMESTIC_STANDARD, VatCase.EU_REVERSE_CHARGE, VatCase.THIRD_COUNTRY_BUSINESS):
        try:
            return treatment_of(case=case, country=country, kind=kind, vat_id=vat_id, supplied_on=on).case
        except VatQuestion:
            continue
    return None


def decide(supply: Supply) -> Treatment:
    """How a supply is taxed, from its facts alone.

    Raises: VatQuestion, with the question; LawUnknown.
    Source: §§ 3a, 4, 12, 13b, 14a UStG.
    """
    law = invoicing_law(supply.on)
    states = law["eu.member_states"]
    if supply.service == Service.GOODS:
        raise VatQuestion(
            "Goods follow the rules of deliveries: where do they begin and end their way, and who carries them?"
        )
    _check_number(supply, states)
    if supply.service in _WHERE_PERFORMED or (supply.service in _PRIVATE_WHERE_PERFORMED and not _is_business(supply)):
        return _where_performed(supply, law)
    if supply.country == SELLER_COUNTRY:
        return _domestic(supply, law)
    if supply.service in {Service.CULTURE, Service.EDUCATION}:
        raise VatQuestion("The client is abroad: is this service exempt there, and who owes the tax?")
    return _other_member_state(supply, law) if supply.country in states else _third_country(supply, law)


_WHERE_PERFORMED = (Service.LAND, Service.ADMISSION, Service.CATERING)
_PRIVATE_WHERE_PERFORMED = (Service.PERFORMANCE, Service.BUILDING, Service.CLEANING)
_LISTED = (Service.RIGHTS, Service.ADVICE)
_REDUCED = (Service.RIGHTS, Service.PERFORMANCE, Service.ADMISSION)


def _is_business(supply: Supply) -> bool:
    """A business, or a legal person with a VAT number, which counts as one (§ 3a (2) sentence 3 UStG)."""
    return supply.kind == ClientKind.BUSINESS or (supply.kind == ClientKind.PUBLIC and bool(supply.vat_id))


def _prefix(country: str) -> str:
    return "EL" if country == "GR" else country


def _check_number(supply: Supply, states: Collection[str]) -> None:
    if supply.country in states and supply.country != SELLER_COUNTRY:
        if supply.vat_id and not supply.vat_id.startswith(_prefix(supply.country)):
            raise VatQuestion(
                "The VAT number belongs to another country than the address. Which establishment receives the service?"
            )
    elif supply.country != SELLER_COUNTRY:
        known = {_prefix(state) for state in states}
        if supply.vat_id[:2] in known and eu_vat.is_valid(supply.vat_id):
            raise VatQuestion(
                "The address is outside the European Union, the VAT number inside. Which establishment receives the service?"
            )


def _where_performed(supply: Supply, law: LawOfDay) -> Treatment:
    """§ 3a (3) nos. 1, 3 and 5 UStG."""
    if not supply.performed_in:
        if supply.service in _PRIVATE_WHERE_PERFORMED and supply.country == SELLER_COUNTRY:
            # At home for a client at home: the case of every day.
            return _domestic(supply, law)
        raise VatQuestion("This service is taxed where it is performed (§ 3a (3) UStG). Where is that?")
    if supply.performed_in != SELLER_COUNTRY:
        raise VatQuestion(
            "The service is taxed in the country where it is performed (§ 3a (3) UStG). Who registers and pays there?"
        )
    if supply.service == Service.CATERING:
        return _taxed(VatCase.DOMESTIC_REDUCED, law["vat.catering_food_rate"], "§ 12 (2) no. 15 UStG")
    if supply.service in {Service.BUILDING, Service.CLEANING}:
        return _building(supply, law)
    return _reduced(law) if supply.service in _REDUCED else _standard(law)


def _domestic(supply: Supply, law: LawOfDay) -> Treatment:
    if supply.service in {Service.CULTURE, Service.EDUCATION}:
        return _exempt(supply, law)
    if supply.service in {Service.BUILDING, Service.CLEANING}:
        return _building(supply, law)
    return _reduced(law) if supply.service in _REDUCED else _standard(law)


def _exempt(supply: Supply, law: LawOfDay) -> Treatment:
    if supply.certified is None:
        raise VatQuestion("Has the authority certified the purpose for which this service would be exempt (§ 4 UStG)?")
    if not supply.certified:
        return _reduced(law) if supply.service == Service.CULTURE else _standard(law)
    if supply.service == Service.CULTURE:
        return Treatment(
            case=VatCase.DOMESTIC_CULTURE,
            rate=Decimal(0),
            paragraph="§ 4 no. 20 a UStG",
            category="E",
            wording_de="Steuerfrei nach § 4 Nr. 20 Buchst. a UStG",
            wording_en="Exempt from VAT (§ 4 no. 20 a UStG)",
        )
    return Treatment(
        case=VatCase.DOMESTIC_EDUCATION,
        rate=Decimal(0),
        paragraph="§ 4 no. 21 UStG",
        category="E",
        wording_de="Steuerfrei nach § 4 Nr. 21 UStG",
        wording_en="Exempt from VAT (§ 4 no. 21 UStG)",
    )


def _building(supply: Supply, law: LawOfDay) -> Treatment:
    """§ 13b (2) nos. 4 and 8, (5) sentences 2 and 5 UStG."""
    if supply.kind != ClientKind.BUSINESS:
        return _standard(law)
    if supply.recipient_same_trade is None:
        raise VatQuestion("Does the client itself do building work or clean buildings lastingly (§ 13b (5) UStG)?")
    if not supply.recipient_same_trade:
        return _standard(law)
    if not supply.vat_id:
        raise VatQuestion("The client owes the tax (§ 13b UStG): what is its VAT number?")
    return Treatment(
        case=VatCase.DOMESTIC_REVERSE_CHARGE,
        rate=Decimal(0),
        paragraph="§ 13b (2) nos. 4, 8, (5), § 14a (5) UStG",
        category="AE",
        wording_de="Steuerschuldnerschaft des Leistungsempfängers",
        wording_en="Reverse charge",
    )


def _other_member_state(supply: Supply, law: LawOfDay) -> Treatment:
    if supply.kind == ClientKind.BUSINESS and not supply.vat_id:
        raise VatQuestion(
            "The client is in another member state and has no VAT number. Do they have one? If not: where is the service "
            "performed, and is it electronic (§ 3a (3) and (5) UStG)?"
        )
    if supply.kind == ClientKind.PRIVATE and supply.vat_id:
        raise VatQuestion("A private person with a VAT number: does the client receive the service as a business?")
    if supply.vat_id:
        return Treatment(
            case=VatCase.EU_REVERSE_CHARGE,
            rate=Decimal(0),
            paragraph="§ 3a (2), § 14a (1) UStG; Art. 44, 196 Directive 2006/112/EC",
            category="AE",
            wording_de="Steuerschuldnerschaft des Leistungsempfängers",
            wording_en="Reverse charge",
        )
    if supply.service == Service.ELECTRONIC and not supply.below_threshold:
        raise VatQuestion(
            "An electronic service to a private person is taxed where the client lives (§ 3a (5) UStG), unless all of them "
            "stay below the limit of the year. Do they, or is the cooperative registered for the one-stop shop?"
        )
    return _abroad_private(supply, law)


def _third_country(supply: Supply, law: LawOfDay) -> Treatment:
    if supply.kind == ClientKind.BUSINESS:
        return Treatment(
            case=VatCase.THIRD_COUNTRY_BUSINESS,
            rate=Decimal(0),
            paragraph="§ 3a (2) UStG",
            category="O",
            wording_de="Nicht im Inland steuerbare Leistung (§ 3a Abs. 2 UStG)",
            wording_en="Not taxable in Germany: the place of supply is the client's country (§ 3a (2) UStG)",
        )
    if supply.service in _LISTED:
        return Treatment(
            case=VatCase.THIRD_COUNTRY_PRIVATE,
            rate=Decimal(0),
            paragraph="§ 3a (4) UStG",
            category="O",
            wording_de="Nicht im Inland steuerbare Leistung (§ 3a Abs. 4 UStG)",
            wording_en="Not taxable in Germany: the place of supply is the client's country (§ 3a (4) UStG)",
        )
    if supply.service == Service.ELECTRONIC:
        raise VatQuestion(
            "An electronic service to a client outside the Union is taxed where the client lives (§ 3a (5) UStG): what does "
            "that country ask for?"
        )
    if supply.kind == ClientKind.PUBLIC:
        raise VatQuestion(
            "The client is outside the European Union and no business. What kind of service is it (§ 3a (4) UStG), and does "
            "the client act as a business?"
        )
    return _abroad_private(supply, law)


def _abroad_private(supply: Supply, law: LawOfDay) -> Treatment:
    """The place is the supplier's: § 3a (1) UStG."""
    if supply.service in _REDUCED:
        return _taxed(VatCase.ABROAD_PRIVATE_REDUCED, law["vat.reduced_rate"], "§ 3a (1), § 12 (2) UStG")
    return _taxed(VatCase.ABROAD_PRIVATE_STANDARD, law["vat.standard_rate"], "§ 3a (1), § 12 (1) UStG")


def _standard(law: LawOfDay) -> Treatment:
    return _taxed(VatCase.DOMESTIC_STANDARD, law["vat.standard_rate"], "§ 12 (1) UStG")


def _reduced(law: LawOfDay) -> Treatment:
    return _taxed(VatCase.DOMESTIC_REDUCED, law["vat.reduced_rate"], "§ 12 (2) UStG")


def _taxed(case: VatCase, rate: Decimal, paragraph: str) -> Treatment:
    return Treatment(case=case, rate=rate, paragraph=paragraph, category="S", wording_de="", wording_en="")


def _other_choice(supply: Supply, law: LawOfDay) -> str:
    """What to ask somebody whose choice does not fit the client."""
    if supply.country == SELLER_COUNTRY:
        return (
            "The client is in Germany, so the service is taxed there. Is it performed for an establishment abroad? "
            "Otherwise choose 19 % or 7 %."
        )
    if supply.country in law["eu.member_states"]:
        if _is_business(supply):
            return (
                "A client in another member state with a VAT number owes the tax there: choose reverse charge. Or is the "
                "service tied to land or an event in Germany (§ 3a (3) UStG)?"
            )
        return (
            "The client is in another member state and has no VAT number. Do they have one? If not: where is the service "
            "performed, and is it electronic (§ 3a (3) and (5) UStG)?"
        )
    if supply.kind == ClientKind.BUSINESS:
        return (
            "A business outside the European Union is invoiced without German VAT. Or is the service tied to land or an "
            "event in Germany (§ 3a (3) UStG)?"
        )
    return (
        "The client is outside the European Union and no business. What kind of service is it (§ 3a (4) UStG), and does "
        "the client act as a business?"
    )
