"""Tells Django about this room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pennypot.apps.people"
    label = "people"
