"""The ballot: choose, check, send. Choices travel in the form only, never in an address, a cookie or the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.rounds.models import BallotItem, Round
from pennypot.apps.voting import passes, said
from pennypot.apps.voting.actions.casting import DESK, WEB, Receipt, cast, receipt_for
from pennypot.apps.voting.choices import Choices, Problem, Typed, check, typed_in
from pennypot.apps.voting.forms import WordForm
from pennypot.apps.voting.passes import Pass
from pennypot.apps.voting.queries.ballots import Ballot, ballot_for, has_voted, whole_ballot
from pennypot.apps.voting.queries.booth import Entry
from pennypot.apps.voting.slots import slot_for
from pennypot.apps.voting.views.asked import Asked, ask, ask_at_booth, election_or_404
from pennypot.apps.voting.views.lines import lines_of
from pennypot.apps.voting.views.receipts import receipt_page
from pennypot.house.answers import Refused

VIEWS = ("all", "short", "large")
# A shared tablet goes back to the entrance when nobody touches it for so long (seconds).
TABLET_WAITS = 600


@dataclass(frozen=True)
class Filter:
    """Which projects the page shows, and how. What is chosen stays chosen whether it is shown or not."""

    words: str = ""
    area: str = ""
    category: str = ""
    chosen: bool = False
    view: str = "all"

    @classmethod
    def typed(cls, fields: Mapping[str, Any], ballot: Ballot) -> Filter:
        """Read a filter; what is not on the ballot counts as nothing."""
        area, category, view = (str(fields.get(name, "")) for name in ("area", "category", "view"))
        return cls(
            words=" ".join(str(fields.get("words", "")).split())[:80],
            area=area if area in ballot.areas else "",
            category=category if category in ballot.categories else "",
            chosen=bool(fields.get("chosen_only")),
            view=view if view in VIEWS else "all",
        )

    def shows(self, line: BallotItem, is_chosen: bool) -> bool:
        """Whether a project is shown."""
        text = f"{line.number} {line.title} {line.summary} {line.area_name} {line.category_name}".casefold()
        return (
            (not self.area or line.area_name == self.area)
            and (not self.category or line.category_name == self.category)
            and (not self.chosen or is_chosen)
            and all(word in text for word in self.words.casefold().split())
        )


@dataclass(frozen=True)
class Voter:
    """Somebody with a pass, their roll entry and their ballot."""

    held: Pass
    entry: Entry
    ballot: Ballot


def _voter(asked: Asked) -> Voter | None:
    """Return who holds the pass of this browser, or None."""
    held, at = asked.holds, asked.booth
    if held is None or at is None or at.entry is None:
        return None
    areas = [area for area in (at.entry.area_id, held.other_area) if area is not None]
    return Voter(held, at.entry, ballot_for(at.ballot, areas))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The ballot itself. Sent to itself it shows other projects and keeps what was chosen."""
    asked = ask_at_booth(request, place, round)
    if not asked.may_enter:
        return too_late(asked)
    voter = _voter(asked)
    if voter is None:
        return _without_pass(asked)
    typed = typed_in(voter.ballot.form, _lists(request))
    return _ballot_page(asked, voter, typed, [], add_up=request.method == "POST")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_check(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Check my choices: what was chosen, what it costs, and the button that sends it."""
    asked = ask_at_booth(request, place, round)
    if request.method != "POST":
        return asked.go("ballot")
    if not asked.may_enter:
        return too_late(asked)
    voter = _voter(asked)
    if voter is None:
        return _without_pass(asked)
    typed = typed_in(voter.ballot.form, _lists(request))
    found = check(voter.ballot.form, typed.raw())
    if not isinstance(found, Choices):
        return _ballot_page(asked, voter, typed, found)
    return _check_page(asked, voter, typed, found, WordForm())


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_cast(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Send my vote. The receipt is drawn only when the ballot is on the disk; the same form gets the same receipt."""
    asked = ask_at_booth(request, place, round)
    if request.method != "POST":
        return asked.go("ballot")
    before = _sent_before(asked)
    if before is not None:
        return _receipt(asked, before)
    if not asked.may_enter:
        return too_late(asked)
    voter = _voter(asked)
    if voter is None:
        return _without_pass(asked)
    typed = typed_in(voter.ballot.form, _lists(request))
    found = check(voter.ballot.form, typed.raw())
    if not isinstance(found, Choices):
        return _ballot_page(asked, voter, typed, found)
    form = WordForm(request.POST)
    if not form.is_valid():
        return _check_page(asked, voter, typed, found, form, status=422)
    election = election_or_404(asked)
    slot = slot_for(election, voter.entry.pk)
    channel = DESK if voter.held.tablet else WEB
    try:
        sent = cast(election, slot, found.as_json(), voter.held.token, channel, form.cleaned_data["word"])
    except Refused as refused:
        return too_late(asked, str(refused.answer.reason))
    return _receipt(asked, sent)


@require_safe
def ballot_print(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """All projects on one page to read and print, for everybody. It is no ballot."""
    asked = ask(request, place, round)
    whole = whole_ballot(asked.round)
    return asked.page("ballot_print", {"ballot": whole, "how": said.how_to_choose(asked.round)})


def _sent_before(asked: Asked) -> Receipt | None:
    """Return the receipt if this very form was sent before. A shared tablet tells the next person nothing."""
    known = asked.booth.sent if asked.booth else None
    if known is None:
        return None
    sent = passes.read_token(asked.request.POST.get("token", ""))
    if sent is None or sent.round_id != asked.round.pk or (sent.tablet and asked.holds is None):
        return None
    word = WordForm(asked.request.POST)
    index, commitment = known
    said = word.cleaned_data["word"] if word.is_valid() else ""
    return receipt_for(election_or_404(asked), index, commitment, said, first=False)


def _receipt(asked: Asked, sent: Receipt) -> HttpResponse:
    """Show the receipt; the pass ends with it."""
    response = receipt_page(asked, sent)
    passes.take_back(response)
    if asked.tablet:
        response.headers["Refresh"] = f"90; url={_address(asked.round, 'vote_round')}"
    return response


def _ballot_page(
    asked: Asked, voter: Voter, typed: Typed, problems: list[Problem], *, add_up: bool = True
) -> HttpResponse:
    """Draw the ballot with what was chosen, and what is wrong with it if anything is."""
    ballot = voter.ballot
    chosen = typed.shown(ballot.form)
    shown_by = Filter.typed(asked.request.POST, ballot)
    wrong = {problem.number for problem in problems}
    shown = [line for line in ballot.lines if line.number in wrong or shown_by.shows(line, line.number in chosen)]
    on_page = {line.number for line in shown}
    context: dict[str, Any] = {
        "ballot": ballot,
        "how": said.how_to_choose(asked.round),
        "lines": lines_of(ballot, shown, shown_by.view, chosen, wrong),
        "shown": len(shown),
        "kept": [(number, value) for number, value in chosen.items() if number not in on_page],
        "problems": said.problems_said(problems, ballot.by_number),
        "filter": shown_by,
        "tally": tally(ballot, typed),
        "add_up": add_up,
        "voted": has_voted(election_or_404(asked), voter.entry.pk),
    }
    response = asked.page("ballot", context, 422 if problems else 200)
    return _go_on(asked, voter, response)


def _check_page(
    asked: Asked, voter: Voter, typed: Typed, found: Choices, form: WordForm, status: int = 200
) -> HttpResponse:
    context = {
        "ballot": voter.ballot,
        "chosen": chosen_lines(voter.ballot, found),
        "fields": typed.shown(voter.ballot.form).items(),
        "tally": tally(voter.ballot, typed),
        "form": form,
        "token": voter.held.signed_token,
        "voted": has_voted(election_or_404(asked), voter.entry.pk),
    }
    return _go_on(asked, voter, asked.page("ballot_check", context, status))


def _go_on(asked: Asked, voter: Voter, response: HttpResponse) -> HttpResponse:
    """Let the pass last another half hour, because the voter is at work."""
    passes.give(response, voter.held)
    if voter.held.tablet:
        response.headers["Refresh"] = f"{TABLET_WAITS}; url={_address(asked.round, 'vote_round')}"
    return response


def chosen_lines(ballot: Ballot, found: Choices) -> list[tuple[BallotItem, int | None]]:
    """Return the chosen projects in the order of the choice, each with its place or its points, if it has any."""
    if found.kind == "points":
        ranked = sorted(found.value, key=lambda one: -one[1])
        return [(ballot.by_number[number], points) for number, points in ranked]
    places = range(1, len(found.numbers) + 1)
    return [
        (ballot.by_number[number], place if found.kind == "rank" else None)
        for number, place in zip(found.numbers, places, strict=True)
    ]


def tally(ballot: Ballot, typed: Typed) -> dict[str, int]:
    """Add up what is chosen so far: projects, pence, points."""
    shown = typed.shown(ballot.form)
    points = sum(int(value) for value in shown.values() if value.isascii() and value.isdigit())
    cost = ballot.form.cost_of(list(shown))
    return {
        "chosen": len(shown),
        "cost": cost,
        "left": (ballot.form.budget_pence or 0) - cost,
        "points": points if typed.kind == "points" else 0,
        "points_left": (ballot.form.points or 0) - points,
    }


def _without_pass(asked: Asked) -> HttpResponse:
    """Say that the half hour is over, and what had been chosen, so that nothing has to be thought of twice."""
    if asked.request.method != "POST" or asked.tablet:
        return asked.go("vote_round")
    whole = whole_ballot(asked.round)
    chosen = typed_in(whole.form, _lists(asked.request)).shown(whole.form)
    lines = [(line, chosen[line.number]) for line in whole.lines if line.number in chosen]
    return asked.page("half_hour_over", {"lines": lines}, 403)


def too_late(asked: Asked, reason: str = "") -> HttpResponse:
    """Say that voting is not open, also to a ballot that was begun when it was."""
    if not reason:
        reason = str(getattr(asked.may_enter, "reason", ""))
    begun = asked.request.method == "POST"
    return asked.page("too_late", {"reason": reason, "begun": begun}, 403)


def _lists(request: HttpRequest) -> dict[str, Sequence[str]]:
    return {name: request.POST.getlist(name) for name in request.POST}


def _address(round: Round, name: str) -> str:
    return reverse(name, args=[round.place.slug, round.slug])
