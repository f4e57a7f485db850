"""Who may do what with budgets: every person of the cast, with and without a second step, against every verb."""

import pytest
from django.contrib.auth.models import AnonymousUser

from pennypot.apps.budgets import actions, given, queries
from pennypot.apps.budgets.models import Budget
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.house.answers import Refused
from pennypot.testing.cast import MEMBERS, sign_in

SOURCE = given.Source("A return")
LINES = [given.LineGiven("Parks", 100_00, "local")]
# Ben is the council's officer; Tariq is the place team; Aled answers for the place. Nobody else, and none of them
# without a second step. Dev is officer and team, but of another place.
OF_THE_COUNCIL = {"ben", "tariq", "aled"}
OF_THE_POLICE = {"tariq", "aled"}
OF_THE_PLACE = {"tariq", "aled"}


def draft_of(agency, year: str = "2024-25") -> Budget:
    made = actions.start_budget(SYSTEM, agency, year, "outturn", SOURCE)
    actions.put_lines(SYSTEM, made, LINES)
    return made


def start(person, agency) -> None:
    actions.start_budget(person, agency, "2030-31", "outturn", SOURCE)


def put(person, agency) -> None:
    actions.put_lines(person, draft_of(agency), LINES)


def publish(person, agency) -> None:
    actions.publish(person, draft_of(agency))


def discard(person, agency) -> None:
    actions.discard(person, draft_of(agency))


def new_version(person, agency) -> None:
    actions.start_new_version(person, actions.publish(SYSTEM, draft_of(agency)))


def net_off(person, agency) -> None:
    one = given.LineGiven("Twice", 1, "local", counted=False, why_not="Counted elsewhere")
    draft = actions.start_budget(SYSTEM, agency, "2031-32", "outturn", SOURCE)
    left, kept = actions.put_lines(SYSTEM, draft, [one, *LINES])
    council, police = agency.place.agencies.order_by("slug")
    actions.net_off(person, left, kept, council, police, 1, "Paid on")


def note_gaps(person, agency) -> None:
    actions.note_gaps(person, agency.place, "2024-25", [given.GapGiven("Courts", "Not in hand")])


OF_AN_AGENCY = [start, put, publish, discard, new_version, net_off]


def may(verb, person, agency) -> bool:
    try:
        verb(person, agency)
    except Refused as refused:
        assert str(refused.answer.reason)
        return False
    return True


@pytest.mark.parametrize("verb", OF_AN_AGENCY, ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("name", [*MEMBERS, "nobody"])
@pytest.mark.parametrize("second_step", [True, False])
def test_only_its_officers_and_the_place_change_an_agencys_budget(cast, verb, name, second_step):
    person = getattr(cast, name) if name != "nobody" else AnonymousUser()
    person.second_factor = second_step
    assert may(verb, person, cast.council) == (second_step and name in OF_THE_COUNCIL)
    assert may(verb, person, cast.police) == (second_step and name in OF_THE_POLICE)


@pytest.mark.parametrize("name", [*MEMBERS, "nobody"])
def test_only_the_place_says_what_is_missing(cast, name):
    person = getattr(cast, name) if name != "nobody" else AnonymousUser()
    person.second_factor = True
    assert may(note_gaps, person, cast.council) == (name in OF_THE_PLACE)


def test_what_is_published_cannot_be_published_discarded_or_refilled(cast):
    budget = actions.publish(SYSTEM, draft_of(cast.council))
    for verb in (
        lambda: actions.publish(cast.ben, budget),
        lambda: actions.discard(cast.ben, budget),
        lambda: actions.put_lines(cast.ben, budget, LINES),
    ):
        cast.ben.second_factor = True
        with pytest.raises(Refused, match="published already"):
            verb()


@pytest.mark.parametrize("name", [*MEMBERS, "nobody"])
def test_a_draft_is_seen_by_those_who_may_finish_it(cast, client, name):
    draft = draft_of(cast.council)
    line = draft.lines.get()
    if name != "nobody":
        sign_in(client, getattr(cast, name))
    expected = 200 if name in OF_THE_COUNCIL else 404
    assert client.get(f"/brindley/pool/budget/{draft.pk}/").status_code == expected
    assert client.get(f"/brindley/pool/line/{line.pk}/").status_code == expected
    shown = client.get("/brindley/pool/history/council/").content.decode()
    assert ("draft" in shown) == (name in OF_THE_COUNCIL)


def test_nobody_is_shown_a_draft_that_somebody_else_may_see(cast, client):
    draft = draft_of(cast.council)
    address = f"/brindley/pool/line/{draft.lines.get().pk}/"
    sign_in(client, cast.ben)
    assert client.get(address).status_code == 200
    client.logout()
    assert client.get(address).status_code == 404
    assert queries.pool(cast.brindley, "2024-25").lines == ()


def test_an_officer_publishes_with_a_button_and_sees_what_changed(cast, client):
    actions.publish(SYSTEM, draft_of(cast.council))
    draft = actions.start_new_version(SYSTEM, Budget.objects.get())
    actions.put_lines(SYSTEM, draft, [given.LineGiven("Parks", 250_00, "local")])
    sign_in(client, cast.ben)
    page = client.get(f"/brindley/pool/budget/{draft.pk}/").content.decode()
    assert "What changed since version 1" in page
    assert "£150" in page
    answer = client.post(f"/brindley/pool/budget/{draft.pk}/publish/", follow=True)
    assert "now public" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.is_published
    assert draft.published_by == cast.ben


def test_without_the_second_step_an_officer_is_told_what_to_do(cast, client):
    draft = draft_of(cast.council)
    sign_in(client, cast.ben, second_factor=False)
    page = client.get(f"/brindley/pool/budget/{draft.pk}/").content.decode()
    assert "Officers need a second step" in page
    assert "Publish this budget" not in page
    assert client.post(f"/brindley/pool/budget/{draft.pk}/publish/").status_code == 403
    draft.refresh_from_db()
    assert not draft.is_published
