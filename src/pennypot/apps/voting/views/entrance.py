"""The way in: what is being voted on, how to show that one may vote, and the shared tablet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.people.models import Person
from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.clock import now_of
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import limits, passes
from pennypot.apps.voting.actions import entering, tablets
from pennypot.apps.voting.demo import codes_to_try, postcode_to_try
from pennypot.apps.voting.eligibility import texts
from pennypot.apps.voting.forms import AreasForm, CodeForm, LinkForm, PhoneForm, TextCodeForm
from pennypot.apps.voting.models import RollEntry
from pennypot.apps.voting.permissions.paper import may_run_paper, may_see_paper_room
from pennypot.apps.voting.permissions.web import may_keep_roll, may_read_oddities, may_start_tablet
from pennypot.apps.voting.queries.ballots import entry_that_may_vote
from pennypot.apps.voting.queries.rounds import listed
from pennypot.apps.voting.views.asked import Asked, ask, ask_at_booth
from pennypot.house import pages
from pennypot.house.answers import Invalid, No, Refused, require

How = RollEntry.How
# Codes of three kinds are typed into the same field.
_WITH_CODE = {How.POSTED_CODE, How.ROLL_CODE, How.DESK}
# What a browser forgets between two people at a shared tablet.
CLEARED = '"cache", "storage"'


@require_safe
def vote(request: HttpRequest, place: str) -> HttpResponse:
    """The stage of the flow: what is voted on now, until when, and what was or will be."""
    here = place_for(request.user, place)
    context = {"place": here, "stage": "vote", **listed(here, now_of(request))}
    return render(request, "voting/vote.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def vote_round(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The entrance of one round's vote."""
    if request.method != "POST":
        asked = ask_at_booth(request, place, round)
        if not asked.may_enter:  # then the page says what the vote led to, which the booth does not know
            asked = ask(request, place, round)
        response = _entrance(asked)
        if asked.tablet:
            passes.take_back(response)
        return response
    asked = ask(request, place, round)
    require(asked.may_enter)
    take = _WAYS.get(request.POST.get("way", ""))
    if take is None or not _is_offered(asked.round, request.POST.get("way", "")):
        raise Invalid(_("This round does not offer that way to vote."))
    return _guarded(asked, take)


def _guarded(asked: Asked, take: Callable[[Asked], HttpResponse]) -> HttpResponse:
    """Try a way in; too many tries, and a count that cannot be kept, are answered with a page."""
    try:
        return take(asked)
    except limits.TooMany:
        return pages.too_many(asked.request)
    except limits.CannotCount:
        return pages.problem_page(
            asked.request,
            503,
            _("We cannot let anybody in right now."),
            _("Something behind this page does not answer. Please wait a few minutes and try again."),
        )


def _with_code(asked: Asked) -> HttpResponse:
    form = CodeForm(asked.request.POST)
    form.is_valid()
    try:
        entry = entering.enter_with_code(asked.round, form.data.get("code", "")[:80], asked.comer)
    except entering.NotLetIn:
        return _entrance(asked, wrong="code", status=422)
    return _let_in(asked, entry)


def _with_address(asked: Asked) -> HttpResponse:
    """Send a link; the page says the same whoever asked."""
    how = asked.request.POST["way"]
    form = LinkForm(asked.request.POST, postcode=how == How.EMAIL_POSTCODE, min_age=_asks_age(asked.round, how))
    if not form.is_valid():
        return _entrance(asked, form=form, way=how, status=422)
    said = form.cleaned_data
    try:
        entering.ask_for_link(asked.round, how, said["address"], asked.comer, postcode=said.get("postcode", ""))
    except Invalid as problem:
        form.add_error(problem.field, str(problem.message))
        return _entrance(asked, form=form, way=how, status=422)
    return asked.page("letter_sent", {"letters_lie_in": settings.EMAIL_FILE_PATH if _keeps_letters() else ""})


def _keeps_letters() -> bool:
    """Whether this is a demonstration, whose letters stay on this machine."""
    return bool(settings.DEMO) and not settings.OPTIONS.mail_url


def _with_phone(asked: Asked) -> HttpResponse:
    """Send a code to a phone, then ask for it."""
    form = PhoneForm(asked.request.POST, min_age=_asks_age(asked.round, How.SMS))
    if not form.is_valid():
        return _entrance(asked, form=form, way=How.SMS, status=422)
    try:
        number = entering.ask_for_text(asked.round, form.cleaned_data["phone"], asked.comer)
    except Invalid as problem:
        form.add_error(problem.field, str(problem.message))
        return _entrance(asked, form=form, way=How.SMS, status=422)
    return asked.page("text_sent", {"form": TextCodeForm(initial={"phone": number})})


def _with_text_code(asked: Asked) -> HttpResponse:
    form = TextCodeForm(asked.request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            entry = entering.enter_with_text(
                asked.round, said["phone"], said["code"], said.get("which") or 1, asked.comer
            )
        except entering.NotLetIn:
            form.add_error("code", _("This code does not work. Look again, or ask for a new one."))
        else:
            return _let_in(asked, entry)
    return asked.page("text_sent", {"form": form}, status=422)


def _with_provider(asked: Asked) -> HttpResponse:
    person = asked.request.user
    if not isinstance(person, Person):
        raise Refused(No(_("Please sign in first.")))
    if not asked.request.POST.get("old_enough"):
        return _entrance(asked, wrong="age", status=422)
    try:
        entry = entering.enter_with_provider(asked.round, person, asked.comer)
    except entering.NotLetIn:
        return _entrance(asked, wrong="provider", status=422)
    return _let_in(asked, entry)


_WAYS: dict[str, Callable[[Asked], HttpResponse]] = {
    "code": _with_code,
    How.ROLL_EMAIL: _with_address,
    How.EMAIL_POSTCODE: _with_address,
    How.SMS: _with_phone,
    "text_code": _with_text_code,
    How.OIDC: _with_provider,
}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def vote_link(request: HttpRequest, place: str, round: str, token: str) -> HttpResponse:
    """The page of a link from a letter. Opening it does nothing; the button uses the link up."""
    asked = ask(request, place, round)
    if request.method != "POST" or not asked.may_enter:
        return asked.page("link", {"token": token})
    return _guarded(asked, lambda asked: _use_link(asked, token))


def _use_link(asked: Asked, token: str) -> HttpResponse:
    try:
        return _let_in(asked, entering.enter_with_link(asked.round, token, asked.comer))
    except entering.NotLetIn:
        return _entrance(asked, wrong="link", status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def vote_areas(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Where people vote on their own area: which one it is, if the roll does not say, and the other one they choose."""
    asked = ask(request, place, round)
    held = asked.holds
    entry = entry_that_may_vote(asked.round, held.entry_id) if held else None
    if held is None or entry is None:
        return asked.go("vote_round")
    form = AreasForm(asked.round, entry, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return asked.page("areas", {"form": form}, status=422 if form.is_bound else 200)
    if "own" in form.cleaned_data:
        entering.say_area(entry, form.cleaned_data["own"])
    response = asked.go("ballot")
    other = form.cleaned_data.get("other")
    passes.give(response, held.with_other_area(other.pk if other else None))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def vote_tablet(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Turn this device into a shared tablet, or back. The officer is signed out first: their session stays nowhere."""
    asked = ask(request, place, round)
    if request.method == "POST" and request.POST.get("do") == "end":
        response = asked.go("vote_round")
        passes.end_tablet(response)
        return response
    require(may_start_tablet(request.user, asked.round))
    if request.method != "POST":
        return asked.page("tablet", {})
    tablets.start_tablet(request, asked.round)
    response = asked.go("vote_round")
    passes.make_tablet(response, asked.round.pk)
    _clear(response)
    return response


@require_POST
def vote_next(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The next voter at a shared tablet: whatever the last one left is forgotten."""
    response = ask(request, place, round).go("vote_round")
    _clear(response)
    return response


@require_safe
def vote_limits(request: HttpRequest, place: str) -> HttpResponse:
    """What the vote is not protected against, in plain words."""
    here = place_for(request.user, place)
    return render(request, "voting/limits.html", {"place": here, "stage": "vote"})


def _let_in(asked: Asked, entry: int) -> HttpResponse:
    """Give the pass and open the ballot."""
    needs_area = asked.round.scope != Round.Scope.PLACE
    response = asked.go("vote_areas" if needs_area else "ballot")
    passes.give(response, passes.new_pass(asked.round.pk, entry, tablet=asked.tablet))
    return response


def _clear(response: HttpResponse) -> None:
    """Leave nothing of one person to the next at a shared tablet, except that it is one."""
    passes.take_back(response)
    for name in (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME):
        response.set_cookie(name, "", max_age=0, secure=settings.OVER_HTTPS, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = CLEARED


def _is_offered(round: Round, way: str) -> bool:
    offered = set(round.eligibility)
    if way == "code":
        return bool(offered & _WITH_CODE)
    if way in (How.SMS, "text_code"):
        return How.SMS in offered and texts.provider() is not None
    return way in offered


def _asks_age(round: Round, how: str) -> int:
    """Return the age that the voter confirms where no roll knows it; 0 for none."""
    return round.min_age if how in (How.EMAIL_POSTCODE, How.SMS, How.OIDC) else 0


def _entrance(asked: Asked, *, form: Any = None, way: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    """Draw the entrance with every way in that the round offers."""
    round = asked.round
    offered = [how for how in How.values if how in round.eligibility and _is_offered(round, _way_of(how))]
    context: dict[str, Any] = {
        "may": asked.may_enter,
        "wrong": wrong,
        "offered": offered,
        "with_code": bool(set(offered) & _WITH_CODE),
        "desk": How.DESK in round.eligibility,
        "way": way,
        "code_form": CodeForm(),
        "link_form": form if way == How.ROLL_EMAIL else LinkForm(),
        "postcode_form": form
        if way == How.EMAIL_POSTCODE
        else LinkForm(postcode=True, min_age=_asks_age(round, How.EMAIL_POSTCODE)),
        "phone_form": form if way == How.SMS else PhoneForm(min_age=_asks_age(round, How.SMS)),
        "holds": None if asked.tablet else asked.holds,
        "may_run": may_run_paper(asked.request.user, round),
        "may_keep_roll": may_keep_roll(asked.request.user, round, asked.election),
        "may_read_oddities": may_read_oddities(asked.request.user, round),
        "may_start_tablet": may_start_tablet(asked.request.user, round),
        "may_see_paper": may_see_paper_room(asked.request.user, round),
        "codes_to_try": codes_to_try(round) if settings.DEMO else [],
        "postcode_to_try": postcode_to_try(round) if settings.DEMO else "",
    }
    return asked.page("entrance", context, status)


def _way_of(how: str) -> str:
    return "code" if how in _WITH_CODE else how
