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
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connections
from django.http.request import split_domain_port, validate_host

from pennypot.house import feeds
from pennypot.house.announcing import CHANNEL
from pennypot.house.feeds import Asker, Drawn, Feed, Follower

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_STREAMS = 2000  # in this process; a stream costs some 30 kB and no thread
MOST_EACH = 12  # for one person, who may have several tabs and a phone
HEARTBEAT = 15.0  # seconds between signs of life, so that proxies keep the connection
LONGEST = 600.0  # seconds; then the browser comes again, and its session is looked at again
SAME_LOOK = 1.0  # seconds; of those whose heartbeats come so close together one looks for all
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
        # The last look at each thing: one look serves all who follow the thing.
        self.looks: dict[Hashable, _Looking] = {}
        self.following: dict[Hashable, set[_Stream]] = {}
        # Topics that end a stream.
        self.ends: Counter[str] = Counter()
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

    @contextlib.contextmanager
    def ended_by(self, topics: tuple[str, ...]) -> Iterator[asyncio.Event]:
        """Give an event that is set when one of the topics is announced, and at no other time."""
        self.ends.update(topics)
        try:
            with self.told_of(topics) as end:
                yield end
        finally:
            self.ends.subtract(topics)
            self.ends += Counter()  # forgets those at nought

    @contextlib.contextmanager
    def followed_by(self, stream: _Stream) -> Iterator[None]:
        """Draw for a stream whenever its thing is looked at."""
        together = self.following.setdefault(stream.key, set())
        together.add(stream)
        try:
            yield
        finally:
            together.discard(stream)
            if not together and self.following.get(stream.key) is together:
                del self.following[stream.key]
                self.looks.pop(stream.key, None)

    async def look(self, stream: _Stream, *, no_older: float) -> _Look | None:
        """Look at what a stream follows; those who were woken by the same announcement share one look.

        Parameters
        ----------
        no_older
            Seconds that a look may be old although nothing was heard since: an announcement can be lost.
        """
        heard = tuple(self.heard[topic] for topic in stream.follower.topics)
        now = asyncio.get_running_loop().time()
        kept = self.looks.get(stream.key)
        if kept is None or kept.heard != heard or now - kept.at > no_older:
            together = tuple(self.following.get(stream.key, ()))
            looking = asyncio.ensure_future(self.read(_look, stream.feed, stream.follower.thing, together))
            kept = self.looks[stream.key] = _Looking(heard, now, looking)
        return await asyncio.shield(kept.result)

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
                    # Something may have happened while nobody listened; that somebody sits elsewhere is not assumed.
                    self._wake(*(topic for topic in self.waiting if topic not in self.ends))
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
        with lane.place_for(feed, follower), lane.told_of(follower.topics) as news, lane.ended_by(follower.ends) as end:
            await _start(send)
            await _Stream(lane, kind, feed, follower, send, seen).run(news, end, receive)
    except _Refusal as refusal:
        await _refuse(send, refusal)
    except DatabaseError:
        await _refuse(send, _Refusal(503, (b"retry-after", b"10")))
    finally:
        lane.streams.discard(me)


@dataclass(frozen=True)
class _Look:
    """How a thing is, and how it looks to those who had not seen it so: with how it looked to them before."""

    looked: Any
    number: int
    drawn: Mapping[_Stream, tuple[Drawn, Drawn | None]]


@dataclass(frozen=True)
class _Looking:
    """A look that is kept: what was heard before it, when it began, what comes of it."""

    heard: tuple[int, ...]
    at: float
    result: asyncio.Future[_Look | None]


class _Stream:
    """One open stream."""

    def __init__(self, lane: _Lane, kind: str, feed: Feed, follower: Follower, send: Send, seen: int) -> None:
        self.lane, self.kind, self.feed, self.follower, self.send = lane, kind, feed, follower, send
        self.key = (feed.look, follower.thing)
        self.number = seen  # of what the browser has
        # That itself: as it was sent, or how the thing was when its page was made, which is drawn when it is compared.
        self.sent: Drawn | None = None
        self.shown: Any = None

    async def run(self, news: asyncio.Event, end: asyncio.Event, receive: Receive) -> None:
        """Send what is new until the thing is done, the browser leaves, the server stops or the stream is old."""
        ending = [asyncio.create_task(one) for one in (_left(receive), self.lane.closing.wait(), end.wait())]
        for task in ending:
            task.add_done_callback(lambda _task: news.set())
        until = asyncio.get_running_loop().time() + LONGEST
        try:
            with self.lane.followed_by(self):
                last = await self._begin()
                while not last and asyncio.get_running_loop().time() < until:
                    woken = await _happens(news, HEARTBEAT)
                    if any(task.done() for task in ending):
                        break
                    if not woken:
                        await _send(self.send, ": still here\n\n")
                    news.clear()
                    last = await self._tell(no_older=LONGEST if woken else SAME_LOOK)
            if end.is_set():
                await _send(self.send, "event: moved\ndata: {}\n\n")
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            for task in ending:
                task.cancel()

    def draw(self, looked: Any) -> tuple[Drawn, Drawn | None]:
        """Draw a thing as it is, and as it was when this browser's page was made. In the reader's thread."""
        was = None if self.shown is None or self.feed.whole else self.feed.draw(self.shown, self.follower.who)
        return self.feed.draw(looked, self.follower.who), was

    async def _begin(self) -> bool:
        """Send what the page has not, if anything; say whether that was the last of it."""
        look = await self._look(no_older=SAME_LOOK)
        if look is not None and look.number < self.number:
            look = await self._look(no_older=0.0)  # the page is younger than the look that others share
        if look is None:
            return False
        if look.number == self.number:
            self.shown = look.looked
            return False
        self.number = -1  # whatever it was, it is not how things are
        return await self._tell_of(look)

    async def _tell(self, *, no_older: float) -> bool:
        look = await self._look(no_older=no_older)
        return look is not None and look.number > self.number and await self._tell_of(look)

    async def _tell_of(self, look: _Look) -> bool:
        """Send what the browser has not; say whether that was the last of it."""
        found = look.drawn.get(self)
        if found is None:
            found = await self.lane.read(self.draw, look.looked)
        drawn, was = found
        was = self.sent or was
        data = drawn.data
        if was is not None and not self.feed.whole:
            data = {name: value for name, value in data.items() if was.data.get(name) != value}
        await _send(self.send, f"id: {drawn.number}\nevent: {self.kind}\ndata: {json.dumps(data)}\n\n")
        self.sent, self.shown, self.number = drawn, None, drawn.number
        if self.feed.pause and not drawn.last:
            await asyncio.sleep(self.feed.pause)
        return drawn.last

    async def _look(self, *, no_older: float) -> _Look | None:
        """Return how the thing is; None when it is gone, or while the database is away: the next heartbeat looks."""
        try:
            return await self.lane.look(self, no_older=no_older)
        except DatabaseError:
            return None


def _look(feed: Feed, thing: Hashable, streams: Sequence[_Stream]) -> _Look | None:
    """Look at a thing and draw it for all who have not seen it so, in one go: they wait for the same thread."""
    looked = feed.look(thing)
    if looked is None:
        return None
    number = feed.number(looked)
    return _Look(looked, number, {stream: stream.draw(looked) for stream in streams if stream.number < number})


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
    """Ask the database; once more, with a new connection, when the one that was kept turns out to be broken.

    Nothing is asked of the connection beforehand, as Django does for a page: that would double the questions.
    """
    try:
        return function(*arguments)
    except (OperationalError, InterfaceError):
        close_old_connections()
        return function(*arguments)


def _connection_details() -> dict[str, Any]:
    details = connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context", "server_side_binding"):
        details.pop(ours, None)
    return {**details, "autocommit": True, "connect_timeout": 10}


async def _happens(event: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True


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
