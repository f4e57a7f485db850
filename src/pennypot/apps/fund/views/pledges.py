"""Pledges: what an agency promises, signed by one of its officers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypot.apps.fund import queries
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.forms import PledgeForm
from pennypot.apps.fund.permissions import may_keep_books, may_sign_pledge
from pennypot.apps.fund.views import kept
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def pledge(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """An agency's pledge: what is due, what was promised, and for its officers the form."""
    here = place_for(request.user, place)
    body = Agency.objects.filter(place=here, slug=agency).first()
    if body is None:
        raise Http404
    if request.method != "POST":
        answer = kept.page_for_one if kept.has_powers(request, here) else kept.page
        return answer(request, here, "pledge", (body.name,), lambda: _context(request, here, agency, None))
    standing = _standing(here, agency)
    require(may_sign_pledge(request.user, standing.contribution))
    form = PledgeForm(request.POST)
    if form.is_valid() and _sign(request, standing, form):
        messages.success(request, _("The pledge is signed. Everyone can see it."))
        return redirect("fund_pledge", here.slug, agency)
    return kept.page_for_one(request, here, "pledge", (body.name,), lambda: _context(request, here, agency, form))


def _standing(here: Place, agency: str) -> queries.Standing:
    version = queries.current_policy(here)
    standing = queries.standing_of(version, agency) if version else None
    if standing is None:
        raise Http404
    return standing


def _sign(request: HttpRequest, standing: queries.Standing, form: PledgeForm) -> bool:
    """Sign what was typed; what cannot be done is said beside its field."""
    said = form.cleaned_data
    promise = Promise(said["new"] or 0, said["redirected"] or 0, said["capital"] or 0)
    try:
        sign_pledge(
            request.user,  # type: ignore[arg-type]
            standing.contribution,
            promise,
            version=said["version"],
            reason=said["reason"],
        )
    except Invalid as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        return False
    return True


def _context(request: HttpRequest, here: Place, agency: str, form: PledgeForm | None) -> dict[str, Any]:
    """What the page says. Six SQL queries."""
    standing = _standing(here, agency)
    history = list(standing.contribution.pledges.select_related("signed_by"))
    next_version = (history[0].version if history else 0) + 1
    return {
        "version": standing.contribution.policy,
        "standing": standing,
        "history": history,
        "form": form or PledgeForm(initial=_shown(standing, next_version)),
        "may": may_sign_pledge(request.user, standing.contribution),
        "may_keep_books": may_keep_books(request.user, here),
    }


def _shown(standing: queries.Standing, next_version: int) -> dict[str, int | None]:
    """What the form holds at first: the last pledge, or all that is due as new money."""
    last = standing.pledge
    return {
        "version": next_version,
        "new": last.new_pence if last else standing.due_pence,
        "redirected": last.redirected_pence if last else None,
        "capital": last.capital_pence if last else None,
    }
