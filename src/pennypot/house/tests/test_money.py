"""Money is said as the reader's language writes it."""

from __future__ import annotations

import pytest
from django.utils import translation

from pennypot.house.money import pounds, pounds_said


@pytest.mark.parametrize(
    ("language", "exact", "said"),
    [
        ("en", "−£1,234,567.89", "£7.10 billion"),
        ("pl", "−1\u00a0234\u00a0567,89\u00a0£", "7,10\u00a0mld\u00a0£"),
    ],
)
def test_amounts_are_written_as_each_language_writes_them(language, exact, said):
    with translation.override(language):
        assert pounds(-123_456_789) == exact
        assert pounds_said(709_577_498_700) == said
