"""Writing a proposal: a guided form of six steps, the same for a draft with a link, one's own draft, and a change.

Each step is a plain form that is saved by every button on it, so that nothing typed is lost; scripts save it as it
is typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of
from pennypot.apps.rounds import whole
from pennypot.apps.rounds.actions.proposals import authors, drafts, pictures, sending, writing
from pennypot.apps.rounds.forms import proposals as forms
from pennypot.apps.rounds.models import Proposal
from pennypot.apps.rounds.permissions import proposals as may
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.rounds.pointing import WIDTHS, point_at, shown_height
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries import proposals as queries
from pennypot.apps.rounds.queries.rounds import round_for
from pennypot.house import uploads
from pennypot.house.answers import Invalid, require

STEPS = {
    "idea": gettext_lazy("The idea"),
    "where": gettext_lazy("Where"),
    "costs": gettext_lazy("Costs and needs"),
    "pictures": gettext_lazy("Pictures"),
    "people": gettext_lazy("Authors"),
    "send": gettext_lazy("Look and send"),
}
ORDER = tuple(STEPS)


@dataclass(frozen=True)
class Desk:
    """One proposal on one writer's desk: how its pages are addressed, and the key where there is no account."""

    proposal: Proposal
    name: str
    arguments: tuple[Any, ...]
    key: str = ""

    def address(self, step: str) -> str:
        """Where a step is."""
        return reverse(self.name, args=[*self.arguments, step])

    @property
    def pictures_end(self) -> str:
        """What the address of a picture needs after it, for a draft that its link opens."""
        return f"?key={self.key}" if self.key else ""


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def by_key(request: HttpRequest, place: str, key: str, step: str = "idea") -> HttpResponse:
    """A draft without an owner, opened by its link."""
    here = place_for(request.user, place)
    draft = queries.draft_by_key(here, key)
    return _step(request, Desk(draft, "draft_step", (here.slug, key), key), step)


@require_http_methods(["GET", "HEAD", "POST"])
def my_draft(request: HttpRequest, place: str, draft: int, step: str = "idea") -> HttpResponse:
    """A draft of mine."""
    here = place_for(request.user, place)
    found = queries.draft_of(request.user, here, draft)
    return _step(request, Desk(found, "my_draft_step", (here.slug, found.pk)), step)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, place: str, round: str, number: int, step: str = "idea") -> HttpResponse:
    """Change what was sent in; each change is a version that everybody sees."""
    found = queries.proposal_of(round_for(request.user, place, round), number)
    require(may.may_write(request.user, found))
    return _step(request, Desk(found, "proposal_edit_step", (found.round.place.slug, found.round.slug, number)), step)


def _step(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    if request.method == "POST" and request.POST.get("do") in _DONE_ANYWHERE:
        return _DONE_ANYWHERE[request.POST["do"]](request, desk, step)
    return _STEPS[step](request, desk)


def _page(request: HttpRequest, desk: Desk, step: str, status: int = 200, **more: Any) -> HttpResponse:
    """Draw a step with what all of them have."""
    one, now = desk.proposal, now_of(request)
    steps = [(name, said, desk.address(name)) for name, said in STEPS.items()]
    place, round = one.round.place, one.round
    context = {
        "place": place,
        "stage": "proposals",
        "round": round,
        "proposal": one,
        "desk": desk,
        "step": step,
        "steps": steps,
        "back": desk.address(ORDER[ORDER.index(step) - 1]) if step != ORDER[0] else "",
        "may_edit": may.may_edit(request.user, one, desk.key, now),
        "full_link": request.build_absolute_uri(reverse("draft", args=[place.slug, desk.key])) if desk.key else "",
        "keep_days": drafts.UNCLAIMED_LAST.days,
        "like_address": reverse("proposals_like", args=[place.slug, round.slug]),
        "mail_form": more.pop("mail_form", None) or forms.EmailForm(auto_id="mail_%s"),
        **more,
    }
    return render(request, f"rounds/proposals/steps/{step}.html", context, status=status)


def _save(request: HttpRequest, desk: Desk, changes: writing.Changes) -> tuple[Proposal | None, Invalid | None]:
    """Save a step; or return why it cannot be, and everything typed stays in the form."""
    try:
        saved = writing.save(
            request.user,
            desk.proposal,
            changes,
            key=desk.key,
            seen=request.POST.get("seen", "")[:64],
            note=request.POST.get("note", ""),
        )
    except Invalid as problem:
        return None, problem
    return saved, None


def _say(form: Any, problem: Invalid) -> None:
    """Say beside the field what cannot be done."""
    form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))


def _onward(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    """After saving: to the step that was asked for; a change of a sent-in proposal goes back to its page."""
    asked = request.POST.get("go", "")
    if asked in STEPS:
        return redirect(desk.address(asked))
    if not desk.proposal.is_draft:
        messages.success(request, _("Saved. Everybody sees the new version."))
        return redirect("proposal", desk.proposal.round.place.slug, desk.proposal.round.slug, desk.proposal.number)
    return redirect(desk.address(ORDER[min(ORDER.index(step) + 1, len(ORDER) - 1)]))


def _idea(request: HttpRequest, desk: Desk) -> HttpResponse:
    fields = dict.fromkeys(forms.IdeaForm.base_fields)
    form = forms.IdeaForm.of(desk.proposal)
    if request.method == "POST":
        form = forms.IdeaForm(request.POST)
        if form.is_valid():
            saved, problem = _save(request, desk, writing.Changes(fields=form.cleaned_data))
            if saved is not None and request.POST.get("typed"):
                return JsonResponse({"seen": writing.stamp_of(saved, writing.Changes(fields=fields))})
            if saved is not None:
                return _onward(request, desk, "idea")
            if problem is not None:
                _say(form, problem)
        if request.POST.get("typed"):
            return JsonResponse({"problem": _("Not saved yet: see what is marked when you go on.")}, status=422)
    stamp = writing.stamp_of(_as_saved(desk), writing.Changes(fields=fields))
    return _page(
        request, desk, "idea", 422 if form.errors else 200, form=form, seen=stamp, words=whole.words_in(desk.proposal)
    )


def _as_saved(desk: Desk) -> Proposal:
    """Return the proposal as the database has it now, to mark what a form that is drawn again has seen."""
    return Proposal.objects.get(pk=desk.proposal.pk)


def _where(request: HttpRequest, desk: Desk) -> HttpResponse:
    one = desk.proposal
    areas, categories = queries.areas_for(one.round), queries.categories_of(one.round)
    lists: dict[str, Any] = {"round": one.round, "areas": areas, "categories": categories}
    initial = {"area": one.area_id, "category": one.category_id, "place_said": one.place_said}
    form = forms.WhereForm(initial=initial, **lists)
    map, mapped = queries.map_of(one.round.place)
    if request.method == "POST":
        form = forms.WhereForm(request.POST, **lists)
        if form.is_valid():
            fields, clicked = dict(form.cleaned_data), _clicked(request, map, mapped, areas)
            if clicked is not None:
                fields |= clicked
            if request.POST.get("do") == "no-point":
                fields["point"] = None
            if clicked == {}:
                form.add_error(None, _("That point is outside. Choose one inside, or an area from the list."))
            else:
                _saved, problem = _save(request, desk, writing.Changes(fields=fields))
                if problem is not None:
                    _say(form, problem)
                elif request.POST.get("typed"):
                    return JsonResponse({"seen": ""})
                elif clicked is not None or request.POST.get("do") == "no-point":
                    return redirect(desk.address("where") + "#map")
                else:
                    return _onward(request, desk, "where")
    return _page(
        request,
        desk,
        "where",
        422 if form.errors else 200,
        form=form,
        map=map,
        sizes=[(name, width, shown_height(map, name)) for name, width in WIDTHS.items()] if map else [],
    )


def _clicked(request: HttpRequest, map: Any, mapped: list[Any], allowed: list[Any]) -> dict[str, Any] | None:
    """Return what a click on the map changes: nothing where it was outside, None where there was no click."""
    for size in WIDTHS:
        x, y = request.POST.get(f"map-{size}.x", ""), request.POST.get(f"map-{size}.y", "")
        if not (x.isascii() and x.isdigit() and y.isascii() and y.isdigit() and len(x) < 6 and len(y) < 6):
            continue
        # The Enter key on the picture sends 0, 0: that is no choice of a point.
        found = point_at(map, mapped, size, int(x), int(y)) if map and (x, y) != ("0", "0") else None
        if found is None:
            return {}
        point = (found.latitude, found.longitude)
        return {"point": point, "area": found.area} if found.area in allowed else {"point": point}
    return None


def _costs(request: HttpRequest, desk: Desk) -> HttpResponse:
    one = desk.proposal
    costs: Any = forms.Costs(initial=forms.costs_of(one), prefix="c")
    needs: Any = forms.Needs(initial=forms.needs_of(one), prefix="n")
    both = writing.Changes(costs=(), needs=())
    problem: Invalid | None = None
    if request.method == "POST":
        costs, needs = forms.Costs(request.POST, prefix="c"), forms.Needs(request.POST, prefix="n")
        if costs.is_valid() and needs.is_valid():
            saved, problem = _save(request, desk, writing.Changes(costs=costs.lines(), needs=needs.lines()))
            if saved is not None and request.POST.get("typed"):
                return JsonResponse({"seen": writing.stamp_of(saved, both)})
            if saved is not None and request.POST.get("do") == "more":
                return redirect(desk.address("costs") + "#costs")
            if saved is not None:
                return _onward(request, desk, "costs")
        if request.POST.get("typed"):
            return JsonResponse({"problem": _("Not saved yet: see what is marked when you go on.")}, status=422)
    broken = bool(problem or (costs.is_bound and not (costs.is_valid() and needs.is_valid())))
    return _page(
        request,
        desk,
        "costs",
        422 if broken else 200,
        costs=costs,
        needs=needs,
        problem=problem,
        seen=writing.stamp_of(_as_saved(desk), both),
    )


def _pictures(request: HttpRequest, desk: Desk) -> HttpResponse:
    one = desk.proposal
    answer = may.may_add_pictures(request.user, one, now_of(request))
    form = forms.PictureForm()
    if request.method == "POST":
        require(answer)
        person = person_of(request)
        do = request.POST.get("do", "")
        if do in ("remove", "describe"):
            if do == "remove":
                pictures.remove_picture(person, one, request.POST.get("picture", "")[:60])
            else:
                pictures.describe_picture(
                    person, one, request.POST.get("picture", "")[:60], request.POST.get("alt", "")
                )
            return redirect(desk.address("pictures"))
        form = forms.PictureForm(request.POST, request.FILES)
        if uploads.too_large(request, "file"):
            form.add_error("file", _("This file is too large. Take a smaller picture."))
        elif form.is_valid():
            try:
                pictures.add_picture(person, one, form.cleaned_data["file"], form.cleaned_data["alt"])
            except Invalid as problem:
                _say(form, problem)
            else:
                messages.success(request, _("The picture is added. What the camera wrote into it is gone."))
                return redirect(desk.address("pictures"))
    context = {"form": form, "pictures": list(one.pictures.all()), "may_add": answer, "most": pictures.MOST_PICTURES}
    return _page(request, desk, "pictures", 422 if form.errors else 200, **context)


def _people(request: HttpRequest, desk: Desk) -> HttpResponse:
    one = desk.proposal
    answer = may.may_invite_author(request.user, one, now_of(request))
    form = forms.EmailForm()
    if request.method == "POST":
        person = person_of(request)
        if request.POST.get("do") == "leave":
            authors.leave(person, one)
            messages.success(request, _("You are no author of this proposal any more."))
            return redirect("my_proposals", one.round.place.slug)
        if request.POST.get("do") == "take-back":
            authors.take_back_invitation(person, one, _number(request.POST.get("author", "")))
            return redirect(desk.address("people"))
        form = forms.EmailForm(request.POST)
        if form.is_valid():
            too_many = ratelimit.consume_or_429(request, action="ask_author")
            if too_many:
                return too_many
            try:
                authors.invite(person, one, form.cleaned_data["email"])
            except Invalid as problem:
                _say(form, problem)
            else:
                messages.success(request, _("The letter is sent. Their name stands here when they say yes."))
                return redirect(desk.address("people"))
    context = {
        "form": form,
        "authors": queries.authors_of(one),
        "may_invite": answer,
        "may_leave": may.may_leave(request.user, one),
    }
    return _page(request, desk, "people", 422 if form.errors else 200, **context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _send(request: HttpRequest, desk: Desk, mail_form: forms.EmailForm | None = None) -> HttpResponse:
    one = desk.proposal
    problem = None
    if request.method == "POST" and mail_form is None:
        try:
            sent = sending.submit(person_of(request), one)
        except Invalid as found:
            problem = found
        else:
            messages.success(
                request, _("Your proposal is sent in. It is number %(number)d.") % {"number": sent.number or 0}
            )
            return redirect("proposal", sent.round.place.slug, sent.round.slug, sent.number)
    context = {
        "missing": whole.missing(one),
        "like": queries.may_be_like(one.round, one.title, f"{one.plain_summary} {one.what}", one),
        "may_send": may.may_propose(request.user, one, now_of(request)),
        "opens": open_for(one.round, "propose", now_of(request)),
        "problem": problem,
        "words": whole.words_in(one),
        "mail_form": mail_form,
        **queries.extras(one),
    }
    return _page(request, desk, "send", 422 if problem or mail_form else 200, **context)


def _claim(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    drafts.claim(person_of(request), desk.proposal, desk.key)
    messages.success(request, _("The draft is yours now. You find it whenever you sign in."))
    return redirect("my_draft_step", desk.proposal.round.place.slug, desk.proposal.pk, step)


def _mail_link(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    form = forms.EmailForm(request.POST, auto_id="mail_%s")
    if not desk.key:
        raise Http404
    too_many = ratelimit.consume_or_429(request, action="draft")
    if too_many:
        return too_many
    if form.is_valid():
        try:
            drafts.mail_link(request.user, desk.proposal, desk.key, form.cleaned_data["email"])
        except Invalid as problem:
            form.add_error("email", str(problem.message))
        else:
            messages.success(request, _("The link is on its way to you. We do not keep the address."))
            return redirect(desk.address(step))
    return _send(request, desk, mail_form=form)


def _throw_away(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    place, round = desk.proposal.round.place.slug, desk.proposal.round.slug
    drafts.throw_away(request.user, desk.proposal, desk.key)
    messages.success(request, _("The draft is thrown away."))
    return redirect("round_proposals", place, round)


_STEPS = {
    "idea": _idea,
    "where": _where,
    "costs": _costs,
    "pictures": _pictures,
    "people": _people,
    "send": _send,
}
_DONE_ANYWHERE = {"claim": _claim, "mail-link": _mail_link, "throw-away": _throw_away}
