"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.fund.views import money, overview, pledges, policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("fund/", overview.overview, name="fund"),
    path("fund/contributions.csv", overview.contributions_csv, name="fund_contributions_csv"),
    path("fund/policy/", policy.policy, name="policy"),
    path("fund/policy/propose/", policy.propose, name="policy_propose"),
    path("fund/policy/<int:version>/adopt/", policy.adopt, name="policy_adopt"),
    path("fund/policy/<int:version>/contributions/", policy.contributions, name="policy_contributions"),
    path("fund/pledge/<slug:agency>/", pledges.pledge, name="fund_pledge"),
    path("fund/money/", money.money, name="fund_money"),
    path("fund/money/ledger.csv", money.ledger_csv, name="fund_ledger_csv"),
    path("fund/money/ledger.beancount", money.ledger_beancount, name="fund_beancount"),
    path("fund/money/log.txt", money.log, name="fund_log"),
    path("fund/money/split/", money.split, name="fund_split"),
    path("fund/money/pay/<slug:agency>/", money.pay, name="fund_pay"),
    path("fund/money/<int:number>/", money.entry, name="fund_entry"),
    path("fund/money/<int:number>/reverse/", money.reverse, name="fund_reverse"),
]
