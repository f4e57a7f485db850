"""The list of proposals, as a page and as a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.models import Proposal, Round
from pennypot.apps.rounds.permissions.proposals import may_draft
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.rounds.queries import now_of, proposal_list
from pennypot.apps.rounds.queries.rounds import current_round, round_for, rounds_of
from pennypot.house import csv_out
from pennypot.house.kept import Kept


@dataclass(frozen=True)
class Drawn:
    """One page of the list as it is drawn for everybody: the search, the cards, and how many there are."""

    find: SafeString
    cards: SafeString
    total: int


# About 25 kB each, so 5 MB at most.
_pieces: Kept[Drawn] = Kept(most=200)


@require_safe
def proposals(request: HttpRequest, place: str) -> HttpResponse:
    """The proposals of the round that matters now, with the other rounds to choose."""
    here = place_for(request.user, place)
    round = current_round(here, now_of(request), kinds=("proposal", "idea", "review", "appeal"))
    if round is None:
        return render(request, "rounds/proposals/none.html", {"place": here, "stage": "proposals"})
    round.place = here
    return _list(request, here, round)


@require_safe
def of_round(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The proposals of one round."""
    found = round_for(request.user, place, round)
    return _list(request, found.place, found)


def _list(request: HttpRequest, here: Place, round: Round) -> HttpResponse:
    now = now_of(request)
    asked = proposal_list.read(request.GET)
    others = [one for one in rounds_of(request.user, here) if one.pk != round.pk and not one.is_cancelled]
    day = now.astimezone(round.zone).date().isoformat()
    key = (asked, day, here.slug, round.slug, get_language(), proposal_list.stamp(round))
    context = {
        "place": here,
        "stage": "proposals",
        "round": round,
        "others": others,
        "asked": asked,
        "shuffled": proposal_list.shuffled(asked),
        "kept": _pieces.get(key, lambda: _drawn(here, round, asked, day)),
        "may_draft": may_draft(round, now),
        "may_propose": open_for(round, "propose", now),
    }
    return render(request, "rounds/proposals/list.html", context)


def _drawn(here: Place, round: Round, asked: proposal_list.Asked, day: str) -> Drawn:
    """Draw what is the same for every reader. Five SQL queries."""
    found = proposal_list.listed(round, asked, usual_seed=day)
    context = {
        "place": here,
        "round": round,
        "list": found,
        "orders": {key: said for key, said in proposal_list.ORDERS.items() if key != "fit" or asked.words},
        "states": proposal_list.STATES,
    }
    return Drawn(
        render_to_string("rounds/proposals/_find.html", context),
        render_to_string("rounds/proposals/_cards.html", context),
        found.total,
    )


HEADER = (
    "number", "title", "in_short", "area", "kind", "where", "state", "decision", "proposed_cost_pounds", "cost_pounds",
    "yearly_pounds", "endorsements", "sent_in",
)  # fmt: skip


@require_safe
def as_csv(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """The same list, whole, as CSV."""
    found = round_for(request.user, place, round)
    asked = proposal_list.read(request.GET)
    rows = (
        (
            one["number"], one["title"], one["plain_summary"], one["area__name"], one["category__name"],
            one["place_said"], one["state"], one["decision"] or str(Proposal.Decided.NOT_YET.label),
            csv_out.pounds_cell(one["proposed_cost_pence"]), csv_out.pounds_cell(one["cost_pence"]),
            csv_out.pounds_cell(one["yearly_pence"]), one["endorsement_count"], one["submitted_at"],
        )
        for one in proposal_list.for_file(found, asked)
    )  # fmt: skip
    return csv_out.response(f"{found.place.slug}-{found.slug}-proposals.csv", HEADER, rows)
