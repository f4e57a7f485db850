"""Invitations, joining, ending roles, and the record of it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.utils import timezone

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.actions import invitations, roles
from pennypot.apps.places.models import Invitation, Membership, Place
from pennypot.house import csv_out, deeds
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in


def text(response):
    return response.content.decode()


@pytest.fixture
def tariq(cast):
    cast.tariq.second_factor = True
    return cast.tariq


def invite(tariq, cast, email="new@example.org", role=Role.SCRUTINEER, agency=None):
    return invitations.invite(tariq, cast.brindley, email=email, role=role, agency=agency).invitation


def link_of(letter):
    return re.search(r"https?://[^/]+(/invitations/\S+)", letter.body).group(1)


def newcomer(email="new@example.org", verified=True):
    person = Person.objects.create_user(email)
    EmailAddress.objects.create(user=person, email=email, verified=verified, primary=True)
    return person


def test_s25_an_invitation_is_accepted_once(client, cast, tariq):
    sign_in(client, tariq)
    form = {"email": "New@Example.org", "role": "officer", "agency": cast.police.pk}
    assert client.post("/brindley/people/", form).status_code == 302
    link = link_of(mail.outbox[-1])
    assert mail.outbox[-1].to == ["new@example.org"]
    assert "new@example.org" in text(client.get("/brindley/people/"))
    person = newcomer()
    sign_in(client, person)
    assert "Brindley Police" in text(client.get(link))
    assert not person.memberships.exists(), "looking changes nothing"
    assert client.post(link).url == "/brindley/"
    [held] = person.memberships.all()
    assert (held.role, held.agency, held.place) == (Role.AGENCY_OFFICER, cast.police, cast.brindley)
    assert "You have accepted this invitation." in text(client.get(link))
    assert client.post(link).status_code == 400
    assert person.memberships.count() == 1


def test_s25_only_the_person_whose_checked_address_got_the_letter_may_accept(client, cast, tariq):
    invite(tariq, cast)
    link = link_of(mail.outbox[-1])
    assert "sign in with the e-mail address that got the letter" in text(client.get(link))
    assert client.post(link).status_code == 403
    unchecked = newcomer(verified=False)
    for person in (cast.dev, cast.oona, tariq, unchecked):
        sign_in(client, person)
        page = text(client.get(link))
        assert "another e-mail address" in page
        assert "new@example.org" not in page.split("<main")[1], "the link's holder does not learn the address"
        assert client.post(link).status_code == 403
    assert not Membership.objects.filter(role=Role.SCRUTINEER, place=cast.brindley).exclude(person=cast.sam).exists()


def test_s25_the_table_does_not_hold_what_the_link_holds(cast, tariq):
    invitation = invite(tariq, cast)
    token = link_of(mail.outbox[-1]).strip("/").split("/")[-1]
    assert len(token) >= 43, "256 bits"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM places_invitation WHERE id = %s", [invitation.pk])
        assert token not in str(cursor.fetchall())
    assert token not in str(list(Deed.objects.values()))
    assert "new@example.org" not in str(list(Deed.objects.values())), "deeds are for ever, addresses are not"


@pytest.mark.parametrize("ended", ["late", "withdrawn", "sent again"])
def test_s21_s25_a_link_that_has_ended_gives_nothing(client, cast, tariq, ended):
    invitation = invite(tariq, cast)
    link = link_of(mail.outbox[-1])
    ago = timezone.now() - timedelta(days=15)
    if ended == "late":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif ended == "withdrawn":
        invitations.withdraw(tariq, invitation)
    else:
        Invitation.objects.update(sent_at=ago)
        invitations.send_again(tariq, invitation)
        assert link_of(mail.outbox[-1]) != link
    person = newcomer()
    sign_in(client, person)
    assert client.post(link).status_code == (404 if ended == "sent again" else 400)
    assert client.get(link).status_code == (404 if ended == "sent again" else 200)
    assert not person.memberships.exists()


def test_a_letter_sent_again_lasts_again_but_not_more_than_one_a_minute(cast, tariq):
    invitation = invite(tariq, cast)
    with pytest.raises(Invalid, match="less than a minute ago"):
        invitations.send_again(tariq, invitation)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=20), expires_at=timezone.now())
    again = invitations.send_again(tariq, invitation).invitation
    assert again.expires_at > timezone.now() + timedelta(days=13)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("email", ["tariq@example.org", "TARIQ@example.org", "tariq@home.example"])
def test_s29_nobody_invites_themselves(cast, tariq, email):
    EmailAddress.objects.create(user=tariq, email="tariq@home.example")
    with pytest.raises(Invalid, match="Nobody can give a role to themselves"):
        invite(tariq, cast, email=email, role=Role.ACCOUNTABLE_OFFICER)
    assert not Invitation.objects.exists()


def test_s29_nobody_accepts_what_they_sent_themselves_even_with_a_new_address(cast, tariq):
    invitation = invite(tariq, cast, role=Role.ACCOUNTABLE_OFFICER)
    EmailAddress.objects.create(user=tariq, email="new@example.org", verified=True)
    with pytest.raises(Refused, match="Nobody can give a role to themselves"):
        invitations.accept(tariq, invitation)


@pytest.mark.parametrize("name", ["asha", "ben", "carys", "dev", "oona", "aled", "fay", "sam"])
def test_s29_only_the_team_gives_and_takes_roles(client, cast, tariq, name):
    invitation = invite(tariq, cast)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=1))
    theirs = Membership.objects.get(person=cast.tariq)
    before = list(Membership.objects.order_by("pk").values()), list(Invitation.objects.values())
    sign_in(client, getattr(cast, name))
    for path, form in (
        ("/brindley/people/", {"email": "x@example.org", "role": "team"}),
        (f"/brindley/people/invitations/{invitation.pk}/again/", {}),
        (f"/brindley/people/invitations/{invitation.pk}/withdraw/", {}),
        (f"/brindley/people/{theirs.pk}/end/", {"reason": "x"}),
    ):
        assert client.post(path, form).status_code == 403, path
    assert before == (list(Membership.objects.order_by("pk").values()), list(Invitation.objects.values()))


@pytest.mark.parametrize("role", ["operator", "", "king", "resident", "team' OR 1=1"])
def test_s27_only_offices_of_a_place_are_given_by_invitation(client, cast, role):
    sign_in(client, cast.tariq)
    assert client.post("/brindley/people/", {"email": "x@example.org", "role": role}).status_code == 422
    assert not Invitation.objects.exists()


def test_s24_invitations_roles_and_agencies_of_another_place_are_out_of_reach(client, cast, tariq):
    invitation = invite(tariq, cast)
    theirs = Membership.objects.get(person=cast.sam)
    sign_in(client, cast.dev)
    for path in (
        f"/elsewhere/people/invitations/{invitation.pk}/again/",
        f"/elsewhere/people/invitations/{invitation.pk}/withdraw/",
        f"/elsewhere/people/{theirs.pk}/end/",
    ):
        assert client.post(path, {"reason": "x"}).status_code == 404, path
    form = {"email": "x@example.org", "role": "officer", "agency": cast.council.pk}
    assert client.post("/elsewhere/people/", form).status_code == 422
    cast.dev.second_factor = True
    with pytest.raises(Invalid, match="which agency"):
        invitations.invite(cast.dev, cast.elsewhere, email="x@example.org", role="officer", agency=cast.council)


def test_the_same_offer_is_made_once(cast, tariq):
    invite(tariq, cast)
    with pytest.raises(Invalid, match="open already"):
        invite(tariq, cast, email="NEW@example.org")
    with pytest.raises(Invalid, match="has that role already"):
        invite(tariq, cast, email="sam@example.org")
    invite(tariq, cast, role=Role.FACILITATOR)


@pytest.mark.parametrize("email", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nx", "a@b", "a,b@example.org"])
def test_s39_an_address_is_one_address(client, cast, email):
    sign_in(client, cast.tariq)
    response = client.post("/brindley/people/", {"email": email, "role": "scrutineer"})
    sent = [address for letter in mail.outbox for address in letter.recipients()]
    assert response.status_code == 422 or sent == ["a@example.org"]
    assert "b@example.org" not in sent


def test_s39_a_name_with_line_ends_makes_no_header(cast, tariq):
    Place.objects.filter(pk=cast.brindley.pk).update(name="Brindley\r\nBcc: everyone@example.org")
    cast.brindley.refresh_from_db()
    invite(tariq, cast)
    letter = mail.outbox[-1]
    assert letter.recipients() == ["new@example.org"]
    assert "\n" not in letter.subject
    assert "Bcc" not in dict(letter.message().items())


def test_a_letter_that_cannot_leave_is_said_and_can_be_sent_again(client, cast, monkeypatch):
    def fails(*_args, **_kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fails)
    sign_in(client, cast.tariq)
    page = text(client.post("/brindley/people/", {"email": "x@example.org", "role": "scrutineer"}, follow=True))
    assert "its letter could not be sent" in page
    assert Invitation.objects.count() == 1


# Joining and ending


def test_anybody_signed_in_may_say_that_they_live_here_once(client, cast):
    assert client.post("/brindley/join/", {"role": "resident"}).status_code == 403
    sign_in(client, cast.dev)
    for _twice in range(2):
        assert client.post("/brindley/join/", {"role": "resident"}).status_code == 302
    assert cast.dev.memberships.filter(place=cast.brindley).count() == 1
    assert Deed.objects.filter(kind="places.role.taken").count() == 1
    for role in ("team", "officer", "accountable", "operator", "", "x"):
        assert client.post("/brindley/join/", {"role": role}).status_code == 403


def test_everybody_may_lay_down_their_own_role(client, cast):
    held = cast.asha.memberships.get()
    sign_in(client, cast.asha)
    assert "Lay down your role as resident" in text(client.get(f"/brindley/people/{held.pk}/end/"))
    assert client.post(f"/brindley/people/{held.pk}/end/").url == "/brindley/"
    assert not cast.asha.memberships.exists()
    assert client.get("/account/").status_code == 200, "one's own session goes on"


def test_a_role_that_the_team_ends_needs_a_reason_and_ends_the_sessions(client, cast, django_user_model):
    from django.test import Client

    theirs = sign_in(Client(), cast.sam)
    held = cast.sam.memberships.get()
    sign_in(client, cast.tariq)
    assert client.post(f"/brindley/people/{held.pk}/end/", {"reason": " "}).status_code == 422
    assert client.post(f"/brindley/people/{held.pk}/end/", {"reason": "Moved away"}).url == "/brindley/people/"
    assert not cast.sam.memberships.exists()
    assert theirs.get("/account/").status_code == 302, "signed out"
    deed = Deed.objects.filter(kind="places.role.ended").get()
    assert (deed.reason, deed.before["role"], deed.before["person"]) == ("Moved away", "scrutineer", cast.sam.pk)


def test_s29_the_last_member_of_the_team_stays(client, cast, tariq):
    held = tariq.memberships.get()
    sign_in(client, tariq)
    response = client.post(f"/brindley/people/{held.pk}/end/")
    assert response.status_code == 403
    assert "This is the last one." in text(response)
    gone = newcomer()
    Membership.objects.create(person=gone, place=cast.brindley, role=Role.PLACE_TEAM)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(Refused):
        roles.end_role(tariq, held, "")
    Person.objects.filter(pk=gone.pk).update(is_active=True)
    roles.end_role(tariq, held, "")
    assert not tariq.memberships.exists()


def in_threads(*jobs):
    """Run the jobs at the same moment, each on its own connection; return what each gave or raised."""
    barrier, results = Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        try:
            barrier.wait()
            results[number] = job()
        except (Refused, Invalid) as problem:
            results[number] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_s29_two_last_members_who_leave_at_once_do_not_both_succeed(cast):
    second = newcomer()
    mine, theirs = (
        cast.tariq.memberships.get(),
        Membership.objects.create(person=second, place=cast.brindley, role=Role.PLACE_TEAM),
    )
    results = in_threads(lambda: roles.end_role(cast.tariq, mine, ""), lambda: roles.end_role(second, theirs, ""))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
    assert Membership.objects.filter(place=cast.brindley, role=Role.PLACE_TEAM).count() == 1


@pytest.mark.django_db(transaction=True)
def test_s25_a_link_pressed_eight_times_at_once_works_once(cast):
    cast.tariq.second_factor = True
    invitation = invite(cast.tariq, cast)
    person = newcomer()
    results = in_threads(*[lambda: invitations.accept(person, invitation)] * 8)
    assert sum(isinstance(result, Membership) for result in results) == 1
    assert person.memberships.count() == 1
    assert Deed.objects.filter(kind="places.invitation.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_offer_made_twice_at_once_is_made_once(cast):
    cast.tariq.second_factor = True
    results = in_threads(*[lambda: invite(cast.tariq, cast)] * 4)
    assert sum(isinstance(result, Invitation) for result in results) == 1
    assert Invitation.objects.count() == 1


# Deeds


def test_the_team_reads_who_did_what_and_why(client, cast, tariq):
    held = cast.fay.memberships.get()
    roles.end_role(tariq, held, "<b>Ill</b>")
    deeds.record("fund.pledge.signed", actor=cast.ben, about=cast.council, place=cast.brindley, after={"pence": 5})
    deeds.record("places.place.changed", actor=cast.dev, about=cast.elsewhere, place=cast.elsewhere)
    sign_in(client, cast.sam)
    page = text(client.get("/brindley/deeds/"))
    assert "Why: &lt;b&gt;Ill&lt;/b&gt;" in page
    assert "ended a role" in page
    assert "signed a promise" in page
    assert "Dev" not in page.split("<main")[1], "nothing of another place"
    assert "signed a promise" not in text(client.get("/brindley/deeds/?room=places"))
    only_ben = text(client.get(f"/brindley/deeds/?who={cast.ben.pk}"))
    assert "signed a promise" in only_ben
    assert "ended a role" not in only_ben


def test_long_lists_of_deeds_go_on_at_the_next_page(client, cast, django_assert_max_num_queries):
    for number in range(120):
        deeds.record(
            "places.place.changed", actor=cast.tariq, about=cast.brindley, place=cast.brindley, reason=f"r{number}"
        )
    sign_in(client, cast.sam)
    client.get("/")
    seen, path = [], "/brindley/deeds/"
    while path:
        with django_assert_max_num_queries(8):
            page = text(client.get(path))
        seen += re.findall(r"Why: (r\d+)", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = f"/brindley/deeds/{older.group(1)}" if older else None
    assert seen == [f"r{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("query", ["room=x", "room=places'--", "who=x", "who=-1", "before=x", "before=9" * 9, "who=९"])
def test_s40_filters_of_the_deeds_take_only_what_is_ours(client, cast, query):
    sign_in(client, cast.sam)
    deeds.record("fund.pledge.signed", actor=cast.ben, about=cast.council, place=cast.brindley)
    assert client.get(f"/brindley/deeds/?{query}").status_code == 200


def test_s28_taking_the_deeds_away_is_a_deed_and_the_file_holds_it(client, cast):
    deeds.record("places.place.changed", actor=cast.tariq, about=cast.brindley, place=cast.brindley, reason="=1+1")
    sign_in(client, cast.sam)
    response = client.post("/brindley/deeds/export/")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["deed"] for row in rows] == ["places.place.changed", "places.deeds.exported"]
    assert rows[0]["reason"] == "'=1+1", "no spreadsheet runs it"
    assert csv_out.plain(rows[0]["reason"]) == "=1+1"
    assert rows[1]["person"] == str(cast.sam.pk)
    for name in ("asha", "ben", "carys", "dev", "oona", "fay"):
        assert sign_in(client, getattr(cast, name)).post("/brindley/deeds/export/").status_code == 403
    assert Deed.objects.filter(kind="places.deeds.exported").count() == 1


def test_s28_each_change_of_people_names_who_did_it(cast, tariq):
    invitation = invite(tariq, cast)
    invitations.withdraw(tariq, invitation)
    second = invite(tariq, cast)
    person = newcomer()
    invitations.accept(person, second)
    roles.end_role(tariq, person.memberships.get(), "Done")
    found = Deed.objects.filter(place_id=cast.brindley.pk).order_by("pk").values_list("kind", "actor_id")
    assert list(found) == [
        ("places.invitation.sent", tariq.pk),
        ("places.invitation.withdrawn", tariq.pk),
        ("places.invitation.sent", tariq.pk),
        ("places.invitation.accepted", person.pk),
        ("places.role.ended", tariq.pk),
    ]
