"""Cut and create at home: begin, six steps, sent in. Each step is a page of its own, so going back is always safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.game import solo_cards, solo_cookie, solo_forms
from pennypot.apps.game.actions import solo as actions
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.limits import TooMany
from pennypot.apps.game.models import Solo
from pennypot.apps.game.queries.solo import mine, others, pack_for
from pennypot.apps.game.solo_log import DONE, Answers, answers_of
from pennypot.apps.people.addresses import client_ip
from pennypot.apps.places import queries as places
from pennypot.apps.places.models import Place
from pennypot.house import layout, pages
from pennypot.play import Illegal, Pack, loaded, shipped
from pennypot.play.state import CUT_FIRST


@dataclass(frozen=True)
class Step:
    """One page of the game: its name in the address, what people read, and the phase of the table that it is."""

    key: str
    name: Any
    phase: str
    form: type[solo_forms.StepForm]


STEPS = (
    Step("values", _("What matters"), "values", solo_forms.ValuesForm),
    Step("cut", _("Cut"), "cut", solo_forms.CutForm),
    Step("share", _("Share"), "pool", solo_forms.PoolForm),
    Step("create", _("Create"), "create", solo_forms.CreateForm),
    Step("next-year", _("Next year"), "story", solo_forms.StoryForm),
    Step("send", _("Look over and send"), "ratify", solo_forms.SendForm),
)
_BY_KEY = {step.key: step for step in STEPS}


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, place: str) -> HttpResponse:
    """What it is, and the one button that begins."""
    found = places.place_for(request.user, place)
    there = mine(request, found)
    if request.method == "POST":
        return _begin(request, found, there)
    pack = there.pack if there else pack_for(found)
    cards = _in_my_language(cards_of(pack) if pack else shipped("tilbrook"))
    context = {
        "place": found,
        "stage": "game",
        "cards": cards,
        "steps": STEPS,
        "key": solo_cookie.begin_key(),
        "there": there,
        "step": _reached(there) if there else None,
        "invented": cards.place != found.name,
    }
    return render(request, "game/solo/start.html", context)


def _begin(request: HttpRequest, place: Place, there: Solo | None) -> HttpResponse:
    token = solo_cookie.token_of(request.POST.get("key", ""))
    if token is None:
        return redirect("game_solo", place.slug)
    try:
        solo = actions.begin_alone(place, token, client_ip(request.META, settings.OPTIONS.proxies))
    except TooMany:
        return pages.too_many(request)
    if there is not None and there.pk != solo.pk:
        actions.forget_alone(there)
    answer = redirect("game_solo_step", place.slug, _reached(solo).key)
    solo_cookie.give(request, answer, place, token)
    return answer


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, place: str, part: str) -> HttpResponse:
    """One step: look, choose, go on. Sent with ``stay`` it keeps what was chosen and adds up."""
    found = places.place_for(request.user, place)
    here = _BY_KEY.get(part)
    if here is None:
        raise Http404
    solo = mine(request, found)
    if solo is None:
        return redirect("game_solo", found.slug)
    if solo.submitted_at is not None:
        return redirect("game_solo_done", found.slug)
    if STEPS.index(here) > STEPS.index(_reached(solo)):
        return redirect("game_solo_step", found.slug, _reached(solo).key)
    cards, answers = cards_of(solo.pack), answers_of(loaded(solo.state))
    given: dict[str, Any] = {"cards": cards, "answers": answers}
    if here.key == "next-year":
        given["persona"] = solo_cards.persona_of(cards, solo.seed, answers)
    if request.method != "POST":
        return _page(request, solo, here, here.form(initial={"turn": solo.turn}, **given), answers)
    return _keep(request, solo, here, here.form(request.POST, **given), answers)


def _keep(request: HttpRequest, solo: Solo, here: Step, form: solo_forms.StepForm, answers: Answers) -> HttpResponse:
    if not form.is_valid():
        return _page(request, solo, here, form, answers, status=422)
    stay = "stay" in request.POST and here.key != "send"
    number = STEPS.index(here) + 1
    onward = DONE if here.key == "send" else STEPS[number].phase
    try:
        actions.choose_alone(solo, form.cleaned_data["turn"], here.phase if stay else onward, form.change)
    except Illegal as problem:
        form.add_error(None, str(problem.sentence))
        return _page(request, solo, here, form, answers, status=422)
    except actions.Elsewhere:
        form.add_error(
            None,
            _("This game went on in another window. What you chose is still on this page: send it again to keep it."),
        )
        solo.refresh_from_db()
        return _page(request, solo, here, form, answers, status=409)
    if here.key == "send":
        return redirect("game_solo_done", solo.place.slug)
    return redirect("game_solo_step", solo.place.slug, here.key if stay else STEPS[number].key)


def _page(
    request: HttpRequest,
    solo: Solo,
    here: Step,
    form: solo_forms.StepForm,
    answers: Answers,
    *,
    status: int = 200,
) -> HttpResponse:
    cards = _in_my_language(cards_of(solo.pack))
    typed = form.change(answers) if form.is_bound and form.is_valid() else answers
    if form.is_bound and not form.is_valid():
        typed = solo_cards.as_typed(cards, here.key, request.POST, answers)
    number = STEPS.index(here)
    reached = STEPS.index(_reached(solo))
    context = {
        "place": solo.place,
        "stage": "game",
        "solo": solo,
        "cards": cards,
        "form": form,
        "answers": typed,
        "here": here,
        "number": number + 1,
        "steps": [(one, at <= reached, one is here) for at, one in enumerate(STEPS)],
        "back": STEPS[number - 1] if number else None,
        "money": solo_cards.money_of(cards, typed),
        **solo_cards.shown(cards, here.key, solo.seed, typed),
    }
    return render(request, f"game/solo/{here.key}.html", context, status=status)


@cache_control(no_store=True)
@require_safe
def done(request: HttpRequest, place: str) -> HttpResponse:
    """My plan as it was sent, and only now what others chose."""
    found = places.place_for(request.user, place)
    solo = mine(request, found)
    if solo is None or solo.submitted_at is None:
        return redirect("game_solo", found.slug)
    cards = cards_of(solo.pack)
    answers = answers_of(loaded(solo.state))
    said = _in_my_language(cards)
    context = {
        "place": found,
        "stage": "game",
        "solo": solo,
        "cards": said,
        "answers": answers,
        "money": solo_cards.money_of(said, answers),
        "plan": solo_cards.plan_of(said, answers),
        "needs": solo_cards.needs_of(said, answers),
        "others": solo_cards.said_of_others(said, others(found, solo.pack, cards, answers)),
        "game_url": layout.page_of("game", found.slug),
        "place_url": reverse("place", args=[found.slug]),
    }
    return render(request, "game/solo/done.html", context)


@require_POST
def forget(request: HttpRequest, place: str) -> HttpResponse:
    """Forget my game in this browser, for whoever shares it."""
    found = places.place_for(request.user, place)
    solo = mine(request, found)
    if solo is not None:
        actions.forget_alone(solo)
    answer = redirect("game_solo", found.slug)
    solo_cookie.forget(request, answer, found)
    return answer


def _reached(solo: Solo) -> Step:
    """Return the last step that is open."""
    phase = CUT_FIRST.index(loaded(solo.state).phase)
    return [one for one in STEPS if CUT_FIRST.index(one.phase) <= phase][-1]


def _in_my_language(cards: Pack) -> Pack:
    return cards.in_language((get_language() or "en").split("-")[0])
