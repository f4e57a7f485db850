"""Addresses of this room. One file a matter."""

from django.urls import URLPattern, URLResolver

from pennypot.apps.game.urls import after, hall, live, packs, solo

# In the order of the evening. `hall` and `live` share /game/<code>/: their second parts differ.
urlpatterns: list[URLPattern | URLResolver] = [
    *solo.urlpatterns,
    *packs.urlpatterns,
    *after.urlpatterns,
    *live.urlpatterns,
    *hall.urlpatterns,
]
