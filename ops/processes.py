"""Starts, watches and ends processes so that none outlives the one that started it.

Three nets, each for what the one before cannot catch: `Supervisor.stop` ends all in order; a watchdog process
(watchdog.py) ends all when the supervisor was killed; the kernel's death signal (Linux) when the watchdog was too.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

# Not coop.errors.StetigError: importing `coop` loads the Celery app, and all this runs before there is a database.


class OperationFailed(Exception):
    """The set-up or the demo cannot go on; the message says why and what to do."""


class StopRequested(Exception):
    """Somebody asked for the end: Ctrl-C, a signal, or the parent process is gone."""


PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
RESTART_PAUSES_SECONDS = (1, 2, 4, 8, 15, 30)
STEADY_AFTER_SECONDS = 60

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command to be kept running, and how it is ended."""

    name: str
    command: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    uid: int | None = None
    stop_signal: int = signal.SIGTERM
    stop_within_seconds: float = 8
    death_signal: int = signal.SIGTERM
    """What the kernel sends when the supervisor dies."""


@dataclass(slots=True, kw_only=True)
class Running:
    """A started program: its process and how often it had to be started."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    """time.monotonic()"""
    failures: int = 0
    restart_at: float | None = None
    """time.monotonic() at which it is tried again, while it is down."""


@dataclass(slots=True)
class Supervisor:
    """Owns processes: starts them, restarts what falls, ends them all.

    `say` gets one line per event for the person at the terminal. `keep_open` are file descriptors that stay open until
    everything has ended, even after a kill -9 of the supervisor: the descriptor of a lock file, say.
    """

    say: Callable[[str], None] = print
    keep_open: Sequence[int] = ()
    grace_seconds: float = 8
    running: dict[str, Running] = field(default_factory=dict)
    _watchdog: subprocess.Popen[bytes] | None = None
    _stop_asked: bool = False
    _parent: int = field(default_factory=os.getppid)

    def __enter__(self) -> Supervisor:
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py")), str(self.grace_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=tuple(self.keep_open),
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked = True

    def pause(self, seconds: float = POLL_SECONDS) -> None:
        """Let time pass; the place where a request to stop takes effect.

        Raises: StopRequested.
        """
        deadline = time.monotonic() + seconds
        while True:
            if self._stop_asked or os.getppid() != self._parent:
                raise StopRequested
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, POLL_SECONDS))

    def start(self, program: Program) -> Running:
        """Start a program that `tend` restarts from now on.

        Raises: OperationFailed.
        """
        running = Running(program=program, process=self._spawn(program), started_at=time.monotonic())
        self.running[program.name] = running
        return running

    def run(self, program: Program, *, meanwhile: Callable[[], None] | None = None) -> int:
        """Run a program to its end while the others are tended; its exit status. `meanwhile` is called now and then.

        Raises: OperationFailed, StopRequested.
        """
        process = self._spawn(program)
        try:
            while (status := process.poll()) is None:
                self.tend()
                if meanwhile:
                    meanwhile()
                self.pause()
            if meanwhile:
                meanwhile()
        finally:
            self._end({program.name: Running(program=program, process=process, started_at=0)})
        return status

    def wait_for(self, running: Running, *, ready: Callable[[], bool], within_seconds: float) -> None:
        """Wait until a started program answers.

        Raises: OperationFailed when it ends or stays silent, with the last lines of its log. StopRequested.
        """
        deadline = time.monotonic() + within_seconds
        name, log = running.program.name, running.program.log
        while not ready():
            if running.process.poll() is not None:
                raise OperationFailed(
                    f"{name} ended at once (status {running.process.returncode}).\n{tail(log)}\nThe whole log: {log}"
                )
            if time.monotonic() > deadline:
                raise OperationFailed(
                    f"{name} gave no answer in {within_seconds:.0f} s.\n{tail(log)}\nThe whole log: {log}"
                )
            self.pause(0.05)

    def tend(self) -> None:
        """Restart what has ended; the pauses grow while it keeps ending."""
        now = time.monotonic()
        for running in self.running.values():
            if running.restart_at is not None:
                if now >= running.restart_at:
                    running.process = self._spawn(running.program)
                    running.started_at, running.restart_at = now, None
            elif (status := running.process.poll()) is not None:
                # Workers that outlived their master would hold its port.
                signal_group(running.process.pid, signal.SIGKILL)
                self._tell_watchdog(f"-{running.process.pid}")
                if now - running.started_at > STEADY_AFTER_SECONDS:
                    running.failures = 0
                pause = RESTART_PAUSES_SECONDS[min(running.failures, len(RESTART_PAUSES_SECONDS) - 1)]
                running.failures += 1
                running.restart_at = now + pause
                self.say(
                    f"{running.program.name} ended (status {status}); starting it again in {pause} s. Log: {running.program.log}"
                )

    def stop(self) -> None:
        """End everything, the youngest first, and the watchdog last. A second Ctrl-C shortens the wait."""
        self._stop_asked = False
        self._end(self.running)
        self.running.clear()
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
            self._watchdog.wait()
            self._watchdog = None

    def _end(self, some: Mapping[str, Running]) -> None:
        for running in reversed(list(some.values())):
            program, process = running.program, running.process
            deadline = time.monotonic() + program.stop_within_seconds
            if process.poll() is None:
                signal_group(process.pid, program.stop_signal)
            while process.poll() is None and time.monotonic() < deadline and not self._stop_asked:
                time.sleep(0.02)
            # Also where the leader has ended: a child it left behind is in its group.
            if running.restart_at is None:
                signal_group(process.pid, signal.SIGKILL)
            process.wait()
            self._tell_watchdog(f"-{process.pid}")

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            try:
                self._watchdog.stdin.write(line.encode() + b"\n")
                self._watchdog.stdin.flush()
            except BrokenPipeError:
                self.say("The watchdog process is gone; carrying on without it.")
                self._watchdog = None

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        process = spawn(program)
        self._tell_watchdog(f"+{process.pid} {int(program.stop_signal)}")
        return process


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to its log.

    Raises: OperationFailed.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(program.death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    try:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=None if program.env is None else dict(program.env),
                cwd=program.cwd,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  this process has one thread
                user=program.uid,
                group=program.uid,
                extra_groups=None if program.uid is None else [],
            )
    except OSError as error:
        raise OperationFailed(f"{program.name} cannot be started: {error}") from error


def signal_group(group: int, number: int) -> None:
    """Signal a whole process group; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def tail(log: Path, *, lines: int = 12) -> str:
    """The last lines of a log, indented, for an error message."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])
