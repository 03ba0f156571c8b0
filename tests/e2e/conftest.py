"""A cooperative with its staff, served for real: a web server, a worker, a browser. The clock stands still."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright

from coop.tenancy.models import Cooperative, User
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from tests.factories.tenancy import make_cooperative, make_role
from tests.payroll.killable_worker import CLOCK

PASSWORD = "a steady sentence for browsers"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LONG_NAME = "Genossenschaft freischaffender Illustratorinnen und Illustratoren"
"""As long as names of real cooperatives are: it has to fit on a phone."""
WORKER = """
import sys
from pathlib import Path
import tests.payroll.worker_ground
from tests.payroll.killable_worker import work
work(prefix=sys.argv[1], moments=Path(sys.argv[2]), log=Path(sys.argv[3]))
"""


class _Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Nothing."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Install Chromium: apt-get install chromium"
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; the database is asked between the steps, never during one.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()


@pytest.fixture
def port(committing: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a web server over the test database, with the clock of the worker."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: CLOCK)
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    number = server.server_address[1]
    monkeypatch.setattr(settings, "PUBLIC_PORT", str(number))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield number
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def worker(port: int, own_queue: str, tmp_path: Path) -> Iterator[Path]:
    """A real worker on queues of its own; its log."""
    log = tmp_path / "worker.log"
    environment = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}",
        "DATABASE_APP_ROLE": settings.DATABASE_APP_ROLE,
        "EMAIL_FILE_PATH": str(tmp_path / "mail"),
        "PUBLIC_PORT": str(port),
    }
    process = subprocess.Popen(  # noqa: S603 (this interpreter, with the program above)
        [sys.executable, "-c", WORKER, own_queue, str(tmp_path / "moments"), str(log)],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    yield log
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class House:
    """An open cooperative, its address and who works there."""

    coop: Cooperative
    address: str
    staff: dict[Role, User]


@pytest.fixture
def house(port: int) -> House:
    """A cooperative whose staff can sign in."""
    coop = make_cooperative(legal_changes={"name": f"{LONG_NAME} eG"})
    with coop_scope(coop.pk):
        staff = {role: make_role(role) for role in Role if role != Role.MEMBER}
    for user in staff.values():
        user.set_password(PASSWORD)
        user.save()
    return House(coop=coop, address=f"http://{coop.slug}.localhost:{port}", staff=staff)


class Window:
    """One person's browser window, with the checks that every page has to pass."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.broken: list[str] = []
        page.set_default_timeout(20_000)
        page.on("response", lambda answer: self._note(answer.status, answer.url))
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.broken.append(f"{page.url}: {said.text}"))

    def _note(self, status: int, url: str) -> None:
        if status >= 400:
            self.broken.append(f"{status} {url}")

    def go(self, path: str) -> None:
        """Open a path of the cooperative's host."""
        self.page.goto(self.address + path)

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Click a link by its words."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    def nav(self, name: str) -> None:
        """Click a place of the main navigation."""
        self.page.locator("#navigation").get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        """Click a button by its words; the next page is there."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def confirm(self, name: str) -> None:
        """Click a button that asks first, and say yes in its dialog; the next page is there."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        with self.page.expect_navigation():
            self.page.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()

    def send(self) -> None:
        """Press the first button of the page's form."""
        with self.page.expect_navigation():
            self.page.locator("main form .actions button[type=submit]").first.click()

    def fill(self, **values: str) -> None:
        """Fill fields by their form names: text, choice, radio, box or day."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]").first
            kind = field.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
            if kind == "select":
                field.select_option(value)
            elif kind == "radio":
                self.page.locator(f"main [name={name}][value={value}]").check()
            elif kind == "checkbox":
                field.check()
            else:
                field.fill(value)

    def sees(self, text: str) -> None:
        """The page shows this text."""
        self.page.locator("main").get_by_text(text).first.wait_for(state="visible")

    def sees_after_a_while(self, text: str, seconds: int = 30) -> None:
        """The page shows this text once the worker has done its part; the page is opened anew until then."""
        for _ in range(seconds * 2):
            if self.page.locator("main").get_by_text(text).count():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{self.page.url} does not show {text!r}")

    def check(self, name: str) -> None:
        """Fits a phone, has no serious accessibility fault; pictures of both widths where E2E_PICTURES names a folder."""
        folder = os.environ.get("E2E_PICTURES")
        for size, viewport in (("phone", PHONE), ("wide", WIDE)):
            self.page.set_viewport_size(viewport)
            if folder:
                self.page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)
            width = self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{name}: {width} px wide on a screen of {viewport['width']} px"
        found = [
            f"{fault['id']}: {fault['help']} ({fault['nodes'][0]['html'][:200]})"
            for fault in Axe().run(self.page).response["violations"]
            if fault["impact"] in {"serious", "critical"}
        ]
        assert not found, f"{name}: {found}"


@pytest.fixture
def window(chromium: Browser, house: House) -> Iterator[Callable[..., Window]]:
    """`window()` is a stranger's; `window(user)` belongs to somebody who has signed in through the page."""
    contexts = []
    windows: list[Window] = []

    def open_one(user: User | None = None, *, locale: str = "en-GB") -> Window:
        context = chromium.new_context(locale=locale, viewport=WIDE, accept_downloads=True)
        contexts.append(context)
        one = Window(context.new_page(), house.address)
        windows.append(one)
        if user is not None:
            one.go("/accounts/login/")
            one.fill(login=user.email, password=PASSWORD)
            one.press("Sign in")
            one.page.locator("#navigation").wait_for(state="attached")
        return one

    yield open_one
    broken = [fault for one in windows for fault in one.broken]
    for context in contexts:
        context.close()
    assert not broken, broken
