"""Every sentence is listed and used; no pattern takes long on any text; nothing here needs Django."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pennypot.apps.budgets.reading as package
from pennypot.apps.budgets.reading import ENGLISH, CannotRead, say
from pennypot.apps.budgets.reading.tests.conftest import SOURCE

FOLDERS = (Path(package.__file__).parent, Path(package.__file__).parent.parent / "spending")
PIECES = [
    " ", "0", "1", ",", ".", "-", "(", ")", "£", "a", "A", "a ", "1,", "1,111", "1.1", "0 ", "-1", "/1", "1/",
    "1/1", "T1:", "total ", "total", "sub total", "grand ", "&", "and ", "and a", "(000", "£ ", "r='A1'",
    "r = ", "</f>", "<v></v>", "x", "*", "\t", "\u00a0", "a-a", "a'", "1E", "Jan ", "1 Jan ", "ltd ",
    "executor of ", "third party ", "XX", "aA", "Aa",
]  # fmt: skip


def patterns() -> list[tuple[str, re.Pattern]]:
    found = []
    for folder in FOLDERS:
        name = f"pennypot.apps.budgets.{folder.name}"
        for module in pkgutil.iter_modules([str(folder)]):
            if module.name == "tests":
                continue
            loaded = importlib.import_module(f"{name}.{module.name}")
            for key, value in vars(loaded).items():
                for pattern in value if isinstance(value, tuple) else (value,):
                    if isinstance(pattern, re.Pattern):
                        found.append((f"{module.name}.{key}", pattern))
    return found


@pytest.mark.parametrize(("name", "pattern"), patterns(), ids=lambda value: value if isinstance(value, str) else "")
def test_s47_no_pattern_takes_long_on_any_text(name, pattern):
    # Texts are far longer than any that reach the patterns; what grows with the square of the length fails here.
    for piece in PIECES:
        text = piece * (20_000 // len(piece))
        for text in (text + "!", "1" + text, "£" + text + "\n"):
            given = text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text
            began = time.process_time()
            pattern.fullmatch(given)
            for _ in zip(pattern.finditer(given), range(50), strict=False):
                pass
            assert time.process_time() - began < 1.0, (name, piece)


def test_there_are_patterns_to_test():
    assert len(patterns()) > 20


def test_every_pattern_is_a_constant_of_its_module():
    """A pattern compiled on the way would escape the test above; so would one made from text of a file."""
    for folder in FOLDERS:
        for path in folder.glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    calls = [
                        one
                        for one in ast.walk(node)
                        if isinstance(one, ast.Call) and ast.unparse(one.func).startswith("re.")
                    ]
                    constant = [one for one in calls if isinstance(one.args[0], ast.Constant)]
                    assert calls == constant, path


def said_in_code() -> set[str]:
    found = set()
    for path in (path for folder in FOLDERS for path in folder.glob("*.py")):
        if path.name == "words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in (FOLDERS[0] / "data").glob("layouts.json"):
        found |= set(re.findall(r'"note": "(\w+)"', path.read_text(encoding="utf-8")))
    return found


def test_every_sentence_listed_is_said_somewhere():
    assert set(ENGLISH) - said_in_code() == set()


def test_every_sentence_said_is_listed():
    for path in (path for folder in FOLDERS for path in folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "say"
                and isinstance(node.args[0], ast.Constant)
            ):
                assert node.args[0].value in ENGLISH, path.name
                wanted = {name for _, name, _, _ in string.Formatter().parse(ENGLISH[node.args[0].value]) if name}
                assert wanted == {one.arg for one in node.keywords}, node.args[0].value


def test_an_unlisted_sentence_is_a_mistake():
    with pytest.raises(KeyError):
        say("nonsense")


def test_sentences_end_and_are_short():
    for code, text in ENGLISH.items():
        if text[0].isupper():
            assert text[-1] in ".?:", code
        assert len(text) < 200, code


def test_a_refusal_is_its_sentence():
    error = CannotRead(say("too_big", size="1.0 GB", limit="268 MB"), "a.csv")
    assert str(error) == "This file is 1.0 GB. The largest we read is 268 MB."
    assert error.code == "too_big"


def test_reading_and_spending_need_no_django():
    code = (
        "import sys, json, pennypot.apps.budgets.reading, pennypot.apps.budgets.spending;"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] == 'django']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)})
    assert json.loads(done.stdout) == []
