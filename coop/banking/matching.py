"""Which open claim a payment means: a pure decision over plain values, with a score and its reasons.

Why so: money booked to the wrong claim pays the wrong budget and is noticed late; money that waits is
seen the same day. So each proposal says how sure it is (0 to 100) and why; from the cooperative's
threshold on it is carried out without a person, below it waits for one. A payment that names another
document than the one proposed is never sure, whatever else fits.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from coop.banking.identity import folded
from coop.banking.references import Found, Likeness, find_references

ORDER_DAYS = timedelta(days=6)
"""How long after its day an order may appear on the statement when only its sum tells."""
USUAL_THRESHOLD = 90
"""From which score on a payment is matched without a person where the cooperative has decided nothing."""
SCORES: Mapping[str, int] = {
    "exact": 100,
    "spelled": 100,
    "several": 98,
    "with_other_claims": 96,
    "with_charges": 96,
    "part": 95,
    "over": 95,
    "joined": 95,
    "without_prefix": 95,
    "typo_and_payer": 93,
    "payer_and_amount": 92,
    "payer_all_open": 91,
    "name_and_amount": 90,
    "name_all_open": 80,
    "discount": 80,
    "other_payer": 75,
    "typo": 75,
    "payer_some": 70,
    "named": 50,
    "amount": 40,
    "payer": 30,
    "name": 30,
}
"""How sure each kind of evidence is; the order of the list is the order of trust."""
NAMES_ANOTHER = 60
"""What a proposal is worth at most where the text names another document."""
HIGHEST_DISCOUNT = 3
"""Percent that payers usually take off for paying early."""
_MOST_TYPOS = 60
"""Claims of one amount whose references are compared letter by letter."""
_MOST_TOGETHER = 12
"""Open claims of one payer among which a sum is looked for."""
_FORMS = frozenset(
    ("gmbh", "mbh", "ag", "eg", "kg", "ohg", "ug", "se", "ev", "gbr", "co", "cokg", "und", "and", "the", "ltd", "inc",
     "llc", "bv", "nv", "sa", "sarl", "srl", "haftungsbeschraenkt", "herr", "frau")
)  # fmt: skip
_DIGIT = re.compile(r"[0-9]")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A payment received, or sent where `cents` is negative."""

    id: int
    cents: int
    texts: tuple[str, ...]
    on: date
    end_to_end_id: str = ""
    batch_id: str = ""
    name: str = ""
    iban: str = ""
    charges_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """A claim that waits for money; `key` is its normalised reference.

    `beside` is the `source` of the claim it goes with, and `key` is that one's: payers name it, and pay this one too or not.
    """

    id: int
    key: str
    open_cents: int
    debtor: str = ""
    source: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """A payment order that the bank has. `lines` maps end-to-end ids to cents."""

    id: int
    reference: str
    open_cents: int
    total_cents: int
    execute_on: date
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPayment:
    """One payment of an order that the bank has, which has not come back."""

    id: int
    end_to_end_id: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`cents` of a movement go to a claim, an order or a payment of one, and why."""

    movement_id: int
    target_id: int
    cents: int
    reason: str
    score: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How a payment could be shared among claims (id, cents), how sure that is, and why."""

    parts: tuple[tuple[int, int], ...]
    score: int
    reason: str


def name_key(name: str) -> str:
    """A name as names are compared: words in order, without legal forms, umlauts written out."""
    words = {folded(word) for word in _WORDS.findall(name)}
    return " ".join(sorted((words - _FORMS) or words))


@dataclass(slots=True)
class Book:
    """Open claims, found by reference, amount and debtor without walking through them."""

    claims: dict[int, OpenClaim] = field(default_factory=dict)
    still_open: dict[int, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    prefixes: frozenset[str] = frozenset()
    by_cents: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_debtor: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    payers: Mapping[str, str] = field(default_factory=dict)
    charges: dict[int, int] = field(default_factory=dict)
    """By claim the one that goes with it, even where the first is settled."""
    extra: frozenset[int] = frozenset()
    """Claims that go with another one."""

    @classmethod
    def of(cls, claims: Iterable[OpenClaim], payers: Mapping[str, str] | None = None) -> "Book":
        """A book of these claims; `payers` says which debtor paid from which IBAN before."""
        book = cls()
        names: dict[str, str] = {}
        sources: dict[str, int] = {}
        for claim in claims:
            book.claims[claim.id] = claim
            book.still_open[claim.id] = claim.open_cents
            if not claim.beside:
                book.keys[claim.key] = claim.id
                sources[claim.source] = claim.id
            book.by_cents[claim.open_cents].append(claim.id)
            if claim.debtor:
                key = names.get(claim.debtor) or names.setdefault(claim.debtor, name_key(claim.debtor))
                book.by_debtor[key].append(claim.id)
        extra = [claim for claim in book.claims.values() if claim.beside]
        book.charges = {sources[one.beside]: one.id for one in extra if one.beside in sources}
        book.extra = frozenset(one.id for one in extra)
        # Once the other one is settled, its reference means what is left.
        book.keys.update({one.key: one.id for one in extra if one.beside not in sources})
        book.prefixes = frozenset(_prefix(key) for key in book.keys) - {""}
        book.payers = {iban: name_key(debtor) for iban, debtor in (payers or {}).items()}
        return book

    def open_of(self, debtor: str) -> list[int]:
        """The open claims of a debtor (by `name_key`), in order."""
        return [one for one in self.by_debtor.get(debtor, ()) if self.still_open[one]]

    def with_charges(self, claim_ids: Iterable[int]) -> tuple[tuple[int, int], ...]:
        """What these claims and those that go with them still want."""
        wanted = [one for claim_id in claim_ids for one in (claim_id, self.charges.get(claim_id)) if one]
        return tuple((one, self.still_open[one]) for one in wanted if self.still_open[one])

    def take(self, proposal: Proposal) -> None:
        """Count a proposal as carried out."""
        for claim_id, cents in proposal.parts:
            self.still_open[claim_id] -= min(cents, self.still_open[claim_id])


def decide_claims(
    movements: Iterable[Movement],
    claims: Sequence[OpenClaim],
    *,
    payers: Mapping[str, str] | None = None,
    threshold: int = USUAL_THRESHOLD,
) -> list[Decision]:
    """Which payments settle which claims, in the order given; what is not sure is left out.

    A payment that is larger than the claim it names goes there whole: the rest is the payer's credit.
    """
    book = Book.of(claims, payers)
    decisions: list[Decision] = []
    for movement in movements:
        proposals = propose(movement, book, literal_is_enough=True)
        best = proposals[0] if proposals else None
        if best is None or best.score < threshold:
            continue
        # Two that are as sure as each other are no decision.
        if len(proposals) > 1 and proposals[1].score >= best.score and proposals[1].parts != best.parts:
            continue
        book.take(best)
        decisions += [
            Decision(movement_id=movement.id, target_id=claim_id, cents=cents, reason=best.reason, score=best.score)
            for claim_id, cents in best.parts
        ]
    return decisions


def propose(movement: Movement, book: Book, *, literal_is_enough: bool = False, limit: int = 8) -> list[Proposal]:
    """What a payment may be for, the surest first. With `literal_is_enough` a sure reference ends the search."""
    found = likely(movement.texts, book.keys, book.prefixes)
    proposals = _by_reference(movement, found, book)
    if literal_is_enough and proposals and proposals[0].score >= SCORES["part"]:
        return proposals
    named = bool(found) or _names_a_document(movement.texts, book.prefixes)
    others = [*_by_payer(movement, book), *_by_typo(movement, book)]
    if not literal_is_enough:
        others += _by_amount(movement, book)
        others += [_sure("named", (one.id, movement.cents)) for one in found if book.still_open[one.id]]
    if named:
        meant = {one.id for one in found}
        others = [one if _within(one, meant) or "typo" in one.reason else _capped(one) for one in others]
    best: dict[tuple[tuple[int, int], ...], Proposal] = {}
    for one in (*proposals, *others):
        if one.parts not in best or best[one.parts].score < one.score:
            best[one.parts] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.parts))[:limit]


def _within(proposal: Proposal, meant: set[int]) -> bool:
    return {claim_id for claim_id, _cents in proposal.parts} <= meant


def _capped(proposal: Proposal) -> Proposal:
    return Proposal(parts=proposal.parts, score=min(proposal.score, NAMES_ANOTHER), reason=proposal.reason)


def likely(texts: Iterable[str], known: Mapping[str, int], prefixes: Iterable[str] = ()) -> list[Found[int]]:
    """The claims that any of the texts may mean, the most literal first, each once."""
    best: dict[int, Found[int]] = {}
    tried = tuple(prefixes)
    for text in texts:
        if not _DIGIT.search(text):
            continue
        for found in find_references(text, known, prefixes=tried):
            if found.id not in best or found.likeness < best[found.id].likeness:
                best[found.id] = found
    return sorted(best.values(), key=lambda found: (found.likeness, found.id))


def _sure(reason: str, *parts: tuple[int, int]) -> Proposal:
    return Proposal(parts=parts, score=SCORES[reason], reason=reason)


# --- by what the text names ----------------------------------------------------------------------------------------


def _by_reference(movement: Movement, found: list[Found[int]], book: Book) -> list[Proposal]:
    cents, still_open = movement.cents, book.still_open
    literal = [one for one in found if one.likeness <= Likeness.SPELLED and still_open[one.id]]
    if len(literal) == 1:
        return _one_named(movement, literal[0], found, book)
    if literal:
        if sum(still_open[one.id] for one in literal) == cents:
            return [_sure("several", *((one.id, still_open[one.id]) for one in literal))]
        parts = book.with_charges(one.id for one in literal)
        return [_sure("several", *parts)] if sum(due for _one, due in parts) == cents else []
    near = [one for one in found if still_open[one.id] == cents]
    return [_sure(one.likeness.name.lower(), (one.id, cents)) for one in near]


def _one_named(movement: Movement, named: Found[int], found: list[Found[int]], book: Book) -> list[Proposal]:
    cents = movement.cents
    claim_id, due = named.id, book.still_open[named.id]
    literal = named.likeness.name.lower()
    if cents == due:
        return [_sure(literal, (claim_id, cents))]
    debtor = name_key(book.claims[claim_id].debtor)
    if not _may_be(debtor, movement, book, stranger_may=cents < due):
        # Another payer and another amount: a wrong digit may have named somebody else's claim.
        return [_sure("other_payer", (claim_id, cents))]
    if cents < due:
        if (due - cents) * 100 <= HIGHEST_DISCOUNT * due:
            return [_sure("discount", (claim_id, cents))]
        return [_sure("part", (claim_id, cents))]
    more = _more_than_named(claim_id, cents, book)
    if more:
        return [more]
    # The text may name a second one less clearly.
    return [] if len(found) > 1 else [_sure("over", (claim_id, cents))]


def _more_than_named(claim_id: int, cents: int, book: Book) -> Proposal | None:
    """More money than the one claim: interest and fees that go with it come first, then another claim of the payer."""
    due = book.still_open[claim_id]
    extra = book.charges.get(claim_id)
    if extra and 0 < cents - due <= book.still_open[extra]:
        return _sure("with_charges", (claim_id, due), (extra, cents - due))
    debtor = name_key(book.claims[claim_id].debtor)
    rest = [one for one in book.open_of(debtor) if one != claim_id and book.still_open[one] == cents - due]
    return _sure("with_other_claims", (claim_id, due), (rest[0], cents - due)) if len(rest) == 1 else None


def _may_be(debtor: str, movement: Movement, book: Book, *, stranger_may: bool) -> bool:
    """Whether the payer is the debtor, by the name or by the account that paid before, or nothing is known of either.

    With `stranger_may` somebody who owes nothing may pay for the debtor; who owes something else never may.
    """
    payers = {name_key(movement.name), book.payers.get(movement.iban, "")} - {""}
    if not debtor or not payers or debtor in payers:
        return True
    return stranger_may and not any(book.open_of(payer) for payer in payers)


_DOCUMENT = re.compile(r"(?<![A-Z])([A-Z]{1,6})[ \-/.:#]{0,3}(?:20\d\d[ \-/.]?)?\d{3,}", re.IGNORECASE)


def _names_a_document(texts: Iterable[str], prefixes: frozenset[str]) -> bool:
    """Whether a text holds a reference of our kind, even if no such claim is open."""
    return any(found.upper() in prefixes for text in texts for found in _DOCUMENT.findall(text[:2000]))


def numbers_named(texts: Iterable[str]) -> set[str]:
    """The keys that references in a text could have, ours or not."""
    return {run for text in texts for run in _runs(text)}


def _by_typo(movement: Movement, book: Book) -> list[Proposal]:
    """A reference with one letter wrong, missing, doubled or turned, where the amount agrees to the cent."""
    same_amount = book.by_cents.get(movement.cents, [])
    if not same_amount:
        return []
    debtor = book.payers.get(movement.iban) or name_key(movement.name)
    if len(same_amount) > _MOST_TYPOS:
        same_amount = book.by_debtor.get(debtor, [])[:_MOST_TYPOS]
    same_amount = [one for one in same_amount if book.still_open[one] == movement.cents]
    runs = numbers_named(movement.texts)
    near = [one for one in same_amount if any(_one_off(run, book.claims[one].key) for run in runs)]
    proposals = []
    for one in near:
        is_payer = bool(debtor) and name_key(book.claims[one].debtor) == debtor
        proposals.append(_sure("typo_and_payer" if is_payer else "typo", (one, movement.cents)))
    return proposals


_RUN = re.compile(r"[A-Z]{1,6}[\s\-/.:#]{0,3}(?:\d[\s\-/.]{0,2}){3,14}", re.IGNORECASE)


def _runs(text: str) -> list[str]:
    """What could be a reference, without separators and leading zeros."""
    runs = []
    for found in _RUN.findall(text[:2000]):
        compact = "".join(character for character in found.upper() if character.isalnum())
        letters = compact.rstrip("0123456789")
        digits = compact[len(letters) :]
        if digits.startswith("20") and len(digits) > len("2026"):
            runs.append(letters + digits[:4] + digits[4:].lstrip("0"))
        runs.append(letters + digits.lstrip("0"))
    return runs


def _one_off(one: str, other: str) -> bool:
    """Whether two strings differ by one letter changed, missing, added or turned with its neighbour."""
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or len(one) < len("RE202"):
        return False
    at = next((place for place, letter in enumerate(one) if letter != other[place]), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    turned = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return turned or one[at + 1 :] == other[at + 1 :]


# --- by who pays ---------------------------------------------------------------------------------------------------


def _by_payer(movement: Movement, book: Book) -> list[Proposal]:
    known = book.payers.get(movement.iban, "") if movement.iban else ""
    proposals = _of_debtor(movement.cents, known, book, "payer") if known else []
    debtor = name_key(movement.name)
    if debtor and debtor != known:
        proposals += _of_debtor(movement.cents, debtor, book, "name")
    return proposals


def _sum(parts: Iterable[tuple[int, int]]) -> int:
    return sum(due for _one, due in parts)


def _of_debtor(cents: int, debtor: str, book: Book, who: str) -> list[Proposal]:
    claims = book.open_of(debtor)
    if not claims:
        return []
    equal: list[tuple[tuple[int, int], ...]] = [((one, cents),) for one in claims if book.still_open[one] == cents]
    # One claim and what goes with it.
    equal += [both for one in claims if len(both := book.with_charges([one])) > 1 and _sum(both) == cents]
    if len(equal) == 1:
        return [_sure(f"{who}_and_amount", *equal[0])]
    if equal:
        # Several of the same amount: which one, only a person can say.
        return [Proposal(parts=one, score=NAMES_ANOTHER, reason=f"{who}_and_amount") for one in equal]
    everything = tuple((one, book.still_open[one]) for one in claims)
    parts = tuple(part for part in everything if part[0] not in book.extra) or everything
    whole = next((some for some in (parts, everything) if len(some) > 1 and _sum(some) == cents), None)
    if whole:
        return [_sure(f"{who}_all_open", *whole)]
    claims = [one for one, _due in parts]
    if who == "payer" and len(claims) <= _MOST_TOGETHER:
        for size in (2, 3):
            fits = [some for some in combinations(parts, size) if _sum(some) == cents]
            if len(fits) == 1:
                return [_sure("payer_some", *fits[0])]
    oldest = claims[0]
    return [_sure(who, (oldest, cents))]


def _by_amount(movement: Movement, book: Book) -> list[Proposal]:
    same = [one for one in book.by_cents.get(movement.cents, ()) if book.still_open[one] == movement.cents]
    return [_sure("amount", (one, movement.cents)) for one in same[:4]]


def decide_orders(movements: Iterable[Movement], orders: Sequence[SentOrder]) -> list[Decision]:
    """Which debits are payment orders carried out: by the order's id, a payment's id, or sum and day."""
    still_open = {order.id: order.open_cents for order in orders}
    decisions: list[Decision] = []
    for movement in movements:
        cents = -movement.cents
        named = [order for order in orders if _names(movement, order)]
        fitting = named or [
            order
            for order in orders
            if order.total_cents == cents and order.execute_on <= movement.on <= order.execute_on + ORDER_DAYS
        ]
        fitting = [order for order in fitting if cents <= still_open[order.id]]
        if len(fitting) == 1:
            still_open[fitting[0].id] -= cents
            reason = "order" if named else "sum"
            decisions.append(Decision(movement_id=movement.id, target_id=fitting[0].id, cents=cents, reason=reason))
    return decisions


def decide_returned(movements: Iterable[Movement], payments: Iterable[SentPayment]) -> list[Decision]:
    """Which credits are payments of ours that came back: the bank repeats the payment's id, and all of it came.

    Charges that a bank kept on the way count as come back. Where an id stands twice, a person decides.
    """
    sent: dict[str, list[SentPayment]] = {}
    for payment in payments:
        sent.setdefault(payment.end_to_end_id, []).append(payment)
    decisions: list[Decision] = []
    for movement in movements:
        fitting = sent.get(movement.end_to_end_id, [])
        if len(fitting) == 1 and fitting[0].cents == movement.cents + movement.charges_cents:
            del sent[movement.end_to_end_id]
            decisions.append(
                Decision(movement_id=movement.id, target_id=fitting[0].id, cents=movement.cents, reason="payment")
            )
    return decisions


def _names(movement: Movement, order: SentOrder) -> bool:
    if order.reference == movement.batch_id or any(order.reference in text for text in movement.texts):
        return True
    return order.lines.get(movement.end_to_end_id) == -movement.cents


def _prefix(key: str) -> str:
    return key.rstrip("0123456789")
