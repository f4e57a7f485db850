"""My account: details, what is kept about me, leaving."""

import json
import threading

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pennypot.apps.people import actions, tasks
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.people.tests.letters import last_code
from pennypot.apps.places.models import Invitation, Membership
from pennypot.house import deeds
from pennypot.house.answers import Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def everything(client):
    return json.loads(client.get(reverse("export")).content)


def invite(place, email, by, **more):
    return Invitation.objects.create(
        place=place,
        email=email,
        role=Role.RESIDENT,
        token_hash=email.encode().ljust(32)[:32],
        invited_by=by,
        sent_at=timezone.now(),
        expires_at=timezone.now(),
        **more,
    )


def test_asha_changes_her_name_and_language(cast, client, settings):
    sign_in(client, cast.asha)
    answer = client.post(reverse("me"), {"name": "  Asha   Rao ", "language": "cy"})
    assert answer.status_code == 302
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "cy"
    cast.asha.refresh_from_db()
    assert (cast.asha.name, cast.asha.language) == ("Asha Rao", "cy")
    deed = Deed.objects.get(kind="people.person.changed")
    assert deed.actor_id == cast.asha.pk
    assert "Rao" not in json.dumps([deed.before, deed.after])


def test_a_language_that_we_do_not_have_is_refused_and_the_name_is_kept_as_typed(cast, client):
    sign_in(client, cast.asha)
    answer = client.post(reverse("me"), {"name": "Typed", "language": "xx"})
    assert answer.status_code == 200
    assert 'value="Typed"' in answer.content.decode()
    cast.asha.refresh_from_db()
    assert cast.asha.name == "Asha"


def test_s27_extra_fields_of_my_account_are_ignored(cast, client):
    sign_in(client, cast.asha)
    extra = {
        "is_operator": "1",
        "is_demo": "1",
        "email": "x@example.org",
        "password": "x",
        "id": "1",
        "memberships": "1",
    }
    client.post(reverse("me"), {"name": "Asha", "language": "browser", **extra})
    cast.asha.refresh_from_db()
    assert (cast.asha.is_operator, cast.asha.is_demo, cast.asha.email) == (False, False, "asha@example.org")


def test_a_name_is_shown_as_text(cast, client):
    sign_in(client, cast.asha)
    client.post(reverse("me"), {"name": "<script>alert(1)</script>", "language": "browser"})
    assert b"<script>alert" not in client.get(reverse("me")).content


@pytest.mark.parametrize("who", ["asha", "ben", "dev", "oona"])
def test_my_account_takes_the_same_few_queries_for_everybody(cast, client, who, django_assert_num_queries):
    sign_in(client, getattr(cast, who))
    client.get(reverse("me"))
    # session, person, memberships, second steps, number of sessions
    with django_assert_num_queries(5):
        client.get(reverse("me"))


def test_the_page_names_my_roles(cast, client):
    sign_in(client, cast.ben)
    page = client.get(reverse("me")).content.decode()
    assert "Brindley Council" in page
    assert "Elsewhere" not in page


def test_s30_asha_changes_her_address_and_is_signed_out_everywhere_else(cast, client):
    other = sign_in(Client(), cast.asha)
    sign_in(client, cast.asha)
    client.post(reverse("account_email"), {"email": "Asha.Rao@example.org", "action_add": "1"})
    cast.asha.refresh_from_db()
    assert cast.asha.email == "asha@example.org", "not before the code"
    client.post(reverse("account_email_verification_sent"), {"code": last_code(), "action": "verify"})
    cast.asha.refresh_from_db()
    assert cast.asha.email == "asha.rao@example.org"
    assert list(EmailAddress.objects.filter(user=cast.asha).values_list("email", flat=True)) == [cast.asha.email]
    assert client.get(reverse("me")).status_code == 200
    assert other.get(reverse("me")).status_code == 302
    assert mail.outbox[-1].to == ["asha@example.org"]
    assert Deed.objects.filter(kind="people.email.changed", actor_id=cast.asha.pk).count() == 1


def test_visitors_are_asked_to_sign_in(db, client):
    for name in ("me", "export", "leaving", "leave", "usersessions_list", "mfa_index", "account_email"):
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith(reverse("account_login")), name


def test_s49_the_copy_holds_my_things_and_nobody_else_s(cast, client):
    for person, other in ((cast.asha, cast.dev), (cast.dev, cast.asha)):
        deeds.record("test.thing.done", actor=person, about=other, reason=f"{person.name} gave this reason")
        Authenticator.objects.create(user=person, type="totp", data={"secret": f"secret of {person.name}"})
        sign_in(Client(), person)
    invite(cast.brindley, "friend-of-dev@example.org", by=cast.dev)
    invite(cast.brindley, "friend-of-asha@example.org", by=cast.asha)
    sign_in(client, cast.asha)
    copy = everything(client)
    text = json.dumps(copy)
    assert copy["account"]["email"] == "asha@example.org"
    assert [deed["reason"] for deed in copy["what_you_did"]] == ["Asha gave this reason"]
    assert len(copy["places.membership.person"]) == 1
    assert len(copy["usersessions.usersession.user"]) == 2
    assert len(copy["places.invitation.invited_by"]) == 1
    for person in cast.everyone().values():
        if person != cast.asha:
            assert person.email not in text
            assert f"{person.name} gave" not in text
    for hidden in ("friend-of", "secret of", "session_key", "password", "token_hash", cast.elsewhere.name):
        assert hidden not in text


def test_s49_the_copy_is_a_file_and_leaves_no_trace_in_caches(cast, client):
    sign_in(client, cast.asha)
    answer = client.get(reverse("export"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]


def test_asha_leaves_and_only_what_she_did_stays(cast, client):
    Authenticator.objects.create(user=cast.asha, type="recovery_codes", data={})
    invite(cast.elsewhere, "asha@example.org", by=cast.dev)
    deeds.record("test.thing.done", actor=cast.asha, about=cast.brindley)
    other = sign_in(Client(), cast.asha)
    sign_in(client, cast.asha)
    assert client.post(reverse("leave"), {}).status_code == 200, "the box must be ticked"
    answer = client.post(reverse("leave"), {"sure": "on"})
    assert answer.headers["Location"] == reverse("left")
    assert client.get(reverse("left")).status_code == 200
    asha = Person.objects.get(pk=cast.asha.pk)
    assert (asha.name, asha.language, asha.is_active) == ("", "", False)
    assert asha.email == f"left-{asha.pk}@people.invalid"
    assert asha.deleted_at is not None
    assert asha.said_name == "a person who has left"
    for model in (EmailAddress, Authenticator, UserSession):
        assert not model.objects.filter(user=asha).exists()
    assert not Membership.objects.filter(person=asha).exists()
    letter = Invitation.objects.get(invited_by=cast.dev)
    assert letter.email == ""
    assert letter.withdrawn_at is not None
    assert Deed.objects.filter(kind="test.thing.done", actor_id=asha.pk).exists()
    assert Deed.objects.filter(kind="people.person.left", actor_id=asha.pk).count() == 1
    for browser in (client, other):
        assert browser.get(reverse("me")).status_code == 302


def test_nothing_of_her_address_is_left_in_any_table(cast, client):
    sign_in(client, cast.asha)
    client.post(reverse("leave"), {"sure": "on"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'jsonb')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', ["%asha@example.org%"])
            assert cursor.fetchone()[0] == 0, f"{table}.{column}"


def test_the_address_can_be_used_again_for_a_new_account(cast, client):
    sign_in(client, cast.asha)
    client.post(reverse("leave"), {"sure": "on"})
    client.post(reverse("account_signup"), {"email": "asha@example.org"})
    assert Person.objects.get(email="asha@example.org").pk != cast.asha.pk


def test_s29_the_last_one_of_a_place_team_is_told_what_to_do_first(cast, client):
    sign_in(client, cast.tariq)
    page = client.get(reverse("leaving")).content.decode()
    assert "last person in the place team of Brindley" in page
    assert "invite somebody else" in page
    assert client.post(reverse("leave"), {"sure": "on"}).headers["Location"] == reverse("leaving")
    with pytest.raises(Refused):
        actions.leave(cast.tariq)
    Membership.objects.create(person=cast.carys, place=cast.brindley, role=Role.PLACE_TEAM)
    actions.leave(cast.tariq)
    cast.tariq.refresh_from_db()
    assert cast.tariq.deleted_at


def test_s29_somebody_whose_account_is_closed_does_not_count_as_the_other_one(cast):
    Membership.objects.create(person=cast.carys, place=cast.brindley, role=Role.PLACE_TEAM)
    Person.objects.filter(pk=cast.carys.pk).update(is_active=False)
    with pytest.raises(Refused):
        actions.leave(cast.tariq)


def test_s29_the_last_operator_stays(cast):
    with pytest.raises(Refused):
        actions.leave(cast.oona)
    Person.objects.filter(pk=cast.carys.pk).update(is_operator=True)
    actions.leave(cast.oona)


@pytest.mark.django_db(transaction=True)
def test_s29_the_last_two_of_a_place_team_cannot_both_leave_at_once(cast):
    Membership.objects.create(person=cast.carys, place=cast.brindley, role=Role.PLACE_TEAM)
    barrier, refused = threading.Barrier(2), []

    def go(person):
        try:
            barrier.wait()
            with transaction.atomic():
                actions.leave(person)
        except Refused:
            refused.append(person)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[person]) for person in (cast.tariq, cast.carys)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(place=cast.brindley, role=Role.PLACE_TEAM).count() == 1


def test_s48_sign_ups_that_nobody_finished_are_forgotten_after_a_week(cast, client):
    client.post(reverse("account_signup"), {"email": "unfinished@example.org"})
    tasks.forget_old_things()
    assert Person.objects.filter(email="unfinished@example.org").exists()
    week_ago = timezone.now() - tasks.UNFINISHED_SIGN_UPS_LAST
    Person.objects.all().update(joined_at=week_ago)
    tasks.forget_old_things()
    assert not Person.objects.filter(email="unfinished@example.org").exists()
    assert Person.objects.filter(email__endswith="@example.org").count() == len(cast.everyone())


def test_s48_sessions_that_are_over_leave_no_trace(cast, client):
    sign_in(client, cast.asha)
    client.session.model.objects.all().update(expire_date=timezone.now())
    tasks.forget_old_things()
    assert not UserSession.objects.exists()
