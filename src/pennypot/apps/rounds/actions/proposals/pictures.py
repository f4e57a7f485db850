"""Pictures: each is drawn again, kept under a random name and bound to its proposal for ever."""

from __future__ import annotations

from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.proposals.drafts import delete_files, touched
from pennypot.apps.rounds.actions.proposals.writing import write_version
from pennypot.apps.rounds.models import Picture, Proposal
from pennypot.apps.rounds.permissions.proposals import may_add_pictures
from pennypot.house import deeds, pictures
from pennypot.house.answers import Invalid, require
from pennypot.house.texts import one_line

MOST_PICTURES = 6


def add_picture(person: Person, proposal: Proposal, file: IO[bytes], alt: str) -> Picture:
    """Add a picture to a proposal.

    Parameters
    ----------
    file
        What was sent; its name and what it says of its kind are not looked at.
    alt
        What the picture shows, for those who do not see it.

    Raises
    ------
    Refused
        The person is no author, or the text stays as it is now.
    Invalid
        It is no picture that can be used, says nothing of what it shows, or there are enough.
    """
    require(may_add_pictures(person, proposal))
    alt = one_line(alt)[:200]
    if not alt:
        raise Invalid(_("Say what the picture shows, for those who cannot see it."), "alt")
    try:
        drawn = pictures.draw_again(file)
    except pictures.NotUsable as problem:
        raise Invalid(str(problem), "file") from None
    name = pictures.random_name()
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        require(may_add_pictures(person, locked))
        if locked.pictures.count() >= MOST_PICTURES:
            raise Invalid(_("There are six pictures, and that is the most. Take one away first."), "file")
        last = locked.pictures.aggregate(last=Max("position"))["last"]
        picture = Picture(
            proposal=locked,
            name=name,
            width=drawn.width,
            height=drawn.height,
            alt=alt,
            position=0 if last is None else last + 1,
            added_by=person,
        )
        picture.file.save(name, ContentFile(drawn.large), save=False)
        picture.small.save(name, ContentFile(drawn.small), save=False)
        picture.save()
        _noted(person, locked, "rounds.picture.added")
    return picture


def remove_picture(person: Person, proposal: Proposal, name: str) -> None:
    """Take a picture away, and its files with it.

    Raises
    ------
    Refused
        The person is no author, or the text stays as it is now.
    Invalid
        The proposal has no such picture.
    """
    require(may_add_pictures(person, proposal))
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        picture = locked.pictures.filter(name=name).first()
        if picture is None:
            raise Invalid(_("This picture was taken away already."))
        files = (picture.file, picture.small)
        picture.delete()
        _noted(person, locked, "rounds.picture.removed")
        transaction.on_commit(lambda: delete_files(files))


def describe_picture(person: Person, proposal: Proposal, name: str, alt: str) -> None:
    """Say anew what a picture shows.

    Raises
    ------
    Refused
        The person is no author, or the text stays as it is now.
    Invalid
        It says nothing, or the proposal has no such picture.
    """
    require(may_add_pictures(person, proposal))
    alt = one_line(alt)[:200]
    if not alt:
        raise Invalid(_("Say what the picture shows, for those who cannot see it."), "alt")
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not locked.pictures.filter(name=name).update(alt=alt):
            raise Invalid(_("This picture was taken away already."))
        _noted(person, locked, "rounds.picture.described")


def _noted(person: Person, proposal: Proposal, kind: str) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(**touched(proposal))
    if not proposal.is_draft:
        fresh = Proposal.objects.select_related("round__place", "area", "category").get(pk=proposal.pk)
        write_version(person, fresh)
    deeds.record(kind, actor=person, about=proposal, place=proposal.round.place)
