"""Making letters, part by part, and throwing them away in time."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from pennypot.apps.voting.actions.letters import (
    IN_A_PART,
    WORK,
    addresses_of,
    forget_addresses,
    forget_old_letters,
    make_part,
)
from pennypot.apps.voting.models import LetterRun
from pennypot.apps.voting.papers.made import letters_said
from pennypot.apps.voting.queries.paper import paper_round
from pennypot.house.models import Work
from pennypot.house.work import long_work, progress


@long_work(WORK)
def make_letters(work: Work, *, run: str) -> str:
    """Make the letters of a run. What is made already stays good if the server is stopped in the middle."""
    found = LetterRun.objects.select_related("round__place").get(pk=run)
    addressed = addresses_of(found)
    with translation.override(found.language):
        paper = paper_round(found.round)
    parts = -(-found.letters // IN_A_PART)
    try:
        for part in range(1, parts + 1):
            make_part(found, paper, part, addressed)
            ready = min(found.letters, part * IN_A_PART)
            said = _("%(ready)s of %(all)s are ready") % {"ready": ready, "all": letters_said(found.letters)}
            progress(work, part, parts, said)
    finally:
        forget_addresses(found)
    return reverse("letters", args=[found.round.place.slug, found.round.slug, found.pk])


@app.periodic(cron="41 * * * *")
@app.task(name="voting.forget_letters", queueing_lock="voting.forget_letters")
def forget_letters(timestamp: int = 0) -> None:
    """Throw away letters that nobody fetched in a day."""
    forget_old_letters()
