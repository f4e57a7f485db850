"""Letters with codes, and the letters of the roll audit."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.places.models import Area
from pennypot.apps.voting.actions.letters import IN_A_PART, KEPT, ask_for_letters, fetch_part, throw_letters_away
from pennypot.apps.voting.actions.roll_audit import draw_for_audit
from pennypot.apps.voting.models import LetterRun, RollEntry
from pennypot.apps.voting.paper_forms import AuditForm, LettersForm
from pennypot.apps.voting.papers import made
from pennypot.apps.voting.papers.addressed import MOST_BYTES, Addressed, read_addresses
from pennypot.apps.voting.papers.contents import AuditLetter
from pennypot.apps.voting.permissions.paper import may_audit_roll, may_make_letters, may_open_letters, may_run_paper
from pennypot.apps.voting.queries import paper as queries
from pennypot.apps.voting.views.asked import Asked, ask, election_or_404
from pennypot.apps.voting.views.paper import pdf_answer
from pennypot.house.answers import require
from pennypot.house.uploads import too_large


@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Ask for letters with codes; see what was asked for before."""
    asked = ask(request, place, round)
    require(may_run_paper(request.user, asked.round))
    form = LettersForm(request.POST or None, request.FILES or None, initial={"language": translation.get_language()})
    problems: list[str] = []
    if request.method == "POST":
        require(may_make_letters(request.user, asked.round))
        if too_large(request, "addresses"):
            form.add_error("addresses", _("This file is too large. Send the list in parts."))
        elif form.is_valid():
            addressed, problems = _addresses(asked, form)
            if not problems:
                return _ask_for(asked, form, addressed)
    runs = LetterRun.objects.filter(round=asked.round).select_related("by")
    may = may_make_letters(request.user, asked.round)
    return asked.page("codes", {"form": form, "problems": problems, "runs": runs, "may": may})


def _addresses(asked: Asked, form: LettersForm) -> tuple[list[Addressed], list[str]]:
    file = form.cleaned_data.get("addresses")
    if file is None:
        return [], []
    if file.size > MOST_BYTES:
        return [], [_("This file is too large. Send the list in parts.")]
    areas = {name.lower(): pk for pk, name in Area.objects.filter(place=asked.round.place).values_list("pk", "name")}
    return read_addresses(file.read(), areas)


def _ask_for(asked: Asked, form: LettersForm, addressed: list[Addressed]) -> HttpResponse:
    given = form.cleaned_data
    wanted = ask_for_letters(
        asked.request.user,  # type: ignore[arg-type]
        asked.round,
        count=given.get("count") or 0,
        addressed=addressed,
        language=given["language"],
        large=given["large"],
    )
    response = redirect("work", work=wanted.work.pk)
    _keep_key(response, wanted.run.pk, wanted.private_key.hex(), int(KEPT.total_seconds()))
    return response


@require_safe
def letters(request: HttpRequest, place: str, round: str, run: UUID) -> HttpResponse:
    """The parts of a run that are ready to fetch."""
    asked = ask(request, place, round)
    found = _run(asked, run)
    sizes = [min(IN_A_PART, found.letters - IN_A_PART * part) for part in range(found.parts)]
    parts = [(number, size) for number, size in enumerate(sizes, start=1)]
    is_here = _key_name(found.pk) in request.COOKIES
    all_parts = -(-found.letters // IN_A_PART)
    context = {"run": found, "parts": parts, "is_here": is_here, "all_parts": all_parts}
    return asked.page("letters", context)


@sensitive_variables()
@require_safe
def letters_part(request: HttpRequest, place: str, round: str, run: UUID, part: int) -> HttpResponse:
    """One part as a PDF, opened with the key in this browser."""
    asked = ask(request, place, round)
    found = _run(asked, run)
    try:
        key = bytes.fromhex(request.COOKIES.get(_key_name(found.pk), ""))
    except ValueError:
        key = b""
    response = pdf_answer(fetch_part(request.user, found, part, key), f"{asked.round.slug}-letters-{part}")  # type: ignore[arg-type]
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def letters_away(request: HttpRequest, place: str, round: str, run: UUID) -> HttpResponse:
    """Throw the files away when they are fetched."""
    asked = ask(request, place, round)
    found = _run(asked, run)
    throw_letters_away(request.user, found)  # type: ignore[arg-type]
    messages.success(request, _("The letters are no longer here. The codes in them work."))
    response = asked.go("codes")
    _keep_key(response, found.pk, "", 0)
    return response


def _run(asked: Asked, run: UUID) -> LetterRun:
    require(may_run_paper(asked.request.user, asked.round))
    found = get_object_or_404(LetterRun, pk=run, round=asked.round)
    found.round = asked.round
    require(may_open_letters(asked.request.user, found))
    return found


def _key_name(run: UUID) -> str:
    return f"{'__Host-' if settings.OVER_HTTPS else 'pennypot-'}letters-{run.hex}"


def _keep_key(response: HttpResponse, run: UUID, key: str, lasts: int) -> None:
    """Put the key that opens the letters into this browser, and nowhere else."""
    response.set_cookie(
        _key_name(run), key, max_age=lasts, secure=settings.OVER_HTTPS, httponly=True, samesite="Strict"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def roll_audit(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Draw people who voted by a public lot, and get the letters that ask them whether they did."""
    asked = ask(request, place, round)
    require(may_audit_roll(request.user, asked.round, asked.election))
    form = AuditForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        drawn = draw_for_audit(request.user, election_or_404(asked), given["seed"], given["count"])  # type: ignore[arg-type]
        if drawn:
            return _audit_letters(asked, drawn, given["language"], given["answer_to"])
        form.add_error(None, _("Nobody voted, so there is nobody to ask."))
    return asked.page("roll_audit", {"form": form})


def _audit_letters(asked: Asked, drawn: list[RollEntry], language: str, answer_to: str) -> HttpResponse:
    with translation.override(language):
        content = queries.paper_round(asked.round)
        asked_for = [AuditLetter(str(one.pk), queries.how_voted(one), date_format(one.day, "j E Y")) for one in drawn]
    paper = made.audit_letters(content, asked_for, language=language, answer_to=answer_to)
    return pdf_answer(made.pdf(paper), f"{asked.round.slug}-roll-audit")
