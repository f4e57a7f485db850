"""How long a session lasts, whether it passed a second factor, and how it ends.

=====================  ==================  ===================
whose session          unused for at most  in all at most
=====================  ==================  ===================
roles with power       12 hours            7 days
everyone else          14 days             30 days
=====================  ==================  ===================
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from pennypot.apps.people.models import Person

HOUR = 3600
DAY = 24 * HOUR
# A session is looked at closely, and its last use written down, at most this often (seconds).
LOOK_EVERY = 300
STARTED, SEEN = "people_started", "people_seen"


@dataclass(frozen=True)
class Limits:
    """Seconds that a session may stay unused, and last in all."""

    idle: int
    absolute: int


WITH_POWER = Limits(idle=12 * HOUR, absolute=7 * DAY)
EVERYONE = Limits(idle=14 * DAY, absolute=30 * DAY)


def still_good(request: HttpRequest, person: Person) -> bool:
    """Say whether the session is within its limits, and note that it was used.

    Costs nothing within five minutes of the last look; then one query for the roles and two to write.
    """
    now, session = time.time(), request.session
    if STARTED not in session:
        session[STARTED] = session[SEEN] = now
        return True
    if now - session[SEEN] < LOOK_EVERY:
        return True
    limits = WITH_POWER if person.needs_second_factor else EVERYONE
    if now - session[SEEN] > limits.idle or now - session[STARTED] > limits.absolute:
        return False
    session[SEEN] = now
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
    return True


def passed_second_factor(request: HttpRequest, person: Person) -> bool:
    """Say whether this session proved a second factor: an app's code, a passkey, a recovery code.

    An organisation's sign-in counts only where PENNYPOT_OIDC_SECOND_FACTOR says so. In the demonstration its own
    people count as having one, because nobody can hold the phone of an invented officer.
    """
    if person.is_demo and settings.DEMO:
        return True
    methods = {record.get("method") for record in get_authentication_records(request, person)}
    return "mfa" in methods or ("socialaccount" in methods and settings.OPTIONS.oidc_second_factor)


def signed_in_lately(request: HttpRequest, person: Person, *, with_second_factor: bool = False) -> bool:
    """Say whether the person proved who they are within ACCOUNT_REAUTHENTICATION_TIMEOUT, in any way or by a second."""
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(
        record.get("at", 0) >= since and (record.get("method") == "mfa" or not with_second_factor)
        for record in get_authentication_records(request, person)
    )


def forget_proofs(request: HttpRequest, authenticator_id: int) -> None:
    """Take back what this session proved with a second step that is now gone, and with its recovery codes."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record.get("id") != authenticator_id and record.get("type") != "recovery_codes"
    ]


def end_others(request: HttpRequest, person: Person) -> None:
    """End every other session of the person at once; this one goes on under a new key.

    Sessions are tied to the (unusable, random) password: with a new one all the old ties break, also those of a
    session that the list does not know.
    """
    old_key = request.session.session_key
    person.set_unusable_password()
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)
    UserSession.objects.filter(user_id=person.pk).exclude(session_key=old_key).delete()
    UserSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)


def end_all(person: Person) -> None:
    """End every session of the person, wherever it is. Roles that change in earnest call this."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    UserSession.objects.filter(user_id=person.pk).delete()
