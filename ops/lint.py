"""Every check beside the tests: `python -m ops.lint`. All run, also after one failed; exit status 1 if any did."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMPORT_CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"  # has no module to run
CHECKS = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy", "."],
    "import contracts": ["-c", IMPORT_CONTRACTS],
    "branches of the law": ["-m", "ops.branches"],
    "migrations": ["-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main() -> int:
    """Run the checks; the exit status."""
    # The settings want these two. Nobody listens there: makemigrations warns that it could not ask the database, and goes on.
    env = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0", **os.environ}
    failed = []
    for name, arguments in CHECKS.items():
        began = time.monotonic()
        print(f"── {name}", flush=True)
        if subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=False).returncode != 0:
            failed.append(name)
        print(f"   {time.monotonic() - began:.1f} s", flush=True)
    print("All checks passed." if not failed else f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
