"""Reading games alone: mine, by its cookie; and all that were sent in, in counts that tell nobody apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

from pennypot.apps.game import solo_cookie
from pennypot.apps.game.models import Pack, Solo
from pennypot.apps.game.solo_log import Answers, answers_of
from pennypot.apps.places.models import Place
from pennypot.house.kept import Kept
from pennypot.play import Pack as Cards
from pennypot.play import loaded

# A number of people is shown from here on; below it, it would tell of one of them. Nought tells of nobody.
LEAST = 5
# People whose games are compared at most: the first so many who sent theirs in.
MOST = 2_000
# The invented town, for places that have no pack of their own.
ANYWHERE = "tilbrook"


def pack_for(place: Place) -> Pack | None:
    """Return the pack that a place plays: its own newest, the one that ships for it, or the invented town's."""
    own = Pack.objects.filter(state=Pack.State.PUBLISHED).filter(
        Q(place=place) | Q(place=None, slug__in=(place.slug, ANYWHERE))
    )
    rank = {place.slug: 1, ANYWHERE: 0}
    return max(own, key=lambda pack: (pack.place_id is not None, rank.get(pack.slug, 0), pack.pk), default=None)


def mine(request: HttpRequest, place: Place) -> Solo | None:
    """Return this browser's game in a place."""
    hashed = solo_cookie.token_hash(request, place)
    if hashed is None:
        return None
    return Solo.objects.select_related("pack", "place").filter(place=place, token_hash=hashed).first()


@dataclass(frozen=True)
class Counted:
    """How many of all people did something. ``people`` is None where too few did, or too few did not.

    Parameters
    ----------
    card
        The line or need it is about.
    mine
        Whether I did it too.
    nearly_all
        True where all but a few did.
    """

    card: str
    people: int | None
    mine: bool
    nearly_all: bool = False


@dataclass(frozen=True)
class Others:
    """What others sent in. ``people`` is how many of them are counted; nothing is shown of fewer than five."""

    people: int
    lines: tuple[Counted, ...] = ()
    needs: tuple[Counted, ...] = ()
    reached: Counted | None = None


def others(place: Place, pack: Pack, cards: Cards, answers: Answers) -> Others:
    """Compare with all who sent a game in, apart from tables.

    People are counted in fives: what changed since the last look is then never one person's choice.
    """
    sent = Solo.objects.filter(place=place, pack=pack, submitted_at__isnull=False)
    people = min(sent.count(), MOST) // LEAST * LEAST
    if not people:
        return Others(0)

    def count() -> tuple[dict[str, int], dict[str, int], int]:
        first = sent.order_by("submitted_at", "pk").values_list("state", flat=True)[:people]
        return _count(cards, list(first))

    cut, valued, reached = _kept.get((place.pk, pack.pk, people), count)
    return Others(
        people,
        tuple(_said(line.id, cut.get(line.id, 0), people, line.id in answers.levels) for line in cards.lines),
        tuple(_said(need.id, valued.get(need.id, 0), people, need.id in answers.values) for need in cards.needs),
        _said("", reached, people, False),
    )


_kept: Kept[tuple[dict[str, int], dict[str, int], int]] = Kept(most=64)


def _count(cards: Cards, states: Sequence[str]) -> tuple[dict[str, int], dict[str, int], int]:
    cut: dict[str, int] = {}
    valued: dict[str, int] = {}
    reached = 0
    for text in states:
        state = loaded(text)
        answers = answers_of(state)
        reached += not state.gap_pence
        for line in answers.levels:
            cut[line] = cut.get(line, 0) + 1
        for need in set(answers.values):
            valued[need] = valued.get(need, 0) + 1
    return cut, valued, reached


def _said(card: str, people: int, all_people: int, mine: bool) -> Counted:
    if 0 < people < LEAST:
        return Counted(card, None, mine)
    if 0 < all_people - people < LEAST:
        return Counted(card, None, mine, nearly_all=True)
    return Counted(card, people, mine)
