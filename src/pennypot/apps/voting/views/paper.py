"""The paper room: papers to print, who works here, envelopes and batches, and keying one ballot after the other."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import keyed
from pennypot.apps.voting.actions.clerks import end_clerk, name_clerk, wait_for_paper
from pennypot.apps.voting.actions.envelopes import check_envelope, open_envelopes, send_back
from pennypot.apps.voting.actions.paper import Outcome, Read, key_ballot
from pennypot.apps.voting.choices import POINTS, RANK, Choices
from pennypot.apps.voting.models import PaperBatch, PaperEnvelope
from pennypot.apps.voting.paper_forms import BackForm, ClerkForm, EnvelopeForm, KeyForm, OpenForm, PrintForm
from pennypot.apps.voting.papers import made
from pennypot.apps.voting.papers.contents import Sheet, Table
from pennypot.apps.voting.permissions.paper import (
    is_clerk,
    may_make_letters,
    may_run_paper,
    may_see_paper_room,
    may_serve_at_desk,
    may_work_on_paper,
)
from pennypot.apps.voting.queries import paper as queries
from pennypot.apps.voting.queries.ballots import whole_ballot
from pennypot.apps.voting.said import problems_said
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404
from pennypot.house.answers import Invalid, require


@require_safe
def paper(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The paper room: what can be printed, who works here, how far envelopes and batches are."""
    asked = ask(request, place, round)
    require(may_see_paper_room(request.user, asked.round))
    return _room(asked, ClerkForm(possible=queries.possible_clerks(asked.round)))


def _room(asked: Asked, form: ClerkForm) -> HttpResponse:
    person, election = asked.request.user, asked.election
    return asked.page(
        "paper",
        {
            "may_run": may_run_paper(person, asked.round),
            "may_work": may_work_on_paper(person, asked.round, election),
            "may_serve": may_serve_at_desk(person, asked.round, election),
            "may_letters": may_make_letters(person, asked.round),
            "clerks": queries.clerks_of(asked.round),
            "form": form,
            "totals": (totals := queries.paper_totals(election) if election else None),
            "spoilt": queries.spoilt_said(totals) if totals else [],
            "batches": queries.batches_of(election) if election else [],
            "is_fixed": asked.round.ballot.exists(),
            "languages_of_papers": settings.LANGUAGES,
            "print_form": PrintForm(round=asked.round) if asked.round.scope != Round.Scope.PLACE else None,
        },
    )


@require_POST
def paper_clerks(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Name a clerk, or end one's task."""
    asked = ask(request, place, round)
    require(may_run_paper(request.user, asked.round))
    ended = request.POST.get("end", "")
    if ended.isascii() and ended.isdigit() and len(ended) < 18:
        end_clerk(request.user, asked.round, int(ended))  # type: ignore[arg-type]
        return asked.go("paper")
    form = ClerkForm(request.POST, possible=queries.possible_clerks(asked.round))
    if form.is_valid():
        try:
            name_clerk(request.user, asked.round, form.cleaned_data["clerk"])  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return asked.go("paper")
    return _room(asked, form)


@require_POST
def paper_wait(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Say whether the close waits for envelopes."""
    asked = ask(request, place, round)
    require(may_run_paper(request.user, asked.round))
    wait_for_paper(request.user, election_or_404(asked), request.POST.get("wait") == "yes")  # type: ignore[arg-type]
    return asked.go("paper")


@require_safe
def booklet(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The ballot booklet as a PDF, for everybody once the ballot is fixed."""
    asked = ask(request, place, round)
    if not asked.round.ballot.exists():
        raise Http404
    return _paper(asked, "booklet")


@require_safe
def paper_ballot(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The ballot paper as a PDF, for those who print ballots and hand them out."""
    asked = ask(request, place, round)
    require(is_clerk(request.user, asked.round))
    if not asked.round.ballot.exists():
        raise Invalid(_("First fix the ballot. Then it can be printed."))
    if asked.round.scope == Round.Scope.OWN_AREA and not _areas(asked):
        raise Invalid(_("In this round each area has a ballot paper of its own. Choose the area first."))
    return _paper(asked, "ballot")


def _areas(asked: Asked) -> list[Area]:
    """Return the areas whose paper is asked for; none where every paper of the round is the same."""
    given = [asked.request.GET.get(name, "") for name in ("area", "other")]
    if asked.round.scope == Round.Scope.PLACE or not any(given):
        return []
    form = PrintForm(asked.request.GET, round=asked.round)
    form.is_valid()
    if "area" in form.errors or "other" in form.errors:
        raise Invalid(_("There is no such area here. Go back and choose one."))
    found = [form.cleaned_data["area"], form.cleaned_data.get("other")]
    return list(dict.fromkeys(area for area in found if area is not None))


def _paper(asked: Asked, kind: str) -> HttpResponse:
    """Set a paper in the language, size and style that the address asks for."""
    given = asked.request.GET
    language = given.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    large = given.get("large") == "yes"
    areas, pictures = _areas(asked), kind == "booklet" and given.get("pictures") == "yes"
    with translation.override(language):
        content = queries.paper_round(asked.round, areas=areas, pictures=pictures)
    if kind == "booklet":
        paper = made.booklet(content, language=language, large=large)
    else:
        style = given.get("style", "")
        paper = made.ballot(content, language=language, large=large, style=style if style in ("list", "card") else "")
    parts = [asked.round.slug, kind, *(slugify(area.name) for area in areas), language, "large" if large else ""]
    name = "-".join(part for part in parts if part)
    return pdf_answer(made.kept_pdf(paper), name)


def pdf_answer(pdf: bytes, name: str) -> HttpResponse:
    """Send a PDF as a file to keep."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def envelopes(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Check outer envelopes against the roll, one after the other."""
    asked = ask(request, place, round)
    require(may_work_on_paper(request.user, asked.round, asked.election))
    election = election_or_404(asked)
    form = EnvelopeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = queries.entry_of_envelope(asked.round, form.cleaned_data["who"])
        try:
            if entry is None:
                raise Invalid(_("Nobody on the roll has this. Compare it with the slip."), "who")
            check_envelope(request.user, election, entry)  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("On the roll. Put the envelope on the pile for the second officer."))
            return asked.go("envelopes")
    waiting = queries.waiting_envelopes(election, request.user)  # type: ignore[arg-type]
    return asked.page("envelopes", {"form": form, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def envelope_back(request: HttpRequest, place: str, round: str, envelope: int) -> HttpResponse:
    """Send an envelope back before it is opened."""
    asked = ask(request, place, round)
    require(may_work_on_paper(request.user, asked.round, asked.election))
    found = get_object_or_404(
        PaperEnvelope.objects.select_related("entry"), pk=envelope, election=election_or_404(asked)
    )
    found.election = election_or_404(asked)
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            send_back(request.user, found, form.cleaned_data["reason"])  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return asked.go("envelopes")
    return asked.page("envelope_back", {"form": form, "envelope": found})


@require_http_methods(["GET", "HEAD", "POST"])
def envelopes_open(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Open what other officers checked, into a new batch."""
    asked = ask(request, place, round)
    require(may_work_on_paper(request.user, asked.round, asked.election))
    election = election_or_404(asked)
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            batch = open_envelopes(request.user, election, given["counted"], few=given["few"])  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            return redirect("batch", asked.round.place.slug, asked.round.slug, batch.number)
    waiting = queries.waiting_envelopes(election, request.user)  # type: ignore[arg-type]
    return asked.page("envelopes_open", {"form": form, "waiting": waiting})


def _batch(asked: Asked, number: int) -> PaperBatch:
    election = election_or_404(asked)
    found = get_object_or_404(PaperBatch, election=election, number=number)
    found.election = election
    return found


@require_safe
def batch(request: HttpRequest, place: str, round: str, batch: int) -> HttpResponse:
    """One batch: which ballots wait for whom."""
    asked = ask(request, place, round)
    require(is_clerk(request.user, asked.round))
    found = _batch(asked, batch)
    view = queries.batch_view(found, request.user)  # type: ignore[arg-type]
    may = may_work_on_paper(request.user, asked.round, found.election)
    return asked.page("batch", {"view": view, "may_work": may})


@require_safe
def batch_cover(request: HttpRequest, place: str, round: str, batch: int) -> HttpResponse:
    """The cover of a batch, to print, sign and put on top of the pile."""
    asked = ask(request, place, round)
    require(is_clerk(request.user, asked.round))
    found = _batch(asked, batch)
    return pdf_answer(made.pdf(made.sheet(_cover(asked, found))), f"{asked.round.slug}-batch-{found.number}")


def _cover(asked: Asked, batch: PaperBatch) -> Sheet:
    title = _("Batch %(number)s") % {"number": batch.number}
    return Sheet(
        place=asked.round.place.name,
        title=title,
        opening=(
            asked.round.title,
            ngettext("%(count)s envelope was opened.", "%(count)s envelopes were opened.", batch.envelopes)
            % {"count": batch.envelopes},
            _("Number the ballots from 1 to %(count)s, in the box at the foot of each first sheet.")
            % {"count": batch.envelopes},
        ),
        tables=(
            Table(
                _("What to do"),
                (_("Step"), _("Who")),
                (
                    (_("Mix the inner envelopes before you open them."), _("both officers")),
                    (_("Write the batch and ballot numbers on the ballots."), _("both officers")),
                    (_("Key every ballot. Do not talk about what you read."), _("one after the other")),
                    (_("Where the two differ, look at the paper again and key it once more."), _("both officers")),
                    (_("Seal the pile with this sheet on top and keep it until the time for appeals is over."),
                     _("returning officer")),
                ),
            ),
        ),
        signatures=(_("First officer"), _("Second officer")),
        label=asked.round.label,
        foot=f"{asked.round.place.name} · {asked.round.title} · {title}",
    )  # fmt: skip


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_key(request: HttpRequest, place: str, round: str, batch: int, ballot: int) -> HttpResponse:
    """Key one ballot; then the next one is there at once."""
    asked = ask(request, place, round)
    require(may_work_on_paper(request.user, asked.round, asked.election))
    found = _batch(asked, batch)
    if not 1 <= ballot <= found.envelopes:
        raise Http404
    projects = whole_ballot(asked.round)
    form = KeyForm(request.POST or None, how=_how_to_key(asked.round.ballot_form))
    ticked = request.POST.getlist("choice")
    wrong: list[Any] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        read = _read(projects.form, given["numbers"], ticked, given["spoilt"])
        if isinstance(read, Read):
            outcome = key_ballot(request.user, found, ballot, read)  # type: ignore[arg-type]
            _tell(request, ballot, outcome)
            return _next(asked, found, ballot)
        wrong = problems_said(read, projects.by_number)
    view = queries.batch_view(found, request.user)  # type: ignore[arg-type]
    context = {
        "view": view,
        "line": view.lines[ballot - 1],
        "ballot": projects,
        "form": form,
        "wrong": wrong,
        "ticked": set(ticked),
        "may_tick": asked.round.ballot_form not in (RANK, POINTS),
    }
    return asked.page("ballot_key", context, status=422 if wrong else 200)


def _read(form: Any, typed: str, ticked: list[str], spoilt: str) -> Read | list[Any]:
    if spoilt:
        return Read(spoilt=spoilt)
    found = keyed.read(form, typed, ticked)
    return Read(choices=found) if isinstance(found, Choices) else found


def _next(asked: Asked, batch: PaperBatch, after: int) -> HttpResponse:
    view = queries.batch_view(batch, asked.request.user)  # type: ignore[arg-type]
    address = [asked.round.place.slug, asked.round.slug, batch.number]
    number = view.next_after(after)
    return redirect("batch", *address) if number is None else redirect("ballot_key", *address, number)


def _tell(request: HttpRequest, number: int, outcome: Outcome) -> None:
    said = {
        Outcome.WAITS: _("Ballot %(number)s is keyed. Another officer has to key it too."),
        Outcome.AGREED: _("Ballot %(number)s: both officers agree. It is in."),
        Outcome.SPOILT: _("Ballot %(number)s: both officers say that it cannot be counted."),
        Outcome.DIFFERS: _("Ballot %(number)s: somebody read something else. Take it out; both look and key it again."),
    }[outcome]
    tell = messages.warning if outcome == Outcome.DIFFERS else messages.success
    tell(request, said % {"number": number})


def _how_to_key(form: str) -> str:
    if form == POINTS:
        return _("Like 12=3 4=1: project 12 has three points, project 4 has one.")
    if form == RANK:
        return _("Like 12 4 33: 12 is the first choice, 4 the second, 33 the third.")
    return _("Like 12 4 33, with a space between. Then press Enter.")
