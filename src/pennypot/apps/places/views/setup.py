"""Setting a place up, step by step. Each step can be left and taken up again; nothing depends on their order."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.places import forms, maps, queries, steps, suggestions
from pennypot.apps.places.actions import agencies as agency_actions
from pennypot.apps.places.actions import areas as area_actions
from pennypot.apps.places.actions import places as place_actions
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.outlines import MAX_BYTES
from pennypot.apps.places.permissions import may_make_place, may_open, may_set_up
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: HttpRequest) -> HttpResponse:
    """The operator makes a place and invites the first member of its team."""
    require(may_make_place(request.user))
    form = forms.NewPlace(posted(request), initial={"team_email": person_of(request).email})
    if request.method == "POST" and form.is_valid():
        try:
            place, sent = place_actions.make_place(person_of(request), **form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            if sent.letter_left:
                said = _("%(place)s is made, and the letter to its team is on its way.")
                messages.success(request, said % {"place": place.name})
            else:
                said = _("%(place)s is made, but the letter could not be sent. Check the server's mail settings.")
                messages.warning(request, said % {"place": place.name})
            return redirect("front")
    return render(request, "places/new.html", {"form": form})


@require_safe
def setup(request: HttpRequest, place: str) -> HttpResponse:
    """Go to the first step that is not done."""
    found = queries.place_for(request.user, place)
    require(may_set_up(request.user, found))
    done = queries.steps_done(found)
    key = next((key for key in steps.NAMES if key not in done), "facts")
    return redirect("place_setup_step", found.slug, key)


@require_http_methods(["GET", "HEAD", "POST"])
def setup_step(request: HttpRequest, place: str, step: str) -> HttpResponse:
    """One step of setting up."""
    found = queries.place_for(request.user, place)
    require(may_set_up(request.user, found))
    page = PAGES.get(step)
    if page is None:
        raise Http404
    return page(request, found)


def _show(request: HttpRequest, place: Place, key: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a step with the list of all steps beside it; a form that was refused answers 422."""
    all_steps = steps.listed(place.slug, queries.steps_done(place))
    at = next(step for step in all_steps if step.key == key)
    following = all_steps[at.number] if at.number < len(all_steps) else None
    form = context.get("form")
    context |= {"place": place, "steps": all_steps, "at": at, "following": following}
    context["done_count"] = sum(step.done for step in all_steps)
    refused = request.method == "POST" and form is not None and bool(form.errors)
    return render(request, template, context, status=422 if refused else 200)


def _onward(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """After a step was saved: on to the next one."""
    messages.success(request, _("Saved."))
    keys = list(steps.NAMES)
    return redirect("place_setup_step", place.slug, keys[min(keys.index(key) + 1, len(keys) - 1)])


def _facts(request: HttpRequest, place: Place) -> HttpResponse:
    initial = {name: getattr(place, name) for name in place_actions.FACTS}
    form = forms.Facts(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            place_actions.save_facts(person_of(request), place, form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return _onward(request, place, "facts")
    return _show(request, place, "facts", "places/setup_form.html", {"form": form})


def _areas(request: HttpRequest, place: Place) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "confirm":
        try:
            done = area_actions.confirm_areas(
                person_of(request), place, remove_missing=request.POST.get("remove_missing") == "on"
            )
        except Invalid as problem:
            messages.error(request, str(problem.message))
            return redirect("place_setup_step", place.slug, "areas")
        messages.success(request, _("Areas: %(new)s new, %(changed)s changed, %(removed)s taken away.") % done)
        return redirect("place_setup_step", place.slug, "agencies")
    if do == "drop":
        area_actions.drop_draft(person_of(request), place)
        return redirect("place_setup_step", place.slug, "areas")
    form = forms.Areas(posted(request), request.FILES or None, initial=queries.areas_as_typed(place))
    if request.method == "POST" and form.is_valid():
        try:
            _read_areas(request, place, form)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return redirect("place_setup_step", place.slug, "areas")
    preview = None if form.errors else queries.draft_preview(place)
    picture = maps.draw(preview.rows) if preview else None
    return _show(request, place, "areas", "places/setup_areas.html", {"form": form, "preview": preview, "map": picture})


def _read_areas(request: HttpRequest, place: Place, form: forms.Areas) -> None:
    upload = form.cleaned_data["file"]
    if upload is not None and upload.size > MAX_BYTES:
        raise Invalid(_("This file is larger than %(most)s megabytes.") % {"most": MAX_BYTES // 1_000_000}, "file")
    area_actions.read_areas(
        person_of(request),
        place,
        text=form.cleaned_data["text"],
        file_name=upload.name if upload else "",
        data=upload.read() if upload else None,
        population_source=form.cleaned_data["population_source"],
        outlines_source=form.cleaned_data["outlines_source"],
    )


def _agencies(request: HttpRequest, place: Place) -> HttpResponse:
    known = queries.agencies(place)
    suggested = suggestions.for_place(place, known)
    initial = [
        {"take": one.usual and not known, "name": one.name, "family": one.family, "org_id": one.org_id}
        for one in suggested
    ]
    do = request.POST.get("do", "")
    several = forms.SuggestedAgencies(request.POST if do == "suggested" else None, initial=initial, prefix="s")
    form = forms.AgencyDetails(request.POST if do == "add" else None)
    new: list[dict[str, Any]] | None = None
    if do == "suggested" and several.is_valid():
        new = [row for row in several.cleaned_data if row.get("take")]
    elif do == "add" and form.is_valid():
        new = [form.cleaned_data]
    if new is not None:
        try:
            agency_actions.add_agencies(person_of(request), place, new)
        except Invalid as problem:
            if do == "add":
                form.add_error(problem.field or None, str(problem.message))
            else:
                messages.error(request, str(problem.message))
        else:
            if new:
                messages.success(request, _("Added."))
            return redirect("place_setup_step", place.slug, "agencies")
    context = {"form": form, "several": several if suggested else None, "agencies": known}
    return _show(request, place, "agencies", "places/setup_agencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """Change or remove one agency."""
    found = queries.place_for(request.user, place)
    require(may_set_up(request.user, found))
    one = get_object_or_404(Agency, place=found, slug=agency)
    one.place = found
    if request.POST.get("do") == "remove":
        try:
            agency_actions.remove_agency(person_of(request), one)
        except Invalid as problem:
            messages.error(request, str(problem.message))
            return redirect("place_agency", found.slug, one.slug)
        messages.success(request, _("Removed."))
        return redirect("place_setup_step", found.slug, "agencies")
    initial = {name: getattr(one, name) for name in agency_actions.FIELDS}
    form = forms.AgencyDetails(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            agency_actions.change_agency(person_of(request), one, form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("place_setup_step", found.slug, "agencies")
    return _show(request, found, "agencies", "places/setup_agency.html", {"form": form, "agency": one})


def _elsewhere(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    if request.method == "POST":
        raise Http404
    return _show(request, place, key, "places/setup_elsewhere.html", {"url": steps.elsewhere(key, place.slug)})


def _budgets(request: HttpRequest, place: Place) -> HttpResponse:
    return _elsewhere(request, place, "budgets")


def _policy(request: HttpRequest, place: Place) -> HttpResponse:
    return _elsewhere(request, place, "policy")


def _look(request: HttpRequest, place: Place) -> HttpResponse:
    initial = {"label": place.label, "colour": place.colour}
    form = forms.Look(posted(request), request.FILES or None, initial=initial)
    if not place.logo:
        del form.fields["remove_logo"]
    if request.method == "POST" and form.is_valid():
        values = {"remove_logo": False} | form.cleaned_data
        try:
            place_actions.save_look(person_of(request), place, **values)
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return _onward(request, place, "look")
    return _show(request, place, "look", "places/setup_form.html", {"form": form, "with_files": True})


def _open(request: HttpRequest, place: Place) -> HttpResponse:
    if request.method == "POST":
        place_actions.open_place(person_of(request), place)
        messages.success(request, _("%(place)s is open to everyone.") % {"place": place.name})
        return redirect("place", place.slug)
    return _show(request, place, "open", "places/setup_open.html", {"may_open": may_open(request.user, place)})


PAGES = {
    "facts": _facts,
    "areas": _areas,
    "agencies": _agencies,
    "budgets": _budgets,
    "policy": _policy,
    "look": _look,
    "open": _open,
}
