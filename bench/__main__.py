"""All measurements one after another, each in a process of its own: `python -m bench [names]`."""

import os
import subprocess
import sys
from contextlib import nullcontext

from bench.ground import MADE, database

MEASUREMENTS = {
    "wage_tax": (),
    "payslips_pure": (),
    "camt": (),
    "matching": (),
    "steadypay": ("--members", "4"),
    "month_end_forecast": ("500",),
    "ledger": (),
    "payroll_run": (),
    "payslip_pdfs": (),
    "invoices": (),
    "statements": (),
    "first_pages": (),
    "clone_to_demo": (),
}
"""Each with the arguments that keep it short; alone it takes others."""
IN_DATABASE = frozenset({"ledger", "payroll_run", "payslip_pdfs", "invoices", "statements", "first_pages"})


def main(names: list[str]) -> int:
    """Run those named, or all; the number of those that failed."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    chosen = names or list(MEASUREMENTS)
    failed = 0
    with database() if IN_DATABASE & set(chosen) else nullcontext():
        env = dict(os.environ)
        if IN_DATABASE & set(chosen):
            from django.db import connection  # noqa: PLC0415 (after the setup)

            env[MADE] = str(connection.settings_dict["NAME"])
        for name in chosen:
            print(f"\n== {name}", flush=True)
            command = [sys.executable, "-m", f"bench.{name}", *MEASUREMENTS[name]]
            failed += subprocess.run(command, check=False, env=env).returncode != 0  # noqa: S603
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
