"""What is forgotten in time: sign-ups that nobody finished, and where past sessions came from."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone
from procrastinate.contrib.django import app

from pennypot.apps.people.models import Person

UNFINISHED_SIGN_UPS_LAST = timedelta(days=7)


@app.periodic(cron="17 3 * * *")
@app.task(name="people.forget_old_things", queueing_lock="people.forget_old_things")
def forget_old_things(timestamp: int = 0) -> None:
    """Delete unfinished sign-ups after a week, and where from and with which browser past sessions were used."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    waiting = EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)
    Person.objects.filter(
        Exists(waiting),
        ~Exists(confirmed),
        last_login=None,
        deleted_at=None,
        is_demo=False,
        joined_at__lt=timezone.now() - UNFINISHED_SIGN_UPS_LAST,
    ).delete()
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    UserSession.objects.filter(~Exists(live)).delete()
