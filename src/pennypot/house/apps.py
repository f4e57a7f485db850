"""Tells Django about the house."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "pennypot.house"
    label = "house"

    def ready(self) -> None:
        """Let the live lane follow long works."""
        from pennypot.house import work_feed

        work_feed.register()
