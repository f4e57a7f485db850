"""Standing behind a proposal together: the letter that asks an author, and joining two proposals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds.actions.proposals import authors, merging
from pennypot.apps.rounds.forms.proposals import MergeForm
from pennypot.apps.rounds.models import Merge, Proposal
from pennypot.apps.rounds.permissions import proposals as may
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries import proposals as queries
from pennypot.apps.rounds.queries.rounds import round_for
from pennypot.house.answers import Invalid, require


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, place: str, token: str) -> HttpResponse:
    """The letter's link: read the proposal, and say yes or no."""
    here = place_for(request.user, place)
    asked = queries.invitation_by(here, token)
    answer = may.may_answer_invitation(request.user, asked)
    if request.method == "POST":
        agrees = request.POST.get("do") == "yes"
        authors.answer(person_of(request), asked, agrees)
        if not agrees:
            messages.success(request, _("Thank you for the answer. Your address is forgotten."))
            return redirect("place", here.slug)
        messages.success(request, _("You are an author now."))
        if asked.proposal.is_draft:
            return redirect("my_draft", here.slug, asked.proposal_id)
        return redirect("proposal", here.slug, asked.proposal.round.slug, asked.proposal.number)
    context: dict[str, Any] = {
        "place": here,
        "stage": "proposals",
        "asked": asked,
        "proposal": asked.proposal,
        "may_answer": answer,
        **(queries.extras(asked.proposal) if answer or not asked.proposal.is_draft else {}),
    }
    return render(request, "rounds/proposals/invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Joining a proposal with another: ask, answer, and see who said what. For the authors of both."""
    source = queries.proposal_of(round_for(request.user, place, round), number)
    found = queries.merges_of(source)
    waiting = next((one for one in found if one.state == Merge.MergeState.ASKED), None)
    mine = may.is_author(request.user, source) or bool(waiting and may.is_author(request.user, waiting.target))
    if not mine:
        require(may.may_merge(request.user, source, now_of(request)))
    form = MergeForm(posted(request) if request.POST.get("do") == "ask" else None)
    if request.method == "POST":
        do = request.POST.get("do")
        if do == "ask":
            if form.is_valid() and _asked(request, source, form):
                return redirect("proposal_merge", place, source.round.slug, number)
        elif do in ("yes", "no") and waiting is not None:
            return _answered(request, source, waiting, do == "yes")
        else:
            raise Invalid(_("This question is closed."))
    context = {
        "place": source.round.place,
        "stage": "proposals",
        "round": source.round,
        "proposal": source,
        "merges": [(one, list(one.consents.select_related("person"))) for one in found],
        "waiting": waiting,
        "waits_for": queries.people(merging.waiting_for(waiting)) if waiting else [],
        "is_mine_to_answer": bool(waiting) and _is_mine(request, waiting),
        "form": form,
        "may_merge": may.may_merge(request.user, source, now_of(request)),
        "like": queries.may_be_like(source.round, source.title, source.plain_summary, source) if not waiting else [],
    }
    return render(request, "rounds/proposals/merge.html", context, status=422 if form.errors else 200)


def _is_mine(request: HttpRequest, waiting: Merge | None) -> bool:
    return waiting is not None and getattr(request.user, "pk", None) in merging.waiting_for(waiting)


def _asked(request: HttpRequest, source: Proposal, form: MergeForm) -> bool:
    """Ask to join; what cannot be done is said beside the field."""
    try:
        target = queries.proposal_of(source.round, form.cleaned_data["target"])
        merging.ask(person_of(request), source, target, form.cleaned_data["why"])
    except Http404:
        form.add_error("target", _("There is no proposal of this number in the round."))
        return False
    except Invalid as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        return False
    messages.success(request, _("The other authors get a letter. The two are joined when everybody has said yes."))
    return True


def _answered(request: HttpRequest, source: Proposal, waiting: Merge, agrees: bool) -> HttpResponse:
    merge = merging.answer(person_of(request), waiting, agrees)
    if merge.state == Merge.MergeState.DONE:
        messages.success(request, _("The two are joined. You can change the text of this one now."))
        return redirect("proposal", source.round.place.slug, source.round.slug, merge.target.number)
    said = _("You said yes. It waits for the others.") if agrees else _("They are not joined.")
    messages.success(request, said)
    return redirect("proposal_merge", source.round.place.slug, source.round.slug, source.number)
