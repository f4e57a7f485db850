"""Second steps: allauth's pages, with a deed for each change and with what a change does to other sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpResponse

from pennypot.apps.people import actions


class AddApp(ActivateTOTPView):
    """Add an authenticator app. The code just typed counts as the second step of this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        added = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        post_authentication(self.request, added, reauthenticated=True)
        actions.note_second_step(self.request.user, "added", "app")
        return response


class RemoveApp(DeactivateTOTPView):
    """Remove the authenticator app; other sessions end."""

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator_id = self.authenticator.pk
        response = super().form_valid(form)
        actions.second_step_removed(self.request, self.request.user, authenticator_id, "app")
        return response


class AddPasskey(AddWebAuthnView):
    """Add a passkey; it can also sign in alone."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super(AddWebAuthnView, self).get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        newest = Authenticator.objects.filter(user_id=self.request.user.pk, type=Authenticator.Type.WEBAUTHN)
        post_authentication(self.request, newest.latest("pk"), reauthenticated=True)
        actions.note_second_step(self.request.user, "added", "passkey")
        return response


class RemovePasskey(RemoveWebAuthnView):
    """Remove a passkey; other sessions end."""

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator_id = self.get_object().pk
        response = super().form_valid(form)
        actions.second_step_removed(self.request, self.request.user, authenticator_id, "passkey")
        return response


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones stop working."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        actions.note_second_step(self.request.user, "renewed", "recovery-codes")
        return response
