"""Addresses of the game's first page, planning, the facilitator's console, the big screen, paper."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.game.views import hall, hall_console, hall_paper, hall_screen

urlpatterns: list[URLPattern | URLResolver] = [
    path("game/", hall.game, name="game"),
    path("game/sessions/new/", hall.new, name="game_new"),
    path("game/<slug:code>/console/", hall_console.console, name="game_console"),
    path("game/<slug:code>/console/do/", hall_console.do, name="game_do"),
    path("game/<slug:code>/console/change/", hall.change, name="game_change"),
    path("game/<slug:code>/console/codes/", hall.codes, name="game_codes"),
    path("game/<slug:code>/console/notes/", hall_console.notes, name="game_notes"),
    path("game/<slug:code>/console/<int:table>/", hall_console.table_console, name="game_table_console"),
    path("game/<slug:code>/screen/", hall_screen.screen, name="game_screen"),
    path("game/<slug:code>/t/<int:table>/paper/", hall_paper.paper, name="game_paper"),
]
