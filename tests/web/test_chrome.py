"""What every page has: navigation, language, theme, policy; and pages for what went wrong."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from dosepath.web import screens
from dosepath.web.views import pages

NOTICE = b"single user, nothing is recorded"


def test_home_says_what_each_screen_is_for(client: Client) -> None:
    found = client.get("/")
    assert found.status_code == 200
    assert NOTICE in found.content
    for screen in screens.SCREENS:
        assert f'href="{screen.url}"' in found.content.decode()


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    found = client.get("/")
    policy = found["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(
        r"<script(?![^>]*src=)| style=|<style|https?://(?!www\.w3\.org)| on\w+=", found.content.decode()
    )
    assert found["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(("language", "word"), [("en", "Skip to the content"), ("zh-hans", "跳到正文")])
def test_a_language_is_kept(client: Client, language: str, word: str) -> None:
    answer = client.post("/preferences/", {"language": language, "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    found = client.get("/").content.decode()
    assert word in found
    assert f'<html lang="{language}"' in found


def test_the_language_of_the_browser_is_the_first_choice(client: Client) -> None:
    found = client.get("/", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert found["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_theme_is_kept(client: Client, theme: str) -> None:
    client.post("/preferences/", {"theme": theme, "next": "/"})
    assert f'data-theme="{theme}"' in client.get("/").content.decode()


def test_a_theme_that_a_cookie_makes_up_is_not_used(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/").content.decode()


@pytest.mark.parametrize("place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "", "x"])
def test_nobody_is_sent_elsewhere(client: Client, place: str) -> None:
    assert client.post("/preferences/", {"theme": "dark", "next": place})["Location"] == "/"


@pytest.mark.parametrize("sent", [{"theme": "pink"}, {"language": "tlh"}])
def test_a_choice_that_is_none_is_refused(client: Client, sent: dict[str, str]) -> None:
    found = client.post("/preferences/", sent)
    assert found.status_code == 400
    assert b"Choose one of" in found.content


def test_a_form_from_elsewhere_is_refused() -> None:
    found = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"}).post("/preferences/", {"theme": "dark"})
    assert found.status_code == 403
    assert b"did not come from a page of this program" in found.content


@pytest.mark.parametrize("place", ["/nope", "/../../etc/passwd", "/static/../settings.py", "/%00", "/jobs/../x/"])
def test_an_unknown_address_has_a_friendly_page(client: Client, place: str) -> None:
    found = client.get(place)
    assert found.status_code == 404
    assert NOTICE in found.content


def test_a_part_of_a_page_gets_a_message_and_no_page(client: Client) -> None:
    found = client.post("/preferences/", {"theme": "pink"}, headers={"hx-request": "true"})
    assert found.status_code == 400
    assert b"<html" not in found.content
    assert b'role="alert"' in found.content


def test_a_fault_of_ours_shows_no_traceback(monkeypatch: pytest.MonkeyPatch, data: object) -> None:  # noqa: ARG001
    def fault(*_: object) -> None:
        raise RuntimeError("the secret of patient 7")

    monkeypatch.setattr(pages, "render", fault)
    found = Client(raise_request_exception=False).get("/")
    assert found.status_code == 500
    assert b"secret" not in found.content
    assert b"Traceback" not in found.content
    assert NOTICE in found.content


def test_a_stranger_host_is_refused(client: Client) -> None:
    found = client.get("/", headers={"host": "evil.example"})
    assert found.status_code == 400
    assert b"does not answer under the name" in found.content
    assert b"evil.example" not in found.content


def test_names_of_addresses_start_with_their_screen() -> None:
    known = {screen.name for screen in screens.SCREENS} | {"home", "preferences", "plot", "progress"}
    names = {str(each.name) for each in get_resolver().url_patterns if isinstance(each, URLPattern)}
    assert {name.partition("-")[0] for name in names} <= known
