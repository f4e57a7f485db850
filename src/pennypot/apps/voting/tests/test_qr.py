"""The code on a receipt: laid out by our own hand, so compared with a general encoder, module by module."""

from __future__ import annotations

import re

import numpy as np
import pytest
import segno

from pennypot.apps.voting import qr

TEXT = "https://place.example/brindley/vote/spring-2027/receipt/#104." + "Aq9_-x" * 40


@pytest.mark.parametrize("length", [*range(1, 270, 7), 17, 32, 53, 78, 106, 134, 154, 192, 230, 231])
def test_a_code_is_the_one_that_a_general_encoder_makes(length: int) -> None:
    general = segno.make_qr(TEXT[:length].encode(), mode="byte", error="l", mask=qr.MASK, boost_error=False)
    assert np.array_equal(qr.matrix(TEXT[:length]), np.array(general.matrix, bool))


def test_what_is_drawn_is_the_code_with_its_title_and_a_light_border() -> None:
    drawn, modules = qr.draw(TEXT[:90], "Your receipt"), qr.matrix(TEXT[:90])
    assert "<title>Your receipt</title>" in drawn
    assert f'viewBox="0 0 {len(modules) + 4} {len(modules) + 4}"' in drawn
    shown = np.zeros_like(modules)
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawn):
        shown[int(y) - 2, int(x) - 2 : int(x) - 2 + int(length)] = True
    assert np.array_equal(shown, modules)
