"""Tells Django about this room."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "pennypot.apps.rounds"
    label = "rounds"
