"""The clients of the demo: companies that do not exist, at home and abroad."""

from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One invented client. VAT numbers pass their checks and lie below those that are given out."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"
    vat_id: str = ""
    kind: str = "business"

    def fields(self) -> dict[str, Any]:
        """As a client is entered."""
        mailbox = "".join(c for c in self.name.split("(")[0].lower() if c.isascii() and c.isalnum())
        return {
            "name": self.name,
            "contact": "Rechnungseingang" if self.country in {"DE", "AT", "CH"} else "Accounts payable",
            "kind": self.kind,
            "street": self.street,
            "postcode": self.postcode,
            "city": self.city,
            "country": self.country,
            "vat_id": self.vat_id,
            "language": "de" if self.country in {"DE", "AT", "CH"} else "en",
            "email": f"invoices@{mailbox}.example",
        }


_HOME = (
    ("Hafenlicht Verlag GmbH (Demo)", "20457", "Hamburg"), ("Museum der erfundenen Dinge gGmbH (Demo)", "10178", "Berlin"),
    ("Nordwolke Software GmbH (Demo)", "24103", "Kiel"), ("Kornblume Bioladen eG (Demo)", "04277", "Leipzig"),
    ("Stadtwerke Musterhausen GmbH (Demo)", "33098", "Paderborn"), ("Lindenhof Theater gGmbH (Demo)", "28203", "Bremen"),
    ("Radweg Reisen GmbH (Demo)", "79098", "Freiburg"), ("Papierboot Agentur GmbH (Demo)", "50667", "Köln"),
    ("Windrose Energie AG (Demo)", "26122", "Oldenburg"), ("Feldlerche Film GmbH (Demo)", "14482", "Potsdam"),
    ("Druckerei Zwiebelfisch KG (Demo)", "99084", "Erfurt"), ("Kiezklang Festival gUG (Demo)", "10999", "Berlin"),
    ("Bergkristall Optik GmbH (Demo)", "07743", "Jena"), ("Lehrwerk Akademie GmbH (Demo)", "30159", "Hannover"),
    ("Quellwasser Apotheken-IT GmbH (Demo)", "01067", "Dresden"), ("Blaumeise Spielzeug GmbH (Demo)", "90402", "Nürnberg"),
    ("Turmfalke Logistik SE (Demo)", "47051", "Duisburg"), ("Wohnbau Morgenrot eG (Demo)", "39104", "Magdeburg"),
    ("Apfelgarten Gastronomie GmbH (Demo)", "55116", "Mainz"), ("Sternwarte Beispieltal e. V. (Demo)", "72070", "Tübingen"),
    ("Leuchtturm Consulting GmbH (Demo)", "60311", "Frankfurt am Main"), ("Waldrand Möbelbau GmbH (Demo)", "32756", "Detmold"),
    ("Echolot Podcast GmbH (Demo)", "40213", "Düsseldorf"), ("Stoffwechsel Textil GmbH (Demo)", "86150", "Augsburg"),
    ("Gezeiten Schifffahrt GmbH (Demo)", "27568", "Bremerhaven"), ("Klarsicht Medizintechnik GmbH (Demo)", "81667", "München"),
    ("Zeitkapsel Archivdienste GmbH (Demo)", "34117", "Kassel"), ("Brückentag Personal GmbH (Demo)", "68159", "Mannheim"),
    ("Fuchsbau Verlag UG (Demo)", "06108", "Halle (Saale)"), ("Sonnenuhr Solar GmbH (Demo)", "18055", "Rostock"),
)  # fmt: skip
_ABROAD = (
    Company(name="Ateliers Lumière Fictive SARL (Demo)", street="12 rue de l’Exemple", postcode="69002", city="Lyon",
            country="FR", vat_id="FR88100000009"),
    Company(name="Alpenglüh Tourismus GmbH (Demo)", street="Beispielgasse 4", postcode="6020", city="Innsbruck",
            country="AT", vat_id="ATU00000104"),
    Company(name="Grachtenwerk B.V. (Demo)", street="Voorbeeldstraat 9", postcode="1017 AB", city="Amsterdam",
            country="NL", vat_id="NL000001004B01"),
    Company(name="Casa Naranja Ficticia S.L. (Demo)", street="Calle Ejemplo 21", postcode="46001", city="Valencia",
            country="ES", vat_id="ESB00001008"),
    Company(name="Officina Immaginaria S.r.l. (Demo)", street="Via Esempio 7", postcode="40121", city="Bologna",
            country="IT", vat_id="IT00000010017"),
    Company(name="Studio Zmyślone Sp. z o.o. (Demo)", street="ul. Przykładowa 3", postcode="50-001", city="Wrocław",
            country="PL", vat_id="PL0000001005"),
    Company(name="Påhittad Design AB (Demo)", street="Exempelgatan 15", postcode="411 03", city="Göteborg",
            country="SE", vat_id="SE000000100801"),
    Company(name="Opdigtet Media ApS (Demo)", street="Eksempelvej 2", postcode="8000", city="Aarhus",
            country="DK", vat_id="DK10000009"),
    Company(name="Atelier Inventé SA (Demo)", street="Rue Modèle 33", postcode="1000", city="Bruxelles",
            country="BE", vat_id="BE0000001087"),
    Company(name="Olematon Pelit Oy (Demo)", street="Esimerkkikatu 5", postcode="33100", city="Tampere",
            country="FI", vat_id="FI00001003"),
    Company(name="Bergbild Fiktiv AG (Demo)", street="Musterweg 1", postcode="8001", city="Zürich", country="CH"),
    Company(name="Pretend Harbour Ltd (Demo)", street="8 Sample Street", postcode="BS1 4ZZ", city="Bristol", country="GB"),
    Company(name="Makebelieve Labs Inc. (Demo)", street="500 Example Avenue", postcode="97201", city="Portland", country="US"),
)  # fmt: skip

ABROAD_SHARE = 0.3
STREETS = ("Beispielufer", "Musterstraße", "Probeweg", "Am Modellhof", "Attrappenallee")


def make_companies(rng: Random) -> list[Company]:
    """All clients of one cooperative, in an order of their own."""
    home = [
        Company(name=name, street=f"{rng.choice(STREETS)} {rng.randrange(1, 90)}", postcode=postcode, city=city)
        for name, postcode, city in _HOME
    ]
    rng.shuffle(home)
    abroad = list(_ABROAD)
    rng.shuffle(abroad)
    mixed = []
    while home or abroad:
        from_abroad = abroad and (not home or rng.random() < ABROAD_SHARE)
        mixed.append((abroad if from_abroad else home).pop())
    return mixed
