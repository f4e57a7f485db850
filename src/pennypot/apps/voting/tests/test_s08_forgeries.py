"""Checks 8 and 9: forged evidence is found, and the recount from the ZIP alone is the result.

FORGERIES=10080 makes so many; otherwise it is a few hundred.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pennypot.apps.rounds.models import Result
from pennypot.apps.voting import verifier
from pennypot.apps.voting.actions.casting import log_key
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.count import RuleCard, read_pabulib
from pennypot.count.certificate import recount as recount_certificate
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture

from .elected import count, vote
from .forging import KINDS, Forger, clumsily

pytestmark = pytest.mark.django_db
A_KIND = int(os.environ.get("FORGERIES", "210")) // len(KINDS)
FOUND = (
    verifier.Wrong, KeyError, ValueError, TypeError, AttributeError, IndexError,
)  # fmt: skip


@pytest.fixture
def evidence(an_election):  # noqa: F811
    """Forty voters, eight of whom change their vote; with the checkpoints that a scrutineer kept while they voted."""
    draw, people = random.Random(4), voters(an_election.round, 44)
    kept = []
    for at, entry in enumerate([*people[:40], *people[:8]]):
        vote(
            an_election,
            entry,
            sorted(draw.sample((2, 3, 4, 5), draw.randrange(1, 3))),
            channel=draw.choice(["web", "desk"]),
        )
        if at % 12 == 11:
            kept.append(make_checkpoint(an_election.election, mail=False).note)
    key = log_key(an_election.election)
    count(an_election)
    kept.append(an_election.election.checkpoints.get(size=an_election.election.events.get(kind="close").index + 1).note)
    path = Path(Result.objects.get(round=an_election.round).evidence.path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, kept, key, path, an_election


def caught(files, outside):
    try:
        verifier.verify(files, outside)
    except FOUND:
        return True
    return False


def test_s08_every_forgery_is_found_with_checkpoints_kept_outside(evidence):
    files, kept, key, _path, _story = evidence
    verifier.verify(files, kept)
    draw = random.Random(8)
    for forge in KINDS:
        for _ in range(A_KIND):
            forged = forge(Forger(files, key, draw))
            assert caught(forged, kept), forge.__doc__
    # The forgers are able: without an outside checkpoint their work fits together.
    assert not caught(KINDS[0](Forger(files, key, draw)), [])


def test_s08_clumsy_changes_are_found_from_the_files_alone(evidence):
    files, _kept, _key, _path, _story = evidence
    draw = random.Random(9)
    for _ in range(150):
        changed = clumsily(files, draw)
        if changed != files:
            assert caught(changed, [])


def test_s08_anothers_signature_and_another_elections_checkpoint_are_found(evidence):
    from nacl.signing import SigningKey

    files, kept, _key, _path, _story = evidence
    stranger = Forger(files, SigningKey(b"s" * 32), random.Random(1))
    assert caught(stranger.together(), [])
    with pytest.raises(verifier.Wrong, match="another election"):
        verifier.verify(files, [kept[0].replace("brindley", "elsewhere")])
    with pytest.raises(verifier.Wrong, match="no checkpoint"):
        verifier.verify(files, ["a note about something else"])


def test_s09_the_zip_alone_gives_the_result_byte_for_byte(evidence, tmp_path):
    files, kept, _key, path, story = evidence
    result = Result.objects.get(round=story.round)
    assert files["ballots.pb"].decode() == result.pb
    assert hashlib.sha256(files["ballots.pb"]).hexdigest() == result.pb_sha256
    certificate = json.loads(files["certificate.json"])
    assert certificate == result.certificate
    assert recount_certificate(certificate, read_pabulib(files["ballots.pb"])) == []
    assert [str(one) for one in json.loads(files["result.json"])["winners"]] == certificate["winners"]
    (tmp_path / "verify.py").write_bytes(files["verify.py"])
    (tmp_path / "note.txt").write_text(kept[1])
    command = [
        sys.executable,
        "-I",
        "-S",
        str(tmp_path / "verify.py"),
        str(path),
        "--checkpoint",
        str(tmp_path / "note.txt"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Counted again: the same" in ran.stdout
    assert ran.stdout.rstrip().endswith("Everything that was checked holds.")
    (tmp_path / "note.txt").write_text(kept[1].replace("\n26\n", "\n27\n"))
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 1
    assert ran.stdout.rstrip().splitlines()[-1].startswith("WRONG: your checkpoint")


def test_the_verifier_is_short_and_needs_only_the_standard_library():
    text = Path(verifier.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize("seed", range(60))
def test_the_verifiers_recount_agrees_with_the_count(seed):
    from collections import Counter

    from pennypot.apps.voting.counting import Opened, _election_of
    from pennypot.count import count as count_election
    from pennypot.count import write_pabulib

    draw = random.Random(seed)
    form = draw.choice(["approve", "knapsack", "rank", "points"])
    numbers = sorted(draw.sample(range(1, 60), draw.randrange(3, 9)))
    projects = [
        {"id": n, "cost_pence": draw.randrange(1, 12) * 1_000_00,
         "columns": {"name": f"P{n}", "category": draw.choice(["Parks", "Youth"]), "neighborhood": ""}}
        for n in numbers
    ]  # fmt: skip
    ballots: Counter = Counter()
    for _ in range(draw.randrange(2, 40)):
        chosen = draw.sample(numbers, draw.randrange(1, len(numbers)))
        one = tuple(chosen) if form == "rank" else tuple(sorted(chosen))
        ballots[tuple((n, draw.randrange(1, 5)) for n in one) if form == "points" else one] += 1
    card = RuleCard(
        rule=draw.choice(["greedy", "equal-shares", "equal-shares"]),
        utility=draw.choice(["cost", "count", "points"] if form in ("rank", "points") else ["cost", "count"]),
        completion=draw.choice(["none", "greedy", "add1"]),
        stop=draw.choice(["exhaustive", "never"]),
        start=draw.choice(["exact", "whole"]),
        step="10",
        too_dear=draw.choice(["skip", "stop"]),
        threshold=draw.randrange(3),
        exclusive=((str(numbers[0]), str(numbers[1])),) if draw.random() < 0.4 else (),
        last_place=draw.randrange(2) if form == "rank" else 1,
        leftover=draw.choice(["keep", "greedy"]),
    )
    if draw.random() < 0.4 and not card.exclusive:
        from pennypot.count import Pot

        card = card.but(pots=(Pot("category", "Parks", 5_000_00),))
    config = {
        "form": form, "projects": projects, "budget_pence": draw.randrange(8, 40) * 1_000_00, "meta": {},
        "vote_type": {"rank": "ordinal", "points": "cumulative"}.get(form, "approval"), "rule": card.as_data(),
    }  # fmt: skip
    config["rule"] = json.loads(json.dumps(config["rule"]))
    result = {"seed": f"draw {seed}", "withdrawn": [numbers[-1]] if draw.random() < 0.3 else []}
    from pennypot.apps.voting.configuration import card_from

    read = read_pabulib(write_pabulib(_election_of(config, Opened([], ballots, [], []))).encode())
    full = card_from(config, seed=result["seed"], withdrawn=result["withdrawn"], unit=100 // 10**read.decimals)
    assert tuple(verifier.recount(config, result, ballots)) == count_election(read, full).winners
