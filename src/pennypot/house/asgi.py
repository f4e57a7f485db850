"""The server's two lanes: ``/live/...`` is a small raw ASGI function, all else is Django as WSGI in threads.

A page costs half as much this way as under Django's own ASGI handler, and thousands of open streams cost no thread.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pennypot.house.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

THREADS = 12
# Of a body that Django did not read, as of a file that is too large, so much is read and thrown away, so long.
# A browser shows our answer only when it could send everything.
_DRAINED_BYTES = 2_000_000_000
_DRAINED_SECONDS = 30
# A body holds one of the threads while it arrives. It may take this long, and a second more for so many bytes: a phone
# on a bad line gets through, a dozen machines that send a byte now and then cannot stop the pages.
_BODY_SECONDS = 30.0
_SLOWEST_BYTES_A_SECOND = 2_000
# A look through everything in memory for cycles stops all threads, for a quarter of a second with a hall full of
# phones; as Python sets it this happens every five seconds. Young things are looked through as often as their number
# asks, old ones a hundred times less often, and what stands at the start not at all.
_COLLECT = (10_000, 20, 100)

# Any: a2wsgi and Django describe the same shapes with types of their own.
wsgi: Any = get_wsgi_application()
pages: Any = WSGIMiddleware(wsgi, workers=THREADS)

# Imported after Django is set up.
from pennypot.house import live  # noqa: E402


class ClientLeft(ConnectionError):
    """The browser closed the connection before it had sent everything."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request down its lane."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
    elif settings.DEMO and not _from_this_machine(scope):
        await _plain(send, 403, b"This is a demonstration. It answers only on the machine that it runs on.\n")
    else:
        scope["headers"] = _without_claims(scope["headers"])
        if scope["path"].startswith("/live/"):
            await live.stream(scope, receive, send)
        else:
            await _page(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """Let Django answer, with a body that is whole or an error, and an answer that arrives."""
    unread = _has_body(scope)
    patience_ends = asyncio.get_running_loop().time() + _BODY_SECONDS

    async def receive_or_fail() -> Message:
        nonlocal unread, patience_ends
        try:
            async with asyncio.timeout_at(patience_ends if unread else None):
                message = await receive()
        except TimeoutError:
            raise ClientLeft("The browser sent its form too slowly.") from None
        if message["type"] == "http.disconnect" and unread:
            # Without this, half a file would look like a whole one.
            raise ClientLeft("The browser left before it had sent everything.")
        patience_ends += len(message.get("body", b"")) / _SLOWEST_BYTES_A_SECOND
        unread = bool(message.get("more_body", False))
        return message

    async def send_when_read(message: Message) -> None:
        nonlocal unread
        if unread and message["type"] == "http.response.body" and not message.get("more_body", False):
            unread = False
            await _drain(receive)
        await send(message)

    await pages(scope, receive_or_fail, send_when_read)


async def _drain(receive: Receive) -> None:
    left = _DRAINED_BYTES
    try:
        async with asyncio.timeout(_DRAINED_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


def _has_body(scope: Scope) -> bool:
    return any(
        (name == b"content-length" and value.strip(b"0 ") != b"") or name == b"transfer-encoding"
        for name, value in scope["headers"]
    )


def _without_claims(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Drop what a client could say about itself: uvicorn has already believed the proxies that we trust.

    A name with an underscore goes too, because WSGI cannot tell X_Forwarded_For from X-Forwarded-For.
    """
    return [
        (name, value)
        for name, value in headers
        if b"_" not in name and not name.startswith(b"x-forwarded-") and name not in (b"forwarded", b"x-real-ip")
    ]


def _from_this_machine(scope: Scope) -> bool:
    """Whether a demonstration may answer: nobody elsewhere, and no proxy that might speak for somebody elsewhere."""
    if any(name in (b"x-forwarded-for", b"forwarded", b"x-real-ip") for name, _ in scope["headers"]):
        return False
    try:
        return all(ipaddress.ip_address(end[0]).is_loopback for end in (scope["client"], scope["server"]))
    except (TypeError, ValueError):
        return False


async def _plain(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _collect_seldom() -> None:
    get_resolver().url_patterns  # noqa: B018 - has all rooms loaded
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _collect_seldom()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await live.close()
            pages.executor.shutdown(wait=False, cancel_futures=True)
            await send({"type": "lifespan.shutdown.complete"})
            return
