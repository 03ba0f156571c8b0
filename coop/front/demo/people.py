"""The people of the demo. None of them exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from coop.front.demo.fictitious_numbers import insurance_number, tax_id


class Pattern(StrEnum):
    """How somebody's work comes in."""

    STEADY = "steady"
    """One job each month for a regular client."""
    PROJECTS = "projects"
    """A large job every other month or so."""
    SEASON = "season"
    """Much in summer, little in winter."""
    SMALL = "small"
    """A side income."""
    STARTING = "starting"
    """From little to enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A profession with what people of it do. `reduced`: rights of use or performances, taxed with 7 %."""

    name: str
    jobs: tuple[str, ...]
    reduced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One invented person. `monthly_cents` is the net amount that the work brings in an average month."""

    n: int
    name: str
    email: str
    language: str
    trade: Trade
    street: str
    postcode: str
    city: str
    state: str
    born: date
    joins_month: int
    """How many months after the beginning they apply; 0 founded the cooperative."""
    shares: int
    pattern: Pattern
    monthly_cents: int
    wants_salary: bool
    tax_class: int
    church: bool
    children: int
    fund: int
    tax_id: str
    insurance_number: str
    agrees_ahead: bool = False
    """Whether the work of months to come is agreed in a yearly order."""

    @property
    def child_allowances(self) -> Decimal:
        """Each parent has half an allowance for each child (§ 32 (6) EStG), all in class 3, none in 5 and 6."""
        if self.tax_class in (5, 6):
            return Decimal(0)
        return Decimal(self.children) * (Decimal(1) if self.tax_class == 3 else Decimal("0.5"))  # noqa: PLR2004


TRADES = (
    Trade(
        name="Webentwicklung",
        jobs=("Website-Relaunch, Abschnitt", "Wartung und Weiterentwicklung", "Schnittstelle zum Shop"),
    ),
    Trade(name="Grafikdesign", jobs=("Erscheinungsbild", "Gestaltung Jahresbericht", "Messeauftritt")),
    Trade(name="Illustration", jobs=("Bildrechte Buchillustration", "Illustrationen für die Kampagne"), reduced=True),
    Trade(name="Fotografie", jobs=("Bildrechte Ausstellungsfotos", "Reportagefotos, Nutzungsrechte"), reduced=True),
    Trade(
        name="Übersetzung", jobs=("Translation of the annual report", "Übersetzung Webtexte", "Subtitles, 4 episodes")
    ),
    Trade(name="Video editing", jobs=("Editing of a product film", "Schnitt Lehrvideos", "Teaser and trailer")),
    Trade(name="Text und Konzept", jobs=("Texte für die Website", "Newsletter-Serie", "Konzept Kampagne")),
    Trade(name="UX research", jobs=("Usability study", "Interviews and report", "Workshop on user journeys")),
    Trade(name="Musik", jobs=("Komposition, Nutzungsrechte", "Auftritt Sommerfest"), reduced=True),
    Trade(name="Sound design", jobs=("Sound design for an app", "Podcast, Mischung und Schnitt")),
    Trade(name="Data analysis", jobs=("Dashboard for sales figures", "Auswertung Umfrage", "Data model review")),
    Trade(name="Veranstaltungen", jobs=("Planung Fachtag", "Leitung Herbstmarkt", "Bühnenplan")),
    Trade(name="Sprachunterricht", jobs=("Deutschkurs B2, Firmenkurs", "Business English, 20 lessons")),
    Trade(name="Game design", jobs=("Level design, sprint", "Prototype of a learning game")),
    Trade(name="Journalismus", jobs=("Reportage, Veröffentlichungsrechte", "Dossier, Textrechte"), reduced=True),
    Trade(name="Bühnenbild", jobs=("Bühnenbild, Entwurf", "Ausstattung Kurzfilm")),
    Trade(name="Stadtführungen", jobs=("Führungen für Gruppen", "Rundgang Industriekultur")),
    Trade(name="Textildesign", jobs=("Kollektion Heimtextil, Entwürfe", "Muster für Bezugsstoffe")),
    Trade(name="Projektleitung", jobs=("Projektleitung, Monat", "Moderation Klausurtagung")),
    Trade(name="3D-Visualisierung", jobs=("Renderings Neubau", "Animation of an exhibit")),
    Trade(name="Lektorat", jobs=("Lektorat Fachbuch", "Korrektorat Katalog")),
    Trade(name="Theaterpädagogik", jobs=("Workshopreihe für Jugendliche", "Projektwoche")),
)

PLACES = (
    ("10115", "Berlin", "BE"),
    ("12043", "Berlin", "BE"),
    ("13353", "Berlin", "BE"),
    ("20359", "Hamburg", "HH"),
    ("22765", "Hamburg", "HH"),
    ("04109", "Leipzig", "SN"),
    ("28195", "Bremen", "HB"),
    ("14467", "Potsdam", "BB"),
)
STREETS = ("Beispielstraße", "Musterweg", "Probeallee", "Modellgasse", "Attrappenufer", "Mustermannplatz")

# Written out, and not thrown together, so that no name is that of somebody known. de: writes German, en: English.
NAMES = (
    ("Amira Kesselbach", "de"), ("Tomasz Wierzbik", "de"), ("Leyla Ormanci", "de"), ("Jonas Hufenreuter", "de"),
    ("Priya Vantikar", "en"), ("Marek Holubicka", "de"), ("Ines Falkenrath", "de"), ("Kofi Adumansah", "en"),
    ("Sofia Lindqvall", "en"), ("Dario Bellincampi", "de"), ("Nguyen Thi Sao Mai", "de"), ("Paul Osterwinter", "de"),
    ("Yara Haddadin-Kurz", "de"), ("Oleh Kravtsuniak", "en"), ("Carla Montesdoca", "en"), ("Finn Brammersand", "de"),
    ("Aiko Tanimurata", "en"), ("Emre Sazcioglan", "de"), ("Greta Moosbichler", "de"), ("Samuel Okwuandu", "en"),
    ("Lucie Fontanelle-Roy", "en"), ("Henrik Strandvold", "en"), ("Zeynep Altinoran", "de"), ("Rosa Quintanarro", "de"),
    ("Milan Petrovacki", "de"), ("Hannah Zwiesler", "de"), ("Rashid Barakzadeh", "en"), ("Clara Wendhausen", "de"),
    ("Ivo Stanimirski", "en"), ("Maja Kowaliszyn", "de"), ("Theo Rabenhorster", "de"), ("Fatou Diarassoumba", "en"),
    ("Lars Kjeldborg", "en"), ("Elif Demirbagli", "de"), ("Anton Wiesenkötter", "de"), ("Beatriz Alvarengo", "en"),
    ("Noor Shahbandari", "en"), ("Mats Ulvestrand", "en"), ("Ida Schönharting", "de"), ("Gabor Szentmiklay", "de"),
    ("Chiara Valdorsini", "de"), ("Levi Rosenstrauch", "de"), ("Ayodele Fashinola", "en"), ("Wiebke Tönningsen", "de"),
    ("Radu Munteanovici", "en"), ("Selma Hadzibulic", "de"), ("Oskar Leuchtmann", "de"), ("Mei-Lin Zhaoqiang", "en"),
    ("Pavel Dvorshenko", "de"), ("Thea Grünwaldner", "de"), ("Jamal El-Idrissouni", "de"), ("Katarzyna Zielonkiewicz", "en"),
    ("Bruno Casagrandi", "de"), ("Lotte van Heerenveld", "en"), ("Denis Achterberger", "de"), ("Mariam Gelashvidze", "en"),
    ("Konrad Silbernagler", "de"), ("Alma Rautiokoski", "en"), ("Hakan Yildirimoz", "de"), ("Vera Sonnleithner-Popp", "de"),
    ("Diego Salvatruchez", "en"), ("Nele Friesendorp", "de"), ("Amadou Balderinga", "de"), ("Stella Papathanidis", "en"),
    ("Jakob Hinterstoiber", "de"), ("Lina Baumgarthuber", "de"), ("Ravi Mukhopadhyan", "en"), ("Franka Eschenlohe", "de"),
    ("Tiago Ferreirinho", "en"), ("Svenja Carstendiek", "de"), ("Nino Kapanadzia", "en"), ("Moritz Tannenschmied", "de"),
)  # fmt: skip

_PATTERNS = (
    (Pattern.STEADY, 32),
    (Pattern.PROJECTS, 30),
    (Pattern.SEASON, 12),
    (Pattern.SMALL, 10),
    (Pattern.STARTING, 16),
)
_EARNINGS = {
    Pattern.STEADY: (1_900, 4_600),
    Pattern.PROJECTS: (1_900, 4_400),
    Pattern.SEASON: (1_900, 3_600),
    Pattern.SMALL: (350, 900),
    Pattern.STARTING: (1_500, 3_200),
}
"""Net euros of an average month, from and to."""
FOUNDERS_SHARE = 0.55


def make_people(rng: Random, *, count: int, domain: str, first_name: int, months: int, funds: int) -> list[Profile]:
    """`count` people for one cooperative, the same ones for the same seed."""
    people = []
    for n in range(count):
        name, language = NAMES[(first_name + n) % len(NAMES)]
        pattern = rng.choices([p for p, _ in _PATTERNS], [weight for _, weight in _PATTERNS])[0]
        low, high = _EARNINGS[pattern]
        postcode, city, state = rng.choice(PLACES)
        born = date(1962, 1, 1) + timedelta(days=rng.randrange(40 * 365))
        founder = n < max(2, round(count * FOUNDERS_SHARE))
        children = rng.choices((0, 1, 2, 3), (55, 22, 18, 5))[0]
        people.append(
            Profile(
                n=n,
                name=name,
                email=f"{_local_part(name)}@{domain}",
                language=language,
                trade=TRADES[n % len(TRADES)],
                street=f"{rng.choice(STREETS)} {rng.randrange(1, 140)}",
                postcode=postcode,
                city=city,
                state=state,
                born=born,
                joins_month=0 if founder else rng.randrange(1, max(2, months - 1)),
                shares=rng.choices((1, 2, 3, 5, 10), (50, 20, 15, 10, 5))[0],
                pattern=pattern,
                monthly_cents=rng.randrange(low, high) // 10 * 1000,
                wants_salary=pattern != Pattern.SMALL and rng.random() < 0.93,  # noqa: PLR2004
                tax_class=rng.choices((1, 2, 3, 4, 5), (58, 6, 10, 20, 6))[0] if children else rng.choice((1, 1, 1, 4)),
                church=rng.random() < 0.25,  # noqa: PLR2004
                children=children,
                fund=rng.randrange(funds),
                tax_id=tax_id(rng),
                insurance_number=insurance_number(born=born, name=name, n=n),
            )
        )
    return people


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _local_part(name: str) -> str:
    """A name as the part of an address before the @."""
    plain = name.lower().translate(_PLAIN)
    return ".".join("".join(c for c in word if c.isascii() and c.isalnum()) for word in plain.split())
