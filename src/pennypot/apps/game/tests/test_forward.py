"""From a table into a round: a draft of one's own, and offers that count when their owner says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from pennypot.apps.game import limits
from pennypot.apps.game.actions import forward as actions
from pennypot.apps.game.models import Confirmation, Forward, Session, Table
from pennypot.apps.game.tests.played import an_evening
from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Author, Proposal
from pennypot.house.models import Deed
from pennypot.play import State, loaded
from pennypot.play.state import Offer, Project
from pennypot.testing.cast import Cast, sign_in
from pennypot.testing.games import sit
from pennypot.testing.rounds import make_round, put_in_stage


@dataclass
class Story:
    """A table with a ready project that something was offered for, and a round that takes drafts."""

    cast: Cast
    session: Session
    table: Table
    round: Any
    name: str
    state: State

    @property
    def project(self) -> Project:
        return self.state.projects[self.name]

    @property
    def offer(self) -> tuple[str, Offer]:
        return next((key, one) for key, one in self.state.offers.items() if one.project == self.name)

    @property
    def page(self) -> str:
        return f"/brindley/game/{self.session.code}/t/{self.table.number}/forward/{self.name}/"

    def at(self, seat: str, person: Person | None = None) -> Client:
        """A browser that sits in a seat, signed in or not."""
        client = Client() if person is None else sign_in(Client(), person)
        sit(client, self.table, seat)
        return client

    @property
    def leader(self) -> str:
        return self.project.leads[0]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Bots have made a project ready, with an offer in it."""
    round = make_round(cast)
    session = an_evening(cast, tables=3, round=round)
    for table in session.tables.select_related("session__pack", "session__place"):
        state = loaded(table.state)
        for name, project in state.projects.items():
            if project.state == "ready" and any(one.project == name for one in state.offers.values()):
                return Story(cast, session, table, round, name, state)
    raise AssertionError("no project is ready: choose another seed")


def test_somebody_who_leads_a_project_takes_it_into_the_round(story: Story) -> None:
    client = story.at(story.leader, story.cast.asha)
    answer = client.post(story.page, {"do": "confirm", "offer": "", "round": story.round.pk})
    draft = Proposal.objects.get()
    assert answer["Location"] == f"/brindley/drafts/{draft.pk}/"
    assert draft.owner == story.cast.asha
    assert draft.state == Proposal.State.DRAFT
    assert draft.title == story.project.title
    assert [line.pence for line in draft.cost_lines.all()] == [story.project.cost_pence]
    # Provenance and needs come along.
    assert f"/brindley/game/{story.session.code}/t/{story.table.number}/plan/" in draft.why
    assert "not confirmed" in draft.needs.get(kind=story.offer[1].kind).when_said
    assert Forward.objects.get().proposal == draft
    assert Deed.objects.filter(kind="game.project.carried-forward", actor_id=story.cast.asha.pk).count() == 1
    assert client.get(f"/brindley/drafts/{draft.pk}/").status_code == 200


def test_the_same_confirmation_sent_twice_makes_one_draft(story: Story) -> None:
    client = story.at(story.leader, story.cast.asha)
    for _twice in range(2):
        client.post(story.page, {"do": "confirm", "offer": "", "round": story.round.pk})
    assert Proposal.objects.count() == 1
    assert Confirmation.objects.count() == 1


def test_only_a_seat_that_leads_takes_it_forward_and_only_who_offered_confirms(story: Story) -> None:
    others = [seat for seat in story.state.seats if seat not in story.project.leads]
    lead = {"do": "confirm", "offer": "", "round": story.round.pk}
    key, offer = story.offer
    assert sign_in(Client(), story.cast.asha).post(story.page, lead).status_code == 403
    assert story.at(others[0], story.cast.asha).post(story.page, lead).status_code == 403
    stranger = next(seat for seat in story.state.seats if seat != offer.seat)
    mine = {"do": "confirm", "offer": key}
    assert story.at(stranger, story.cast.asha).post(story.page, mine).status_code == 403
    assert story.at(offer.seat, story.cast.asha).post(story.page, mine | {"offer": "o999"}).status_code == 403
    assert not Forward.objects.exists()


def test_an_offer_counts_when_its_owner_confirms_it(story: Story) -> None:
    key, offer = story.offer
    client = story.at(offer.seat, story.cast.carys)
    assert "counts when its owner confirms it" in client.get(story.page).content.decode()
    client.post(story.page, {"do": "confirm", "offer": key})
    assert Confirmation.objects.get().person == story.cast.carys
    assert "confirmed by its owner" in Client().get(story.page).content.decode()
    # The draft that comes after says so.
    story.at(story.leader, story.cast.asha).post(story.page, {"do": "confirm", "offer": "", "round": story.round.pk})
    assert "and confirmed" in Proposal.objects.get().needs.filter(kind=offer.kind).first().when_said


def test_a_round_that_takes_no_drafts_gets_none(story: Story) -> None:
    put_in_stage(story.round, "voting")
    client = story.at(story.leader, story.cast.asha)
    assert "No round takes drafts now" in client.get(story.page).content.decode()
    answer = client.post(story.page, {"do": "confirm", "offer": "", "round": story.round.pk})
    assert answer.status_code == 422
    assert not Proposal.objects.exists()
    assert not Confirmation.objects.exists()


def letter(story: Story, seat: str, offer: str = "", email: str = "asha@example.org") -> str:
    """Have a letter sent from a seat's phone, and return the path of its link."""
    mail.outbox.clear()
    answer = story.at(seat).post(story.page, {"do": "write", "offer": offer, "email": email})
    assert answer.status_code == 302, answer.content.decode()
    (sent,) = mail.outbox
    assert sent.to == [email]
    found = re.search(r"https?://[^/]+(/brindley/game/confirm/\S+)", sent.body)
    assert found
    return found[1]


def test_somebody_without_an_account_here_confirms_at_home(story: Story) -> None:
    link = letter(story, story.leader)
    assert "Please sign in" in Client().get(link).content.decode()
    assert Client().post(link, {"round": story.round.pk}).status_code == 403
    client = sign_in(Client(), story.cast.asha)
    answer = client.post(link, {"round": story.round.pk})
    draft = Proposal.objects.get()
    assert answer["Location"] == f"/brindley/drafts/{draft.pk}/"
    assert Author.objects.get(proposal=draft).person == story.cast.asha
    # The account is what stands; the address is forgotten.
    assert Confirmation.objects.get().address == ""


def test_s25_a_letters_link_is_good_once_for_its_address_and_in_its_place(story: Story) -> None:
    key, offer = story.offer
    link = letter(story, offer.seat, key)
    other = sign_in(Client(), story.cast.dev)
    assert "went to another e-mail address" in other.get(link).content.decode()
    assert other.post(link).status_code == 403
    assert Client().get(link.replace("/brindley/", "/elsewhere/")).status_code == 404
    assert Client().get(link[:-4] + "xxx/").status_code == 404
    mine = sign_in(Client(), story.cast.asha)
    assert mine.post(link).status_code == 302
    assert mine.post(link).status_code == 404
    assert Confirmation.objects.filter(confirmed_at__isnull=False).count() == 1


def test_s25_of_two_letters_about_one_thing_one_counts(story: Story) -> None:
    first = letter(story, story.leader)
    second = letter(story, story.leader, email="carys@example.org")
    sign_in(Client(), story.cast.asha).post(first, {"round": story.round.pk})
    late = sign_in(Client(), story.cast.carys).post(second, {"round": story.round.pk})
    assert late.status_code == 422
    assert "confirmed already" in late.content.decode()
    assert Proposal.objects.count() == 1


def test_s19_letters_are_few(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    client = story.at(story.leader)
    given = {"do": "write", "offer": "", "email": "asha@example.org"}
    answers = [client.post(story.page, given).status_code for _try in range(6)]
    assert answers == [302] * 4 + [429] * 2
    assert len(mail.outbox) == 4

    def fails(*_tries: Any) -> None:
        raise limits.CannotCount

    monkeypatch.setattr(actions, "take", fails)
    assert client.post(story.page, given | {"email": "new@example.org"}).status_code == 429


@pytest.mark.parametrize("email", ["nothing", "a@b.example\nBcc: all@example.org", ""])
def test_s39_what_is_no_address_is_written_to_by_nobody(story: Story, email: str) -> None:
    answer = story.at(story.leader).post(story.page, {"do": "write", "offer": "", "email": email})
    assert answer.status_code == 422
    assert not mail.outbox


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(story: Story) -> None:
    answer = story.at(story.leader).post(story.page, {"do": "confirm", "offer": ""})
    assert answer["Location"] == f"/account/sign-in/?next={story.page}"
    assert not Forward.objects.exists()


def test_a_project_that_is_not_ready_stays_at_the_table(story: Story) -> None:
    unready = next((name for name, one in story.state.projects.items() if one.state != "ready"), None)
    assert unready
    page = story.page.replace(f"/{story.name}/", f"/{unready}/")
    seat = next(iter(story.state.seats))
    assert story.at(seat, story.cast.asha).post(page, {"do": "confirm", "offer": ""}).status_code == 403
    assert Client().get(story.page.replace(f"/{story.name}/", "/p99/")).status_code == 404
