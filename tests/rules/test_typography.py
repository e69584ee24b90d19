"""How sentences are written: the letters, blanks and forms of address of each language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.core import i18n
from app.core.settings import LANGUAGES

# What a careful reader of each language stumbles upon, by what it is.
SLIPS: dict[str, dict[str, str]] = {
    "ar": {
        "a Persian letter": "[یکپچژگ]",
        "a polite noun instead of the imperative": "المرجو",
        "an imperative in the plural": r"(?<![\u0600-\u06ff])(اختاروا|أدخلوا|أضيفوا|تأكدوا|ابحثوا|اكتبوا|راجعوا|اذكروا|سجلوا)",
        "a Latin comma or question mark": r"[,;?](?=\s|$)",
    },
    "fr": {
        "a blank that may break a line": r"[ ](?=[:;?!»])|«(?!\u00a0)",
        "a straight apostrophe": "'",
        "no blank before a colon": r"[^\W\d_](?=:(\s|$))",
    },
    "en": {"a straight apostrophe": "'"},
    "fa": {
        "an Arabic letter": "[يكة]",
        "a prefix or ending that stands alone": r"(?<![\u0600-\u06ff\u200c])(ن?می|ها|های|هایی|تر|ترین)(?=\s)",
        "a Latin comma or question mark": r"[,;?](?=\s|$)",
    },
}


def sentences(language: str) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(i18n.LOCALES.rglob(f"*{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    yield path, str(message.id), str(message.string)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_written_as_their_readers_write(language: str) -> None:
    found = list(sentences(language))
    slips = [
        f"{path.name} {key}: {what}"
        for path, key, text in found
        for what, pattern in SLIPS[language].items()
        if re.search(pattern, text)
    ]
    assert len(found) > 1000
    assert slips == []
