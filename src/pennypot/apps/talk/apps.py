"""Tells Django about this room."""

from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "pennypot.apps.talk"
    label = "talk"
