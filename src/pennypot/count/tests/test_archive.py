"""Every real election at hand: it parses, survives writing, and gives the winners that its city published."""

import json

import numpy as np
import pytest

from pennypot.count import RuleCard, count, read_pabulib, stated_card, write_pabulib
from pennypot.count.tests import archive

pytestmark = archive.needs_archive


def read_everything():
    official = {one["file"]: one for one in json.loads((archive.FOLDER / "official-winners.json").read_text())}
    parsed, unlike, wrong, reproduced = 0, [], [], 0
    for name, data in archive.elections():
        election = read_pabulib(data)
        parsed += 1
        again = read_pabulib(write_pabulib(election).encode())
        alike = (again.projects, again.budget, dict(again.meta), again.table) == (
            election.projects, election.budget, dict(election.meta), election.table,
        )  # fmt: skip
        if not alike or not same_ballots(again.ballots, election.ballots):
            unlike.append(name)
        if official.get(name, {}).get("reproduced"):
            reproduced += 1
            if not gives_official_winners(election, official[name]):
                wrong.append(name)
    return parsed, unlike, wrong, reproduced


def same_ballots(first, second):
    pairs = [(getattr(first, name), getattr(second, name)) for name in ("start", "project", "value", "weight")]
    return all(a is b is None or np.array_equal(a, b) for a, b in pairs)


def gives_official_winners(election, published):
    """By the rule card that the file states; where a tie hinges on the city's own lot, with that lot."""
    card, wanted = stated_card(election), set(published["official_winners"])
    if set(count(election, card, alternatives=False).winners) == wanted:
        return True
    lots = card.but(prefer=tuple(published["official_winners"]))
    return published["tie_matters"] and set(count(election, lots, alternatives=False).winners) == wanted


@pytest.fixture(scope="module")
def everything():
    return read_everything()


def test_all_845_elections_parse(everything):
    assert everything[0] == 845


def test_all_survive_writing_and_reading(everything):
    assert everything[1] == []


def test_the_stated_rule_gives_every_official_result_that_can_be_reproduced(everything):
    assert everything[2] == []
    assert everything[3] == 619


def test_assen_2024_is_add1_with_cost_utility():
    (data,) = archive.some("Netherlands_Assen_2024.pb").values()
    election = read_pabulib(data)
    result = count(election)
    assert result.card == RuleCard(utility="cost", completion="add1")
    assert set(result.winners) == {p.id for p in election.projects if p.columns["selected"] == "1"}


FURTHER = {  # the card that gave the winners, winners by Equal Shares with Add1, what they cost, steps
    "Hungary_Budapest_2024.pb": (None, 31, 999_000_000, 22_001),
    "Poland_Lodz_2022.pb": (RuleCard(rule="greedy", measure="votes", threshold=100), 44, 5_985_880, 58),
    "Poland_Swiecie_2023.pb": (RuleCard(), 17, 1_040_337, 226),
    "Poland_Wroclaw_2017.pb": (RuleCard(rule="greedy", measure="votes", too_dear="stop"), 7, 3_420_000, 152),
}


@pytest.mark.parametrize("name", FURTHER)
def test_further_elections_are_counted_as_known(name):
    data = archive.further().get(name)
    if data is None:
        pytest.skip(f"{name} is not beside the archive, in {archive.FOLDER / 'further'}")
    election, (card, *known) = read_pabulib(data), FURTHER[name]
    result = count(election, RuleCard(), alternatives=False, trail=False)
    assert [len(result.winners), result.cost, result.steps] == known
    if card:
        selected = {p.id for p in election.projects if p.columns["selected"] == "1"}
        assert set(count(election, card, alternatives=False).winners) == selected


def test_wieliczka_2023_is_add1_without_the_exhaustive_stop():
    (data,) = archive.some("Poland_Wieliczka_2023_Green_Budget.pb").values()
    election = read_pabulib(data)
    result = count(election, RuleCard(stop="never"))
    assert (len(result.winners), result.cost) == (30, 995_079)
    assert set(result.winners) == {p.id for p in election.projects if p.columns["selected"] == "1"}


VECTORS = sorted((archive.FOLDER / "vectors").glob("*.json")) if archive.ARCHIVE.is_file() else []
UTILITY = {None: "cost", "cost": "cost", "cardinality": "count", "points": "points", "borda": "points"}
COMPLETION = {None: "none", "greedy": "greedy", "add1": "add1", "add1u": "add1-utilitarian"}


def card_of(entry):
    """The rule card for one entry of the vectors; there ties go to the smaller id, last places get nothing."""
    same = {"utility": UTILITY[entry["utility"]], "ties": ("id",), "last_place": 0}
    if entry["rule"] == "greedy":
        measure = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[same["utility"]]
        return RuleCard(rule="greedy", measure=measure, **same)
    if entry["rule"] in ("phragmen", "max_welfare"):
        return RuleCard(rule=entry["rule"].replace("_", "-"), **same)
    return RuleCard(completion=COMPLETION[entry["params"]["completion"]], **same)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_winners_are_those_of_an_independent_exact_library(path):
    vector = json.loads(path.read_text())
    names = [json.loads(other.read_text())["instance"] for other in VECTORS]
    election = read_pabulib(archive.some(*names)[vector["instance"]])
    for entry in vector["results"]:
        result = count(election, card_of(entry), alternatives=False, trail=False)
        if entry["rule"] == "max_welfare":
            base = election.without_last_place() if election.vote_type == "ordinal" else election
            worth = base.points if entry["utility"] in ("points", "borda") else base.votes
            times = base.costs if entry["utility"] == "cost" else [1] * len(base.costs)
            theirs = sum(worth[base.index[name]] * times[base.index[name]] for name in entry["winners"])
            assert result.objective == theirs == int(entry.get("objective", theirs))
        else:
            assert sorted(result.winners) == sorted(entry["winners"]), entry


@archive.needs_archive
def test_bounded_overspending_funds_what_403_of_414_voters_want():
    (data,) = archive.some("Poland_Zabrze_2021_Helenka.pb").values()
    election = read_pabulib(data)
    assert (election.voters, election.votes, election.costs) == (414, [403, 11], [310_000, 6_000])
    for completion in ("none", "add1", "add-opt"):
        assert count(election, RuleCard(completion=completion), alternatives=False).winners == ("P0055",)
    assert count(election, RuleCard(rule="bounded-overspending")).winners == ("P0024",)
