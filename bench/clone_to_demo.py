"""Seconds from `git clone` to a demo that somebody can sign in to, and of the second start.

python -m bench.clone_to_demo

Clones the commit that stands here into a temporary folder and runs `make demo` in it as anybody would: environment from
the hashed lock, servers, schema, data, web server. Ready means that a member, a payroll person and a board member have
signed in and seen their first page. Then it is ended as by Ctrl-C, started once more, ended, and seen to be gone.
Needs the package index that pip is configured for; system libraries are there already when `make bench` runs.
"""

import http.client
import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ground import load
from ops.local_servers import free_port, port_is_free

ROOT = Path(__file__).resolve().parent.parent
GOAL_SECONDS, GOAL_AGAIN_SECONDS = 120, 15
GIVES_UP_AFTER_SECONDS = 900
ENDS_WITHIN_SECONDS = 60
WHO = ("steady@nord.example", "payroll@nord.example", "board@sued.example")
OURS = ("DATABASE", "REDIS_URL", "CACHE_URL", "DJANGO_", "STETIG_", "PORT", "MAKE", "MFLAGS", "BENCH_", "VIRTUAL_ENV")
"""What the beginnings of variables say that would make the clone use something of ours."""


def main() -> None:
    """Print both times and their parts."""
    with tempfile.TemporaryDirectory(prefix="stetig-clone-") as folder:
        place = Path(folder) / "stetig"
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place)], check=True)  # noqa: S603, S607
        port = free_port()
        with demo(place, port) as said:
            sign_in_all(port, said)
            taken = time.monotonic() - began
            print("\n".join(f"  {line}" for line in said if re.search(r": [\d.]+ s$|^Ready", line)))
            print(f"clone to demo: {taken:.0f} s until three people had signed in (goal {GOAL_SECONDS}); {load()}")
        began = time.monotonic()
        with demo(place, port) as said:
            sign_in_all(port, said)
            taken = time.monotonic() - began
            print(f"second start, data kept: {taken:.1f} s (goal {GOAL_AGAIN_SECONDS}); {load()}", flush=True)
        assert port_is_free(port), "the demo's web server still listens"


@contextmanager
def demo(place: Path, port: int) -> Iterator[list[str]]:
    """`make demo` from when it says where to sign in until this block ends; what it has said so far."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    env["PORT"] = str(port)
    output = place.parent / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["make", "demo"],  # noqa: S607
            cwd=place, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while "One password" not in output.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the demo did not start:\n{output.read_text()[-2000:]}")
            time.sleep(0.1)
        yield output.read_text().splitlines()
    finally:
        # What Ctrl-C does in a terminal: make and the supervisor hear it, the supervisor ends all others.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            sys.exit("the demo did not end when told to")


def sign_in_all(port: int, said: list[str]) -> None:
    """Let each of `WHO` sign in at their cooperative's address and see their first page."""
    password = next(line for line in said if line.startswith("One password")).split(": ")[1]
    for email in WHO:
        host = f"{email.split('@')[1].removesuffix('.example')}.localhost:{port}"
        browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _Local(port)
        )
        page = browser.open(f"http://{host}/accounts/login/", timeout=60).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, "the page to sign in has no form"
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        answer = browser.open(
            urllib.request.Request(
                f"http://{host}/accounts/login/",
                data=urllib.parse.urlencode(form).encode(),
                headers={"Referer": f"http://{host}/accounts/login/"},
            ),
            timeout=60,
        )
        path = urllib.parse.urlsplit(answer.url).path
        assert path in {"/mine/", "/office/", "/board/"}, f"{email} came to {path}"


class _Local(urllib.request.HTTPHandler):
    """Any host is this machine: not every system resolves names under localhost."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Connect to 127.0.0.1, whatever the address says."""

        class Here(http.client.HTTPConnection):
            def __init__(this, _host: str, **options: object) -> None:  # noqa: N805 (self is the handler)
                super().__init__("127.0.0.1", self.port, timeout=options.get("timeout"))  # type: ignore[arg-type]

        return self.do_open(Here, request)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
