"""What every template keeps to."""

from __future__ import annotations

import re

from pennypot.house.messages import PACKAGE

TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
# Row numbers and the like: from a thousand on they have a separator in a sentence, and must have none in an attribute.
NUMBERS = "pk|id|number|version|turn|counter|counter0|level|next_page_number|previous_page_number|percent|units"
IN_ATTRIBUTE = re.compile(r'[\w:-]+="[^"]*"')
BARE = re.compile(r"\{\{\s*(?:[\w.]+\.)?(?:" + NUMBERS + r")\s*\}\}")


def test_the_check_finds_a_number_with_a_separator():
    assert BARE.search('value="{{ line.pk }}"') and BARE.search('id="x{{ number }}"')
    assert not BARE.search('value="{{ line.pk|unlocalize }}"')


def test_no_attribute_has_a_number_with_a_separator():
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{% localize off %\}.*?\{% endlocalize %\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"\{% blocktrans.*?endblocktrans|\{%.*?%\}", "", text, flags=re.S)
        found += [(path.name, one[0]) for one in IN_ATTRIBUTE.finditer(text) if BARE.search(one[0])]
    assert len(TEMPLATES) > 200 and found == []
