"""Cut and create at home: beginning, choosing, sending in. No account: the game belongs to whoever has its cookie.

These leave no deeds: nobody is named, and a choice made alone is nobody else's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.apps.game.limits import Limit, take
from pennypot.apps.game.models import Pack, Solo
from pennypot.apps.game.passes import hash_of
from pennypot.apps.game.queries.solo import pack_for
from pennypot.apps.game.solo_log import DONE, Answers, answers_of, played
from pennypot.apps.places.models import Place
from pennypot.play import dumped, loaded
from pennypot.play.state import CUT_FIRST

# A library or a school begins many games from one address.
BEGUN_PER_IP = Limit("solo", 200, 600)
# A game that was not sent in is deleted so long after it was begun: its cookie is gone by then.
UNSENT_LAST = timedelta(days=60)


class Elsewhere(Exception):
    """The game has moved on since this form was drawn: in another window, or by going back."""


def begin_alone(place: Place, token: str, address: str) -> Solo:
    """Begin a game for the browser that holds a token. The same token again gives the same game.

    Raises
    ------
    pennypot.apps.game.limits.TooMany
        Too many games were begun from one address of the network.
    """
    hashed = hash_of(token)
    there = Solo.objects.filter(place=place, token_hash=hashed).first()
    if there is not None:
        return there
    take((BEGUN_PER_IP, (address,)))
    pack = pack_for(place) or _shipped_for(place)
    moves, state = played(cards_of(pack), Answers(), "values")
    values = {"pack": pack, "seed": secrets.token_hex(8), "moves": moves, "state": dumped(state).decode()}
    try:
        with transaction.atomic():
            return Solo.objects.create(place=place, token_hash=hashed, **values)
    except IntegrityError:  # the same form, sent twice at once
        return Solo.objects.get(place=place, token_hash=hashed)


def _shipped_for(place: Place) -> Pack:
    keep_shipped()
    found = pack_for(place)
    assert found is not None
    return found


def choose_alone(solo: Solo, turn: int, phase: str, change: Callable[[Answers], Answers]) -> Solo:
    """Keep what a form says, and go on to a phase (never back: what was reached stays open).

    Parameters
    ----------
    turn
        That of the form. The same form sent again finds its choices kept and changes nothing.
    change
        Makes the answers after it of those before.

    Raises
    ------
    Elsewhere
        The game has moved on, and this form would change it.
    pennypot.play.Illegal
        The rules do not allow it; nothing was written.
    """
    cards, before = cards_of(solo.pack), loaded(solo.state)
    answers = change(answers_of(before))
    if solo.submitted_at is not None:
        return solo
    reached = max(before.phase, phase, key=CUT_FIRST.index)
    moves, state = played(cards, answers, reached)
    text = dumped(state).decode()
    if text == solo.state:
        return solo
    # The condition decides, not a look beforehand: of two forms of one turn the first is taken.
    taken = Solo.objects.filter(pk=solo.pk, turn=turn, submitted_at=None).update(
        state=text, moves=moves, turn=turn + 1, submitted_at=Now() if reached == DONE else None
    )
    if not taken:
        raise Elsewhere
    solo.refresh_from_db()
    return solo


def forget_alone(solo: Solo) -> None:
    """Delete a game that was not sent in; one that was stays among the counts, and nobody's cookie leads to it."""
    Solo.objects.filter(pk=solo.pk, submitted_at=None).delete()


def forget_unsent() -> int:
    """Delete games that nobody finished in a long time; say how many."""
    deleted, _by_table = Solo.objects.filter(submitted_at=None, started_at__lt=timezone.now() - UNSENT_LAST).delete()
    return deleted
