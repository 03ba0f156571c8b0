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


def say(line):
    """One line of progress, at once also where output is not a terminal."""
    print(line, flush=True)


def ensure_python():
    """Go on under a Python that is new enough, if one is installed.

    Raises: CannotSetUp.
    """
    if sys.version_info >= MINIMUM:
        return
    for minor in range(20, MINIMUM[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)  # noqa: UP031  read by old Pythons
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606  a Python of the system
    raise CannotSetUp(
        "Python 3.11 or newer is needed; this is %d.%d. Install one (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv; "  # noqa: UP031
        "macOS: brew install python) or name it: make PYTHON=/path/to/python3.12 ..." % sys.version_info[:2]
    )


def missing_libraries():
    """The entries of LIBRARIES that cannot be loaded."""
    return [entry for entry in LIBRARIES if not library_loads(entry[0])]


def library_loads(name):
    """Whether the dynamic linker finds this shared library."""
    for candidate in (ctypes.util.find_library(name), "lib%s.so.0" % name):  # noqa: UP031
        if candidate:
            try:
                ctypes.CDLL(candidate)
            except OSError:
                continue
            return True
    return False


def has_font():
    """Whether the system has any TrueType or OpenType font."""
    for folder in FONT_FOLDERS:
        for _, _, files in os.walk(os.path.expanduser(folder)):  # noqa: PTH111
            if any(name.lower().endswith((".ttf", ".otf", ".ttc")) for name in files):
                return True
    return False


def ensure_system(for_tests):
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
        raise CannotSetUp("Installed, but still not found: %s. Run ldconfig and try again." % " ".join(still))  # noqa: UP031


def apt_install(packages):
    """Install Debian packages as root or through a sudo that asks nothing.

    Raises: CannotSetUp.
    """
    by_hand = "sudo apt-get update && sudo apt-get install --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get"):
        raise CannotSetUp(
            "Missing on this system, under the names Debian gives them: %s. Install them and try again."
            % " ".join(packages)
        )  # noqa: UP031
    if os.geteuid() == 0:
        become_root = []
    elif (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    ):
        become_root = ["sudo", "-n"]
    else:
        raise CannotSetUp("Some system packages are missing. Install them and try again:\n    " + by_hand)
    say("Installing system packages: " + " ".join(packages))
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # The package lists are mostly there; fetching them first would cost everybody.
    if subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    if subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise CannotSetUp(
            "apt-get could not install: %s. Put right what it says above, then try:\n    %s"
            % (" ".join(packages), by_hand)
        )  # noqa: UP031


def ensure_environment(lock):
    """Make `.venv` hold exactly the versions of the lock file.

    Raises: CannotSetUp.
    """
    python = VENV / "bin" / "python"
    if VENV.is_symlink():
        say("Using the environment that .venv points to, as it is")
        return
    wanted = stamp_text(lock)
    stamp = VENV / ("." + lock.name + ".stamp")
    if stamp.exists() and stamp.read_text() == wanted and runs(python):
        return
    if not runs(python) or not (VENV / "made").exists() or (VENV / "made").read_text() != made_text():
        make_venv()
    say("Installing the Python packages of %s (a minute at most, the first time)" % lock.relative_to(ROOT))  # noqa: UP031
    install(python, lock)
    stamp.write_text(wanted)


def stamp_text(lock):
    """What the environment must have been made from to be taken as it is."""
    return hashlib.sha256(lock.read_bytes()).hexdigest() + "\n" + made_text()


def made_text():
    """The folder and the Python that an environment is tied to."""
    return "%s\n%s\n" % (ROOT, sys.version)  # noqa: UP031


def runs(python):
    """Whether this Python starts and is new enough."""
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv():
    """A fresh, empty `.venv`.

    Raises: CannotSetUp.
    """
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        # Debian and Ubuntu keep them in a package of their own.
        apt_install(["python%d.%d-venv" % sys.version_info[:2]])  # noqa: UP031
    say("Making the environment .venv")
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise CannotSetUp("The environment .venv could not be made:\n" + result.stdout + result.stderr)
    (VENV / "made").write_text(made_text())


def install(python, lock):
    """Install the locked packages: with uv, which takes seconds, or where it finds no way out, with pip.

    Raises: CannotSetUp.
    """
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    if subprocess.run([*pip, str(ROOT / "requirements" / "uv.txt")], capture_output=True, check=False).returncode == 0:
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
        result = subprocess.run(uv, capture_output=True, check=False, env=uv_environment(python))
        if result.returncode == 0:
            return
    say("uv found no way to the packages; trying pip, which takes longer")
    if subprocess.run([*pip, str(lock)], check=False).returncode != 0:
        raise CannotSetUp(
            "The Python packages could not be installed; the reason stands above. Is there a network? "
            "Behind a proxy or with an index of your own, configure pip (pip config) and try again."
        )


def uv_environment(python):
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


def main(arguments):
    """Set up for the demo or for development; the exit status."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print("usage: python3 ops/bootstrap.py demo|dev", file=sys.stderr)
        return 2
    try:
        ensure_python()
        ensure_system(for_tests=arguments[0] == "dev")
        ensure_environment(ROOT / LOCKS[arguments[0]])
    except CannotSetUp as error:
        print("\n%s" % error, file=sys.stderr)  # noqa: UP031
        return 1
    except OSError as error:
        # A full disk, a folder that may not be written: the system's words name file and reason.
        print("\nThe set-up stopped: %s" % error, file=sys.stderr)  # noqa: UP031
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
