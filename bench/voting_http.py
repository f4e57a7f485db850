"""Casting over HTTP, for bench/voting.py: `pennypot serve` as in service, real passes, real forms, receipts read back.

The machine that sends the ballots is the one that takes them, so the sender is as light as it can be: requests made
ready before, a few open connections, no library. What the server and PostgreSQL used of the processor is printed too,
because that does not depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

CONNECTIONS, WARM_UP = 12, 100
# A form that is signed beforehand holds as long as a pass does, so all that is wanted can be ready.
MOST_A_SECOND = 400
INDEX = re.compile(rb'class="large num">(\d+)<')


def cast_over_http(story: Any, roll: list[tuple[int, list[int]]], seconds: float, servers: int) -> int:
    """Start servers, cast as fast as they take ballots, and print what was measured; return how many were cast.

    The roll names each voter's entry and what they choose.
    """
    ports = [_free_port() for _ in range(servers)]
    serving = [_serve(port, worker=not number) for number, port in enumerate(ports)]
    try:
        for port in ports:
            _wait_until_it_answers(port)
        most = min(len(roll), WARM_UP + int(seconds * MOST_A_SECOND))
        ready = iter([_request(story, entry, chosen) for entry, chosen in roll[:most]])
        asyncio.run(_send_all(ports, ready, WARM_UP, 60, []))
        took: list[float] = []
        before, sending, began = _used(serving), time.process_time(), time.perf_counter()
        indices = asyncio.run(_send_all(ports, ready, most, seconds, took))
        passed = time.perf_counter() - began
        server, database = (after - earlier for after, earlier in zip(_used(serving), before, strict=True))
        sending = time.process_time() - sending
    finally:
        for one in serving:
            one.send_signal(signal.SIGTERM)
        for one in serving:
            one.wait(60)
    if len(set(indices)) != len(took):
        raise SystemExit("some receipts are of the same ballot")
    took.sort()
    each = 1000 / len(took)
    print(
        f"over HTTP: {len(took) / passed:,.0f} ballots/s, {servers} server process(es), {CONNECTIONS} connections; "
        f"median {1000 * took[len(took) // 2]:.0f} ms, p99 {1000 * took[len(took) * 99 // 100]:.0f} ms; "
        f"CPU a ballot: server {server * each:.1f} ms, PostgreSQL {database * each:.1f} ms, "
        f"sender {sending * each:.1f} ms (together {(server + database + sending) / passed:.2f} cores); "
        f"load of the machine {os.getloadavg()[0]:.0f}, cores {psutil.cpu_count()}",
        flush=True,
    )
    return WARM_UP + len(took)


def _request(story: Any, entry: int, chosen: list[int]) -> bytes:
    """The whole request of a voter who presses the button."""
    from django.http import HttpResponse

    from pennypot.apps.voting import passes

    held, response, csrf = passes.new_pass(story.round.pk, entry), HttpResponse(), secrets.token_hex(16)
    passes.give(response, held)
    fields = [("csrfmiddlewaretoken", csrf), ("token", held.signed_token), *(("choice", one) for one in chosen)]
    body = urlencode([*fields, ("word", "heron")])
    cookies = f"{passes.cookie_name()}={response.cookies[passes.cookie_name()].value}; pennypot-csrf={csrf}"
    head = (
        f"POST /{story.round.place.slug}/vote/{story.round.slug}/cast/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


async def _send_all(
    ports: list[int], ready: Iterator[bytes], most: int, seconds: float, took: list[float]
) -> list[int]:
    """Send ballots over all connections, each when the one before has its receipt."""
    ends, left, indices = time.perf_counter() + seconds, iter(range(most)), []

    async def work(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < ends and next(left, None) is not None and (request := next(ready, None)):
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            page = await reader.readexactly(int(length[1])) if length else b""
            took.append(time.perf_counter() - began)
            found = INDEX.search(page)
            if not head.startswith(b"HTTP/1.1 200") or found is None:
                raise SystemExit(f"the answer is no receipt: {head.decode()}{page.decode()[:400]}")
            indices.append(int(found[1]))
        writer.close()

    await asyncio.gather(*(work(ports[number % len(ports)]) for number in range(CONNECTIONS)))
    return indices


def _serve(port: int, *, worker: bool) -> subprocess.Popen[bytes]:
    """Start a server as in service, on the database that is there."""
    told = {"PORT": str(port), "PENNYPOT_WORKER": "yes" if worker else "no"}
    left_out = ("PENNYPOT_TESTING", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in left_out} | told
    return subprocess.Popen(
        [sys.executable, "-m", "pennypot", "serve"], stdout=subprocess.DEVNULL, start_new_session=True, env=environment
    )


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as calling:
                calling.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if calling.recv(20).startswith(b"HTTP/"):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not come up")


def _used(serving: list[subprocess.Popen[bytes]]) -> tuple[float, float]:
    """Seconds of the processor that the servers, and this home's PostgreSQL, have used."""
    from pennypot.house.database import EmbeddedServer

    def seconds(pids: list[int]) -> float:
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)

    return seconds([one.pid for one in serving]), seconds(EmbeddedServer(Path(os.environ["PENNYPOT_HOME"])).processes())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
