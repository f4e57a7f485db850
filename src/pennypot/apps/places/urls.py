"""Addresses of this room. Those of the installation come before those of a place, so nothing is taken for a place."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.places.views import deeds, demo, front, people, setup

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front, name="front"),
    path("demo/enter/", demo.enter, name="demo_enter"),
    path("places/new/", setup.new_place, name="place_new"),
    path("invitations/<str:token>/", people.invitation, name="invitation"),
    path("<slug:place>/", front.place, name="place"),
    path("<slug:place>/logo", front.logo, name="place_logo"),
    path("<slug:place>/join/", people.join, name="place_join"),
    path("<slug:place>/set-up/", setup.setup, name="place_setup"),
    path("<slug:place>/set-up/<slug:step>/", setup.setup_step, name="place_setup_step"),
    path("<slug:place>/set-up/agencies/<slug:agency>/", setup.agency, name="place_agency"),
    path("<slug:place>/people/", people.people, name="place_people"),
    path("<slug:place>/people/<int:membership>/end/", people.end_role, name="place_end_role"),
    path(
        "<slug:place>/people/invitations/<int:invitation>/again/",
        people.invitation_again,
        name="place_invitation_again",
    ),
    path(
        "<slug:place>/people/invitations/<int:invitation>/withdraw/",
        people.invitation_withdraw,
        name="place_invitation_withdraw",
    ),
    path("<slug:place>/deeds/", deeds.deeds, name="place_deeds"),
    path("<slug:place>/deeds/export/", deeds.export, name="place_deeds_export"),
]
