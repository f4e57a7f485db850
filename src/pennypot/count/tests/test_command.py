"""The commands, as someone types them."""

import argparse
import json
import subprocess
import sys

import pytest

from pennypot.count.command import add_subcommands, main
from pennypot.count.tests.towns import TOWN


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "town.pb"
    path.write_text(TOWN, encoding="utf-8")
    return str(path)


def test_count_follows_the_rule_that_the_file_states(file, capfd):
    assert main(["count", file, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["winners"] == ["swings", "bench"] and told["cost"] == 800
    assert told["rule"]["rule"] == "greedy" and told["rule"]["threshold"] == 2
    assert {"winners", "cost", "ties", "rule", "election_sha256", "trail"} <= set(told)


def test_without_a_stated_rule_it_is_equal_shares_with_add1(tmp_path, capfd):
    path = tmp_path / "town.pb"
    path.write_text(TOWN.replace("rule;greedy\n", "rule;unknown\n"))
    assert main(["count", str(path), "--json"]) == 0
    rule = json.loads(capfd.readouterr().out)["rule"]
    assert (rule["rule"], rule["utility"], rule["completion"]) == ("equal-shares", "cost", "add1")


def test_options_make_the_rule_card(file, capfd):
    words = ["--rule", "equal-shares", "--utility", "count", "--completion", "add1-utilitarian", "--stop", "never"]
    words += ["--start", "whole", "--ties", "cost,id", "--seed", "x", "--threshold", "1", "--exclusive", "trees,bench"]
    assert main(["count", file, "--json", *words]) == 0
    rule = json.loads(capfd.readouterr().out)["rule"]
    assert rule["utility"] == "count" and rule["stop"] == "never" and rule["start"] == "whole"
    assert rule["ties"] == ["cost", "id"] and rule["seed"] == "x" and rule["exclusive"] == [["trees", "bench"]]


def test_the_screen_shows_winners_money_and_what_was_not_funded(file, capfd):
    assert main(["count", file]) == 0
    shown = capfd.readouterr().out
    assert "Swings for the park" in shown and "£800 of £900" in shown and "2 not funded" in shown


def test_a_certificate_is_written_and_recounted(file, tmp_path, capfd):
    written = str(tmp_path / "c.json")
    assert main(["count", file, "--rule", "equal-shares", "--certificate", written]) == 0
    assert main(["recount", written, file]) == 0
    assert "The certificate holds." in capfd.readouterr().out
    claimed = json.loads((tmp_path / "c.json").read_text())
    claimed["winners"] = claimed["winners"][::-1] + ["fence"]
    (tmp_path / "c.json").write_text(json.dumps(claimed))
    assert main(["recount", written, file, "--json"]) == 1
    assert json.loads(capfd.readouterr().out)["holds"] is False


def test_explain_and_compare_speak_on_screen_and_in_json(file, capfd):
    assert main(["explain", file, "--project", "trees"]) == 0
    assert "1 more vote" in capfd.readouterr().out
    assert main(["explain", file, "--json", "--quick"]) == 0
    assert len(json.loads(capfd.readouterr().out)["projects"]) == 4
    assert main(["compare", file]) == 0
    assert "Phragmén" in capfd.readouterr().out
    assert main(["compare", file, "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["rules"]) >= 6


@pytest.mark.parametrize("words, said", [
    (["count", "nowhere.pb"], "nowhere.pb: No such file"),
    (["explain", "{file}", "--project", "moon"], "no project 'moon'"),
    (["count", "{file}", "--ties", "coin"], "unknown way to decide a tie 'coin'"),
    (["count", "{file}", "--card", "{file}"], "not JSON"),
    (["count", "{file}", "--step", "1/0"], "the step cannot be '1/0'"),
    (["count", "{file}", "--rule", "greedy", "--part-funding", "a third"], "cannot be 'a third'"),
    (["recount", "{file}", "{file}"], "not JSON"),
])  # fmt: skip
def test_trouble_is_said_in_one_line_without_a_traceback(words, said, file, capfd):
    assert main([word.format(file=file) for word in words]) == 2
    error = capfd.readouterr().err
    assert said in error and error.count("\n") == 1


def test_a_broken_file_is_named_with_line_and_column(tmp_path, capfd):
    path = tmp_path / "broken.pb"
    path.write_text(TOWN.replace("fence;500", "fence;dear"))
    assert main(["count", str(path)]) == 2
    assert "broken.pb: line 16, column 7:" in capfd.readouterr().err


def test_the_commands_can_be_mounted_on_another_parser(file, capfd):
    parser = argparse.ArgumentParser()
    add_subcommands(parser.add_subparsers())
    arguments = parser.parse_args(["count", file, "--json"])
    assert arguments.run(arguments) == 0
    assert json.loads(capfd.readouterr().out)["cost"] == 800


def test_a_small_count_needs_neither_django_nor_compiled_code(file):
    code = (
        "import sys; from pennypot.count.command import main; main(['count', sys.argv[1], '--rule', 'equal-shares']); "
        "sys.exit(any(name in sys.modules for name in ('django', 'numba', 'scipy')))"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
