"""What reading says is said on pages in the same words, and can be translated."""

from __future__ import annotations

import pytest

from pennypot.apps.budgets.reading import ENGLISH, say
from pennypot.apps.budgets.suggesting import lines_given, suggest_control
from pennypot.apps.budgets.words_of_reading import OWN, TEMPLATES, said


def test_the_two_tables_of_sentences_agree():
    assert TEMPLATES == ENGLISH
    assert not set(OWN) & set(TEMPLATES)


def test_a_sentence_inside_a_sentence_is_said_too():
    sentence = say("ask_column", meaning=say("payee"))
    plain = {"code": "ask_column", "params": {"meaning": {"code": "payee", "params": {}}}}
    assert said(plain) == str(sentence) == "Which column holds who was paid?"
    assert said(None) == ""


@pytest.mark.parametrize(
    ("service", "family", "control"),
    [
        ("Parks", "council", "local"),
        ("Adult social care", "council", "statutory"),
        ("Primary schools", "council", "schools"),
        ("Integrated Transport Authority levy", "council", "levy"),
        ("Interest payable on loans", "council", "debt"),
        ("Housing benefit", "council", "entitlement"),
        ("Hospitals", "nhs", "nhs"),
        ("Jobcentres", "welfare", "entitlement"),
        ("Beneficial parks", "council", "local"),
    ],
)
def test_what_binds_a_line_is_suggested_by_its_name_and_its_agency(service, family, control):
    assert suggest_control(service, family) == control


def test_what_the_file_says_comes_before_what_we_suggest():
    row = {"service": "Schools", "amount_pence": 5, "cofog": "07", "control": "local", "counted": "0", "note": "Twice."}
    (line,) = lines_given([row], "council")
    assert (line.cofog, line.control, line.counted, line.why_not) == ("07", "local", False, "Twice.")
    (line,) = lines_given([row | {"cofog": "77", "control": "mine", "note": ""}], "council")
    assert (line.cofog, line.control, line.why_not) == ("09", "schools", "The file says that it is not counted.")
