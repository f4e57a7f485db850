"""Limits at the entrance: per address of the network, per code, per round. They are counted in the database."""

from __future__ import annotations

from pennypot.house.limits import CannotCount, Counter, Limit, Taken, TooMany

__all__ = ["CannotCount", "Limit", "Taken", "TooMany", "give_back", "take"]

# Generous for an address of the network, because a whole hall or library may share one; a try that succeeds is given
# back, so only failures add up. Strict for one code, one link, one phone.
PER_IP = Limit("ip", 60, 600)
PER_CODE = Limit("code", 10, 3600)
PER_ROUND = Limit("round", 6_000, 600)
PER_ADDRESS = Limit("address", 5, 3600)
PER_PHONE = Limit("phone", 5, 3600)
LETTERS_PER_IP = Limit("letters", 60, 3600)

_counter = Counter("voting_tries", "voting.limits")
take = _counter.take
give_back = _counter.give_back
