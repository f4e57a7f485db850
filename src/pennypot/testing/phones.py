"""Phones at a table without a screen: each is a browser's two connections, a stream that stays open and forms.

A phone that is cut off comes back after two seconds with the number of the last event that it saw, and a form that got
no answer is sent again with its own key, as `static/game/live.js` does.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

PATIENCE = 10  # seconds that a form waits for its answer
TRIES_AGAIN = 0.5  # seconds until it is sent again
COMES_BACK = 2.0  # seconds until a stream that was cut off is opened again


@dataclass
class Phone:
    """One phone: where it sits, what it holds, what it shows.

    Parameters
    ----------
    last
        The number of what it shows.
    parts
        That itself: of its page at first, and then kept up by the parts that are sent.
    arrived
        When each event came, by its number.
    opened
        How often its stream was opened.
    again
        How often it sent a form again.
    line
        The connection that its forms go by; kept open for the next one, as browsers do, until the server closes it.
    """

    table: int
    seat: str
    path: str
    feed: str
    cookies: str
    csrf: str
    port: int
    last: int
    parts: dict[str, str]
    viewer: Any
    arrived: dict[int, float] = field(default_factory=dict)
    opened: int = 0
    again: int = 0
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None


@dataclass(frozen=True)
class Answer:
    """What came of a form: when it first left, its key, the number of its move or what was said against it."""

    at: float
    key: str
    number: int | None
    said: str = ""


async def listen(phone: Phone) -> None:
    """Keep a stream open as a browser does."""
    while True:
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            reader, writer = await asyncio.open_connection("127.0.0.1", phone.port, limit=1 << 20)
            try:
                await _follow(phone, reader, writer)
            finally:
                writer.close()
        await asyncio.sleep(COMES_BACK)


async def _follow(phone: Phone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(
        f"GET {phone.feed} HTTP/1.1\r\nHost: 127.0.0.1:{phone.port}\r\nCookie: {phone.cookies}\r\n"
        f"Last-Event-ID: {phone.last}\r\n\r\n".encode()
    )
    if b" 200 " not in await reader.readline():
        return
    phone.opened += 1
    number = 0
    while line := await reader.readline():
        if not line.endswith(b"\n"):
            return  # cut off in the middle of it
        if line.startswith(b"id: "):
            number = int(line[4:])
        elif line.startswith(b"data: ") and number > phone.last:
            phone.parts |= json.loads(line[6:])
            phone.last = number
            phone.arrived[number] = time.perf_counter()


async def send(phone: Phone, fields: list[tuple[str, str]]) -> Answer:
    """Send a form until it is answered."""
    key = str(uuid.uuid4())
    body = urlencode([*fields, ("key", key), ("csrfmiddlewaretoken", phone.csrf)]).encode()
    head = (
        f"POST {phone.path}move/ HTTP/1.1\r\nHost: 127.0.0.1:{phone.port}\r\nCookie: {phone.cookies}\r\n"
        f"X-Pennypot: live\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        "\r\n"
    ).encode()
    began = time.perf_counter()
    while True:
        with suppress(OSError, EOFError, TimeoutError, IndexError, ValueError):
            async with asyncio.timeout(PATIENCE):
                status, said = await _ask(phone, head + body)
            if status < 500:
                return Answer(began, key, said.get("move"), said.get("said", ""))
        phone.again += 1
        await asyncio.sleep(TRIES_AGAIN)


async def _ask(phone: Phone, request: bytes) -> tuple[int, dict[str, Any]]:
    line, phone.line = phone.line, None
    if line is None or line[0].at_eof() or line[1].is_closing():
        if line is not None:
            line[1].close()
        line = await asyncio.open_connection("127.0.0.1", phone.port)
    reader, writer = line
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        body = await reader.readexactly(int(length))
    except BaseException:
        writer.close()
        raise
    phone.line = line
    return int(head.split(b" ", 2)[1]), json.loads(body)


def as_a_fresh_page(phone: Phone) -> bool:
    """Whether what a phone was sent, over what it had, is what a page of now shows."""
    from pennypot.apps.game.queries.live import look_at
    from pennypot.apps.game.views.live_parts import draw

    seen = look_at(phone.table)
    assert seen is not None
    fresh = draw(seen, phone.viewer).data
    return {name: phone.parts.get(name) for name in fresh} == fresh


def behind_seats(table: Any, seats: Sequence[str], ports: Sequence[int]) -> list[Phone]:
    """Put a phone behind each of these chairs, whose page was just loaded; they go round the servers at these ports."""
    from pennypot.apps.game import passes
    from pennypot.apps.game.models import Chair
    from pennypot.apps.game.models import Phone as Row

    chairs = list(Chair.objects.filter(table=table, seat__in=seats).select_related("table__session"))
    tokens = [passes.new_token() for _ in chairs]
    rows = Row.objects.bulk_create(
        Row(chair=chair, token_hash=passes.hash_of(token)) for chair, token in zip(chairs, tokens, strict=True)
    )
    return [
        _phone(table, row, token, ports[number % len(ports)])
        for number, (row, token) in enumerate(zip(rows, tokens, strict=True))
    ]


def _phone(table: Any, row: Any, token: str, port: int) -> Phone:
    """Return a phone whose page was just loaded."""
    from pennypot.apps.game import passes
    from pennypot.apps.game.queries.live import look_at
    from pennypot.apps.game.views.live_feed import viewer_of
    from pennypot.apps.game.views.live_parts import draw

    csrf, viewer = secrets.token_hex(16), viewer_of(row, "en")
    seen = look_at(table.pk)
    assert seen is not None
    drawn = draw(seen, viewer)
    return Phone(
        table=table.pk,
        seat=row.chair.seat,
        path=f"/brindley/game/{table.session.code}/t/{table.number}/",
        feed=f"/live/table/{table.pk}/seat/en",
        cookies=f"{passes.cookie_name()}={passes.value_of(token)}; pennypot-csrf={csrf}",
        csrf=csrf,
        port=port,
        last=drawn.number,
        parts=dict(drawn.data),
        viewer=viewer,
    )
