"""Rounds: stages, proposals, review, appeal, results."""
