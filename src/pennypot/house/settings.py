"""Django's settings, made from `house.options`. Nothing else reads the environment."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from pennypot.house.database import data_home
from pennypot.house.database.urls import parse as parse_database_url
from pennypot.house.options import read_options

OPTIONS = read_options(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent
HOME = data_home(os.environ)
DEMO = OPTIONS.demo
TESTING = os.environ.get("PENNYPOT_TESTING") == "1"
DEBUG = False

SITE_ADDRESS = OPTIONS.address or f"http://127.0.0.1:{OPTIONS.port}"
OVER_HTTPS = SITE_ADDRESS.startswith("https://")


def _secret_key() -> str:
    """Return the given key, or the one kept in the home folder, made on first use and readable by its owner only."""
    if OPTIONS.secret_key:
        return OPTIONS.secret_key
    if TESTING:
        return secrets.token_urlsafe(64)
    kept = HOME / "secret-key"
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(64))
        except FileExistsError:
            pass  # another process made it between the two lines
    return kept.read_text().strip()


SECRET_KEY = _secret_key()
_host = SITE_ADDRESS.split("://", 1)[1].split("/")[0].rsplit(":", 1)[0]
ALLOWED_HOSTS = [_host, *OPTIONS.hosts] + ([] if OVER_HTTPS else ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS] if OVER_HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pennypot.house",
    "pennypot.apps.people",
    "pennypot.apps.places",
    "pennypot.apps.talk",
    "pennypot.apps.budgets",
    "pennypot.apps.fund",
    "pennypot.apps.rounds",
    "pennypot.apps.voting",
    "pennypot.apps.game",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "csp",
]

MIDDLEWARE = [
    # What sets headers stands outside all that may answer or fail, so that no answer is without them.
    "pennypot.house.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pennypot.apps.people.middleware.second_factor",
    "pennypot.house.middleware.refusals",
]

CSRF_FAILURE_VIEW = "pennypot.house.pages.csrf_failure"
ROOT_URLCONF = "pennypot.house.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "pennypot.house.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pennypot.house.layout.everywhere",
                "pennypot.apps.places.context.the_place",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "pennypot.house.templatetags.components",
            ],
        },
    },
]

# The command line starts the embedded server and hands its address over in DATABASE_URL before Django is set up.
if OPTIONS.database_url:
    DATABASES = {"default": parse_database_url(OPTIONS.database_url)}
elif {"makemigrations", "makemessages", "compilemessages"} & set(sys.argv) or "mypy" in sys.argv[0]:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "not-connected"}}
else:
    from pennypot.house.database import EmbeddedServer

    DATABASES = {"default": parse_database_url(EmbeddedServer(HOME).url())}
DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "house_cache"}}

# People
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
ACCOUNT_LOGOUT_REDIRECT_URL = "signed_out"
ACCOUNT_ADAPTER = "pennypot.apps.people.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "pennypot.apps.people.forms.SignIn",
    "signup": "pennypot.apps.people.forms.SignUp",
    "confirm_login_code": "pennypot.apps.people.forms.SignInCode",
    "confirm_email_verification_code": "pennypot.apps.people.forms.EmailCode",
    "add_email": "pennypot.apps.people.forms.NewEmail",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# Per address of the network generous, because a whole hall of people may share one; per person strict.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "signup": "60/10m/ip",
    "request_login_code": "60/m/ip,3/m/key,40/d/key",
    "confirm_code": "120/10m/ip,10/15m/key",
    "login_failed": "60/m/ip,5/5m/key",
    "manage_email": "10/10m/user",
    "reauthenticate": "10/m/user",
    "confirm_email": "1/10s/key,20/d/key",
    # Drafts of people without an account, and letters with their links.
    "draft": "120/10m/ip",
    # Letters that ask somebody to be an author: to any address, in the site's name.
    "ask_author": "36/d/user",
}
# Digits are typed on any keyboard, whatever its language.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
MFA_ADAPTER = "pennypot.apps.people.adapter.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "pennypot.apps.people.forms.SecondStepCode",
    "reauthenticate": "pennypot.apps.people.forms.SecondStepAgain",
    "activate_totp": "pennypot.apps.people.forms.NewApp",
    "login_webauthn": "pennypot.apps.people.forms.SignInPasskey",
    "authenticate_webauthn": "pennypot.apps.people.forms.SecondStepPasskey",
    "reauthenticate_webauthn": "pennypot.apps.people.forms.PasskeyAgain",
    "add_webauthn": "pennypot.apps.people.forms.NewPasskey",
    "edit_webauthn": "pennypot.apps.people.forms.PasskeyName",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not OVER_HTTPS
MFA_TOTP_ISSUER = "Pennypot"
MFA_TOTP_TOLERANCE = 1
# people.middleware notes when a session was last used, at most every five minutes; allauth would at every request.
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "pennypot.apps.people.adapter.OrganisationAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "pennypot.apps.people.forms.Disconnect"}
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": OPTIONS.oidc_name or _("your organisation"),
                    "client_id": OPTIONS.oidc_client,
                    "secret": OPTIONS.oidc_secret,
                    "settings": {"server_url": OPTIONS.oidc_server},
                }
            ],
        }
    }
    if OPTIONS.oidc_server
    else {}
)

OIDC_ORIGIN = "/".join(OPTIONS.oidc_server.split("/")[:3])

# Sessions and headers. A browser accepts a __Host- cookie only over https, which the loopback demo has not.
SESSION_COOKIE_NAME = "__Host-session" if OVER_HTTPS else "pennypot-session"
CSRF_COOKIE_NAME = "__Host-csrf" if OVER_HTTPS else "pennypot-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if OVER_HTTPS else "pennypot-language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = OVER_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if OVER_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = OVER_HTTPS
SECURE_SSL_REDIRECT = OVER_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A form that begins the sign-in with a provider is answered with a redirect to it.
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_ORIGIN else [])],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_HANDLERS = ["pennypot.house.uploads.ToDisk"]

# Mail
if OPTIONS.mail_url:
    from pennypot.house.mail import settings_from_url

    globals().update(settings_from_url(OPTIONS.mail_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(HOME / "mail")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = OPTIONS.mail_from

# Languages
LANGUAGE_CODE = OPTIONS.language
LANGUAGES = [("en", "English"), ("cy", "Cymraeg"), ("pl", "Polski")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = OPTIONS.time_zone
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["pennypot.house.formats"]

# Files
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "uploads"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
WHITENOISE_MAX_AGE = 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "pennypot.house.log_lines.Plain",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
# The preload list is for whoever owns the whole domain to decide, and cannot be undone for months.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
