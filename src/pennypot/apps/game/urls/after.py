"""Addresses of plans, comparison, advice, carrying forward."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.game.views import advice, after, forward

urlpatterns: list[URLPattern | URLResolver] = [
    path("game/<slug:code>/t/<int:table>/plan/", after.plan, name="game_plan"),
    path("game/<slug:code>/t/<int:table>/plan.pdf", after.plan_pdf, name="game_plan_pdf"),
    path("game/<slug:code>/t/<int:table>/plan.csv", after.plan_csv, name="game_plan_csv"),
    path("game/<slug:code>/t/<int:table>/plan.json", after.plan_json, name="game_plan_json"),
    path("game/<slug:code>/t/<int:table>/forward/<slug:project>/", forward.forward, name="game_forward"),
    path("game/<slug:code>/compare/", after.compare, name="game_compare"),
    path("game/<slug:code>/advise/", after.advise, name="game_advise"),
    path("game/confirm/<str:token>/", forward.confirm, name="game_confirm"),
    path("advice/", advice.all_advice, name="game_advice"),
    path("advice/<int:advice>/", advice.one_advice, name="game_one_advice"),
]
