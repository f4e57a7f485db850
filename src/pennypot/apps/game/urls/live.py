"""Addresses of coming in, seats, the board, moves."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.game.views import joining, live

urlpatterns: list[URLPattern | URLResolver] = [
    path("game/join/", joining.join, name="game_join"),
    path("game/<slug:code>/", joining.entrance, name="game_entrance"),
    path("game/<slug:code>/t/<int:table>/", live.seat, name="game_seat"),
    path("game/<slug:code>/t/<int:table>/sit/", joining.sit, name="game_sit"),
    path("game/<slug:code>/t/<int:table>/up/", joining.up, name="game_up"),
    path("game/<slug:code>/t/<int:table>/move/", live.move, name="game_move"),
    path("game/<slug:code>/t/<int:table>/help/", live.help_wanted, name="game_help"),
    path("game/<slug:code>/t/<int:table>/empty/", live.empty, name="game_empty"),
    path("game/<slug:code>/t/<int:table>/board/", live.board, name="game_board"),
]
