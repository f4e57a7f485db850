"""The account in a real browser: passkeys, no scripts, nothing that the content security policy refuses."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from pennypot.apps.people.tests.letters import last_code
from pennypot.testing.browser import NARROW
from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ON_THE_WAY_IN = ["account_login", "account_signup", "signed_out", "left", "account_inactive"]
INSIDE = [
    "me",
    "account_email",
    "usersessions_list",
    "leaving",
    "leave",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "socialaccount_connections",
]


@pytest.fixture(autouse=True)
def _fresh_limits(transactional_db):
    cache.clear()


def with_a_virtual_passkey(page):
    """Give the page's browser an authenticator that says yes to everything."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_ben_adds_a_passkey_signs_in_with_it_alone_and_it_is_his_second_step(cast, look):
    watched = look(reverse("mfa_add_webauthn"), client=sign_in(Client(), cast.ben, second_factor=False))
    page = watched.page
    with_a_virtual_passkey(page)
    page.get_by_label("Name of this passkey").fill("Ben's laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    passkey = Authenticator.objects.get(user=cast.ben, type="webauthn")
    assert passkey.wrap().name == "Ben's laptop"
    assert passkey.wrap().is_passwordless
    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_role("button", name="Sign in with my passkey").click()
    page.wait_for_url("**" + reverse("me"))
    page.goto(reverse("mfa_index"))
    expect(page.get_by_text("Your second step is in use in this session.")).to_be_visible()
    assert watched.problems == []


def test_ben_uses_his_passkey_as_the_second_step_after_a_code(cast, look):
    watched = look(reverse("mfa_add_webauthn"), client=sign_in(Client(), cast.ben, second_factor=False))
    page = watched.page
    with_a_virtual_passkey(page)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").click()
    page.goto(reverse("account_login"))
    page.get_by_label("Your e-mail address").fill("ben@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code from the e-mail").fill(last_code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**" + reverse("me"))
    assert watched.problems == []


def test_a_passkey_that_is_stopped_says_so_and_leaves_the_code(cast, look):
    watched = look(reverse("account_login"))
    page = watched.page
    with_a_virtual_passkey(page)
    page.get_by_role("button", name="Sign in with my passkey").click()
    page.get_by_text("The passkey did not work this time.").wait_for()
    expect(page.get_by_role("button", name="Send me a code")).to_be_visible()


def test_asha_signs_in_changes_her_name_and_leaves_without_scripts_and_by_keyboard(cast, look):
    watched = look(reverse("account_login"), viewport=NARROW, java_script_enabled=False)
    page = watched.page
    expect(page.get_by_text("Passkeys need scripts")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with my passkey")).not_to_be_visible()
    page.get_by_label("Your e-mail address").focus()
    page.keyboard.type("asha@example.org")
    page.keyboard.press("Enter")
    page.get_by_label("The code from the e-mail").focus()
    page.keyboard.type(last_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("me"))
    page.get_by_label(re.compile("^Your name")).fill("Asha Rao")
    page.keyboard.press("Enter")
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("link", name="Go on to delete it").click()
    page.get_by_label(re.compile("^Yes, delete my account")).check()
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("heading", name="Your account is deleted").wait_for()
    assert watched.problems == []
    assert len(mail.outbox) == 1


def test_every_page_of_the_account_is_free_of_barriers_and_fits_a_narrow_phone(cast, barriers):
    assert barriers(reverse(name) for name in ON_THE_WAY_IN) == {}
    assert barriers((reverse(name) for name in INSIDE), sign_in(Client(), cast.ben)) == {}
