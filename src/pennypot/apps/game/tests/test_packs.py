"""Packs: looked at, written, brought from a file, rehearsed by bots, published once."""

import json

import pytest
from django.urls import reverse

from pennypot.apps.budgets.models import Budget, Line
from pennypot.apps.game import pack_edit, pack_problems
from pennypot.apps.game.actions import packs as actions
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.models import Pack
from pennypot.apps.game.tasks import rehearse_pack
from pennypot.apps.places.models import Area
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed, Work
from pennypot.play import read_pack, shipped
from pennypot.play.lint import lint
from pennypot.play.pack import CARDS
from pennypot.testing.cast import sign_in
from pennypot.testing.games import shipped_pack

pytestmark = pytest.mark.django_db
TILBROOK = shipped("tilbrook")


@pytest.fixture
def draft(cast):
    return actions.copy_pack(cast.fay, cast.brindley, shipped_pack())


def at(name, *more):
    return reverse(name, args=["brindley", *more])


def test_everybody_sees_published_packs_and_not_what_will_happen_or_what_seats_keep(client, cast, draft):
    row = shipped_pack()
    page = client.get(at("packs")).content.decode()
    assert "Tilbrook" in page and "being written" not in page
    page = client.get(at("pack", row.pk)).content.decode()
    assert TILBROOK.lines[0].for_it in page and TILBROOK.line["schools"].code in page
    for hidden in (TILBROOK.events[0].text, TILBROOK.roles[0].know[0].text, TILBROOK.roles[0].care[0].text):
        assert hidden not in page
    assert client.get(at("pack_file", row.pk)).status_code == 403
    assert client.get(at("pack", draft.pk)).status_code == 403
    assert TILBROOK.events[0].text in sign_in(client, cast.fay).get(at("pack", row.pk)).content.decode()


def test_the_list_costs_no_more_queries_for_more_packs(client, cast, draft, django_assert_num_queries):
    client.get(at("packs"))
    with django_assert_num_queries(2):
        client.get(at("packs"))


def test_another_places_packs_are_not_here(client, cast, draft):
    assert sign_in(client, cast.fay).get(reverse("pack", args=["elsewhere", draft.pk])).status_code == 404


VERBS = ["pack_about", "pack_rehearse", "pack_publish", "pack_drop"]


@pytest.mark.parametrize("name", VERBS)
def test_s23_only_authors_write_and_nobody_changes_what_is_published(client, cast, draft, name):
    for person in (None, cast.asha, cast.carys, cast.ben, cast.dev, cast.oona):
        if person:
            sign_in(client, person)
        assert client.post(at(name, draft.pk)).status_code == 403
    sign_in(client, cast.fay)
    assert client.post(at(name, shipped_pack().pk)).status_code in (302, 403)
    assert Pack.objects.filter(pk=draft.pk, state="draft").exists()
    with pytest.raises(Refused):
        actions.remove_card(cast.fay, cast.brindley, shipped_pack(), "needs", "well")


def test_a_card_is_written_and_what_was_typed_stays_when_something_is_wrong(client, cast, draft):
    sign_in(client, cast.fay)
    where = at("pack_card", draft.pk, "lines", "libraries")
    page = client.get(where)
    form = page.context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None}
    typed = {name: value for name, value in typed.items() if value is not False} | {"seen": page.context["seen"]}
    typed |= {"for_it": "Words of our own", "baseline_pence": "a lot", "signed_on": "2026-11-23"}
    page = client.post(where, typed)
    assert "Words of our own" in page.content.decode() and "Write an amount" in page.content.decode()
    typed["baseline_pence"] = str(TILBROOK.line["libraries"].baseline_pence // 100)
    assert client.post(where, typed).status_code == 302
    draft.refresh_from_db()
    line = cards_of(draft).line["libraries"]
    assert line.for_it == "Words of our own"
    assert [step.pence for step in line.steps] == [step.pence for step in TILBROOK.line["libraries"].steps]
    page = client.post(where, typed).content.decode()
    assert "Somebody else changed this card" in page and "Words of our own" in page
    assert Deed.objects.filter(kind="game.pack.changed").count() == 1


@pytest.mark.parametrize("part", list(CARDS))
def test_every_kind_of_card_comes_out_of_its_form_as_it_went_in(part, cast, draft):
    from pennypot.apps.game.pack_forms import FORMS

    for card in draft.given[part]:
        drawn = FORMS[part](given=draft.given, card=card)
        data = {}
        for field in drawn:
            value = drawn[field.name].value()
            shown = field.field.prepare_value(value)
            if shown not in (None, False, ""):
                data[field.html_name] = shown
        form = FORMS[part](data, given=draft.given, card=card)
        assert form.is_valid(), (card["id"], form.errors)
        assert {"id": card["id"], **form.card()} == card


def test_a_card_that_others_speak_of_stays(client, cast, draft):
    sign_in(client, cast.fay)
    page = client.post(at("pack_card_gone", draft.pk, "roles", "council"), follow=True).content.decode()
    assert "This cannot be kept" in page
    client.post(at("pack_card_gone", draft.pk, "idea_cards", TILBROOK.idea_cards[0].id))
    draft.refresh_from_db()
    assert len(draft.given["idea_cards"]) == len(TILBROOK.idea_cards) - 1


def test_translations_follow_their_cards_and_go_when_the_words_change():
    given = TILBROOK.given
    second = given["idea_cards"][1]["id"]
    without = pack_edit.without_card(given, "idea_cards", given["idea_cards"][0]["id"])
    for language in ("cy", "pl"):
        before, after = (read_pack(json.dumps(one)).in_language(language) for one in (given, without))
        assert after.idea_card[second] == before.idea_card[second] != TILBROOK.idea_card[second]
    card = {name: value for name, value in given["lines"][0].items() if name != "id"} | {"for_it": "Other words"}
    changed = read_pack(json.dumps(pack_edit.with_card(given, "lines", "schools", card))).in_language("cy")
    assert changed.line["schools"].for_it == "Other words"
    assert changed.line["schools"].against_it == TILBROOK.in_language("cy").line["schools"].against_it


def test_a_draft_is_rehearsed_and_published_and_stays_as_it_is(client, cast, draft, monkeypatch):
    from pennypot.apps.game import tasks

    monkeypatch.setattr(tasks, "GAMES", 4)
    sign_in(client, cast.tariq)
    assert "Let bots play it" in client.get(at("pack", draft.pk)).content.decode()
    cast.tariq.second_factor = True
    with pytest.raises(Invalid):
        actions.publish_pack(cast.tariq, cast.brindley, draft)
    answer = client.post(at("pack_rehearse", draft.pk))
    work = Work.objects.get(kind=actions.REHEARSING)
    assert answer.url == reverse("work", args=[work.pk])
    rehearse_pack(work, place_id=cast.brindley.pk, pack=draft.pk)
    work.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.rehearsal["games"], draft.rehearsal["met"], draft.rehearsal["problems"]) == (4, 4, [])
    assert "The target was met" not in work.said and work.done_parts >= 1
    assert "Publish the pack" in client.get(at("pack", draft.pk)).content.decode()
    sign_in(client, cast.fay)
    assert client.post(at("pack_publish", draft.pk)).status_code == 403
    sign_in(client, cast.tariq)
    for _twice in range(2):
        assert client.post(at("pack_publish", draft.pk)).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.version, draft.hash) == ("published", 1, TILBROOK.hash)
    assert Deed.objects.filter(kind="game.pack.published").count() == 1
    assert client.get(at("pack_about", draft.pk)).status_code == 403
    assert actions.copy_pack(cast.fay, cast.brindley, draft).version == 2


def test_a_change_after_the_rehearsal_asks_for_another(cast, draft):
    draft.rehearsal = {"hash": TILBROOK.hash, "problems": []}
    draft.save()
    actions.save_card(
        cast.fay, cast.brindley, draft, "personas", "", {"who": "Somebody new", "text": "x"}, seen="", said="Somebody"
    )
    cast.tariq.second_factor = True
    with pytest.raises(Invalid):
        actions.publish_pack(cast.tariq, cast.brindley, draft)


def test_a_file_goes_out_and_comes_in_the_same(client, cast):
    sign_in(client, cast.fay)
    content = client.get(at("pack_file", shipped_pack().pk)).content
    read = pack_problems.read_file(content)
    assert (read.problems, read.given) == ([], TILBROOK.given)
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = client.post(at("pack_bring"), {"file": SimpleUploadedFile("tilbrook.json", content)})
    assert answer.status_code == 302
    assert Pack.objects.get(place=cast.brindley).given == TILBROOK.given


def test_what_is_wrong_with_a_file_is_said_with_its_row_and_field(client, cast):
    given = json.loads(json.dumps(TILBROOK.given))
    given["lines"][2]["baseline_pence"] = "much"
    del given["needs"][0]["name"]
    given["idea_cards"][1]["id"] = "Lunch Club"
    read = pack_problems.read_file(json.dumps(given).encode())
    said = {(one.row, one.field): one.words for one in read.problems}
    assert said["lines 3 (childrens-care)", "baseline_pence"] == "Here should be something else: integer."
    assert said["needs 1 (warm-and-housed)", ""] == "Something is missing here: name."
    assert "Only small letters" in said["idea_cards 2 (Lunch Club)", "id"]
    sign_in(client, cast.fay)
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = client.post(at("pack_bring"), {"file": SimpleUploadedFile("p.json", json.dumps(given).encode())})
    assert answer.status_code == 422 and "childrens-care" in answer.content.decode()
    assert not Pack.objects.filter(place=cast.brindley).exists()


BAD_FILES = [b"", b"[]", b"null", b'{"a": 1,}', b"\xff\xfe", b"[" * 100_000, b'{"lines": [1]}', b"1e999", b"{" * 9]


@pytest.mark.parametrize("content", BAD_FILES, ids=range(len(BAD_FILES)))
def test_s44_whatever_a_file_holds_is_answered_in_words(content):
    read = pack_problems.read_file(content)
    assert read.given is None and read.problems and all(one.words for one in read.problems)


def test_s36_marks_in_a_file_are_only_text(client, cast):
    given = json.loads(json.dumps(TILBROOK.given))
    given["lines"][0]["service"] = "<script>alert(1)</script>"
    pack = actions.bring_pack(cast.fay, cast.brindley, given)
    page = sign_in(client, cast.fay).get(at("pack_part", pack.pk, "lines")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


@pytest.fixture
def budget(cast):
    Area.objects.create(place=cast.brindley, name="Northside", population=2_000)
    budget = Budget.objects.create(
        agency=cast.council, year="2026-27", kind="budget", version=1, source_title="Invented", publisher="Brindley"
    )
    for number, pounds in enumerate((9, 7, 5, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1), start=1):
        Line.objects.create(
            budget=budget,
            number=number,
            service=f"Service {number}",
            amount_pence=pounds * 100_000_000,
            cofog="08",
            control="local",
        )
    Budget.objects.filter(pk=budget.pk).update(state="published", published_at="2026-01-01T00:00Z")
    cast.brindley.year = "2026-27"
    cast.brindley.save()
    return budget


def test_a_first_draft_from_the_pool_can_be_played_and_not_yet_published(client, cast, budget):
    sign_in(client, cast.fay)
    page = client.get(at("pack_new"))
    names = {f"name{line.pk}": line.service for line in budget.lines.all()}
    assert all(value in page.content.decode() for value in names)
    names[f"name{budget.lines.last().pk}"] = "Service 12"
    area = Area.objects.get(name="Northside")
    answer = client.post(at("pack_new"), {"title": "Brindley", "area": area.pk, **names})
    assert answer.status_code == 302
    cards = cards_of(Pack.objects.get(place=cast.brindley))
    assert len(cards.lines) == 12
    assert sum(line.baseline_pence for line in cards.lines) == 38 * 100_000_000
    assert cards.policy.slice_pence == 38 * 1_000_000 // 5
    said = " ".join(sentence.said for sentence in lint(cards, play=False))
    assert "words for the cut" in said and "signed" in said
    for numbers in ("% of it is another sum", "All ideas together", "Most ideas", "below its floor"):
        assert numbers not in said
