"""Cut & Create: the game as a pure library. No clock, no randomness, no files, no web, nothing of the rest of Pennypot.

from pennypot.play import apply, begin, shipped

pack = shipped("tilbrook")
table = begin(pack)
table, entries = apply(pack, table, {"do": "take_seat", "seat": "parent"})
"""

from .legal import legal
from .moves import Move, apply, is_open, replay
from .pack import BadPack, Pack, read_pack, shipped
from .state import State, begin, dumped, loaded
from .views import View, view_of
from .words import Illegal, Sentence

__all__ = [
    "BadPack",
    "Illegal",
    "Move",
    "Pack",
    "Sentence",
    "State",
    "View",
    "apply",
    "begin",
    "dumped",
    "is_open",
    "legal",
    "loaded",
    "read_pack",
    "replay",
    "shipped",
    "view_of",
]
