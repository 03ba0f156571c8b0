"""Ends the processes of a supervisor that died, however it died.

Run as a process of its own: `python watchdog.py GRACE_SECONDS`. It reads lines `+GROUP SIGNAL` and `-GROUP` (process
groups that began and ended) from standard input, whose other end only the supervisor holds. The pipe closes when the
supervisor ends, also by kill -9: then every group still listed gets its signal, and SIGKILL after the grace period.
A pipe works on every Unix; the death signal that `processes.spawn` sets besides is known to Linux alone.
"""

import contextlib
import os
import signal
import sys
import time


def main() -> None:
    """Listen until the supervisor is gone, then leave nothing of it running."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    grace_seconds = float(sys.argv[1])
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, *number_text = line[1:].split()
        if line.startswith("+"):
            groups[int(group)] = int(number_text[0])
        else:
            groups.pop(int(group), None)
    # The youngest first: programs before the database they write to.
    for group, number in reversed(groups.items()):
        send(group, number)
    if not wait_until_gone(groups, grace_seconds):
        for group in groups:
            send(group, signal.SIGKILL)
        wait_until_gone(groups, 2)


def send(group: int, number: int) -> None:
    """Signal a whole process group; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def wait_until_gone(groups: dict[int, int], seconds: float) -> bool:
    """Whether every group ended within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(group_lives(group) for group in groups):
            return True
        time.sleep(0.05)
    return False


def group_lives(group: int) -> bool:
    """Whether the process group has a member left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
