"""Tells Django about this room."""

from django.apps import AppConfig


class FundConfig(AppConfig):
    name = "pennypot.apps.fund"
    label = "fund"
