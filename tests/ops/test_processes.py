"""The supervisor on real, small processes: what it starts must end with it, however it ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ops.processes import OperationFailed, Program, Supervisor, tail

ROOT = Path(__file__).resolve().parent.parent.parent
SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(300)"]
# A child that ignores a polite signal and has a child of its own.
STUBBORN_FAMILY = [
    sys.executable, "-I", "-S", "-c",
    "import os, signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "pid = os.fork()\n"
    "print(os.getpid(), flush=True)\n"
    "time.sleep(300)\n",
]  # fmt: skip


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=15.0):
    """Poll a condition; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


@pytest.fixture(autouse=True)
def signals_stay_pytests():
    """The supervisor takes over signals; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def tended(supervisor: Supervisor) -> bool:
    """One round of the supervisor's work."""
    supervisor.tend()
    return True


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line that a process prints."""
    assert process.stdout is not None
    line: str = process.stdout.readline()
    return line


def printed_pids(log: Path, count: int) -> list[int]:
    assert wait_until(lambda: log.exists() and len(log.read_text().split()) == count)
    return [int(word) for word in log.read_text().split()]


def test_stop_ends_a_program_and_the_children_it_left(tmp_path):
    log = tmp_path / "family.log"
    with Supervisor() as supervisor:
        supervisor.start(Program(name="Family", command=STUBBORN_FAMILY, log=log, stop_within_seconds=0.3))
        pids = printed_pids(log, 2)
        assert all(lives(pid) for pid in pids)
    assert wait_until(lambda: not any(lives(pid) for pid in pids))


def test_a_program_that_falls_is_started_again_after_a_growing_pause(tmp_path):
    said: list[str] = []
    with Supervisor(say=said.append) as supervisor:
        running = supervisor.start(Program(name="Sleeper", command=SLEEPER, log=tmp_path / "log"))
        for _ in range(2):
            fallen = running.process.pid
            os.kill(fallen, signal.SIGKILL)
            running.process.wait()
            supervisor.tend()
            assert running.restart_at is not None
            assert wait_until(lambda: tended(supervisor) and running.restart_at is None)
            assert running.process.pid != fallen
            assert lives(running.process.pid)
    assert [line.split(";")[1].split(".")[0] for line in said] == [
        " starting it again in 1 s",
        " starting it again in 2 s",
    ]


def test_a_program_that_never_answers_is_an_error_with_the_end_of_its_log(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such setting')"]
    with Supervisor() as supervisor:
        running = supervisor.start(Program(name="Web server", command=command, log=tmp_path / "web.log"))
        with pytest.raises(OperationFailed, match=r"(?s)Web server ended at once \(status 1\).*no such setting"):
            supervisor.wait_for(running, ready=lambda: False, within_seconds=20)


def test_a_command_that_does_not_exist_is_an_error_that_names_it(tmp_path):
    with Supervisor() as supervisor, pytest.raises(OperationFailed, match="Ghost cannot be started"):
        supervisor.start(Program(name="Ghost", command=[tmp_path / "ghost"], log=tmp_path / "log"))


def test_run_gives_the_exit_status_and_leaves_nothing(tmp_path):
    with Supervisor() as supervisor:
        program = Program(
            name="Step", command=[sys.executable, "-c", "import sys; print('done'); sys.exit(3)"], log=tmp_path / "log"
        )
        assert supervisor.run(program) == 3
        assert not supervisor.running
    assert tail(tmp_path / "log") == "    done"


SUPERVISING = """
    import sys, time
    from pathlib import Path
    from ops.processes import Program, StopRequested, Supervisor

    log = Path(sys.argv[1])
    try:
        with Supervisor(grace_seconds=0.5) as supervisor:
            supervisor.start(Program(name="Family", command={command!r}, log=log, stop_within_seconds=0.3))
            print(supervisor._watchdog.pid, flush=True)
            while True:
                supervisor.tend()
                supervisor.pause()
    except StopRequested:
        sys.exit(0)
"""


def supervising(log: Path, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """A supervisor in a process of its own; its first line of output is its watchdog's process id."""
    code = textwrap.dedent(SUPERVISING).format(command=STUBBORN_FAMILY)
    command = [*prefix, sys.executable, "-c", code, str(log)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_everything_with_status_0(tmp_path, number):
    with supervising(tmp_path / "log") as supervisor:
        pids = printed_pids(tmp_path / "log", 2)
        supervisor.send_signal(number)
        assert supervisor.wait(20) == 0
    assert wait_until(lambda: not any(lives(pid) for pid in pids))


def test_kill_9_of_the_supervisor_leaves_nothing_running(tmp_path):
    with supervising(tmp_path / "log") as supervisor:
        pids = printed_pids(tmp_path / "log", 2)
        watchdog = int(first_line(supervisor))
        supervisor.kill()
        supervisor.wait()
    assert wait_until(lambda: not any(lives(pid) for pid in (*pids, watchdog)))


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_kill_9_of_supervisor_and_watchdog_ends_the_programs(tmp_path):
    log = tmp_path / "log"
    code = textwrap.dedent(SUPERVISING).format(command=SLEEPER)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(log)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        watchdog = int(first_line(supervisor))
        assert wait_until(lambda: log.exists() and "up" in log.read_text())
        children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()
        (sleeper,) = {int(pid) for pid in children} - {watchdog}
        os.kill(watchdog, signal.SIGKILL)
        supervisor.kill()
        supervisor.wait()
    assert wait_until(lambda: not lives(sleeper))


def test_kill_9_of_the_parent_ends_the_supervisor_and_all_it_runs(tmp_path):
    # As `make` stands between a person and the supervisor.
    with supervising(tmp_path / "log", prefix=("sh", "-c", '"$0" "$@"; true')) as parent:
        pids = printed_pids(tmp_path / "log", 2)
        parent.kill()
        parent.wait()
        assert wait_until(lambda: not any(lives(pid) for pid in pids))
