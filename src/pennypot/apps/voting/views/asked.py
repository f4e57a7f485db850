"""What every page of the vote asks first: which round, which election, whether it is open, and who stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from pennypot.apps.people.addresses import client_ip
from pennypot.apps.places.permissions import may_see
from pennypot.apps.rounds.clock import now_of
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import may_see_round
from pennypot.apps.rounds.queries.rounds import round_for
from pennypot.apps.rounds.stages import Kind, end_said
from pennypot.apps.voting.actions.entering import Comer
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.passes import Pass, is_tablet, pass_in, pass_of, read_token
from pennypot.apps.voting.permissions.web import may_enter
from pennypot.apps.voting.queries.ballots import election_of
from pennypot.apps.voting.queries.booth import Booth, booth
from pennypot.house.answers import Answer, require


@dataclass
class Asked:
    """One request about one round's vote; each part is looked up when it is first needed."""

    request: HttpRequest
    round: Round
    booth: Booth | None = None

    @cached_property
    def election(self) -> Election | None:
        """The election, if there is one yet."""
        return self.booth.election if self.booth else election_of(self.round)

    @cached_property
    def may_enter(self) -> Answer:
        """Whether people may come in now, by the database's clock."""
        return may_enter(self.round, self.election, self.booth.now if self.booth else now_of(self.request))

    @cached_property
    def tablet(self) -> bool:
        """Whether this browser is a shared tablet for the round."""
        return is_tablet(self.request, self.round.pk)

    @cached_property
    def holds(self) -> Pass | None:
        """The browser's voting pass for this round."""
        return pass_of(self.request, self.round.pk)

    @property
    def comer(self) -> Comer:
        """Who stands at the entrance."""
        return Comer(client_ip(self.request.META, settings.OPTIONS.proxies))

    @property
    def closes_said(self) -> str:
        """When the voting stage closes, in the place's time; nothing where there is no such stage."""
        closes = next((stage.closes_at for stage in self.round.stage_list if stage.kind == Kind.VOTING), None)
        return end_said(closes, self.round.zone) if closes else ""

    def page(self, name: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
        """Draw ``voting/<name>.html``. Nobody keeps it: it may speak of one voter."""
        return self.answer(self.drawn(name, context), status)

    def drawn(self, name: str, context: Mapping[str, object]) -> str:
        """Draw ``voting/<name>.html`` and return it as text."""
        about = {
            "place": self.round.place,
            "stage": "vote",
            "round": self.round,
            "asked": self,
            **context,
        }
        return render_to_string(f"voting/{name}.html", about, self.request)

    def answer(self, page: str, status: int = 200) -> HttpResponse:
        """Answer with a page that nobody keeps."""
        response = HttpResponse(page, status=status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def go(self, name: str) -> HttpResponse:
        """Send the browser to a page of this round."""
        response = redirect(name, self.round.place.slug, self.round.slug)
        response.headers["Cache-Control"] = "no-store"
        return response


def ask(request: HttpRequest, place: str, round: str) -> Asked:
    """Find the round; 404 or a refusal where the person may not see it."""
    return Asked(request, round_for(request.user, place, round))


def ask_at_booth(request: HttpRequest, place: str, round: str) -> Asked:
    """Find the round, the ballot, and who stands there, with one SQL query; 404 or a refusal as `ask`."""
    held, sent = pass_in(request), read_token(request.POST.get("token", ""))
    found = booth(place, round, held.entry_id if held else None, sent.token if sent else None)
    if found is None:
        raise Http404
    require(may_see(request.user, found.round.place))
    require(may_see_round(request.user, found.round))
    return Asked(request, found.round, found)


def election_or_404(asked: Asked) -> Election:
    """Return the election of a page that makes no sense without one."""
    if asked.election is None:
        raise Http404
    return asked.election
