"""One door for every file that a bank hands out: what it is, is told from its content, never from its name.

A reader takes bytes and gives `Statement` values. An archive (zip) is read as the files in it, within bounds:
how many there are, how large they grow, and never an archive within an archive.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from coop.banking import camt, mt940
from coop.banking.csv_tables import TableMapping, read_table
from coop.banking.movements import LARGEST_FILE, MOST_PAYMENTS, Statement, UnreadableStatement

MOST_FILES = 400
"""In one archive: a year of daily statements."""
HIGHEST_RATIO = 250
"""Unpacked to packed. Statements pack to about a thirtieth; bombs to a thousandth."""
SMALL = 1024 * 1024
"""Bytes up to which the ratio does not matter."""
_FOREIGN = (
    (
        b"%PDF",
        "This is a PDF. Import the statement as camt.053 (XML) or MT940, which the bank's online banking offers.",
    ),
    (b"\x1f\x8b", "This is a compressed file (gzip). Unpack it and import the file in it."),
    (b"Rar!", "This is a RAR archive. Unpack it and import the files in it."),
    (b"7z\xbc\xaf", "This is a 7z archive. Unpack it and import the files in it."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file. Export the movements as camt.053 (XML), MT940 or CSV."),
    (b"\x89PNG", "This is a picture. Import the statement as camt.053 (XML) or MT940."),
    (b"\xff\xd8\xff", "This is a picture. Import the statement as camt.053 (XML) or MT940."),
)
_LEFT_OUT = re.compile(r"(?:^|/)(?:__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")
_WIDE_XML = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00", b"\x00<")


def read_file(data: bytes, *, tables: Sequence[TableMapping] = ()) -> list[Statement]:
    """All statements of a file: camt.052, 053 and 054, MT940 and MT942, a table by one of `tables`, or a zip of these.

    Raises: UnreadableStatement, saying what the file is and what to do.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _read_archive(data, tables)
    return _read_one(data, tables)


def _read_one(data: bytes, tables: Sequence[TableMapping]) -> list[Statement]:
    if len(data) > LARGEST_FILE:
        raise UnreadableStatement("The file is larger than 50 MB. Import it in parts, such as month by month.")
    beginning = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n\x00\x1a")
    if not beginning and not data.strip(b"\xef\xbb\xbf \t\r\n\x00\x1a"):
        raise UnreadableStatement("The file is empty.")
    for magic, message in _FOREIGN:
        if beginning.startswith(magic):
            raise UnreadableStatement(message)
    if beginning.startswith(b"<") or data.startswith(_WIDE_XML):
        return camt.read_statements(data)
    if mt940.looks_like(data):
        return mt940.read_mt940(data)
    return read_table(data, tables)


def _read_archive(data: bytes, tables: Sequence[TableMapping]) -> list[Statement]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive)
            statements: list[Statement] = []
            left = LARGEST_FILE
            for member in members:
                content = _unpacked(archive, member, left)
                left -= len(content)
                if content.startswith(b"PK\x03\x04"):
                    raise UnreadableStatement("An archive within an archive is not unpacked. Import the inner one.")
                try:
                    statements += _read_one(content, tables)
                except UnreadableStatement as error:
                    raise type(error)(f"{_shown(member.filename)}: {error}") from None
                if sum(len(one.entries) for one in statements) > MOST_PAYMENTS:
                    raise UnreadableStatement("The archive holds more than 60,000 payments. Import it in parts.")
            return statements
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise UnreadableStatement("The archive (zip) is damaged or locked. Fetch it from the bank again.") from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files to read, by name. Raises: UnreadableStatement, where bounds are broken."""
    members = [one for one in archive.infolist() if not one.is_dir() and not _LEFT_OUT.search(one.filename)]
    # A bank's archive may hold each statement twice, once to be read by people.
    members = [one for one in members if not one.filename.lower().endswith(".pdf")]
    if not members:
        raise UnreadableStatement("The archive (zip) holds no statement.")
    if len(members) > MOST_FILES:
        raise UnreadableStatement(f"The archive holds more than {MOST_FILES} files. Import it in parts.")
    if sum(one.file_size for one in members) > LARGEST_FILE:
        raise UnreadableStatement("Unpacked the archive is larger than 50 MB. Import it in parts.")
    for one in members:
        if one.flag_bits & 1:
            raise UnreadableStatement("The archive is locked by a password. Unpack it and import the files in it.")
        if one.file_size > SMALL and one.file_size > HIGHEST_RATIO * max(one.compress_size, 1):
            raise UnreadableStatement("A file of the archive is packed more tightly than any statement. It is refused.")
    return sorted(members, key=lambda one: one.filename)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """The bytes of a member, never more than announced: the archive's directory may lie."""
    most = min(member.file_size, left)
    with archive.open(member) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableStatement("A file of the archive is larger than the archive says. It is refused.")
    return content


def _shown(name: str) -> str:
    """A member's name for a message: its last part, letters that print."""
    return "".join(character for character in name.rpartition("/")[2] if character.isprintable())[:80]
