"""The rounds of a place, the home of one, its ballot, and how votes are counted."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds import rules, timeline
from pennypot.apps.rounds.actions.ballot import fix_ballot, take_off_ballot
from pennypot.apps.rounds.forms.rounds import FixBallotForm, ReasonForm
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import (
    may_cancel_round,
    may_change_round,
    may_fix_ballot,
    may_give_back,
    may_move_dates,
    may_publish_round,
    may_set_up_round,
    may_take_off_ballot,
    open_for,
)
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.ballot import ballot_of, candidates, rivals_of
from pennypot.apps.rounds.queries.rounds import changes_of, numbers_of, pots_of, round_for, rounds_of
from pennypot.apps.rounds.stages import Kind
from pennypot.apps.rounds.worked_example import example
from pennypot.house.answers import Invalid, require
from pennypot.house.layout import page_of


@require_safe
def rounds(request: HttpRequest, place: str) -> HttpResponse:
    """Every round of a place: the one under way large, the others below. Four SQL queries."""
    here = place_for(request.user, place)
    now = now_of(request)
    listed = []
    for one in rounds_of(request.user, here):
        stages = timeline.told(one, now)
        said, tone = timeline.headline(stages, one)
        listed.append({"round": one, "stages": stages, "said": said, "tone": tone})
    context = {
        "place": here,
        "running": [one for one in listed if one["tone"] in ("now", "next")],
        "others": [one for one in listed if one["tone"] not in ("now", "next")],
        "may_set_up": may_set_up_round(request.user, here),
    }
    return render(request, "rounds/rounds.html", context)


@require_safe
def round(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The home of one round: the money, where it is now, what you can do, and the rules. Nine SQL queries."""
    found = round_for(request.user, place, round)
    now = now_of(request)
    stages = timeline.told(found, now)
    said, tone = timeline.headline(stages, found)
    pots = pots_of(found)
    context = {
        "place": found.place,
        "round": found,
        "stages": stages,
        "open_now": [stage for stage in stages if stage.state == "now"],
        "coming": next((stage for stage in stages if stage.state == "next"), None),
        "said": said,
        "tone": tone,
        "numbers": numbers_of(found),
        "takes_proposals": bool(open_for(found, "propose", now)),
        "pots": pots,
        "ballot_said": rules.ballot_said(found),
        "rule": rules.rule_of(found),
        "explained": rules.explained(found, pots),
        "methods": rules.methods_of(found),
        "limits": rules.limits_said(found),
        "areas": [area.name for area in found.areas.defer("outline")],
        "kinds": list(found.categories.order_by("name")),
        "changes": changes_of(found),
        "voting": next((stage for stage in stages if stage.kind == Kind.VOTING), None),
        **_powers(request, found),
    }
    return render(request, "rounds/round.html", context)


def _powers(request: HttpRequest, found: Round) -> dict[str, object]:
    """What the reader may do with the round; nothing is asked of the database for those who may nothing."""
    if not may_set_up_round(request.user, found.place):
        return {"is_team": False}
    now = now_of(request)
    return {
        "is_team": True,
        "may_publish": may_publish_round(request.user, found),
        "may_change": may_change_round(request.user, found, now),
        "may_move": may_move_dates(request.user, found),
        "may_cancel": may_cancel_round(request.user, found, now),
        "may_fix": may_fix_ballot(request.user, found, now),
        "may_give_back": may_give_back(request.user, found),
        "give_back_key": uuid.uuid4().hex,
        # The vote is a later room; it knows how far the keys, the roll and the count are.
        "team_url": page_of("vote_team", found.place.slug, found.slug) if found.is_published else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """What is on the ballot, or will be; who runs the round fixes it here."""
    found = round_for(request.user, place, round)
    form = FixBallotForm(posted(request))
    if request.method == "POST":
        require(may_fix_ballot(request.user, found, now_of(request)))
        if form.is_valid():
            try:
                fix_ballot(
                    person_of(request),
                    found,
                    order_seed=form.cleaned_data["order_seed"],
                    leave_out_undecided=form.cleaned_data["leave_out"],
                )
            except Invalid as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            else:
                messages.success(request, _("The ballot is fixed. From now on neither it nor the rules can change."))
                return redirect("round_ballot", place, round)
    return _ballot_page(request, found, form)


def _ballot_page(
    request: HttpRequest, found: Round, form: FixBallotForm, refused: ReasonForm | None = None
) -> HttpResponse:
    fixed = found.rules_frozen_at is not None
    items = ballot_of(found) if fixed else []
    by_number = {item.number: item for item in items}
    context = {
        "place": found.place,
        "stage": "vote",
        "round": found,
        "fixed": fixed,
        "items": items,
        "total_pence": sum(item.cost_pence for item in items if not item.withdrawn_at),
        "rivals": [[by_number[int(one)] for one in group] for group in rivals_of(found)] if fixed else [],
        "candidates": None if fixed else candidates(found),
        "ballot_said": rules.ballot_said(found),
        "may_fix": may_fix_ballot(request.user, found, now_of(request)),
        "may_take_off": may_take_off_ballot(request.user, found, now_of(request)),
        "form": form,
        "refused": refused,
    }
    return render(request, "rounds/ballot.html", context, status=422 if form.errors or refused else 200)


@require_http_methods(["POST"])
def take_off(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Take a project off the ballot."""
    found = round_for(request.user, place, round)
    require(may_take_off_ballot(request.user, found, now_of(request)))
    item = found.ballot.select_related("round__place").filter(number=number).first()
    if item is None:
        raise Http404
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            take_off_ballot(person_of(request), item, reason=form.cleaned_data["reason"])
        except Invalid as problem:
            form.add_error("reason", str(problem.message))
        else:
            messages.success(request, _("The project is off the ballot, and everybody can read why."))
            return redirect("round_ballot", place, round)
    return _ballot_page(request, found, FixBallotForm(), form)


@require_safe
def how(request: HttpRequest, place: str) -> HttpResponse:
    """How votes are counted, with an example that the count itself works out."""
    here = place_for(request.user, place)
    context = {"place": here, "stage": "vote", "rules": list(rules.RULES.values()), "example": example()}
    return render(request, "rounds/how.html", context)
