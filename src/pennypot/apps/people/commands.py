"""``pennypot operator``: who looks after this installation."""

from __future__ import annotations

from typing import Any


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "operator",
        help="say who looks after this installation",
        description="Make the person with this e-mail address an operator, who may add places; or end that.",
    )
    parser.add_argument("email", metavar="EMAIL", help="their e-mail address")
    parser.add_argument("--remove", action="store_true", help="take the role away and end their sessions")
    parser.set_defaults(run=lambda chosen: operator(chosen.email, remove=chosen.remove))


def operator(email: str, *, remove: bool) -> int:
    """Make or end an operator and say what comes next."""
    from django.conf import settings
    from django.urls import reverse

    from pennypot.apps.people.operators import end_operator, make_operator

    if remove:
        print(f"{end_operator(email).email} is no longer an operator, and is signed out everywhere.")
        return 0
    person = make_operator(email)
    print(
        f"{person.email} is an operator of {settings.SITE_ADDRESS}.\n\n"
        f"1. Open {settings.SITE_ADDRESS}{reverse('account_login')} and give this address.\n"
        f"2. A code comes by mail{_where(settings)}. Type it in.\n"
        f"3. Set up a second step at {settings.SITE_ADDRESS}{reverse('mfa_index')}: operators act only with one.\n"
        "4. Add the first place there, or here with `pennypot place new`."
    )
    return 0


def _where(settings: Any) -> str:
    return (
        ""
        if settings.OPTIONS.mail_url
        else f" (no mail server is set: it is the newest file in {settings.HOME / 'mail'})"
    )
