"""Runs the whole demo on one machine until Ctrl-C: `python -m ops.demo [--reset]`, or `make demo`.

Database, broker, web server, worker and clock are real processes under one supervisor. All their data lies in
`.local/demo`, their logs in `.local/logs`. Servers named by DATABASE_URL and REDIS_URL are used instead of the embedded.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.local_servers import (
    APP_ROLE,
    ExternalDatabase,
    Postgres,
    Valkey,
    check_external_broker,
    kept_secret,
    port_is_free,
)
from ops.processes import OperationFailed, Program, StopRequested, Supervisor, tail
from ops.translations import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8000
NEEDED_BYTES = 400 * 1024 * 1024
TIGHT_BYTES = 20 * 1024 * 1024
FORMER_DEMO_ENDS_WITHIN_SECONDS = 20
WEB_READY_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Places:
    """Where a demo keeps what it writes."""

    local: Path

    @property
    def data(self) -> Path:
        """Everything that `--reset` deletes."""
        return self.local / "demo"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.local / "logs"

    @property
    def lock(self) -> Path:
        """Held by the running demo; beside the data, since the data can go."""
        return self.local / "demo.lock"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"


def say(line: str = "") -> None:
    """One line for the person at the terminal."""
    print(line, flush=True)


@contextmanager
def only_demo(places: Places) -> Iterator[int]:
    """Hold the lock that only one demo can hold; yields its file descriptor.

    The descriptor goes to the watchdog too, so that the lock is free only after everything of a killed demo has ended.

    Raises: OperationFailed.
    """
    places.local.mkdir(parents=True, exist_ok=True)
    with places.lock.open("a+") as lock:
        deadline = time.monotonic() + FORMER_DEMO_ENDS_WITHIN_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip()
                if holder.isdigit() and _is_alive(int(holder)):
                    raise OperationFailed(
                        f"A demo of this folder runs already (process {holder}). Use it, or end it with Ctrl-C or: kill {holder}"
                    ) from None
                if time.monotonic() > deadline:
                    raise OperationFailed(
                        "Processes of an earlier demo do not end. Restart the machine, or end them by hand."
                    ) from None
                time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()
        lock.truncate(0)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def web_port() -> int:
    """The port that the web server shall take: PORT, or 8000.

    Raises: OperationFailed.
    """
    text = os.environ.get("PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004  the ports of TCP
        raise OperationFailed(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def refuse_taken_port(port: int) -> None:
    """See that the web server can have its port, before anything is started.

    Raises: OperationFailed.
    """
    if port < 1024 and os.geteuid() != 0:  # noqa: PLR2004  below, ports belong to root
        raise OperationFailed(
            f"Port {port} is for the system's administrator. Choose another: make demo PORT={DEFAULT_PORT}"
        )
    if not port_is_free(port):
        raise OperationFailed(
            f"Port {port} is in use by another program. End that, or choose another: make demo PORT={port + 1}"
        )


def refuse_full_disk(folder: Path) -> None:
    """See that a demo fits on the disk.

    Raises: OperationFailed.
    """
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise OperationFailed(
            f"The demo needs {NEEDED_BYTES // 2**20} MB of disk and {folder} has {free // 2**20} MB free. Make room and try again."
        )


def reset(places: Places) -> None:
    """Delete the data of a demo that does not run."""
    if "DATABASE_URL" in os.environ:
        raise OperationFailed(
            "DATABASE_URL is set: data on a server of your own is not deleted from here. "
            "Drop that database, create it again and run `make demo`, or unset DATABASE_URL."
        )
    say("Deleting the demo's data")
    if (places.data / "postgres").exists():
        outside = Postgres(places.data / "postgres", log=places.log("postgres")).outside
        if outside:
            shutil.rmtree(outside)
    for folder in (places.data, places.logs):
        if folder.exists():
            shutil.rmtree(folder)


@dataclass(slots=True, kw_only=True)
class Demo:
    """One demo: its supervisor, its places, and the environments of its processes."""

    supervisor: Supervisor
    places: Places
    port: int
    app_env: Mapping[str, str]
    """For everything that serves: acts as the application's role."""
    owner_env: Mapping[str, str]
    """For migrations: acts as the owner of the tables."""

    def step(self, title: str, *arguments: str, env: Mapping[str, str] | None = None, shown: bool = False) -> None:
        """Run a command of manage.py to its end; where `shown`, what it says appears as it is said.

        Raises: OperationFailed, StopRequested.
        """
        began = time.monotonic()
        log = self.places.log(arguments[0])
        log.unlink(missing_ok=True)
        command = [sys.executable, "manage.py", *arguments]
        program = Program(
            name=title, command=command, log=log, env=env or self.app_env, cwd=ROOT, death_signal=signal.SIGKILL
        )
        status = self.supervisor.run(program, meanwhile=_follow(log) if shown else None)
        if status != 0:
            raise OperationFailed(f"{title} failed.\n{tail(log)}\nThe whole log: {log}")
        say(f"{title}: {time.monotonic() - began:.1f} s")

    def prepare(self) -> None:
        """Everything that must be there before the first request.

        Static files are served from where they lie: collecting and compressing them is production's (half a minute).

        Raises: OperationFailed, StopRequested.
        """
        compiled = compile_catalogues()
        if compiled:
            say(f"Translations: {compiled} compiled")
        self.step("Database schema", "migrate", "--no-input", env=self.owner_env)

    def start_processes(self) -> None:
        """Start web server, worker and beat; they need a moment.

        Raises: OperationFailed.
        """
        python, celery = sys.executable, [sys.executable, "-m", "celery", "-A", "coop"]
        # Late acknowledgement redelivers what a killed worker had begun: SIGKILL on the supervisor's death loses nothing.
        worker = Program(
            name="Worker", command=[*celery, "worker", "--loglevel=INFO", f"--concurrency={worker_processes()}"],
            log=self.places.log("worker"), env=self.app_env, cwd=ROOT, stop_within_seconds=10, death_signal=signal.SIGKILL,
        )  # fmt: skip
        beat = Program(
            name="Beat",
            command=[*celery, "beat", "--loglevel=INFO", "--pidfile=", f"--schedule={self.places.data / 'beat-schedule'}"],
            log=self.places.log("beat"), env=self.app_env, cwd=ROOT, stop_within_seconds=5, death_signal=signal.SIGKILL,
        )  # fmt: skip
        web = Program(
            name="Web server",
            command=[
                python, "-m", "gunicorn", "coop.wsgi", f"--bind=127.0.0.1:{self.port}", "--workers=2", "--threads=4",
                "--timeout=60", "--graceful-timeout=5", "--access-logfile=-",
            ],
            log=self.places.log("web"), env=self.app_env, cwd=ROOT, stop_within_seconds=8, death_signal=signal.SIGTERM,
        )  # fmt: skip
        for program in (web, worker, beat):
            self.supervisor.start(program)

    def make_and_start(self) -> None:
        """Make the demo's data if there is none, start the processes, return when the web server answers.

        Raises: OperationFailed, StopRequested.
        """
        made = self.places.data / "made"
        database = hashlib.sha256(self.owner_env["DATABASE_URL"].encode()).hexdigest()
        if made.exists() and made.read_text() == database:
            self.start_processes()
            self.step("Demo data", "make_demo", shown=True)
        else:
            # No clock and no worker while a year of history is being made.
            self.step("Demo data", "make_demo", "--side-by-side", shown=True)
            made.write_text(database)
            self.start_processes()
        web = self.supervisor.running["Web server"]
        self.supervisor.wait_for(web, ready=self.web_answers, within_seconds=WEB_READY_WITHIN_SECONDS)

    def web_answers(self) -> bool:
        """Whether the application answers and reaches its database."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/alive/", headers={"Host": f"localhost:{self.port}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  our own address
                return int(answer.status) == http.HTTPStatus.OK
        except OSError:
            return False

    def show_logins(self) -> None:
        """Print addresses and logins of the demo, as the application knows them."""
        log = self.places.log("demo_logins")
        log.unlink(missing_ok=True)
        program = Program(
            name="Logins", command=[sys.executable, "manage.py", "demo_logins"], log=log, cwd=ROOT,
            env={**self.app_env, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        if self.supervisor.run(program) == 0:
            say(log.read_text().rstrip())
        else:
            say(f"Open http://localhost:{self.port} (the list of logins could not be made; see {log})")

    def keep_running(self) -> None:
        """Watch over the processes until somebody wants an end.

        Raises: OperationFailed when the disk is full, StopRequested.
        """
        while True:
            self.supervisor.tend()
            if shutil.disk_usage(self.places.data).free < TIGHT_BYTES:
                raise OperationFailed(
                    f"The disk with {self.places.data} is full. Nothing is lost; make room and start again."
                )
            self.supervisor.pause(0.5)


def _follow(log: Path) -> Callable[[], None]:
    """A function that says the lines by which a log has grown since it was called last."""
    said = 0

    def show() -> None:
        nonlocal said
        text = log.read_text(errors="replace") if log.exists() else ""
        whole = text.rfind("\n") + 1
        for line in text[said:whole].splitlines():
            say(f"  {line}")
        said = max(said, whole)

    return show


def worker_processes() -> int:
    """How many tasks the worker takes at a time."""
    return max(2, min(4, os.cpu_count() or 2))


def set_up(*, supervisor: Supervisor, places: Places, port: int) -> Demo:
    """Start the servers, or reach those of the environment, and say how the application gets at them.

    Raises: OperationFailed, StopRequested.
    """
    began = time.monotonic()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "coop.settings",
        "DJANGO_SECRET_KEY": kept_secret(places.data / "django.secret"),
        "STETIG_DEMO": "1",
        "BASE_DOMAIN": "localhost",
        "MEDIA_ROOT": str(places.data / "media"),
        "EMAIL_FILE_PATH": str(places.data / "mail"),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    env.pop("DATABASE_AS_OWNER", None)
    if env.pop("PYTHONDONTWRITEBYTECODE", None):
        # Without compiled modules each process starts three times as slowly; who wants none in the tree gets none there.
        env.setdefault("PYTHONPYCACHEPREFIX", str(places.local / "bytecode"))
    if "DATABASE_URL" in env:
        database = ExternalDatabase(env["DATABASE_URL"])
        database.set_up_role()
        env["DATABASE_APP_ROLE"] = APP_ROLE
        owner_url = env["DATABASE_OWNER_URL"] = env["DATABASE_URL"]
        say(f"Using the PostgreSQL of DATABASE_URL: {database.shown}")
    else:
        postgres = Postgres(places.data / "postgres", log=places.log("postgres"))
        postgres.prepare()
        postgres.start(supervisor)
        postgres.set_up_roles(app_login=True)
        env.pop("DATABASE_APP_ROLE", None)
        env["DATABASE_URL"] = postgres.app_url
        owner_url = env["DATABASE_OWNER_URL"] = postgres.owner_url
    if "REDIS_URL" in env:
        check_external_broker(env["REDIS_URL"])
        say("Using the Redis of REDIS_URL")
    else:
        valkey = Valkey(places.data / "valkey", log=places.log("valkey"))
        valkey.start(supervisor)
        env["REDIS_URL"] = valkey.url
    say(f"Database and broker: {time.monotonic() - began:.1f} s")
    # Only migrations know the owner's password.
    owner_env = {**env, "DATABASE_URL": owner_url, "DATABASE_AS_OWNER": "1"}
    env.pop("DATABASE_OWNER_URL")
    return Demo(supervisor=supervisor, places=places, port=port, app_env=env, owner_env=owner_env)


def run(places: Places, *, anew: bool) -> None:
    """The demo from start to end.

    Raises: OperationFailed, StopRequested (the regular end).
    """
    began = time.monotonic()
    port = web_port()
    with only_demo(places) as lock:
        if anew:
            reset(places)
        refuse_taken_port(port)
        refuse_full_disk(places.local)
        places.data.mkdir(mode=0o700, exist_ok=True)
        with Supervisor(say=say, keep_open=[lock]) as supervisor:
            try:
                demo = set_up(supervisor=supervisor, places=places, port=port)
                demo.prepare()
                demo.make_and_start()
                say(f"Ready after {time.monotonic() - began:.0f} s. Logs: {places.logs}")
                say()
                demo.show_logins()
                say()
                say("Ctrl-C ends it; the data stays. `make demo-reset` begins anew.")
                demo.keep_running()
            finally:
                say("\nStopping")
                supervisor.stop()
                say("Everything has stopped.")


def main(arguments: list[str]) -> int:
    """Run the demo; the exit status: 0 after Ctrl-C, 1 where it could not go on."""
    if arguments not in ([], ["--reset"]):
        print("usage: python -m ops.demo [--reset]", file=sys.stderr)
        return 2
    places = Places(ROOT / ".local")
    try:
        run(places, anew=bool(arguments))
    except StopRequested:
        return 0
    except KeyboardInterrupt:
        return 0
    except OperationFailed as failure:
        print(f"\nThe demo cannot go on: {failure}", file=sys.stderr)
        if "disk" not in str(failure) and places.local.exists() and shutil.disk_usage(places.local).free < TIGHT_BYTES:
            print(
                f"The disk with {places.local} is full; that is the likely reason. Make room and try again.",
                file=sys.stderr,
            )
    except OSError as error:
        print(f"\nThe demo cannot go on: {_said_plainly(error)}", file=sys.stderr)
    return 1


def _said_plainly(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full{where}. Make room and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"this folder may not be written{where}. Run it as the folder's owner, or from a copy of your own."
    return f"{error.strerror or error}{where}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
