"""Codes of evenings and of seat cards: limits on trying, and answers that tell nothing."""

import uuid

import pytest
from django.db import DatabaseError
from django.test import Client

from pennypot.apps.game import codes, limits, passes
from pennypot.apps.game.models import Phone
from pennypot.testing.games import first_table, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(a_game):
    return first_table(a_game)


def from_ip(last):
    return Client(REMOTE_ADDR=f"203.0.113.{last}")


def join(client, code):
    return client.post("/brindley/game/join/", {"code": code})


def test_s19_an_address_that_tries_codes_is_stopped_and_then_finds_the_right_one_no_more(table, monkeypatch):
    monkeypatch.setattr(limits, "PER_IP", limits.Limit("ip", 5, 600))
    guesser = from_ip(7)
    assert [join(guesser, codes.new_code()).status_code for _ in range(6)] == [422] * 5 + [429]
    assert join(guesser, table.session.code).status_code == 429
    assert guesser.get(f"/brindley/game/{table.session.code}/").status_code == 429
    assert join(from_ip(8), table.session.code).status_code == 302


def test_s19_addresses_of_pages_are_tries_too(table, monkeypatch):
    monkeypatch.setattr(limits, "PER_IP", limits.Limit("ip", 4, 600))
    guesser = from_ip(9)
    ends = ("", "t/1/", "t/1/board/", "t/2/", "t/1/")
    assert [guesser.get(f"/brindley/game/{codes.new_code()}/{end}").status_code for end in ends] == [404] * 4 + [429]


def test_s19_who_knows_the_code_is_never_stopped(table, monkeypatch):
    monkeypatch.setattr(limits, "PER_IP", limits.Limit("ip", 3, 600))
    hall = from_ip(10)
    assert {hall.get(f"/brindley/game/{table.session.code}/t/1/").status_code for _ in range(8)} == {200}
    sit(hall, table, "nhs")
    [join(from_ip(10), codes.new_code()) for _ in range(5)]
    # Whoever sits keeps playing, whatever a neighbour behind the same address of the network tries.
    assert hall.get(f"/brindley/game/{table.session.code}/t/1/").status_code == 200


def test_s19_the_codes_of_a_tables_cards_are_tried_a_few_times_from_wherever(table, monkeypatch):
    monkeypatch.setattr(limits, "PER_TABLE", limits.Limit("table", 4, 600))
    url = f"/brindley/game/{table.session.code}/t/1/"
    sit(Client(), table, "council")
    for number in range(2):
        assert from_ip(20 + number).get(url, {"card": codes.new_code()}).status_code == 200
        form = {"seat": "council", "card": codes.new_code(), "key": str(uuid.uuid4())}
        assert from_ip(30 + number).post(f"{url}sit/", form).status_code == 422
    right = codes.card_code(table.chairs.get(seat="council"))
    form = {"seat": "council", "card": right, "key": str(uuid.uuid4())}
    assert from_ip(40).post(f"{url}sit/", form).status_code == 429
    assert Phone.objects.count() == 1
    # A free seat asks for no code.
    assert from_ip(41).post(f"{url}sit/", {"seat": "nhs", "key": str(uuid.uuid4())}).status_code == 302


def test_s19_when_tries_cannot_be_counted_nobody_comes_in(table, monkeypatch):
    def broken(*_tries):
        raise limits.CannotCount from DatabaseError("down")

    monkeypatch.setattr(limits, "check", broken)
    answer = Client().get(f"/brindley/game/{table.session.code}/t/1/")
    assert answer.status_code == 503 and passes.cookie_name() not in answer.cookies


def test_s20_a_code_of_another_place_and_one_of_nobody_answer_alike(table):
    def answer(place, code):
        response = Client().get(f"/{place}/game/{code}/t/1/")
        return response.status_code, len(response.content.replace(code.encode(), b""))

    assert answer("elsewhere", table.session.code) == answer("elsewhere", codes.new_code())
    assert answer("brindley", codes.new_code())[0] == 404


def test_s25_a_cookie_of_one_table_opens_no_other(cast, table, client):
    from pennypot.testing.games import make_game

    other = first_table(make_game(cast))
    sit(client, table, "council")
    page = client.get(f"/brindley/game/{other.session.code}/t/1/").content.decode()
    assert "Choose a seat" in page and "Your seat:" not in page
    answer = client.post(f"/brindley/game/{other.session.code}/t/1/move/", {"do": "dots"})
    assert answer["Location"].endswith("/t/1/") and other.log.count() == 4
