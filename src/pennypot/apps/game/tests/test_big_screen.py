"""The big screen: what the facilitator chose, and no word that somebody typed before somebody has read it."""

from __future__ import annotations

import re

import pytest

from pennypot.apps.game.models import Session, Words
from pennypot.apps.game.views import hall_feed
from pennypot.house.feeds import Asker, feed_of
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, move, play_until

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(1)</script> & \"rude\" 'words'"


def seen(client, session, screen: str = "") -> str:
    if screen:
        Session.objects.filter(pk=session.pk).update(screen=screen)
    return client.get(f"/brindley/game/{session.code}/screen/").content.decode()


def press(client, session, do: str, **fields):
    return client.post(f"/brindley/game/{session.code}/console/do/", {"do": do, **fields}, follow=True)


@pytest.fixture
def asked(cast):
    """A table with an open question that has a safeguard, and one answer."""
    session = make_game(cast, tables=2, phase="values")
    table = first_table(session)
    move(table, "advance")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    move(table, "safeguard", "group", text=NASTY)
    move(table, "react", "young", reaction="hold", reason="A secret reason")
    return session


def test_welcome_shows_the_code_and_its_picture_to_anybody(client, cast):
    session = make_game(cast)
    page = seen(client, session, "welcome")
    assert f"{session.code[:3]} {session.code[3:]}" in page
    assert 'class="qr"' in page
    assert client.get("/brindley/game/BBBBBB/screen/").status_code == 404


def test_s19_codes_are_not_found_by_trying_the_big_screen_or_its_feed(client, cast, asked):
    for _ in range(100):
        assert client.get("/brindley/game/BBBBBB/screen/").status_code == 404
    assert client.get("/brindley/game/BBBBBB/screen/").status_code == 429
    assert client.get(f"/brindley/game/{asked.code}/screen/").status_code == 429
    find = feed_of("session").find
    assert find(Asker((str(asked.pk), asked.code), {}, "192.0.2.7"))
    for _ in range(100):
        assert find(Asker((str(asked.pk), "BBBBBB"), {}, "192.0.2.7")) is None
    assert find(Asker((str(asked.pk), asked.code), {}, "192.0.2.7")) is None


def test_the_question_hides_answers_until_all_have_answered(client, asked):
    page = seen(client, asked, "question:1")
    assert "Roads, paths and lights: 8 % less, £560,000" in page
    assert "1 of 4 have answered" in page
    assert "Hold" not in page
    assert "secret" not in page
    table = first_table(asked)
    for seat in ("resident", "group", "council"):
        move(table, "react", seat, reaction="support")
    page = seen(client, asked)
    assert "Held: it can be changed once" in page
    assert re.search(r'<span class="num">1</span> <span>Hold', page)
    assert "secret" not in page


def test_words_are_shown_after_somebody_has_read_them_and_escaped(client, cast, asked):
    fay = sign_in(client, cast.fay)
    assert "rude" not in seen(fay, asked, "question:1")
    console = fay.get(f"/brindley/game/{asked.code}/console/").content.decode()
    assert "&lt;script&gt;alert(1)" in console
    one = Words.objects.get(text=NASTY)
    press(fay, asked, "words-shown", words=one.pk)
    page = seen(fay, asked)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    press(fay, asked, "words-hidden", words=one.pk)
    assert "rude" not in seen(fay, asked)
    one.refresh_from_db()
    assert (one.state, one.decided_by) == ("hidden", cast.fay)


def test_where_words_need_no_reading_they_are_shown_until_somebody_hides_them(client, cast, asked):
    Session.objects.update(approve_words=False)
    fay = sign_in(client, cast.fay)
    assert "rude" in seen(fay, asked, "question:1")
    press(fay, asked, "words-hidden", words=Words.objects.get(text=NASTY).pk)
    assert "rude" not in seen(fay, asked)


def test_words_of_another_evening_are_not_decided_here(client, cast, asked):
    other = make_game(cast)
    fay = sign_in(client, cast.fay)
    press(fay, other, "words-shown", words=Words.objects.get(text=NASTY).pk)
    assert Words.objects.get(text=NASTY).state == "waiting"


def test_the_screen_is_dark_at_once_and_shows_nothing(client, cast, asked):
    fay = sign_in(client, cast.fay)
    press(fay, asked, "show", screen="question:1")
    press(fay, asked, "blank", blank="yes")
    page = seen(fay, asked)
    assert "Roads" not in page
    assert "The screen is dark" in page
    press(fay, asked, "show", screen="money")
    assert "Money found" in seen(fay, asked)
    assert "cannot show that" in press(fay, asked, "show", screen="question:9").content.decode()
    assert "cannot show that" in press(fay, asked, "show", screen="../etc").content.decode()


def test_projects_stories_and_comparison(client, cast):
    session = make_game(cast, tables=2, phase="mend")
    page = seen(client, session, "projects")
    assert "at tables" in page
    assert "Walking bus" in page
    page = seen(client, session, "table:1")
    assert "hours" in page
    for table in session.tables.all():
        play_until(table, "ratify")
        Words.objects.create(table=table, number=999, field="day", text="The morning is much as it was")
    page = seen(client, session, "story")
    assert "words that are still being read" in page
    assert "The morning" not in page
    page = seen(client, session, "compare")
    assert "Self-selected: 2 tables, 8 seats" in page
    assert "cut at 2 of 2" in page


def test_the_screen_holds_no_card_of_anybody(client, cast, asked):
    from pennypot.apps.game.actions.moves import cards_of

    for screen in ("welcome", "money", "projects", "story", "compare", "question:1", "table:1"):
        page = seen(client, asked, screen)
        for role in cards_of(asked.pack).roles:
            for fact in (*role.know, *role.care):
                assert fact.text not in page


def test_the_feed_says_that_something_changed_and_nothing_more(cast, asked):
    feed = feed_of("session")
    good = Asker((str(asked.pk), asked.code), {}, "127.0.0.1")
    follower = feed.find(good)
    assert {f"session:{asked.pk}", f"table:{first_table(asked).pk}"} <= set(follower.topics)
    for path in ((str(asked.pk), "BBBBBB"), ("x", asked.code), (str(asked.pk),), ("9" * 30, asked.code)):
        assert feed.find(Asker(path, {}, "127.0.0.1")) is None
    before = feed.draw(feed.look(asked.pk), None)
    move(first_table(asked), "react", "resident", reaction="live")
    after = feed.draw(feed.look(asked.pk), None)
    assert after.number > before.number
    assert set(after.data) == {"number"}
    assert hall_feed.address_of(asked).endswith(f"?after={after.number}")
