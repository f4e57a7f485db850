"""What stands on one voter's ballot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import BallotItem, Round
from pennypot.apps.voting.choices import KNAPSACK, BallotForm, Item
from pennypot.apps.voting.models import Election, RollEntry, Slot
from pennypot.apps.voting.slots import slot_for


@dataclass(frozen=True)
class Ballot:
    """The projects that one voter chooses from, in the drawn order, and the rules of choosing."""

    round: Round
    lines: tuple[BallotItem, ...]

    @cached_property
    def form(self) -> BallotForm:
        """The rules, as `choices.check` takes them."""
        return form_of(self.round, self.lines)

    @cached_property
    def by_number(self) -> dict[int, BallotItem]:
        """The projects by number."""
        return {line.number: line for line in self.lines}

    @cached_property
    def areas(self) -> list[str]:
        """Names of the areas that the projects are in."""
        return sorted({line.area_name for line in self.lines if line.area_name})

    @cached_property
    def categories(self) -> list[str]:
        """Names of the kinds of project."""
        return sorted({line.category_name for line in self.lines if line.category_name})


def form_of(round: Round, lines: tuple[BallotItem, ...]) -> BallotForm:
    """Return the rules of a round's ballot for these projects."""
    return BallotForm(
        kind=round.ballot_form,
        items={line.number: Item(line.number, line.cost_pence, line.withdrawn_at is not None) for line in lines},
        max_choices=round.max_choices,
        budget_pence=round.budget_pence if round.ballot_form == KNAPSACK else None,
        points=round.points,
    )


def whole_ballot(round: Round) -> Ballot:
    """Return the ballot with every project of the round. One SQL query."""
    return Ballot(round, tuple(round.ballot.order_by("position")))


def ballot_for(whole: Ballot, areas: list[int]) -> Ballot:
    """Return a voter's part of the whole ballot. One SQL query where a round has people vote in their own area.

    Parameters
    ----------
    areas
        The voter's own area and, where the round has them choose one, the other.
    """
    round = whole.round
    if round.scope == Round.Scope.PLACE:
        return whole
    names = _names_around(round, areas)
    return Ballot(round, tuple(line for line in whole.lines if not line.area_name or line.area_name in names))


def _names_around(round: Round, areas: list[int]) -> set[str]:
    """Return the names of these areas, of what they are part of, and of their own parts."""
    known = {area.pk: area for area in Area.objects.filter(place_id=round.place_id)}
    wanted = {pk for pk in areas if pk in known}
    for pk in list(wanted):
        parent = known[pk].parent_id
        while parent is not None and parent not in wanted:
            wanted.add(parent)
            parent = known[parent].parent_id
    inside, grown = {pk for pk in areas if pk in known}, True
    while grown:
        more = {area.pk for area in known.values() if area.parent_id in inside} - inside
        inside |= more
        grown = bool(more)
    return {known[pk].name for pk in wanted | inside}


def election_of(round: Round) -> Election | None:
    """Return the round's election, if it has one yet. One SQL query."""
    election = Election.objects.filter(round_id=round.pk).first()
    if election is not None:
        election.round = round
    return election


def entry_that_may_vote(round: Round, entry_id: int) -> RollEntry | None:
    """Return the roll entry of a pass, unless it was taken off the roll meanwhile. One SQL query."""
    states = (RollEntry.State.INVITED, RollEntry.State.ELIGIBLE)
    return RollEntry.objects.filter(pk=entry_id, round_id=round.pk, state__in=states).first()


def has_voted(election: Election, entry_id: int) -> bool:
    """Say whether there is a ballot in this voter's slot already, for the voter's own page. One SQL query."""
    return Slot.objects.filter(election=election, slot=slot_for(election, entry_id)).exists()
