"""Every address of Pennypot, in the order of the story. Place addresses come last: `/<place>/...`."""

from django.urls import include, path

from pennypot.apps.budgets.api import router as budgets_router
from pennypot.apps.fund.api import router as fund_router
from pennypot.apps.rounds.api import router as rounds_router
from pennypot.house import pages
from pennypot.house.api import api

api.add_router("", budgets_router)
api.add_router("", fund_router)
api.add_router("", rounds_router)

urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("robots.txt", pages.robots, name="robots"),
    path(".well-known/security.txt", pages.security_txt, name="security_txt"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("language/", pages.choose_language, name="choose_language"),
    path("work/<uuid:work>/", pages.work, name="work"),
    path("api/", api.urls),
    path("account/", include("pennypot.apps.people.urls")),
    path("", include("pennypot.apps.places.urls")),
    path("<slug:place>/", include("pennypot.apps.budgets.urls")),
    path("<slug:place>/", include("pennypot.apps.fund.urls")),
    path("<slug:place>/", include("pennypot.apps.talk.urls")),
    path("<slug:place>/", include("pennypot.apps.rounds.urls")),
    path("<slug:place>/", include("pennypot.apps.voting.urls")),
    path("<slug:place>/", include("pennypot.apps.game.urls")),
]

handler400 = "pennypot.house.pages.bad_request"
handler403 = "pennypot.house.pages.forbidden"
handler404 = "pennypot.house.pages.not_found"
# allauth shows this one when a limit is reached.
handler429 = "pennypot.house.pages.too_many"
handler500 = "pennypot.house.pages.broken"
