"""Setting up a second step, using it, losing it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pennypot.apps.people.tests.letters import last_code
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def code_of_the_app(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(person):
    TOTP.activate(person, SECRET)
    return RecoveryCodes.activate(person).get_unused_codes()


def sign_in_by_code(client, person):
    client.post(reverse("account_login"), {"login": person.email})
    return client.post(reverse("account_confirm_login_code"), {"code": last_code(), "action": "verify"})


def second_factor_of(client):
    return client.get(reverse("me")).wsgi_request.user.second_factor


@pytest.mark.django_db(transaction=True)  # the letter is sent on commit
def test_ben_sets_up_an_app_and_it_counts_at_once(cast, client):
    sign_in(client, cast.ben, second_factor=False)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<p class="secret">(\w+)</p>', page)[1]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of_the_app(secret)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    assert second_factor_of(client) is True
    assert Deed.objects.filter(kind="people.second-step.added", actor_id=cast.ben.pk).count() == 1
    assert mail.outbox[-1].subject == "You have a new second step"


def test_the_secret_of_the_app_is_not_readable_in_the_database(cast):
    codes = with_app(cast.ben)
    kept = " ".join(str(data) for data in Authenticator.objects.values_list("data", flat=True))
    assert SECRET not in kept
    assert not any(code in kept for code in codes)


def test_a_secret_closed_with_another_key_opens_nothing_and_breaks_nothing(cast, client, settings):
    with_app(cast.ben)
    settings.SECRET_KEY = "another key that came with a careless restore of a backup, say"
    sign_in_by_code(client, cast.ben)
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of_the_app(SECRET)})
    assert answer.status_code == 200
    assert "did not match" in answer.content.decode()


def test_with_an_app_the_code_by_e_mail_is_not_enough(cast, client):
    with_app(cast.ben)
    assert sign_in_by_code(client, cast.ben).headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("me")).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code_of_the_app(SECRET)})
    assert second_factor_of(client) is True


def test_a_recovery_code_works_once(cast, client):
    code, *_ = with_app(cast.ben)
    sign_in_by_code(client, cast.ben)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert second_factor_of(client) is True
    other = Client()
    cache.clear()
    sign_in_by_code(other, cast.ben)
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert other.get(reverse("me")).status_code == 302


def test_an_app_s_code_works_once(cast, client):
    with_app(cast.ben)
    code = code_of_the_app(SECRET)
    sign_in_by_code(client, cast.ben)
    client.post(reverse("mfa_authenticate"), {"code": code})
    other = Client()
    sign_in_by_code(other, cast.ben)
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert other.get(reverse("me")).status_code == 302


def test_s19_guessing_the_app_s_code_is_limited(cast, client):
    with_app(cast.ben)
    sign_in_by_code(client, cast.ben)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of_the_app(SECRET)})
    assert answer.status_code == 200
    assert "too many tries" in answer.content.decode()


def test_s30_removing_the_second_step_ends_the_other_sessions_and_its_own_power(cast, client):
    with_app(cast.ben)
    sign_in_by_code(client, cast.ben)
    client.post(reverse("mfa_authenticate"), {"code": code_of_the_app(SECRET)})
    other = sign_in(Client(), cast.ben)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=cast.ben).exists()
    assert other.get(reverse("me")).status_code == 302
    assert second_factor_of(client) is False
    assert Deed.objects.filter(kind="people.second-step.removed", actor_id=cast.ben.pk).count() == 1


def test_changes_ask_again_for_the_second_step_after_a_while(cast, client, monkeypatch):
    with_app(cast.ben)
    sign_in_by_code(client, cast.ben)
    client.post(reverse("mfa_authenticate"), {"code": code_of_the_app(SECRET)})
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 16 * 60)
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "leave"):
        answer = client.get(reverse(name))
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate")), name
    answer = client.post(reverse("account_email"), {"email": "new@example.org", "action_add": "1"})
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": code_of_the_app(SECRET)})
    assert client.get(reverse("leave")).status_code == 200


def test_changes_ask_for_a_code_by_e_mail_where_there_is_no_second_step(cast, client, monkeypatch):
    sign_in(client, cast.asha, second_factor=False)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 16 * 60)
    answer = client.get(reverse("mfa_activate_totp"))
    where = answer.headers["Location"]
    assert where == reverse("account_reauthenticate") + "?next=" + reverse("mfa_activate_totp").replace("/", "%2F")
    assert client.post(where, {"action": "send"}).status_code == 302
    assert client.post(where, {"code": "0000-0000"}).status_code == 200
    answer = client.post(where, {"code": last_code()})
    assert answer.headers["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_three_wrong_codes_end_the_code_that_shows_who_one_is(cast, client):
    sign_in(client, cast.asha, second_factor=False)
    where = reverse("account_reauthenticate")
    client.post(where, {"action": "send"})
    for _ in range(3):
        client.post(where, {"code": "0000-0000"})
    answer = client.post(where, {"code": last_code()})
    assert answer.status_code == 200
    assert "too old" in answer.content.decode()


def test_a_code_by_e_mail_does_not_stand_in_for_the_second_step(cast, client):
    with_app(cast.ben)
    sign_in(client, cast.ben)
    for answer in (
        client.get(reverse("account_reauthenticate")),
        client.post(reverse("account_reauthenticate"), {"action": "send"}),
    ):
        assert answer.headers["Location"] == reverse("mfa_reauthenticate")
    assert mail.outbox == []


def test_new_recovery_codes_end_the_old_ones(cast, client):
    old = with_app(cast.ben)
    sign_in(client, cast.ben)
    client.post(reverse("mfa_generate_recovery_codes"))
    new = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert not set(old) & set(new)
    saved = client.get(reverse("mfa_download_recovery_codes"))
    assert all(code in saved.content.decode() for code in new)
    assert Deed.objects.filter(kind="people.second-step.renewed").count() == 1


def test_s24_a_passkey_of_somebody_else_cannot_be_touched(cast, client):
    passkey = Authenticator.objects.create(user=cast.dev, type="webauthn", data={"name": "Dev's", "credential": {}})
    sign_in(client, cast.ben)
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[passkey.pk])).status_code == 404
        assert client.post(reverse(name, args=[passkey.pk]), {"name": "mine"}).status_code == 404
    passkey.refresh_from_db()
    assert passkey.data["name"] == "Dev's"


NONSENSE = [
    "",
    "nonsense",
    "[]",
    "{}",
    "null",
    "7",
    '{"id": 1}',
    '{"response": {"userHandle": "!!"}}',
    '{"type": "public-key", "id": "AAAA", "rawId": "AAAA", "response": {"userHandle": "MQ", "clientDataJSON": "e30",'
    ' "authenticatorData": "AAAA", "signature": "AAAA"}, "clientExtensionResults": {}}',
    '{"type": "public-key", "id": "AAAA", "rawId": "AAAA", "response": [], "clientExtensionResults": {}}',
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_in_place_of_a_passkey_is_refused_politely(cast, client, credential):
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential}, follow=True)
    assert answer.status_code == 200
    assert client.get(reverse("me")).status_code == 302
    with_app(cast.ben)
    sign_in_by_code(client, cast.ben)
    assert client.post(reverse("mfa_authenticate"), {"credential": credential}).status_code == 200
    sign_in(client, cast.ben)
    assert client.post(reverse("mfa_add_webauthn"), {"credential": credential}).status_code == 200


def test_ben_is_told_what_his_role_needs(cast, client):
    sign_in(client, cast.ben, second_factor=False)
    page = client.get(reverse("me")).content.decode()
    assert "Set up my second step" in page
    with_app(cast.ben)
    page = client.get(reverse("me")).content.decode()
    assert "Use my second step" in page
    sign_in(client, cast.asha, second_factor=False)
    assert "One of your roles needs" not in client.get(reverse("me")).content.decode()
