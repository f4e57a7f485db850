"""Running a round that is published: moving its dates, calling it off, giving back what it did not spend."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds import timeline
from pennypot.apps.rounds.actions.publish import cancel, give_back, move_stage
from pennypot.apps.rounds.dates import in_zone
from pennypot.apps.rounds.forms.rounds import GiveBackForm, MoveForm, ReasonForm
from pennypot.apps.rounds.models import Round, Stage
from pennypot.apps.rounds.permissions.rounds import may_cancel_round, may_give_back, may_move_dates
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.rounds import changes_of, round_for
from pennypot.house.answers import Invalid, require
from pennypot.house.money import pounds


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Move the dates of a published round, one stage at a time, each with a public reason."""
    found = round_for(request.user, place, round)
    require(may_move_dates(request.user, found))
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    stage = next((one for one in found.stage_list if one.kind == kind), None)
    if kind and stage is None:
        raise Http404
    form = _form(request, found, stage) if stage else None
    if form is not None and stage is not None and request.method == "POST" and form.is_valid():
        try:
            _move(request, found, stage, form)
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The dates are moved, and everybody can read why."))
            return redirect("round_dates", place, round)
    context = {
        "place": found.place,
        "round": found,
        "stages": timeline.told(found, now_of(request)),
        "form": form,
        "moving": stage,
        "changes": changes_of(found),
    }
    return render(request, "rounds/dates.html", context, status=422 if form is not None and form.errors else 200)


def _form(request: HttpRequest, found: Round, stage: Stage) -> MoveForm:
    local = {
        name: getattr(stage, name).astimezone(found.zone).replace(tzinfo=None) for name in ("opens_at", "closes_at")
    }
    return MoveForm(posted(request), initial=local)


def _move(request: HttpRequest, found: Round, stage: Stage, form: MoveForm) -> None:
    said = form.cleaned_data
    move_stage(
        person_of(request),
        found,
        stage.kind,
        opens_at=_kept(stage.opens_at, said["opens_at"], found),
        closes_at=_kept(stage.closes_at, said["closes_at"], found),
        reason=said["reason"],
    )


def _kept(old: datetime, typed: datetime, found: Round) -> datetime:
    """The old moment where the minute that was typed is its own: seconds are not asked for, and must not change."""
    same = old.astimezone(found.zone).replace(tzinfo=None, second=0, microsecond=0) == typed
    return old if same else in_zone(typed, found.zone)


@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Call a round off before voting opens."""
    found = round_for(request.user, place, round)
    require(may_cancel_round(request.user, found, now_of(request)))
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            cancel(person_of(request), found, reason=form.cleaned_data["reason"])
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The round is called off. Its money went back where it came from."))
            return redirect("round", place, round)
    context = {"place": found.place, "round": found, "form": form}
    return render(request, "rounds/call_off.html", context, status=422 if form.errors else 200)


@require_POST
def return_rest(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Give back what no project got."""
    found = round_for(request.user, place, round)
    require(may_give_back(request.user, found))
    form = GiveBackForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("This form was not whole. Go back to the page and try again."))
    pence = give_back(person_of(request), found, key=form.cleaned_data["key"], memo=form.cleaned_data["memo"])
    messages.success(request, _("%(amount)s went back where it came from.") % {"amount": pounds(pence)})
    return redirect("round", place, round)
