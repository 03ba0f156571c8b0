"""Runs the tests on servers of their own: `python -m ops.test [pytest arguments]`.

First everything but the browser tests on two processes, then the browser tests one after another. Servers named by
DATABASE_URL and REDIS_URL are used; what is not named is started, empty, and removed at the end. Exit status 0 only
where all tests passed.
"""

from __future__ import annotations

import subprocess
import sys

from ops.processes import OperationFailed, StopRequested, Supervisor
from ops.throwaway import ROOT, servers
from ops.translations import compile_catalogues

PROCESSES = "2"
NO_TESTS_COLLECTED = 5
INTERRUPTED = 130


def pytest(arguments: list[str], *, supervisor: Supervisor, env: dict[str, str]) -> int:
    """Run pytest in the terminal that we have; its exit status.

    Raises: StopRequested.
    """
    return in_terminal([sys.executable, "-m", "pytest", *arguments], supervisor=supervisor, env=env)


def in_terminal(command: list[str], *, supervisor: Supervisor, env: dict[str, str]) -> int:
    """Run a command in the terminal that we have; its exit status.

    Raises: StopRequested.
    """
    # Not under the supervisor: it needs our terminal, whose Ctrl-C then reaches it directly.
    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            while (status := process.poll()) is None:
                supervisor.pause()
        except StopRequested:
            process.terminate()
            raise
    return status


def main(arguments: list[str]) -> int:
    """All tests, or those that the arguments select; the exit status."""
    compile_catalogues()
    has_browser_tests = any((ROOT / "tests" / "e2e").glob("**/test_*.py"))
    with servers() as (supervisor, env):
        quick = pytest(["-n", PROCESSES, "-m", "not e2e", *arguments], supervisor=supervisor, env=env)
        if quick not in (0, NO_TESTS_COLLECTED):
            return quick
        browser = NO_TESTS_COLLECTED
        if has_browser_tests:
            browser = pytest(["-m", "e2e", *arguments], supervisor=supervisor, env=env)
        if browser not in (0, NO_TESTS_COLLECTED):
            return browser
    # A selection may leave one half empty; the whole suite may not.
    allowed_empty = bool(arguments) and quick != browser
    if not allowed_empty and (quick == NO_TESTS_COLLECTED or (has_browser_tests and browser == NO_TESTS_COLLECTED)):
        return NO_TESTS_COLLECTED
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OperationFailed as failure:
        sys.exit(f"\nThe tests could not run: {failure}")
    except (StopRequested, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
