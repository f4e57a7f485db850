"""The live lane: Server-Sent Events, in one event loop, with one listening connection however many streams are open.

The row is the truth. A change is committed and announced (NOTIFY); whoever hears of it reads the row and sends what it
says now, with the time of the change as the event's number. A browser that was away sends the last number it saw and
gets the state of things if that is newer; nothing is lost when an announcement is, because every heartbeat looks too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, close_old_connections, connections
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from pennypot.house.announcing import CHANNEL
from pennypot.house.models import Work

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_STREAMS = 800  # in this process; a stream costs some 30 kB and no thread
MOST_EACH = 12  # for one person, who may have several tabs and a phone
HEARTBEAT = 15.0  # seconds between signs of life, so that proxies keep the connection
LONGEST = 600.0  # seconds; then the browser comes again, and its session is looked at again

logger = logging.getLogger(__name__)


class _Refusal(Exception):
    """A stream that is not opened: an HTTP status and headers."""

    def __init__(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class _Lane:
    """What the streams of this process share: who listens for what, the listening connection, a reader."""

    def __init__(self) -> None:
        self.waiting: dict[str, set[asyncio.Event]] = {}
        self.people: Counter[int] = Counter()
        self.streams: set[asyncio.Task[Any]] = set()
        self.closing = asyncio.Event()
        # One thread, and so one connection, reads for all: a read takes less than a millisecond.
        self.reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._listener: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def place_for(self, person: int) -> Any:
        """Count a stream, or refuse it when there are too many."""
        if self.people.total() >= MOST_STREAMS or self.people[person] >= MOST_EACH:
            raise _Refusal(503, (b"retry-after", b"10"))
        self.people[person] += 1
        try:
            yield
        finally:
            self.people[person] -= 1
            self.people += Counter()  # forgets those at nought

    @contextlib.contextmanager
    def told_of(self, topic: str) -> Any:
        """Give an event that is set whenever something about the topic is announced."""
        news = asyncio.Event()
        self.waiting.setdefault(topic, set()).add(news)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(), name="live listener")
        try:
            yield news
        finally:
            self.waiting[topic].discard(news)
            if not self.waiting[topic]:
                del self.waiting[topic]

    async def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function that asks the database, in the reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.reader, partial(_asking, function, *arguments))

    async def close(self) -> None:
        """End every stream and the listening connection."""
        self.closing.set()
        if self.streams:
            await asyncio.wait(self.streams, timeout=3)
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        await asyncio.get_running_loop().run_in_executor(self.reader, connections.close_all)
        self.reader.shutdown(wait=False, cancel_futures=True)

    async def _listen(self) -> None:
        """Hear announcements; when the connection is lost make a new one, and have everyone look."""
        pause = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_connection_details()) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    pause = 0.2
                    self.listening.set()
                    self._wake(*self.waiting)  # something may have happened while nobody listened
                    async for heard in connection.notifies():
                        self._wake(heard.payload)
            except (psycopg.Error, OSError) as problem:
                logger.warning("The live lane lost the database (%s); it tries again.", problem)
            self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    def _wake(self, *topics: str) -> None:
        for topic in topics:
            for news in self.waiting.get(topic, ()):
                news.set()


_lanes: dict[asyncio.AbstractEventLoop, _Lane] = {}


def _lane() -> _Lane:
    """Return the lane of the running event loop; there is one in a server."""
    return _lanes.setdefault(asyncio.get_running_loop(), _Lane())


async def close() -> None:
    """End all streams of this event loop, as when the server stops."""
    lane = _lanes.pop(asyncio.get_running_loop(), None)
    if lane is not None:
        await lane.close()


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request to ``/live/work/<id>``: each state of one work, until it is done.

    Refuses with 404 what is not there or not the asker's, 403 what comes from another site, 405 anything but GET, and
    503 with Retry-After when too many streams are open.
    """
    lane = _lane()
    me = asyncio.current_task()
    assert me is not None
    lane.streams.add(me)
    try:
        headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
        work = _wanted(scope, headers)
        person = await lane.read(_owner, work, headers.get("cookie", ""))
        if person is None:
            raise _Refusal(404)
        with lane.place_for(person), lane.told_of(f"work:{work}") as news:
            await _start(send)
            await _follow(lane, work, _last_seen(headers), news, receive, send)
    except _Refusal as refusal:
        await _refuse(send, refusal)
    except DatabaseError:
        await _refuse(send, _Refusal(503, (b"retry-after", b"10")))
    finally:
        lane.streams.discard(me)


async def _follow(lane: _Lane, work: uuid.UUID, seen: int, news: asyncio.Event, receive: Receive, send: Send) -> None:
    """Send each new state until it is done, the browser leaves, the server stops or the stream is old."""
    ending = [asyncio.create_task(_left(receive)), asyncio.create_task(lane.closing.wait())]
    until = asyncio.get_running_loop().time() + LONGEST
    try:
        while asyncio.get_running_loop().time() < until:
            news.clear()
            state = await _state_or_nothing(lane, work)
            if state is not None and state[0] > seen:
                seen = state[0]
                await _send(send, f"id: {seen}\nevent: work\ndata: {json.dumps(state[1])}\n\n")
                if state[1]["state"] in (Work.State.DONE, Work.State.FAILED):
                    break
            heard = asyncio.create_task(news.wait())
            done, _ = await asyncio.wait([heard, *ending], timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            heard.cancel()
            if done & set(ending):
                break
            if not done:
                await _send(send, ": still here\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        for task in ending:
            task.cancel()


async def _state_or_nothing(lane: _Lane, work: uuid.UUID) -> tuple[int, dict[str, Any]] | None:
    """Return the state, or None while the database is away; the next heartbeat looks again."""
    try:
        return await lane.read(_state, work)
    except DatabaseError:
        return None


def _state(work: uuid.UUID) -> tuple[int, dict[str, Any]] | None:
    """Return the number of the last change and what the page shows of it."""
    found = Work.objects.filter(pk=work).first()
    if found is None:
        return None
    return _number(found.changed_at), {
        "state": found.state,
        "said": found.said,
        "percent": found.percent,
        "done": found.done_parts,
        "all": found.all_parts,
        "result": found.result_url,
    }


def _number(at: datetime) -> int:
    """Return a time as microseconds since 1970, exactly."""
    seconds = int(at.replace(microsecond=0).timestamp())
    return seconds * 1_000_000 + at.microsecond


def _owner(work: uuid.UUID, cookies: str) -> int | None:
    """Return the signed-in person if the work is theirs."""
    try:
        kept = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if kept is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(kept.value)
    person = get_user(request)
    if not person.is_authenticated or not Work.objects.filter(pk=work, owner_id=person.pk).exists():
        return None
    return int(person.pk)


def _wanted(scope: Scope, headers: dict[str, str]) -> uuid.UUID:
    """Return which work is asked for, by a page of ours."""
    if scope["method"] != "GET":
        raise _Refusal(405, (b"allow", b"GET"))
    host = headers.get("host", "")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        raise _Refusal(400)
    # A browser says where a request comes from; another site could not read the answer, but shall not even hold it.
    origin = headers.get("origin")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _Refusal(403)
    if origin is not None and origin != f"{scope.get('scheme', 'http')}://{host}":
        raise _Refusal(403)
    try:
        return uuid.UUID(scope["path"].removeprefix("/live/work/").removesuffix("/"))
    except ValueError:
        raise _Refusal(404) from None


def _last_seen(headers: dict[str, str]) -> int:
    text = headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _asking(function: Callable[..., Any], *arguments: Any) -> Any:
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


def _connection_details() -> dict[str, Any]:
    details = connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context", "server_side_binding"):
        details.pop(ours, None)
    return {**details, "autocommit": True, "connect_timeout": 10}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # or nginx keeps events back
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _send(send, "retry: 2000\n\n")


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, refusal: _Refusal) -> None:
    headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), *refusal.headers]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
