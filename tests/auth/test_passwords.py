"""Passwords by NIST SP 800-63B-4: long and not guessable, without rules of composition."""

import unicodedata
from typing import Any, Literal, get_args

import anyio
import pytest

from app.auth import passwords
from app.core.errors import InvalidInput

FORMS = Literal["NFC", "NFD", "NFKC", "NFKD"]
GOOD = "correct camel staple oasis"


def reason(password: str, *personal: str) -> str:
    with pytest.raises(InvalidInput) as refusal:
        passwords.check(password, *personal)
    errors: Any = refusal.value.details["errors"]
    (error,) = errors
    assert error["pointer"] == "/password"
    assert password not in str(refusal.value.details)
    return str(error["code"])


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "alllowercaseisfinehere",
        "قهوة الصباح في وجدة جميلة",
        "           a blank counts",
        "souad reads thirty novels",
    ],
)
def test_a_long_password_needs_no_rules_of_composition(password: str) -> None:
    passwords.check(password, "سعاد العلوي", "souad@oujda.example")


def test_fifteen_characters_are_enough_and_fourteen_are_not() -> None:
    passwords.check("xk7 plum ochre2")
    assert reason("xk7 plum ochre") == "password_too_short"


def test_a_password_has_an_end() -> None:
    passwords.check((GOOD * 6)[:128])
    assert reason((GOOD * 6)[:129]) == "too_long"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "abcdeabcdeabcdeabcde",
        "abcdefghijklmnopqr",
        "rqponmlkjihgfedcba",
        "012345678901234567",
        "qwertyuiopasdfgh",
        "azertyuiopqsdfghj",
        "AZERTYUIOPQSDFGHJ",
    ],
)
def test_what_is_repeated_or_walks_along_the_keyboard_is_common(password: str) -> None:
    assert reason(password) == "password_common"


def test_what_stands_on_the_block_list_is_common_however_it_is_written() -> None:
    longest = max(passwords._blocked(), key=len)
    for dressed in (longest, longest.upper(), f"{longest}{'1' * 15}", f"{'!' * 15}{longest}"):
        padded = dressed if len(dressed) >= 15 else dressed + "1" * (15 - len(dressed))
        assert reason(padded) == "password_common"


@pytest.mark.parametrize(
    "password",
    ["Benali-Benali-1", "benali.souad2026", "oujda_benali_oujda", "shubbak-shubbak", "souadsouad12345"],
)
def test_what_is_mostly_the_accounts_own_words_is_personal(password: str) -> None:
    assert reason(password, "Souad Benali", "souad.benali@oujda.example") == "password_personal"


def test_a_short_word_of_ones_name_forbids_nothing() -> None:
    passwords.check("ali likes long walks", "Ali B", "ali@x.example")


def test_the_same_password_typed_on_two_keyboards_is_the_same() -> None:
    typed = "caf\u00e9 \ufb01n ｆｕｌｌ width"
    stored = passwords.hash_now(typed)
    for form in get_args(FORMS):
        assert passwords.verify_now(stored, unicodedata.normalize(form, typed))
    assert not passwords.verify_now(stored, typed.upper())
    assert not passwords.verify_now(stored, f" {typed}")


def test_a_hash_is_argon2id_with_its_own_salt() -> None:
    one, other = passwords.hash_now(GOOD), passwords.hash_now(GOOD)
    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("stored", [None, "", "no hash at all", "$argon2id$v=19$m=19456,t=2,p=1$x$y"])
def test_an_account_without_a_good_hash_lets_nobody_in(stored: str | None) -> None:
    assert not passwords.verify_now(stored, GOOD)
    assert not passwords.verify_now(stored, "an account that does not exist")


def test_hashing_and_checking_work_beside_the_event_loop() -> None:
    async def both() -> tuple[bool, bool]:
        stored = await passwords.make_hash(GOOD)
        return await passwords.verify(stored, GOOD), await passwords.verify(stored, GOOD + "!")

    assert anyio.run(both) == (True, False)
