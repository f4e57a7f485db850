"""Checks of the security list that concern proposals and conversation, by their numbers."""

from __future__ import annotations

import io
import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from pennypot.apps.rounds.models import Endorsement, Picture, Proposal, ProposalVersion
from pennypot.apps.rounds.tests.test_proposals import COSTS, IDEA, LIST, NEW, begin, send_in
from pennypot.apps.talk.models import Comment, Report
from pennypot.testing.cast import sign_in

db = pytest.mark.django_db
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}[x](javascript:alert(3))"


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path


def picture(name: str = "bench.jpg") -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(held, "PNG")
    return SimpleUploadedFile(name, held.getvalue(), content_type="text/html")


@db
def test_s24_a_draft_and_its_pictures_are_seen_by_nobody_else(cast, a_round):
    asha = sign_in(Client(), cast.asha)
    steps = begin(asha)
    assert asha.post(steps + "pictures/", {"file": picture(), "alt": "A bench"}).status_code == 302
    shown = Picture.objects.get()
    paths = [steps + "idea/", f"/brindley/pictures/{shown.name}", f"/brindley/pictures/small/{shown.name}"]
    assert [asha.get(path).status_code for path in paths] == [200, 200, 200]
    for stranger in (Client(), *(sign_in(Client(), who) for who in (cast.carys, cast.tariq, cast.dev, cast.oona))):
        assert [stranger.get(path).status_code for path in paths] == [404, 404, 404]
        assert stranger.post(steps + "idea/", IDEA | {"title": "Mine"}).status_code == 404
        assert stranger.post(steps + "send/", {"do": "throw-away"}).status_code == 404
    # A picture is found under its own place only, also when everybody may see it.
    assert asha.post(steps + "costs/", COSTS).status_code == 302
    asha.post(steps + "send/")
    assert Client().get(paths[1]).status_code == 200
    assert Client().get(paths[1].replace("brindley", "elsewhere")).status_code == 404


@db
def test_s24_a_picture_cannot_be_changed_through_another_proposal(cast, a_round):
    asha, carys = sign_in(Client(), cast.asha), sign_in(Client(), cast.carys)
    hers = begin(asha)
    asha.post(hers + "pictures/", {"file": picture(), "alt": "A bench"})
    mine = begin(carys, title="Another one")
    name = Picture.objects.get().name
    for do in ("remove", "describe"):
        assert carys.post(mine + "pictures/", {"do": do, "picture": name, "alt": "Taken"}).status_code == 400
    assert Picture.objects.get().alt == "A bench"


@db
def test_s24_an_answer_belongs_to_its_own_conversation(cast, a_round):
    asha = sign_in(Client(), cast.asha)
    first, second = send_in(asha), send_in(asha, title="Another bench")
    asha.post(f"{LIST}1/comment/", {"text": "Here", "key": str(uuid.uuid4())})
    said = first.thread.comments.get()
    answer = asha.post(f"{LIST}2/comment/", {"text": "There", "key": str(uuid.uuid4()), "parent": said.pk})
    assert answer.status_code == 404
    assert second.thread.comments.count() == 0


@db
def test_s27_what_a_form_does_not_ask_for_is_ignored(cast, a_round):
    asha = sign_in(Client(), cast.asha)
    extra = {"owner": cast.carys.pk, "state": "submitted", "number": "99", "cost_pence": "1", "decision": "accepted"}
    extra |= {"endorsement_count": "500", "round": "1", "version": "9", "merged_into": "1", "draft_key_hash": "x"}
    steps = begin(asha, **extra)
    asha.post(steps + "idea/", IDEA | extra)
    draft = Proposal.objects.get()
    assert (draft.owner, draft.state, draft.number, draft.decision) == (cast.asha, "draft", None, "")
    assert (draft.endorsement_count, draft.version, draft.cost_pence) == (0, 0, 0)


@db
def test_s42_a_picture_is_served_as_a_picture_under_a_name_that_says_nothing(cast, a_round):
    asha = sign_in(Client(), cast.asha)
    steps = begin(asha)
    asha.post(steps + "pictures/", {"file": picture("../../<script>.html"), "alt": "A bench"})
    shown = Picture.objects.get()
    answer = asha.get(f"/brindley/pictures/{shown.name}")
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert "script" not in shown.file.name and ".." not in shown.file.name and len(shown.name) == 36
    refused = asha.post(steps + "pictures/", {"file": SimpleUploadedFile("a.jpg", b"<svg/>"), "alt": "Evil"})
    assert refused.status_code == 422 and Picture.objects.count() == 1


@db
def test_s42_nobody_without_an_account_sends_a_file(a_round):
    visitor = Client()
    steps = begin(visitor)
    assert visitor.post(steps + "pictures/", {"file": picture(), "alt": "A bench"}).status_code == 403
    assert not Picture.objects.exists()


@db
def test_s38_the_list_as_a_file_holds_no_formula(cast, a_round):
    send_in(sign_in(Client(), cast.asha), title='=HYPERLINK("http://evil.example")')
    text = b"".join(Client().get(LIST + "proposals.csv").streaming_content).decode()
    assert "\n1,\"'=HYPERLINK" in text.replace("\r", "")


@db
@pytest.mark.parametrize("odd", ["owner__email", "-pk", "pk); DROP TABLE x", "\x00", "?"])
def test_s40_only_listed_orders_and_states_are_taken(cast, a_round, odd):
    for key in ("order", "state"):
        assert Client().get(LIST, {key: odd}).status_code == 400
    for key in ("area", "category", "page", "seed", "q", "talk", "answer"):
        assert Client().get(LIST, {key: odd}).status_code == 200


@db
def test_s28_a_comment_cannot_be_changed_or_deleted_only_hidden(cast, a_round):
    from django.db import DatabaseError, transaction

    asha = sign_in(Client(), cast.asha)
    one = send_in(asha)
    asha.post(f"{LIST}1/comment/", {"text": "Buy my things", "key": str(uuid.uuid4())})
    said = one.thread.comments.get()
    for change in (lambda: Comment.objects.update(text="x"), lambda: Comment.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    carys, tariq = sign_in(Client(), cast.carys), sign_in(Client(), cast.tariq)
    path = f"/brindley/talk/comments/{said.pk}/"
    for _time in range(2):
        assert carys.post(path, {"do": "report", "reason": "Advertising"}).status_code == 302
    assert Report.objects.count() == 1
    assert carys.post(path, {"do": "hide", "reason": "x"}).status_code == 403
    assert "Buy my things" in tariq.get("/brindley/talk/reports/").content.decode()
    assert tariq.post(path, {"do": "hide", "reason": "It is advertising."}).status_code == 302
    page = Client().get(f"{LIST}1/").content.decode()
    assert "Buy my things" not in page and "It is advertising." in page
    assert "Buy my things" not in Client().get(path).content.decode()
    assert Report.objects.get().answer == "hidden"


def at_once(count: int, act) -> list[BaseException]:
    """Do something from several threads at the same moment; return what went wrong."""
    barrier, wrong = threading.Barrier(count), []

    def run() -> None:
        try:
            barrier.wait()
            act()
        except BaseException as problem:
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.django_db(transaction=True)
def test_s01_one_draft_sent_in_eight_times_at_once_is_one_proposal(cast, a_round):
    from pennypot.apps.rounds.actions.proposals.sending import submit

    asha = sign_in(Client(), cast.asha)
    steps = begin(asha)
    asha.post(steps + "costs/", COSTS)
    draft = Proposal.objects.get()
    assert at_once(8, lambda: submit(cast.asha, draft)) == []
    assert Proposal.objects.get().number == 1
    assert ProposalVersion.objects.count() == 1
    a_round.refresh_from_db()
    assert a_round.last_number == 1


@pytest.mark.django_db(transaction=True)
def test_s01_eight_endorsements_at_once_are_one(cast, a_round):
    from pennypot.apps.rounds.actions.proposals.endorsing import endorse

    one = send_in(sign_in(Client(), cast.asha))
    assert at_once(8, lambda: endorse(cast.carys, one)) == []
    one.refresh_from_db()
    assert one.endorsement_count == 1 == Endorsement.objects.count()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s36_nothing_that_was_typed_anywhere_runs_in_a_browser(cast, a_round, look, client):
    cast.asha.name = EVIL[:120]
    cast.asha.save()
    sign_in(client, cast.asha)
    steps = begin(client, title=EVIL[:120], what=EVIL, why=EVIL, for_whom=EVIL, plain_summary=EVIL)
    client.post(steps + "where/", {"place_said": EVIL})
    client.post(steps + "costs/", COSTS | {"c-0-what": EVIL, "n-0-what": EVIL, "n-0-when_said": EVIL[:80]})
    client.post(steps + "pictures/", {"file": picture(EVIL), "alt": EVIL})
    pages = [f"{steps}{step}/" for step in ("idea", "where", "costs", "pictures", "people", "send")]
    seen = [look(path, client=client).problems for path in pages]
    client.post(steps + "send/")
    client.post(f"{LIST}1/comment/", {"text": EVIL, "key": str(uuid.uuid4())})
    client.post(f"{LIST}1/edit/step/idea/", IDEA | {"title": EVIL[:120], "what": EVIL + "changed", "note": EVIL})
    said = Comment.objects.get()
    pages = [f"{LIST}1/{part}" for part in ("", "versions/", "print/", "poster/", "withdraw/", "join/")]
    pages += [
        LIST,
        f"{LIST}?q={EVIL[:20]}",
        f"{LIST}like/?title={EVIL[:60]}",
        f"/brindley/talk/comments/{said.pk}/",
        NEW,
    ]
    for path in [*pages, "/brindley/drafts/"]:
        watched = look(path, client=client)
        seen.append(watched.problems)
        assert watched.page.locator("img[src=x], script:not([src])").count() == 0, path
    assert seen == [[]] * len(seen)
