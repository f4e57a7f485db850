"""The public data: one JSON interface under /api/, read-only, described by /api/openapi.json.

Each room adds its own router (`apps.<room>.api.router`). There is no page of documentation that would fetch scripts
from elsewhere; docs/reference/api.md is for people.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI

from pennypot.house.answers import Refused

api = NinjaAPI(
    title="Pennypot",
    version="1",
    description="Public money of a place, and the one per cent. Amounts are whole pence.",
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """Say no in the same words as the page."""
    return api.create_response(request, {"detail": str(problem.answer.reason)}, status=403)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, problem: Http404) -> HttpResponse:
    """Say that there is nothing here."""
    return api.create_response(request, {"detail": "There is nothing at this address."}, status=404)
