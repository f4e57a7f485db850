"""What every page of a table asks first: which evening and table, and whether this browser sits there.

Who does not sit in the evening names its code: failures are counted, so that nobody finds a code by trying.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from pennypot.apps.game import limits
from pennypot.apps.game.models import Phone, Session, Table
from pennypot.apps.game.queries.seat import phone_of
from pennypot.apps.people.addresses import client_ip
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import may_see
from pennypot.apps.places.queries import place_for
from pennypot.house import pages
from pennypot.house.answers import require


@dataclass(frozen=True)
class AtTable:
    """A table, and the phone that this browser is if it sits there."""

    session: Session
    table: Table
    phone: Phone | None

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.session.place

    def url(self, name: str = "game_seat") -> str:
        """Return the address of one of the table's pages."""
        return reverse(name, args=[self.place.slug, self.session.code, self.table.number])


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer too many tries, and a count that cannot be kept, with a page; keep nothing of the page anywhere.

    Pages go out packed, for phones in a hall; their length is blurred, so that it tells nothing of a secret in them.
    """

    @gzip_page
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except limits.TooMany:
            response = pages.too_many(request)
        except limits.CannotCount:
            response = pages.problem_page(
                request,
                503,
                _("We cannot let anybody in right now."),
                _("Something behind this page does not answer. Please wait a few minutes and try again."),
            )
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def session_at(request: HttpRequest, slug: str, code: str, phone: Phone | None) -> Session:
    """Return the evening with this code in this place.

    Raises
    ------
    Http404
        There is none. Such tries are counted, for the browser's address of the network and for the place.
    limits.TooMany, limits.CannotCount
        There were too many.
    """
    if phone is not None:
        session = phone.chair.table.session
        if (session.code, session.place.slug) == (code, slug):
            require(may_see(request.user, session.place))
            return session
    here = place_for(request.user, slug)
    ip = client_ip(request.META, settings.OPTIONS.proxies)
    tries = ((limits.PER_IP, (ip,)), (limits.PER_PLACE, (here.pk,)))
    limits.check(*tries)
    found = (
        Session.objects.select_related("pack", "place")
        .defer("pack__given", "pack__rehearsal")
        .filter(place=here, code=code)
        .first()
    )
    if found is None:
        limits.take(*tries)
        raise Http404
    return found


def at_table(request: HttpRequest, slug: str, code: str, number: int) -> AtTable:
    """Return the table that is asked for; 404 when there is none."""
    phone = phone_of(request)
    session = session_at(request, slug, code, phone)
    if phone is not None and phone.chair.table.session_id == session.pk and phone.chair.table.number == number:
        return AtTable(session, phone.chair.table, phone)
    table = session.tables.defer("state").filter(number=number).first()
    if table is None:
        raise Http404
    table.session = session
    return AtTable(session, table, None)
