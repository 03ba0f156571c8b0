"""Servers for the length of one test run or measurement, gone without a trace afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ops.local_servers import APP_ROLE, ExternalDatabase, Postgres, Valkey, check_external_broker
from ops.processes import Supervisor

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A folder in .local that is gone afterwards; also removes those that a killed run left behind."""
    place = ROOT / ".local"
    place.mkdir(exist_ok=True)
    for old in place.glob("test-*"):
        with (old / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # of a run that goes on
        shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=place))
    try:
        with (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def servers(*, durable: bool = False) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """The environment that leads to a PostgreSQL and a broker; what it does not name is started here, empty.

    `durable` servers write to the disk as the demo's do: a measurement needs it, a test is twice as fast without.

    Raises: OperationFailed, StopRequested.
    """
    env = dict(os.environ)
    with ExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        postgres = None
        if "DATABASE_URL" not in env:
            postgres = Postgres(folder / "postgres", log=folder / "postgres.log", durable=durable)
            if postgres.outside:
                stack.callback(shutil.rmtree, postgres.outside, ignore_errors=True)
        supervisor = stack.enter_context(Supervisor())
        if postgres:
            postgres.prepare()
            postgres.start(supervisor)
            postgres.set_up_roles(app_login=False)
            env["DATABASE_URL"] = postgres.owner_url
        else:
            ExternalDatabase(env["DATABASE_URL"]).set_up_role()
        env.setdefault("DATABASE_APP_ROLE", APP_ROLE)
        if "REDIS_URL" in env:
            check_external_broker(env["REDIS_URL"])
        else:
            valkey = Valkey(folder / "valkey", log=folder / "valkey.log", durable=durable)
            valkey.start(supervisor)
            env["REDIS_URL"] = valkey.url
        yield supervisor, env
