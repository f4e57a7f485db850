"""Letters with codes: each works once it is in a letter box, and stands nowhere but in its letter."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from pennypot.apps.voting import codes
from pennypot.apps.voting.actions.letters import (
    KEPT,
    ask_for_letters,
    fetch_part,
    forget_old_letters,
    make_part,
    throw_letters_away,
)
from pennypot.apps.voting.eligibility import posted
from pennypot.apps.voting.models import LetterRun, RollEntry
from pennypot.apps.voting.papers import sealed
from pennypot.apps.voting.papers.addressed import Addressed, read_addresses
from pennypot.apps.voting.queries.paper import paper_round
from pennypot.apps.voting.tasks.paper import make_letters
from pennypot.house.answers import Invalid, Refused
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election  # noqa: F401 - a fixture


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def drawn(monkeypatch):
    """Note each code that is drawn, so that a test can look for it afterwards."""
    found = []
    draw = codes.new_code
    monkeypatch.setattr(codes, "new_code", lambda: found.append(draw()) or found[-1])
    return found


def asked_for(story, count=3, **values):
    return ask_for_letters(story.cast.aled, story.round, count=count, **values)


def test_a_code_from_a_letter_lets_its_holder_in(an_election, drawn):  # noqa: F811
    asked = asked_for(an_election, 3)
    make_letters(asked.work, run=str(asked.run.pk))
    assert len(drawn) == 3 and all(codes.holds(code) for code in drawn)
    entries = {posted.lookup(an_election.round.pk, codes.said(code)) for code in drawn}
    assert None not in entries and len(entries) == 3
    assert RollEntry.objects.filter(round=an_election.round, how="posted_code", state="invited").count() == 3


def test_the_letters_are_opened_by_the_browser_that_asked_and_by_no_other(an_election):  # noqa: F811
    asked = asked_for(an_election)
    make_letters(asked.work, run=str(asked.run.pk))
    run = LetterRun.objects.select_related("round__place").get(pk=asked.run.pk)
    assert fetch_part(an_election.cast.aled, run, 1, asked.private_key).startswith(b"%PDF-")
    for key in (b"", bytes(32), b"x" * 32, sealed.new_key()[0]):
        with pytest.raises(Invalid, match="gone, or another browser"):
            fetch_part(an_election.cast.aled, run, 1, key)
    with pytest.raises(Refused, match="Another officer"):
        fetch_part(an_election.cast.tariq, run, 1, asked.private_key)


def test_s17_a_code_stands_in_its_letter_and_nowhere_else(an_election, drawn, home):  # noqa: F811
    """Every column of every table and every file of the home folder, before and after the letters are fetched."""
    asked = asked_for(an_election, addressed=[Addressed(("Ms Quillfeather", "12 Hidden Lane"))] * 3)
    make_letters(asked.work, run=str(asked.run.pk))
    run = LetterRun.objects.select_related("round__place").get(pk=asked.run.pk)
    fetch_part(an_election.cast.aled, run, 1, asked.private_key)
    secret = [*drawn, *(codes.said(code) for code in drawn), asked.private_key.hex(), "Quillfeather", "Hidden Lane"]
    everything = dumped() + b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert len(drawn) == 3 and not [one for one in secret if one.encode() in everything]
    assert asked.private_key not in everything


def dumped() -> bytes:
    """All rows of all tables as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found).encode()


def test_addresses_are_deleted_when_the_letters_are_made(an_election, home):  # noqa: F811
    asked = asked_for(an_election, addressed=[Addressed(("Ms Quillfeather",))] * 2)
    files = home / "elections" / "letters" / str(asked.run.pk)
    assert [path.name for path in files.iterdir()] == ["addresses"]
    assert b"Quillfeather" not in (files / "addresses").read_bytes()
    assert (files / "addresses").stat().st_mode & 0o777 == 0o600
    make_letters(asked.work, run=str(asked.run.pk))
    assert [path.name for path in files.iterdir()] == ["part-1"]


def test_letters_are_made_in_parts_and_each_has_its_roll_entry(an_election, monkeypatch):  # noqa: F811
    monkeypatch.setattr("pennypot.apps.voting.actions.letters.IN_A_PART", 4)
    monkeypatch.setattr("pennypot.apps.voting.tasks.paper.IN_A_PART", 4)
    asked = asked_for(an_election, 10)
    make_letters(asked.work, run=str(asked.run.pk))
    run = LetterRun.objects.select_related("round__place").get(pk=asked.run.pk)
    assert run.parts == 3 and RollEntry.objects.filter(round=an_election.round).count() == 10
    sizes = [len(fetch_part(an_election.cast.aled, run, part, asked.private_key)) for part in (1, 2, 3)]
    assert sizes[2] < sizes[0]
    asked.work.refresh_from_db()
    assert (asked.work.done_parts, asked.work.all_parts) == (3, 3)


def test_a_part_that_cannot_be_kept_leaves_no_entries(an_election, monkeypatch):  # noqa: F811
    asked = asked_for(an_election)
    run = LetterRun.objects.select_related("round__place").get(pk=asked.run.pk)

    def full(*_given):
        raise OSError("no space left")

    monkeypatch.setattr(sealed, "put", full)
    with pytest.raises(OSError):
        make_part(run, paper_round(an_election.round), 1, [])
    assert not RollEntry.objects.filter(round=an_election.round).exists()


def test_letters_are_thrown_away_when_fetched_or_after_a_day(an_election, home):  # noqa: F811
    done, left = asked_for(an_election), asked_for(an_election)
    for asked in (done, left):
        make_letters(asked.work, run=str(asked.run.pk))
    run = LetterRun.objects.select_related("round__place").get(pk=done.run.pk)
    throw_letters_away(an_election.cast.aled, run)
    forget_old_letters()
    assert [path.name for path in (home / "elections" / "letters").iterdir()] == [str(left.run.pk)]
    LetterRun.objects.filter(pk=left.run.pk).update(made_at=timezone.now() - KEPT)
    forget_old_letters()
    assert list((home / "elections" / "letters").iterdir()) == []
    assert not LetterRun.objects.filter(gone_at=None).exists()


def test_only_the_returning_officer_makes_letters_for_a_round_with_posted_codes(an_election):  # noqa: F811
    for name, person in an_election.cast.everyone().items():
        if name not in ("aled", "tariq"):
            with pytest.raises(Refused):
                ask_for_letters(person, an_election.round, count=1)
    an_election.round.eligibility = ["desk"]
    with pytest.raises(Refused, match="not vote with a code by post"):
        asked_for(an_election)
    an_election.round.eligibility = ["posted_code"]
    for count in (0, 500_001):
        with pytest.raises(Invalid):
            asked_for(an_election, count)


# -- lists of addresses ---------------------------------------------------------------------------------------------


def test_a_list_of_addresses_is_read_whatever_the_columns_are_called():
    found, problems = read_addresses(
        "Name;Street;Area;Postcode\r\nMs Ä. Example;1 High St;north;BR1 1AA\r\n\r\nMr B;;;BR1 1AB\r\n".encode(),
        {"north": 7},
    )
    assert problems == []
    assert found == [Addressed(("Ms Ä. Example", "1 High St", "BR1 1AA"), 7), Addressed(("Mr B", "BR1 1AB"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"name,street\n", "no addresses"), ("name\nÄ".encode("cp1252"), "CSV UTF-8"),
        (b"name,area\nA,Nowhere", "Row 2: There is no area"), (b"name\n" + b"x" * 61, "room for 60 letters"),
        (b"a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8", "room for 7 lines"), (b"name,area\n,North", "There is no address"),
        (b"name\nA\x00B", "CSV UTF-8"),
    ],
)  # fmt: skip
def test_a_list_with_anything_wrong_is_not_used_at_all(content, said):
    found, problems = read_addresses(content, {"north": 7})
    assert found == [] and said in problems[0]


def test_utf_16_from_a_spreadsheet_is_read():
    assert read_addresses("name\tstreet\nÄsa\tHigh".encode("utf-16"), {})[0] == [Addressed(("Äsa", "High"))]


def test_a_long_list_of_problems_is_cut():
    _found, problems = read_addresses(b"name,area\n" + b"A,Nowhere\n" * 1_000, {})
    assert len(problems) == 21
