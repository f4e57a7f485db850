"""Tells Django about the house."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "pennypot.house"
    label = "house"
