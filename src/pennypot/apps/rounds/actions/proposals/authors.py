"""Co-authors: somebody is asked by a letter, and stands behind the proposal only when they said yes."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.tokens import hash_of
from pennypot.apps.rounds.models import Author, Proposal
from pennypot.apps.rounds.permissions.proposals import author_ids, may_answer_invitation, may_invite_author, may_leave
from pennypot.house import deeds, letters
from pennypot.house.answers import Invalid, require

MOST_AUTHORS = 12
# Letters that one proposal may send in all, answered or not.
MOST_LETTERS = 24


def invite(person: Person, proposal: Proposal, email: str) -> Author:
    """Ask somebody by a letter to be an author too. The answer on the page is the same whoever has an account.

    Raises
    ------
    Refused
        The person is no author, or it is too late.
    Invalid
        It is no address, was asked already, or enough people were asked.
    """
    require(may_invite_author(person, proposal))
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("Write an e-mail address, like name@example.org."), "email") from None
    if email == person.email:
        raise Invalid(_("This is your own address."), "email")
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        standing = locked.authors.exclude(state=Author.AuthorState.DECLINED).count()
        if standing >= MOST_AUTHORS or locked.authors.count() >= MOST_LETTERS:
            raise Invalid(_("Enough people were asked for one proposal."), "email")
        try:
            with transaction.atomic():
                asked = Author.objects.create(
                    proposal=locked,
                    email=email,
                    token_hash=hash_of(token),
                    state=Author.AuthorState.INVITED,
                    invited_by=person,
                )
        except IntegrityError:
            raise Invalid(_("This address was asked already and has not answered yet."), "email") from None
        deeds.record("rounds.author.asked", actor=person, about=locked, place=proposal.round.place)
    link = settings.SITE_ADDRESS + reverse("author_invitation", args=[proposal.round.place.slug, token])
    context = {"proposal": proposal, "who": person.said_name, "link": link}
    if not letters.send("rounds/letters/author_asked.txt", context, to=email):
        asked.delete()
        raise Invalid(_("The letter could not be sent. Check the address and try again."), "email")
    return asked


def answer(person: Person, invitation: Author, agrees: bool) -> None:
    """Say yes or no to a letter. Yes makes the person an author; either way the address is forgotten.

    Raises
    ------
    Refused
        The letter went to another address.
    Invalid
        It was answered or taken back meanwhile, or the person is an author already.
    """
    require(may_answer_invitation(person, invitation))
    proposal = invitation.proposal
    state = Author.AuthorState.CONSENTED if agrees else Author.AuthorState.DECLINED
    with transaction.atomic():
        Proposal.objects.select_for_update().get(pk=proposal.pk)
        if agrees and _is_or_was(person, proposal):
            Author.objects.filter(pk=invitation.pk).update(state=Author.AuthorState.DECLINED, email="", token_hash=None)
            Author.objects.filter(proposal=proposal, person=person).update(state=state)
        else:
            answered = Author.objects.filter(pk=invitation.pk, state=Author.AuthorState.INVITED).update(
                state=state, person=person if agrees else None, email="", token_hash=None
            )
            if not answered:
                raise Invalid(_("This letter was answered or taken back already."))
        Proposal.objects.filter(pk=proposal.pk).update(revision=F("revision") + 1)
        kind = "rounds.author.joined" if agrees else "rounds.author.declined"
        deeds.record(kind, actor=person, about=proposal, place=proposal.round.place)
    _tell_inviter(invitation, person, agrees)


def _is_or_was(person: Person, proposal: Proposal) -> bool:
    return Author.objects.filter(proposal=proposal, person=person).exists()


def _tell_inviter(invitation: Author, person: Person, agrees: bool) -> None:
    inviter = invitation.invited_by
    if inviter is not None and inviter.is_active:
        context = {
            "proposal": invitation.proposal,
            "who": person.said_name,
            "agrees": agrees,
            "link": _page(invitation.proposal),
        }
        letters.send("rounds/letters/author_answered.txt", context, to=inviter.email, language=inviter.language)


def take_back_invitation(person: Person, proposal: Proposal, author: int) -> None:
    """Take back a letter that was not answered; its link ends.

    Raises
    ------
    Refused
        The person is no author.
    Invalid
        It was answered meanwhile.
    """
    require(may_invite_author(person, proposal))
    with transaction.atomic():
        gone = Author.objects.filter(pk=author, proposal=proposal, state=Author.AuthorState.INVITED).update(
            state=Author.AuthorState.DECLINED, email="", token_hash=None
        )
        if not gone:
            raise Invalid(_("This letter was answered or taken back already."))
        deeds.record("rounds.author.asking-ended", actor=person, about=proposal, place=proposal.round.place)


def leave(person: Person, proposal: Proposal) -> None:
    """Stand behind a proposal no longer. The last author cannot leave: they withdraw it, or throw the draft away.

    Raises
    ------
    Refused
        The person is no author, or the last one.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update(of=("self",)).select_related("round__place").get(pk=proposal.pk)
        require(may_leave(person, locked))
        Author.objects.filter(proposal=locked, person=person).update(state=Author.AuthorState.DECLINED)
        others = sorted(author_ids(locked) - {person.pk})
        owner = others[0] if locked.owner_id == person.pk else locked.owner_id
        Proposal.objects.filter(pk=locked.pk).update(owner=owner, revision=F("revision") + 1)
        deeds.record("rounds.author.left", actor=person, about=locked, place=locked.round.place)
    proposal.__dict__.pop("_author_ids", None)


def _page(proposal: Proposal) -> str:
    place, round = proposal.round.place.slug, proposal.round.slug
    path = (
        reverse("my_draft", args=[place, proposal.pk])
        if proposal.number is None
        else reverse("proposal", args=[place, round, proposal.number])
    )
    return settings.SITE_ADDRESS + path
