"""Every sentence that the engine can say stands in the catalogues, so that pages say it in the reader's language."""

import ast
from pathlib import Path

import pennypot.play
from pennypot.apps.game.templatetags.game import said
from pennypot.house.messages import found_strings
from pennypot.play import Sentence

SAYING = {"Sentence", "Illegal", "BadPack", "marked"}
# Calls whose words were marked where they stand, or are kept beside a pack.
ELSEWHERE = {("lint.py", "words"), ("lint.py", "_SUPPLY[kind]"), ("words.py", "words"), ("pack.py", "words")}


def test_every_sentence_of_the_engine_can_be_translated():
    catalogue = {message.id for message in found_strings()}
    counted = 0
    for path in Path(pennypot.play.__file__).parent.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING:
                words = node.args[0]
                if isinstance(words, ast.Constant):
                    counted += 1
                    assert words.value in catalogue, words.value
                else:
                    assert (path.name, ast.unparse(words)) in ELSEWHERE, (path.name, ast.unparse(words))
    assert counted > 80


def test_a_sentence_is_said_with_its_money_in_pounds():
    assert said(Sentence("Found {found_pence} of {count}", found_pence=123_450, count=3)) == "Found £1,234.50 of 3"
