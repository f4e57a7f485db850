"""A roll from a file: read by row, all of it or nothing, whatever the file is like."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pennypot.apps.budgets.reading.tests.making import make_xlsx
from pennypot.apps.voting import codes
from pennypot.apps.voting.models import EntryLink, RollEntry
from pennypot.apps.voting.tests.at_the_entrance import address, go_in, parcels
from pennypot.apps.voting.tests.test_entrance import everything_written
from pennypot.testing.cast import sign_in
from pennypot.testing.elections import make_election

GOOD = "Name,Email,Ward,Postcode\nAsha A,asha@example.org,North,B29 6BD\nZoë Ł,zoe@example.org,south,b29 6be\n"


@pytest.fixture
def story(cast):
    """An election with a roll from a file."""
    return make_election(cast, eligibility=["roll_email", "roll_code"])


@pytest.fixture
def officer(client, cast):
    return sign_in(client, cast.aled)


def upload(client, story, content, how="roll_email", name="roll.csv", **fields):
    sent = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(address(story.round, "vote_roll"), {"how": how, "file": sent, **fields})


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("Ł", "x").encode("cp1252"),
        make_xlsx({"Roll": [line.split(",") for line in GOOD.splitlines()]}),
    ],
)
def test_a_file_is_read_whatever_its_encoding_and_its_separators(story, officer, content):
    assert upload(officer, story, content).status_code == 302
    assert RollEntry.objects.filter(round=story.round).count() == 2


BAD = (
    "email,area,postcode\n"
    "asha@example.org,North,B29 6BD\n"
    "ASHA+x@example.org,North,\n"
    "nobody,North,\n"
    ",North,\n"
    "ben@example.org,Nowhere,\n"
    "carys@example.org,North,B29\n"
    "dev@example.org,,\n"
)


def test_each_row_with_a_problem_is_named_and_nothing_is_added(story, officer):
    answer = upload(officer, story, BAD)
    assert answer.status_code == 422
    found = {problem.row: problem.words for problem in answer.context["problems"]}
    assert set(found) == {3, 4, 5, 6, 7}
    assert "row 2" in found[3] and "“nobody”" in found[4] and "Nowhere" in found[6] and "B29" in found[7]
    assert not RollEntry.objects.filter(round=story.round).exists() and not parcels() and not EntryLink.objects.exists()


def test_rows_with_a_problem_can_be_left_out(story, officer):
    assert upload(officer, story, BAD, leave_out="on").status_code == 302
    assert RollEntry.objects.filter(round=story.round).count() == 2


def test_who_is_on_the_roll_already_is_a_problem_of_their_row(story, officer):
    upload(officer, story, GOOD)
    answer = upload(officer, story, GOOD + "new@example.org,new@example.org,North,\n")
    assert [problem.row for problem in answer.context["problems"]] == [2, 3]
    assert RollEntry.objects.filter(round=story.round).count() == 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "roll.csv", "empty"),
        (b"Name,Street\nA,B\n", "roll.csv", "must name the columns"),
        (b"email,Email\na@b.org,c@d.org\n", "roll.csv", "Two columns are called"),
        (b"email\n", "roll.csv", "no rows"),
        (b"%PDF-1.7 nothing", "roll.csv", "PDF"),
        (b"\xff\xd8\xff\xe0 a picture", "roll.csv", "JPEG"),
        (b"email\na@b.org\x00\n", "roll.csv", ""),
        (b'email,area\n"a@b.org,North\n', "roll.csv", ""),
        (b"PK\x03\x04 broken", "roll.xlsx", ""),
    ],
)
def test_a_file_that_is_no_roll_is_refused_in_words(story, officer, content, name, said):
    answer = upload(officer, story, content, name=name)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "errorlist" in page and said in page
    assert not RollEntry.objects.filter(round=story.round).exists()


def test_s17_codes_come_back_once_in_the_list_and_are_kept_nowhere(story, officer):
    answer = upload(officer, story, GOOD, how="roll_code")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["Name"] for row in rows] == ["Asha A", "Zoë Ł"]
    written = everything_written()
    for row in rows:
        assert codes.holds(codes.plain(row["code"]))
        assert row["code"] not in written and codes.plain(row["code"]) not in written
        assert go_in(officer, story.round, row["code"]).status_code == 302


def test_s38_a_formula_in_the_list_comes_back_harmless(story, officer):
    answer = upload(officer, story, 'Name,Ward\n"=HYPERLINK(1)",North\n', how="roll_code")
    assert b"'=HYPERLINK" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", ["asha", "ben", "fay", "sam", "dev", "oona"])
def test_nobody_else_adds_to_the_roll(story, cast, client, name):
    sign_in(client, getattr(cast, name))
    assert upload(client, story, GOOD).status_code == 403
    assert not RollEntry.objects.filter(round=story.round).exists()
