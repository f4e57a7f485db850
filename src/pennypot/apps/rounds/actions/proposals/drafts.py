"""Drafts: begun with or without an account, taken under a name, thrown away.

A draft's deeds say that it was begun, claimed or thrown away, not each word typed into it: it is nobody else's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.tokens import hash_of
from pennypot.apps.rounds.models import Author, Proposal, Round
from pennypot.apps.rounds.permissions.proposals import may_claim, may_draft, may_throw_away, may_write
from pennypot.house import deeds, letters
from pennypot.house.answers import Invalid, require

# Letters with the link of one draft.
MOST_LINKS_MAILED = 3
# A draft that nobody took under a name is kept this long after its last change.
UNCLAIMED_LAST = timedelta(days=90)


def start(person: Someone, round: Round, *, title: str = "") -> tuple[Proposal, str]:
    """Begin a draft. It is the person's; for somebody without an account it belongs to whoever has its key.

    Returns
    -------
    tuple
        The draft, and the key for its link: shown once, kept only as a hash; empty for a person.

    Raises
    ------
    Refused
        The round takes no drafts now.
    """
    require(may_draft(round))
    owner = person if isinstance(person, Person) else None
    key = "" if owner else secrets.token_urlsafe(24)
    with transaction.atomic():
        proposal = Proposal.objects.create(
            round=round, owner=owner, title=title[:120], draft_key_hash=hash_of(key) if key else None
        )
        if owner:
            Author.objects.create(proposal=proposal, person=owner, state=Author.AuthorState.CONSENTED)
        deeds.record("rounds.draft.begun", actor=owner, about=proposal, place=round.place)
    return proposal, key


def claim(person: Person, proposal: Proposal, key: str) -> Proposal:
    """Take a draft without an owner under one's name. Its link ends: from now on signing in opens it.

    Raises
    ------
    Refused
        The key is not the draft's, or nobody is signed in.
    Invalid
        Somebody else with the same link was faster.
    """
    require(may_claim(person, proposal, key))
    with transaction.atomic():
        mine = Proposal.objects.filter(pk=proposal.pk, owner=None, draft_key_hash=hash_of(key)).update(
            owner=person, draft_key_hash=None, revision=F("revision") + 1
        )
        if not mine:
            raise Invalid(_("Somebody with the same link has taken this draft under their name."))
        Author.objects.create(proposal=proposal, person=person, state=Author.AuthorState.CONSENTED)
        deeds.record("rounds.draft.claimed", actor=person, about=proposal, place=proposal.round.place)
    proposal.__dict__.pop("_author_ids", None)
    proposal.refresh_from_db(fields=["owner", "draft_key_hash", "revision"])
    return proposal


def mail_link(person: Someone, proposal: Proposal, key: str, email: str) -> None:
    """Send the draft's link to an address. The address is not kept.

    Raises
    ------
    Refused
        The key is not the draft's.
    Invalid
        The link was sent often enough, or the mail server does not take the letter.
    """
    require(may_write(person, proposal, key))
    with transaction.atomic():
        sent = Proposal.objects.filter(pk=proposal.pk, links_mailed__lt=MOST_LINKS_MAILED).update(
            links_mailed=F("links_mailed") + 1
        )
        if not sent:
            raise Invalid(_("This link was mailed three times already. Keep it as a bookmark instead."), "email")
        deeds.record("rounds.draft.link-mailed", actor=None, about=proposal, place=proposal.round.place)
    link = settings.SITE_ADDRESS + reverse("draft", args=[proposal.round.place.slug, key])
    context = {"proposal": proposal, "link": link, "days": UNCLAIMED_LAST.days}
    if not letters.send("rounds/letters/draft_link.txt", context, to=email):
        raise Invalid(_("The letter could not be sent. Keep the link as a bookmark instead."), "email")


def throw_away(person: Someone, proposal: Proposal, key: str = "") -> None:
    """Throw a draft away, with everything that hangs on it.

    Raises
    ------
    Refused
        It was sent in, or belongs to somebody else.
    """
    require(may_throw_away(person, proposal, key))
    files = [file for one in proposal.pictures.all() for file in (one.file, one.small)]
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        require(may_throw_away(person, locked, key))
        actor = person if isinstance(person, Person) else None
        deeds.record("rounds.draft.thrown-away", actor=actor, about=locked, place=proposal.round.place)
        locked.delete()
        transaction.on_commit(lambda: delete_files(files))


def delete_files(files: Iterable[FieldFile]) -> None:
    """Delete files whose rows are gone; call it after the transaction."""
    for file in files:
        file.delete(save=False)


def forget_unclaimed() -> int:
    """Delete drafts that nobody took under a name for a long time; say how many."""
    old = Proposal.objects.filter(
        state=Proposal.State.DRAFT, owner=None, changed_at__lt=timezone.now() - UNCLAIMED_LAST
    )
    deleted, _by_table = old.delete()
    return deleted


def touched(proposal: Proposal) -> dict[str, object]:
    """Return the columns that every save of a proposal writes."""
    return {"revision": F("revision") + 1, "changed_at": Now()}
