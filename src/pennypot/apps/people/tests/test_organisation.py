"""Signing in with an organisation's OpenID Connect provider: here a small one of our own, on a port of its own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from pennypot.apps.people.models import Person
from pennypot.apps.people.tests.letters import last_code
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db


class Provider:
    """Says whom it knows to whoever brings the code."""

    def __init__(self):
        self.claims = {"sub": "ben-at-work", "email": "ben@work.example", "email_verified": True, "name": "Ben Work"}
        self.asked = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith("openid-configuration"):
                    self.answer(
                        {
                            "issuer": provider.url,
                            "authorization_endpoint": provider.url + "/authorize",
                            "token_endpoint": provider.url + "/token",
                            "userinfo_endpoint": provider.url + "/userinfo",
                            "jwks_uri": provider.url + "/keys",
                            "token_endpoint_auth_methods_supported": ["client_secret_post"],
                        }
                    )
                else:
                    self.answer(provider.claims)

            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked = {key: values[0] for key, values in parse_qs(sent).items()}
                self.answer({"access_token": "token", "token_type": "Bearer"})

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def provider(settings, db):
    cache.clear()
    provider = Provider()
    threading.Thread(target=provider.server.serve_forever, daemon=True).start()
    app = {
        "provider_id": "oidc",
        "name": "Brindley Sign-in",
        "client_id": "pennypot",
        "secret": "secret",
        "settings": {"server_url": provider.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def go_there(client, **more):
    answer = client.post(reverse("openid_connect_login", args=["oidc"]), more)
    assert answer.status_code == 302
    return answer.headers["Location"]


def come_back(client, there):
    state = parse_qs(urlsplit(there).query)["state"][0]
    return client.get(reverse("openid_connect_callback", args=["oidc"]), {"code": "abc", "state": state})


def test_a_new_person_signs_in_with_their_organisation_and_keeps_no_token_here(provider, client):
    assert b"Sign in with Brindley Sign-in" in client.get(reverse("account_login")).content
    there = go_there(client)
    assert there.startswith(provider.url + "/authorize?")
    question = parse_qs(urlsplit(there).query)
    assert question["code_challenge_method"] == ["S256"]
    answer = come_back(client, there)
    assert answer.headers["Location"] == reverse("me")
    assert "code_verifier" in provider.asked
    ben = Person.objects.get(email="ben@work.example")
    assert ben.name == "Ben Work"
    assert client.get(reverse("me")).wsgi_request.user == ben
    assert not client.get(reverse("me")).wsgi_request.user.second_factor
    assert not SocialToken.objects.exists()


def test_an_address_that_the_provider_has_not_checked_needs_our_code(provider, client):
    provider.claims["email_verified"] = False
    come_back(client, go_there(client))
    assert client.get(reverse("me")).status_code == 302
    client.post(reverse("account_email_verification_sent"), {"code": last_code(), "action": "verify"})
    assert client.get(reverse("me")).status_code == 200


def test_a_provider_cannot_take_over_an_account_by_naming_its_address(provider, cast, client):
    provider.claims["email"] = "ben@example.org"
    come_back(client, go_there(client))
    assert client.get(reverse("me")).status_code == 302
    assert not SocialAccount.objects.filter(user=cast.ben).exists()


def test_an_answer_with_a_made_up_state_signs_nobody_in(provider, client):
    go_there(client)
    answer = client.get(reverse("openid_connect_callback", args=["oidc"]), {"code": "abc", "state": "made-up"})
    assert answer.status_code in (200, 401)
    assert client.get(reverse("me")).status_code == 302
    assert provider.asked == {}


def test_ben_connects_his_organisation_and_disconnects_it(provider, cast, client):
    sign_in(client, cast.ben)
    assert b"Sign in with my organisation" in client.get(reverse("me")).content
    come_back(client, go_there(client, process="connect"))
    account = SocialAccount.objects.get(user=cast.ben)
    assert b"Disconnect" in client.get(reverse("socialaccount_connections")).content
    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.filter(user=cast.ben).exists()
    assert mail.outbox


def test_s33_next_of_the_organisation_s_sign_in_never_leads_away(provider, client):
    answer = come_back(client, go_there(client, next="//evil.example"))
    assert answer.headers["Location"] == reverse("me")


def test_s26_the_way_to_the_provider_begins_with_a_post(provider, client):
    answer = client.get(reverse("openid_connect_login", args=["oidc"]))
    assert answer.status_code == 200
    assert b"Go on to Brindley Sign-in" in answer.content


def test_without_a_provider_there_is_no_button_and_no_page(db, client):
    assert b"Sign in with" not in client.get(reverse("account_login")).content.replace(b"Sign in with my passkey", b"")
    assert client.post(reverse("openid_connect_login", args=["oidc"])).status_code == 404
    assert client.get(reverse("openid_connect_callback", args=["oidc"])).status_code == 404


def test_s31_only_the_provider_s_origin_is_added_to_where_forms_may_lead():
    import os
    import subprocess
    import sys

    def form_action(**environment):
        shown = subprocess.run(
            [
                sys.executable,
                "-c",
                "from pennypot.house import settings;"
                "print(*settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])",
            ],
            env={**os.environ, "PYTHONPATH": "src", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return shown.stdout.split()

    assert form_action() == ["'self'"]
    server = "https://login.example/tenant/.well-known/openid-configuration"
    assert form_action(PENNYPOT_OIDC_SERVER=server) == ["'self'", "https://login.example"]
