"""Pages of the house itself: errors in plain words, progress of long work, language, health, small print."""

from __future__ import annotations

import sys
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from pennypot.house.answers import Invalid, No
from pennypot.house.models import Work


def problem_page(
    request: HttpRequest, status: int, said: Any, explained: Any = "", what_to_do: Any = "", where: str = ""
) -> HttpResponse:
    """Show what went wrong: one sentence large, why, and the next step.

    Parameters
    ----------
    status
        HTTP status code.
    said
        The sentence shown large.
    explained
        Why, in plain words.
    what_to_do, where
        Words and address of the next step; by default the front page.
    """
    context = {
        "status": status,
        "said": said,
        "explained": explained,
        "what_to_do": what_to_do or gettext("Go to the front page"),
        "where": where or "/",
    }
    return render(request, "house/problem.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be used; 413: it is more than a form may hold."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    explained = exception.message if isinstance(exception, Invalid) else ""
    return problem_page(
        request,
        400,
        _("We could not use what was sent."),
        explained or _("Something in the address or the form was not in the right shape. Nothing was changed."),
        _("Go back and try again"),
        _came_from(request),
    )


def refused(request: HttpRequest, answer: No) -> HttpResponse:
    """403: the person may not do this, and the reason why."""
    where = answer.where
    if where == reverse("account_login"):
        where = f"{where}?next={quote(request.path) if request.method == 'GET' else '/'}"
    return problem_page(request, 403, _("This is not yours to do."), answer.reason, answer.what_to_do, where)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 raised by Django itself."""
    return problem_page(request, 403, _("This is not yours to do."), _("You do not have the role that this needs."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old or came from another site."""
    return problem_page(
        request,
        403,
        _("This form was open for too long."),
        _(
            "To keep you safe, a form works only for a while and only from this site. "
            "Nothing was changed. Go back, reload the page and send it again."
        ),
        _("Go back"),
        _came_from(request),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return problem_page(
        request,
        404,
        _("There is no page at this address."),
        _("It may have moved, or the address may have a typing slip. Every place can be found from the front page."),
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: too many tries."""
    return problem_page(
        request,
        429,
        _("That was too many tries."),
        _(
            "To stop people from guessing codes we allow only a few tries in a while. "
            "Please wait five minutes and try again."
        ),
        _("Go back"),
        _came_from(request),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than a form may hold. A file that is too large is said beside its field instead."""
    return problem_page(
        request,
        413,
        _("That was more than we can take at once."),
        _("What was typed or pasted is too long. Nothing was changed. Go back and send it in smaller parts."),
        _("Go back"),
        _came_from(request),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: drawn without the database, which may be what is broken; then it is 503."""
    # Django calls this while it handles what went wrong, wherever that was: in a page, in a session, in another error.
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return unavailable(request)
    return _bare_page(500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer."""
    response = _bare_page(503)
    response.headers["Retry-After"] = "30"
    return response


def _bare_page(status: int) -> HttpResponse:
    page = loader.get_template("house/bare.html")
    return HttpResponse(page.render({"status": status, "language": get_language() or "en"}), status=status)


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours that the person came from, or the front page."""
    origin = request.headers.get("Referer", "")
    try:
        host = request.get_host()
    except DisallowedHost:
        return "/"
    safe = url_has_allowed_host_and_scheme(origin, {host}, require_https=request.is_secure())
    return origin if safe else "/"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say whether the server and its database answer; for monitors."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be found; accounts and live streams are of no use to a search engine."""
    rules = ("User-agent: *", "Disallow: /account/", "Disallow: /live/", "Disallow: /work/")
    return HttpResponse("\n".join(rules) + "\n", "text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a security problem."""
    contact = settings.OPTIONS.security_contact or f"{settings.SITE_ADDRESS}/accessibility/"
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {contact}", f"Expires: {expires}", "Preferred-Languages: en, cy, pl"]
    return HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement that WCAG 2.2 AA and the 2018 regulations ask for."""
    return render(request, "house/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, and until when."""
    return render(request, "house/privacy.html")


@sensitive_post_parameters()
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to the page.

    A half-filled form that has the buttons in it says ``again``: then the browser sends all of it once more to its own
    page (307), which draws it in the other language with everything that was typed. Nothing of it is kept here.
    """
    target = request.POST.get("next", "/")
    # What does not begin with a slash would be taken for the name of a page.
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, None)):
        target = "/"
    response = HttpResponseRedirect(target, preserve_request="again" in request.POST)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_safe
def work(request: HttpRequest, work: uuid.UUID) -> HttpResponse:
    """Progress of a long job, for the person who started it. It can be left: the job goes on."""
    found = Work.objects.filter(pk=work).first()
    if found is None or not request.user.is_authenticated or found.owner_id != request.user.pk:
        raise Http404
    if found.state == Work.State.DONE and found.result_url:
        return redirect(found.result_url)
    return render(request, "house/work.html", {"work": found})
