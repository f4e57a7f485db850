"""Speaking under a proposal, and telling its authors that somebody did."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Author, Proposal
from pennypot.apps.rounds.permissions.proposals import may_comment
from pennypot.apps.talk.actions import say
from pennypot.apps.talk.models import Comment
from pennypot.house import letters
from pennypot.house.answers import require

# Authors get at most one letter about comments in this time.
ONE_LETTER_IN = timedelta(hours=1)


def comment(person: Person, proposal: Proposal, text: str, *, parent: Comment | None, key: uuid.UUID) -> Comment:
    """Say something under a proposal; its authors get a letter, at most one an hour.

    Raises
    ------
    Refused
        Nobody may speak here now, or this person may not.
    Invalid
        There is nothing said, or too much.
    """
    require(may_comment(person, proposal))
    assert proposal.thread is not None
    said = say(person, proposal.thread, text, parent=parent, key=key)
    _tell_authors(proposal, said)
    return said


def _tell_authors(proposal: Proposal, said: Comment) -> None:
    due = Proposal.objects.filter(pk=proposal.pk).filter(Q(told_at=None) | Q(told_at__lt=Now() - ONE_LETTER_IN))
    if not due.update(told_at=Now()):
        return
    authors = proposal.authors.filter(state=Author.AuthorState.CONSENTED).exclude(person=said.person_id)
    assert proposal.thread is not None
    link = f"{settings.SITE_ADDRESS}{proposal.thread.address}#talk"
    for author in authors.select_related("person"):
        if author.person and author.person.is_active:
            context = {"proposal": proposal, "who": said.person.said_name, "link": link}
            letters.send(
                "rounds/letters/commented.txt", context, to=author.person.email, language=author.person.language
            )
