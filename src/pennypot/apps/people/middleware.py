"""Looks at each signed-in session: is it still good, and did it pass a second factor?"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pennypot.apps.people import sessions
from pennypot.apps.people.models import Person

View = Callable[[HttpRequest], HttpResponse]


def second_factor(get_response: View) -> View:
    """Set ``request.user.second_factor``; end sessions that are too old and those of demo people outside the demo."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and person.is_authenticated:
            if person.is_demo and not settings.DEMO:
                logout(request)
            elif not sessions.still_good(request, person):
                logout(request)
                messages.info(request, _("You were signed out, because this session was old. Please sign in again."))
            else:
                person.second_factor = sessions.passed_second_factor(request, person)
        return get_response(request)

    return middleware
