"""Addresses of the facilitator's console, the big screen, paper."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
