"""What the annual wage-tax certificate states, by the numbers of its printed form.

Source: § 41b EStG; form of the certificate for 2026 (BMF of 29 August 2025, IV C 5 - S 2533/00123/007/007).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class CertificateLine(StrEnum):
    """Numbers of the form that employments of this kind fill."""

    GROSS = "3"
    WAGE_TAX = "4"
    SOLI = "5"
    CHURCH_TAX = "6"
    PENSION_EMPLOYER = "22a"
    PENSION_EMPLOYEE = "23a"
    HEALTH = "25"
    CARE = "26"
    UNEMPLOYMENT = "27"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What one payslip booked, in cents: totals, and contributions by "branch.side"."""

    gross_cents: int
    wage_tax_cents: int
    soli_cents: int
    church_tax_cents: int
    branches: Mapping[str, int]


def certificate(payslips: Iterable[Paid]) -> dict[CertificateLine, int]:
    """Cents by line of all that was paid in a year; lines without an amount are zero."""
    rows = list(payslips)

    def branch(*keys: str) -> int:
        return sum(row.branches.get(key, 0) for row in rows for key in keys)

    return {
        CertificateLine.GROSS: sum(row.gross_cents for row in rows),
        CertificateLine.WAGE_TAX: sum(row.wage_tax_cents for row in rows),
        CertificateLine.SOLI: sum(row.soli_cents for row in rows),
        CertificateLine.CHURCH_TAX: sum(row.church_tax_cents for row in rows),
        CertificateLine.PENSION_EMPLOYER: branch("pension.employer"),
        CertificateLine.PENSION_EMPLOYEE: branch("pension.employee"),
        CertificateLine.HEALTH: branch("health.employee", "additional.employee"),
        CertificateLine.CARE: branch("care.employee"),
        CertificateLine.UNEMPLOYMENT: branch("unemployment.employee"),
    }
