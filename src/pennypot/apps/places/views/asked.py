"""Who is asking, where an action needs a person, and what they sent."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.house.answers import No, Refused


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, even when it is empty; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person.

    Raises
    ------
    Refused
        Nobody is signed in.
    """
    if isinstance(request.user, Person):
        return request.user
    raise Refused(No(_("Please sign in first."), _("Sign in"), reverse("account_login")))
