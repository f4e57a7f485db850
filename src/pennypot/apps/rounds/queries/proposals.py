"""The reads that pages about proposals need, each with its number of SQL queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, Func, OuterRef, Q, Subquery, Value
from django.http import Http404

from pennypot.apps.people.models import Person
from pennypot.apps.places import maps
from pennypot.apps.places.models import Area, Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.tokens import hash_of
from pennypot.apps.rounds.models import (
    Author,
    Category,
    Endorsement,
    Merge,
    Picture,
    Proposal,
    ProposalVersion,
    Round,
)
from pennypot.apps.rounds.permissions.proposals import may_see, remember_authors
from pennypot.house.kept import Kept

_WITH = ("round__place", "area", "category", "thread", "merged_into", "owner")
LARGEST_KEY = 2**63 - 1


def proposal_of(round: Round, number: int) -> Proposal:
    """Return a proposal that was sent in to this round. One SQL query.

    Raises
    ------
    Http404
        The round has none of this number.
    """
    found = None
    if number < 2**31:
        found = Proposal.objects.select_related(*_WITH[1:]).filter(round=round, number=number).first()
    if found is None:
        raise Http404
    found.round = round
    return found


def draft_by_key(place: Place, key: str) -> Proposal:
    """Return the draft that this link opens. One SQL query.

    Raises
    ------
    Http404
        There is none in this place, or it was taken under a name.
    """
    found = Proposal.objects.select_related(*_WITH).filter(
        draft_key_hash=hash_of(key), state=Proposal.State.DRAFT, round__place=place
    )
    draft = found.first() if len(key) < 100 else None
    if draft is None:
        raise Http404
    return draft


def draft_of(person: Someone, place: Place, number: int) -> Proposal:
    """Return a draft that the person is an author of. Two SQL queries.

    Raises
    ------
    Http404
        There is none of this number in this place that they may see: a stranger cannot tell which.
    """
    draft = None
    if number <= LARGEST_KEY:
        found = Proposal.objects.select_related(*_WITH).filter(pk=number, round__place=place)
        draft = found.filter(state=Proposal.State.DRAFT).first()
    if draft is None or not may_see(person, draft):
        raise Http404
    return draft


def picture_for(person: Someone, place: Place, name: str, key: str) -> Picture:
    """Return a picture by the random name in its address, if the person may see its proposal. One or two queries.

    Raises
    ------
    Http404
        There is none in this place, or it belongs to somebody else's draft.
    """
    found = Picture.objects.select_related("proposal").filter(name=name, proposal__round__place=place).first()
    if found is None or not may_see(person, found.proposal, key):
        raise Http404
    return found


def areas_for(round: Round) -> list[Area]:
    """Return the areas that a proposal of this round can be for, by name. Two SQL queries at most."""
    chosen = list(round.areas.defer("outline").order_by("name"))
    return chosen or list(Area.objects.filter(place=round.place_id).defer("outline").order_by("name"))


def categories_of(round: Round) -> list[Category]:
    """Return the kinds of projects of a round. One SQL query."""
    return list(round.categories.order_by("name"))


_maps: Kept[maps.Map | None] = Kept(most=20)


def map_of(place: Place) -> tuple[maps.Map | None, list[Area]]:
    """Return the outline map of a place and the areas on it. One SQL query."""
    areas = list(Area.objects.filter(place=place).order_by("name"))
    key = (place.pk, tuple((area.pk, hash(str(area.outline))) for area in areas))
    return _maps.get(key, lambda: maps.draw(areas)), areas


def authors_of(proposal: Proposal) -> list[Author]:
    """Return those who stand behind a proposal and those who were asked. One SQL query."""
    found = list(proposal.authors.exclude(state=Author.AuthorState.DECLINED).select_related("person"))
    remember_authors(proposal, found)
    return sorted(found, key=lambda one: (one.state != Author.AuthorState.CONSENTED, one.pk))


def has_endorsed(person: Someone, proposal: Proposal) -> bool:
    """Whether the person endorsed it. One SQL query; none for a visitor."""
    if not isinstance(person, Person):
        return False
    return Endorsement.objects.filter(proposal=proposal, person=person).exists()


def open_merges(proposal: Proposal) -> list[Merge]:
    """Return the questions to join this proposal with another that are still open. One SQL query."""
    found = Merge.objects.filter(Q(source=proposal) | Q(target=proposal), state=Merge.MergeState.ASKED)
    return list(found.select_related("source__round__place", "target", "asked_by"))


def merges_of(source: Proposal) -> list[Merge]:
    """Return every question to join this proposal with another, the newest first. One SQL query."""
    found = source.merges.select_related("source__round__place", "target__round__place", "asked_by")
    return list(found.order_by("-pk"))


def people(keys: Iterable[int]) -> list[Person]:
    """Return people by their keys. One SQL query."""
    return list(Person.objects.filter(pk__in=list(keys)).order_by("pk"))


def joined_into(proposal: Proposal) -> list[Proposal]:
    """Return the proposals that went into this one. One SQL query."""
    return list(proposal.merged_from.order_by("number"))


def versions_of(proposal: Proposal) -> list[ProposalVersion]:
    """Return all versions, the newest first. One SQL query."""
    return list(proposal.versions.select_related("by"))


@dataclass(frozen=True)
class Mine:
    """What one person has to do with proposals of a place."""

    drafts: list[Proposal]
    sent_in: list[Proposal]
    endorsed: list[Proposal]


def mine(person: Person, place: Place) -> Mine:
    """Return the person's drafts, proposals, and what they endorsed. Two SQL queries."""
    authored = Proposal.objects.filter(
        authors__person=person, authors__state=Author.AuthorState.CONSENTED, round__place=place
    ).select_related("round", "merged_into")
    found = list(authored.order_by("-changed_at"))
    endorsed = Proposal.objects.filter(endorsements__person=person, round__place=place).select_related("round")
    return Mine(
        [one for one in found if one.is_draft],
        [one for one in found if not one.is_draft],
        list(endorsed.order_by("-endorsements__at")[:50]),
    )


def invitation_by(place: Place, token: str) -> Author:
    """Return the letter that asks somebody to be an author. One SQL query.

    Raises
    ------
    Http404
        The link is of no open letter.
    """
    found = Author.objects.select_related("proposal__round__place", "proposal__area", "invited_by").filter(
        token_hash=hash_of(token), state=Author.AuthorState.INVITED, proposal__round__place=place
    )
    asked = found.first() if len(token) < 100 else None
    if asked is None:
        raise Http404
    return asked


# Likeness


class _Likeness(Func):
    """How like two texts are by their runs of three letters (pg_trgm), 0 to 1."""

    function = "similarity"
    arity = 2
    output_field = FloatField()


LIKE_ENOUGH = 0.3
MOST_ALIKE = 5


def may_be_like(round: Round, title: str, text: str, leave_out: Proposal | None = None) -> list[Proposal]:
    """Return standing proposals of the round that may be about the same, the likest first. One SQL query.

    By the words that both use (full text) and by letters, so that a slip of spelling still finds.

    Parameters
    ----------
    title, text
        What was typed so far.
    """
    title, text = title.replace("\x00", "")[:120], text.replace("\x00", "")[:600]
    if len(title.strip()) < 4 and len(text.strip()) < 12:
        return []
    standing = Proposal.objects.filter(round=round, state=Proposal.State.SUBMITTED)
    if leave_out is not None:
        standing = standing.exclude(pk=leave_out.pk)
    ranked = standing.annotate(
        letters=_Likeness(F("title"), Value(title)),
        words=Func(F("search"), _any_word(f"{title} {text}"), function="ts_rank", output_field=FloatField()),
    ).annotate(alike=F("letters") + F("words") * 2.0)
    found = ranked.filter(Q(letters__gt=LIKE_ENOUGH) | Q(words__gt=0.12)).select_related("area")
    return list(found.order_by("-alike", "number")[:MOST_ALIKE])


def _any_word(text: str) -> Func:
    """Turn a text into a search for any of its words, without the little ones."""
    return Func(
        Value(text.replace("\\", " ")),
        template=(
            "coalesce((SELECT string_agg(quote_literal(lexeme), ' | ')"
            " FROM unnest(to_tsvector('english', %(expressions)s))), '')::tsquery"
        ),
    )


def first_picture() -> Subquery:
    """The name of a proposal's first picture, for lists."""
    found = Picture.objects.filter(proposal=OuterRef("pk")).order_by("position", "pk")
    return Subquery(found.values("name")[:1])


def extras(proposal: Proposal) -> dict[str, Any]:
    """Return the lists that hang on a proposal: costs, needs, pictures. Three SQL queries."""
    return {
        "costs": list(proposal.cost_lines.all()),
        "needs": list(proposal.needs.all()),
        "pictures": list(proposal.pictures.all()),
    }
