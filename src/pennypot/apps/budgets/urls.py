"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.budgets.views import budgets, desk, pool, spending, uploads

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
    path("budgets/", desk.desk, name="budgets"),
    path("budgets/add/", desk.add, name="budgets_add"),
    path("budgets/uploads/<int:upload>/", uploads.upload, name="budgets_upload"),
    path("budgets/uploads/<int:upload>/read/", uploads.read, name="budgets_upload_read"),
    path("budgets/uploads/<int:upload>/keep/", uploads.keep, name="budgets_upload_keep"),
    path("budgets/uploads/<int:upload>/throw-away/", uploads.throw_away, name="budgets_upload_throw_away"),
    path("budgets/uploads/<int:upload>/take-back/", uploads.take_back, name="budgets_upload_take_back"),
    path("budgets/uploads/<int:upload>/rejected.csv", uploads.rejected, name="budgets_upload_rejected"),
    path("budgets/uploads/<int:upload>/lines/", uploads.lines, name="budgets_upload_lines"),
    path("spending/", spending.spending, name="spending"),
    path("spending.csv", spending.as_csv, name="spending_csv"),
    path("spending/local/", spending.local, name="spending_local"),
    path("spending/files/<int:file>/", spending.file, name="spending_file"),
    path("spending/files/<int:file>/publish/", spending.publish, name="spending_file_publish"),
]
