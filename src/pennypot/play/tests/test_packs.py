"""The packs that ship: real figures are real, and nothing on a card points at a person or a home."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pennypot.play import Pack, shipped
from pennypot.play.invariants import broken
from pennypot.play.lint import lint
from pennypot.play.rehearsal import rehearse

SHIPPED = ("tilbrook", "birmingham")
APPS = Path(__file__).parents[2] / "apps"
DOCS = Path(__file__).parents[4] / "docs"
GAMES = 30
# What a text would hold if it pointed at one home or one person.
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")
NUMBERED = re.compile(
    r"\b\d{1,4}[a-z]?,?\s+[A-Z]\w+\s+(Road|Street|Lane|Avenue|Close|Drive|Grove|Court|Way|Terrace|Place)\b"
)
TITLED = re.compile(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Lord|Lady|Cllr|Councillor|Professor|Minister)\.?\s+[A-Z][a-z]+")
# Two capitals in a row are how a name of a person looks; these are names of places, bodies, months and papers.
NAMES = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. ?)?[A-Z][a-z]+\b")
# Fields of a pack that hold no words: codes, references, dates, and the names of agencies.
NOT_WORDS = frozenset(
    ["agency", "asset", "bring", "custody", "duty", "format", "id", "kind", "language", "line", "link"]
    + ["rule", "signed_on"]
)
FIGURES = re.compile(r"\d+(?:[\s,]\d{3})*")
PUBLIC_NAMES = frozenset(
    {
        "Birmingham City",
        "Birmingham East",
        "Birmingham Teaching",
        "Care Trust",
        "Housing Benefit",
        "Integrated Transport",
        "National Statistics",
        "North America",
        "North Primary",
        "One Saturday",
        "Open Government",
        "Primary Care",
        "Rescue Authority",
        "Revenue Outturn",
        "South Birmingham",
        "Talk English",
        "Tilbrook Council",
        "Vale Fire",
        "Vale Police",
        "West Midlands",
    }
)


@pytest.fixture(params=SHIPPED)
def pack(request: pytest.FixtureRequest) -> Pack:
    """Return each shipped pack in turn."""
    return shipped(request.param)


def budget() -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of Birmingham's pooled budget by agency (its name) and service."""
    agencies = {one["slug"]: one["name"] for one in places()["agencies"]}
    with (APPS / "budgets/data/birmingham-2010-11.csv").open(encoding="utf-8", newline="") as file:
        return {(agencies[row["agency"]], row["service"]): row for row in csv.DictReader(file)}


def places() -> Any:
    """Return what Pennypot knows of Birmingham, its agencies and its wards."""
    return json.loads((APPS / "places/data/birmingham.json").read_text(encoding="utf-8"))


def texts(value: object) -> Iterator[str]:
    """Walk all texts of a pack's file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_every_line_of_birmingham_is_a_line_of_its_pooled_budget() -> None:
    rows = budget()
    for line in shipped("birmingham").lines:
        row = rows[line.agency, line.service]
        assert line.baseline_pence == int(row["amount_pence"]), line.id
        assert row["counted"] == "1"
        assert row["control"] != "entitlement"
        assert row["source_text"] in line.source
        assert row["source_row"] in line.source


def test_what_is_not_on_birminghams_table_is_what_its_about_says() -> None:
    pack = shipped("birmingham")
    played = {(line.agency, line.service) for line in pack.lines}
    left = {
        service: int(row["amount_pence"])
        for (agency, service), row in budget().items()
        if (agency, service) not in played and row["counted"] == "1" and row["control"] != "entitlement"
    }
    assert left == {"Other council services": 942_400_000, "New Frankley parish council": 9_000_000}
    for said in ("Pensions and benefits are not on the table", "£9.4 million", "£90,000"):
        assert said in pack.about


def test_birminghams_pot_is_one_per_cent_of_all_but_pensions_and_benefits() -> None:
    base = sum(
        int(row["amount_pence"])
        for row in budget().values()
        if row["counted"] == "1" and row["control"] != "entitlement"
    )
    pot = shipped("birmingham").policy.pot_pence
    assert pot == 45_063_749_87
    assert pot == round(base / 100)


def test_birminghams_slice_is_a_wards_part_of_the_people_of_all_wards() -> None:
    policy = shipped("birmingham").policy
    wards = {ward["name"]: ward["population"] for ward in places()["areas"]}
    assert policy.slice_people == wards[policy.slice_name.removesuffix(" ward")] == 10_309
    assert policy.place_people == sum(wards.values()) == 1_183_618
    assert policy.slice_pence == 392_493_35


def test_everybody_is_counted_by_the_office_for_national_statistics_and_the_rest_is_called_rough() -> None:
    people = places()["population"]
    for need in shipped("birmingham").needs:
        if need.people == people:
            assert "mid-2011 estimate, Office for National Statistics" in need.source
        else:
            assert need.source.startswith("Rough, for the game: ")
            assert need.people % 10_000 == 0


def test_what_birminghams_roles_know_in_pounds_is_in_its_budget() -> None:
    lines, people = shipped("birmingham").line, places()["population"]
    known = {role.id: " ".join(fact.text for fact in role.know) for role in shipped("birmingham").roles}
    care = sum(line.baseline_pence for name, line in lines.items() if name.startswith("health-"))
    council = sum(line.baseline_pence for line in lines.values() if line.agency == "Birmingham City Council")
    assert f"£{care / 100 / people:,.0f} for each resident" in known["nhs"]
    assert f"£{care / 1e11:.2f} billion" in known["nhs"]
    assert f"£{100 * lines['schools'].baseline_pence / council:.0f} are for schools" in known["council"]
    assert f"policing cost about £{lines['police'].baseline_pence / 100 / people:.0f} " in known["safety"]
    assert f"the fire service about £{lines['fire'].baseline_pence / 100 / people:.0f}." in known["safety"]
    benefit = int(budget()["Department for Work and Pensions", "Housing Benefit"]["amount_pence"])
    assert f"£{benefit / 1e8:.1f} million" in known["housing"]
    assert 6 < benefit / lines["housing"].baseline_pence < 7
    assert f"This one pays £{lines['transport'].baseline_pence / 1e8:.1f} million" in known["business"]


def test_nothing_stops_a_shipped_pack_from_being_published(pack: Pack) -> None:
    assert [problem.said for problem in lint(pack)] == []


def test_thirty_games_of_bots_break_no_invariant(pack: Pack) -> None:
    for seed in range(GAMES):
        game = rehearse(pack, f"shipped {seed}")
        assert broken(pack, game.state) == []
        assert game.refused == 0


def test_no_text_names_a_person_a_door_or_a_postcode(pack: Pack) -> None:
    for text in texts(pack.given):
        for pattern in (POSTCODE, NUMBERED, TITLED):
            assert not pattern.search(text), text


def test_every_name_on_the_english_cards_is_of_a_place_or_a_body(pack: Pack) -> None:
    english = {name: part for name, part in pack.given.items() if name != "translations"}
    found = {name for text in texts(english) for name in NAMES.findall(text)}
    assert found <= PUBLIC_NAMES, sorted(found - PUBLIC_NAMES)


def test_the_worked_line_of_the_authors_guide_is_the_packs_own() -> None:
    guide = (DOCS / "game/pack-author.md").read_text(encoding="utf-8")
    example = json.loads(guide.split("```json\n")[1].split("```")[0])
    assert example in shipped("birmingham").given["lines"]


def test_the_sums_of_the_authors_guide_are_the_packs_own() -> None:
    guide = (DOCS / "game/pack-author.md").read_text(encoding="utf-8")
    pack = shipped("birmingham")
    target, slice_pence = pack.policy.target_pence, pack.policy.slice_pence
    deepest = sum(line.steps[-1].pence for line in pack.lines)
    steps = [
        after - before
        for line in pack.lines
        for before, after in zip(
            (0, line.steps[0].pence, line.steps[1].pence), (s.pence for s in line.steps), strict=True
        )
    ]
    prices = [card.cost_pence for card in pack.idea_cards]
    total = sum(line.baseline_pence for line in pack.lines)
    for said in (
        f"the target is £{target / 1e8:.0f} million, three pence in every pound of £{total / 1e11:.2f} billion",
        f"come to\n£{deepest / 1e8:.1f} million, so the target is {100 * target / deepest:.0f} % of them",
        f"The largest step is £{max(steps) / 1e8:.1f} million, {100 * max(steps) / target:.0f} % of the target",
        f"The slice of £{slice_pence / 100:,.2f} makes eight\nshares of £{slice_pence // 800:,} each",
        f"{len(prices)} ideas cost £{sum(prices) // 100:,}, which is {sum(prices) / slice_pence:.2f} slices",
        f"one resident in {pack.policy.place_people / pack.policy.slice_people:.0f} lives",
        f"the neighbourhood £{pack.policy.gain_of(33_000_000_00).freed // 100:,} of it",
    ):
        assert said in guide, said


def addresses(value: object, way: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Walk what people read on the cards, with its address; names, codes and references are left out."""
    if isinstance(value, str):
        yield "/".join(way), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_WORDS and (way or key not in {"title", "place", "translations"}):
                yield from addresses(inner, (*way, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if not isinstance(inner, str):  # a list of words is a list of references
                yield from addresses(inner, (*way, str(number)))


@pytest.mark.parametrize("language", ["cy", "pl"])
def test_everything_that_people_read_is_in_welsh_and_in_polish(pack: Pack, language: str) -> None:
    # A year in figures, and the sheet that a sum was read from, are the same in every language.
    english = {
        address: words
        for address, words in addresses(pack.given)
        if address.split("/")[-1] not in ("year", "source") or pack.id == "tilbrook" or address.startswith("needs/")
    }
    translated = pack.given["translations"][language]
    assert sorted(translated) == sorted(english)
    for address, words in english.items():
        assert translated[address].strip()
        assert translated[address] != words, address
        assert figures(translated[address]) == figures(words), address


def figures(words: str) -> list[str]:
    """Return the numbers of a text in order of size, whatever stands between their thousands."""
    return sorted(re.sub(r"[\s,]", "", number) for number in FIGURES.findall(words))


@pytest.mark.parametrize("language", ["cy", "pl"])
def test_a_translated_pack_is_the_same_game(pack: Pack, language: str) -> None:
    other = pack.in_language(language)
    assert other.language == language
    assert other.policy.slice_name != pack.policy.slice_name
    assert rehearse(other, "translated").moves == rehearse(pack, "translated").moves
