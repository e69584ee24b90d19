"""The language is changed on the way in while something is being typed: it comes back in the other language."""

import pytest

from tests.support.pages import Browser, Page

PASSWORD = "a harbour seen at dusk"


def _switched(page: Page, language: str, **typed: str) -> Page:
    """What the switch in the form of this page sends: everything that was typed, and the language."""
    (button,) = page.find("//button[@name='_language' and @value=$language]", language=language)
    (form,) = page.find("//form[@id=$id]", id=button.get("form"))
    return page.browser.post(
        button.get("formaction"), {**dict(form.form_values()), **typed, "_language": language}
    )


@pytest.mark.parametrize(
    ("path", "name", "typed"),
    [("/sign-in", "username", "souad@test.example"), ("/activation", "code", "AB12-CD34")],
)
@pytest.mark.parametrize("language", ["fr", "en", "fa"])
def test_what_was_typed_is_kept_but_for_the_password(
    browser: Browser, path: str, name: str, typed: str, language: str
) -> None:
    page = _switched(browser.open(path), language, **{name: typed, "password": PASSWORD})
    assert (page.status, page.path, page.document.get("lang")) == (200, path, language)
    assert page.find("//main//input[@name=$name]/@value", name=name) == [typed]
    assert PASSWORD not in page.response.text
    assert page.find("//main//*[@role='status']")  # the password is to be typed again
    assert not page.find("//*[@id='refusal']")
    assert typed not in str(page.response.url) + str(page.response.headers)


def test_a_password_that_was_not_typed_is_not_asked_for_again(browser: Browser) -> None:
    page = _switched(browser.open("/sign-in"), "fr", username="souad@test.example")
    assert not page.find("//main//*[@role='status']")


def test_the_language_stays_and_so_does_where_one_wanted_to_go(browser: Browser) -> None:
    page = _switched(browser.open("/sign-in?next=/account&over=1"), "fr", username="x")
    page = _switched(page, "en")
    assert page.find("//main//input[@name='next']/@value") == ["/account"]
    assert page.find("//main//*[@role='status']")  # that the session was over
    assert browser.open("/activation").document.get("lang") == "en"


def test_a_refused_form_keeps_where_one_wanted_to_go_in_another_language(browser: Browser) -> None:
    page = _switched(browser.open("/sign-in?next=/account"), "fr")
    page = page.send("/sign-in", username="nobody@test.example", password="wrong one here")
    assert page.status == 401
    page = _switched(page, "en")
    assert page.find("//main//input[@name='username']/@value") == ["nobody@test.example"]
    assert page.find("//main//input[@name='next']/@value") == ["/account"]


def test_the_enter_key_does_not_change_the_language(browser: Browser) -> None:
    for path in ("/sign-in", "/activation"):
        page = browser.open(path)
        of_form = page.find(
            "//button[@form='way-in' or (ancestor::form[@id='way-in'] and not(@type='button'))]"
        )
        assert of_form[0].get("formaction") is None
        assert of_form[0].get("name") is None


def test_a_language_that_there_is_not_is_refused(browser: Browser) -> None:
    page = browser.open("/sign-in")
    fields = dict(page.find("//form[@id='way-in']")[0].form_values())
    assert browser.post("/sign-in", {**fields, "_language": "xx"}).status == 422
