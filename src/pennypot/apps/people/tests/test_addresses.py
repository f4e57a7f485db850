"""Where people come from and where they are sent."""

import pytest

from pennypot.apps.people.addresses import client_ip, is_own_path

PROXY = "10.0.0.1"


def meta(peer, forwarded=None):
    return {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {})


@pytest.mark.parametrize("path", ["/", "/brindley/", "/a?b=c&d=e", "/a#b", "/a%20b/", "/cym/wrth%C5%B5", "/a?next=/b"])
def test_plain_paths_are_ours(path):
    if "%20" in path:  # a space, even encoded, is refused: no address of ours has one
        assert not is_own_path(path)
    else:
        assert is_own_path(path)


def test_s35_a_stranger_cannot_claim_an_address():
    assert client_ip(meta("203.0.113.5", "198.51.100.7"), [PROXY]) == "203.0.113.5"
    assert client_ip(meta("203.0.113.5", "198.51.100.7"), []) == "203.0.113.5"


def test_s35_our_proxy_is_believed_and_what_is_left_of_its_word_is_not():
    assert client_ip(meta(PROXY, "198.51.100.7"), [PROXY]) == "198.51.100.7"
    assert client_ip(meta(PROXY, "1.2.3.4, 198.51.100.7"), [PROXY]) == "198.51.100.7"
    assert client_ip(meta(PROXY, "1.2.3.4, 198.51.100.7, 10.0.0.2"), [PROXY, "10.0.0.2"]) == "198.51.100.7"


@pytest.mark.parametrize("forwarded", ["", "unknown", "<script>", "198.51.100.7, nonsense", ",", "1.2.3.4:80"])
def test_s35_nonsense_falls_back_to_the_proxy(forwarded):
    assert client_ip(meta(PROXY, forwarded), [PROXY]) == PROXY


def test_s35_the_same_address_written_differently_is_the_same_proxy():
    assert client_ip(meta("0:0:0:0:0:0:0:1", "2001:db8::7"), ["::1"]) == "2001:db8::7"


def test_a_socket_without_an_address_is_said_so():
    assert client_ip({}, [PROXY]) == "0.0.0.0"


@pytest.mark.django_db
def test_s35_the_list_of_sessions_shows_the_believed_address(cast, client, settings):
    from allauth.usersessions.models import UserSession
    from django.core import mail
    from django.urls import reverse

    from pennypot.apps.people.tests.letters import last_code

    settings.OPTIONS.proxies = ["127.0.0.1"]
    try:
        forwarded = {"headers": {"x-forwarded-for": "6.6.6.6, 198.51.100.7"}}
        client.post(reverse("account_login"), {"login": "asha@example.org"}, **forwarded)
        client.post(reverse("account_confirm_login_code"), {"code": last_code(), "action": "verify"}, **forwarded)
    finally:
        settings.OPTIONS.proxies = []
    assert mail.outbox
    assert UserSession.objects.get(user=cast.asha).ip == "198.51.100.7"


@pytest.mark.django_db
def test_s35_a_made_up_host_is_refused(client):
    assert client.get("/account/sign-in/", headers={"host": "evil.example"}).status_code == 400
