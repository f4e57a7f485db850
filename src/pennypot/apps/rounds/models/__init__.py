"""What a round is made of. One file a matter; constraints and triggers live with the models and in the migrations."""

from pennypot.apps.rounds.models.ballot import BallotItem
from pennypot.apps.rounds.models.letter import Letter
from pennypot.apps.rounds.models.proposal import (
    Author,
    CostLine,
    Endorsement,
    Merge,
    MergeConsent,
    Need,
    Picture,
    Proposal,
    ProposalVersion,
)
from pennypot.apps.rounds.models.result import Outcome, Result
from pennypot.apps.rounds.models.review import (
    Appeal,
    Check,
    CostChange,
    Decision,
    ExclusiveGroup,
    ExclusiveMember,
    Review,
    ReviewMessage,
)
from pennypot.apps.rounds.models.round import Category, Pot, Round, Stage

__all__ = [
    "Appeal",
    "Author",
    "BallotItem",
    "Category",
    "Check",
    "CostChange",
    "CostLine",
    "Decision",
    "Endorsement",
    "ExclusiveGroup",
    "ExclusiveMember",
    "Letter",
    "Merge",
    "MergeConsent",
    "Need",
    "Outcome",
    "Picture",
    "Pot",
    "Proposal",
    "ProposalVersion",
    "Result",
    "Review",
    "ReviewMessage",
    "Round",
    "Stage",
]
