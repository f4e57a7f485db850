"""Helpers of the journey through an evening: the site as `pennypot serve` runs it, and people at a table."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from django.db import connections
from django.test.utils import modify_settings

from pennypot.house import asgi, live
from tests.journey import Visitor

THREADS = 4
PATIENCE = 20_000  # milliseconds until something that another browser did has to be seen


@contextmanager
def both_lanes(monkeypatch: Any, settings: Any) -> Iterator[SimpleNamespace]:
    """Run pages and live lane in this process, on the test's database, in the place of Django's own test server."""
    # Connections end with their request, so that none is left when the test's database is taken away.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    pages = WSGIMiddleware(asgi.wsgi, workers=THREADS)
    monkeypatch.setattr(asgi, "pages", pages)
    listening = socket.create_server(("127.0.0.1", 0))
    server = _Server(
        uvicorn.Config(asgi.application, log_config=None, access_log=False, lifespan="off", ws="none"), listening
    )
    url = settings.SITE_ADDRESS = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        # pytest-django switches these on and off around the test; an address of this machine needs none.
        yield SimpleNamespace(url=url, _live_server_modified_settings=modify_settings())
    finally:
        server.stop()
        pages.executor.shutdown()


class _Server(uvicorn.Server):
    """Serves from a thread of its own until it is stopped, and ends open streams as the real one does."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self.run, args=[[listening]], daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def shutdown(self, sockets: Any = None) -> None:
        await live.close()
        await super().shutdown(sockets)
        await asyncio.sleep(0)

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()


@dataclass
class Player(Visitor):
    """Somebody at a table with a phone, with scripts or without."""

    scripts: bool = True
    asked_for: list[str] = field(default_factory=list)

    def come_in(self) -> Player:
        """Note where the page stands: from here on it may not be loaded again, and may not have to ask."""
        if self.scripts:
            self.page.evaluate("window.stayed = true")
            self.page.on("request", lambda request: "part=1" in request.url and self.asked_for.append(request.url))
        return self

    @property
    def stayed(self) -> bool:
        """Whether the page is the one that `come_in` saw, told by the live lane of all that it shows."""
        return bool(self.page.evaluate("window.stayed === true")) and not self.asked_for

    def sees(self, *texts: str) -> Player:
        """Wait until the page says something: by itself, or when somebody without scripts asks for what is new."""
        if not self.scripts:
            self.follow("Show what is new")
        for text in texts:
            self.page.locator("#table").get_by_text(text).locator("visible=true").first.wait_for(timeout=PATIENCE)
        return self

    def opens(self, words: str, within: str = "#table") -> Player:
        """Open what a summary hides, if it is not open."""
        summary = self.page.locator(f"{within} summary").filter(has_text=words).first
        if not summary.evaluate("one => one.parentElement.open"):
            summary.click()
        return self

    def taps(self, name: str, within: str = "#table") -> Player:
        """Press a button that moves, and wait for the server's yes."""
        button = self.page.locator(within).get_by_role("button", name=name).locator("visible=true").first
        self.steps += 1
        if not self.scripts:
            self._go(button)
            return self
        with self.page.expect_response(lambda response: response.url.endswith("/move/")) as answered:
            button.click()
        assert answered.value.ok, f"{answered.value.status}: {answered.value.text()}"
        return self

    def types(self, label: str, text: str, within: str = "#table") -> Player:
        """Type into the field with a label."""
        self.page.locator(within).get_by_label(label).locator("visible=true").first.fill(text)
        return self

    def answers(self, kind: str, reason: str = "") -> Player:
        """Answer the open question."""
        if kind != "Hold":
            return self.taps(kind, "#part-answer")
        self.opens("Hold", "#part-answer")
        self.types("Why must this stop?", reason, "#part-answer .holds")
        return self.taps("Hold", "#part-answer .holds")

    def puts_dots(self, *needs: str) -> Player:
        """Put three dots on needs."""
        for number, need in enumerate(needs):
            boxes = self.page.locator(f"#part-dots input[value='{need}']")
            boxes.nth(needs[:number].count(need)).check()
        return self.taps("Put my dots here")

    def proposes(self, line: str, step: str) -> Player:
        """Open a line and propose how deep."""
        return self.opens(line, "#part-lines .line").taps(step, f"#part-lines .line:has-text('{line}')")
