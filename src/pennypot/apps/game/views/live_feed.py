"""The feed of a table: ``/live/table/<table>/seat/<language>``, and ``.../board/<language>/<code>`` for its board."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from pennypot.apps.game import codes
from pennypot.apps.game.models import Phone, Table
from pennypot.apps.game.queries.live import Seen, look_at
from pennypot.apps.game.queries.seat import phone_in, seen_now
from pennypot.apps.game.views.live_parts import BOARD, Viewer, draw
from pennypot.house import feeds
from pennypot.house.feeds import Asker, Feed, Follower


def viewer_of(phone: Phone, language: str) -> Viewer:
    """Return for whom a seat's page is drawn."""
    card = codes.card_code(phone.chair)
    return Viewer(phone.chair.seat, language, phone.pk, card, phone.name, phone.as_themselves)


def address_of(table: Table, language: str, phone: Phone | None) -> str:
    """Return the address of a table's feed: a seat's for who sits there, else the board's."""
    end = f"seat/{language}" if phone else f"board/{language}/{table.session.code}"
    return f"/live/table/{table.pk}/{end}"


def _find(asker: Asker) -> Follower | None:
    match asker.path:
        case (number, "seat", language) if _is_number(number) and language in dict(settings.LANGUAGES):
            phone = phone_in(asker.cookies)
            if phone is None or phone.chair.table_id != int(number):
                return None
            seen_now([phone.pk])
            viewer = viewer_of(phone, language)
            return _follower(phone.chair.table, viewer, ("phone", phone.pk), (f"phone:{phone.pk}",))
        case (number, "board", language, code) if _is_number(number) and language in dict(settings.LANGUAGES):
            table = Table.objects.filter(pk=int(number), session__code=code).defer("state").first()
            if table is None:
                return None
            return _follower(table, Viewer(BOARD, language), ("board", table.pk, asker.address), ())
    return None


def _follower(table: Table, viewer: Viewer, counted: tuple[object, ...], ends: tuple[str, ...]) -> Follower:
    return Follower(table.pk, viewer, counted, (f"table:{table.pk}", f"session:{table.session_id}"), ends)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _number_of(seen: Seen) -> int:
    return seen.number


def _present(viewers: Sequence[Viewer]) -> None:
    seen_now(viewer.phone for viewer in viewers if viewer.phone)


def register() -> None:
    """Let the live lane follow tables."""
    feeds.register("table", Feed(_find, look_at, _number_of, draw, present=_present))
