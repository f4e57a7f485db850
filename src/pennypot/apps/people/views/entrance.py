"""Signing in, signing out, and showing once more who one is."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.mixins import NextRedirectMixin
from allauth.account.views import (
    ConfirmEmailVerificationCodeView,
    ConfirmLoginCodeView,
    LogoutView,
)
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormView

from pennypot.apps.people import actions
from pennypot.apps.people.forms import ConfirmCode
from pennypot.apps.people.models import Person

CODE_LASTS = 15 * 60
TRIES = 3


def _too_many_codes(request: HttpRequest, key: str) -> HttpResponse | None:
    """Limit how often codes are tried, also by many requests at once, which allauth's own counter would let through."""
    return ratelimit.consume_or_429(request, action="confirm_code", key=key)


class SignInCode(ConfirmLoginCodeView):
    """Type the code from the e-mail."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        email = str(self._process.state.get("email", ""))
        return _too_many_codes(request, email) or super().post(request, *args, **kwargs)


class EmailCode(ConfirmEmailVerificationCodeView):
    """Type the code that shows that an e-mail address is one's own."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _too_many_codes(request, self._process.email) or super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.request.user
        before = person.email if isinstance(person, Person) else ""
        response = super().form_valid(form)
        if isinstance(person, Person):
            person.refresh_from_db()
            if person.email != before:
                actions.email_changed(self.request, person)
        return response


class SignOut(LogoutView):
    """Ask, then sign out and tell the browser to forget our pages."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        # Not "cookies": that would also sign the person out of other services of the same council.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
        return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say what to do on a computer that others use too."""
    return render(request, "people/signed_out.html")


@method_decorator([never_cache, login_required], name="dispatch")
class ShowItIsYou(NextRedirectMixin, FormView):
    """Prove once more who one is with a code by e-mail, for those who have no second step."""

    form_class = ConfirmCode
    template_name = "account/reauthenticate.html"
    KEPT = "people_confirm"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if Authenticator.objects.filter(user_id=request.user.pk).exists():
            # A code by e-mail is weaker than the second step, so it must not stand in for it.
            method = get_adapter().get_reauthentication_methods(request.user)[0]
            return redirect(self.passthrough_next_url(method["url"]))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "send":
            return self._send(request)
        return _too_many_codes(request, request.user.email) or super().post(request, *args, **kwargs)  # type: ignore[union-attr]

    def _send(self, request: HttpRequest) -> HttpResponse:
        email = request.user.email  # type: ignore[union-attr]
        too_many = ratelimit.consume_or_429(request, action="request_login_code", key=email)
        if too_many:
            return too_many
        code = get_adapter().generate_login_code()
        request.session[self.KEPT] = {"code": code, "at": time.time(), "tries": 0}
        get_adapter().send_mail("account/email/confirm_code", email, {"code": code})
        return redirect(self.passthrough_next_url(request.path))

    def _waiting(self) -> dict[str, Any] | None:
        kept = self.request.session.get(self.KEPT)
        return kept if kept and time.time() - kept["at"] < CODE_LASTS and kept["tries"] < TRIES else None

    def form_valid(self, form: ConfirmCode) -> HttpResponse:
        kept = self._waiting()
        if kept is None:
            form.add_error(None, _("This code is too old. Please ask for a new one."))
            return self.form_invalid(form)
        if not compare_user_code(actual=form.cleaned_data["code"], expected=kept["code"]):
            self.request.session[self.KEPT] = {**kept, "tries": kept["tries"] + 1}
            form.add_error("code", _("That is not the code. Look again, or ask for a new one."))
            return self.form_invalid(form)
        del self.request.session[self.KEPT]
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)
        return resume_request(self.request) or redirect("me")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = self._waiting() is not None
        return super().get_context_data(**kwargs, code_sent=waiting)
