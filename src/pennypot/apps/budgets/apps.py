"""Tells Django about this room."""

from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "pennypot.apps.budgets"
    label = "budgets"
