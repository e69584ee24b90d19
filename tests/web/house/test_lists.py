"""The coded lists: adding, correcting, retiring a term."""

import pytest
from sqlalchemy import update

from app.core.db import WriteSession
from app.vocabularies import queries as vocabularies
from app.vocabularies.models import Term
from tests.support.pages import Browser
from tests.web.house.kept import one


def words(term: str) -> dict[str, str]:
    return {f"name_{code}": f"{term} {code}" for code in ("ar", "fr", "en", "fa")}


def test_a_term_is_added_retired_and_restored(db: WriteSession, administrator: Browser) -> None:
    path = "/house/vocabularies/need"
    page = administrator.open(path).send(path, code="transport", **words("نقل"))
    assert "نقل ar" in page.text
    page = page.send(f"{path}/transport/retire")
    assert vocabularies.living(db, "need", ["transport"]) == set()
    page.send(f"{path}/transport/restore")
    assert vocabularies.living(db, "need", ["transport"]) == {"transport"}


def test_a_code_is_never_given_twice(administrator: Browser) -> None:
    path = "/house/vocabularies/need"
    page = administrator.open(path).send(path, code="housing", **words("other"))
    assert page.status == 422
    assert page.find("//*[@id='f-code-error']")


def test_a_list_of_the_software_cannot_be_changed(administrator: Browser) -> None:
    page = administrator.open("/house/vocabularies/priority")
    assert not page.find("//form[starts-with(@action, '/house/vocabularies')]")
    proof = page.find("//input[@name='_proof']")[0].get("value")
    fields = {"_proof": [proof], "code": ["highest"], **{k: [v] for k, v in words("x").items()}}
    assert administrator.post("/house/vocabularies/priority", fields).status == 404
    assert administrator.post("/house/vocabularies/priority/high/retire", {"_proof": [proof]}).status == 404


def test_the_words_of_a_term_are_corrected_and_its_code_stays(
    db: WriteSession, administrator: Browser
) -> None:
    path = "/house/vocabularies/need/housing"
    page = administrator.open("/house/vocabularies/need").follow("housing")
    assert page.path == path
    page = page.send(path, name_fr="Logement, hébergement")
    assert page.path == "/house/vocabularies/need"
    assert "Logement, hébergement" in page.text
    corrected = one(db, Term, vocabulary="need", code="housing")
    assert (corrected.name_fr, corrected.name_en) == ("Logement, hébergement", "housing en")


def test_two_corrections_do_not_undo_each_other(db: WriteSession, administrator: Browser) -> None:
    path = "/house/vocabularies/need/housing"
    slow = administrator.open(path)
    administrator.open(path).send(path, name_fr="Hébergement")
    late = slow.send(path, name_en="Shelter")
    assert late.status == 412
    assert one(db, Term, vocabulary="need", code="housing").name_fr == "Hébergement"
    late.send(
        path, name_fr="Hébergement"
    )  # what was typed was kept; sent again it stands upon what was saved
    corrected = one(db, Term, vocabulary="need", code="housing")
    assert (corrected.name_fr, corrected.name_en) == ("Hébergement", "Shelter")


def test_words_are_corrected_from_what_stands_and_not_from_what_is_kept(
    db: WriteSession, administrator: Browser
) -> None:
    path = "/house/vocabularies/need/housing"
    administrator.open("/house/vocabularies/need")
    elsewhere = update(Term).where(Term.vocabulary == "need", Term.code == "housing")
    db.execute(elsewhere.values(name_fr="Hébergement"))  # by another process: this one keeps its list
    db.commit()
    page = administrator.open(path)
    assert page.find("//input[@name='name_fr']/@value") == ["Hébergement"]
    assert page.send(path, name_en="Shelter").path == "/house/vocabularies/need"


def test_words_in_english_and_persian_may_wait_and_are_told_in_french_and_arabic(
    db: WriteSession, administrator: Browser
) -> None:
    path = "/house/vocabularies/need"
    fields = {"code": "transport", "name_ar": "نقل", "name_fr": "Transport", "name_en": "", "name_fa": " "}
    page = administrator.open(path).send(path, **fields)
    assert page.path == path
    (added,) = [term for term in vocabularies.terms(db, "need") if term["code"] == "transport"]
    assert added["labels"] == {"ar": "نقل", "fr": "Transport", "en": "Transport", "fa": "نقل"}
    page = administrator.open(f"{path}/transport")
    assert page.find("//input[@name='name_fa' or @name='name_en']/@value") == ["", ""]
    page.send(f"{path}/transport", name_fr="Déplacement")
    (added,) = [term for term in vocabularies.terms(db, "need") if term["code"] == "transport"]
    assert added["labels"]["en"] == "Déplacement"


def test_a_term_needs_its_words_in_the_languages_of_the_house(administrator: Browser) -> None:
    path = "/house/vocabularies/need/housing"
    page = administrator.open(path).send(path, name_fr="")
    assert (page.status, bool(page.find("//*[@id='f-name_fr-error']"))) == (422, True)


@pytest.mark.parametrize("path", ["/house/vocabularies/need/unheard", "/house/vocabularies/priority/high"])
def test_what_is_no_term_of_an_open_list_has_no_words_to_correct(administrator: Browser, path: str) -> None:
    administrator.open(path, status=404)
