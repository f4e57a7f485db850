"""The lane of pages: what reaches Django, and what a browser that leaves or sends too much gets."""

from __future__ import annotations

import asyncio

import pytest
from a2wsgi import WSGIMiddleware

from pennypot.house import asgi


class Called:
    """Calls the server's application with a request in pieces and keeps what it answers."""

    def __init__(
        self, headers=(), body=(b"",), leaves=False, client=("127.0.0.1", 5), server=("127.0.0.1", 80), pause=0
    ):
        pieces = list(body)
        self.pause = pause
        self.messages = [
            {"type": "http.request", "body": piece, "more_body": leaves or number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        ]
        self.taken = 0
        self.sent = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": client,
            "server": server,
        }
        asyncio.run(asgi.application(scope, self._receive, self._send))

    async def _receive(self):
        self.taken += 1
        await asyncio.sleep(self.pause)
        return self.messages.pop(0) if self.messages else {"type": "http.disconnect"}

    async def _send(self, message):
        self.sent.append((message, self.taken))

    @property
    def status(self):
        return self.sent[0][0]["status"]

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message, _ in self.sent)


@pytest.fixture
def answering(monkeypatch):
    """Put a function in Django's place: given the WSGI environment, it returns the answer's bytes."""

    def put(function):
        def application(environ, start_response):
            body = function(environ)
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [body]

        lane = WSGIMiddleware(application, workers=1)
        monkeypatch.setattr(asgi, "pages", lane)
        return lane

    return put


def test_a_body_arrives_whole(answering):
    answering(lambda environ: environ["wsgi.input"].read(9))
    assert Called([("content-length", "9")], [b"abc", b"def", b"ghi"]).body == b"abcdefghi"


def test_a_body_that_breaks_off_is_an_error_and_not_half_a_file(answering):
    seen = []

    def read(environ):
        try:
            return environ["wsgi.input"].read(9)
        except OSError as problem:
            seen.append(problem)
            raise

    answering(read)
    with pytest.raises(asgi.ClientLeft):
        Called([("content-length", "9")], [b"abc"], leaves=True)
    assert isinstance(seen[0], ConnectionError)


def test_a_body_that_only_trickles_gives_its_thread_back(answering, monkeypatch):
    monkeypatch.setattr(asgi, "_BODY_SECONDS", 0.2)
    answering(lambda environ: environ["wsgi.input"].read(50))
    with pytest.raises(asgi.ClientLeft, match="too slowly"):
        Called([("content-length", "50")], [b"a"] * 50, pause=0.05)


def test_a_slow_body_that_keeps_coming_is_waited_for(answering, monkeypatch):
    monkeypatch.setattr(asgi, "_BODY_SECONDS", 0.2)
    answering(lambda environ: str(len(environ["wsgi.input"].read(4_000))).encode())
    assert Called([("content-length", "4000")], [b"a" * 400] * 10, pause=0.05).body == b"4000"


def test_an_answer_before_the_end_of_a_large_body_waits_until_the_browser_has_sent_it(answering):
    answering(lambda environ: b"too large")
    called = Called([("content-length", "12")], [b"abc"] * 4)
    assert called.body == b"too large"
    assert not called.messages
    last, taken = called.sent[-1]
    assert not last.get("more_body") and taken == 4


def test_draining_ends_when_the_browser_leaves(answering):
    answering(lambda environ: b"too large")
    assert Called([("content-length", "12")], [b"abc"], leaves=True).body == b"too large"


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X-Forwarded-Host",
        "x_forwarded_for",
        "Forwarded",
        "X-Real-IP",
        "x-forwarded_for",
    ],
)
def test_s35_what_a_client_says_about_itself_does_not_reach_django(answering, header):
    answering(lambda environ: ",".join(sorted(environ)).encode())
    found = Called([(header.lower(), "198.51.100.7"), ("accept", "*/*")]).body.decode()
    assert "HTTP_ACCEPT" in found
    assert "FORWARDED" not in found and "REAL_IP" not in found


@pytest.mark.parametrize(
    ("client", "server", "headers", "status"),
    [
        (("127.0.0.1", 1), ("127.0.0.1", 80), [], 200),
        (("::1", 1), ("::1", 80), [], 200),
        (("192.0.2.9", 1), ("127.0.0.1", 80), [], 403),
        (("127.0.0.1", 1), ("192.0.2.1", 80), [], 403),
        (("127.0.0.1", 1), ("127.0.0.1", 80), [("x-forwarded-for", "192.0.2.9")], 403),
        (None, None, [], 403),
    ],
)
def test_a_demonstration_answers_only_its_own_machine_however_it_was_started(
    answering, settings, client, server, headers, status
):
    settings.DEMO = True
    answering(lambda environ: b"pool")
    called = Called(headers, client=client, server=server)
    assert called.status == status
    assert (b"pool" in called.body) == (status == 200)
