"""For the returning officer: the roll from a file, the postcodes, and what looks odd at the entrance."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.voting.actions import roll as actions
from pennypot.apps.voting.forms import PostcodesForm, RollForm
from pennypot.apps.voting.models import RollEntry
from pennypot.apps.voting.permissions.web import may_keep_roll, may_read_oddities
from pennypot.apps.voting.queries.oddities import oddities, roll_so_far
from pennypot.apps.voting.views.asked import Asked, ask
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require
from pennypot.house.uploads import too_large


@require_http_methods(["GET", "HEAD", "POST"])
def vote_roll(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """Who is on the roll, in numbers, and the form that adds a file of people."""
    asked = ask(request, place, round)
    require(may_keep_roll(request.user, asked.round, asked.election))
    if request.method != "POST":
        return _roll_page(asked, RollForm())
    form = RollForm(request.POST, request.FILES)
    if too_large(request, "file"):
        form.errors.pop("file", None)
        form.add_error("file", _("This file is too large."))
    if not form.is_valid():
        return _roll_page(asked, form, status=422)
    return _take(asked, form)


def _take(asked: Asked, form: RollForm) -> HttpResponseBase:
    """Read the file, and add its people or say row by row why not."""
    how, person = form.cleaned_data["how"], asked.request.user
    found = None
    try:
        found = actions.read_roll(person, asked.round, form.cleaned_data["file"], how)  # type: ignore[arg-type]
        coded = actions.add_roll(
            person, asked.round, found, how, leave_out=form.cleaned_data["leave_out"]  # type: ignore[arg-type]
        )  # fmt: skip
    except Invalid as problem:
        form.add_error(problem.field or None, str(problem.message))
        return _roll_page(asked, form, found, status=422)
    if how == RollEntry.How.ROLL_CODE:
        # The codes are in this answer and nowhere else.
        response = csv_out.response("codes.csv", [*found.headings, "code"], coded)
        response.headers["Cache-Control"] = "no-store"
        return response
    said = ngettext(
        "%(people)s person was added. Their link is on its way.",
        "%(people)s people were added. Their links are on their way.",
        len(found.good),
    )
    messages.success(asked.request, said % {"people": len(found.good)})
    return asked.go("vote_roll")


def _roll_page(asked: Asked, form: RollForm, found: actions.Roll | None = None, status: int = 200) -> HttpResponse:
    problems = found.problems if found else []
    context = {
        "form": form,
        "found": found,
        "problems": problems[: actions.MOST_SHOWN],
        "more": max(0, len(problems) - actions.MOST_SHOWN),
        "so_far": roll_so_far(asked.round),
        "with_postcodes": RollEntry.How.EMAIL_POSTCODE in asked.round.eligibility,
    }
    return asked.page("roll", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
def vote_postcodes(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Which postcodes vote."""
    asked = ask(request, place, round)
    require(may_keep_roll(request.user, asked.round, asked.election))
    kept = getattr(asked.round, "postcode_list", None)
    typed = request.POST if request.method == "POST" else None
    form = PostcodesForm(typed, initial={"text": kept.text if kept else ""})
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.set_postcodes(request.user, asked.round, form.cleaned_data["text"])  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("The list is kept. It has %(lines)s lines.") % {"lines": len(saved.rows)})
            return asked.go("vote_postcodes")
    return asked.page("postcodes", {"form": form}, 422 if form.errors else 200)


@require_safe
def vote_oddities(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """What looks odd at the entrance, to look into before the close."""
    asked = ask(request, place, round)
    require(may_read_oddities(request.user, asked.round))
    return asked.page("oddities", {"found": oddities(asked.round)})
