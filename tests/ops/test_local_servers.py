"""The embedded servers, really started: who may do what there, and what they refuse."""

import os
import shutil
import socket
import stat
from contextlib import contextmanager

import psycopg
import pytest
import redis

from ops import local_servers
from ops.local_servers import APP_ROLE, ExternalDatabase, Postgres, Valkey, check_external_broker
from ops.processes import OperationFailed, Supervisor
from tests.ops.test_processes import signals_stay_pytests  # noqa: F401  a fixture


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    folder = tmp_path_factory.mktemp("postgres")
    server = Postgres(folder, log=folder / "log", durable=False)
    with Supervisor() as supervisor:
        server.prepare()
        server.start(supervisor)
        server.set_up_roles(app_login=True)
        yield server


def test_owner_and_application_are_no_superusers_and_cannot_pass_row_level_security(postgres):
    with psycopg.connect(postgres.owner_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname LIKE 'stetig%' ORDER BY rolname"
        ).fetchall()
    assert rows == [("stetig_app", False, False, False, False), ("stetig_owner", False, False, True, True)]


def test_the_application_can_make_no_table(postgres):
    with psycopg.connect(postgres.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (id int)")


def test_the_owner_takes_on_the_application_role(postgres):
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute(f"SET ROLE {APP_ROLE}")
        assert connection.execute("SELECT current_user").fetchone() == (APP_ROLE,)


def test_setting_up_twice_changes_nothing(postgres):
    postgres.set_up_roles(app_login=True)
    with psycopg.connect(postgres.app_url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("stetig",)


def test_a_wrong_password_is_refused(postgres):
    url = f"postgres://stetig_app:guess@127.0.0.1:{postgres.port}/stetig"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"), psycopg.connect(url):
        pass


def test_personal_data_of_a_failed_statement_is_not_logged(postgres):
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute("CREATE TEMPORARY TABLE person (iban text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('DE02120300000000202051')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('DE02120300000000202051')")
    text = postgres.log.read_text()
    assert "duplicate key value" in text
    assert "DE0212" not in text


def test_a_login_without_the_right_is_told_what_an_administrator_has_to_run(postgres):
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE visitor LOGIN PASSWORD 'visitor'")
    database = ExternalDatabase(f"postgres://visitor:visitor@127.0.0.1:{postgres.port}/stetig")
    with pytest.raises(OperationFailed, match=r"(?s)may not make or take on.*GRANT stetig_app TO visitor;"):
        database.set_up_role()


def test_a_login_with_the_right_may_be_set_up_again_and_again(postgres):
    for _ in range(2):
        ExternalDatabase(postgres.owner_url).set_up_role()


def test_a_database_that_is_not_there_is_named_without_its_password():
    url = f"postgres://owner:secret@127.0.0.1:{local_servers.free_port()}/away"
    with pytest.raises(OperationFailed, match=r"127\.0\.0\.1.*away.*unset DATABASE_URL") as caught:
        ExternalDatabase(url).set_up_role()
    assert "secret" not in str(caught.value)


def test_data_of_another_major_version_is_refused_with_the_way_out(tmp_path):
    server = Postgres(tmp_path, log=tmp_path / "log")
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(OperationFailed, match=r"written by PostgreSQL 15, this is \d+.*make demo-reset"):
        server.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_where_root_has_no_user_namespaces_the_server_runs_as_nobody_on_copies(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no unshare here
    server = Postgres(tmp_path / "postgres", log=tmp_path / "log", durable=False)
    assert server.outside is not None
    try:
        with Supervisor() as supervisor:
            server.prepare()
            server.start(supervisor)
            assert server.data.stat().st_uid == local_servers.NOBODY
            server.set_up_roles(app_login=True)
            with psycopg.connect(server.app_url) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (APP_ROLE,)
    finally:
        shutil.rmtree(server.outside)


def test_data_that_another_server_uses_is_refused(postgres):
    again = Postgres(postgres.folder, log=postgres.log, durable=False)
    with pytest.raises(OperationFailed, match=r"earlier run still uses.*kill -INT \d+"):
        again.prepare()


@contextmanager
def broker(folder):
    server = Valkey(folder, log=folder / "log")
    with Supervisor() as supervisor:
        server.start(supervisor)
        yield server


def test_the_broker_wants_its_password_and_keeps_what_it_was_given(tmp_path):
    with broker(tmp_path) as server:
        check_external_broker(server.url)
        with redis.from_url(server.url) as client:
            client.set("kept", "yes")
        stranger = redis.Redis(port=server.port)
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    with broker(tmp_path) as server, redis.from_url(server.url) as client:
        assert client.get("kept") == b"yes"


def test_a_broker_that_is_not_there_is_named():
    port = local_servers.free_port()
    with pytest.raises(OperationFailed, match=f"127.0.0.1:{port}.*unset REDIS_URL"):
        check_external_broker(f"redis://:secret@127.0.0.1:{port}/0")


def test_a_secret_is_kept_for_its_owner_alone(tmp_path):
    file = tmp_path / "folder" / "secret"
    first = local_servers.kept_secret(file)
    assert len(first) >= 32
    assert local_servers.kept_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_remembered_port_is_kept_until_somebody_else_has_it(tmp_path):
    file = tmp_path / "port.json"
    first = local_servers.kept_port(file)
    assert local_servers.kept_port(file) == first
    with socket.create_server(("127.0.0.1", first)):
        assert local_servers.kept_port(file) != first
