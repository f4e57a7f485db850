"""The live lane, called as the server calls it."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
from django.db import connection, connections
from django.test import Client

from pennypot.apps.people.models import Person
from pennypot.house import live
from pennypot.house.models import Work
from pennypot.house.work import finish, progress, start
from pennypot.testing.cast import cast  # noqa: F401 - a fixture

LISTENING = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"

pytestmark = pytest.mark.django_db(transaction=True)


class Stream:
    """A browser that listens to one address."""

    def __init__(self, path, client=None, method="GET", **headers):
        cookies = "; ".join(f"{name}={kept.value}" for name, kept in client.cookies.items()) if client else ""
        given = {"host": "127.0.0.1", "cookie": cookies, **headers}
        self.scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        }
        self.sent: asyncio.Queue = asyncio.Queue()
        self.gone = asyncio.Event()
        self.task = asyncio.create_task(live.stream(self.scope, self._receive, self.sent.put))

    async def _receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def status(self):
        first = await asyncio.wait_for(self.sent.get(), 5)
        self.headers = dict(first["headers"])
        return first["status"]

    async def event(self):
        """Return the number and the data of the next event, or None at the end."""
        while True:
            message = await asyncio.wait_for(self.sent.get(), 5)
            if message["type"] == "http.response.start":
                continue
            text = message["body"].decode()
            if text.startswith("id: "):
                number, _, data = text.strip().split("\n")
                return int(number[4:]), json.loads(data.removeprefix("data: "))
            if not message["more_body"]:
                return None


def run(story):
    """Run a story in an event loop whose live lane is closed at the end."""

    async def main():
        try:
            await story()
        finally:
            await live.close()
            connections.close_all()  # a coroutine has connections of its own

    asyncio.run(main())


@pytest.fixture
def asha():
    return Person.objects.create_user("watcher@example.org")


@pytest.fixture
def asha_signed_in(asha):
    client = Client()
    client.force_login(asha)
    return client


@pytest.fixture
def work(asha):
    return start("house.by-hand", owner=asha, said="waiting")


def test_each_change_of_a_work_arrives_and_the_stream_ends_with_it(work, asha_signed_in):
    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        assert await stream.status() == 200
        assert stream.headers[b"content-type"].startswith(b"text/event-stream")
        assert stream.headers[b"cache-control"] == b"no-store"
        assert (await stream.event())[1]["said"] == "waiting"
        await live._lane().listening.wait()
        for part in range(1, 6):
            work._told_at = 0.0
            progress(work, part, 6, f"part {part}")
            number, state = await stream.event()
            assert (state["said"], state["done"], state["all"]) == (f"part {part}", part, 6)
        finish(work, "/there/")
        assert (await stream.event())[1] | {"said": ""} == {
            "state": "done", "said": "", "percent": 83, "done": 5, "all": 6, "result": "/there/"
        }  # fmt: skip
        assert await stream.event() is None
        await stream.task

    run(story)


def test_a_browser_that_comes_back_gets_only_what_is_new(work, asha_signed_in):
    async def story():
        first = Stream(f"/live/work/{work.pk}", asha_signed_in)
        number, _ = await first.event()
        first.gone.set()
        await first.task
        again = Stream(f"/live/work/{work.pk}", asha_signed_in, last_event_id=str(number))
        assert await again.status() == 200
        await live._lane().listening.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(again.event(), 0.3)
        progress(work, 1, 2, "while away")
        newer, state = await again.event()
        assert newer > number and state["said"] == "while away"
        late = Stream(f"/live/work/{work.pk}", asha_signed_in, last_event_id=str(number))
        assert (await late.event())[1]["said"] == "while away"

    run(story)


@pytest.mark.parametrize("last", ["", "x", "-1", "9" * 40, "１２"])
def test_a_strange_last_number_means_from_the_start(work, asha_signed_in, last):
    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in, last_event_id=last.encode("utf-8").decode("latin1"))
        assert (await stream.event())[1]["said"] == "waiting"

    run(story)


def test_s24_nobody_else_can_follow_a_work_nor_learn_that_it_is_there(work, cast):  # noqa: F811
    async def story():
        for email in ("ben", "dev", "oona", None):
            client = Client()
            if email:
                client.force_login(getattr(cast, email))
            assert await Stream(f"/live/work/{work.pk}", client).status() == 404
        assert await Stream(f"/live/work/{uuid.uuid4()}", client).status() == 404
        assert await Stream("/live/work/not-a-number", client).status() == 404
        assert await Stream("/live/other", client).status() == 404
        assert await Stream(f"/live/work/{work.pk}", cookie="pennypot-session=forged").status() == 404

    run(story)


def test_signing_out_closes_the_door_for_the_next_stream(work, asha_signed_in):
    kept = asha_signed_in.cookies.output(header="", sep=";")
    asha_signed_in.logout()

    async def story():
        assert await Stream(f"/live/work/{work.pk}", cookie=kept.strip()).status() == 404

    run(story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://127.0.0.1", "sec_fetch_site": "same-origin"}, 200),
        ({"host": "evil.example"}, 400),
    ],
)
def test_s35_only_pages_of_ours_may_listen(work, asha_signed_in, headers, status):
    async def story():
        assert await Stream(f"/live/work/{work.pk}", asha_signed_in, **headers).status() == status

    run(story)


def test_s26_the_live_lane_only_reads(work, asha_signed_in):
    async def story():
        for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
            assert await Stream(f"/live/work/{work.pk}", asha_signed_in, method=method).status() == 405

    run(story)


def test_one_person_cannot_take_all_streams(work, asha_signed_in, monkeypatch):
    monkeypatch.setattr(live, "MOST_EACH", 2)

    async def story():
        streams = [Stream(f"/live/work/{work.pk}", asha_signed_in) for _ in range(2)]
        assert [await stream.status() for stream in streams] == [200, 200]
        refused = Stream(f"/live/work/{work.pk}", asha_signed_in)
        assert await refused.status() == 503
        assert refused.headers[b"retry-after"] == b"10"
        streams[0].gone.set()
        await streams[0].task
        assert await Stream(f"/live/work/{work.pk}", asha_signed_in).status() == 200

    run(story)


def test_a_quiet_stream_shows_signs_of_life(work, asha_signed_in, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)

    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        await stream.event()
        message = await asyncio.wait_for(stream.sent.get(), 5)
        assert message["body"].startswith(b":")

    run(story)


def test_a_change_is_seen_although_its_announcement_was_lost(work, asha_signed_in, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)

    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        await stream.event()
        Work.objects.filter(pk=work.pk).update(said="silent", changed_at="2999-01-01T00:00Z")
        assert (await stream.event())[1]["said"] == "silent"

    run(story)


def test_listening_goes_on_after_the_connection_was_cut(work, asha_signed_in):
    cut = f"SELECT pg_terminate_backend(pid) {LISTENING}"

    def cut_connection():
        with connection.cursor() as cursor:
            cursor.execute(cut)
            return cursor.rowcount

    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        await stream.event()
        await live._lane().listening.wait()
        assert cut_connection() == 1
        progress(work, 1, 2, "while deaf")
        assert (await stream.event())[1]["said"] == "while deaf"
        await live._lane().listening.wait()
        work._told_at = 0.0
        progress(work, 1, 2, "heard again")
        assert (await stream.event())[1]["said"] == "heard again"

    run(story)


def test_a_change_is_seen_at_once_although_the_reader_s_connection_was_cut(work, asha_signed_in):
    def its_number():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        await stream.event()
        await live._lane().listening.wait()
        reader = await live._lane().read(its_number)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [reader])
            assert cursor.fetchone() == (True,)
        progress(work, 1, 2, "read by another")
        assert (await stream.event())[1]["said"] == "read by another"
        assert await live._lane().read(its_number) != reader

    run(story)


def test_all_streams_share_one_connection(work, asha_signed_in):
    count = f"SELECT count(*) {LISTENING}"

    def connections():
        with connection.cursor() as cursor:
            cursor.execute(count)
            return cursor.fetchone()[0]

    async def story():
        streams = [Stream(f"/live/work/{work.pk}", asha_signed_in) for _ in range(8)]
        for stream in streams:
            await stream.event()
        await live._lane().listening.wait()
        assert connections() == 1
        progress(work, 1, 2, "to all")
        assert [(await stream.event())[1]["said"] for stream in streams] == ["to all"] * 8

    run(story)


def test_streams_end_when_the_server_stops(work, asha_signed_in):
    async def story():
        stream = Stream(f"/live/work/{work.pk}", asha_signed_in)
        await stream.event()
        await live.close()
        assert await stream.event() is None
        await asyncio.wait_for(stream.task, 5)

    run(story)
