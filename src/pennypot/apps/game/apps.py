"""Tells Django about this room."""

from django.apps import AppConfig


class GameConfig(AppConfig):
    name = "pennypot.apps.game"
    label = "game"

    def ready(self) -> None:
        """Let the live lane follow tables and evenings."""
        from pennypot.apps.game.views import hall_feed, live_feed

        live_feed.register()
        hall_feed.register()
