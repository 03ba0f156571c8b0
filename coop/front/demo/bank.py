"""The bank of a demo cooperative: it collects what is paid and writes the statements that the office imports."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from coop.banking.bank_days import next_target_day
from coop.banking.camt_writer import batch, camt053, payment
from coop.banking.movements import BankCode, Entry, TransactionDetail

CHARGES = BankCode(domain="ACMT", family="MDOP", sub_family="CHRG")


@dataclass(slots=True, kw_only=True)
class Bank:
    """One account. What is planned for a day stands on the statement that reaches it, and on no other."""

    iban: str
    owner: str
    ended_on: date
    """The last day of the latest statement."""
    balance_cents: int = 0
    written: int = 0
    booked: int = 0
    planned: list[Entry] = field(default_factory=list)

    def move(
        self, *, on: date, cents: int, name: str, text: str, iban: str = "", end_to_end_id: str = "", reason: str = ""
    ) -> date:
        """Plan one payment, in (positive) or out, on the first day from `on` on that the bank books. Returns it.

        With a `reason` it is an earlier payment that comes back.
        """
        day = next_target_day(max(on, self.ended_on + timedelta(days=1)))
        self.booked += 1
        self.planned.append(
            payment(
                amount_cents=cents,
                on=day,
                name=name,
                iban=iban,
                text=text,
                end_to_end_id=end_to_end_id,
                bank_reference=f"{day:%Y%m%d}-{self.booked:06d}",
                return_reason=reason,
            )
        )
        return day

    def carry_out(self, *, on: date, cents: int, reference: str) -> None:
        """Plan the one debit by which a whole payment order leaves the account."""
        day = next_target_day(max(on, self.ended_on + timedelta(days=1)))
        self.booked += 1
        self.planned.append(
            batch(
                on=day,
                parts=[TransactionDetail(amount_cents=-cents, text=f"Sammelauftrag {reference}")],
                payment_id=reference,
                bank_reference=f"{day:%Y%m%d}-{self.booked:06d}",
            )
        )

    def charge(self, *, on: date, cents: int, text: str) -> None:
        """Plan the bank's own charges."""
        day = next_target_day(max(on, self.ended_on + timedelta(days=1)))
        self.booked += 1
        self.planned.append(
            payment(
                amount_cents=-cents,
                on=day,
                name="Bank ohne Namen (Demo)",
                text=f"{text} {day:%m/%Y}",
                bank_reference=f"{day:%Y%m%d}-{self.booked:06d}",
                code=CHARGES,
            )
        )

    def statement(self, until: date) -> bytes | None:
        """The statement from where the last one ended to a day (inclusive), or None for an empty one."""
        due = sorted(
            (entry for entry in self.planned if entry.booked_on and entry.booked_on <= until),
            key=lambda entry: (entry.booked_on, entry.bank_reference),
        )
        if until <= self.ended_on or not due:
            return None
        self.planned = [entry for entry in self.planned if not (entry.booked_on and entry.booked_on <= until)]
        self.written += 1
        data = camt053(
            iban=self.iban,
            owner=self.owner,
            entries=due,
            opening_cents=self.balance_cents,
            sequence_number=self.written,
            from_on=self.ended_on + timedelta(days=1),
            to_on=until,
        )
        self.balance_cents += sum(entry.amount_cents for entry in due)
        self.ended_on = until
        return data
