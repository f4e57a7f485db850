"""Turns a mail server's address into Django's settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def settings_from_url(url: str) -> dict[str, object]:
    """Read ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://...`` (TLS from the start).

    Raises
    ------
    SystemExit
        When the address is neither, with what to write instead.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SystemExit("PENNYPOT_MAIL_URL: write smtp://user:password@host:587 or smtps://user:password@host:465.")
    over_tls = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if over_tls else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": over_tls,
        "EMAIL_USE_TLS": not over_tls,
        "EMAIL_TIMEOUT": 20,
    }
