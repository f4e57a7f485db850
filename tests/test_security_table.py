"""The table of security checks in docs/evidence/security.md names every check, and tests that are there.

Check 45 is kept here too: it is about what no file of ours does.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "evidence" / "security.md"
CHECKS = range(1, 65)
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.M)
# What asks another machine for something. Letters go by Django's own mail, to the server that the operator set.
ASKS = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "feedparser"}


def rows() -> dict[int, tuple[str, list[str]]]:
    found = [
        (int(number), words, re.findall(r"`(\w+)`", tests))
        for number, words, tests in ROW.findall(TABLE.read_text(encoding="utf-8"))
    ]
    assert len(found) == len({number for number, *_ in found})
    return {number: (words, tests) for number, words, tests in found}


@cache
def known_tests() -> frozenset[str]:
    files = [*ROOT.glob("src/**/tests/**/*.py"), *ROOT.glob("tests/**/*.py")]
    return frozenset(
        name
        for path in files
        for name in re.findall(r"^\s*(?:async )?def (test_s\d\w+)", path.read_text(encoding="utf-8"), re.M)
    )


def checks_of(test: str) -> set[int]:
    """Return the numbers that a test's name begins with: test_s01_s02_eight_at_once... is of 1 and 2."""
    return {int(number) for number in re.findall(r"s(\d\d)_", re.match(r"test_((?:s\d\d_)+)", test)[1])}


def test_the_table_has_every_check_once_with_tests_of_its_number_or_a_reason():
    table = rows()
    assert list(table) == list(CHECKS)
    for number, (words, tests) in table.items():
        assert bool(tests) != words.startswith("No test: "), number
        for test in tests:
            assert test in known_tests(), (number, test)
            assert number in checks_of(test), (number, test)


def test_a_check_that_is_said_to_have_no_test_has_none():
    without = {number for number, (_words, tests) in rows().items() if not tests}
    assert without == set(CHECKS) - {number for test in known_tests() for number in checks_of(test)}


def test_the_number_in_a_tests_name_is_on_the_list():
    for test in known_tests():
        assert re.match(r"test_(s\d\d_)+[a-z]", test), test
        assert checks_of(test) <= set(CHECKS), test


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_s45_nothing_of_ours_asks_an_address_of_the_web(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("from urllib import request\nimport httpx\n")
    assert ASKS & imported(planted) == {"urllib.request", "httpx"}
    files = [path for path in ROOT.glob("src/**/*.py") if not {"tests", "testing"} & set(path.parts)]
    assert len(files) > 300
    assert {path.name: sorted(found) for path in files if (found := ASKS & imported(path))} == {}
