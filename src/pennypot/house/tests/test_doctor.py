"""The doctor finds what goes wrong in practice, and says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import checks

from pennypot.cli.tests.site import environment, pennypot_says
from pennypot.house import doctor, prepare, purpose
from pennypot.house.options import read_options
from pennypot.house.problems import Problem

REAL = {
    "PENNYPOT_ADDRESS": "https://pennypot.example",
    "PENNYPOT_MAIL_URL": "smtp://user:word@127.0.0.1:1",
    "PENNYPOT_SECURITY_CONTACT": "mailto:security@pennypot.example",
}


@pytest.fixture
def site(settings, tmp_path, db):
    """A site as an operator would have it; tests break one thing each."""
    settings.HOME = tmp_path
    tmp_path.chmod(0o700)
    settings.DEMO = False
    settings.OVER_HTTPS = True
    settings.SITE_ADDRESS = REAL["PENNYPOT_ADDRESS"]
    settings.OPTIONS = read_options(REAL)
    settings.SECRET_KEY = "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJKLMN"
    return settings


def states(look):
    return [(found.state, found.said) for found in look()]


def only(look):
    (found,) = look()
    return found


def test_a_site_as_it_should_be_has_nothing_broken(site):
    for look in (doctor._versions, doctor._database, doctor._tables, doctor._clock, doctor._settings, doctor._secret):
        assert {state for state, _ in states(look)} == {"ok"}, look
    for look in (doctor._home, doctor._disk):
        assert {state for state, _ in states(look)} == {"ok"}, look


def test_without_address_mail_and_contact_each_is_named(site):
    site.OPTIONS = read_options({})
    site.OVER_HTTPS = False
    said = " ".join(said for state, said in states(doctor._settings) if state == "look")
    assert all(name in said for name in ("PENNYPOT_ADDRESS", "PENNYPOT_MAIL_URL", "PENNYPOT_SECURITY_CONTACT"))


def test_https_without_a_trusted_proxy_would_go_round_in_circles(site):
    site.OPTIONS = read_options(REAL | {"PENNYPOT_LISTEN": "0.0.0.0"})
    assert ("broken", "PENNYPOT_PROXIES") in [(state, said[:16]) for state, said in states(doctor._settings)]


def test_a_demonstration_and_its_home_are_pointed_out(site):
    (site.HOME / "purpose").write_text("demo\n")
    assert any("holds a demonstration" in said for _, said in states(doctor._settings))
    site.DEMO = True
    assert "anyone at this machine" in only(doctor._settings).said


@pytest.mark.parametrize("key", ["short", "a" * 80])
def test_a_weak_key_is_broken(site, key):
    site.SECRET_KEY = key
    assert only(doctor._secret).state == "broken"


def test_a_key_that_others_may_read_is_broken(site):
    (site.HOME / "secret-key").write_text(site.SECRET_KEY)
    (site.HOME / "secret-key").chmod(0o644)
    assert "chmod 600" in only(doctor._secret).said


def test_a_home_that_everyone_may_enter_is_pointed_out(site):
    site.HOME.chmod(0o755)
    assert only(doctor._home).state == "look"


@pytest.mark.parametrize(("free", "state"), [(10**12, "ok"), (10**9, "look"), (10**8, "broken")])
def test_little_room_on_the_disk_is_said_in_time(site, monkeypatch, free, state):
    monkeypatch.setattr(shutil, "disk_usage", lambda where: SimpleNamespace(free=free))
    assert only(doctor._disk).state == state


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (10, "look"), (3600, "broken"), (-3600, "broken")])
def test_s61_a_clock_that_differs_from_the_databases_is_found(site, monkeypatch, apart, state):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=apart)

    monkeypatch.setattr(doctor, "datetime", Clock)
    assert only(doctor._clock).state == state


def test_waiting_migrations_are_found(site, monkeypatch):
    there = prepare._migrations_on_disk()
    later = there | {"house": [*there["house"], "0999_later"]}
    monkeypatch.setattr(prepare, "_migrations_on_disk", lambda: later)
    assert "house.0999_later" in only(doctor._tables).said


def test_a_database_from_a_newer_version_is_broken_and_serve_refuses_it(site, monkeypatch):
    monkeypatch.setattr(prepare, "_migrations_on_disk", lambda: {"house": ["0001_initial"]})
    with pytest.raises(Problem, match="newer Pennypot"):
        prepare.tables()


@pytest.mark.parametrize(("days", "state"), [(None, "look"), (1, "ok"), (8, "look")])
def test_an_old_or_missing_backup_is_pointed_out(site, days, state):
    if days is not None:
        made = datetime.now(UTC) - timedelta(days=days)
        (site.HOME / "last-backup.txt").write_text(made.isoformat())
    assert only(doctor._backups).state == state


def test_a_mail_server_that_does_not_answer_is_broken(site):
    site.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    site.EMAIL_HOST, site.EMAIL_PORT = "127.0.0.1", 1
    assert only(doctor._mail_server).state == "broken"


def test_a_look_that_fails_is_a_finding_and_the_others_go_on(site, monkeypatch):
    def broken_look():
        raise RuntimeError("strange")
        yield

    monkeypatch.setattr(doctor, "_disk", broken_look)
    found = list(doctor.examine())
    assert any(one.about == "broken_look" and "strange" in one.said for one in found)
    assert found[-1].about == "framework"


def test_people_of_the_demonstration_never_serve_the_public(site):
    from pennypot.apps.people.models import Person

    Person.objects.create_user("asha@demo.example", is_demo=True)
    with pytest.raises(Problem, match="demonstration"):
        purpose.claim("real")


def test_a_demonstration_never_opens_the_roles_of_real_people(site):
    from pennypot.apps.people.models import Person

    Person.objects.create_user("asha@example.org")
    with pytest.raises(Problem, match="real installation"):
        purpose.claim("demo")
    assert purpose.kept() == ""


def test_s62_djangos_checks_for_a_site_in_use_find_nothing_in_one(tmp_path):
    """Run in a process of its own, because settings are made once, from the environment."""
    said = pennypot_says(tmp_path / "home", "check", **REAL)
    lines = said.stdout.splitlines()
    assert [line for line in lines if "framework" in line] == [
        "ok      framework:     Django's checks for a site in use find nothing."
    ], said.stdout + said.stderr
    assert not [line for line in lines if line.startswith("broken")]
    assert said.returncode == 0


def test_s62_debug_is_off_whatever_the_environment_says(tmp_path):
    code = (
        "from pennypot.house import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path, DEBUG="1", DJANGO_DEBUG="1", DATABASE_URL="postgresql:///x", **REAL),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["False", "True", "True"]


def test_the_deployment_checks_are_really_asked(site, monkeypatch):
    warning = checks.Warning("weak", id="security.W999")
    monkeypatch.setattr(checks, "run_checks", lambda **kwargs: [warning] if kwargs["include_deployment_checks"] else [])
    assert (only(doctor._deploy).state, only(doctor._deploy).said) == ("look", "weak (security.W999)")
