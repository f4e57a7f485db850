"""Addresses of plans, comparison, advice, carrying forward."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
