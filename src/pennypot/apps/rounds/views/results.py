"""Pages of results: all of a place, one round, one project in it, and the files to take away."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds import result_pages, result_words, timeline
from pennypot.apps.rounds.models import Result, Round
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.results import outcomes_of, result_for, results_of, whole_result_for
from pennypot.apps.rounds.queries.rounds import rounds_of
from pennypot.count.certificate import canonical
from pennypot.house import csv_out
from pennypot.house.kept import Kept

# A result never changes, so its page is made once. About 200 kB each where a ballot had 200 projects.
_middles: Kept[SafeString] = Kept(most=40)


@require_safe
def results(request: HttpRequest, place: str) -> HttpResponse:
    """Every result of a place, and when the next one comes. Five SQL queries."""
    here = place_for(request.user, place)
    now = now_of(request)
    decided = list(results_of(here))
    found = [{"result": one, "headline": result_words.headline(one.summary)} for one in decided]
    known = {one.round_id for one in decided}
    coming = []
    for one in rounds_of(request.user, here):
        if one.pk not in known and one.is_published and not one.is_cancelled:
            said, _tone = timeline.headline(timeline.told(one, now), one)
            coming.append({"round": one, "said": said})
    return render(
        request, "rounds/results.html", {"place": here, "stage": "results", "results": found, "coming": coming}
    )


@require_safe
def result(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """What was funded, why, what the others lacked, and how to count it again. Four SQL queries when it is kept."""
    return _page(request, place, round, "result")


@require_safe
def result_print(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The result on paper: for a notice board, a newsletter, a meeting."""
    return _page(request, place, round, "result_print")


def _page(request: HttpRequest, place: str, slug: str, name: str) -> HttpResponse:
    found, known = result_for(request.user, place, slug)
    if known is None:
        return _not_yet(request, found)
    middle = _middles.get(_key(name, found, known), lambda: _middle(name, found, known))
    context = {"place": found.place, "stage": "results", "round": found, "kept": middle,
               "headline": result_words.headline(known.summary)}  # fmt: skip
    return render(request, f"rounds/{name}.html", context)


def _key(name: str, round: Round, known: Result) -> tuple[object, ...]:
    place = round.place
    return (name, known.pk, known.evidence.name, get_language(), place.name, place.label, round.title, round.label)


def _middle(name: str, round: Round, known: Result) -> SafeString:
    context = result_pages.result_context(round, known, outcomes_of(known))
    return SafeString(render_to_string(f"rounds/_{name}.html", {"place": round.place, **context}))


def _not_yet(request: HttpRequest, round: Round) -> HttpResponse:
    """A round without a result says where it is."""
    said, _tone = timeline.headline(timeline.told(round, now_of(request)), round)
    context = {"place": round.place, "stage": "results", "round": round, "said": said}
    return render(request, "rounds/result_not_yet.html", context)


@require_safe
def result_of(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Why one project won or lost. Five SQL queries."""
    found, known = result_for(request.user, place, round)
    if known is None:
        raise Http404
    outcomes = outcomes_of(known)
    try:
        outcome, following = result_pages.next_to(outcomes, number)
    except LookupError as problem:
        raise Http404 from problem
    context: dict[str, Any] = {
        "place": found.place,
        "stage": "results",
        "round": found,
        "result": known,
        "row": result_pages.row_of(outcome, outcomes),
        "told": outcome.explanation,
        "adds": result_words.adds_said(outcome.explanation),
        "figures": result_pages.needed_said(outcome),
        "elsewhere": result_pages.fate_elsewhere(known, str(number)),
        "following": following,
        "files": result_pages.file_names(found),
        "funded": known.summary["funded"],
        "projects": known.summary["projects"],
    }
    return render(request, "rounds/result_of.html", context)


@require_safe
def result_pb(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The ballots as they were counted, without anything about voters. Byte for byte what the certificate names."""
    found, known = whole_result_for(request.user, place, round)
    return _file(known.pb, "text/plain; charset=utf-8", result_pages.file_names(found)["ballots"])


@require_safe
def result_certificate(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The certificate, written as its hash was taken."""
    found, known = whole_result_for(request.user, place, round)
    return _file(canonical(known.certificate), "application/json", result_pages.file_names(found)["certificate"])


@require_safe
def result_csv(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """Every project with what happened to it, as CSV."""
    found, known = result_for(request.user, place, round)
    if known is None:
        raise Http404
    rows = (
        [csv_out.pounds_cell(cell) if name in result_pages.MONEY else cell for name, cell in
         zip(result_pages.HEADER, row, strict=True)]
        for row in result_pages.csv_rows(known, outcomes_of(known))
    )  # fmt: skip
    return csv_out.response(result_pages.file_names(found)["projects"], result_pages.HEADER, rows)


def _file(text: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
