"""Every branch of the law of pay is reached by a test: `python -m ops.branches`.

Runs the tests of the law, which need no database, once more under coverage, and fails with the lines that none of
them reached. Long searches are left out (marker `slow`): what they try, faster tests reach as well.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAW = "payroll.germany,coop.law"
TESTS = ["tests/payroll/germany", "tests/payroll/management", "tests/coop/test_law.py"]


def main() -> int:
    """Measure; the exit status."""
    coverage = [sys.executable, "-m", "coverage"]
    with tempfile.TemporaryDirectory() as folder:
        data = f"--data-file={folder}/coverage"
        # The same examples each time: what is reached must not depend on chance.
        tests = ["-m", "pytest", "-q", "-m", "not slow", "--hypothesis-seed=1", "-p", "no:cacheprovider", *TESTS]
        run = [*coverage, "run", "--branch", f"--source={LAW}", data, *tests]
        if subprocess.run(run, cwd=ROOT, check=False).returncode != 0:
            return 1
        report = [*coverage, "report", data, "--show-missing", "--skip-covered", "--fail-under=100"]
        return subprocess.run(report, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
