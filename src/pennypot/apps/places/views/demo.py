"""Entering a role of the demonstration. Outside demo mode there is nothing here."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from pennypot.apps.people.actions import enter_as
from pennypot.apps.people.addresses import is_own_path
from pennypot.apps.people.models import Person


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Become one of the demo people, or a visitor; never anybody real."""
    if not settings.DEMO:
        raise Http404
    target = request.POST.get("next", "")
    who = request.POST.get("who", "")
    if not who:
        logout(request)
    elif not who.isascii() or not who.isdigit() or len(who) > 18:
        raise Http404
    else:
        person = get_object_or_404(Person, pk=int(who), is_demo=True, is_active=True)
        enter_as(request, person)
    return redirect(target if is_own_path(target) else "/")
