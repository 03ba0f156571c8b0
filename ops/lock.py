"""Rebuilds the lock files from pyproject.toml: `python -m ops.lock [--upgrade]`.

Every version with the hashes of all its files and no word about where they come from: each installation asks its own
package index. Versions stay as they are while they fit; `--upgrade` takes the newest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "production.txt": ["pyproject.toml"],
    "demo.txt": ["pyproject.toml", "--group", "local"],
    "dev.txt": ["pyproject.toml", "--group", "local", "--group", "dev"],
    "uv.txt": ["-"],
}


def main(arguments: list[str]) -> int:
    """Compile each lock file; the exit status."""
    for name, sources in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
        command += [*sources, "--output-file", f"requirements/{name}", *arguments]
        status = subprocess.run(command, cwd=ROOT, env=os.environ, input="uv\n", text=True, check=False).returncode
        if status != 0:
            return status
        print(f"requirements/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
