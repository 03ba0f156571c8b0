"""Runs the measurements of `bench` on servers of their own: `python -m ops.bench [arguments of bench]`."""

from __future__ import annotations

import sys

from ops.processes import OperationFailed, StopRequested
from ops.test import INTERRUPTED, in_terminal
from ops.throwaway import servers
from ops.translations import compile_catalogues

if __name__ == "__main__":
    try:
        compile_catalogues()
        # Durable: figures without the disk would be nobody's.
        with servers(durable=True) as (supervisor, env):
            # Modules that are compiled anew in each process would be most of what a first PDF or page takes.
            env.pop("PYTHONDONTWRITEBYTECODE", None)
            sys.exit(in_terminal([sys.executable, "-m", "bench", *sys.argv[1:]], supervisor=supervisor, env=env))
    except OperationFailed as failure:
        sys.exit(f"\nThe measurements could not run: {failure}")
    except (StopRequested, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
