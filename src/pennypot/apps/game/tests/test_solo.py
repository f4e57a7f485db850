"""Cut and create at home: one chair of the same engine, in one browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.apps.game.actions.solo import forget_unsent
from pennypot.apps.game.models import Solo
from pennypot.apps.game.solo_log import answers_of, drawn_by_lot, replayed
from pennypot.play import dumped, loaded, shipped
from pennypot.testing.cast import Cast

CARDS = shipped("tilbrook")
START = "/brindley/game/solo/"
LINE, DEEPEST = "libraries", 3


def begin(client: Client | None = None) -> Client:
    """Begin a game in a browser of its own."""
    client = client or Client()
    assert client.post(START, {"key": key_on(client)}).status_code == 302
    return client


def key_on(client: Client) -> str:
    found = re.search(r'name="key" value="([^"]+)"', client.get(START).content.decode())
    assert found
    return found[1]


def send(client: Client, part: str, turn: int, **given: Any) -> Any:
    return client.post(f"{START}{part}/", {"turn": turn, **given})


def walk(client: Client, *, levels: dict[str, int], to: str = "done", needs: tuple[str, ...] = ()) -> Client:
    """Play from the first step on."""
    forms: list[tuple[str, dict[str, Any]]] = [
        ("values", {"needs": needs or [need.id for need in CARDS.needs[:3]]}),
        ("cut", {f"line-{line}": level for line, level in levels.items()}),
        ("share", {"pooled": [CARDS.pool_cards[0].id]}),
        ("create", {"ideas": [CARDS.idea_cards[0].id]}),
        ("next-year", {"day": "same", "loses": "Those who read at night", "did": "Nothing yet"}),
        ("send", {"reaction": "live", "confidence": "3"}),
    ]
    for turn, (part, given) in enumerate(forms):
        if part == to:
            break
        answer = send(client, part, turn, **given)
        assert answer.status_code == 302, answer.content.decode()
    return client


def the_game() -> Solo:
    return Solo.objects.get()


def test_a_whole_game_from_the_first_page_to_the_comparison(cast: Cast) -> None:
    client = walk(begin(), levels={LINE: 2, "roads": 3})
    solo = the_game()
    assert solo.submitted_at is not None
    state = loaded(solo.state)
    assert state.ended == "gap"
    assert state.found_pence == CARDS.line[LINE].cut_pence(2) + CARDS.line["roads"].cut_pence(3) + _net(0)
    page = client.get(f"{START}done/").content.decode()
    assert "Those who read at night" in page
    assert "Fewer than five people" in page


def _net(number: int) -> int:
    return CARDS.pool_cards[number].saving_pence - CARDS.pool_cards[number].setup_pence


def test_its_log_replayed_is_its_state_byte_for_byte(cast: Cast) -> None:
    walk(begin(), levels={LINE: DEEPEST})
    solo = the_game()
    assert dumped(replayed(CARDS, solo.moves)).decode() == solo.state


def test_the_same_form_sent_twice_changes_nothing(cast: Cast) -> None:
    client = walk(begin(), levels={}, to="cut")
    first = send(client, "cut", 1, **{f"line-{LINE}": 1})
    kept = the_game()
    again = send(client, "cut", 1, **{f"line-{LINE}": 1})
    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    assert (the_game().turn, the_game().state) == (kept.turn, kept.state)


def test_the_same_beginning_sent_twice_begins_one_game(cast: Cast) -> None:
    client = Client()
    key = key_on(client)
    for _again in range(2):
        client.post(START, {"key": key})
    assert Solo.objects.count() == 1


def test_a_form_from_before_is_not_taken_and_loses_nothing_that_was_typed(cast: Cast) -> None:
    client = walk(begin(), levels={LINE: 1}, to="share")
    late = send(client, "cut", 1, **{f"line-{LINE}": 3})
    assert late.status_code == 409
    page = late.content.decode()
    assert re.search(rf'name="line-{LINE}" value="3" checked', page)
    assert 'name="turn" value="2"' in page
    assert answers_of(loaded(the_game().state)).levels == {LINE: 1}
    # Sent again from the page that came, it is what the person wants.
    assert send(client, "cut", 2, **{f"line-{LINE}": 3}).status_code == 302
    assert answers_of(loaded(the_game().state)).levels == {LINE: 3}


def test_going_back_keeps_what_was_reached(cast: Cast) -> None:
    client = walk(begin(), levels={LINE: 1}, to="next-year")
    send(client, "cut", 4, **{f"line-{LINE}": 2})
    assert client.get(f"{START}next-year/").status_code == 200
    answers = answers_of(loaded(the_game().state))
    assert answers.levels == {LINE: 2}
    assert answers.ideas == (CARDS.idea_cards[0].id,)


def test_a_step_that_is_not_reached_leads_to_the_one_that_is(cast: Cast) -> None:
    client = begin()
    assert client.get(f"{START}create/")["Location"] == f"{START}values/"
    assert send(client, "send", 0, reaction="support", confidence="5")["Location"] == f"{START}values/"
    assert client.get(f"{START}nothing/").status_code == 404


def test_three_values_no_more_and_no_fewer(cast: Cast) -> None:
    client = begin()
    two = [need.id for need in CARDS.needs[:2]]
    answer = send(client, "values", 0, needs=two)
    assert answer.status_code == 422
    assert answer.content.decode().count("checked") == 2
    assert send(client, "values", 0, needs=["nothing", *two]).status_code == 422
    # Twice the same is not two.
    assert send(client, "values", 0, needs=[two[0], two[0], two[1]]).status_code == 422


def test_nothing_is_bought_with_money_that_is_not_there(cast: Cast) -> None:
    client = walk(begin(), levels={}, to="create")
    slice_pounds = CARDS.policy.slice_pence // 100
    over = send(client, "create", 3, title="A swimming pool", price=slice_pounds + 1)
    assert over.status_code == 422
    assert "A swimming pool" in over.content.decode()
    assert "£1 more than there is" in over.content.decode()
    assert send(client, "create", 3, title="A swimming pool", price=slice_pounds).status_code == 302


def test_who_saves_less_afterwards_is_told_that_ideas_are_not_paid_in_full(cast: Cast) -> None:
    deep = {line.id: 3 for line in CARDS.lines}
    client = walk(begin(), levels=deep, to="create")
    purse = loaded(the_game().state).money["share:resident"]
    assert purse > CARDS.policy.slice_pence
    assert send(client, "create", 3, title="All of it", price=purse // 100).status_code == 302
    send(client, "cut", 4)
    send(client, "next-year", 5, day="same", loses="Nobody I know", did="Nothing yet")
    assert "not paid in full" in client.get(f"{START}send/").content.decode()


def test_nothing_changes_after_it_was_sent_in(cast: Cast) -> None:
    client = walk(begin(), levels={LINE: 1})
    before = the_game().state
    assert send(client, "cut", 6, **{f"line-{LINE}": 3})["Location"] == f"{START}done/"
    client.post(f"{START}forget/")
    assert the_game().state == before
    assert client.get(f"{START}done/")["Location"] == START


def test_a_game_that_was_not_sent_in_is_forgotten_when_asked(cast: Cast) -> None:
    client = begin()
    client.post(f"{START}forget/")
    assert not Solo.objects.exists()


def test_old_games_that_nobody_finished_are_forgotten(cast: Cast) -> None:
    begin()
    assert forget_unsent() == 0
    Solo.objects.update(started_at="2020-01-01T00:00Z")
    assert forget_unsent() == 1


def test_s24_a_game_opens_with_its_cookie_only(cast: Cast) -> None:
    client = walk(begin(), levels={LINE: 1}, to="share")
    stranger = Client()
    assert stranger.get(f"{START}cut/")["Location"] == START
    forged = Client()
    forged.cookies["pennypot-solo"] = client.cookies["pennypot-solo"].value.replace(":", ":x", 1)
    assert forged.get(f"{START}cut/")["Location"] == START
    assert client.get(f"{START}cut/").headers["Cache-Control"] == "no-store"


def test_the_order_is_drawn_by_lot_and_stays() -> None:
    first, again, other = (drawn_by_lot(seed, "lines", CARDS.lines) for seed in ("a", "a", "b"))
    assert first == again
    assert first != other
    assert sorted(line.id for line in first) == sorted(line.id for line in CARDS.lines)


@pytest.mark.parametrize(
    ("cut", "said"), [(0, "nobody"), (3, "fewer than 5"), (5, "5 of 10"), (7, "all but a few"), (10, "10 of 10")]
)
def test_s50_numbers_below_five_are_not_shown(cast: Cast, cut: int, said: str) -> None:
    clients = [walk(begin(), levels={LINE: 1} if number < cut else {}) for number in range(10)]
    row = _row(clients[0], CARDS.line[LINE].service)
    assert said in row


def test_s50_people_are_counted_in_fives_so_that_no_single_choice_can_be_seen_to_come(cast: Cast) -> None:
    for _number in range(5):
        last = walk(begin(), levels={LINE: 1})
    before = _row(last, CARDS.line[LINE].service)
    assert "5 of 5" in before
    walk(begin(), levels={})
    assert _row(last, CARDS.line[LINE].service) == before


def _row(client: Client, name: str) -> str:
    page = client.get(f"{START}done/").content.decode()
    others = page[page.index('id="others"') :]
    found = re.search(rf"<tr[^>]*><th scope=\"row\">{re.escape(name)}</th>.*?</tr>", others, re.DOTALL)
    assert found, page
    return found[0]


def test_s36_what_was_typed_is_escaped(cast: Cast) -> None:
    client = walk(begin(), levels={}, to="create")
    send(client, "create", 3, title="<script>alert(1)</script>", price=1)
    send(client, "next-year", 4, day="same", loses="<img src=x onerror=alert(1)>", did="<b>")
    page = client.get(f"{START}send/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page


def test_a_place_with_cards_of_its_own_plays_those(cast: Cast) -> None:
    keep_shipped()
    assert "Brindley has no cards of its own yet" in Client().get(START).content.decode()
    begin()
    assert the_game().pack.slug == "tilbrook"


def test_a_step_asks_the_database_few_questions(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = walk(begin(), levels={LINE: 1}, to="share")
    with django_assert_max_num_queries(5):
        client.get(f"{START}cut/")
