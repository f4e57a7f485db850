"""The command itself: quick, plain, and never a traceback."""

from __future__ import annotations

import argparse
import subprocess
import sys
import types

import pytest

from pennypot import cli
from pennypot.cli import listening
from pennypot.cli.tests.site import environment, pennypot_says, site
from pennypot.house.database import DatabaseProblem
from pennypot.house.options import read_options
from pennypot.house.problems import Problem


def verbs(parser):
    return next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))


def test_every_verb_of_the_house_is_there():
    there = set(verbs(cli.build_parser()).choices)
    assert {"demo", "serve", "worker", "check", "backup", "restore", "operator", "place"} <= there


@pytest.mark.parametrize(
    ("wanted", "heavy"),
    [
        ("None", ["django", "numba", "duckdb", "psycopg", "uvicorn", "pydantic", "scipy"]),
        ("'serve'", ["django", "numba", "duckdb", "psycopg", "uvicorn", "pydantic", "scipy", "numpy"]),
    ],
)
def test_help_is_instant_because_nothing_heavy_is_loaded(tmp_path, wanted, heavy):
    code = (
        f"import sys\nfrom pennypot.cli import build_parser\nbuild_parser({wanted})\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


def test_every_verb_and_option_is_explained_in_its_help():
    def look(parser, path):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                explained = {choice.dest: choice.help for choice in action._choices_actions}
                for name, below in action.choices.items():
                    assert explained.get(name), f"{path} {name} has no help"
                    look(below, f"{path} {name}")
            elif action.option_strings:
                assert action.help, f"{path} {action.dest} has no help"

    look(cli.build_parser(), "pennypot")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem("The disk is full. Make room."), "The disk is full. Make room."),
        (DatabaseProblem("It did not start."), "It did not start."),
        (FileNotFoundError(2, "No such file or directory", "/x/y"), "No such file or directory: /x/y."),
        (RuntimeError("strange"), "--traceback"),
    ],
)
def test_a_failing_verb_says_one_sentence_and_ends_with_2(capsys, problem, said):
    def fail(chosen):
        raise problem

    assert cli._run(types.SimpleNamespace(run=fail, traceback=False)) == 2
    printed = capsys.readouterr().err
    assert said in printed and printed.startswith("pennypot: ")
    assert "Traceback (most" not in printed
    with pytest.raises(type(problem)):
        cli._run(types.SimpleNamespace(run=fail, traceback=True))


def test_a_database_that_does_not_answer_is_said_plainly(tmp_path):
    said = pennypot_says(tmp_path / "home", "place", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert said.returncode == 2
    assert "The database does not answer" in said.stderr and "DATABASE_URL" in said.stderr
    assert "Traceback" not in said.stderr


def test_what_the_terminal_reads_no_more_is_no_error(tmp_path):
    line = f"{sys.executable} -m pennypot --help | head -1"
    said = subprocess.run(line, shell=True, env=environment(tmp_path), capture_output=True, text=True, check=True)
    assert "usage: pennypot" in said.stdout and said.stderr == ""


def test_the_first_operator_and_the_first_place_are_made_from_the_terminal(home):
    with site(home, PENNYPOT_WORKER="no"):  # so that each verb attaches to a database that runs
        begin(home)


def begin(home):
    none_yet = pennypot_says(home, "place", "new", "Isle of Wight", "--team", "tess@example.org")
    assert none_yet.returncode == 2 and "pennypot operator EMAIL" in none_yet.stderr
    for _ in range(2):  # twice is the same as once
        made = pennypot_says(home, "operator", "Oona@Example.org")
        assert made.returncode == 0 and "oona@example.org is an operator" in made.stdout
        assert "second step" in made.stdout
    wrong = pennypot_says(home, "place", "new", "Isle of Wight", "--team", "tess")
    assert wrong.returncode == 2 and "no e-mail address" in wrong.stderr
    new = pennypot_says(home, "place", "new", "Isle of Wight", "--team", "tess@example.org")
    assert new.returncode == 0 and "/isle-of-wight/" in new.stdout
    letters = [path.read_text() for path in (home / "mail").iterdir()]
    assert any("tess@example.org" in letter and "http" in letter for letter in letters)
    taken = pennypot_says(home, "place", "new", "Isle of Wight", "--team", "tess@example.org")
    assert taken.returncode == 2 and "Traceback" not in taken.stderr
    assert "isle-of-wight" in pennypot_says(home, "place", "list").stdout
    ended = pennypot_says(home, "operator", "--remove", "oona@example.org")
    assert ended.returncode == 0 and "no longer an operator" in ended.stdout
    assert pennypot_says(home, "operator", "--remove", "oona@example.org").returncode == 2


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, []),
        ({"PENNYPOT_ADDRESS": "https://a.example"}, ["127.0.0.1", "::1"]),
        ({"PENNYPOT_ADDRESS": "https://a.example", "PENNYPOT_LISTEN": "0.0.0.0"}, []),
        ({"PENNYPOT_ADDRESS": "https://a.example", "PENNYPOT_PROXIES": "192.0.2.7"}, ["192.0.2.7"]),
    ],
)
def test_s35_only_named_proxies_are_believed_or_one_on_this_machine(settings, trusted):
    assert listening.trusted_proxies(read_options(settings)) == trusted


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PENNYPOT_LISTEN": "192.0.2.1"}, "no address of this machine"),
        ({"PENNYPOT_LISTEN": "no.such.host.invalid"}, "no address of this machine"),
        ({"PENNYPOT_LISTEN": "x" * 300}, "no address of this machine"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_said_plainly(settings, said):
    with pytest.raises(Problem, match=said), listening.socket_for(read_options({"PORT": "23999", **settings})):
        pass
