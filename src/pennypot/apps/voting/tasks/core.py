"""Checkpoints every quarter of an hour, closing by the clock, and the count as a long work."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.voting.actions.checkpoints import MAIL, make_checkpoint
from pennypot.apps.voting.actions.closing import close_what_is_over
from pennypot.apps.voting.actions.count import open_and_count, publish_counted
from pennypot.apps.voting.actions.opening import COUNTING
from pennypot.apps.voting.models import Checkpoint, Election
from pennypot.apps.voting.queries.log import problems_of_log
from pennypot.house.models import Work
from pennypot.house.work import long_work, progress

log = logging.getLogger(__name__)

# Mail goes out with the first checkpoint of each hour; the page has all of them.
MAILED_BEFORE_MINUTE = 15


@app.periodic(cron="*/15 * * * *")
@app.task(name="voting.checkpoints", queueing_lock="voting.checkpoints")
def checkpoints(timestamp: int) -> None:
    """Sign the log of every election that is under way, where something was added."""
    mail = timestamp % 3600 < MAILED_BEFORE_MINUTE * 60
    for election in Election.objects.filter(opened_at__isnull=False, counted_at__isnull=True):
        make_checkpoint(election, mail=mail)


@app.periodic(cron="* * * * *")
@app.task(name="voting.close", queueing_lock="voting.close")
def close_by_the_clock(timestamp: int) -> None:
    """Close what is over and waits for no paper. No ballot could come in since its last moment anyway."""
    close_what_is_over()


@app.periodic(cron="37 3 * * *")
@app.task(name="voting.check_logs", queueing_lock="voting.check_logs")
def check_logs(timestamp: int) -> None:
    """Each night: recompute every log that is under way."""
    for election in Election.objects.filter(opened_at__isnull=False, counted_at__isnull=True):
        for problem in problems_of_log(election):
            log.error("The ballot log of %s is wrong: %s.", election, problem)


@app.task(name=MAIL, retry=RetryStrategy(max_attempts=6, exponential_wait=30))
def mail_checkpoint(checkpoint: int) -> None:
    """Send a checkpoint to scrutineers and key holders, so that it is kept where nobody here can change it."""
    found = Checkpoint.objects.select_related("election__round__place").filter(pk=checkpoint).first()
    if found is None:  # the job outlived its election
        return
    election = found.election
    place = election.round.place
    scrutineers = Person.objects.filter(memberships__place=place, memberships__role=Role.SCRUTINEER, is_active=True)
    holders = Person.objects.filter(pk__in=election.key_holders.values("person"), is_active=True)
    page = settings.SITE_ADDRESS + reverse("checkpoints", args=[place.slug, election.round.slug])
    for address in sorted({person.email for person in [*scrutineers, *holders]}):
        send_mail(
            _("Checkpoint of the ballot log: %(round)s, %(size)d leaves")
            % {"round": " ".join(election.round.title.split()), "size": found.size},
            _(
                "Please keep this letter. It shows what the log of cast ballots was at this moment, and it is how "
                "anyone can prove later that nothing in it was changed. It says nothing about how anybody voted.\n\n"
                "%(note)s\nAll checkpoints: %(page)s\n"
            )
            % {"note": found.note, "page": page},
            None,
            [address],
        )


@long_work(COUNTING, again=True)
def counting(work: Work, *, election: int) -> str:
    """Open the ballots with the two shares that wait, count them, and publish the result."""
    person = Person.objects.filter(pk=work.owner_id).first() if work.owner_id else None
    counted = open_and_count(
        election, person, lambda done, total: progress(work, done, total, _("The ballots are being opened"))
    )
    return publish_counted(counted, lambda done, parts, what: progress(work, done, parts, what))
