"""``pennypot serve`` and ``pennypot demo`` as processes: they start, answer, stop, and come back."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from pennypot.cli.tests.site import environment, free_port, pennypot_says, site
from pennypot.house.database import EmbeddedServer
from pennypot.house.tests.embedded import AS_ROOT, execute, new_home

WORK = "INSERT INTO house_work VALUES ('{}', 'house.test', NULL, NULL, 'waiting', '', 0, 0, '', '', now(), now())"


def alive(numbers):
    return [number for number in numbers if psutil.pid_exists(number) and psutil.Process(number).status() != "zombie"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name)
def test_it_answers_and_when_told_to_stop_leaves_no_process(home, how):
    with site(home) as running:
        assert running.seconds <= 8  # the home folder is there, so this is a second start
        assert running.get("/healthz") == (200, b'{"status": "ok"}')
        assert running.get("/robots.txt?code=123456", User_Agent="secret-browser")[0] == 200
        numbers = running.processes()
        assert len(numbers) > 5
        printed = running.stop(how)
        assert running.process.returncode == 0
        assert "Traceback" not in printed
        assert f"http://127.0.0.1:{running.port}" in printed
        assert "123456" not in printed and "secret-browser" not in printed
    assert alive(numbers) == []
    assert EmbeddedServer(home).processes() == []


def test_s53_s54_after_kill_9_of_everything_it_starts_again_with_all_data(home):
    with site(home) as running:
        execute(running.database, WORK.format("00000000-0000-4000-8000-000000000001"))
        running.kill_everything()
    with site(home) as running:
        assert execute(running.database, "SELECT count(*) FROM house_work WHERE kind = 'house.test'") == [(1,)]
        assert running.get("/healthz")[0] == 200


@pytest.mark.skipif(not AS_ROOT, reason="the other tests run as an ordinary user already")
def test_it_serves_as_an_ordinary_user_too():
    with new_home("site") as folder:
        folder.mkdir()
        os.chown(folder, 65534, 65534)
        with site(folder, "serve", "nobody") as running:
            assert running.get("/healthz")[0] == 200
            assert {psutil.Process(number).username() for number in running.processes()} == {"nobody"}
            numbers = running.processes()
            running.stop()
            assert running.process.returncode == 0
        assert alive(numbers) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"PENNYPOT_LISTEN": "0.0.0.0"},
        {"PENNYPOT_LISTEN": "::"},
        {"PENNYPOT_LISTEN": "192.0.2.1"},
        {"PENNYPOT_ADDRESS": "https://pennypot.example"},
        {"PENNYPOT_HOSTS": "pennypot.example"},
    ],
    ids=lambda settings: "-".join(settings),
)
@pytest.mark.parametrize("verb", ["demo", "serve"])
def test_a_demonstration_refuses_to_be_reached_from_elsewhere(tmp_path, verb, settings):
    said = pennypot_says(tmp_path / "home", verb, PENNYPOT_DEMO="yes", PORT=str(free_port()), **settings)
    assert said.returncode == 2
    assert "A demonstration lets anyone enter every role" in said.stderr
    assert not (tmp_path / "home").exists()


def test_a_demonstration_does_not_begin_in_the_home_of_a_real_installation(home):
    said = pennypot_says(home, "demo", PORT=str(free_port()))
    assert said.returncode == 2
    assert "holds a real installation" in said.stderr


def test_a_real_installation_does_not_begin_in_the_home_of_a_demonstration(home):
    (home / "purpose").write_text("demo\n")
    try:
        said = pennypot_says(home, "serve", PORT=str(free_port()))
    finally:
        (home / "purpose").write_text("real\n")
    assert said.returncode == 2
    assert "holds a demonstration" in said.stderr


def test_a_bad_setting_stops_it_before_anything_is_made(tmp_path):
    said = pennypot_says(tmp_path / "home", "serve", PENNYPOT_WROKER="no")
    assert said.returncode == 2
    assert "PENNYPOT_WROKER is not a setting of Pennypot" in said.stderr
    assert not (tmp_path / "home").exists()


FOLLOWED = """
import sys
from pennypot.cli.ready import django_ready
with django_ready():
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from pennypot.apps.people.models import Person
    from pennypot.house.work import finish, progress, start
    person = Person.objects.create_user("asha@example.org")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.save()
    work = start("house.by-hand", owner=person, said="begun")
    print(settings.SESSION_COOKIE_NAME, session.session_key, work.pk, flush=True)
    sys.stdin.readline()
    progress(work, 1, 2, "half-way")
    sys.stdin.readline()
"""


def test_a_work_is_followed_over_the_live_lane_and_an_open_stream_does_not_hold_up_the_stop(home):
    with site(home) as running:
        other = subprocess.Popen(
            [sys.executable, "-c", FOLLOWED],
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        cookie, key, work = other.stdout.readline().split()
        stranger = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        stranger.request("GET", f"/live/work/{work}")
        assert stranger.getresponse().status == 404
        stranger.close()
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        connection.request("GET", f"/live/work/{work}", headers={"Cookie": f"{cookie}={key}"})
        response = connection.getresponse()
        assert response.status == 200
        read_until(response, b"begun")
        other.stdin.write("\n")
        other.stdin.flush()
        read_until(response, b"half-way")
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 5
        assert response.read().strip() == b""
        connection.close()
        other.communicate("\n", timeout=20)  # its database went away: how it ends does not matter


def read_until(response, words):
    while words not in (line := response.readline()):
        assert line, "the stream ended"


def test_with_a_database_of_its_own_the_embedded_server_stays_out_of_it(home, tmp_path):
    with EmbeddedServer(home) as server:
        apart = tmp_path / "apart"
        with site(apart, DATABASE_URL=server.url()) as running:
            assert running.get("/healthz")[0] == 200
            running.stop()
        assert not (apart / "database").exists()
        assert server.running


# From here on tests share one running site.


@pytest.fixture(scope="module")
def running(home):
    """A site that several tests only look at."""
    with site(home, PENNYPOT_WORKER="no") as found:
        yield found


def test_a_port_in_use_is_said_at_once_and_plainly(running):
    began = time.monotonic()
    said = pennypot_says(running.home, "serve", PORT=str(running.port))
    assert said.returncode == 2
    assert f"Port {running.port} is taken" in said.stderr
    assert "Traceback" not in said.stderr
    assert time.monotonic() - began < 5
    assert running.get("/healthz")[0] == 200


def test_an_answer_to_an_upload_that_is_not_wanted_arrives(running):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request("POST", "/healthz", body=b"x" * 30_000_000, headers={"Content-Type": "text/plain"})
    assert connection.getresponse().status in (403, 405, 413)
    connection.close()


def test_s31_the_server_says_nothing_about_itself_and_protects_every_answer(running):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request("GET", "/healthz")
    headers = {name.lower(): value for name, value in connection.getresponse().getheaders()}
    connection.close()
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_the_worker_alone_attaches_to_the_running_database_and_stops_when_told(running):
    # A server that was killed in an earlier test may have left its worker's row behind: only the new one matters.
    before = set(execute(running.database, "SELECT id FROM procrastinate_workers"))
    worker = subprocess.Popen(
        [sys.executable, "-m", "pennypot", "worker"], env=environment(running.home), stdout=subprocess.PIPE, text=True
    )
    assert "waiting for jobs" in worker.stdout.readline()
    for _ in range(200):
        mine = set(execute(running.database, "SELECT id FROM procrastinate_workers")) - before
        if mine:
            break
        time.sleep(0.05)
    assert len(mine) == 1
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=20)
    assert worker.returncode == 0
    assert not mine & set(execute(running.database, "SELECT id FROM procrastinate_workers"))
    assert running.get("/healthz")[0] == 200
