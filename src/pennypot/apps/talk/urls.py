"""Addresses of this room. Where people speak is an address of the room whose page it is."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.talk.views import comments

urlpatterns: list[URLPattern | URLResolver] = [
    path("talk/reports/", comments.reports, name="talk_reports"),
    path("talk/comments/<int:comment>/", comments.comment, name="talk_comment"),
    path("talk/<int:thread>/close/", comments.close, name="talk_close"),
]
