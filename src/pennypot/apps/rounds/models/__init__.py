"""What a round is made of. One file a matter; constraints and triggers live with the models and in the migrations."""

from pennypot.apps.rounds.models.round import Category, Pot, Round, Stage, StageChange

__all__ = ["Category", "Pot", "Round", "Stage", "StageChange"]
