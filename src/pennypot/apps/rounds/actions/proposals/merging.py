"""Joining two proposals: one is asked to go into the other, and goes when every author of both has said yes."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.proposals.drafts import touched
from pennypot.apps.rounds.actions.proposals.writing import write_version
from pennypot.apps.rounds.models import Author, Merge, MergeConsent, Proposal
from pennypot.apps.rounds.permissions.proposals import author_ids, may_answer_merge, may_merge
from pennypot.house import deeds, letters
from pennypot.house.answers import Invalid, require


def ask(person: Person, source: Proposal, target: Proposal, why: str) -> Merge:
    """Ask to join `source` into `target`. The person who asks has said yes by asking.

    Raises
    ------
    Refused
        The person is no author of `source`, or it is not the time.
    Invalid
        The two cannot be joined, there is no reason, or this was asked already.
    """
    require(may_merge(person, source))
    why = " ".join(why.split())[:500]
    if not why:
        raise Invalid(_("Say why they belong together. The other authors will read it."), "why")
    if target.round_id != source.round_id or target.pk == source.pk or not target.is_standing or target.decision:
        raise Invalid(_("It cannot be joined with this one. Choose another proposal of the same round."), "target")
    with transaction.atomic():
        _lock(source, target)
        try:
            with transaction.atomic():
                merge = Merge.objects.create(source=source, target=target, why=why, asked_by=person)
        except IntegrityError:
            raise Invalid(
                _("You asked for this already. Wait for the answer, or take the question back."), "target"
            ) from None
        deeds.record(
            "rounds.merge.asked",
            actor=person,
            about=source,
            place=source.round.place,
            after={"into": target.number},
            reason=why,
        )
        _answer(person, merge, agrees=True)
    _tell(merge, "asked", leave_out=person)
    return Merge.objects.select_related("source__round__place", "target__round__place").get(pk=merge.pk)


def answer(person: Person, merge: Merge, agrees: bool) -> Merge:
    """Say yes or no. The first no ends it; the last yes joins the two.

    Raises
    ------
    Refused
        The person is no author of the two, or the question is closed.
    """
    require(may_answer_merge(person, merge))
    with transaction.atomic():
        _lock(merge.source, merge.target)
        merge = Merge.objects.select_related("source__round__place", "target__round__place").get(pk=merge.pk)
        require(may_answer_merge(person, merge))
        _answer(person, merge, agrees=agrees)
    merge.refresh_from_db(fields=["state", "ended_at"])
    if merge.state == Merge.MergeState.DONE:
        _tell(merge, "done", leave_out=person)
    return merge


def stop(person: Person, merge: Merge) -> None:
    """Take the question back; whoever answers no does the same.

    Raises
    ------
    Refused
        The person is no author of the two, or the question is closed.
    """
    answer(person, merge, agrees=False)


def _lock(*proposals: Proposal) -> None:
    """Lock both rows in the order of their keys, so that two merges never wait for each other in a circle."""
    keys = sorted(one.pk for one in proposals)
    list(Proposal.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))


def _answer(person: Person, merge: Merge, *, agrees: bool) -> None:
    _consent, new = MergeConsent.objects.get_or_create(merge=merge, person=person, defaults={"agrees": agrees})
    if not new and agrees:
        return
    if not agrees:
        Merge.objects.filter(pk=merge.pk).update(state=Merge.MergeState.STOPPED, ended_at=Now())
        deeds.record("rounds.merge.stopped", actor=person, about=merge.source, place=merge.source.round.place)
        return
    deeds.record("rounds.merge.agreed", actor=person, about=merge.source, place=merge.source.round.place)
    if not waiting_for(merge):
        _join(person, merge)


def waiting_for(merge: Merge) -> set[int]:
    """Return the authors of both proposals who have not said yes. Three SQL queries at most."""
    agreed = set(merge.consents.filter(agrees=True).values_list("person_id", flat=True))
    return set(author_ids(merge.source) | author_ids(merge.target)) - agreed


def _join(person: Person, merge: Merge) -> None:
    """Join the two: the source says where it went, its authors become authors of the target, and a version says so."""
    source, target = merge.source, merge.target
    joined = Proposal.objects.filter(pk=source.pk, state=Proposal.State.SUBMITTED, decision="").update(
        state=Proposal.State.MERGED, merged_into=target, **touched(source)
    )
    standing = Proposal.objects.filter(pk=target.pk, state=Proposal.State.SUBMITTED, decision="").exists()
    if not (joined and standing):
        raise Invalid(_("One of the two does not stand any more, or is decided. They cannot be joined."))
    for author in author_ids(source):
        Author.objects.update_or_create(
            proposal=target, person_id=author, defaults={"state": Author.AuthorState.CONSENTED}
        )
    Merge.objects.filter(pk=merge.pk).update(state=Merge.MergeState.DONE, ended_at=Now())
    Proposal.objects.filter(pk=target.pk).update(revision=F("revision") + 1)
    fresh = Proposal.objects.select_related("round__place", "area", "category").get(pk=target.pk)
    note = _("Joined with no. %(number)d, “%(title)s”") % {"number": source.number, "title": source.title}
    write_version(person, fresh, note)
    deeds.record(
        "rounds.proposal.merged", actor=person, about=source, place=source.round.place, after={"into": target.number}
    )


def _tell(merge: Merge, what: str, *, leave_out: Person) -> None:
    """Write to the authors of both, in the language of each."""
    place, round = merge.source.round.place.slug, merge.source.round.slug
    link = settings.SITE_ADDRESS + reverse("proposal_merge", args=[place, round, merge.source.number])
    found = Author.objects.filter(proposal__in=[merge.source, merge.target], state=Author.AuthorState.CONSENTED)
    told = {author.person for author in found.select_related("person") if author.person}
    for person in sorted(told - {leave_out}, key=lambda one: one.pk):
        if person.is_active:
            context = {"merge": merge, "who": leave_out.said_name, "what": what, "link": link}
            letters.send("rounds/letters/merge.txt", context, to=person.email, language=person.language)
