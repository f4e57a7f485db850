"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.budgets.views import budgets, pool

urlpatterns: list[URLPattern | URLResolver] = [
    path("pool.csv", pool.as_csv, name="pool_csv"),
    path("pool/", pool.whole, name="pool"),
    path("pool/flows/", pool.flows, name="pool_flows"),
    path("pool/compare/", pool.compare, name="pool_compare"),
    path("pool/for/<slug:theme>/", pool.theme, name="pool_theme"),
    path("pool/kind/<slug:family>/", pool.family, name="pool_family"),
    path("pool/line/<int:line>/", pool.line, name="pool_line"),
    path("pool/history/<slug:agency>/", budgets.history, name="pool_history"),
    path("pool/budget/<int:budget>/", budgets.budget, name="pool_budget"),
    path("pool/budget/<int:budget>/publish/", budgets.publish, name="pool_budget_publish"),
    path("pool/budget/<int:budget>/discard/", budgets.discard, name="pool_budget_discard"),
    path("pool/<slug:agency>/", pool.agency, name="pool_agency"),
]
