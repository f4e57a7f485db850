"""The way in: codes, links, texts, limits, and answers that tell nobody who is on the roll (checks 17 to 22 and 25)."""

from __future__ import annotations

import math
import re
import statistics
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.test import Client

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting import codes, limits, passes
from pennypot.apps.voting.actions import entering, roll
from pennypot.apps.voting.eligibility import posted, sending, texts
from pennypot.apps.voting.models import Attempt, EntryLink, PhoneCode, PostcodeList, RollEntry, TextSpending, Tries
from pennypot.apps.voting.tasks.web import forget_the_entrance
from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter, parcels
from pennypot.testing.cast import sign_in
from pennypot.testing.elections import an_election, make_election  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage, set_stages, write_past_triggers

ALL_WAYS = ["posted_code", "roll_email", "email_postcode", "sms", "oidc", "desk"]


@pytest.fixture
def story(cast):
    """An election with every way in."""
    return make_election(cast, eligibility=ALL_WAYS)


@pytest.fixture
def with_texts(settings):
    """Text messages through the provider for demonstrations."""
    settings.OPTIONS.sms_provider = "console"
    yield settings.OPTIONS
    settings.OPTIONS.sms_provider = ""


def body(response) -> str:
    """Return a page without what differs on every visit."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def test_a_code_opens_the_ballot_however_it_is_typed(story, client):
    code = new_voter(story.round)
    response = go_in(client, story.round, f" {code.lower().replace('-', ' ')} ")
    assert response.status_code == 302 and response["Location"] == address(story.round, "ballot")
    page = client.get(response["Location"])
    assert page.status_code == 200 and "Project 3" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"


def test_s30_the_pass_is_signed_short_and_not_the_session(story, client):
    response = go_in(client, story.round, new_voter(story.round))
    morsel = response.cookies[passes.cookie_name()]
    assert morsel["httponly"] and morsel["samesite"] == "Lax" and morsel["max-age"] == 1800 and morsel["path"] == "/"
    assert "sessionid" not in response.cookies and not response.wsgi_request.session.keys()
    client.cookies[passes.cookie_name()] = morsel.value[:-1] + ("A" if morsel.value[-1] != "A" else "B")
    assert client.get(address(story.round, "ballot")).status_code == 302


def test_s30_the_pass_is_a_host_cookie_over_https(settings):
    settings.OVER_HTTPS = True
    assert passes.cookie_name() == "__Host-pass"


def test_a_pass_ends_after_half_an_hour(story, client, monkeypatch):
    go_in(client, story.round, new_voter(story.round))
    later = time.time() + passes.PASS_LASTS + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(address(story.round, "ballot")).status_code == 302
    sent = client.post(address(story.round, "ballot_check"), {"choice": [1, 4]})
    assert sent.status_code == 403
    assert "Project 1" in sent.content.decode() and "Project 4" in sent.content.decode()


def test_s21_a_pass_of_another_round_opens_nothing(story, cast, client):
    other = make_election(cast, slug="other")
    go_in(client, story.round, new_voter(story.round))
    assert client.get(address(other.round, "ballot")).status_code == 302


def test_s20_wrong_used_removed_and_other_rounds_codes_get_the_same_answer(story, cast, client):
    other = make_election(cast, slug="other")
    tried = [
        codes.said(codes.new_code()),
        new_voter(story.round, state="paper"),
        new_voter(story.round, state="removed"),
        new_voter(story.round, state="voted"),
        new_voter(other.round),
        "rubbish",
        new_voter(story.round)[:-1] + "?",
    ]
    answers = [go_in(client, story.round, code) for code in tried]
    assert {answer.status_code for answer in answers} == {422}
    assert len({body(answer) for answer in answers}) == 1
    assert all(passes.cookie_name() not in answer.cookies for answer in answers)


def test_s18_a_code_that_exists_takes_as_long_as_one_that_does_not(story):
    known = [codes.plain(new_voter(story.round)) for _ in range(50)]
    unknown = [codes.new_code() for _ in range(50)]
    assert posted.lookup(story.round.pk, known[0]) and not posted.lookup(story.round.pk, unknown[0])
    # A real difference shows in every measurement, a busy moment of the machine does not.
    assert any(abs(separation(story.round, known, unknown)) < 4.5 for _ in range(3))


def separation(round_, known, unknown) -> float:
    """Return Welch's t between 10,000 hits and 10,000 misses; beyond 4.5 they are told apart (dudect)."""
    taken = {True: [], False: []}
    for number in range(10_000):
        # In pairs and in turn, so that a busy moment of the machine falls on both.
        for hit in (number % 2 == 0, number % 2 == 1):
            code = (known if hit else unknown)[number % 50]
            begun = time.perf_counter_ns()
            posted.lookup(round_.pk, code)
            taken[hit].append(time.perf_counter_ns() - begun)
    # Outliers are the machine's; the slowest twentieth of both is left out, as timing tests do.
    cut = sorted(taken[True] + taken[False])[19_000]
    hits, misses = ([one for one in taken[hit] if one < cut] for hit in (True, False))
    spread = math.sqrt(statistics.variance(hits) / len(hits) + statistics.variance(misses) / len(misses))
    return (statistics.fmean(hits) - statistics.fmean(misses)) / spread


def test_s17_no_table_and_no_log_holds_a_code(story, client, caplog):
    code = new_voter(story.round)
    go_in(client, story.round, code)
    go_in(client, story.round, code[:-1] + "2")
    assert codes.plain(code) not in everything_written() and code not in everything_written()
    assert codes.plain(code)[:10] not in caplog.text


def everything_written() -> str:
    """Return every row of every table as one text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_s19_one_code_is_tried_only_so_often(story):
    code = codes.new_code()
    answers = [go_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), story.round, code).status_code for n in range(12)]
    assert answers == [422] * limits.PER_CODE.most + [429] * 2


def test_s19_one_address_tries_only_so_often_and_voters_who_get_in_do_not_count(story):
    client = Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(5):
        assert go_in(client, story.round, new_voter(story.round)).status_code == 302
    answers = [go_in(client, story.round, codes.new_code()).status_code for _ in range(limits.PER_IP.most + 1)]
    assert answers == [422] * limits.PER_IP.most + [429]
    assert go_in(Client(REMOTE_ADDR="203.0.113.8"), story.round, new_voter(story.round)).status_code == 302


def test_s19_a_round_is_tried_only_so_often(story, client, monkeypatch):
    monkeypatch.setattr(limits, "PER_ROUND", limits.Limit("round", 3, 600))
    answers = [go_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), story.round, codes.new_code()).status_code for n in range(4)]
    assert answers == [422, 422, 422, 429]


def test_s19_where_tries_cannot_be_counted_nobody_gets_in(story, client, monkeypatch):
    code = new_voter(story.round)
    real = connection.cursor

    class Broken:
        def __init__(self):
            self.inner = real()

        def __enter__(self):
            self.inner.__enter__()
            return self

        def __exit__(self, *about):
            return self.inner.__exit__(*about)

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def execute(self, sql, *values):
            if "voting_tries" in str(sql):
                raise DatabaseError("the store is down")
            return self.inner.execute(sql, *values)

    monkeypatch.setattr("pennypot.house.limits.connection", type("C", (), {"cursor": staticmethod(Broken)}))
    answer = go_in(client, story.round, code)
    assert answer.status_code == 503 and passes.cookie_name() not in answer.cookies


def test_s19_a_limit_is_counted_once_for_each_try(story):
    limit = limits.Limit("test", 3, 600)
    for _ in range(3):
        limits.take((limit, ("one",)))
    with pytest.raises(limits.TooMany):
        limits.take((limit, ("one",)))
    limits.take((limit, ("another",)))
    limits.give_back((limit, ("another",)))
    assert Tries.objects.filter(count=0).count() == 1


def test_s20_on_the_roll_or_not_the_page_is_the_same_and_a_letter_goes_out(story, client):
    RollEntry.objects.create(
        round=story.round, how="roll_email", email_hash=codes.keyed(story.round.pk, "email", "asha@example.org"),
        day="2027-05-03",
    )  # fmt: skip
    known = client.post(address(story.round, "vote_round"), {"way": "roll_email", "address": "Asha@example.org"})
    unknown = client.post(address(story.round, "vote_round"), {"way": "roll_email", "address": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert body(known) == body(unknown)
    first, second = parcels()
    assert "/link/" in first.body and first.to == "asha@example.org"
    assert "/link/" not in second.body and second.to == "nobody@example.org"
    assert first.subject == second.subject


def link_in(parcel) -> str:
    return re.search(r"https?://[^/]+(\S+/link/\S+)", parcel.body)[1]


def ask_by_postcode(client, round, **fields):
    given = {"way": "email_postcode", "address": "carys@example.org", "postcode": "b29 6bd", "old_enough": "on"}
    return client.post(address(round, "vote_round"), given | fields)


def test_s25_a_link_works_once_and_only_when_the_button_is_pressed(story, client):
    PostcodeList.objects.create(round=story.round, text="B29", rows=[["B 29    ", "B 29~~~~", None]])
    assert ask_by_postcode(client, story.round).status_code == 200
    (letter,) = parcels()
    link = link_in(letter)
    for _ in range(3):  # a mail program that looks ahead uses nothing up
        assert client.get(link).status_code == 200
    assert EntryLink.objects.get().used_at is None
    assert client.post(link).status_code == 302
    assert client.get(address(story.round, "ballot")).status_code == 200
    other = Client()
    assert other.post(link).status_code == 422
    assert other.get(address(story.round, "ballot")).status_code == 302


def test_s25_a_link_is_bound_to_its_round_and_ends_after_an_hour(story, cast, client):
    PostcodeList.objects.create(round=story.round, text="B29", rows=[["B 29    ", "B 29~~~~", None]])
    other = make_election(cast, slug="other", eligibility=ALL_WAYS)
    ask_by_postcode(client, story.round)
    link = link_in(parcels()[0])
    assert client.post(link.replace(story.round.slug, other.round.slug)).status_code == 422
    EntryLink.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert client.post(link).status_code == 422


def test_s25_a_new_link_ends_the_one_before(story, client):
    PostcodeList.objects.create(round=story.round, text="B29", rows=[["B 29    ", "B 29~~~~", None]])
    ask_by_postcode(client, story.round)
    ask_by_postcode(client, story.round, address="Carys+again@example.org")
    first, second = (link_in(parcel) for parcel in parcels())
    assert client.post(first).status_code == 422
    assert client.post(second).status_code == 302
    assert RollEntry.objects.filter(round=story.round).count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("postcode", "B31 1AA"),
        ("postcode", "B29"),
        ("address", "nobody"),
        ("old_enough", ""),
        ("address", "a@b.org\r\nBcc: c@d.org"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(story, client, field, typed):
    PostcodeList.objects.create(round=story.round, text="B29", rows=[["B 29    ", "B 29~~~~", None]])
    answer = ask_by_postcode(client, story.round, **{field: typed})
    assert (
        answer.status_code == 422
        and 'class="field wrong"' in answer.content.decode()
        or "check wrong" in answer.content.decode()
    )
    assert not parcels()


def test_s39_letters_have_one_line_headers_and_say_nothing_of_the_voter_in_the_log(story, caplog):
    sending.hand_over(sending.Parcel("email", "asha@example.org", "Your vote\r\nBcc: x@example.org", "Hello"))
    (parcel,) = parcels()
    sending.send(sending._seal(parcel))
    assert mail.outbox[0].subject == "Your vote Bcc: x@example.org"
    assert mail.outbox[0].recipients() == ["asha@example.org"]


def test_a_letter_that_waits_is_sealed(story):
    sending.hand_over(sending.Parcel("email", "heron@example.org", "Your vote", "Here is the link"))
    assert "heron@example.org" not in everything_written()


def test_s20_parcels_look_alike_from_outside():
    sizes = {
        len(sending._seal(one)) for one in (sending.NOTHING, sending.Parcel("sms", "+447700900123", body="123456"))
    }
    assert len(sizes) == 1


def ask_for_text(client, round, phone="07700 900123"):
    return client.post(address(round, "vote_round"), {"way": "sms", "phone": phone, "old_enough": "on"})


def type_text_code(client, round, code, phone="+447700900123", **more):
    return client.post(address(round, "vote_round"), {"way": "text_code", "phone": phone, "code": code, **more})


def test_s22_a_text_brings_a_code_that_works_once(story, client, with_texts):
    assert ask_for_text(client, story.round).status_code == 200
    (parcel,) = parcels()
    assert parcel.kind == "sms" and parcel.to == "+447700900123"
    code = re.search(r"[0-9]{6}", parcel.body)[0]
    assert code not in everything_written()
    assert type_text_code(client, story.round, code).status_code == 302
    assert type_text_code(Client(), story.round, code).status_code == 422


def test_s22_a_code_by_text_is_tried_five_times(story, client, with_texts):
    ask_for_text(client, story.round)
    code = re.search(r"[0-9]{6}", parcels()[0].body)[0]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    PhoneCode.objects.update(tries=entering.TEXT_TRIES - 1)
    assert type_text_code(client, story.round, wrong).status_code == 422
    assert type_text_code(client, story.round, code).status_code == 422


def test_s22_one_phone_is_one_voter_however_often_it_comes(story, client, with_texts):
    for typed in ("07700 900123", "+44 (0)7700 900123"):
        ask_for_text(client, story.round, typed)
        code = re.search(r"[0-9]{6}", parcels()[0].body)[0]
        assert type_text_code(client, story.round, code, typed).status_code == 302
    assert RollEntry.objects.filter(round=story.round, how="sms").count() == 1
    ask_for_text(client, story.round)
    code = re.search(r"[0-9]{6}", parcels()[0].body)[0]
    assert type_text_code(client, story.round, code, which="2").status_code == 302  # one voter a phone: no choice
    assert RollEntry.objects.filter(round=story.round, how="sms").count() == 1


def test_s22_two_may_share_a_phone_where_the_site_says_so(story, client, with_texts, settings):
    settings.OPTIONS.sms_voters_a_phone = 2
    for which in ("1", "2", "3"):
        ask_for_text(client, story.round)
        code = re.search(r"[0-9]{6}", parcels()[0].body)[0]
        type_text_code(client, story.round, code, which=which)
    settings.OPTIONS.sms_voters_a_phone = 1
    assert RollEntry.objects.filter(round=story.round, how="sms").count() == 2


def test_s22_the_days_money_for_texts_ends_and_the_page_says_the_same(story, client, with_texts, settings):
    settings.OPTIONS.sms_pence, settings.OPTIONS.sms_pence_a_day = 4, 10
    answers = [ask_for_text(Client(), story.round, f"07700 90012{n}") for n in range(3)]
    assert [parcel.kind for parcel in parcels()] == ["sms", "sms", "nothing"]
    spent = TextSpending.objects.get()
    assert (spent.texts, spent.pence) == (2, 8)
    pages = {re.sub(r"\+4477009001[0-9]+", "", body(answer)) for answer in answers}
    assert len(pages) == 1
    settings.OPTIONS.sms_pence_a_day = 2_000


def test_s22_where_there_is_no_provider_nobody_votes_by_text(story, client):
    assert "text message" not in client.get(address(story.round, "vote_round")).content.decode()
    assert ask_for_text(client, story.round).status_code == 400


def test_a_provider_of_ones_own_is_named_in_the_settings(settings):
    settings.OPTIONS.sms_provider = "pennypot.apps.voting.tests.test_entrance:Recorder"
    texts.provider().send("+447700900123", "hello")
    settings.OPTIONS.sms_provider = ""
    assert Recorder.sent == [("+447700900123", "hello")]


class Recorder:
    sent: list[tuple[str, str]] = []

    def send(self, number, text):
        self.sent.append((number, text))


def test_a_sign_in_with_the_provider_votes_once(story, client, cast):
    from allauth.socialaccount.models import SocialAccount

    sign_in(client, cast.asha)
    given = {"way": "oidc", "old_enough": "on"}
    assert client.post(address(story.round, "vote_round"), given).status_code == 422
    SocialAccount.objects.create(user=cast.asha, provider="oidc", uid="one-login-7")
    assert client.post(address(story.round, "vote_round"), {"way": "oidc"}).status_code == 422
    assert client.post(address(story.round, "vote_round"), given).status_code == 302
    assert client.post(address(story.round, "vote_round"), given).status_code == 302
    assert RollEntry.objects.filter(round=story.round, how="oidc").count() == 1


def test_a_way_that_the_round_does_not_offer_opens_nothing(cast, client):
    story = make_election(cast, eligibility=["posted_code"])
    for way in ("roll_email", "email_postcode", "sms", "oidc", "text_code", "rubbish", ""):
        assert client.post(address(story.round, "vote_round"), {"way": way}).status_code == 400


def test_s05_nobody_comes_in_before_voting_opens_or_after_it_closes(story, client):
    code = new_voter(story.round)
    for stage in ("ballot", "count"):
        put_in_stage(story.round, stage)
        assert go_in(client, story.round, code).status_code == 403
        assert passes.cookie_name() not in client.cookies


def test_the_report_shows_what_is_odd_and_forgets_the_moment(story, client, cast):
    for _ in range(12):
        go_in(Client(REMOTE_ADDR="203.0.113.9"), story.round, new_voter(story.round))
    assert all(one.minute.second == one.minute.microsecond == 0 for one in Attempt.objects.all())
    assert client.get(address(story.round, "vote_oddities")).status_code == 403
    page = sign_in(client, cast.aled).get(address(story.round, "vote_oddities"))
    assert "203.0.113.9" in page.content.decode()
    shown = {part.key: part.rows for part in page.context["found"]}
    assert shown["addresses"][0][:2] == ("203.0.113.9", 12) and shown["phones"] == [] == shown["streets"]


def test_s48_what_is_old_is_forgotten(story, client):
    go_in(client, story.round, codes.new_code())
    Tries.objects.update(window=Now() - timedelta(days=2))
    EntryLink.objects.create(
        round=story.round, how="roll_email", token_hash=b"1" * 32, email_hash=b"2" * 32,
        expires_at=Now() - timedelta(days=2),
    )  # fmt: skip
    forget_the_entrance()
    assert Attempt.objects.count() == 1
    voting_closed_long_ago(story.round)
    forget_the_entrance()
    assert not Attempt.objects.exists()
    assert not Tries.objects.exists() and not EntryLink.objects.exists()


def voting_closed_long_ago(round) -> None:
    long_ago = timedelta(days=31)
    now = database_now()
    set_stages(round, {"voting": (now - 2 * long_ago, now - long_ago)})


def test_own_area_ballots_show_own_projects_and_the_chosen_other_ones(cast, client):
    from pennypot.apps.places.models import Area

    story = make_election(cast, scope="own_and_one")
    north, south = (
        Area.objects.get(place=cast.brindley, name="North"),
        Area.objects.get(place=cast.brindley, name="South"),
    )
    write_past_triggers(
        lambda: [
            story.round.ballot.filter(number=1).update(area_name="North"),
            story.round.ballot.filter(number=2).update(area_name="South"),
        ]
    )
    answer = go_in(client, story.round, new_voter(story.round, area=north))
    assert answer["Location"] == address(story.round, "vote_areas")
    assert client.post(address(story.round, "vote_areas"), {}).status_code == 302
    page = client.get(address(story.round, "ballot")).content.decode()
    assert "Project 1" in page and "Project 2" not in page and "Project 3" in page
    client.post(address(story.round, "vote_areas"), {"other": south.pk})
    assert "Project 2" in client.get(address(story.round, "ballot")).content.decode()
    # What is not on this voter's ballot cannot be voted for either.
    client.post(address(story.round, "vote_areas"), {})
    refused = client.post(address(story.round, "ballot_check"), {"choice": [2, 3]})
    assert refused.status_code == 422 and "number 2" in refused.content.decode()


def test_someone_whose_area_the_roll_does_not_know_says_it_once(cast, client):
    from pennypot.apps.places.models import Area

    story = make_election(cast, scope="own_area")
    go_in(client, story.round, new_voter(story.round))
    assert client.post(address(story.round, "vote_areas"), {}).status_code == 422
    north, south = Area.objects.filter(place=cast.brindley).order_by("name")
    client.post(address(story.round, "vote_areas"), {"own": north.pk})
    client.post(address(story.round, "vote_areas"), {"own": south.pk})
    assert RollEntry.objects.get(round=story.round).area == north


def test_the_roll_is_read_by_row_and_the_postcodes_by_line(story, cast):
    with pytest.raises(Exception, match="2, 4"):
        roll.set_postcodes(cast.aled, story.round, "B29\nnonsense\nB30 1, North\nB31, Nowhere")
    kept = roll.set_postcodes(cast.aled, story.round, "postcode,area\nB29\nB30 1, north\n\nB31 1AA - B31 1ZZ")
    assert len(kept.rows) == 3 and kept.rows[1][2] is not None
