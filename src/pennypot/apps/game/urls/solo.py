"""Addresses of cut and create at home."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.game.views import solo

urlpatterns: list[URLPattern | URLResolver] = [
    path("game/solo/", solo.start, name="game_solo"),
    path("game/solo/done/", solo.done, name="game_solo_done"),
    path("game/solo/forget/", solo.forget, name="game_solo_forget"),
    path("game/solo/<slug:part>/", solo.step, name="game_solo_step"),
]
