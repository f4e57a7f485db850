"""What Pennypot does differently from allauth: safe ways on, plain words, mail in the person's language."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.people import sessions
from pennypot.apps.people.addresses import client_ip, is_own_path
from pennypot.apps.people.models import Person


class Adapter(DefaultAccountAdapter):
    """Accounts without passwords."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is closed."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "email_taken": gettext_lazy("Somebody else uses this address here. Please use another."),
        "incorrect_code": gettext_lazy("That is not the code. Look again, or ask for a new one."),
        "too_many_login_attempts": gettext_lazy("That was too many tries. Please wait five minutes and start again."),
        "rate_limited": gettext_lazy("That was too many in a row. Please wait a minute."),
        "same_as_current": gettext_lazy("This is your address already."),
    }

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this site are followed."""
        return is_own_path(url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Believe X-Forwarded-For only from our own proxies."""
        return client_ip(request.META, settings.OPTIONS.proxies)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages answer with pages; only the passkey script, which says so, gets JSON."""
        return request.META.get("HTTP_ACCEPT") == "application/json"

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Invented people cannot sign in outside the demonstration."""
        if user.is_demo and not settings.DEMO:
            user.is_active = False  # not saved: shown the same page as a closed account
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Show pages in the person's own language from now on."""
        response = super().post_login(request, user, **kwargs)
        remember_language(response, user.language)
        return response

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Keep the name given at sign-up, and the language of the page that it was given on."""
        user.name = " ".join(form.cleaned_data.get("name", "").split())
        language = translation.get_language() or ""
        user.language = language if language in dict(settings.LANGUAGES) else ""
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the person whose address it is, else in that of the page."""
        chosen = Person.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        with translation.override(chosen or translation.get_language()):
            super().send_mail(template_prefix, email, {**context, "site_address": settings.SITE_ADDRESS})

    def send_account_already_exists_mail(self, email: str) -> None:
        """Somebody signed up with an address that has an account: say how to sign in."""
        login_url = settings.SITE_ADDRESS + reverse("account_login")
        self.send_mail("account/email/account_already_exists", email, {"login_url": login_url})

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Changes to how one signs in need a fresh proof: the second step or, for who has none, a code by e-mail.

        allauth takes a person without password and second step as proven, so that case is decided here.
        """
        request = context.request
        person = request.user
        if person.is_demo and settings.DEMO:
            return False
        has_second_step = Authenticator.objects.filter(user_id=person.pk).exists()
        if not sessions.signed_in_lately(request, person, with_second_factor=has_second_step):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second step first; a code by e-mail only for those who have none."""
        names = {
            "mfa_reauthenticate": _("Use the code from my app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use my passkey"),
        }
        found = super().get_reauthentication_methods(user)
        methods = [{**method, "description": names.get(method["id"], method["description"])} for method in found]
        if not methods and user.is_authenticated:
            methods = [
                {
                    "id": "account_reauthenticate",
                    "description": _("Get a code by e-mail"),
                    "url": reverse("account_reauthenticate"),
                }
            ]
        return methods

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """The one address that a person has stays until another one is confirmed."""
        return not email_address.primary and not email_address.verified


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets of second steps are kept encrypted; words are ours."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That did not match. Please try again."),
        "unverified_email": gettext_lazy("Please confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key made from SECRET_KEY, so that a copy of the database alone opens nothing."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret. One that an older SECRET_KEY closed opens to a value that no code matches."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(hashlib.sha256(encrypted_text.encode()).digest()[:20]).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Suggest a name for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("My passkey") if count == 0 else _("My passkey %(number)s") % {"number": count + 1}


class OrganisationAdapter(DefaultSocialAccountAdapter):
    """Accounts that come with an organisation's sign-in."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Take the name that the organisation gives."""
        person = super().populate_user(request, sociallogin, data)
        person.name = " ".join(str(data.get("name") or "").split())[:120]
        return person


def remember_language(response: HttpResponse, language: str) -> None:
    """Set the language cookie, if the person has chosen one of our languages."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _box() -> Fernet:
    key = hashlib.sha256(b"pennypot second step secrets " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
