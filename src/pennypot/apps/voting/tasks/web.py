"""The entrance's letters, and what it forgets: tries after a day, links and codes after they ended."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now
from procrastinate.contrib.django import app

from pennypot.apps.rounds.models import Stage
from pennypot.apps.rounds.stages import Kind
from pennypot.apps.voting.eligibility import sending
from pennypot.apps.voting.models import Attempt, EntryLink, PhoneCode, Tries

# So long after voting closed, addresses of the network and times of coming in are kept, for complaints.
ADDRESSES_KEPT = timedelta(days=30)


@app.task(name=sending.TASK)
def send_parcel(sealed: str) -> None:
    """Send one letter or text of the entrance."""
    sending.send(sealed)


@app.periodic(cron="23 * * * *")
@app.task(name="voting.forget_the_entrance", queueing_lock="voting.forget_the_entrance")
def forget_the_entrance(timestamp: int = 0) -> None:
    """Delete sent letters within the hour, tries and ended links after a day, who came in from where after a month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = %s AND status IN ('succeeded', 'failed')", [sending.TASK]
        )
    Tries.objects.filter(window__lt=Now() - timedelta(days=1)).delete()
    EntryLink.objects.filter(expires_at__lt=Now() - timedelta(days=1)).delete()
    PhoneCode.objects.filter(expires_at__lt=Now() - timedelta(days=1)).delete()
    over = Stage.objects.filter(kind=Kind.VOTING, closes_at__lt=Now() - ADDRESSES_KEPT).values("round_id")
    Attempt.objects.filter(round_id__in=over).delete()
