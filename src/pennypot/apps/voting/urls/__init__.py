"""Addresses of this room, in three parts: the log and its keys, ballots on the web, paper and desk."""

from django.urls import URLPattern, URLResolver

from pennypot.apps.voting.urls import core, paper, web

# Fixed words (vote/<round>/log/) come before what a ballot page may hold.
urlpatterns: list[URLPattern | URLResolver] = [*core.urlpatterns, *paper.urlpatterns, *web.urlpatterns]
