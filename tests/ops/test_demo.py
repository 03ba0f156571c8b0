"""What stops a demo before it starts, with a message that says what to do."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops import demo
from ops.demo import Places
from ops.processes import OperationFailed
from tests.ops.test_processes import first_line

ROOT = Path(__file__).resolve().parent.parent.parent

HOLDER = """
import sys, time
from pathlib import Path
from ops.demo import Places, only_demo
with only_demo(Places(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / ".local")


def test_a_second_demo_is_refused_and_told_which_process_is_the_first(places):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, places.local], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as first:
        try:
            assert first_line(first) == "held\n"
            with (
                pytest.raises(OperationFailed, match=rf"runs already \(process {first.pid}\).*kill {first.pid}"),
                demo.only_demo(places),
            ):
                pass
        finally:
            first.send_signal(signal.SIGKILL)
    with demo.only_demo(places):
        assert places.lock.read_text() == str(os.getpid())


def test_a_taken_port_is_named_with_the_way_out(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OperationFailed, match=rf"Port {port} is in use.*make demo PORT={port + 1}"):
            demo.refuse_taken_port(port)
    demo.refuse_taken_port(port)


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", ""])
def test_a_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(OperationFailed, match="PORT is"):
        demo.web_port()


def test_the_port_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    assert demo.web_port() == 8123
    monkeypatch.delenv("PORT")
    assert demo.web_port() == 8000


def test_a_disk_without_room_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "NEEDED_BYTES", 2**62)
    with pytest.raises(OperationFailed, match=r"needs \d+ MB of disk and .* has \d+ MB free. Make room"):
        demo.refuse_full_disk(tmp_path)


def test_reset_deletes_data_and_logs_and_nothing_else(places, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for folder in (places.data / "mail", places.logs, places.local / "other"):
        folder.mkdir(parents=True)
    demo.reset(places)
    assert [path.name for path in places.local.iterdir()] == ["other"]


def test_reset_leaves_a_server_of_your_own_alone(places, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@127.0.0.1:1/theirs")
    places.data.mkdir(parents=True)
    with pytest.raises(OperationFailed, match=r"DATABASE_URL is set.*Drop that database"):
        demo.reset(places)
    assert places.data.exists()


def test_a_folder_that_may_not_be_written_is_said_plainly(monkeypatch, capsys, tmp_path):
    (tmp_path / ".local").write_text("in the way")
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    assert demo.main([]) == 1
    assert re.search(r"The demo cannot go on: File exists \(.*\.local\)", capsys.readouterr().err)


def test_unknown_arguments_are_refused(capsys):
    assert demo.main(["--rest"]) == 2
    assert "usage" in capsys.readouterr().err
