"""What happens around every page: headers, and refusals and bad input turned into plain words."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pennypot.house import pages
from pennypot.house.answers import Invalid, Refused

View = Callable[[HttpRequest], HttpResponse]


def headers(get_response: View) -> View:
    """Personal pages are kept by nobody; public ones may be kept by the browser for a moment."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if _may_be_personal(request, response):
            response.headers["Cache-Control"] = "no-store"
        else:
            response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return middleware


def _may_be_personal(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer may speak of one person. It does not ask the database, which may be what is broken."""
    if request.method not in ("GET", "HEAD"):
        return True
    # A style sheet is answered before there is a session.
    name = settings.SESSION_COOKIE_NAME
    return hasattr(request, "session") and (name in request.COOKIES or name in response.cookies)


class _Refusals:
    """Shows a refused action as the 403 page with its reason, wherever it was raised."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, Refused):
            return pages.refused(request, problem.answer)
        if isinstance(problem, Invalid):
            return pages.bad_request(request, problem)
        return None


refusals = _Refusals
