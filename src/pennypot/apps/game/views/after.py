"""The plan of a table, and an evening's tables side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.game import plan_files
from pennypot.apps.game.actions import advice as actions
from pennypot.apps.game.after_forms import AdviseForm
from pennypot.apps.game.models import Advice, Session, Table
from pennypot.apps.game.permissions.after import may_advise, may_read_log, may_read_plan
from pennypot.apps.game.queries.after import Plan, compared, plan_of, suggestions, table_for, veil_of
from pennypot.apps.game.queries.hall import session_for
from pennypot.apps.game.queries.seat import phone_of
from pennypot.apps.game.views.at_table import guarded, session_at
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require
from pennypot.play import loaded


def _plan(request: HttpRequest, place: str, code: str, table: int) -> Plan:
    """Return a plan that may be read.

    Raises
    ------
    Refused
        The table is still playing.
    """
    session = session_at(request, place, code.upper(), phone_of(request))
    found = table_for(session, table)
    require(may_read_plan(loaded(found.state)))
    return plan_of(found, all_words=bool(may_read_log(request.user, session)))


@require_safe
@guarded
def plan(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """The plan of a table: what it cut, shared and made, what it did not agree on, and who was not there."""
    found = _plan(request, place, code, table)
    session = found.table.session
    context = {
        "place": session.place,
        "stage": "game",
        "session": session,
        "table": found.table,
        "plan": found,
        "by_bots": found.table.source == Table.Source.BOTS,
        "ready": [one for one in found.projects if one.state == "ready"],
        "unready": [one for one in found.projects if one.state != "ready"],
    }
    return render(request, "game/after/plan.html", context)


@require_safe
@guarded
def plan_pdf(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """The plan on paper."""
    found = _plan(request, place, code, table)
    answer = HttpResponse(plan_files.plan_pdf(found), content_type="application/pdf")
    name = f"plan-{found.table.session.code.lower()}-{found.table.number}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_safe
@guarded
def plan_csv(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """The plan as a table."""
    found = _plan(request, place, code, table)
    name = f"plan-{found.table.session.code.lower()}-{found.table.number}.csv"
    return csv_out.response(name, plan_files.HEADER, plan_files.rows(found))  # type: ignore[return-value]


@require_safe
@guarded
def plan_json(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """The log of moves: all of it for those who run evenings, without what is private for everybody else."""
    session = session_at(request, place, code.upper(), phone_of(request))
    found = table_for(session, table)
    require(may_read_plan(loaded(found.state)))
    all_of_it = bool(may_read_log(request.user, session))
    veil = veil_of(found, all_words=all_of_it)
    return JsonResponse(plan_files.log_of(found, all_of_it=all_of_it, veil=veil))


@require_safe
@guarded
def compare(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """All tables that have finished, side by side: lines they agree on, lines they would not touch, split lines."""
    session = session_at(request, place, code.upper(), phone_of(request))
    found = compared(session)
    context = {
        "place": session.place,
        "stage": "game",
        "session": session,
        "found": found,
        "lines": {line.id: line for line in found.cards.lines},
        "may_advise": may_advise(request.user, session),
        "advice": Advice.objects.filter(session=session).count(),
    }
    return render(request, "game/after/compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def advise(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Send what the tables said to those who decide."""
    session: Session = session_for(request.user, place, code)
    require(may_advise(request.user, session))
    today = timezone.localdate()
    found = suggestions(compared(session))
    form = AdviseForm(request.POST or None, found=found, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send(request.user, session, form.texts, form.cleaned_data["due_on"], today)  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return redirect(f"{reverse('game_advice', args=[session.place.slug])}#{session.code}")
    context = {"place": session.place, "stage": "game", "session": session, "form": form, "found": found}
    return render(request, "game/after/advise.html", context, status=422 if form.is_bound else 200)
