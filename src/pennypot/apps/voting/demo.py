"""The demonstration's votes: keys for the round that is open, and 3,000 ballots of a round that is over.

The ballots are a simulation with a fixed seed, cast by the same code as anybody's: sealed, logged, closed, opened with
two shares, counted and published. What the voters want is invented, and every page of the round says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Area, Place
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.demo import INVENTED, end_voting
from pennypot.apps.rounds.models import BallotItem, Round
from pennypot.apps.voting import codes, vault
from pennypot.apps.voting.actions import ceremony, closing, entering, opening
from pennypot.apps.voting.actions.casting import DESK, WEB, cast
from pennypot.apps.voting.actions.count import open_and_count, publish_counted
from pennypot.apps.voting.actions.roll import set_postcodes
from pennypot.apps.voting.choices import BallotForm, Choices, check
from pennypot.apps.voting.models import Election, KeyHolder, PostcodeList, RollEntry
from pennypot.apps.voting.permissions.web import may_keep_roll
from pennypot.apps.voting.queries.ballots import whole_ballot
from pennypot.apps.voting.slots import slots_for
from pennypot.house.answers import Invalid

VOTERS = 3_000
ON_ROLL = 9_500  # people who got a code; two thirds of them stay at home, as in real rounds
CHANGED_THEIR_MIND = 60
SEED = "Pennypot demonstration, the round that is over"
# Codes that a visitor of the demonstration can vote with in the open round.
CODES_TO_TRY = 20
CODES_FILE = "codes-to-try.txt"
# No postcode of the country begins with ZZ, so nobody lives in one of these.
POSTCODE = "ZZ{number}"
POSTCODE_TO_TRY = "ZZ1 1AA"


def load(place: Place) -> None:
    """Make the elections of a demo place's rounds, once."""
    people = _people(place)
    if people is None:
        return
    voted_on = Round.objects.filter(place=place, label__startswith=INVENTED, rules_frozen_at__isnull=False)
    for round in voted_on.order_by("pk"):
        if Election.objects.filter(round=round).exists():
            _invent_postcodes(round, people[1])
            continue
        if round.published_at is None:
            vote_and_count(round, people)
        else:
            make_ready(round, people)
            print_codes(round)
            _invent_postcodes(round, people[1])


def codes_to_try(round: Round) -> list[str]:
    """Return codes for visitors of the demonstration; they lie beside the other secrets of the election."""
    election = Election.objects.filter(round=round).first()
    if election is None or not vault.exists(election.pk, CODES_FILE):
        return []
    return [codes.said(code) for code in vault.read(election.pk, CODES_FILE).decode().split()]


def postcode_to_try(round: Round) -> str:
    """Return an invented postcode that may vote in a round of the demonstration; nothing where the list is another."""
    try:
        entering.area_of(round, POSTCODE_TO_TRY)
    except Invalid:
        return ""
    return POSTCODE_TO_TRY


def make_ready(round: Round, people: Mapping[int, Person]) -> tuple[Election, dict[int, str]]:
    """Hold the key ceremony with the demo's people; return the election and the shares as they were printed."""
    election = ceremony.prepare_election(people[1], round)
    ceremony.begin(people[1], election, people)
    holders = list(
        KeyHolder.objects.filter(election=election).select_related("election__round__place").order_by("which")
    )
    shares = {holder.which: ceremony.take_share(people[holder.which], holder).text for holder in holders}
    for holder in holders[:2]:
        ceremony.rehearse(people[holder.which], holder, shares[holder.which])
    return Election.objects.select_related("round__place").get(pk=election.pk), shares


def vote_and_count(round: Round, people: Mapping[int, Person], voters: int = VOTERS) -> Election:
    """Let simulated voters vote in a round that is not published yet; then end it, open it, count it, publish it."""
    election, shares = make_ready(round, people)
    chance = Random(SEED)  # noqa: S311 - a simulation that anybody can repeat
    form = whole_ballot(round).form
    wishes = _Wishes(round, form, chance)
    entries = _roll(round, chance, voters)
    slots = dict(slots_for(election, [entry.pk for entry in entries]))
    for number, entry in enumerate([*entries, *chance.sample(entries, min(CHANGED_THEIR_MIND, voters))]):
        choices = wishes.of(entry.area_id, chance)
        token = hashlib.sha256(f"{SEED} {number}".encode()).digest()
        channel = DESK if entry.how == RollEntry.How.DESK else WEB
        cast(election, slots[entry.pk], choices.as_json(), token, channel=channel, word="")
    end_voting(round)
    election = Election.objects.select_related("round__place").get(pk=election.pk)
    closing.close_election(people[1], election)
    closing.destroy_round_key(people[2], election)
    if round.tie_seed_source:
        opening.note_draw(people[1], election, f"{INVENTED}: 4 11 23 30 41 52")
    for which in (1, 2):
        holder = KeyHolder.objects.select_related("election__round__place").get(election=election, which=which)
        opening.give_share(people[which], holder, shares[which])
    election = open_and_count(election.pk, people[2])
    publish_counted(election)
    return election


def print_codes(round: Round) -> None:
    """Put a few people on the roll of the open round, and keep their codes where the demo's pages can show them."""
    election = Election.objects.get(round=round)
    made = [codes.new_code() for _ in range(CODES_TO_TRY)]
    areas: list[int | None] = list(Area.objects.filter(place=round.place).order_by("pk").values_list("pk", flat=True))
    areas = areas or [None]
    RollEntry.objects.bulk_create(
        RollEntry(
            round=round,
            how=RollEntry.How.POSTED_CODE,
            code_hash=codes.hash_of(round.pk, code),
            area_id=areas[number % len(areas)],
            day=database_now().date(),
        )
        for number, code in enumerate(made)
    )
    vault.write_new(election.pk, CODES_FILE, "\n".join(made).encode())


def _invent_postcodes(round: Round, person: Person) -> None:
    """Say which postcodes vote in the open round, once: an invented one for each area."""
    if PostcodeList.objects.filter(round=round).exists() or not may_keep_roll(
        person, round, Election.objects.get(round=round)
    ):
        return
    areas = Area.objects.filter(place=round.place).order_by("pk").values_list("name", flat=True)
    lines = [f"{POSTCODE.format(number=number)}, {name}" for number, name in enumerate(areas, start=1)]
    set_postcodes(person, round, "\n".join(lines))


def _people(place: Place) -> dict[int, Person] | None:
    """Who holds the shares, by number: the accountable officer, a scrutineer, an agency's officer as auditor."""
    found: dict[int, Person] = {}
    for which, role in ((1, Role.ACCOUNTABLE_OFFICER), (2, Role.SCRUTINEER), (3, Role.AGENCY_OFFICER)):
        people = Person.objects.filter(is_demo=True, memberships__place=place, memberships__role=role)
        person = people.order_by("pk").first()
        if person is None:
            return None
        person.second_factor = True  # nobody signs in to load a demonstration
        found[which] = person
    return found


def _roll(round: Round, chance: Random, voters: int) -> list[RollEntry]:
    """Put people on the roll, area by area as many as live there; return those who will vote."""
    areas = list(Area.objects.filter(place=round.place).defer("outline").order_by("pk"))
    weights = [area.population or 1 for area in areas]
    today = database_now().date()
    number = max(voters, ON_ROLL * voters // VOTERS)
    entries = RollEntry.objects.bulk_create(
        RollEntry(
            round=round,
            how=RollEntry.How.DESK if chance.random() < 0.07 else RollEntry.How.POSTED_CODE,
            state=RollEntry.State.ELIGIBLE if at < voters else RollEntry.State.INVITED,
            area=chance.choices(areas, weights)[0] if areas else None,
            day=today - timedelta(days=chance.randrange(14)),
        )
        for at in range(number)
    )
    return entries[:voters]


class _Wishes:
    """What invented voters want: things near them, and one or two kinds of things."""

    def __init__(self, round: Round, form: BallotForm, chance: Random) -> None:
        self._form = form
        self._items = list(BallotItem.objects.filter(round=round).select_related("proposal").order_by("number"))
        self._kinds = sorted({item.proposal.category_id or 0 for item in self._items})
        self._likeable = {item.number: 0.25 + chance.random() for item in self._items}
        self._areas = {
            area: number
            for number, area in enumerate(
                Area.objects.filter(place=round.place).order_by("pk").values_list("pk", flat=True)
            )
        }

    def of(self, area: int | None, chance: Random) -> Choices:
        """Return a checked choice of somebody who lives in an area."""
        liked = dict.fromkeys(chance.sample(self._kinds, min(2, len(self._kinds))), 1.0)
        weights = {item.number: self._weight(item, area, liked) for item in self._items}
        wanted = self._draw(weights, chance)
        kept: list[int] = []
        for number in wanted:
            raw = [*kept, number]
            if isinstance(check(self._form, self._raw(raw)), Choices):
                kept = raw
        found = check(self._form, self._raw(kept))
        assert isinstance(found, Choices)
        return found

    def _weight(self, item: BallotItem, area: int | None, liked: Mapping[int, float]) -> float:
        near = 3.0 if area is not None and item.proposal.area_id == area else 0.4
        if item.proposal.area_id is not None and area is not None and near < 1:
            # Wards beside each other stand beside each other in the list, more or less.
            apart = abs(self._areas.get(item.proposal.area_id, 0) - self._areas.get(area, 0))
            near += 0.6 / (1 + apart)
        return self._likeable[item.number] * (near + liked.get(item.proposal.category_id or 0, 0.1))

    def _draw(self, weights: dict[int, float], chance: Random) -> Iterator[int]:
        left = dict(weights)
        for _ in range(min(len(left), chance.choice((2, 3, 3, 4, 4, 5, 6)))):
            number = chance.choices(list(left), list(left.values()))[0]
            del left[number]
            yield number

    def _raw(self, numbers: list[int]) -> Any:
        if self._form.kind == "points":
            each = (self._form.points or 0) // max(1, len(numbers))
            return {str(number): str(each) for number in numbers}
        return [str(number) for number in numbers]
