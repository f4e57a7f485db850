"""Addresses of this room. allauth's views under plain addresses; none of its password pages is here."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as organisation
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.urls import path

from pennypot.apps.people.views import entrance, mine, second_steps

urlpatterns = [
    path("", mine.me, name="me"),
    path("export/", mine.export, name="export"),
    path("leaving/", mine.leaving, name="leaving"),
    path("leaving/for-good/", mine.leave, name="leave"),
    path("left/", mine.left, name="left"),
    path("sessions/", mine.sessions, name="usersessions_list"),
    path("sessions/<int:session>/end/", mine.end_session, name="end_session"),
    path("sessions/end-others/", mine.end_other_sessions, name="end_other_sessions"),
    path("sign-in/", account.login, name="account_login"),
    # allauth speaks of a page of its own for asking for a code; ours is the sign-in page.
    path("sign-in/", account.login, name="account_request_login_code"),
    path("sign-in/code/", entrance.SignInCode.as_view(), name="account_confirm_login_code"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-out/", entrance.SignOut.as_view(), name="account_logout"),
    path("signed-out/", entrance.signed_out, name="signed_out"),
    path("sign-up/", account.signup, name="account_signup"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("confirm/", entrance.ShowItIsYou.as_view(), name="account_reauthenticate"),
    path("confirm/second-step/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("email/", account.email, name="account_email"),
    path("email/code/", entrance.EmailCode.as_view(), name="account_email_verification_sent"),
    path("mfa/", mfa.index, name="mfa_index"),
    path("mfa/app/add/", second_steps.AddApp.as_view(), name="mfa_activate_totp"),
    path("mfa/app/remove/", second_steps.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("mfa/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("mfa/passkeys/add/", second_steps.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("mfa/passkeys/<int:pk>/remove/", second_steps.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("mfa/passkeys/<int:pk>/name/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("mfa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("mfa/recovery-codes/new/", second_steps.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("mfa/recovery-codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("organisation/", organisation.connections, name="socialaccount_connections"),
    path("organisation/cancelled/", organisation.login_cancelled, name="socialaccount_login_cancelled"),
    path("organisation/problem/", organisation.login_error, name="socialaccount_login_error"),
    path("organisation/sign-up/", organisation.signup, name="socialaccount_signup"),
    path("organisation/<slug:provider_id>/sign-in/", openid_connect.login, name="openid_connect_login"),
    path("organisation/<slug:provider_id>/back/", openid_connect.callback, name="openid_connect_callback"),
]
