"""The pages about the game say what the game does: links lead somewhere, and what is printed there is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pennypot.play import State, apply, begin, shipped
from pennypot.play.tests.test_planted_bugs import BUGS

DOCS = Path(__file__).resolve().parents[5] / "docs"
PAGES = [*sorted((DOCS / "game").glob("*.md")), DOCS / "how-to" / "facilitator.md", DOCS / "README.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    linked = LINK.findall(page.read_text(encoding="utf-8"))
    assert [one for one in linked if not (page.parent / one).exists()] == []


def test_the_engines_example_makes_what_the_page_says() -> None:
    page = (DOCS / "game" / "engine.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    made: dict[str, object] = {}
    exec(code, made)  # noqa: S102 - our own page
    table = made["table"]
    assert isinstance(table, State)
    assert f"£{table.money['slice'] // 100:,} and £{table.money['elsewhere'] // 100:,} stays elsewhere" in page
    assert f"pot of £{shipped('tilbrook').policy.pot_pence // 100:,}" in page


def test_the_engines_second_example_is_what_the_policy_does() -> None:
    page = (DOCS / "game" / "engine.md").read_text(encoding="utf-8")
    policy = shipped("tilbrook").policy
    over = 1_219_500_000 - 890_000_000
    gain = policy.gain_of(over)
    assert over == 329_500_000
    for pence in (gain.returned, gain.freed, gain.elsewhere, policy.slice_pence + gain.freed):
        said = f"£{pence / 100:,.2f}".removesuffix(".00")
        assert said in page


def test_the_page_counts_the_planted_bugs() -> None:
    page = (DOCS / "game" / "engine.md").read_text(encoding="utf-8")
    assert f"{len(BUGS)} bugs are kept" in page


def test_the_tables_of_bots_are_of_the_packs_that_ship() -> None:
    page = (DOCS / "game" / "bots.md").read_text(encoding="utf-8")
    for name in ("tilbrook", "birmingham"):
        assert f"({shipped(name).hash[:12]})" in page


def test_the_rules_name_each_phase_with_the_minutes_of_the_preset() -> None:
    from pennypot.play.state import MINUTES

    page = (DOCS / "game" / "rules.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][a-z ]+) \| (\d+) \|", page, re.MULTILINE)
    assert [int(minutes) for _phase, minutes in rows] == list(MINUTES.values())


def test_what_a_scribe_types_in_the_how_to_is_understood() -> None:
    """Each line of the example, with the letters of a card of the pack that ships."""
    from pennypot.play.codes import code_of
    from pennypot.play.sheet import moves_of

    page = (DOCS / "how-to" / "facilitator.md").read_text(encoding="utf-8")
    block = next(one for one in page.split("```")[1::2] if "supports" in one or "support it" in one)
    lines = [re.split(r"\s{3,}", line)[0] for line in block.strip().splitlines()]
    pack = shipped("tilbrook")
    table = begin(pack)
    for move in moves_of(pack, table, "1+\n2+\n3+\n4+"):
        table, _ = apply(pack, table, move)
    for do in ("start", "advance", "advance", "advance"):
        table, _ = apply(pack, table, {"do": do, "by": "facilitator"})
    text = "\n".join(lines).replace("TWB", code_of(pack, "line", "roads"))
    made = moves_of(pack, table, text)
    assert [move["do"] for move in made] == ["propose", "react", "react", "react", "react"]
    for move in made:
        table, _ = apply(pack, table, move)
    assert table.proposal is not None and table.proposal.state == "held"
