"""Searches all that a table shows for what it must not show, after every move of games of bots (`make game-leaks`).

Each role's two facts and two cares, and the reason of each answer, are made unmistakable. After every move the data of
all eight seats and of the board (what a stream sends, what `?part=1` answers, and what a page is made of) is searched
for the secrets of the others and for answers that are not open yet. In turn, one seat's whole page or its JSON is asked
for over HTTP, and every third move a wall: board, big screen, console, a table's console, paper entry. At its end the
log of each game is played again and must give the table byte for byte.

    python bench/game_leaks.py --games 5 --first 20      # games 20 to 24
    python bench/game_leaks.py --wide 4                  # a hundred games with a quarter of the usual rounds
"""

from __future__ import annotations

import argparse
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from pennypot.house.database import throwaway_server

SCREENS = ("question:1", "money", "projects", "table:1", "story", "compare")
WALLS = ("board", "screen", "console", "console/1", "paper", "screen")


def main() -> None:
    """Start the throw-away server, play, search, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=100)
    parser.add_argument("--first", type=int, default=1, help="number of the first game")
    parser.add_argument("--wide", type=int, default=1, help="divides how much is done in each part of a game")
    chosen = parser.parse_args()
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        started, counts, found = time.process_time(), Counter[str](), []
        search = _Search()
        for number in range(chosen.first, chosen.first + chosen.games):
            found += search.game(number, chosen.wide, counts)
            print(
                f"game {number}: {dict(counts)}, found {len(found)}, {time.process_time() - started:.0f} s", flush=True
            )
        print("\n".join(found[:20]) or "Nothing that anybody keeps to themselves was seen by anybody else.")
        raise SystemExit(1 if found else 0)


class _Search:
    """One place, one marked pack, and a facilitator at the console."""

    def __init__(self) -> None:
        from django.test import Client

        from pennypot.apps.game.models import Pack
        from pennypot.apps.game.tests.leaks import marked_given
        from pennypot.play import read_pack, shipped
        from pennypot.play.pack import canonical
        from pennypot.testing import cast as casting
        from pennypot.testing.cast import sign_in

        self.cast = casting.cast.__wrapped__(None)
        given = marked_given(shipped("tilbrook"))
        self.cards = read_pack(canonical(given))
        self.pack = Pack.objects.create(
            place=self.cast.brindley,
            slug="marked",
            title="Marked",
            given=given,
            hash=self.cards.hash,
            state="published",
            published_at="2026-01-01T00:00Z",
        )
        self.fay = sign_in(Client(headers={"host": "127.0.0.1"}), self.cast.fay)
        self.screens, self.walls = cycle(SCREENS), cycle(WALLS)

    def game(self, number: int, wide: int, counts: Counter[str]) -> list[str]:
        """Play one game through the site's own moves, search after each, and play its log again."""
        from pennypot.apps.game.actions.moves import make_move
        from pennypot.apps.game.tests import leaks
        from pennypot.play import dumped, replay

        table = self._table()
        phones: dict[str, Any] = {}
        found: list[str] = []
        for at, (move, state) in enumerate(leaks.moves(self.cards, number, wide)):
            make_move(table, move, key=uuid.uuid4(), source="bot")
            if state.phase == "arrive" and not phones:
                phones = self._phones(table, state.seats)
            found += self._streams(table, state, counts)
            for who, what, text in self._pages(table, state, phones, at):
                counts[what] += 1
                found += [f"game {number}: {what}: {one}" for one in leaks.found_in(text, state, who)]
        table.refresh_from_db()
        log = list(table.log.order_by("number").values_list("move", flat=True))
        if dumped(replay(self.cards, log)).decode() != table.state:
            found.append(f"game {number}: the log gives another table")
        counts["moves"] += len(log)
        counts["replays"] += 1
        return found

    def _table(self) -> Any:
        from pennypot.apps.game.actions.seats import free_code, make_tables
        from pennypot.apps.game.models import Session

        session = Session.objects.create(
            place=self.cast.brindley,
            pack=self.pack,
            title="An evening",
            code=free_code(),
            target_pence=self.cards.policy.target_pence,
            facilitator=self.cast.fay,
            state="running",
        )
        make_tables(session, 1, cards=self.cards)
        return session.tables.select_related("session__pack", "session__place").get()

    def _phones(self, table: Any, seats: Any) -> dict[str, Any]:
        from django.test import Client

        from pennypot.testing.games import sit

        browsers = {seat: Client(headers={"host": "127.0.0.1"}) for seat in seats}
        for seat, browser in browsers.items():
            sit(browser, table, seat)
        return browsers

    def _streams(self, table: Any, state: Any, counts: Counter[str]) -> list[str]:
        """Search what each seat and the board are sent."""
        from pennypot.apps.game.queries.live import look_at
        from pennypot.apps.game.tests import leaks
        from pennypot.apps.game.views.live_parts import BOARD, Viewer, draw

        seen = look_at(table.pk)
        assert seen is not None and seen.table.moves == state.moves
        found: list[str] = []
        for who in (*state.seats, BOARD):
            found += leaks.leaks(state, who, draw(seen, Viewer(who, "en", 1, "", "", False)).data)
            counts["views"] += 1
            counts["hidden things"] += len(leaks.secrets_from(state, who))
        return found

    def _pages(self, table: Any, state: Any, phones: dict[str, Any], at: int) -> Iterator[tuple[str, str, str]]:
        """Ask for every seat's page and JSON, and now and then for a wall; yield for whom, what, and its text."""
        from pennypot.apps.game.models import Session

        here = f"/brindley/game/{table.session.code}"
        for seat, browser in phones.items():
            for what, part in (("pages", {}), ("JSON", {"part": 1, "after": 0})):
                answer = browser.get(f"{here}/t/1/", part)
                assert answer.status_code == 200 and (part or b"/seat/en" in answer.content), "sits there no more"
                yield seat, what, answer.content.decode()
        if at % 3 == 0:
            wall = next(self.walls)
            if wall == "screen":
                Session.objects.filter(pk=table.session_id).update(screen=next(self.screens))
            path = {"board": "t/1/board", "paper": "t/1/paper"}.get(wall, wall)
            answer = self.fay.get(f"{here}/{path}/")
            assert answer.status_code == 200
            yield "nobody", "walls", answer.content.decode()


if __name__ == "__main__":
    main()
