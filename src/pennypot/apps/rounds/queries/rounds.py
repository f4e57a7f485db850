"""Finding rounds: all of a place, one by its address, the one that matters now; and what the home of one tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from pennypot.apps.fund.models import Account
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.queries import place_for, said_names
from pennypot.apps.rounds.models import Pot, Proposal, Result, Round, Stage
from pennypot.apps.rounds.permissions.rounds import may_see_round, may_set_up_round
from pennypot.apps.rounds.stages import Kind
from pennypot.house.answers import require
from pennypot.house.models import Deed

_STAGES = Prefetch("stages", Stage.objects.order_by("opens_at"))
# Whether the result is published; the pages that tell where a round is ask for it as `result_out`.
_RESULT_OUT = Exists(Result.objects.filter(round=OuterRef("pk"), published_at__isnull=False))
# Deeds that everybody reads on the round's own page, because they changed what people rely on.
PUBLIC_CHANGES = ("rounds.rules.changed", "rounds.stage.moved", "rounds.ballot.taken-off")


def rounds_of(person: Someone, place: Place) -> QuerySet[Round]:
    """Return the rounds of a place that the person may see, the newest first. Two SQL queries."""
    found = Round.objects.filter(place=place).select_related("place", "account").prefetch_related(_STAGES)
    if not may_set_up_round(person, place):
        found = found.filter(published_at__isnull=False)
    sent = Q(proposals__state=Proposal.State.SUBMITTED)
    found = found.annotate(proposal_count=Count("proposals", filter=sent), result_out=_RESULT_OUT)
    return found.order_by("-made_at", "-pk")


def round_for(person: Someone, place: str, slug: str) -> Round:
    """Return one round by its place's address and its own, if the person may see it. Three SQL queries.

    Raises
    ------
    Http404
        There is no such round.
    Refused
        It, or its place, is still being set up.
    """
    here = place_for(person, place)
    known = Round.objects.filter(place=here, slug=slug).annotate(result_out=_RESULT_OUT)
    found = known.select_related("account").prefetch_related(_STAGES).first()
    if found is None:
        raise Http404
    found.place = here
    require(may_see_round(person, found))
    return found


def published_rounds(place: Place) -> list[Round]:
    """Return the rounds of a place that everybody may see, the newest first, with their stages. Two SQL queries."""
    found = Round.objects.filter(place=place, published_at__isnull=False).select_related("place", "account")
    return list(found.prefetch_related(_STAGES).order_by("-made_at", "-pk"))


def current_round(
    place: Place, now: datetime, *, kinds: tuple[str, ...] = (), published: list[Round] | None = None
) -> Round | None:
    """Return the published round that matters now. Two SQL queries, or none where the published rounds are given.

    Parameters
    ----------
    now
        The database's clock.
    kinds
        Prefer a round with one of these stages open (``("voting",)`` for the voting page); then any round that is
        under way, then the one that opens next, then the one that ended last.
    published
        What `published_rounds` found, where the page has asked for it.
    """
    known = published_rounds(place) if published is None else published
    found = sorted((one for one in known if not one.is_cancelled), key=lambda one: one.pk)
    return max(found, key=lambda one: _matters(one, now, kinds), default=None)


def _matters(round: Round, now: datetime, kinds: tuple[str, ...]) -> tuple[int, float]:
    listed = round.stage_list
    if not listed:
        return (0, 0.0)
    first, last = min(one.opens_at for one in listed), max(one.closes_at for one in listed)
    is_now = [one for one in listed if one.opens_at <= now < one.closes_at]
    if any(one.kind in kinds for one in is_now):
        return (4, last.timestamp())
    if any(one.kind != Kind.DELIVERY for one in is_now):
        return (3, last.timestamp())
    if first > now:
        return (2, -first.timestamp())
    return (1, last.timestamp())


@dataclass(frozen=True)
class Numbers:
    """What a round has come to so far."""

    sent_in: int
    accepted: int
    refused: int
    on_ballot: int


def numbers_of(round: Round) -> Numbers:
    """Count a round's proposals. One SQL query."""
    standing = Q(state=Proposal.State.SUBMITTED)
    found = round.proposals.aggregate(
        sent_in=Count("pk", filter=standing),
        accepted=Count("pk", filter=standing & Q(decision=Proposal.Decided.ACCEPTED)),
        refused=Count("pk", filter=standing & Q(decision=Proposal.Decided.REFUSED)),
        on_ballot=Count("ballot_item", filter=Q(ballot_item__withdrawn_at__isnull=True)),
    )
    return Numbers(**found)


def pots_of(round: Round) -> list[Pot]:
    """Return a round's pots, the largest first. One SQL query."""
    return list(round.pots.select_related("area", "category").order_by("-quota_pence", "name"))


@dataclass(frozen=True)
class PublicChange:
    """Something that changed after a round was published, with its reason."""

    at: datetime
    kind: str
    who: str
    before: dict[str, object]
    after: dict[str, object]
    reason: str


def changes_of(round: Round) -> list[PublicChange]:
    """Return what changed since a round was published, the newest first. Two SQL queries."""
    found = list(
        Deed.objects.filter(
            about_kind="rounds.round", about_id=str(round.pk), place_id=round.place_id, kind__in=PUBLIC_CHANGES
        ).order_by("-pk")[:50]
    )
    names = said_names({deed.actor_id for deed in found if deed.actor_id is not None}) if found else {}
    return [
        PublicChange(deed.at, deed.kind, names.get(deed.actor_id or 0, ""), deed.before, deed.after, deed.reason)
        for deed in found
    ]


def sources(place: Place) -> list[Account]:
    """Return the pots that a round can take its money from: the fund, and areas that hold something. One SQL query."""
    found = Account.objects.filter(place=place).filter(
        Q(code="fund") | Q(code__startswith="area:", balance_pence__gt=0)
    )
    return sorted(found, key=lambda one: (one.code != "fund", one.name.casefold()))
