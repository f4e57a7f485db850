"""What a round is made of. One file a matter; constraints and triggers live with the models and in the migrations."""

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
from pennypot.apps.rounds.models.round import Category, Pot, Round, Stage

__all__ = [
    "Author",
    "Category",
    "CostLine",
    "Endorsement",
    "Merge",
    "MergeConsent",
    "Need",
    "Picture",
    "Pot",
    "Proposal",
    "ProposalVersion",
    "Round",
    "Stage",
    "StageChange",
]
