"""Limits on trying codes of sessions and seat cards. Only failures add up: a hall shares one address."""

from __future__ import annotations

from pennypot.house.limits import CannotCount, Counter, Limit, TooMany

__all__ = ["CannotCount", "Limit", "TooMany", "check", "give_back", "take"]

PER_IP = Limit("ip", 100, 600)
PER_PLACE = Limit("place", 3_000, 600)
# Of one table's seat cards, whoever tries.
PER_TABLE = Limit("table", 40, 600)

_counter = Counter("game_try", "game.limits")
take = _counter.take
check = _counter.check
give_back = _counter.give_back
