"""Papers: they can be printed for any number of projects in any script, and what people write is only ever text."""

from __future__ import annotations

import io
import json
import re
import time
import zlib

import pytest
import segno
import typst
from django.test import override_settings
from PIL import Image

from pennypot.apps.voting.papers import made, typeset
from pennypot.apps.voting.papers.contents import AuditLetter, CodeLetter, Project, Sheet, Table
from pennypot.house.typeset import files_of

from .papers_given import ODD, paper_round

FORMS = ["approve", "knapsack", "rank", "points"]
PDF_PAGES = re.compile(rb"/Type\s*/Page\b")


def pages_in(pdf):
    """Count the pages of a PDF, also where its objects are packed into streams."""
    inside = pdf
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            inside += zlib.decompress(found.group(1))
        except zlib.error:
            continue
    return len(PDF_PAGES.findall(inside))


def words_of(paper):
    """Return every text that stands on a paper, as typst set it, joined."""
    template, data, pictures = paper
    files = files_of(typeset.TEMPLATES, template, data, pictures)
    found = []

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for key, value in node.items():
                if key != "text":
                    walk(value)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(json.loads(typst.query(files, "heading")))
    return " ".join(found)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", ["list", "card"])
def test_a_ballot_of_every_form_and_size_can_be_printed(form, style, large):
    pdf = made.pdf(made.ballot(paper_round(form=form), style=style, large=large))
    assert pdf.startswith(b"%PDF-") and pages_in(pdf) >= 1


def test_a_booklet_of_220_projects_with_pictures_is_set_in_a_few_seconds():
    start = time.process_time()
    pdf = made.pdf(made.booklet(paper_round(220, pictures=True)))
    assert time.process_time() - start < 10
    assert 25 <= pages_in(pdf) <= 60


def test_what_people_write_is_text_and_never_markup():
    paper = made.booklet(paper_round(len(ODD)))
    said = words_of(paper)
    assert "*bold* #let x = 1 $x$ <script>alert(1)</script>" in said
    assert "] #panic() [" in said
    assert "root:" not in said


def test_a_title_cannot_turn_the_figures_beside_it():
    assert typeset.plain("Pay £9\u202e000 1£\u2066") == "Pay £9000 1£"
    assert typeset.plain("a\x00b\tc\nd") == "a b c d"


def test_only_words_longer_than_any_in_a_dictionary_can_be_broken():
    assert typeset.plain("neighbourhood") == "neighbourhood"
    assert max(len(one) for one in typeset.plain("W" * 120).split("\u200b")) == typeset.PIECE


def test_papers_are_tagged_and_say_their_language():
    pdf = made.pdf(made.booklet(paper_round(12), language="cy"))
    unpacked = b"".join(_streams(pdf))
    assert b"/StructTreeRoot" in pdf + unpacked and b"/MarkInfo" in pdf + unpacked
    assert b"/Lang (cy)" in pdf + unpacked or b"/Lang(cy)" in pdf + unpacked


def _streams(pdf):
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found.group(1))
        except zlib.error:
            continue


def test_letters_that_no_font_has_do_not_stop_a_paper():
    paper = made.ballot(paper_round(1, form="approve"))
    paper[1]["groups"][0]["projects"][0]["title"] = "\U00013080 \U0001f333"
    assert made.pdf(paper).startswith(b"%PDF-")


def test_a_paper_reads_from_the_right_where_its_language_does():
    _template, data, _pictures = made.booklet(paper_round(3), language="ar")
    assert data["right-to-left"] is True
    assert typeset.pages(*made.booklet(paper_round(3), language="ar"))


def test_the_same_project_has_one_number_on_every_paper():
    a_round = paper_round(20)
    listed = [one["number"] for group in made.ballot(a_round)[1]["groups"] for one in group["projects"]]
    shown = [one["number"] for group in made.booklet(a_round)[1]["groups"] for one in group["projects"]]
    assert listed == shown == list(range(1, 21))


def test_a_withdrawn_project_is_in_the_booklet_and_not_on_the_ballot():
    a_round = paper_round(projects=0)
    projects = (Project(1, "A", 100), Project(2, "B", 100, withdrawn=True))
    a_round = type(a_round)(**{**a_round.__dict__, "projects": projects})
    assert [one["number"] for group in made.ballot(a_round)[1]["groups"] for one in group["projects"]] == [1]
    shown = [one for group in made.booklet(a_round)[1]["groups"] for one in group["projects"]]
    assert shown[1]["withdrawn"]


def test_many_projects_give_a_card_to_write_numbers_on():
    assert made.ballot(paper_round(60))[1]["style"] == "list"
    assert made.ballot(paper_round(61))[1]["style"] == "card"
    pdf = made.pdf(made.ballot(paper_round(220, form="approve")))
    assert pages_in(pdf) == 1
    assert made.ballot(paper_round(220, form="approve"))[1]["lines"] == 5


def letters(count):
    return [
        CodeLetter(f"2346-789C-DFHJ-{number:04d}", f"https://vote.example/#2346789CDFHJ{number:04d}", ("Asha",))
        for number in range(count)
    ]


def test_each_letter_is_one_page_with_its_own_code():
    paper = made.code_letters(paper_round(3), letters(7))
    assert pages_in(made.pdf(paper)) == 7
    assert pages_in(made.pdf(made.code_letters(paper_round(3), letters(4), large=True))) == 4
    assert len({one["code"] for one in paper[1]["letters"]}) == 7


def test_the_picture_on_a_letter_is_the_qr_code_of_its_link():
    """Reads the printed picture back: its dark squares are those of the QR code of the link."""
    link = "https://pennypot.example/brindley/vote/spring-2027/#2346789CDFHJKMNP"
    (page,) = typeset.pages(*made.code_letters(paper_round(1), [CodeLetter("2346-789C-DFHJ-KMNP", link)]), ppi=300)
    grey = Image.open(io.BytesIO(page)).convert("L")
    wanted = [
        list(row) for row in segno.make(link, error="m", boost_error=False, mask=typeset.MASK).matrix_iter(border=4)
    ]
    modules = len(wanted)
    side = 34 / 25.4 * 300
    # The box with the code ends 20 mm from the right edge; the picture lies inside by 5 mm. Find its white square.
    right = grey.width - (20 + 5) / 25.4 * 300
    left = right - side
    top = next(
        y for y in range(grey.height)
        if all(grey.getpixel((int(left + side * part / 10), y)) == 255 for part in range(1, 10))
        and y > 64 / 25.4 * 300
        and all(200 < grey.getpixel((int(beside), y)) < 250 for beside in (left - 8, left - 20, right + 8, right + 20))
    )  # fmt: skip
    step = side / modules
    wrong = sum(
        (grey.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) < 128) != bool(wanted[y][x])
        for y in range(modules)
        for x in range(modules)
    )
    assert wrong == 0


def test_an_audit_letter_asks_whether_and_never_what():
    paper = made.audit_letters(
        paper_round(3), [AuditLetter("12", "on the web", "2 May 2027")], answer_to="audit@brindley.example"
    )
    assert pages_in(made.pdf(paper)) == 1
    assert "audit@brindley.example" in " ".join(paper[1]["body"])
    assert paper[1]["letters"][0]["qr"] == paper[1]["letters"][0]["code"] == ""


def test_a_sheet_has_its_tables_and_lines_to_sign_on():
    content = Sheet("Brindley", "Batch 7", ("x",), (Table("T", ("a", "b"), (("1", "2"),), (1,)),), (), ("One", "Two"))
    assert pages_in(made.pdf(made.sheet(content))) == 1


def test_a_picture_that_is_none_does_not_stop_the_booklet():
    broken = Project(1, "A", 100, picture=b"not a picture")
    a_round = type(paper_round(0))(**{**paper_round(0).__dict__, "projects": (broken,)})
    assert made.pdf(made.booklet(a_round)).startswith(b"%PDF-")


@override_settings(USE_I18N=True)
def test_papers_speak_the_language_asked_for_whatever_the_reader_speaks():
    english, polish = made.ballot(paper_round(2))[1], made.ballot(paper_round(2), language="pl")[1]
    assert english["language"] == "en" and polish["language"] == "pl"
    assert polish["groups"][0]["projects"][0]["cost"] != english["groups"][0]["projects"][0]["cost"]
