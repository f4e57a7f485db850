"""Proposals from the first word to withdrawing: as a new user would, over the pages."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from pennypot.apps.rounds.models import Author, Endorsement, Merge, Proposal, ProposalVersion
from pennypot.testing.cast import sign_in
from pennypot.testing.rounds import put_in_stage

pytestmark = pytest.mark.django_db

NEW = "/brindley/rounds/spring-2027/proposals/new/"
LIST = "/brindley/rounds/spring-2027/proposals/"
IDEA = {
    "title": "A bench on Mill Lane",
    "what": "Put a bench with a *back* where the bus stops.",
    "why": "People who wait are old.",
    "for_whom": "Everybody",
    "plain_summary": "A bench with a back at the bus stop.",
}
COSTS = {
    "c-TOTAL_FORMS": "2", "c-INITIAL_FORMS": "0", "c-0-what": "The bench", "c-0-kind": "one-off", "c-0-pounds": "1,200",
    "c-1-what": "Cleaning", "c-1-kind": "yearly", "c-1-pounds": "80.50",
    "n-TOTAL_FORMS": "1", "n-INITIAL_FORMS": "0", "n-0-kind": "hours", "n-0-what": "Somebody to paint it",
    "n-0-quantity": "2 days", "n-0-when_said": "in May",
}  # fmt: skip


def begin(client, **idea) -> str:
    """Begin a draft; return the address of its steps."""
    response = client.post(NEW, IDEA | idea)
    assert response.status_code == 302, response.content.decode()[-3000:]
    return response["Location"].removesuffix("where/")


def send_in(client, **idea) -> Proposal:
    """Write a whole proposal and send it in."""
    steps = begin(client, **idea)
    assert client.post(steps + "costs/", COSTS).status_code == 302
    response = client.post(steps + "send/")
    assert response.status_code == 302, response.content.decode()[-4000:]
    return Proposal.objects.get(number=int(response["Location"].rstrip("/").rsplit("/", 1)[1]))


@pytest.fixture
def asha(client, cast, a_round):
    return sign_in(client, cast.asha)


def test_a_draft_without_an_account_is_kept_by_its_link_and_then_taken_under_a_name(cast, a_round):
    visitor = Client()
    steps = begin(visitor)
    draft = Proposal.objects.get()
    assert draft.owner is None and draft.title == IDEA["title"]
    key = steps.split("/")[3]
    assert key.encode() not in bytes(draft.draft_key_hash)
    for step in ("idea", "where", "costs", "pictures", "people", "send"):
        page = visitor.get(f"{steps}{step}/")
        assert page.status_code == 200, step
        assert page.headers["Cache-Control"] == "no-store"
    # Anybody without the link sees nothing; nobody sends it in without a name.
    assert Client().get(f"/brindley/drafts/{key[:-1]}x/").status_code == 404
    assert visitor.post(steps + "send/").status_code == 403
    signed_in = sign_in(Client(), cast.asha)
    response = signed_in.post(steps + "send/", {"do": "claim"})
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.owner == cast.asha and draft.draft_key_hash is None
    assert visitor.get(steps + "idea/").status_code == 404
    assert signed_in.get(response["Location"]).status_code == 200
    assert IDEA["title"] in signed_in.get("/brindley/drafts/").content.decode()


def test_the_link_can_be_mailed_three_times_and_the_address_is_not_kept(cast, a_round):
    visitor = Client()
    steps = begin(visitor)
    for _try in range(4):
        visitor.post(steps + "idea/", {"do": "mail-link", "email": "me@example.org"})
    assert len(mail.outbox) == 3
    assert steps.split("/")[3] in mail.outbox[0].body


def test_a_proposal_that_is_sent_in_has_a_number_a_version_and_a_conversation(asha, cast):
    one = send_in(asha)
    assert (one.number, one.state, one.version) == (1, "submitted", 1)
    assert one.cost_pence == 1280_50 and one.yearly_pence == 80_50
    page = asha.get(f"{LIST}1/").content.decode()
    for words in ("A bench on Mill Lane", "<em>back</em>", "£1,280.50", "Somebody to paint it", "Asha"):
        assert words in page
    assert "A bench on Mill Lane" in Client().get("/brindley/proposals/").content.decode()


def test_sending_the_same_draft_in_twice_gives_one_proposal(asha, cast):
    from pennypot.apps.rounds.actions.proposals.sending import submit

    one = send_in(asha)
    again = submit(cast.asha, one)
    assert again.pk == one.pk and again.number == 1
    assert ProposalVersion.objects.count() == 1


def test_a_draft_takes_anything_and_sending_says_what_is_missing(asha):
    steps = begin(asha, title="", why="", what="word " * 700)
    page = asha.get(steps + "send/").content.decode()
    assert "Give it a title" in page and "701 words" in page and "Say why it matters" in page
    assert asha.post(steps + "send/").status_code == 422
    assert Proposal.objects.get().is_draft


def test_bad_amounts_keep_what_was_typed_and_say_what_is_wrong(asha):
    steps = begin(asha)
    response = asha.post(steps + "costs/", COSTS | {"c-0-pounds": "a lot"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "a lot" in page and "Write an amount in pounds" in page and "Cleaning" in page


def test_somebody_elses_save_is_not_written_over(asha, cast):
    steps = begin(asha)
    seen = re.search(r'name="seen" value="(\w+)"', asha.get(steps + "idea/").content.decode()).group(1)
    assert asha.post(steps + "idea/", IDEA | {"title": "Theirs", "seen": seen}).status_code == 302
    response = asha.post(steps + "idea/", IDEA | {"title": "Mine", "seen": seen})
    assert response.status_code == 422
    assert "Somebody saved this page" in response.content.decode() and "Mine" in response.content.decode()
    assert Proposal.objects.get().title == "Theirs"


def test_what_is_typed_is_saved_by_the_script_too(asha):
    steps = begin(asha)
    answer = asha.post(steps + "idea/", IDEA | {"title": "Half a ti", "typed": "1"})
    assert answer.json()["seen"]
    assert Proposal.objects.get().title == "Half a ti"


def test_a_change_after_sending_in_is_a_version_with_its_differences(asha):
    one = send_in(asha)
    edit = f"{LIST}1/edit/step/idea/"
    assert asha.get(edit).status_code == 200
    assert asha.post(edit, IDEA | {"what": "Put two benches there.", "note": "Two are better"}).status_code == 302
    one.refresh_from_db()
    assert one.version == 2
    page = Client().get(f"{LIST}1/versions/").content.decode()
    assert "<ins>two benches there.</ins>" in page and "<del>" in page and "Two are better" in page
    # The same text again is no version.
    asha.post(edit, IDEA | {"what": "Put two benches there."})
    one.refresh_from_db()
    assert one.version == 2


def test_endorsing_twice_counts_once_and_can_be_taken_back(asha, cast):
    one = send_in(asha)
    carys = sign_in(Client(), cast.carys)
    for _time in range(2):
        assert carys.post(f"{LIST}1/endorse/", {"do": "endorse"}).status_code == 302
    one.refresh_from_db()
    assert one.endorsement_count == 1 == Endorsement.objects.count()
    assert asha.post(f"{LIST}1/endorse/").status_code == 403
    carys.post(f"{LIST}1/endorse/", {"do": "take-back"})
    one.refresh_from_db()
    assert one.endorsement_count == 0


def test_a_co_author_is_asked_by_a_letter_and_says_yes(asha, cast):
    one = send_in(asha)
    people = f"{LIST}1/edit/step/people/"
    assert asha.post(people, {"email": "carys@example.org"}).status_code == 302
    link = re.search(r"/brindley/authors/\S+", mail.outbox[-1].body).group()
    dev = sign_in(Client(), cast.fay)
    assert "went to another" in dev.get(link).content.decode()
    assert dev.post(link, {"do": "yes"}).status_code == 403
    carys = sign_in(Client(), cast.carys)
    assert carys.get(link).status_code == 200
    assert carys.post(link, {"do": "yes"}).status_code == 302
    assert carys.post(link, {"do": "yes"}).status_code == 404
    assert Author.objects.filter(proposal=one, person=cast.carys, state="consented", email="").exists()
    assert carys.get(f"{LIST}1/edit/").status_code == 200
    assert asha.post(people, {"do": "leave"}).status_code == 302
    one.refresh_from_db()
    assert one.owner == cast.carys
    assert carys.post(people, {"do": "leave"}).status_code == 403


def test_two_proposals_are_joined_when_every_author_said_yes(asha, cast):
    first = send_in(asha)
    carys = sign_in(Client(), cast.carys)
    second = send_in(carys, title="A bench at the mill")
    asked = asha.post(f"{LIST}1/join/", {"do": "ask", "target": "2", "why": "They are the same"})
    assert asked.status_code == 302
    assert Merge.objects.get().state == "asked"
    assert carys.get(f"{LIST}1/join/").status_code == 200
    carys.post(f"{LIST}1/join/", {"do": "yes"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == "merged" and first.merged_into == second
    assert Author.objects.filter(proposal=second, person=cast.asha, state="consented").exists()
    assert second.version == 2 and "Joined with no. 1" in second.versions.first().note
    assert "goes on there" in Client().get(f"{LIST}1/").content.decode()


def test_one_no_leaves_two_proposals_apart(asha, cast):
    send_in(asha)
    carys = sign_in(Client(), cast.carys)
    send_in(carys, title="A bench at the mill")
    asha.post(f"{LIST}1/join/", {"do": "ask", "target": "2", "why": "They are the same"})
    carys.post(f"{LIST}1/join/", {"do": "no"})
    assert Merge.objects.get().state == "stopped"
    assert Proposal.objects.get(number=1).is_standing


def test_a_withdrawn_proposal_stays_on_the_record_with_the_reason(asha, cast):
    send_in(asha)
    assert asha.post(f"{LIST}1/withdraw/", {"reason": ""}).status_code == 200
    assert asha.post(f"{LIST}1/withdraw/", {"reason": "The bus stop moves"}).status_code == 302
    assert "The bus stop moves" in Client().get(f"{LIST}1/").content.decode()
    assert "A bench on Mill Lane" not in Client().get(LIST).content.decode()
    assert "A bench on Mill Lane" in Client().get(LIST + "?state=gone").content.decode()


def test_the_stage_decides_what_can_be_done(asha, cast, a_round):
    send_in(asha)
    put_in_stage(a_round, "voting")
    assert asha.post(NEW, IDEA).status_code == 403
    assert asha.post(f"{LIST}1/edit/step/idea/", IDEA).status_code == 403
    assert asha.post(f"{LIST}1/withdraw/", {"reason": "Late"}).status_code == 403
    assert sign_in(Client(), cast.carys).post(f"{LIST}1/endorse/").status_code == 403
    assert asha.get(f"{LIST}1/").status_code == 200


def test_like_proposals_are_found_by_words_and_in_spite_of_slips(asha):
    send_in(asha)
    for title in ("A bench at Mill Lane", "A bensch on Mil Lane"):
        assert "A bench on Mill Lane" in asha.get(LIST + "like/", {"title": title}).content.decode()
    assert "bench" not in asha.get(LIST + "like/", {"title": "Swimming lessons"}).content.decode()


def test_the_list_is_searched_filtered_and_sorted(asha, cast):
    send_in(asha)
    send_in(asha, title="Swimming lessons", plain_summary="For children", what="Swim", why="So that they can")
    for asked, found in (("?q=benches", "A bench"), ("?q=2", "Swimming"), ("?q=swiming", "Swimming")):
        page = asha.get(LIST + asked).content.decode()
        assert found in page and ("A bench" in page) != ("Swimming" in page), asked
    for order in ("mixed", "newest", "endorsed", "talked", "cheapest", "dearest", "number"):
        assert asha.get(LIST, {"order": order, "seed": "abc"}).status_code == 200
    assert asha.get(LIST + "?order=owner__email").status_code == 400
    assert asha.get(LIST + "?state=draft").status_code == 400


def test_a_poster_and_a_sheet_show_the_square_to_scan(asha):
    send_in(asha)
    for path in ("poster/", "print/"):
        assert 'class="qr"' in Client().get(f"{LIST}1/{path}").content.decode()
    pdf = Client().get(f"{LIST}1/poster.pdf")
    assert pdf.content.startswith(b"%PDF-")


def test_comments_and_answers_and_a_letter_to_the_authors(asha, cast):
    import uuid

    one = send_in(asha)
    mail.outbox.clear()
    carys = sign_in(Client(), cast.carys)
    key = str(uuid.uuid4())
    for _time in range(2):
        response = carys.post(f"{LIST}1/comment/", {"text": "Which **colour**?", "key": key})
        assert response.status_code == 302
    assert one.thread.comments.count() == 1
    said = one.thread.comments.get()
    asha.post(f"{LIST}1/comment/", {"text": "Green.", "key": str(uuid.uuid4()), "parent": said.pk})
    page = Client().get(f"{LIST}1/").content.decode()
    assert "<strong>colour</strong>" in page and "Green." in page and "2 comments" in page
    assert [letter.to for letter in mail.outbox] == [["asha@example.org"]]
    nothing = carys.post(f"{LIST}1/comment/", {"text": " ", "key": str(uuid.uuid4())})
    assert nothing.status_code == 422


def test_a_draft_without_a_name_is_forgotten_in_time_and_any_other_is_not(cast, a_round):
    from datetime import timedelta

    from django.utils import timezone

    from pennypot.apps.rounds.actions.proposals.drafts import forget_unclaimed

    begin(Client())
    begin(Client(), title="A fresh one")
    begin(sign_in(Client(), cast.asha), title="Asha's")
    old = timezone.now() - timedelta(days=91)
    Proposal.objects.exclude(title="A fresh one").update(changed_at=old)
    forget_unclaimed()
    assert set(Proposal.objects.values_list("title", flat=True)) == {"A fresh one", "Asha's"}


def test_whoever_leaves_takes_their_own_drafts_away_and_leaves_what_others_share(cast, a_round):
    from pennypot.apps.people.actions import leave

    asha = sign_in(Client(), cast.asha)
    begin(asha, title="Only hers")
    begin(asha, title="Shared")
    Author.objects.create(proposal=Proposal.objects.get(title="Shared"), person=cast.carys, state="consented")
    sent = send_in(asha)
    leave(cast.asha)
    assert set(Proposal.objects.values_list("title", flat=True)) == {"Shared", sent.title}
    assert "a person who has left" in Client().get(f"{LIST}{sent.number}/").content.decode()


def test_the_list_and_a_page_take_a_fixed_number_of_queries(cast, a_round, django_assert_num_queries):
    asha = sign_in(Client(), cast.asha)
    visitor = Client()

    def asked() -> None:
        with django_assert_num_queries(12):  # five more than when it is kept
            visitor.get(LIST, {"q": "bench"})
        with django_assert_num_queries(7):
            visitor.get(LIST, {"q": "bench"})

    send_in(asha)
    asked()
    for number in range(8):
        send_in(asha, title=f"Bench number {number}")
    asked()
    visitor.get(f"{LIST}1/")
    with django_assert_num_queries(8):
        visitor.get(f"{LIST}1/")


def test_a_round_that_needs_an_area_does_not_call_it_optional(client, a_round):
    steps = begin(client)
    assert (
        "if you like" in client.get(steps + "where/").content.decode().split('for="id_area">')[1].split("</label>")[0]
    )
    type(a_round).objects.filter(pk=a_round.pk).update(area_needed=True)
    page = client.get(steps + "where/").content.decode()
    assert "if you like" not in page.split('for="id_area">')[1].split("</label>")[0]
    assert "Choose an area" in page
    assert client.post(steps + "where/", {"area": ""}).status_code == 302  # a draft can wait for it
