"""The desk: see who somebody is, and give a ballot paper or a code."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from pennypot.apps.voting.actions.desk import CheckedIn, check_in
from pennypot.apps.voting.actions.letters import link_of
from pennypot.apps.voting.models import DeskVisit
from pennypot.apps.voting.paper_forms import DeskForm
from pennypot.apps.voting.papers.typeset import qr_svg
from pennypot.apps.voting.permissions.paper import may_serve_at_desk
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404
from pennypot.house.answers import Invalid, require


@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Check one person in after the other."""
    asked = ask(request, place, round)
    require(may_serve_at_desk(request.user, asked.round, asked.election))
    form = DeskForm(request.POST or None, round=asked.round)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        area = given.get("area")
        try:
            done = check_in(
                request.user,  # type: ignore[arg-type]
                election_or_404(asked),
                shown=given["shown"],
                number=given["number"],
                gave=given["gave"],
                area=area.pk if area else None,
            )
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            return _done(asked, done)
    return asked.page("desk", {"form": form})


@sensitive_variables()
def _done(asked: Asked, done: CheckedIn) -> HttpResponse:
    if done.gave == DeskVisit.Gave.PAPER:
        messages.success(asked.request, _("Give them a ballot paper and an inner envelope. They put it in the box."))
        return asked.go("desk")
    # Drawn in the answer itself: a code kept in a session or an address would be a code in the database or a log.
    web = link_of(asked.round)
    plain = done.code.replace("-", "")
    return asked.page("desk_code", {"code": done.code, "web": web, "qr": qr_svg(f"{web}#{plain}")})
