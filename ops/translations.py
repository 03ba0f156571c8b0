"""Compiles the message catalogues with Babel, so that nobody needs the system's gettext."""

from __future__ import annotations

import sys
from pathlib import Path

from ops.processes import OperationFailed

ROOT = Path(__file__).resolve().parent.parent


def compile_catalogues(root: Path = ROOT) -> int:
    """Compile every locale/<area>/<language>/LC_MESSAGES/*.po that is newer than its .mo; the number compiled.

    Raises: OperationFailed where a catalogue cannot be read.
    """
    from babel.messages.mofile import write_mo  # noqa: PLC0415  the servers' modules need no Babel
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    compiled = 0
    for source in sorted((root / "locale").glob("**/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            with source.open("rb") as stream:
                catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
        except (PoFileError, UnicodeDecodeError) as error:
            raise OperationFailed(f"{source.relative_to(root)} is no valid message catalogue: {error}") from error
        # Through another name: a reader never sees half a catalogue.
        half = target.with_suffix(".mo.new")
        with half.open("wb") as stream:
            write_mo(stream, catalogue)
        half.rename(target)
        compiled += 1
    return compiled


if __name__ == "__main__":
    try:
        print(f"{compile_catalogues()} message catalogues compiled")
    except OperationFailed as error:
        sys.exit(str(error))
