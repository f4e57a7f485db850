"""Addresses of this room. A place's own address comes last, so that nothing is taken for a place."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.places.views import demo, front

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front, name="front"),
    path("demo/enter/", demo.enter, name="demo_enter"),
    path("<slug:place>/", front.place, name="place"),
    path("<slug:place>/logo", front.logo, name="place_logo"),
]
