"""Forms of the account: allauth's, in our words."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    SignupForm,
)
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.socialaccount.forms import DisconnectForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def _email_field(form: forms.Form, name: str, label: Any, help_text: Any = "") -> None:
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget = forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254, "spellcheck": "false"})


def _code_field(form: forms.Form, label: Any, help_text: Any = "") -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    attrs = {"autocomplete": "one-time-code", "class": "short code", "maxlength": 20, "inputmode": "numeric"}
    field.widget = forms.TextInput(attrs=attrs)


class SignIn(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _email_field(self, "login", _("Your e-mail address"), _("We send you a code. You need no password."))


class SignUp(SignupForm):
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As others here should see it. A first name is enough."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _email_field(self, "email", _("Your e-mail address"), _("Only for signing in and for news that you ask for."))


class SignInCode(ConfirmLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("The code from the e-mail"))


class EmailCode(ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("The code from the e-mail"))


class NewEmail(AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _email_field(self, "email", _("Your new e-mail address"), _("We send a code there, to see that it is yours."))


def _second_step_field(form: forms.Form, person: Any) -> None:
    if Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).exists():
        _code_field(form, _("The code from your app"), _("No phone at hand? Type one of your recovery codes instead."))
    else:
        _code_field(form, _("One of your recovery codes"))


class SecondStepCode(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _second_step_field(self, self.user)


class SecondStepAgain(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _second_step_field(self, self.user)


class NewApp(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("The six digits that the app shows now"))


# What reading a made-up credential can raise; allauth takes only some of it as "not a passkey".
_NOT_A_PASSKEY = (AttributeError, LookupError, TypeError, ValueError, struct.error)


class _Passkey(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except _NOT_A_PASSKEY:
            raise get_adapter().validation_error("incorrect_code") from None


class SignInPasskey(_Passkey, LoginWebAuthnForm):
    pass


class SecondStepPasskey(_Passkey):
    pass


class PasskeyAgain(_Passkey, ReauthenticateWebAuthnForm):
    pass


class NewPasskey(AddWebAuthnForm):
    """A new key is always a passkey: it can sign in alone, and it asks for a finger, a face or a PIN."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        name = self.fields["name"]
        name.label, name.help_text = _("Name of this passkey"), _("So that you know it again: my phone, my laptop.")
        name.max_length = 60
        name.widget.attrs["maxlength"] = 60

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except _NOT_A_PASSKEY:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyName(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.max_length = _("Name of this passkey"), 60
        name.widget.attrs["maxlength"] = 60


class Disconnect(DisconnectForm):
    def clean(self) -> dict[str, Any]:
        """Allow it always: allauth asks for a password first, but here a code by e-mail locks nobody out."""
        return forms.Form.clean(self) or {}


class ConfirmCode(forms.Form):
    """The code that shows once more who somebody is."""

    code = forms.CharField(max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("The code from the e-mail"))


AS_THE_BROWSER_ASKS = "browser"


class Details(forms.Form):
    """Name and language."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As others here should see it. A first name is enough."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of pages and e-mails"),
        choices=[(AS_THE_BROWSER_ASKS, _("As my browser asks")), *settings.LANGUAGES],
    )

    def clean_language(self) -> str:
        """Return the language, empty for the browser's choice."""
        return self.cleaned_data["language"].removeprefix(AS_THE_BROWSER_ASKS)


class Leaving(forms.Form):
    """The second step of deleting an account."""

    sure = forms.BooleanField(
        label=_("Yes, delete my account. I know that it cannot be brought back."),
        error_messages={"required": _("Please tick this box if you want to delete your account.")},
    )
