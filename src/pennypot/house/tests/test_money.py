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


@pytest.mark.parametrize(
    ("pence", "said"),
    [
        (0, "£0"),
        (1_234_50, "£1,235"),
        (999_999_00, "£999,999"),
        (1_000_000_00, "£1.00 million"),
        (999_500_000_00, "£999.50 million"),
        (999_994_999_99, "£999.99 million"),
        (999_995_000_00, "£1.00 billion"),
        (-45_063_749_87, "−£45.06 million"),
    ],
)
def test_an_amount_is_said_in_the_largest_unit_that_fits(pence, said):
    assert pounds_said(pence) == said
