"""Sessions: how they begin, how long they last, how they end; and what counts as a second factor."""

import time

import pytest
from django.conf import settings as real_settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from pennypot.apps.people import actions, sessions
from pennypot.apps.people.models import Person
from pennypot.apps.people.tests.letters import last_code
from pennypot.house.answers import Refused
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def is_signed_in(client):
    return client.get(reverse("me")).status_code == 200


def later(monkeypatch, seconds):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)


def second_factor_of(client):
    return client.get(reverse("me")).wsgi_request.user.second_factor


def cookie(client):
    return client.cookies[real_settings.SESSION_COOKIE_NAME]


def test_s30_the_session_gets_a_new_key_at_sign_in(cast, client):
    client.post(reverse("account_login"), {"login": "asha@example.org"})
    before = cookie(client).value
    client.post(reverse("account_confirm_login_code"), {"code": last_code(), "action": "verify"})
    assert cookie(client).value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_s30_the_cookie_is_kept_from_scripts_and_other_sites(cast, client):
    client.post(reverse("account_login"), {"login": "asha@example.org"})
    assert cookie(client)["httponly"]
    assert cookie(client)["samesite"] == "Lax"
    assert not cookie(client)["domain"]


def test_s30_over_https_the_cookies_are_host_only_and_secure():
    import os
    import subprocess
    import sys

    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "from pennypot.house import settings as s;"
            "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)",
        ],
        env={**os.environ, "PENNYPOT_ADDRESS": "https://pennypot.example", "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True"]


@pytest.mark.parametrize(
    ("who", "hours", "goes_on"),
    [
        ("asha", 13, True),
        ("asha", 13 * 24, True),
        ("asha", 15 * 24, False),
        ("ben", 11, True),
        ("ben", 13, False),
        ("oona", 13, False),
        ("tariq", 13, False),
    ],
)
def test_s30_a_session_ends_when_nobody_used_it(cast, client, monkeypatch, who, hours, goes_on):
    sign_in(client, getattr(cast, who))
    assert is_signed_in(client)
    later(monkeypatch, hours * 3600)
    assert is_signed_in(client) is goes_on


@pytest.mark.parametrize(("who", "days", "goes_on"), [("asha", 29, True), ("asha", 31, False), ("ben", 8, False)])
def test_s30_a_session_ends_some_day_even_if_it_is_used(cast, client, monkeypatch, who, days, goes_on):
    sign_in(client, getattr(cast, who))
    assert is_signed_in(client)
    start, still = time.time(), True
    for number in range(1, 3 * days + 1):  # every eight hours
        monkeypatch.setattr(time, "time", lambda number=number: start + number * 8 * 3600)
        still = still and is_signed_in(client)
    assert still is goes_on


def test_s30_an_old_session_is_gone_from_the_database_too(cast, client, monkeypatch):
    sign_in(client, cast.ben)
    assert is_signed_in(client)
    key = cookie(client).value
    later(monkeypatch, 13 * 3600)
    answer = client.get(reverse("me"), follow=True)
    assert not Session.objects.filter(session_key=key).exists()
    assert b"You were signed out" in answer.content


def test_s30_signing_out_clears_the_browser_and_says_what_to_do_on_a_shared_computer(cast, client):
    sign_in(client, cast.asha)
    key = cookie(client).value
    answer = client.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(client).value == ""
    assert not Session.objects.filter(session_key=key).exists()
    assert b"computer that others use" in client.get(answer.headers["Location"]).content


def test_s30_ending_the_other_sessions_leaves_only_this_one(cast, client):
    here, there, unlisted = client, Client(), Client()
    sign_in(here, cast.asha)
    sign_in(there, cast.asha)
    unlisted.force_login(cast.asha)
    here.post(reverse("end_other_sessions"))
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert not is_signed_in(unlisted)
    assert len(here.get(reverse("usersessions_list")).context["sessions"]) == 1


def test_one_session_can_be_ended_and_the_list_says_which_browser_it_was(cast, client):
    phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1"})
    phone.post(reverse("account_login"), {"login": "asha@example.org"})
    phone.post(reverse("account_confirm_login_code"), {"code": last_code(), "action": "verify"})
    sign_in(client, cast.asha)
    listed = client.get(reverse("usersessions_list")).context["sessions"]
    assert [session.is_this_one for session in listed] == [True, False]
    assert listed[1].browser == "Safari, iPhone"
    client.post(reverse("end_session", args=[listed[1].id]))
    assert is_signed_in(client)
    assert not is_signed_in(phone)


def test_my_account_counts_only_sessions_that_still_live(cast, client):
    sign_in(client, cast.asha)
    other = sign_in(Client(), cast.asha)
    assert client.get(reverse("me")).context["glance"].sessions == 2
    other.post(reverse("account_logout"))
    assert client.get(reverse("me")).context["glance"].sessions == 1


def test_s24_a_session_of_somebody_else_cannot_be_ended(cast, client):
    from allauth.usersessions.models import UserSession

    dev = sign_in(Client(), cast.dev)
    sign_in(client, cast.asha)
    answer = client.post(reverse("end_session", args=[UserSession.objects.get(user=cast.dev).pk]))
    assert answer.status_code == 404
    assert is_signed_in(dev)


@pytest.mark.parametrize("name", ["me", "export", "leaving", "usersessions_list", "mfa_index", "account_email"])
def test_s32_personal_pages_are_kept_by_no_cache(cast, client, name):
    sign_in(client, cast.asha)
    assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]


def test_s32_the_page_for_the_code_is_kept_by_no_cache(cast, client):
    client.post(reverse("account_login"), {"login": "asha@example.org"})
    assert "no-store" in client.get(reverse("account_confirm_login_code")).headers["Cache-Control"]


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_s32_pages_on_the_way_in_are_kept_by_no_cache(db, client, name):
    answer = client.post(reverse(name), {"login": "nonsense", "email": "nonsense"})
    assert "no-store" in answer.headers["Cache-Control"]


def test_only_a_second_factor_counts_as_one(cast, client, settings):
    sign_in(client, cast.ben, second_factor=False)
    assert second_factor_of(client) is False
    sign_in(client, cast.ben, second_factor=True)
    assert second_factor_of(client) is True


def test_an_organisation_s_sign_in_counts_only_where_a_setting_says_so(cast, client, settings, monkeypatch):
    sign_in(client, cast.ben, second_factor=False)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time(), "provider": "oidc"}]
    session.save()
    assert second_factor_of(client) is False
    monkeypatch.setattr(settings.OPTIONS, "oidc_second_factor", True)
    assert second_factor_of(client) is True


def test_somebody_else_s_proof_in_the_same_session_does_not_count(cast, client):
    sign_in(client, cast.ben)
    session = client.session
    session["account_authentication_methods_user"] = str(cast.dev.pk)
    session.save()
    assert second_factor_of(client) is False


def demo_person():
    return Person.objects.create_user("asha@demo.example", name="Asha", is_demo=True)


def test_demo_people_have_a_second_factor_only_in_demo_mode(db, client, settings):
    person = demo_person()
    client.force_login(person)
    settings.DEMO = True
    assert second_factor_of(client) is True
    settings.DEMO = False
    assert not is_signed_in(client)


def test_demo_people_cannot_sign_in_outside_demo_mode(db, client):
    demo_person()
    client.post(reverse("account_login"), {"login": "asha@demo.example"})
    answer = client.post(reverse("account_confirm_login_code"), {"code": last_code(), "action": "verify"})
    assert answer.headers["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)
    assert Person.objects.get(email="asha@demo.example").is_active


@pytest.mark.parametrize(("demo", "is_demo"), [(False, True), (True, False), (False, False)])
def test_nobody_real_can_be_entered_and_nobody_at_all_outside_the_demo(db, settings, demo, is_demo):
    settings.DEMO = demo
    person = Person.objects.create_user("p@example.org", is_demo=is_demo)
    with pytest.raises(Refused):
        actions.enter_as(HttpRequest(), person)


def test_a_session_whose_person_is_closed_is_nobody_s(cast, client):
    sign_in(client, cast.asha)
    Person.objects.filter(pk=cast.asha.pk).update(is_active=False)
    request = HttpRequest()
    request.session = client.session
    assert get_user(request).is_anonymous
    assert not is_signed_in(client)


def test_ending_all_sessions_ends_every_one(cast, client):
    sign_in(client, cast.ben)
    sessions.end_all(cast.ben)
    assert not is_signed_in(client)
