"""The feed of an evening, ``/live/session/<session>/<code>``: it says only that something changed, and pages then look.

A console or a big screen shows many tables at once; what it shows is asked for by the page itself, which knows who
looks. Whoever knows the code may hear that something moves.
"""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from pennypot.apps.game import limits
from pennypot.apps.game.models import HelpAsk, Note, Phone, Session, Table
from pennypot.house import feeds
from pennypot.house.feeds import Asker, Drawn, Feed, Follower

# A hall of a hundred tables moves many times a second; nobody reads faster than this.
PAUSE = 0.4


def address_of(session: Session) -> str:
    """Return the address of an evening's feed, from where the page stands."""
    return f"/live/session/{session.pk}/{session.code}?after={_look(session.pk)}"


def _find(asker: Asker) -> Follower | None:
    match asker.path:
        case (number, code) if number.isascii() and number.isdigit() and len(number) < 18:
            session = _session(int(number), code, asker.address)
            if session is None:
                return None
            tables = Table.objects.filter(session=session).values_list("pk", flat=True)
            topics = (f"session:{session.pk}", *(f"table:{table}" for table in tables))
            return Follower(session.pk, None, ("session", session.pk, asker.address), topics)
    return None


def _session(number: int, code: str, address: str) -> Session | None:
    """Return the evening; whoever tries codes here is counted as at its entrance, and then answered nothing."""
    tries = (limits.PER_IP, (address,))
    try:
        limits.take(tries)
    except (limits.TooMany, limits.CannotCount):
        return None
    found = Session.objects.filter(pk=number, code=code).only("pk").first()
    if found is not None:
        limits.give_back(tries)
    return found


def _look(session: int) -> int:
    """Return a number that grows with whatever a console shows; five SQL queries."""
    turn = Session.objects.filter(pk=session).values_list("turn", flat=True).first() or 0
    moves = Table.objects.filter(session=session).aggregate(all=Sum("moves"))["all"] or 0
    asks = HelpAsk.objects.filter(table__session=session).aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False))
    )
    phones = Phone.objects.filter(chair__table__session=session).aggregate(
        all=Count("pk"), left=Count("pk", filter=Q(left_at__isnull=False))
    )
    notes = Note.objects.filter(session=session, incident=True).count()
    return int(turn + moves + asks["all"] + asks["done"] + phones["all"] + phones["left"] + notes)


def _draw(number: int, _who: None) -> Drawn:
    return Drawn(number, {"number": number})


def register() -> None:
    """Let the live lane follow evenings."""
    feeds.register("session", Feed(_find, _look, int, _draw, pause=PAUSE))
