"""Addresses of packs and what is printed."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.game.views import kit, pack_editor, pack_new, packs

urlpatterns: list[URLPattern | URLResolver] = [
    path("game/rules.pdf", packs.rules, name="game_rules"),
    path("game/packs/", packs.packs, name="packs"),
    path("game/packs/new/", pack_new.new, name="pack_new"),
    path("game/packs/file/", pack_new.bring, name="pack_bring"),
    path("game/packs/<int:pack>/", packs.pack, name="pack"),
    path("game/packs/<int:pack>/file/", packs.pack_file, name="pack_file"),
    path("game/packs/<int:pack>/copy/", pack_new.copy, name="pack_copy"),
    path("game/packs/<int:pack>/about/", pack_editor.about, name="pack_about"),
    path("game/packs/<int:pack>/rehearse/", pack_editor.rehearse, name="pack_rehearse"),
    path("game/packs/<int:pack>/publish/", pack_editor.publish, name="pack_publish"),
    path("game/packs/<int:pack>/drop/", pack_editor.drop, name="pack_drop"),
    path("game/packs/<int:pack>/print/<slug:what>.pdf", packs.pack_paper, name="pack_paper"),
    path("game/packs/<int:pack>/add/<slug:part>/", pack_editor.card, {"card": ""}, name="pack_add"),
    path("game/packs/<int:pack>/cards/<slug:part>/", pack_editor.part, name="pack_part"),
    path("game/packs/<int:pack>/cards/<slug:part>/<slug:card>/", pack_editor.card, name="pack_card"),
    path("game/packs/<int:pack>/cards/<slug:part>/<slug:card>/gone/", pack_editor.card_gone, name="pack_card_gone"),
    path("game/<slug:code>/kit/", kit.kit, name="game_kit"),
    path("game/<slug:code>/kit/<slug:what>.pdf", kit.kit_paper, name="kit"),
]
