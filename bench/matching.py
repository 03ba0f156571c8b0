"""How many statement lines are read and matched a second against 50,000 open invoices, and how many are found.

The lines are those of a year: most name the invoice as it is written, others misspell it, shorten it, pay in
part, pay several at once, forget it, or pay for something that is no invoice of ours. What each line was for is
known to the simulation alone. Posting is not counted.

.venv/bin/python -m bench.matching
"""

import random
import statistics
import time
from datetime import date, timedelta

from coop.banking.camt_writer import camt053, payment
from coop.banking.formats import read_file
from coop.banking.matching import Movement, OpenClaim, decide_claims
from coop.banking.movements import Entry, transactions
from coop.banking.references import make_reference, normalised

CLAIMS = 50_000
LINES = 10_000
CLIENTS = 4_000
IBAN = "DE89370400440532013000"
BEGUN = date(2026, 1, 5)
SHARES = (
    ("exact", 0.62), ("spelled", 0.16), ("typo", 0.03), ("part", 0.02), ("over", 0.01), ("several", 0.04),
    ("forgotten", 0.09), ("last one named", 0.01), ("stranger", 0.02),
)  # fmt: skip


def claims_of(chance: random.Random) -> tuple[list[OpenClaim], dict[str, str]]:
    """Open invoices of clients, of whom two in three have paid before."""
    claims = [
        OpenClaim(
            id=number,
            key=normalised(make_reference("RE", number, year=2026)),
            open_cents=chance.choice((chance.randint(5_000, 900_000), chance.randint(1, 90) * 11_900)),
            debtor=f"Client {number % CLIENTS} Design GmbH",
        )
        for number in range(1, CLAIMS + 1)
    ]
    payers = {iban_of(number): f"Client {number} Design GmbH" for number in range(CLIENTS) if number % 3}
    return claims, payers


def iban_of(client: int) -> str:
    """An account for each client; its check digits do not matter here."""
    return f"DE02120300{client:012d}"


def lines_of(chance: random.Random, claims: list[OpenClaim]) -> tuple[list[Entry], list[tuple[str, frozenset[int]]]]:
    """The lines, and what each is for."""
    unpaid = chance.sample(claims, k=LINES * 2)
    kinds = chance.choices([name for name, _share in SHARES], [share for _name, share in SHARES], k=LINES)
    entries, truth = [], []
    for number, kind in enumerate(kinds):
        claim = unpaid.pop()
        client = claim.id % CLIENTS
        written, cents, meant = make_reference("RE", claim.id, year=2026), claim.open_cents, {claim.id}
        text = f"Rechnung {written} vielen Dank"
        if kind == "spelled":
            text = chance.choice(
                (f"Re 2026/{claim.id}", written.replace("0", "O"), written.replace("-", " "), written.lower())
            )
        elif kind == "typo":
            digits = list(f"{claim.id:06d}")
            place = chance.randrange(3, 6)
            digits[place] = str((int(digits[place]) + chance.randint(1, 9)) % 10)
            text = f"RE-2026-{''.join(digits)}"
        elif kind == "part":
            cents = max(1, cents // 2)
        elif kind == "over":
            cents += 500
        elif kind == "several":
            other = unpaid.pop()
            cents, meant = cents + other.open_cents, {claim.id, other.id}
            text += f" und {make_reference('RE', other.id, year=2026)}"
        elif kind == "forgotten":
            text = chance.choice(("Vielen Dank", "Rechnung", f"Kd {client}", ""))
        elif kind == "last one named":
            text = f"RE-2025-{claim.id:06d}"
        elif kind == "stranger":
            cents, meant, text = chance.randint(100, 90_000), set(), "Erstattung 4711"
        entries.append(
            payment(
                amount_cents=cents, on=BEGUN + timedelta(days=number * 250 // LINES), text=text,
                name=f"Client {client} Design GmbH" if meant else "Somebody else", bank_reference=f"B-{number}",
                iban=iban_of(client) if meant else "", end_to_end_id="NOTPROVIDED",
            )
        )  # fmt: skip
        truth.append((kind, frozenset(meant)))
    return entries, truth


def main() -> None:
    """Print rate, share and errors, the best and the median of three."""
    chance = random.Random(2026)
    claims, payers = claims_of(chance)
    entries, truth = lines_of(chance, claims)
    data = camt053(iban=IBAN, entries=entries)
    times = []
    for _ in range(3):
        begun = time.process_time()
        movements = [
            Movement(
                id=number, cents=one.amount_cents, texts=one.texts, on=one.entry.booked_on or BEGUN,
                name=one.detail.counterparty_name if one.detail else "",
                iban=one.detail.counterparty_iban if one.detail else "",
            )
            for number, one in enumerate(transactions(read_file(data)))
        ]  # fmt: skip
        decisions = decide_claims(movements, claims, payers=payers)
        times.append(time.process_time() - begun)
    found: dict[int, set[int]] = {}
    for decision in decisions:
        found.setdefault(decision.movement_id, set()).add(decision.target_id)
    wrong = [number for number, ids in found.items() if ids != truth[number][1]]
    print(
        f"{LINES:,} lines against {CLAIMS:,} open invoices: {LINES / min(times):,.0f} lines a second and core at best,"
    )
    print(f"{LINES / statistics.median(times):,.0f} in the median (processor's time, reading and matching)")
    ours = sum(bool(meant) for _kind, meant in truth)
    print(
        f"matched without a person: {len(found) / LINES:.1%} of all lines, {len(found) / ours:.1%} of those for invoices"
    )
    print(f"matched wrongly: {len(wrong)}")
    for kind, _share in SHARES:
        numbers = [number for number, (one, _meant) in enumerate(truth) if one == kind]
        print(f"  {kind}: {sum(number in found for number in numbers)} of {len(numbers)} matched")
    for number in wrong[:5]:
        print(
            "  wrong:",
            truth[number][0],
            movements[number].texts,
            [one for one in decisions if one.movement_id == number],
        )


if __name__ == "__main__":
    main()
