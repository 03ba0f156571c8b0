"""What the annual wage-tax certificate states, by the numbers of its printed form.

Source: § 41b EStG; form of the certificate for 2026 (BMF of 29 August 2025, IV C 5 - S 2533/00123/007/007).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class CertificateLine(StrEnum):
    """Numbers of the form that employments of this kind fill."""

    GROSS = "3"
    WAGE_TAX = "4"
    SOLI = "5"
    CHURCH_TAX = "6"
    MATERNITY_SUPPLEMENT = "15"
    PER_DIEMS = "20"
    PENSION_EMPLOYER = "22a"
    PENSION_EMPLOYEE = "23a"
    SUBSIDY_STATUTORY = "24a"
    SUBSIDY_PRIVATE = "24b"
    SUBSIDY_CARE = "24c"
    HEALTH = "25"
    CARE = "26"
    UNEMPLOYMENT = "27"
    PRIVATE_PREMIUMS = "28"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What one payslip booked, in cents: totals, and contributions by "branch.side"."""

    gross_cents: int
    wage_tax_cents: int
    soli_cents: int
    church_tax_cents: int
    branches: Mapping[str, int]
    of_free_will: bool = False
    """Insured in a statutory fund of free will: the employer's parts are subsidies, and all of it is the person's."""


def certificate(payslips: Iterable[Paid]) -> dict[CertificateLine, int]:
    """Cents by line of all that was paid in a year; lines without an amount are zero."""
    rows = list(payslips)

    def branch(*keys: str, where: Callable[[Paid], bool] = lambda _row: True) -> int:
        return sum(row.branches.get(key, 0) for row in rows if where(row) for key in keys)

    def free(row: Paid) -> bool:
        return row.of_free_will

    of_fund = branch("health.employer", "additional.employer", where=free)
    of_care = branch("care.employer", where=free)

    return {
        CertificateLine.GROSS: sum(row.gross_cents for row in rows),
        CertificateLine.WAGE_TAX: sum(row.wage_tax_cents for row in rows),
        CertificateLine.SOLI: sum(row.soli_cents for row in rows),
        CertificateLine.CHURCH_TAX: sum(row.church_tax_cents for row in rows),
        CertificateLine.PENSION_EMPLOYER: branch("pension.employer"),
        CertificateLine.PENSION_EMPLOYEE: branch("pension.employee"),
        CertificateLine.MATERNITY_SUPPLEMENT: branch("free.maternity"),
        CertificateLine.PER_DIEMS: branch("free.per_diem"),
        CertificateLine.SUBSIDY_STATUTORY: of_fund,
        CertificateLine.SUBSIDY_PRIVATE: branch("health.subsidy"),
        CertificateLine.SUBSIDY_CARE: branch("care.subsidy") + of_care,
        CertificateLine.HEALTH: branch("health.employee", "additional.employee") + of_fund,
        CertificateLine.CARE: branch("care.employee") + of_care,
        CertificateLine.UNEMPLOYMENT: branch("unemployment.employee"),
        CertificateLine.PRIVATE_PREMIUMS: branch("premiums"),
    }
