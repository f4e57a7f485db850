"""The live lane: Server-Sent Events, in one event loop, with one listening connection however many streams are open.

The row is the truth. A change is committed and announced (NOTIFY); whoever hears of it looks at what is there now and
sends what is new, with a number that grows. A browser that was away sends the last number it saw and gets the state of
things if that is newer; nothing is lost when an announcement is, because every heartbeat looks too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.http.request import split_domain_port, validate_host

from pennypot.house import feeds
from pennypot.house.announcing import CHANNEL
from pennypot.house.feeds import Asker, Drawn, Feed, Follower
from pennypot.house.models import Work

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_STREAMS = 2000  # in this process; a stream costs some 30 kB and no thread
MOST_EACH = 12  # for one person, who may have several tabs and a phone
HEARTBEAT = 15.0  # seconds between signs of life, so that proxies keep the connection
LONGEST = 600.0  # seconds; then the browser comes again, and its session is looked at again
ROLL_CALL = 30.0  # seconds between two times that feeds are told who is there

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
        # How many announcements were heard of each topic that somebody waits for.
        self.heard: Counter[str] = Counter()
        # The last look at each thing, with what was heard before it: one look serves all who follow the thing.
        self.looks: dict[Hashable, tuple[tuple[int, ...], asyncio.Future[Any]]] = {}
        self.counted: Counter[Hashable] = Counter()
        self.streams: set[asyncio.Task[Any]] = set()
        self.present: dict[asyncio.Task[Any], tuple[Feed, Any]] = {}
        self.closing = asyncio.Event()
        # One thread, and so one connection, reads for all: a read takes less than a millisecond.
        self.reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._tasks: list[asyncio.Task[None]] = []
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def place_for(self, feed: Feed, follower: Follower) -> Iterator[None]:
        """Count a stream, or refuse it when there are too many."""
        who = follower.counted
        if self.counted.total() >= MOST_STREAMS or self.counted[who] >= MOST_EACH:
            raise _Refusal(503, (b"retry-after", b"10"))
        me = asyncio.current_task()
        assert me is not None
        self.counted[who] += 1
        self.present[me] = (feed, follower.who)
        try:
            yield
        finally:
            del self.present[me]
            self.counted[who] -= 1
            self.counted += Counter()  # forgets those at nought

    @contextlib.contextmanager
    def told_of(self, topics: tuple[str, ...]) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever something about one of the topics is announced."""
        news = asyncio.Event()
        for topic in topics:
            self.waiting.setdefault(topic, set()).add(news)
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen(), name="live listener"),
                asyncio.create_task(self._call_the_roll(), name="live roll call"),
            ]
        try:
            yield news
        finally:
            for topic in topics:
                self.waiting[topic].discard(news)
                if not self.waiting[topic]:
                    del self.waiting[topic], self.heard[topic]

    async def look(self, feed: Feed, follower: Follower, *, afresh: bool = False) -> Any:
        """Look at what somebody follows; those who were woken by the same announcement share one look."""
        heard = tuple(self.heard[topic] for topic in follower.topics)
        key = (feed.look, follower.thing)
        kept = self.looks.get(key)
        if afresh or kept is None or kept[0] != heard:
            looking = asyncio.ensure_future(self.read(feed.look, follower.thing))
            kept = self.looks[key] = (heard, looking)
        return await asyncio.shield(kept[1])

    def forget(self, feed: Feed, follower: Follower) -> None:
        """Forget the look at a thing that nobody follows any more."""
        if not any(self.waiting.get(topic) for topic in follower.topics):
            self.looks.pop((feed.look, follower.thing), None)

    async def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function that asks the database, in the reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.reader, partial(_asking, function, *arguments))

    async def close(self) -> None:
        """End every stream and what runs beside them."""
        self.closing.set()
        if self.streams:
            await asyncio.wait(self.streams, timeout=3)
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
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
            if topic in self.waiting:
                self.heard[topic] += 1
            for news in self.waiting.get(topic, ()):
                news.set()

    async def _call_the_roll(self) -> None:
        """Tell feeds now and then who is there, so that a phone that sleeps is known from one that plays."""
        while True:
            await asyncio.sleep(ROLL_CALL)
            there: dict[int, tuple[Feed, list[Any]]] = {}
            for feed, who in self.present.values():
                there.setdefault(id(feed), (feed, []))[1].append(who)
            for feed, present in there.values():
                if feed.present is not None:
                    with contextlib.suppress(DatabaseError):
                        await self.read(feed.present, present)


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
    """Answer a request to ``/live/<kind>/...``: what a thing is now, and each change, until it is done.

    Refuses with 404 what is not there or not the asker's, 403 what comes from another site, 405 anything but GET, and
    503 with Retry-After when too many streams are open.
    """
    lane = _lane()
    me = asyncio.current_task()
    assert me is not None
    lane.streams.add(me)
    try:
        headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
        kind, feed, asker = _asked(scope, headers)
        follower = await lane.read(feed.find, asker)
        if follower is None:
            raise _Refusal(404)
        seen = _last_seen(headers, scope)
        with lane.place_for(feed, follower), lane.told_of(follower.topics) as news, lane.told_of(follower.ends) as end:
            await _start(send)
            await _Stream(lane, kind, feed, follower, send).run(seen, news, end, receive)
        lane.forget(feed, follower)
    except _Refusal as refusal:
        await _refuse(send, refusal)
    except DatabaseError:
        await _refuse(send, _Refusal(503, (b"retry-after", b"10")))
    finally:
        lane.streams.discard(me)


class _Stream:
    """One open stream."""

    def __init__(self, lane: _Lane, kind: str, feed: Feed, follower: Follower, send: Send) -> None:
        self.lane, self.kind, self.feed, self.follower, self.send = lane, kind, feed, follower, send
        self.sent: Drawn | None = None  # what the browser has

    async def run(self, seen: int, news: asyncio.Event, end: asyncio.Event, receive: Receive) -> None:
        """Send what is new until the thing is done, the browser leaves, the server stops or the stream is old."""
        ending = [asyncio.create_task(one) for one in (_left(receive), self.lane.closing.wait(), end.wait())]
        until = asyncio.get_running_loop().time() + LONGEST
        afresh = True  # at first, and at each heartbeat
        try:
            while asyncio.get_running_loop().time() < until:
                news.clear()
                drawn = await self._draw(afresh=afresh)
                if drawn is not None and await self._tell(drawn, seen):
                    break
                heard = asyncio.create_task(news.wait())
                done, _ = await asyncio.wait([heard, *ending], timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                heard.cancel()
                if done & set(ending):
                    break
                afresh = not done
                if not done:
                    await _send(self.send, ": still here\n\n")
            if end.is_set():
                await _send(self.send, "event: moved\ndata: {}\n\n")
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            for task in ending:
                task.cancel()

    async def _tell(self, drawn: Drawn, seen: int) -> bool:
        """Send what the browser has not; say whether that was the last of it."""
        if self.sent is None and drawn.number == seen:
            self.sent = drawn  # its page shows this already
        elif self.sent is None or drawn.number > self.sent.number:
            data = drawn.data
            if self.sent is not None and not self.feed.whole:
                had = self.sent.data
                data = {name: value for name, value in data.items() if had.get(name) != value}
            await _send(self.send, f"id: {drawn.number}\nevent: {self.kind}\ndata: {json.dumps(data)}\n\n")
            self.sent = drawn
            if self.feed.pause and not drawn.last:
                await asyncio.sleep(self.feed.pause)
        return drawn.last and self.sent is drawn

    async def _draw(self, *, afresh: bool) -> Drawn | None:
        """Return how the thing looks; None when it is gone, or while the database is away: the next heartbeat looks."""
        try:
            looked = await self.lane.look(self.feed, self.follower, afresh=afresh)
            if looked is None:
                return None
            drawn: Drawn = await self.lane.read(self.feed.draw, looked, self.follower.who)
        except DatabaseError:
            return None
        return drawn


def _find_work(asker: Asker) -> Follower | None:
    """Return the work that is asked for, if it is the signed-in person's."""
    try:
        (text,) = asker.path
        work = uuid.UUID(text)
    except ValueError:
        return None
    person = feeds.person_of(asker.cookies)
    if person is None or not Work.objects.filter(pk=work, owner_id=person.pk).exists():
        return None
    return Follower(work, None, ("person", person.pk), (f"work:{work}",))


def _look_at_work(work: uuid.UUID) -> Work | None:
    return Work.objects.filter(pk=work).first()


def _draw_work(work: Work, _who: None) -> Drawn:
    """Return the number of the last change and what the page shows of it."""
    said = {
        "state": work.state,
        "said": work.said,
        "percent": work.percent,
        "done": work.done_parts,
        "all": work.all_parts,
        "result": work.result_url,
    }
    return Drawn(_number(work.changed_at), said, last=work.state in (Work.State.DONE, Work.State.FAILED))


feeds.register("work", Feed(_find_work, _look_at_work, _draw_work, whole=True))


def _number(at: datetime) -> int:
    """Return a time as microseconds since 1970, exactly."""
    seconds = int(at.replace(microsecond=0).timestamp())
    return seconds * 1_000_000 + at.microsecond


def _asked(scope: Scope, headers: dict[str, str]) -> tuple[str, Feed, Asker]:
    """Return what is asked for, by a page of ours."""
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
    kind, _, path = scope["path"].removeprefix("/live/").partition("/")
    feed = feeds.feed_of(kind)
    if feed is None:
        raise _Refusal(404)
    address = (scope.get("client") or ("",))[0]
    pieces = tuple(path.removesuffix("/").split("/"))
    return kind, feed, Asker(pieces, feeds.cookies_in(headers.get("cookie", "")), address)


def _last_seen(headers: dict[str, str], scope: Scope) -> int:
    """Return the number of what the browser has: of the last event or, at first, of the page (``?after=17``)."""
    text = headers.get("last-event-id", "")
    if not text and (query := scope.get("query_string", b"")).startswith(b"after="):
        text = query.removeprefix(b"after=").decode("latin1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


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
