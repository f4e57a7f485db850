"""Tells Django about this room."""

from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "pennypot.apps.voting"
    label = "voting"
