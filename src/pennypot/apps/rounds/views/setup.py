"""Setting a round up, step by step. Each step has sensible answers already, and can be left and taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pennypot.apps.fund.pictures import account_name
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds import dates, pots, rules, steps, timeline
from pennypot.apps.rounds.actions import rounds as acts
from pennypot.apps.rounds.actions.publish import publish
from pennypot.apps.rounds.forms import rounds as forms
from pennypot.apps.rounds.methods import METHODS
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import may_change_round, may_publish_round, may_set_up_round
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.readiness import free_pence, readiness
from pennypot.apps.rounds.queries.rounds import pots_of, round_for, rounds_of, sources
from pennypot.house.answers import Invalid, require
from pennypot.house.money import pounds


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, place: str) -> HttpResponse:
    """Begin a round: from the usual answers, or like one that was."""
    here = place_for(request.user, place)
    require(may_set_up_round(request.user, here))
    olds = [one for one in rounds_of(request.user, here) if one.stage_list]
    first_day = dates.usual_first_day(now_of(request).date())
    copying = request.method == "POST" and request.POST.get("do") == "copy"
    form = forms.NewRoundForm(
        None if copying else posted(request),
        sources=_sources(here),
        initial={"first_day": first_day, "source_account": "fund"},
    )
    copy = forms.CopyForm(posted(request) if copying else None, rounds=olds, initial={"first_day": first_day})
    sent = copy if copying else form
    if request.method == "POST" and sent.is_valid():
        try:
            made = _copied(request, here, copy, olds) if copying else _started(request, here, form)
        except Invalid as problem:
            sent.add_error(problem.field if problem.field in sent.fields else None, str(problem.message))
        else:
            messages.success(request, _("The round is begun. Nobody else sees it before you publish it."))
            return redirect("round_setup", here.slug, made.slug, "check" if copying else "dates")
    context = {"place": here, "form": form, "copy": copy if olds else None}
    return render(request, "rounds/new.html", context, status=422 if sent.errors else 200)


def _started(request: HttpRequest, here: Place, form: forms.NewRoundForm) -> Round:
    said = form.cleaned_data
    return acts.start_round(
        person_of(request),
        here,
        title=said["title"],
        about=said["about"],
        budget_pence=said["budget_pence"],
        source_account=said["source_account"],
        year=_year(here, said["first_day"]),
        first_day=said["first_day"],
    )


def _copied(request: HttpRequest, here: Place, copy: forms.CopyForm, olds: list[Round]) -> Round:
    said = copy.cleaned_data
    old = next(one for one in olds if one.slug == said["from_round"])
    year = _year(here, said["first_day"])
    return acts.copy_round(person_of(request), old, title=said["title"], first_day=said["first_day"], year=year)


def _year(place: Place, first_day: date) -> str:
    """The year of the ledger: the place's own, or the financial year that the first day falls in."""
    if place.year:
        return place.year
    begins = first_day.year if (first_day.month, first_day.day) >= (4, 6) else first_day.year - 1
    return f"{begins}-{(begins + 1) % 100:02d}"


def _sources(place: Place) -> list[tuple[str, str]]:
    listed = [
        (one.code, _("%(pot)s (%(free)s)") % {"pot": account_name(one), "free": pounds(one.balance_pence)})
        for one in sources(place)
    ]
    return listed or [("fund", _("The one per cent"))]


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, place: str, round: str, step: str) -> HttpResponse:
    """One step of setting a round up."""
    found = round_for(request.user, place, round)
    require(may_set_up_round(request.user, found.place))
    page = PAGES.get(step)
    if page is None:
        raise Http404
    if step != "check":
        require(may_change_round(request.user, found, now_of(request)))
    return page(request, found)


def _show(request: HttpRequest, round: Round, key: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a step with the list of all steps beside it; a form that was refused answers 422."""
    found = readiness(round, now_of(request))
    all_steps = steps.listed(round.place.slug, round.slug, {one.step for one in found.missing})
    at = next(step for step in all_steps if step.key == key)
    context |= {
        "place": round.place,
        "round": round,
        "steps": all_steps,
        "at": at,
        "following": all_steps[at.number] if at.number < len(all_steps) else None,
        "lacking": [one for one in found.missing if one.step == key],
        "readiness": found,
    }
    form = context.get("form")
    refused = request.method == "POST" and form is not None and bool(form.errors)
    return render(request, template, context, status=422 if refused else 200)


def _save(request: HttpRequest, round: Round, key: str, form: BaseForm, act: Callable[[], None]) -> HttpResponse | None:
    """Do what a valid form asks and go on to the next step; None where it was not sent or cannot be done."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        act()
    except Invalid as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        round.refresh_from_db()
        return None
    messages.success(request, _("Saved."))
    if round.is_published:
        return redirect("round", round.place.slug, round.slug)
    return redirect("round_setup", round.place.slug, round.slug, steps.after(key))


def _money(request: HttpRequest, round: Round) -> HttpResponse:
    names = ("title", "about", "budget_pence", "source_account")
    form = forms.MoneyForm(
        posted(request),
        sources=_sources(round.place),
        published=round.is_published,
        initial={name: getattr(round, name) for name in names},
    )

    def act() -> None:
        acts.save_money(person_of(request), round, form.cleaned_data, reason=form.reason_given)

    return _save(request, round, "money", form, act) or _show(
        request, round, "money", "rounds/setup_form.html", {"form": form, "free_pence": free_pence(round)}
    )


def _dates(request: HttpRequest, round: Round) -> HttpResponse:
    if round.is_published:
        return redirect("round_dates", round.place.slug, round.slug)
    zone, proposed = round.zone, None
    if request.method == "POST" and request.POST.get("do") == "propose":
        proposed = forms.FirstDayForm.asked(request.POST.get("first_day", ""))
    stages: list[Any] = dates.usual(proposed, zone) if proposed else list(round.stage_list)
    form = forms.DatesForm(None if proposed else posted(request), zone=zone, stages=stages)

    def act() -> None:
        acts.save_dates(person_of(request), round, form.times())

    saved = None if proposed else _save(request, round, "dates", form, act)
    first = forms.FirstDayForm(initial={"first_day": proposed or _first_day(round, now_of(request).date())})
    rows = [
        (kind, timeline.WHAT_IT_IS[kind], opens, closes, kind in dates.OPTIONAL) for kind, opens, closes in form.rows()
    ]
    context = {"form": form, "first": first, "rows": rows, "proposed": proposed}
    return saved or _show(request, round, "dates", "rounds/setup_dates.html", context)


def _first_day(round: Round, today: date) -> date:
    opens = [stage.opens_at for stage in round.stage_list]
    return min(opens).astimezone(round.zone).date() if opens else dates.usual_first_day(today)


def _proposals(request: HttpRequest, round: Round) -> HttpResponse:
    areas = list(round.place.areas.defer("outline"))
    initial: dict[str, Any] = {name: getattr(round, name) for name in acts.PROPOSALS}
    initial["categories"] = "\n".join(round.categories.order_by("pk").values_list("name", flat=True))
    initial["areas"] = [str(key) for key in round.areas.values_list("pk", flat=True)]
    form = forms.ProposalsForm(
        posted(request), areas=[(one.pk, one.name) for one in areas], published=round.is_published, initial=initial
    )

    def act() -> None:
        said = {"area_needed": False, **form.cleaned_data}
        chosen = set(said.get("areas", []))
        acts.save_proposals(
            person_of(request),
            round,
            said,
            areas=[one for one in areas if str(one.pk) in chosen],
            categories=said["categories"],
            reason=form.reason_given,
        )

    return _save(request, round, "proposals", form, act) or _show(
        request, round, "proposals", "rounds/setup_proposals.html", {"form": form}
    )


def _voters(request: HttpRequest, round: Round) -> HttpResponse:
    form = forms.VotersForm(
        posted(request), published=round.is_published, initial={name: getattr(round, name) for name in acts.VOTERS}
    )

    def act() -> None:
        acts.save_voters(person_of(request), round, form.cleaned_data, reason=form.reason_given)

    ways = [(widget, METHODS[widget.data["value"]].what) for widget in form["eligibility"]]
    return _save(request, round, "voters", form, act) or _show(
        request, round, "voters", "rounds/setup_voters.html", {"form": form, "ways": ways}
    )


def _ballot(request: HttpRequest, round: Round) -> HttpResponse:
    categories = list(round.categories.order_by("pk"))
    now = pots_of(round)
    initial: dict[str, Any] = {name: getattr(round, name) for name in acts.BALLOT if name != "rule"}
    initial |= {
        "rule": round.rule.get("rule"),
        "leftover": round.rule.get("leftover", "greedy") == "greedy",
        "pots": pots.way_of(now),
        "tie_seed_source": round.tie_seed_source or pots.usual_draw(),
    }
    for pot in now:
        if pot.category_id:
            initial |= {f"quota_{pot.category_id}": pot.quota_pence or None, f"cap_{pot.category_id}": pot.cap_pence}
    form = forms.BallotForm(
        posted(request),
        categories=categories,
        has_areas=round.place.areas.exists(),
        published=round.is_published,
        initial=initial,
    )

    def act() -> None:
        said = dict(form.cleaned_data)
        leftover = "greedy" if said["leftover"] else "keep"
        said["rule"] = rules.base_card(said["rule"], said["ballot_form"], leftover=leftover)
        made = form.kind_pots(round) if said["pots"] == "kinds" else pots.for_areas(round, said["pots"])
        acts.save_ballot(person_of(request), round, said, pots=made, reason=form.reason_given)

    offered = [(widget, rules.RULES[widget.data["value"]]) for widget in form["rule"]]
    return _save(request, round, "ballot", form, act) or _show(
        request, round, "ballot", "rounds/setup_ballot.html", {"form": form, "offered": offered}
    )


def _check(request: HttpRequest, round: Round) -> HttpResponse:
    """Everything on one page, and what is missing; then publish."""
    if round.is_published:
        return redirect("round", round.place.slug, round.slug)
    problem = None
    if request.method == "POST" and request.POST.get("do") == "throw-away":
        acts.throw_away(person_of(request), round)
        messages.success(request, _("The round is thrown away."))
        return redirect("rounds", round.place.slug)
    if request.method == "POST":
        try:
            publish(person_of(request), round)
        except Invalid as refused:
            problem = refused.message
        else:
            messages.success(request, _("The round is published. Everybody can see it now."))
            return redirect("round", round.place.slug, round.slug)
    own = pots_of(round)
    context = {
        "problem": problem,
        "may_publish": may_publish_round(request.user, round),
        "stages": timeline.told(round, now_of(request)),
        "free_pence": free_pence(round),
        "pots": own,
        "ballot_said": rules.ballot_said(round),
        "rule": rules.rule_of(round),
        "explained": rules.explained(round, own),
        "methods": rules.methods_of(round),
        "limits": rules.limits_said(round),
        "kinds": list(round.categories.order_by("name")),
        "areas": [area.name for area in round.areas.defer("outline")],
    }
    return _show(request, round, "check", "rounds/setup_check.html", context)


PAGES: dict[str, Callable[[HttpRequest, Round], HttpResponse]] = {
    "money": _money,
    "dates": _dates,
    "proposals": _proposals,
    "voters": _voters,
    "ballot": _ballot,
    "check": _check,
}
