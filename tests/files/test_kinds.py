import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import kinds
from app.files.kinds import KINDS, TEXT, Kind, recognise, safe_name
from tests.factories import files

KIND = {kind.extensions[0]: kind for kind in (*KINDS, TEXT)}


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (files.PDF, "pdf"),
        (files.JPEG, "jpg"),
        (files.PNG, "png"),
        (files.WEBP, "webp"),
        (files.HEIC, "heic"),
        (files.docx(), "docx"),
        (files.xlsx(), "xlsx"),
        (files.odt(), "odt"),
        (files.TEXT, "txt"),
        (b"\xef\xbb\xbfBM: note", "txt"),
        ("می‌رود".encode(), "txt"),
        (b"1 < 2, et 3 > 2", "txt"),
    ],
)
def test_what_is_taken_is_recognised_by_its_content(content: bytes, extension: str) -> None:
    assert recognise(content) is KIND[extension]


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"#!/bin/sh\nrm -rf /\n",
        b"<html><body>x</body></html>",
        b"  <!DOCTYPE html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"hello <ScRiPt>alert(1)</script>",
        b"{\\rtf1\\ansi x}",
        b"%!PS-Adobe-3.0",
        b"GIF89a\x01\x00\x01\x00",
        b"Rar!\x1a\x07\x01\x00",
        b"\x1f\x8b\x08\x00",
        b"caf\xe9",
        "utf-16".encode("utf-16"),
        b"a\x00b",
        b"\x1b[31mred",
        b"\x89PNG\r\n\x1a\n and nothing of a picture",
        b"RIFF\x24\x00\x00\x00AVI LIST" + bytes(16),
        files.zipped(("a.txt", b"x")),
        files.docx(("word/vbaProject.bin", b"x")),
        files.docx(types=b"<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"),
        files.docx(types=b"wordprocessingml.document.main+xml application/vnd.ms-word.MacroEnabled"),
        files.docx(("../escape.txt", b"x")),
        files.docx(("/etc/passwd", b"x")),
        files.docx(("a\\b.txt", b"x")),
        files.odt(("Basic/Standard/Module1.xml", b"x")),
        files.odt(mimetype=b"application/vnd.oasis.opendocument.graphics"),
        files.zipped(("content.xml", b"x"), ("mimetype", b"application/vnd.oasis.opendocument.text")),
        files.zipped(("mimetype", b"application/vnd.oasis.opendocument.text")),
        files.docx()[:-30],
        b"PK\x05\x06" + bytes(18),
        b"MZ" + files.docx(),
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    assert recognise(content) is None


def test_a_program_in_front_of_a_document_is_seen_without_the_table_of_signatures() -> None:
    assert KIND["docx"].is_sound(files.docx())
    assert not KIND["docx"].is_sound(b"MZ" + files.docx())


def test_a_document_with_an_encrypted_entry_is_refused() -> None:
    content = bytearray(files.docx())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the first entry of the directory
    assert recognise(bytes(content)) is None


def test_a_document_with_two_entries_of_one_name_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = files.docx(("word/document.xml", b"<other/>"))
    assert recognise(content) is None


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = files.docx(("word/media/big", bytes(10_000)))
    assert recognise(content) is KIND["docx"]
    monkeypatch.setattr(kinds, "_MAX_UNPACKED", 5_000)
    assert recognise(content) is None


def test_a_damaged_entry_is_refused() -> None:
    content = files.zipped(
        ("[Content_Types].xml", b"wordprocessingml.document.main+xml" * 50),
        ("word/document.xml", b"<d/>"),
        compression=zipfile.ZIP_STORED,
    )
    assert recognise(content) is KIND["docx"]
    assert recognise(content.replace(b"main+xmlword", b"main+XMLword", 1)) is None


@given(
    st.binary(max_size=200)
    | st.builds(
        lambda head, tail: head + tail,
        st.sampled_from([b"PK\x03\x04", files.docx()[:90]]),
        st.binary(max_size=200),
    )
)
def test_no_content_is_too_strange_to_be_judged(content: bytes) -> None:
    kind = recognise(content)
    assert kind is None or kind.is_sound(content)


@pytest.mark.parametrize(
    ("declared", "extension", "shown"),
    [
        ("certificat.pdf", "pdf", "certificat.pdf"),
        ("photo.JPEG", "jpg", "photo.JPEG"),
        ("photo.png", "jpg", "photo.jpg"),
        ("facture.exe", "pdf", "facture.pdf"),
        ("facture.pdf.exe", "pdf", "facture.pdf.pdf"),
        ("rapport v1.2", "pdf", "rapport v1.2.pdf"),
        ("rapport.2024", "pdf", "rapport.2024.pdf"),
        ("C:\\Users\\x\\scan.pdf", "pdf", "scan.pdf"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("شهادة.pdf", "pdf", "شهادة.pdf"),
        ("a\u202efdp.exe", "pdf", "afdp.pdf"),
        ("a\x00b\nc.pdf", "pdf", "ab c.pdf"),
        ('<"?*>:|.pdf', "pdf", "_______.pdf"),
        ("...", "png", "document.png"),
        ("", "txt", "document.txt"),
        (".pdf", "pdf", "pdf.pdf"),
        ("x" * 300 + ".pdf", "pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "docx", "y" * 195 + ".docx"),
    ],
)
def test_a_name_is_cleaned_and_its_extension_is_true(declared: str, extension: str, shown: str) -> None:
    assert safe_name(declared, KIND[extension]) == shown


@given(st.text(max_size=300), st.sampled_from([*KINDS, TEXT]))
def test_no_name_leads_anywhere(declared: str, kind: Kind) -> None:
    name = safe_name(declared, kind)
    assert 0 < len(name) <= 200
    assert not set(name) & set('/\\<>:"|?*\x00\n')
    assert not name.startswith(".")
    assert name.lower().endswith(tuple(f".{extension}" for extension in kind.extensions))
