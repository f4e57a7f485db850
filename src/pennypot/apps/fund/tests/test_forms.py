"""Amounts are understood as people type them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from pennypot.apps.fund.forms import PoundsField


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("12.50", 12_50),
        ("12,50", 12_50),
        ("12,5", 12_50),
        ("1,234", 1_234_00),
        ("£1,234.56", 1_234_56),
        ("1 234,56 £", 1_234_56),
        ("1,234,567", 1_234_567_00),
    ],
)
def test_a_comma_before_one_or_two_figures_marks_the_pence(typed, pence):
    assert PoundsField().clean(typed) == pence


@pytest.mark.parametrize("typed", ["1.234,56", "12.5.0", "twelve"])
def test_an_amount_that_could_be_read_in_two_ways_is_refused(typed):
    with pytest.raises(ValidationError):
        PoundsField().clean(typed)


@pytest.mark.parametrize(("language", "shown"), [("en", "1,234,567.05"), ("pl", "1\u00a0234\u00a0567,05")])
def test_what_a_form_shows_it_also_understands(language, shown):
    with translation.override(language):
        assert PoundsField().prepare_value(123_456_705) == shown
        assert PoundsField().clean(shown) == 123_456_705
