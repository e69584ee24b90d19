"""What a file is, judged by its bytes: what the sender calls it or says about it proves nothing.

A short list of documents and pictures is taken; programs, scripts, archives, pages and drawings that can carry
scripts (HTML, SVG), and documents with macros are not.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from app.core.text import clean, has_forbidden

_NAME_LENGTH = 200  # characters, as the column holds
_MAX_ENTRIES = 10_000  # in a zipped document
_MAX_UNPACKED = 500 * 1024 * 1024  # bytes; beyond it a zipped document is a bomb
_MAX_PEEK = 1024 * 1024  # bytes unpacked here to look at one entry


@dataclass(frozen=True)
class Kind:
    """One type of file that is taken; the first extension is given to files that carry another one."""

    media_type: str
    extensions: tuple[str, ...]
    is_sound: Callable[[bytes], bool]


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_heic(content: bytes) -> bool:
    return content[4:12] in {b"ftypheic", b"ftypheix"}


def _entries(archive: zipfile.ZipFile) -> set[str] | None:
    """The names inside a zipped document, or None when it is built to surprise whoever opens it."""
    listed = archive.infolist()
    names = {entry.filename for entry in listed}
    sound = (
        len(listed)
        == len(names)
        <= _MAX_ENTRIES  # one name twice reads differently from one program to another
        and sum(entry.file_size for entry in listed) <= _MAX_UNPACKED
        and not any(entry.flag_bits & 1 for entry in listed)  # encrypted
        and not any(_leads_out(name) for name in names)
    )
    return names if sound else None


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _peek(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(_MAX_PEEK)


def _office(part: str, main_type: bytes) -> Callable[[bytes], bool]:
    """An Office Open XML document (ECMA-376): its main part, its list of types, and no macros."""

    def judge(archive: zipfile.ZipFile, names: set[str]) -> bool:
        types = "[Content_Types].xml"
        if not {types, part} <= names or any(name.lower().endswith("vbaproject.bin") for name in names):
            return False
        listed = _peek(archive, types)
        return main_type in listed and b"macroenabled" not in listed.lower()

    return _zipped(judge)


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """An OpenDocument text (ISO 26300): the type is written in the first entry; macros live under these folders."""
    if archive.infolist()[0].filename != "mimetype" or "content.xml" not in names:
        return False
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        return False
    return _peek(archive, "mimetype") == b"application/vnd.oasis.opendocument.text"


def _zipped(judge: Callable[[zipfile.ZipFile, set[str]], bool]) -> Callable[[bytes], bool]:
    def is_sound(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = _entries(archive)
                return bool(names) and judge(archive, names or set())
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            return False

    return is_sound


KINDS = (
    Kind("application/pdf", ("pdf",), _starts(b"%PDF-")),
    Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), _starts(b"\xff\xd8\xff")),
    Kind("image/png", ("png",), _is_png),
    Kind("image/webp", ("webp",), _is_webp),
    Kind("image/heic", ("heic", "heif"), _is_heic),
    Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("docx",),
        _office("word/document.xml", b"wordprocessingml.document.main+xml"),
    ),
    Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ("xlsx",),
        _office("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
    ),
    Kind("application/vnd.oasis.opendocument.text", ("odt",), _zipped(_open_document)),
)
_TEXT_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"^\s*(<|#!|%!|\{\\rtf)|<\s*(!doctype|html|svg|script)\b", re.IGNORECASE)


def _is_text(content: bytes) -> bool:
    """Plain UTF-8 for people: no control characters, and nothing that a program would run or draw."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not (_TEXT_CONTROLS.search(words) or has_forbidden(words) or _MARKUP.search(words))


TEXT = Kind("text/plain", ("txt",), _is_text)


def recognise(content: bytes) -> Kind | None:
    """The kind of a file, or None when it is not one that is taken.

    Two judges must agree on anything but plain text: a library's table of signatures and our own look inside.
    """
    named = _signatures(content)
    for kind in KINDS:
        if named.intersection(kind.extensions) and kind.is_sound(content):
            return kind
    return TEXT if TEXT.is_sound(content) else None


def _signatures(content: bytes) -> set[str]:
    try:
        return {match.extension.removeprefix(".") for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()


_EXTENSION = re.compile(r"\.(?=[^.]*[A-Za-z])[A-Za-z0-9]{1,8}$")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def safe_name(declared: str, kind: Kind) -> str:
    """The name under which a file is shown and saved: no path, nothing invisible, and an extension that is true."""
    last = re.split(r"[/\\]", clean(declared))[-1]
    stem = _NOT_IN_NAMES.sub("_", last).strip(". ")
    if not stem.lower().endswith(tuple(f".{extension}" for extension in kind.extensions)):
        stem = _EXTENSION.sub("", stem)
        stem = f"{stem.strip('. ')}.{kind.extensions[0]}"
    start, _, extension = stem.rpartition(".")
    start = start.strip(". ")[: _NAME_LENGTH - len(extension) - 1].strip(". ")
    return f"{start or 'document'}.{extension}"
