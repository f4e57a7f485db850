"""A Chromium for browser tests: `chromium` (one a module), `look` (opens a page), `barriers` (visits as everybody)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from unittest.mock import patch

import pytest

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
PROJECTOR = {"width": 1920, "height": 1080}

# What axe is asked, beside which it says nothing of what it found good.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@dataclass
class Watched:
    """A page and what it did that it should not have done."""

    page: Any
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start Chromium once a module. Where none is installed the tests skip; in CI they fail.

    Not once a run: Playwright keeps an event loop running in this thread, and other modules' tests start their own.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium found; CI installs it (see .ci/run).")
        pytest.skip("No Chromium found: install it (Debian, Ubuntu: apt install chromium) to run the browser tests.")
    from playwright.sync_api import Locator, sync_playwright

    with sync_playwright() as playwright, patch.object(Locator, "click", _click_and_read(Locator.click)):
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


def _click_and_read(click: Callable[..., None]) -> Callable[..., None]:
    """Let a click end when the page that it leads to is there whole.

    Playwright's own ends when that page begins to arrive: on a busy machine a test then looks for what has not come.
    """

    @wraps(click)
    def click_and_read(self: Any, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    return click_and_read


@pytest.fixture
def look(chromium: Any, live_server: Any) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a path of the site and collects problems.

    Problems are: a request to another host, a violation of the content security policy, an error on the console, a
    dialog. Keyword arguments go to the browser context (``java_script_enabled=False``, ``color_scheme="dark"``);
    `client` is a signed-in test client whose session the browser takes over.
    """
    contexts = []

    def open_path(path: str, viewport: dict[str, int] = DESKTOP, client: Any = None, **options: Any) -> Watched:
        context = chromium.new_context(viewport=viewport, base_url=live_server.url, **options)
        contexts.append(context)
        if client is not None:
            context.add_cookies(
                [
                    {"name": name, "value": morsel.value, "url": live_server.url}
                    for name, morsel in client.cookies.items()
                ]
            )
        page = context.new_page()
        watched = Watched(page)
        page.on("request", lambda request: _note_stranger(watched, request.url, live_server.url))
        page.on("console", lambda message: _note_console(watched, message))
        page.on("dialog", lambda dialog: watched.problems.append(f"dialog: {dialog.message}"))
        page.on("pageerror", lambda error: watched.problems.append(f"script: {error}"))
        page.goto(path, wait_until="load")
        return watched

    yield open_path
    for context in contexts:
        context.close()


@pytest.fixture
def barriers(look: Callable[..., Watched]) -> Callable[..., dict[str, list[str]]]:
    """Return a function that visits pages as everybody would and returns what stands in their way, by page.

    Each page is opened once with scripts (axe on a light desktop and a dark phone, then 320 pixels wide, where nothing
    may scroll sideways) and once without (one heading, no problem). A page that is not there is a barrier too.
    """

    def visit(paths: Iterable[str], client: Any = None, **options: Any) -> dict[str, list[str]]:
        given = list(paths)
        watched = look("/robots.txt", client=client, **options)
        plain = look("/robots.txt", NARROW, client=client, java_script_enabled=False, **options)
        found = {}
        for path in given:
            wrong = [*_with_scripts(watched, path), *_without_scripts(plain, path)]
            if wrong:
                found[path] = wrong
        return found

    return visit


def axe(page: Any) -> list[str]:
    """Return the accessibility faults of the page as it stands, one line each."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    result = page.evaluate("options => axe.run(document, options)", AXE)
    return [
        f"{fault['id']}: {node['target']} {node.get('failureSummary', '')}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


def _with_scripts(watched: Watched, path: str) -> Iterator[str]:
    page = watched.page
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if scheme == "light":
            page.goto(path, wait_until="load")
        yield from (f"{scheme}: {fault}" for fault in axe(page))
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        yield f"scrolls sideways at 320 pixels: {width}"
    yield from watched.problems
    watched.problems.clear()


def _without_scripts(plain: Watched, path: str) -> Iterator[str]:
    plain.page.goto(path, wait_until="load")
    headings = plain.page.locator("h1").count()
    if headings != 1:
        yield f"{headings} headings without scripts"
    yield from (f"without scripts: {problem}" for problem in plain.problems)
    plain.problems.clear()


def _note_stranger(watched: Watched, url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:")):
        watched.problems.append(f"request to another host: {url}")


def _note_console(watched: Watched, message: Any) -> None:
    if message.type == "error" and "status of 4" not in message.text:
        watched.problems.append(f"console: {message.text}")
