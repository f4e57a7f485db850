"""Sitting down with a browser, coming back, and getting up."""

import uuid

import pytest
from django.test import RequestFactory

from pennypot.apps.game import codes, passes
from pennypot.apps.game.actions.seats import get_up, mark_vacant, new_card, sit_down
from pennypot.apps.game.models import Chair, Phone, Session, Table, TableMove
from pennypot.apps.game.queries.seat import chairs_of, phone_of
from pennypot.apps.places.models import Place
from pennypot.house.answers import Invalid
from pennypot.play import loaded
from pennypot.testing.games import first_table, make_game, move, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(a_game):
    return first_table(a_game)


def chair(table, seat):
    return table.chairs.select_related("table__session__pack").get(seat=seat)


def seat_state(table, seat):
    table.refresh_from_db()
    return loaded(table.state).seats[seat].state


def request_with(client):
    request = RequestFactory().get("/")
    request.COOKIES = {name: kept.value for name, kept in client.cookies.items()}
    return request


def test_a_free_seat_is_anybodys_and_the_cookie_finds_it_again_with_one_query(table, client, django_assert_num_queries):
    sat = sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4(), name="Meena")
    assert seat_state(table, "nhs") == "taken"
    client.cookies[passes.cookie_name()] = passes.value_of(sat.token)
    assert phone_of(request_with(client))  # whoever comes first reads the evening for all
    with django_assert_num_queries(1):
        phone = phone_of(request_with(client))
        assert (phone.pk, phone.chair.seat, phone.chair.table.session.pack.slug) == (sat.phone.pk, "nhs", "tilbrook")
    client.cookies[passes.cookie_name()] = passes.value_of(sat.token)[:-1] + "x"
    assert phone_of(request_with(client)) is None


def test_a_phone_is_told_at_once_what_changed_in_its_evening_its_place_and_its_chair(table, client):
    """What is kept in a process is kept as it was read: the next form sees any other process's change."""
    sat = sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4(), name="Meena")
    client.cookies[passes.cookie_name()] = passes.value_of(sat.token)

    def now():
        at = phone_of(request_with(client)).chair
        session = at.table.session
        return session.title, session.place.name, session.pack.title, at.card, at.table.name, at.table.moves

    before = now()
    Place.objects.filter(pk=table.session.place_id).update(name="Elsewhere")
    Session.objects.filter(pk=table.session_id).update(title="Another evening")
    Table.objects.filter(pk=table.pk).update(name="Oak")
    Chair.objects.filter(pk=sat.phone.chair_id).update(card=7)
    assert now() == ("Another evening", "Elsewhere", before[2], 7, "Oak", before[5])
    # Changed again in the same transaction, and changed by a page for itself alone.
    phone_of(request_with(client)).chair.table.session.title = "Mine"
    Session.objects.filter(pk=table.session_id).update(title="A third")
    assert now()[0] == "A third"


def test_two_forms_of_one_press_sit_down_once(table):
    key = uuid.uuid4()
    first = sit_down(chair(table, "nhs"), token=None, key=key)
    sit_down(chair(table, "nhs"), token=first.token, key=key)
    assert Phone.objects.count() == 1 and TableMove.objects.filter(key=key).count() == 1


def test_behind_a_taken_card_sits_only_who_holds_it(table):
    sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4())
    with pytest.raises(Invalid):
        sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4())
    with pytest.raises(Invalid):
        sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4(), card="BCDFGH")
    held = codes.card_code(chair(table, "nhs")).lower()
    sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4(), card=f"{held[:3]}-{held[3:]}")
    assert chairs_of(table).by_seat["nhs"].people == 2
    new_card(chair(table, "nhs"))
    with pytest.raises(Invalid):
        sit_down(chair(table, "nhs"), token=None, key=uuid.uuid4(), card=held)


def test_a_phone_sits_at_one_chair_at_a_time(table, client):
    phone = sit(client, table, "nhs")
    token = passes.token_in({name: kept.value for name, kept in client.cookies.items()})
    sit_down(chair(table, "business"), token=token, key=uuid.uuid4())
    assert Phone.objects.get(pk=phone.pk).chair.seat == "business"
    assert (seat_state(table, "nhs"), seat_state(table, "business")) == ("vacant", "taken")


def test_the_seat_is_vacant_when_the_last_phone_behind_it_got_up(table, client):
    one = sit(client, table, "nhs")
    two = sit(client, table, "nhs")
    get_up(one)
    assert seat_state(table, "nhs") == "taken"
    get_up(two)
    get_up(two)
    assert seat_state(table, "nhs") == "vacant"


def test_a_seat_is_marked_vacant_only_after_ninety_seconds_without_a_sign_of_life(table, client):
    phone = sit(client, table, "nhs")
    assert not mark_vacant(chair(table, "nhs"))
    Phone.objects.filter(pk=phone.pk).update(seen_at="2026-01-01T00:00Z")
    assert chairs_of(table).lost() == ["nhs"]
    assert mark_vacant(chair(table, "nhs"))
    assert seat_state(table, "nhs") == "vacant" and phone_of(request_with(client)) is None
    # The code on its card brings the phone back to the same seat.
    sit(client, table, "nhs")
    assert seat_state(table, "nhs") == "taken"


def test_who_comes_late_helps_at_once_and_has_a_voice_in_the_next_phase(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    sit(client, table, "nhs")
    assert seat_state(table, "nhs") == "waiting"
    move(table, "advance")
    assert seat_state(table, "nhs") == "taken"


def test_codes_hold_no_vowels_and_are_read_as_people_type_them():
    assert not set(codes.LETTERS) & set("AEIOULY0123456789")
    assert codes.plain(" kmn-prt ") == "KMNPRT" and codes.spaced("KMNPRT") == "KMN PRT"
    assert len({codes.new_code() for _ in range(50)}) == 50
