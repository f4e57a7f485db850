"""What a game is made of. One file a matter; constraints live here, triggers in the migrations."""

from pennypot.apps.game.models.after import Advice, Confirmation, Forward, Reply
from pennypot.apps.game.models.pack import Pack
from pennypot.apps.game.models.session import HelpAsk, Note, Session
from pennypot.apps.game.models.solo import Solo
from pennypot.apps.game.models.table import Chair, Phone, Table, TableMove, Try, Words

__all__ = [
    "Advice",
    "Chair",
    "Confirmation",
    "Forward",
    "HelpAsk",
    "Note",
    "Pack",
    "Phone",
    "Reply",
    "Session",
    "Solo",
    "Table",
    "TableMove",
    "Try",
    "Words",
]
