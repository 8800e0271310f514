"""A real server and a real browser; every page must stay free of console errors."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from dosepath.cli.bench.screens import served
from tests.browser.chromium import ARGUMENTS, chromium

HERE = Path(__file__).parent
LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("en", "zh-hans")]
"""Every page is looked at in both themes and languages."""

RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here; skip it where there is no browser. Looks other than the first take minutes: `make looks`."""
    missing = pytest.mark.skip(reason="no Chromium; `make browser` installs it where that is possible")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            shown = getattr(item, "callspec", None)
            look = tuple(shown.params.get(name) for name in ("theme", "language")) if shown else LOOKS[0]
            if look in LOOKS[1:]:
                item.add_marker(pytest.mark.slow)
            if not chromium():
                item.add_marker(missing)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve with a data folder of its own, and give the address without a slash at the end."""
    with served(tmp_path_factory.mktemp("served")) as (site, _seconds):
        yield site.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield started
        started.close()


@dataclass
class Console:
    """What the console of the browser said.

    Parameters
    ----------
    expected
        Patterns of errors that a test provokes, such as the message about a status of 404.
    """

    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings."""
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} ({message.location['url']})")

    @property
    def unexpected(self) -> list[str]:
        """Errors that no test provoked."""
        return [text for text in self.errors if not any(re.search(pattern, text) for pattern in self.expected)]


@pytest.fixture
def console() -> Console:
    """Give what the console says; add to `expected` what a test provokes."""
    return Console()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(server: str, browser: Browser, console: Console) -> Iterator[Opener]:
    """Give a function that opens an address: `open_page("/", theme="dark", language="zh-hans", width=390)`.

    An error in the console, or of a script, fails the test.
    """
    contexts = []

    def opened(place: str, *, theme: str = "light", language: str = "en", width: int = 1280, height: int = 900) -> Page:
        context = browser.new_context(base_url=server, viewport={"width": width, "height": height}, locale="en-GB")
        context.add_cookies(
            [
                {"name": name, "value": value, "url": server}
                for name, value in (("theme", theme), ("language", language))
            ]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", console.hear)
        page.on("pageerror", lambda error: console.errors.append(str(error)))
        page.goto(place)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert console.unexpected == []


@pytest.fixture
def page(open_page: Opener) -> Page:
    """Give the home page in English and the light theme."""
    return open_page("/")


def violations(page: Page) -> list[str]:
    """Give what axe-core finds against WCAG 2.2 A and AA, one line for each element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:150]}" for each in found for node in each["nodes"]]


def spills(page: Page) -> int:
    """Give by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
