"""Voting. Who may vote (`roll`), what was cast (`log`), with which keys (`election`), on paper (`paper`).

No table of what was cast leads to a person: see `log` and docs/algorithms/ballot-log.md. The rules that must not be
broken live in the database (``migrations/voting_rules.sql``), so that no program, not even ours, can break them.
"""

from pennypot.apps.voting.models.election import Checkpoint, Election, KeyHolder, VoidRequest
from pennypot.apps.voting.models.entrance import (
    Attempt,
    EntryLink,
    PhoneCode,
    PostcodeList,
    TextSpending,
    Tries,
)
from pennypot.apps.voting.models.log import FormToken, Head, LogEvent, SealedBallot, Slot, SlotLock
from pennypot.apps.voting.models.paper import (
    DeskVisit,
    LetterRun,
    PaperBallot,
    PaperBatch,
    PaperClerk,
    PaperEnvelope,
    PaperKeying,
)
from pennypot.apps.voting.models.roll import RollEntry

__all__ = [
    "Attempt",
    "Checkpoint",
    "DeskVisit",
    "Election",
    "EntryLink",
    "FormToken",
    "Head",
    "KeyHolder",
    "LetterRun",
    "LogEvent",
    "PaperBallot",
    "PaperBatch",
    "PaperClerk",
    "PaperEnvelope",
    "PaperKeying",
    "PhoneCode",
    "PostcodeList",
    "RollEntry",
    "SealedBallot",
    "Slot",
    "SlotLock",
    "TextSpending",
    "Tries",
    "VoidRequest",
]
