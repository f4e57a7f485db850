"""The log: every leaf, the proof that it is there, checkpoints to keep, and what was made void."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.voting.actions.voids import agree_to_void, ask_for_void
from pennypot.apps.voting.ceremony_forms import VoidForm
from pennypot.apps.voting.log.notes import verifier_key
from pennypot.apps.voting.models import Election, Head, LogEvent, VoidRequest
from pennypot.apps.voting.permissions.core import may_agree_to_void, may_ask_for_void
from pennypot.apps.voting.queries.log import inclusion_proof
from pennypot.apps.voting.views.asked import Asked, ask, ask_at_booth, election_or_404
from pennypot.house.answers import Invalid, require

LEAVES_A_PAGE = 100


@require_safe
def log(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The log's head and its leaves, the latest first."""
    asked = ask_at_booth(request, place, round)
    election = asked.election
    if election is None or election.opened_at is None:
        return asked.page("log_not_yet", {})
    before = _number(request.GET.get("before", ""))
    events = LogEvent.objects.filter(election=election).order_by("-index")
    if before is not None:
        events = events.filter(index__lt=before)
    shown = list(events[: LEAVES_A_PAGE + 1])
    checkpoint = election.checkpoints.order_by("-size").first()
    context = {
        "election": election,
        "head": Head.objects.get(election=election),
        "leaves": [(event.index, bytes(event.leaf).decode()) for event in shown[:LEAVES_A_PAGE]],
        "more": shown[LEAVES_A_PAGE - 1].index if len(shown) > LEAVES_A_PAGE else None,
        "checkpoint": checkpoint,
        "key": verifier_key(election.origin, bytes(election.sign_public_key or b"")),
        "may_void": may_ask_for_void(request.user, election),
    }
    return asked.page("log", context)


@require_safe
def entry(request: HttpRequest, place: str, round: str, index: int) -> HttpResponse:
    """One leaf, with the proof that it is in the log."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    proof = inclusion_proof(election, index)
    if proof is None:
        raise Http404
    later = LogEvent.objects.filter(election=election, refers=index).values_list("kind", "index")
    return asked.page("log_entry", {"proof": proof, "leaf": proof.leaf.decode(), "later": dict(later)})


@require_safe
def leaves(request: HttpRequest, place: str, round: str) -> HttpResponseBase:
    """Every leaf as it is hashed, one a line."""
    election = election_or_404(ask(request, place, round))
    response = StreamingHttpResponse(_lines(election), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-{election.round.slug}.jsonl"'
    return response


@require_safe
def checkpoints(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """Every checkpoint so far, as text to keep."""
    election = election_or_404(ask(request, place, round))
    notes = election.checkpoints.order_by("size").values_list("note", flat=True)
    return HttpResponse("\n".join(notes), content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """What was made void, what waits for a second officer, and the form to ask."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    require(may_ask_for_void(request.user, election))
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_void(request.user, election, form.cleaned_data["index"], form.cleaned_data["reason"])  # type: ignore[arg-type]
        except Invalid as problem:
            form.add_error(problem.field or None, str(problem.message))
        else:
            messages.success(request, _("Noted. A second officer has to agree before anything happens."))
            return asked.go("void")
    return _void_page(asked, election, form)


@require_POST
def agree(request: HttpRequest, place: str, round: str, request_id: int) -> HttpResponse:
    """The second officer agrees."""
    asked = ask(request, place, round)
    election = election_or_404(asked)
    wanted = get_object_or_404(
        VoidRequest.objects.select_related("election__round__place"), pk=request_id, election=election
    )
    try:
        leaf = agree_to_void(request.user, wanted)  # type: ignore[arg-type]
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("The ballot is void: see number %(leaf)d of the log.") % {"leaf": leaf})
    return asked.go("void")


def _void_page(asked: Asked, election: Election, form: VoidForm) -> HttpResponse:
    wanted = election.void_requests.select_related("by", "agreed_by", "election__round__place").order_by("-pk")
    rows = [(one, may_agree_to_void(asked.request.user, one)) for one in wanted]
    return asked.page("void", {"form": form, "rows": rows}, 422 if form.is_bound else 200)


def _lines(election: Election) -> Iterator[bytes]:
    events = LogEvent.objects.filter(election=election).order_by("index").values_list("leaf", flat=True)
    for leaf in events.iterator(5_000):
        yield bytes(leaf) + b"\n"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
