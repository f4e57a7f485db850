"""A project that may go forward: what it is, who leads it, what was offered, and what is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from pennypot.apps.game.models import Confirmation, Forward, Table
from pennypot.apps.game.queries.after import my_cards, offer_title
from pennypot.apps.places.models import Place
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.proposals import may_draft
from pennypot.play import Pack, State, loaded
from pennypot.play.state import Offer, Project


@dataclass(frozen=True)
class Carried:
    """A project of a table, with its cards.

    Parameters
    ----------
    offers
        Id, offer and what it is of.
    lacking
        Units by kind that nobody offered.
    needs
        Names of the needs that it helps.
    """

    table: Table
    name: str
    cards: Pack
    state: State
    project: Project
    text: str
    offers: tuple[tuple[str, Offer, str], ...]
    lacking: dict[str, int]
    needs: tuple[str, ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.project.title

    def offer_title(self, offer: str) -> str:
        """Say what an offer is of; nothing where it is none of this project's."""
        return next((title for name, _offer, title in self.offers if name == offer), "")


def carried(table: Table, name: str) -> Carried:
    """Return a project of a table.

    Raises
    ------
    Http404
        The table has no such project.
    """
    cards, state = my_cards(table.session), loaded(table.state)
    project = state.projects.get(name)
    if project is None:
        raise Http404
    filled = state.filled(name)
    return Carried(
        table=table,
        name=name,
        cards=cards,
        state=state,
        project=project,
        text=cards.idea_card[project.card].text if project.card else project.text,
        offers=tuple(
            (key, offer, offer_title(cards, state, offer.asset))
            for key, offer in state.offers.items()
            if offer.project == name
        ),
        lacking={
            kind: units - filled.get(kind, 0) for kind, units in project.slots.items() if filled.get(kind, 0) < units
        },
        needs=tuple(cards.need[need].name for need in project.needs),
    )


def forward_of(table: Table, name: str) -> tuple[Forward | None, dict[str, Confirmation]]:
    """Return how far a project has gone, and what is confirmed: the lead under an empty name, offers by their ids."""
    forward = Forward.objects.select_related("proposal__round").filter(table=table, project=name).first()
    if forward is None:
        return None, {}
    found = forward.confirmations.filter(confirmed_at__isnull=False).select_related("person")
    return forward, {one.offer: one for one in found}


def rounds_that_take(place: Place, preferred: Round | None) -> list[Round]:
    """Return the rounds that take drafts now, the evening's own first."""
    now = clock.database_now()
    found = place.rounds.filter(published_at__isnull=False, cancelled_at__isnull=True).order_by("-pk")
    taking = [round for round in found if may_draft(round, now)]
    return sorted(taking, key=lambda round: preferred is None or round.pk != preferred.pk)
