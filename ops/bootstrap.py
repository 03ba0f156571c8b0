"""Sets the project up: `python3 ops/bootstrap.py demo|dev`. Needs Python's standard library and nothing else.

Makes `.venv` from the hashed lock file and installs the system libraries that are missing (apt as root or through sudo;
otherwise it says what to install). Run again it finds everything in place within a moment.
"""

from __future__ import annotations  # the file must at least start on an old Python, to say so

import ctypes
import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MINIMUM = (3, 11)
LOCKS = {"demo": "requirements/demo.txt", "dev": "requirements/dev.txt"}
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# What WeasyPrint loads: (library, Debian and Ubuntu package, Homebrew package).
LIBRARIES = (
    ("pango-1.0", "libpango-1.0-0", "pango"),
    ("pangoft2-1.0", "libpangoft2-1.0-0", "pango"),
    ("harfbuzz-subset", "libharfbuzz-subset0", "harfbuzz"),  # PDFs take three to four times as long without it
)


class CannotSetUp(Exception):
    """The set-up cannot go on; the message says what to install or to change."""


def say(line: str) -> None:
    """One line of progress, at once also where output is not a terminal."""
    print(line, flush=True)


def ensure_python() -> None:
    """Go on under a Python that is new enough, if one is installed.

    Raises: CannotSetUp.
    """
    if sys.version_info >= MINIMUM:
        return
    for minor in range(20, MINIMUM[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606  a Python of the system
    raise CannotSetUp(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Install one (Debian 12, Ubuntu 24.04 or later: apt-get "
        "install python3 python3-venv; macOS: brew install python) or name it: make PYTHON=/path/to/python3.12 ..."
    )


def missing_libraries() -> list[tuple[str, str, str]]:
    """The entries of LIBRARIES that cannot be loaded."""
    return [entry for entry in LIBRARIES if not library_loads(entry[0])]


def library_loads(name: str) -> bool:
    """Whether the dynamic linker finds this shared library."""
    for candidate in (ctypes.util.find_library(name), f"lib{name}.so.0"):
        if candidate:
            try:
                ctypes.CDLL(candidate)
            except OSError:
                continue
            return True
    return False


def has_font() -> bool:
    """Whether the system has any TrueType or OpenType font."""
    for folder in FONT_FOLDERS:
        for _, _, files in os.walk(os.path.expanduser(folder)):  # noqa: PTH111
            if any(name.lower().endswith((".ttf", ".otf", ".ttc")) for name in files):
                return True
    return False


def ensure_system(*, for_tests: bool) -> None:
    """Install what the system lacks.

    Raises: CannotSetUp with the exact command where we may not.
    """
    missing = missing_libraries()
    debian = [package for _, package, _ in missing]
    brew = [package for _, _, package in missing]
    if not has_font():
        debian.append("fonts-dejavu-core")
        brew.append("font-dejavu")
    if for_tests:
        if not any(shutil.which(name) for name in BROWSERS) and not Path("/Applications/Google Chrome.app").exists():
            debian.append("chromium")
            brew.append("chromium")
        if not shutil.which("pdftoppm"):
            debian.append("poppler-utils")
            brew.append("poppler")
    if not debian:
        return
    if sys.platform == "darwin":
        raise CannotSetUp("Install what is missing and try again: brew install " + " ".join(sorted(set(brew))))
    apt_install(debian)
    still = [package for _, package, _ in missing_libraries()]
    if still:
        raise CannotSetUp(f"Installed, but still not found: {' '.join(still)}. Run ldconfig and try again.")


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root or through a sudo that asks nothing.

    Raises: CannotSetUp.
    """
    by_hand = "sudo apt-get update && sudo apt-get install --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get"):
        raise CannotSetUp(
            f"Missing on this system, under Debian's names: {' '.join(packages)}. Install them and try again."
        )
    if os.geteuid() == 0:
        become_root: list[str] = []
    elif shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        become_root = ["sudo", "-n"]
    else:
        raise CannotSetUp("Some system packages are missing. Install them and try again:\n    " + by_hand)
    say("Installing system packages: " + " ".join(packages))
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # The package lists are mostly there; fetching them first would cost everybody.
    if succeeds(install):
        return
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    if subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise CannotSetUp("apt-get could not install them. Put right what it says above, then try:\n    " + by_hand)


def ensure_environment(lock: Path) -> None:
    """Make `.venv` hold exactly the versions of the lock file.

    Raises: CannotSetUp.
    """
    python = VENV / "bin" / "python"
    if VENV.is_symlink():
        say("Using the environment that .venv points to, as it is")
        return
    wanted = stamp_text(lock)
    stamp = VENV / (f".{lock.name}.stamp")
    if stamp.exists() and stamp.read_text() == wanted and runs(python):
        return
    if not runs(python) or not (VENV / "made").exists() or (VENV / "made").read_text() != made_text():
        make_venv()
    say(f"Installing the Python packages of {lock.relative_to(ROOT)} (a minute at most, the first time)")
    install(python, lock)
    stamp.write_text(wanted)


def stamp_text(lock: Path) -> str:
    """What the environment must have been made from to be taken as it is."""
    return hashlib.sha256(lock.read_bytes()).hexdigest() + "\n" + made_text()


def made_text() -> str:
    """The folder and the Python that an environment is tied to."""
    return f"{ROOT}\n{sys.version}\n"


def succeeds(command: list[str], env: dict[str, str] | None = None) -> bool:
    """Whether a command runs and exits with status 0; its output is thrown away."""
    try:
        return subprocess.run(command, capture_output=True, check=False, env=env).returncode == 0
    except OSError:
        return False


def runs(python: Path) -> bool:
    """Whether this Python starts and is new enough."""
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    return succeeds([str(python), "-c", code])


def make_venv() -> None:
    """A fresh, empty `.venv`.

    Raises: CannotSetUp.
    """
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        # Debian and Ubuntu keep them in a package of their own.
        apt_install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
    say("Making the environment .venv")
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise CannotSetUp("The environment .venv could not be made:\n" + result.stdout + result.stderr)
    (VENV / "made").write_text(made_text())


def install(python: Path, lock: Path) -> None:
    """Install the locked packages: with uv, which takes seconds, or where it finds no way out, with pip.

    Raises: CannotSetUp.
    """
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    if succeeds([*pip, str(ROOT / "requirements" / "uv.txt")]):
        uv = [
            str(python),
            "-m",
            "uv",
            "pip",
            "install",
            "-q",
            "--python",
            str(python),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if succeeds(uv, env=uv_environment(python)):
            return
    say("uv found no way to the packages; trying pip, which takes longer")
    if subprocess.run([*pip, str(lock)], check=False).returncode != 0:
        raise CannotSetUp(
            "The Python packages could not be installed; the reason stands above. Is there a network? "
            "Behind a proxy or with an index of your own, configure pip (pip config) and try again."
        )


def uv_environment(python: Path) -> dict[str, str]:
    """The environment in which uv asks the same index and trusts the same certificates as pip: it does not read pip's files."""
    env = dict(os.environ, UV_HTTP_TIMEOUT=os.environ.get("UV_HTTP_TIMEOUT", "30"))
    result = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    # Lines such as: global.index-url='...'; the environment's stand under ":env:" and come last.
    settings = {}
    for line in result.stdout.splitlines():
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = value.strip("'\"")
    if settings.get("index-url"):
        env.setdefault("UV_DEFAULT_INDEX", settings["index-url"])
    if settings.get("cert"):
        env.setdefault("SSL_CERT_FILE", settings["cert"])
    if settings.get("proxy"):
        env.setdefault("ALL_PROXY", settings["proxy"])
    return env


def main(arguments: list[str]) -> int:
    """Set up for the demo or for development; the exit status."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print("usage: python3 ops/bootstrap.py demo|dev", file=sys.stderr)
        return 2
    try:
        ensure_python()
        ensure_system(for_tests=arguments[0] == "dev")
        ensure_environment(ROOT / LOCKS[arguments[0]])
    except CannotSetUp as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        # A full disk, a folder that may not be written: the system's words name file and reason.
        print(f"\nThe set-up stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
