"""Ties, explanations, fairness, certificates: what people are told about a result, and whether it is true."""

import copy
import json

import pytest

from pennypot.count import RuleCard, count, lot, read_pabulib
from pennypot.count.certificate import _seal, canonical, certificate, recount
from pennypot.count.compare import compare
from pennypot.count.counting import as_counted
from pennypot.count.explain import explain
from pennypot.count.fairness import check, coverage, deserving_group
from pennypot.count.tests import archive
from pennypot.count.tests.sweep import random_case
from pennypot.count.tests.towns import TOWN, build
from pennypot.count.whatif import with_cost, with_more_votes


def town():
    return read_pabulib(TOWN.encode())


# Ties


def test_ties_go_by_votes_then_lower_cost_then_lot():
    election = build({"a": 5, "b": 4, "c": 4}, 4, ["abc", "abc"])
    result = count(election, RuleCard(rule="greedy", seed="town hall, 4 May"))
    (tie,) = result.ties
    assert tie.among[-1] == "a" and tie.decided_by == "lot"
    assert tie.among[0] == min("bc", key=lambda name: lot("town hall, 4 May", name))
    others = {other["first"]: other["winners"] for other in tie.otherwise}
    assert others[tie.among[1]] == [tie.among[1]] and tie.matters


def test_lots_are_the_same_on_every_machine():
    assert lot("seed", "a") == "1095c393f458a5c2aefb7da1995dfebc4e621f979e297fe23bce4c9aa65f54e6"


def test_another_seed_can_give_another_winner_and_the_same_seed_never_does():
    election = build(dict.fromkeys("abcdefgh", 1), 1, ["abcdefgh"])
    winners = {seed: count(election, RuleCard(rule="greedy", seed=seed)).winners for seed in map(str, range(12))}
    assert len(set(winners.values())) > 1
    for seed, won in winners.items():
        assert count(election, RuleCard(rule="greedy", seed=seed)).winners == won


# Explanations


def test_a_tie_in_an_earlier_step_on_which_the_result_hinges_is_listed_with_what_would_have_been():
    # 20 each; c is funded from the start. With 10 more each a and c are level, one vote for each pound: if a goes
    # first, a and c cost 70 and break the budget, so the count ends a step before; if c does, c and b are funded.
    election = build({"a": 60, "b": 30, "c": 10}, 60, ["ac", "c", "ab"])
    for seed in ("one", "two", "three", "four"):
        result = count(election, RuleCard(ties=("lot",), seed=seed))
        first = min("ac", key=lambda name: lot(seed, name))
        if first == "a":
            (tie,) = result.ties
            assert result.winners == ("c",) and result.steps == 9
            assert (tie.step, tie.round, tie.among, tie.decided_by) == (10, 1, ("a", "c"), "lot")
            assert tie.otherwise == ({"first": "c", "winners": ["c", "b"], "changes": True},)
            assert tie.as_data()["step"] == 10
        else:
            assert result.winners == ("c", "b")


@pytest.mark.parametrize("completion", ["none", "add1", "add-opt"])
def test_whoever_would_win_with_another_lot_is_named_among_the_ties_and_nobody_else(completion):
    changed = 0
    for number in range(4200, 4700):
        election, _, card = random_case(number)
        utility = "count" if card.utility == "points" else card.utility
        card = card.but(rule="equal-shares", utility=utility, completion=completion, caps=())
        result = count(election, card)
        told = {other["first"] for tie in result.ties for other in tie.otherwise if other["changes"]}
        for project in election.projects:
            again = count(election, card.but(prefer=(project.id,)), alternatives=False, trail=False)
            differs = set(again.winners) != set(result.winners)
            assert differs == (project.id in told), (number, project.id)
            changed += differs
    assert changed > 20


def check_told(election, result, told):
    """Count again with each claimed change and with one unit less of it."""
    card = result.card
    election = as_counted(election, card)
    for one in told:
        if one["won"]:
            continue
        at = election.index[one["project"]]

        def wins(changed, at=at):
            return changed.projects[at].id in count(changed, card, alternatives=False, trail=False).winners

        if one.get("cost_to_win") is not None:
            cost = int(round(float(one["cost_to_win"]) * 10**election.decimals))
            assert wins(with_cost(election, at, cost)), one
            assert not wins(with_cost(election, at, cost + 1)), one
        if one.get("votes_more"):
            assert wins(with_more_votes(election, at, one["votes_more"])), one
            assert one["votes_more"] == 1 or not wins(with_more_votes(election, at, one["votes_more"] - 1)), one
        for name in one.get("without", ()):
            less = count(election, card.but(withdrawn=(*card.withdrawn, name)), alternatives=False)
            assert one["project"] in less.winners, one


def test_a_loser_is_told_in_plain_words_what_was_missing():
    election = town()
    result = count(election)
    told = {one["project"]: one for one in explain(election, result)}
    assert result.winners == ("swings", "bench")
    assert told["trees"]["sentences"] == [
        "Not funded: when its turn came £100 was left and it costs £300.",
        "With 1 more vote, or if it had cost £101 less, this would have been funded.",
        "It would have been funded without Swings for the park or without A bench.",
    ]
    assert told["fence"]["sentences"][0] == "Not funded: it had 1 and needed 2 to be considered."
    assert told["swings"]["sentences"] == ["Funded as number 1."]


def test_claims_hold_on_random_elections():
    for number in range(7000, 7080):
        election, _, card = random_case(number)
        if card.rule == "max-welfare" or not election.voters or max(election.costs) > 10**6:
            continue
        card = card.but(part_funding="", stop="exhaustive")
        result = count(election, card, alternatives=False)
        check_told(election, result, explain(election, result))


@archive.needs_archive
@pytest.mark.parametrize("card", [RuleCard(rule="greedy"), RuleCard(completion="none"), RuleCard()],
                         ids=["greedy", "equal shares", "add1"])  # fmt: skip
def test_claims_hold_on_a_real_election(card):
    (data,) = archive.some("Poland_Lodz_2022_Zdrowie-Mania.pb").values()
    election = read_pabulib(data)
    result = count(election, card)
    told = explain(election, result)
    assert all(one["sentences"] for one in told)
    check_told(election, result, told)


def test_changed_elections_are_what_they_say():
    election = town()
    assert with_cost(election, 1, 7).costs == [600, 7, 200, 500]
    more = with_more_votes(election, 2, 5)
    assert more.voters == 11 and more.votes == [4, 3, 8, 1]
    assert more.columns.group[more.columns.start[2] : more.columns.start[3]].tolist()[-1] == election.ballots.groups


# Fairness


def test_a_group_that_greedy_leaves_with_nothing_is_named():
    # 6 of 10 take everything; the other 4 deserve 40.
    election = build({"a": 50, "b": 50, "c": 40}, 100, ["ab"] * 6 + ["c"] * 4)
    greedy = count(election, RuleCard(rule="greedy"))
    found = check(election, greedy)["ejr_plus_up_to_any_cost"]
    assert found["counterexample"] == {
        "project": "c", "voters": 4, "share_of_voters": 0.4, "deserve": "40", "at_most": "40",
    }  # fmt: skip
    assert deserving_group(election, greedy, "cost", any_project=False)["holds"] is False
    shares = count(election, RuleCard())
    assert "c" in shares.winners
    assert check(election, shares)["ejr_plus_up_to_any_cost"]["holds"]


def test_equal_shares_never_leaves_a_deserving_group_behind():
    checked = 0
    for number in range(9000, 10800):
        election, _, card = random_case(number)
        limited = card.exclusive or card.threshold or card.pots
        plain = card.rule == "equal-shares" and card.start == "exact" and not limited
        if plain and election.voters and election.vote_type in ("approval", "choose-1"):
            found = check(election, count(election, card, alternatives=False))
            utility = card.utility if card.utility == "cost" else "count"
            assert found[f"ejr_plus_up_to_any_{utility}"]["holds"], number
            assert card.completion == "add-opt" or found["priceable"]["holds"], number
            assert found["budget"]["holds"] and found["limits"]["holds"], number
            checked += 1
    assert checked > 60


def test_coverage_counts_voters_by_how_many_of_their_choices_were_funded():
    election = town()
    told = coverage(election, count(election))
    assert told["voters"] == {"1": 5, "2": 1} and told["none"] == 0
    assert told["areas"]["play"] == {"votes": 4, "spent": "600", "funded": 1}


def test_rules_are_compared_side_by_side():
    election = town()
    rows = compare(election, RuleCard(rule="greedy", threshold=2))
    assert rows[0]["winners"] == ["swings", "bench"]
    assert len({row["rule"] for row in rows}) == len(rows) >= 6
    for row in rows:
        assert set(row["winners"]) == set(rows[0]["winners"]) - set(row["lost"]) | set(row["added"])


# Certificates


def sealed(card=None):
    election = town()
    return election, json.loads(canonical(certificate(election, count(election, card))))


@pytest.mark.parametrize("card", [None, RuleCard(), RuleCard(rule="phragmen"), RuleCard(rule="max-welfare")])
def test_a_certificate_holds_for_the_ballots_it_was_made_from(card):
    election, claimed = sealed(card)
    assert recount(claimed, town()) == []


CHANGES = {
    "another winner": lambda c: c["winners"].__setitem__(0, "trees"),
    "another order": lambda c: c["winners"].reverse(),
    "another digit of the cost": lambda c: c.__setitem__("cost", 801),
    "another rule": lambda c: c["rule"].__setitem__("utility", "count"),
    "another seed": lambda c: c["rule"].__setitem__("seed", "mine"),
    "another price": lambda c: c["trail"][0].__setitem__("price", "1"),
    "another check": lambda c: c["checks"]["budget"].__setitem__("holds", False),
    "another hash": lambda c: c.__setitem__("election_sha256", "0" * 64),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("resealed", [False, True])
def test_any_change_to_a_certificate_is_found(change, resealed):
    election, claimed = sealed(RuleCard(completion="none"))
    changed = copy.deepcopy(claimed)
    CHANGES[change](changed)
    assert changed != claimed
    if resealed:
        changed["certificate_sha256"] = _seal(changed)
    assert recount(changed, town())


def places(data, path=()):
    """Every place in JSON data."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


@pytest.mark.parametrize("card", [RuleCard(seed="draw 7"), RuleCard(rule="greedy", part_funding="0.5")])
def test_whatever_is_changed_anywhere_in_a_certificate_and_sealed_again_is_found_without_a_traceback(card):
    election, claimed = sealed(card)
    told = {"library", "certificate_sha256"}  # the version is only told; the seal is made again
    tried = 0
    for *way, last in places(claimed):
        for new in ("leave out", None, True, "1/0", [1], {"a": 1}):
            changed = copy.deepcopy(claimed)
            inside = changed
            for key in way:
                inside = inside[key]
            if new == "leave out":
                del inside[last]
            else:
                inside[last] = new
            if canonical(changed) != canonical(claimed) and (way or last not in told):
                changed["certificate_sha256"] = _seal(changed)
                assert recount(changed, election), (*way, last, new)
                tried += 1
    assert tried > 500


@pytest.mark.parametrize("card", [RuleCard(seed="draw 7"), RuleCard(rule="max-welfare")])
def test_every_digit_of_a_certificate_counts(card):
    election, claimed = sealed(card)
    claimed = {key: value for key, value in claimed.items() if key not in ("library", "certificate_sha256")}
    text = canonical(claimed)
    digits = [at for at, character in enumerate(text) if character.isdecimal()]
    for at in digits:
        try:
            changed = json.loads(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])
        except ValueError:  # no number begins with a nought
            continue
        changed["certificate_sha256"] = _seal(changed)
        assert recount(changed, election) or changed == claimed, text[at - 30 : at + 1]
    assert len(digits) > 120


@pytest.mark.parametrize(
    "old, new",
    [
        ("f;swings;28", "f;bench;28"),
        ("bench;200", "bench;201"),
        ("budget;900", "budget;901"),
        ("a;swings,trees", "a;trees"),
    ],
)
def test_any_change_to_the_ballots_is_found(old, new):
    _, claimed = sealed(RuleCard())
    changed = read_pabulib(TOWN.replace(old, new).encode(), strict=False)
    assert any("not those that were counted" in problem for problem in recount(claimed, changed))


def test_the_same_ballots_in_another_order_are_said_to_be_another_file_with_the_same_count():
    _, claimed = sealed(RuleCard())
    swapped = TOWN.replace("a;swings,trees;31\nb;swings;44", "b;swings;44\na;trees,swings;31")
    assert recount(claimed, read_pabulib(swapped.encode())) == [
        "the file is not the same, byte for byte, although it holds the same projects and ballots"
    ]


def test_nonsense_is_no_certificate():
    assert recount({}, town())
    assert recount({"format": "pennypot-count-certificate/1", "rule": 5}, town())
    _, claimed = sealed(RuleCard())
    assert recount(claimed | {"also": 1}, town())


@pytest.mark.parametrize("wrong", [
    {"step": "1/0"}, {"step": "1e999999999"}, {"step": None}, {"part_funding": "a fifth", "rule": "greedy"},
    {"threshold": "2"}, {"seed": 4}, {"ties": None}, {"exclusive": [1]}, {"pots": [{"by": "area", "name": "x"}]},
    {"pots": [{"by": "area", "name": "x", "budget": "5"}]}, {"pots": [{"by": "street", "name": "x", "budget": 5}]},
])  # fmt: skip
def test_a_rule_card_that_makes_no_sense_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="[a-z]{3}"):
        RuleCard.from_data(wrong)
