"""Which VAT a service carries, decided from facts alone: who the client is, where, what was agreed, when.

What these rules do not settle is refused with a question to a person, never guessed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

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
    EU_REVERSE_CHARGE = "eu_reverse_charge"
    THIRD_COUNTRY_BUSINESS = "third_country_business"


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

    `rate` is a share; `category` the code of EN 16931 (S, AE, O); the wordings are empty where none is needed.
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


def treatment_of(*, case: VatCase, country: str, kind: ClientKind, vat_id: str, supplied_on: date) -> Treatment:
    """How a service of a German cooperative is taxed that ends on `supplied_on`.

    `vat_id` is a checked number or empty. Services whose place follows other rules (land, admission
    to events, performances on the spot, electronic services to private persons) do not come here.

    Raises: VatQuestion, LawUnknown.
    Source: §§ 3a, 12, 13b, 14a UStG.
    """
    law = invoicing_law(supplied_on)
    member_state = country in law["eu.member_states"]
    if country == SELLER_COUNTRY:
        return _domestic(case, law)
    if member_state:
        return _other_member_state(case, country, kind, vat_id)
    return _third_country(case, kind, vat_id, law)


def suggested_case(*, country: str, kind: ClientKind, vat_id: str, on: date) -> VatCase | None:
    """The case to begin with for a client, or None where a person has to be asked."""
    for case in (VatCase.DOMESTIC_STANDARD, VatCase.EU_REVERSE_CHARGE, VatCase.THIRD_COUNTRY_BUSINESS):
        try:
            return treatment_of(case=case, country=country, kind=kind, vat_id=vat_id, supplied_on=on).case
        except VatQuestion:
            continue
    return None


def _domestic(case: VatCase, law: LawOfDay) -> Treatment:
    if case == VatCase.DOMESTIC_STANDARD:
        return Treatment(
            case=case,
            rate=law["vat.standard_rate"],
            paragraph="§ 12 (1) UStG",
            category="S",
            wording_de="",
            wording_en="",
        )
    if case == VatCase.DOMESTIC_REDUCED:
        return Treatment(
            case=case,
            rate=law["vat.reduced_rate"],
            paragraph="§ 12 (2) UStG",
            category="S",
            wording_de="",
            wording_en="",
        )
    raise VatQuestion(
        "The client is in Germany, so the service is taxed there. Is it performed for an establishment abroad? "
        "Otherwise choose 19 % or 7 %."
    )


def _other_member_state(case: VatCase, country: str, kind: ClientKind, vat_id: str) -> Treatment:
    if kind == ClientKind.PRIVATE or not vat_id:
        raise VatQuestion(
            "The client is in another member state and has no VAT number. Do they have one? If not: where is the service "
            "performed, and is it electronic (§ 3a (3) and (5) UStG)?"
        )
    if case != VatCase.EU_REVERSE_CHARGE:
        raise VatQuestion(
            "A client in another member state with a VAT number owes the tax there: choose reverse charge. Or is the "
            "service tied to land or an event in Germany (§ 3a (3) UStG)?"
        )
    prefix = "EL" if country == "GR" else country
    if not vat_id.startswith(prefix):
        raise VatQuestion(
            "The VAT number belongs to another country than the address. Which establishment receives the service?"
        )
    return Treatment(
        case=case,
        rate=Decimal(0),
        paragraph="§ 3a (2), § 14a (1) UStG; Art. 44, 196 Directive 2006/112/EC",
        category="AE",
        wording_de="Steuerschuldnerschaft des Leistungsempfängers",
        wording_en="Reverse charge",
    )


def _third_country(case: VatCase, kind: ClientKind, vat_id: str, law: LawOfDay) -> Treatment:
    if kind != ClientKind.BUSINESS:
        raise VatQuestion(
            "The client is outside the European Union and no business. What kind of service is it (§ 3a (4) UStG), and does "
            "the client act as a business?"
        )
    if case != VatCase.THIRD_COUNTRY_BUSINESS:
        raise VatQuestion(
            "A business outside the European Union is invoiced without German VAT. Or is the service tied to land or an "
            "event in Germany (§ 3a (3) UStG)?"
        )
    known = {"EL" if state == "GR" else state for state in law["eu.member_states"]}
    if vat_id[:2] in known and eu_vat.is_valid(vat_id):
        raise VatQuestion(
            "The address is outside the European Union, the VAT number inside. Which establishment receives the service?"
        )
    return Treatment(
        case=case,
        rate=Decimal(0),
        paragraph="§ 3a (2) UStG",
        category="O",
        wording_de="Nicht im Inland steuerbare Leistung (§ 3a Abs. 2 UStG)",
        wording_en="Not taxable in Germany: the place of supply is the client's country (§ 3a (2) UStG)",
    )
