"""Beginning a draft, what is mine, and what may be like what somebody types."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds.actions.proposals import drafts, writing
from pennypot.apps.rounds.forms import proposals as forms
from pennypot.apps.rounds.permissions import proposals as may
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries import proposals as queries
from pennypot.apps.rounds.queries.rounds import current_round, round_for
from pennypot.apps.rounds.views.proposals.writing import STEPS
from pennypot.house.answers import require


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Begin a draft, with or without an account."""
    found = round_for(request.user, place, round)
    require(may.may_draft(found, now_of(request)))
    form = forms.IdeaForm(posted(request), initial={"title": request.GET.get("title", "")[:120]})
    if request.method == "POST" and form.is_valid():
        too_many = ratelimit.consume_or_429(request, action="draft")
        if too_many:
            return too_many
        draft, key = drafts.start(request.user, found)
        writing.save(request.user, draft, writing.Changes(fields=form.cleaned_data), key=key)
        if key:
            return redirect("draft_step", found.place.slug, key, "where")
        return redirect("my_draft_step", found.place.slug, draft.pk, "where")
    context = {
        "place": found.place,
        "stage": "proposals",
        "round": found,
        "form": form,
        "step": "idea",
        "steps": [(name, said, "") for name, said in STEPS.items()],
        "like_address": reverse("proposals_like", args=[found.place.slug, found.slug]),
    }
    return render(request, "rounds/proposals/propose.html", context)


@require_safe
def mine(request: HttpRequest, place: str) -> HttpResponse:
    """My drafts, my proposals, what I endorsed, and where something can be proposed now."""
    here, now = place_for(request.user, place), now_of(request)
    round = current_round(here, now, kinds=("proposal", "idea"))
    context = {
        "place": here,
        "stage": "proposals",
        "mine": queries.mine(person_of(request), here),
        "takes_drafts": round if round is not None and may.may_draft(round, now) else None,
    }
    return render(request, "rounds/proposals/mine.html", context)


@require_safe
def like(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """A piece of a page: proposals that may be about the same as what is being typed."""
    found = round_for(request.user, place, round)
    alike = queries.may_be_like(found, request.GET.get("title", ""), request.GET.get("what", ""))
    context = {"place": found.place, "round": found, "like": alike}
    return render(request, "rounds/proposals/_like.html", context)
