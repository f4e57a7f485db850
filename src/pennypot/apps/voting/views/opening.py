"""Closing the election, watching the round key go, opening the ballots with two shares, and the evidence."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Result
from pennypot.apps.voting.actions import opening
from pennypot.apps.voting.actions.closing import close_election, destroy_round_key, paper_left
from pennypot.apps.voting.ceremony_forms import DrawForm, ShareForm
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.permissions.core import may_close, may_run_election, may_witness
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404
from pennypot.apps.voting.views.keys import own_holder
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Whether the election is closed, what is still to do, and the returning officer's button."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    if request.method == "POST":
        try:
            close_election(_person(request), election)
        except Invalid as problem:
            messages.error(request, str(problem.message))
        else:
            messages.success(request, _("The election is closed. Nothing more can be cast."))
        return asked.go("close")
    context = {
        "election": election,
        "closes_said": asked.closes_said,
        "paper_left": paper_left(election),
        "may_close": may_close(request.user, election),
        "may_witness": may_witness(request.user, election),
        "voted": sum(election.roll_counts.get("channels", {}).values()),
    }
    return asked.page("close", context)


@require_POST
def round_key(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """A witness destroys the round key."""
    asked = ask(request, place, round)
    destroy_round_key(_person(request), election_or_404(asked))
    messages.success(request, _("The round key is gone. Nobody can tell any more which ballot was whose."))
    return asked.go("close")


@sensitive_post_parameters("share")
@require_http_methods(["GET", "HEAD", "POST"])
def open_ballots(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Two holders type their shares in; then the ballots are opened and counted."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    holder = own_holder(asked) if request.method == "POST" else None
    form = ShareForm(request.POST if holder else None)
    if holder and form.is_valid():
        try:
            work = opening.give_share(_person(request), holder, form.cleaned_data["share"])
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            if work is not None:
                return redirect("work", work=work.pk)
            messages.success(request, _("Your share is here. Now a second holder types theirs."))
            return asked.go("open")
    return _page(asked, election, form)


@require_POST
def draw(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Write down the public draw."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    require(may_run_election(request.user, election))
    form = DrawForm(request.POST)
    if form.is_valid():
        try:
            opening.note_draw(_person(request), election, form.cleaned_data["draw"])
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("The draw is written down."))
            return asked.go("open")
    return _page(asked, election, ShareForm(), form)


@require_POST
def again(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Begin the count once more after it was stopped."""
    asked = ask(request, place, round)
    try:
        work = opening.count_again(_person(request), election_or_404(asked))
    except Invalid as problem:
        messages.error(request, str(problem.message))
        return asked.go("open")
    return redirect("work", work=work.pk)


@require_safe
def evidence(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """The ZIP with everything that anybody needs to check the election and count again."""
    asked = ask(request, place, round)
    result = Result.objects.filter(round=asked.round).exclude(evidence="").first()
    if result is None:
        raise Http404
    return FileResponse(result.evidence.open("rb"), as_attachment=True, filename=f"evidence-{asked.round.slug}.zip")


def _page(asked: Asked, election: Election, form: ShareForm, draw_form: DrawForm | None = None) -> HttpResponse:
    user = asked.request.user
    holders = list(election.key_holders.select_related("person"))
    given = opening.given_shares(election)
    context = {
        "election": election,
        "holders": [(one, one.which in given) for one in holders],
        "given": len(given),
        "mine_given": any(one.which in given for one in holders if one.person_id == user.pk),
        "mine": next((one for one in holders if one.person_id == user.pk), None),
        "may_open": opening.may_open(election),
        "may_run": may_run_election(user, election),
        "needs_draw": bool(election.round.tie_seed_source) and not election.round.tie_seed,
        "form": form,
        "draw_form": draw_form or DrawForm(),
    }
    bad = form.is_bound or (draw_form is not None and draw_form.is_bound)
    return asked.page("open", context, 422 if bad else 200)


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise Http404
    return request.user
