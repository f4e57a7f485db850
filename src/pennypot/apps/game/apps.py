"""Tells Django about this room."""

from django.apps import AppConfig


class GameConfig(AppConfig):
    name = "pennypot.apps.game"
    label = "game"
