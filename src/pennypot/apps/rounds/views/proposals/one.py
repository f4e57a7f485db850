"""One proposal: its page, its versions, as a sheet and a poster, and what readers do with it."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.places.views.asked import person_of, posted
from pennypot.apps.rounds import versions
from pennypot.apps.rounds.actions.proposals import endorsing, sending, talking
from pennypot.apps.rounds.forms.proposals import ReasonForm
from pennypot.apps.rounds.models import Proposal
from pennypot.apps.rounds.permissions import proposals as may
from pennypot.apps.rounds.posters import poster_pdf
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries import proposals as queries
from pennypot.apps.rounds.queries.rounds import round_for
from pennypot.apps.talk.forms import Say
from pennypot.apps.talk.queries import address_of_comment, comment_in
from pennypot.house.answers import Invalid, require
from pennypot.house.kept import Kept


def found(request: HttpRequest, place: str, round: str, number: int) -> Proposal:
    """Return the proposal of this address, if the reader may see its round. Four SQL queries."""
    return queries.proposal_of(round_for(request.user, place, round), number)


def address_of(proposal: Proposal) -> tuple[str, str, int]:
    """Return what the addresses of a proposal are made of."""
    return (proposal.round.place.slug, proposal.round.slug, proposal.number or 0)


@require_safe
def proposal(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """A proposal with everything about it, and the conversation under it."""
    return page(request, found(request, place, round, number))


def page(request: HttpRequest, one: Proposal, form: Say | None = None) -> HttpResponse:
    """Draw a proposal's page; `form` is a comment that could not be taken. Fifteen SQL queries."""
    now, person = now_of(request), request.user
    authors = queries.authors_of(one)
    context: dict[str, Any] = {
        "place": one.round.place,
        "stage": "proposals",
        "round": one.round,
        "proposal": one,
        "authors": [author for author in authors if author.state == "consented"],
        "is_author": may.is_author(person, one),
        "endorsed": queries.has_endorsed(person, one),
        "merges": queries.open_merges(one) if may.is_author(person, one) else [],
        "joined": queries.joined_into(one),
        "may_edit": may.may_edit(person, one, now=now),
        "may_withdraw": may.may_withdraw(person, one, now),
        "may_endorse": may.may_endorse(person, one, now),
        "may_merge": may.may_merge(person, one, now),
        "may_comment": may.may_comment(person, one, now),
        "comment_form": form,
        "article": _article(one),
    }
    return render(request, "rounds/proposals/proposal.html", context, status=200 if form is None else 422)


# About 10 kB each, so 2 MB at most.
_articles: Kept[SafeString] = Kept(most=200)


def _article(one: Proposal) -> SafeString:
    """Draw what a proposal says: the same for every reader. Three SQL queries, none when it is kept."""
    round, kind = one.round, one.category
    key = (one.pk, one.revision, one.changed_at, one.cost_pence, round.place.slug, round.slug, get_language())
    context = {"place": round.place, "round": round, "proposal": one}
    return _articles.get(
        (*key, kind and (kind.name, kind.colour)),
        lambda: render_to_string("rounds/proposals/_article.html", {**context, **queries.extras(one)}),
    )


@require_safe
def history(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Every version, and what changed from each to the next."""
    one = found(request, place, round, number)
    all_versions = queries.versions_of(one)
    told = []
    for index, version in enumerate(all_versions):
        before = all_versions[index + 1] if index + 1 < len(all_versions) else None
        changed = versions.differences(before.content, version.content) if before else []
        told.append((version, changed, before is None))
    context = {"place": one.round.place, "stage": "proposals", "round": one.round, "proposal": one, "versions": told}
    return render(request, "rounds/proposals/versions.html", context)


@require_safe
def sheet(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """The proposal on paper: all of it, and nothing else."""
    one = found(request, place, round, number)
    context = {
        "place": one.round.place,
        "round": one.round,
        "proposal": one,
        "authors": [author for author in queries.authors_of(one) if author.state == "consented"],
        "address": _full_address(one),
        "qr": qr(_full_address(one)),
        **queries.extras(one),
    }
    return render(request, "rounds/proposals/sheet.html", context)


@require_safe
def poster(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """A poster for a window: the title, a sentence, and a square to point a telephone at."""
    one = found(request, place, round, number)
    context = {
        "place": one.round.place,
        "round": one.round,
        "proposal": one,
        "picture": one.pictures.first(),
        "address": _full_address(one),
        "qr": qr(_full_address(one)),
    }
    return render(request, "rounds/proposals/poster.html", context)


@require_safe
def poster_file(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """The poster as a PDF."""
    one = found(request, place, round, number)
    answer = HttpResponse(poster_pdf(one, _full_address(one)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="poster-{one.number}.pdf"'
    return answer


def _full_address(one: Proposal) -> str:
    return settings.SITE_ADDRESS + reverse("proposal", args=address_of(one))


def qr(address: str) -> SafeString:
    """Draw an address as a QR code: an SVG that takes the ink of the page and always stands on white."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return SafeString(drawn)


@require_POST
def endorse(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Say that it is a good idea, or take that back."""
    one = found(request, place, round, number)
    if request.POST.get("do") == "take-back":
        endorsing.take_back(person_of(request), one)
        messages.success(request, _("You took it back."))
    else:
        endorsing.endorse(person_of(request), one)
        messages.success(request, _("Thank you. Everybody sees that one more person likes this idea. It is no vote."))
    return redirect(reverse("proposal", args=address_of(one)) + "#endorse")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Withdraw a proposal, with the reason."""
    one = found(request, place, round, number)
    require(may.may_withdraw(request.user, one, now_of(request)))
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            sending.withdraw(person_of(request), one, form.cleaned_data["reason"])
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The proposal is withdrawn."))
            return redirect("proposal", *address_of(one))
    context = {"place": one.round.place, "stage": "proposals", "round": one.round, "proposal": one, "form": form}
    return render(request, "rounds/proposals/withdraw.html", context)


@require_POST
def comment(request: HttpRequest, place: str, round: str, number: int) -> HttpResponse:
    """Say something under a proposal, or answer somebody."""
    one = found(request, place, round, number)
    require(may.may_comment(request.user, one, now_of(request)))
    form = Say(request.POST)
    if form.is_valid():
        try:
            said = talking.comment(
                person_of(request),
                one,
                form.cleaned_data["text"],
                parent=comment_in(one.thread, form.cleaned_data["parent"]),
                key=form.cleaned_data["key"],
            )
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            return redirect(address_of_comment(said))
    return page(request, one, form)
