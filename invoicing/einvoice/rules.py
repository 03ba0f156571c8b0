"""What XRechnung asks for beyond EN 16931, said so that a person can put it right."""

from collections.abc import Iterator, Mapping


def missing_for_xrechnung(seller: Mapping[str, str], buyer: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Rule and missing field for each that the two parties break.

    Source: XRechnung 3.0.2, rules BR-DE-1 to BR-DE-26 and PEPPOL-EN16931-R010, R020.
    """
    wanted = (
        ("BR-DE-1", bool(seller.get("bank_iban")), "bank account of the cooperative"),
        ("BR-DE-3", bool(seller["city"]), "town of the cooperative"),
        ("BR-DE-4", bool(seller["postcode"]), "postcode of the cooperative"),
        # With BR-DE-6: there must be one at all.
        ("BR-DE-27", sum(c.isdigit() for c in seller["phone"]) >= 3, "telephone of the cooperative"),  # noqa: PLR2004 (as the rule says)
        ("BR-DE-7", bool(seller["email"]), "e-mail address of the cooperative"),
        ("BR-DE-8", bool(buyer["city"]), "town of the client"),
        ("BR-DE-9", bool(buyer["postcode"]), "postcode of the client"),
        ("BR-DE-16", bool(seller["vat_id"] or seller["tax_number"]), "tax number of the cooperative"),
        ("PEPPOL-EN16931-R010", bool(buyer.get("leitweg_id") or buyer.get("email")), "e-mail address of the client"),
    )
    for rule, given, field in wanted:
        if not given:
            yield rule, field
    if buyer["kind"] == "public" and not buyer.get("leitweg_id"):
        yield "BR-DE-15", "Leitweg-ID of the client"
