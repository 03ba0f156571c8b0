"""A database of its own for measurements, made by the owner, used by the application's role, dropped afterwards."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

MADE = "BENCH_DATABASE"
"""Names a database that was made before, so that several measurements need not each migrate one."""


@contextmanager
def database() -> Iterator[None]:
    """Everything inside works on an empty, migrated database behind row-level security.

    Where `MADE` names one, that one is used, with what other measurements left in it, and stays.
    """
    if "DATABASE_URL" not in os.environ:
        raise SystemExit("DATABASE_URL is not set: `make bench` starts servers of its own")
    os.environ.setdefault("DATABASE_APP_ROLE", "stetig_app")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coop.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 (after the setup)
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    if MADE in os.environ:
        connection.settings_dict["NAME"] = os.environ[MADE]
        print(_versions())
        yield
        connection.close()
        return
    role = connection.settings_dict["OPTIONS"].pop("assume_role")
    connection.settings_dict["TEST"]["NAME"] = f"bench_{connection.settings_dict['NAME']}"
    made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    try:
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = role
        print(_versions())
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"].pop("assume_role", None)
        teardown_databases(made, verbosity=0)


def _versions() -> str:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync'), current_user")
        version, fsync, user = cursor.fetchone()
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} at the start; Python "
        f"{platform.python_version()}, Django {django.__version__}, PostgreSQL {version.split()[0]} (fsync {fsync}), as {user}"
    )


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes on the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def load() -> str:
    """How busy the machine is now, to be printed beside a figure: on a shared one the clock says little alone."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def processor_seconds() -> tuple[float, float]:
    """The processor's time that this process and its database connection's server have used so far.

    On a busy machine they say what the clock cannot. The server's is 0 where it runs elsewhere or not under Linux.
    """
    from django.db import connection  # noqa: PLC0415

    server = 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if connection.settings_dict["HOST"] in {"", "127.0.0.1", "localhost"} and stat.exists():
        name, _, rest = stat.read_text().rpartition(")")
        if "postgres" in name:
            user, system = rest.split()[11:13]
            server = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return time.process_time(), server
