"""Pages of review: the officers' desk, one proposal's review, who excludes whom, and the public log of decisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of
from pennypot.apps.rounds import review_pages
from pennypot.apps.rounds.actions import appeal as appealing
from pennypot.apps.rounds.actions import review as reviewing
from pennypot.apps.rounds.forms import review as typed
from pennypot.apps.rounds.models import ExclusiveGroup, Proposal, Round
from pennypot.apps.rounds.permissions import review as may
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries import review as queries
from pennypot.apps.rounds.queries.rounds import current_round, published_rounds, round_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require

LIST_NAMES: dict[str, str | Promise] = {
    "open": gettext_lazy("To look at"),
    "late": gettext_lazy("Overdue"),
    "unassigned": gettext_lazy("Nobody’s yet"),
    "appeals": gettext_lazy("Appeals"),
    "decided": gettext_lazy("Decided"),
}


@require_safe
def desk(request: HttpRequest, place: str) -> HttpResponse:
    """What is to be reviewed: an officer sees their agencies' proposals, the place team all. Ten SQL queries."""
    here = place_for(request.user, place)
    require(may.may_use_desk(request.user, here))
    now, published = now_of(request), published_rounds(here)
    round = _round_asked(request, here, now, published)
    context: dict[str, Any] = {"place": here, "stage": "proposals", "round": round}
    if round is not None:
        mine = may.agencies_of(request.user, here)
        everything = not mine or request.GET.get("whose") == "all"
        which = request.GET.get("list", "open")
        if which not in queries.LISTS:
            raise Invalid(_("There is no such list."))
        found = queries.desk(round, None if everything else mine, which, request.GET.get("page", ""), now)
        whose = "&whose=all" if everything and mine else ""
        context |= {
            "desk": found,
            "rows": [review_pages.desk_row(row, round, decided=which == "decided") for row in found.rows],
            "page_query": f"round={round.slug}&list={which}{whose}&",
            "which": which,
            "lists": [(key, LIST_NAMES[key], found.numbers[key]) for key in queries.LISTS],
            "everything": everything,
            "has_agency": bool(mine),
            "rounds": [one for one in published if one.pk != round.pk],
            "closes": may.due_at(round, None),
        }
    return render(request, "rounds/review_desk.html", context)


def _round_asked(request: HttpRequest, here: Place, now: datetime, published: list[Round]) -> Round | None:
    slug = request.GET.get("round", "")
    if slug:
        if not slug.replace("-", "").isalnum():  # nothing that is no address goes to the database
            raise Http404
        return round_for(request.user, here.slug, slug)
    return current_round(here, now, kinds=("review", "appeal"), published=published)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """How one proposal is looked at: checks, costs, words, the decision and the appeal. About fourteen SQL queries."""
    proposal = queries.proposal_for_review(request.user, place, round, number)
    bound: dict[str, forms.Form] = {}
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do not in VERBS:
            raise Invalid(_("The form did not say what to do."))
        require(review_pages.answers(request.user, proposal, now_of(request))[do])
        form = _form(do, proposal, request)
        if form.is_valid():
            try:
                messages.success(request, str(VERBS[do](request, proposal, form)))
                return redirect("review", proposal.round.place.slug, round, number)
            except Invalid as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        bound[do] = form
    context = review_pages.context(request.user, proposal, now_of(request), _unbound(request, proposal, bound))
    return render(request, "rounds/review.html", {"place": proposal.round.place, "stage": "proposals", **context})


def _form(do: str, proposal: Proposal, request: HttpRequest | None) -> forms.Form:
    """Make the form of a verb: bound to what was sent, or as it is at first."""
    data = request.POST if request is not None and request.method == "POST" else None
    agencies = proposal.round.place.agencies
    if do == "assign":
        return typed.AssignForm(data, agencies=agencies.all())
    if do == "take":
        mine = may.agencies_of(request.user, proposal.round.place) if request else set()
        return typed.TakeForm(data, agencies=agencies.filter(pk__in=mine))
    if do == "checks":
        return typed.ChecksForm(data, newest=queries.newest_checks(may.review_of(proposal)))
    if do == "write":
        return typed.MessageForm(data)
    if do == "cost":
        return typed.CostForm(data, initial={"cost": proposal.cost_pence, "seen": proposal.cost_pence})
    if do == "appeal":
        return typed.AppealForm(data)
    if do == "appeal_agency":
        review = may.review_of(proposal)
        return typed.AppealAgencyForm(
            data, agencies=agencies.exclude(pk=review.agency_id) if review else agencies.all()
        )
    return typed.DecisionForm(data, initial={"seen": proposal.version})


def _unbound(request: HttpRequest, proposal: Proposal, bound: dict[str, forms.Form]) -> Callable[[str], forms.Form]:
    def form(do: str) -> forms.Form:
        if do in bound:
            return bound[do]
        if do == "take":
            mine = may.agencies_of(request.user, proposal.round.place)
            return typed.TakeForm(agencies=proposal.round.place.agencies.filter(pk__in=mine))
        return _form(do, proposal, None)

    return form


def _assign(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    agency = Agency.objects.get(pk=form.cleaned_data["agency"])
    due = form.cleaned_data["due"]
    moment = None
    if due:
        moment = datetime.combine(due + timedelta(days=1), time_of_day(), proposal.round.zone)
        last = may.due_at(proposal.round, None)
        # The day on which the stage ends counts until the stage ends.
        moment = last if last and moment - timedelta(days=1) < last < moment else moment
    reviewing.assign(person_of(request), proposal, agency, due=moment)
    return _("%(agency)s looks at it now.") % {"agency": agency.name}


def _take(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    agency = Agency.objects.get(pk=form.cleaned_data["agency"])
    reviewing.take(person_of(request), proposal, agency)
    return _("%(agency)s looks at it now.") % {"agency": agency.name}


def _checks(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    assert isinstance(form, typed.ChecksForm)
    changed = form.changed()
    if not changed:
        raise Invalid(_("Nothing was changed."))
    for kind, verdict, reason in changed:
        reviewing.note_check(person_of(request), proposal, kind=kind, verdict=verdict, reason=reason)
    return _("Noted. Everyone can read it.")


def _write(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    reviewing.write(person_of(request), proposal, form.cleaned_data["text"], key=form.cleaned_data["key"])
    return _("Your message is there.")


def _cost(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    said = form.cleaned_data
    reviewing.change_cost(
        person_of(request), proposal, said["cost"], reason=said["cost_reason"], seen_pence=said["seen"]
    )
    return _("The cost is changed. Both figures stay to be read.")


def _decide(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    said = form.cleaned_data
    reviewing.decide(
        person_of(request), proposal, outcome=said["outcome"], reason=said["decision_reason"], seen_version=said["seen"]
    )
    return _("It is decided, and everyone can read why.")


def _appeal(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    appealing.appeal(person_of(request), proposal, form.cleaned_data["text"])
    return _("Your appeal is there. Somebody else will look at it and decide.")


def _appeal_agency(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    agency = Agency.objects.get(pk=form.cleaned_data["appeal_agency"])
    appealing.assign_appeal(person_of(request), proposal, agency)
    return _("%(agency)s decides the appeal.") % {"agency": agency.name}


def _decide_appeal(request: HttpRequest, proposal: Proposal, form: forms.Form) -> str:
    said = form.cleaned_data
    appealing.decide_appeal(person_of(request), proposal, outcome=said["outcome"], reason=said["decision_reason"])
    return _("The appeal is decided, and everyone can read why.")


VERBS: dict[str, Callable[[HttpRequest, Proposal, forms.Form], str]] = {
    "assign": _assign,
    "take": _take,
    "checks": _checks,
    "write": _write,
    "cost": _cost,
    "decide": _decide,
    "appeal": _appeal,
    "appeal_agency": _appeal_agency,
    "decide_appeal": _decide_appeal,
}


@require_http_methods(["GET", "HEAD", "POST"])
def rivals(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Which proposals exclude each other, and why. Seven SQL queries."""
    found = round_for(request.user, place, round)
    form: forms.Form = typed.RivalsForm()
    ending: forms.Form | None = None
    if request.method == "POST":
        is_end = "group" in request.POST
        made: forms.Form = typed.EndRivalsForm(request.POST) if is_end else typed.RivalsForm(request.POST)
        # Who may not is told so, whatever they typed.
        require(may.may_declare_rivals(request.user, found))
        if made.is_valid():
            try:
                messages.success(request, _end(request, found, made) if is_end else _declare(request, found, made))
                return redirect("rivals", found.place.slug, found.slug)
            except Invalid as problem:
                made.add_error(problem.field if problem.field in made.fields else None, str(problem.message))
        form, ending = (form, made) if is_end else (made, None)
    context = {
        "place": found.place,
        "stage": "proposals",
        "round": found,
        "groups": queries.rivals_in(found),
        "may": may.may_declare_rivals(request.user, found, now_of(request)),
        "form": form,
        "ending": ending,
        "fresh_ending": typed.EndRivalsForm(auto_id=False),
    }
    return render(request, "rounds/rivals.html", context)


def _declare(request: HttpRequest, round: Round, form: forms.Form) -> str:
    said = form.cleaned_data
    reviewing.declare_rivals(person_of(request), round, said["rivals"], reason=said["rivals_reason"])
    return _("Noted. At most one of them can win.")


def _end(request: HttpRequest, round: Round, form: forms.Form) -> str:
    group = ExclusiveGroup.objects.filter(round=round, pk=form.cleaned_data["group"]).select_related("round").first()
    if group is None:
        raise Http404
    reviewing.end_rivals(person_of(request), group, reason=form.cleaned_data["reason"])
    return _("Taken back.")


@require_safe
def decisions(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The public log: what was decided, by whom and why, and what is overdue. Eight SQL queries."""
    found = round_for(request.user, place, round)

    def page(rows: QuerySet[Any], name: str) -> Page[Any]:
        return Paginator(rows, queries.A_PAGE).get_page(request.GET.get(name, ""))

    log = page(queries.decisions_of(found), "page")
    context = {
        "place": found.place,
        "stage": "proposals",
        "round": found,
        "page": log,
        "rows": [review_pages.decision_row(one, found) for one in log],
        "late": page(queries.late_ones(found, now_of(request)), "late"),
        "appeals": page(queries.open_appeals(found), "appeals"),
        "closes": review_pages.moment(may.due_at(found, None), found),
        "may_use_desk": may.may_use_desk(request.user, found.place),
    }
    return render(request, "rounds/decisions.html", context)


HEADER = ("number", "title", "level", "outcome", "late", "agency", "decided_at", "reason")


@require_safe
def decisions_csv(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """The log of decisions as CSV."""
    found = round_for(request.user, place, round)
    rows = (
        (one.proposal.number, one.proposal.title, one.level, one.outcome, one.late,
         one.agency.name if one.agency else "", one.at.astimezone(found.zone).isoformat(timespec="seconds"), one.reason)
        for one in queries.decisions_of(found).iterator()
    )  # fmt: skip
    return csv_out.response(f"{found.place.slug}-{found.slug}-decisions.csv", HEADER, rows)
