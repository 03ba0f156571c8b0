"""All measurements one after another, each in a process of its own: `python -m bench [names]`."""

import subprocess
import sys

MEASUREMENTS = ("wage_tax", "payslips_pure", "camt", "ledger")


def main(names: list[str]) -> int:
    """Run those named, or all; the number of those that failed."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    failed = 0
    for name in names or MEASUREMENTS:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0  # noqa: S603
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
