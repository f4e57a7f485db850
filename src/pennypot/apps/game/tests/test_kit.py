"""The print kit: every paper is set in every language, size and print; codes are those of the cards and the chairs."""

import json

import pytest
import typst
from django.urls import reverse
from django.utils import translation

from pennypot.apps.game.codes import card_code, spaced
from pennypot.apps.game.faces import faces_of
from pennypot.apps.game.kit import cards as kit_cards
from pennypot.apps.game.kit import sheets
from pennypot.apps.game.kit.cards import SeatOf, notes_of, scaled_minutes
from pennypot.apps.game.kit.paper import TEMPLATES, Look
from pennypot.apps.game.names import PAPERS
from pennypot.apps.game.views.packs import FOR_PLANNERS, paper_of
from pennypot.house.typeset import files_of, fonts
from pennypot.play import shipped
from pennypot.play.money import equal_parts
from pennypot.play.pack import CARDS
from pennypot.play.sheet import moves_of
from pennypot.play.state import begin
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, shipped_pack

PACK = shipped("tilbrook")
SEATS = [SeatOf(role.id, number) for number, role in enumerate(PACK.roles, start=1)]


def all_words(made):
    return json.dumps(made.data, ensure_ascii=False)


@pytest.mark.parametrize("what", PAPERS)
@pytest.mark.parametrize("look", [Look("a4", False, "cy"), Look("a3", True, "pl")], ids=["a4-cy", "a3-large-pl"])
def test_every_paper_is_a_tagged_pdf(what, look):
    seats = SEATS[:3]
    made = paper_of(PACK, what, seats, look)
    pdf = made.pdf
    assert pdf.startswith(b"%PDF") and b"/StructTreeRoot" in pdf
    assert made.data["language"] == look.language


@pytest.mark.parametrize("look", [Look(), Look(large=True)], ids=["usual", "large"])
def test_each_card_but_those_of_the_seats_stands_on_the_sheets_once(look):
    made = kit_cards.cards(PACK, look)
    given = files_of(TEMPLATES, made.template, made.data)
    headings = json.loads(typst.query(given, "heading", font_paths=fonts()))
    assert len(headings) == len(PACK.codes) - len(PACK.roles)


def test_the_scribes_sheet_has_the_letters_of_every_card_and_they_are_what_the_engine_reads():
    made = sheets.scribe(PACK, SEATS, Look(language="pl"))
    said = all_words(made)
    for code in PACK.codes.values():
        assert f"\\u0001{code}" in said or f"\x01{code}" in said, code
    seats = "\n".join(f"{seat.number}+" for seat in SEATS)
    assert [move["seat"] for move in moves_of(PACK, begin(PACK), seats)] == [seat.role for seat in SEATS]


def test_cards_are_in_the_language_that_was_asked_for_and_their_letters_stay():
    for language in ("cy", "pl"):
        shown = PACK.in_language(language)
        words = all_words(kit_cards.cards(PACK, Look(language=language)))
        assert shown.lines[0].for_it in words and PACK.lines[0].for_it not in words
        assert PACK.lines[0].code in words


def test_every_kind_of_card_has_a_face_with_its_own_letters():
    with translation.override("en"):
        faces = [face for kind in CARDS.values() for face in faces_of(PACK, kind)]
    assert {(face.kind, face.id): face.code for face in faces} == dict(PACK.codes)
    assert all(face.title and face.kind_word for face in faces)


def test_a_seats_notes_come_to_its_share_to_the_pound():
    parts = equal_parts(PACK.policy.slice_pence, [seat.role for seat in SEATS])
    for pence in {*parts.values(), 1_00, 99_99, 49_061_67, 1_234_567_89}:
        notes = list(notes_of(pence // 100))
        assert sum(notes) == pence // 100
        assert len(notes) <= 40
    made = kit_cards.pledge_notes(PACK, SEATS, Look())
    assert made.data["seats"][0]["notes"][-1] == "£ __________"


def test_the_scripts_minutes_are_those_of_the_evening():
    assert sum(scaled_minutes(120).values()) == 120
    for minutes in (30, 60, 90, 180, 480):
        assert abs(sum(scaled_minutes(minutes).values()) - minutes) <= 6
        assert min(scaled_minutes(minutes).values()) >= 1


def test_the_rules_are_one_page_in_every_language_also_in_large_print_on_a3():
    for look in (Look(), Look(language="cy"), Look(language="pl"), Look("a3", True)):
        assert len(sheets.rules("Brindley", look).pictures(20)) <= (2 if look.large else 1)


@pytest.mark.django_db
def test_seat_cards_of_an_evening_hold_the_chairs_own_codes_for_those_who_run_it(client, cast, monkeypatch):
    session = make_game(cast, tables=2)
    where = reverse("kit", args=["brindley", session.code, "seats"])
    for person in (None, cast.asha, cast.carys, cast.ben, cast.dev, cast.oona):
        if person:
            sign_in(client, person)
        assert client.get(where).status_code == 403
    from pennypot.apps.game.views import kit

    seen = []
    monkeypatch.setattr(kit, "pdf_answer", _answer_into(seen))
    answer = sign_in(client, cast.fay).get(where)
    assert answer.status_code == 200
    seats = seen[0].data["seats"]
    assert len(seats) == 16
    chair = first_table(session).chairs.first()
    assert seats[0]["entry"] == spaced(card_code(chair))
    assert card_code(chair) not in client.get(reverse("game_kit", args=["brindley", session.code])).content.decode()


def _answer_into(seen):
    from django.http import HttpResponse

    def answer(made, name, look):
        seen.append(made)
        return HttpResponse(b"%PDF", content_type="application/pdf")

    return answer


@pytest.mark.django_db
def test_s23_what_players_are_not_to_see_before_is_printed_for_planners_only(client, cast):
    row = shipped_pack()
    for what in PAPERS:
        expected = 403 if what in FOR_PLANNERS else 200
        assert client.get(reverse("pack_paper", args=["brindley", row.pk, what])).status_code == expected
    assert client.get(reverse("pack_paper", args=["brindley", row.pk, "secrets"])).status_code == 404
    odd = {"size": "a0", "language": "../../etc", "large": "maybe"}
    answer = client.get(reverse("game_rules", args=["brindley"]), odd)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cut-and-create-rules-en-a4.pdf"'
