"""Pledges: what an agency promises, signed by one of its officers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypot.apps.fund import queries
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.forms import PledgeForm
from pennypot.apps.fund.permissions import may_keep_books, may_sign_pledge
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def pledge(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """An agency's pledge: what is due, what was promised, and for its officers the form."""
    here = place_for(request.user, place)
    version = queries.current_policy(here)
    standing = queries.standing_of(version, agency) if version else None
    if version is None or standing is None:
        raise Http404
    may = may_sign_pledge(request.user, standing.contribution)
    history = list(standing.contribution.pledges.select_related("signed_by"))
    next_version = (history[0].version if history else 0) + 1
    if request.method == "POST":
        require(may)
        form = PledgeForm(request.POST)
        if form.is_valid():
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
            else:
                messages.success(request, _("The pledge is signed. Everyone can see it."))
                return redirect("fund_pledge", here.slug, agency)
    else:
        form = PledgeForm(initial=_shown(standing, next_version))
    context = {
        "place": here,
        "stage": "fund",
        "version": version,
        "standing": standing,
        "history": history,
        "form": form,
        "may": may,
        "may_keep_books": may_keep_books(request.user, here),
    }
    return render(request, "fund/pledge.html", context)


def _shown(standing: queries.Standing, next_version: int) -> dict[str, int | None]:
    """What the form holds at first: the last pledge, or all that is due as new money."""
    last = standing.pledge
    return {
        "version": next_version,
        "new": last.new_pence if last else standing.due_pence,
        "redirected": last.redirected_pence if last else None,
        "capital": last.capital_pence if last else None,
    }
