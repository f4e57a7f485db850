"""Tells Django about this room."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "pennypot.apps.places"
    label = "places"
