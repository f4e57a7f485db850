"""The reference pages hold every setting and every command; a new one without a line there fails here."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from pennypot.cli import build_parser
from pennypot.house.options import OPTIONS

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"
OTHERS = {"count", "recount", "explain", "compare", "warm"}  # docs/count describes them


@pytest.fixture(scope="module")
def settings_page():
    return (REFERENCE / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_setting_stands_in_the_reference_as_it_is(settings_page, option):
    (line,) = [line for line in settings_page.splitlines() if line.startswith(f"| `{option.name}` |")]
    _, _, default, said, _ = (cell.strip() for cell in line.split("|"))
    assert default == (f"`{option.default}`" if option.default else "empty")
    assert option.help in said
    assert (f"`{option.name}_FILE`" in said) == option.secret


def test_the_reference_has_no_setting_that_is_gone(settings_page):
    told = {
        line.split("`")[1]
        for line in settings_page.splitlines()
        if line.startswith(("| `PENNYPOT_", "| `PORT", "| `DATABASE_"))
    }
    assert told == {option.name for option in OPTIONS}


def commands():
    """Yield each verb with its path (``place new``) and its options."""

    def look(parser, path):
        below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        options = [name for action in parser._actions for name in action.option_strings if name.startswith("--")]
        yield path, set(options) - {"--help", "--version", "--traceback"}
        for action in below:
            for name, inner in action.choices.items():
                yield from look(inner, f"{path} {name}")

    for path, options in look(build_parser(), "pennypot"):
        if not set(path.split()) & OTHERS:
            yield path, options


@pytest.mark.parametrize(
    ("path", "options"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_stands_in_the_reference(path, options):
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert f"`{path}" in page
    missing = [name for name in options if f"`{name}" not in page]
    assert not missing, f"docs/reference/commands.md does not say what {path} {missing} does"
