"""How many statement lines are read a second, with fingerprints, and how fast references are found.

.venv/bin/python -m bench.camt
"""

import time
from datetime import date, timedelta

from coop.banking.camt import read_statements
from coop.banking.camt_writer import camt053, payment
from coop.banking.movements import transactions
from coop.banking.references import find_references, make_reference, normalised

LINES = 10_000
CLAIMS = 50_000
IBAN = "DE89370400440532013000"


def statement_file(version: str) -> bytes:
    """A statement over 250 days with a payment's full details on every line."""
    lines = [
        payment(
            amount_cents=100_000 + number,
            on=date(2026, 1, 5) + timedelta(days=number * 250 // LINES),
            name=f"Client {number % 400}",
            iban="DE02120300000000202051",
            bic="BYLADEM1001",
            text=f"Invoice RE-2026-{number:06d} of the month before, with thanks for good work",
            end_to_end_id=f"E2E-{number}",
            bank_reference=f"BANK-{number}",
        )
        for number in range(1, LINES + 1)
    ]
    return camt053(version=version, iban=IBAN, owner="Cooperative", entries=lines)


def main() -> None:
    """Print the best of three for each version."""
    known = {normalised(make_reference("RE", number, year=2026)): number for number in range(1, CLAIMS + 1)}
    for version in ("02", "08"):
        data = statement_file(version)
        reading, matching = [], []
        for _ in range(3):
            begun = time.perf_counter()
            lines = list(transactions(read_statements(data)))
            reading.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            found = sum(bool(find_references(" ".join(line.texts), known)) for line in lines)
            matching.append(time.perf_counter() - begun)
            assert len({line.fingerprint for line in lines}) == LINES
            assert found == LINES
        print(
            f"camt.053.001.{version}, {len(data) / 1e6:.1f} MB, {LINES} lines: "
            f"{LINES / min(reading):,.0f} lines/s read, {LINES / min(matching):,.0f} lines/s "
            f"searched for {CLAIMS} open references"
        )


if __name__ == "__main__":
    main()
