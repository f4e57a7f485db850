"""The verbs of an account: change it, end its sessions, note its second steps, leave."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.people import sessions
from pennypot.apps.people.models import Person
from pennypot.apps.people.permissions import may_leave
from pennypot.apps.people.roles import Role
from pennypot.house import deeds
from pennypot.house.answers import Invalid, No, Refused, require


@transaction.atomic
def change_details(person: Person, *, name: str, language: str) -> None:
    """Change what we call the person and the language we write in.

    Raises
    ------
    Invalid
        The language is not one of ours.
    """
    if language and language not in dict(settings.LANGUAGES):
        raise Invalid(_("Please choose one of these languages."), "language")
    before = {"name": person.name, "language": person.language}
    person.name, person.language = " ".join(name.split()), language
    person.save(update_fields=["name", "language"])
    after = {"name": person.name, "language": person.language}
    if before != after:
        deeds.record("people.person.changed", actor=person, about=person, before=_named(before), after=_named(after))


def _named(values: dict[str, str]) -> dict[str, object]:
    """What a deed keeps of a name: that there was one. Deeds stay for ever; a name goes when its person leaves."""
    return {"language": values["language"], "has_name": bool(values["name"])}


@transaction.atomic
def end_session(person: Person, session_id: int) -> bool:
    """End one of the person's own sessions; say whether there was one."""
    session = UserSession.objects.filter(user_id=person.pk, pk=session_id).first()
    if session is None:
        return False
    session.end()
    deeds.record("people.session.ended", actor=person, about=person)
    return True


@transaction.atomic
def end_other_sessions(request: HttpRequest, person: Person) -> None:
    """End every session of the person but this one."""
    sessions.end_others(request, person)
    deeds.record("people.session.others-ended", actor=person, about=person)


@transaction.atomic
def email_changed(request: HttpRequest, person: Person) -> None:
    """After the address changed, where codes go: whoever is signed in elsewhere must sign in with the new one."""
    sessions.end_others(request, person)
    deeds.record("people.email.changed", actor=person, about=person)


@transaction.atomic
def note_second_step(person: Person, what: str, kind: str) -> None:
    """Record that a second step was added, removed or renewed (``what``), of which kind."""
    deeds.record(f"people.second-step.{what}", actor=person, about=person, after={"kind": kind})


@transaction.atomic
def second_step_removed(request: HttpRequest, person: Person, authenticator_id: int, kind: str) -> None:
    """After a second step is gone: what it proved is taken back and all other sessions end."""
    sessions.forget_proofs(request, authenticator_id)
    sessions.end_others(request, person)
    note_second_step(person, "removed", kind)


def enter_as(request: HttpRequest, person: Person) -> None:
    """Become one of the demonstration's people. The demo bar uses it.

    Raises
    ------
    Refused
        Outside demo mode, or for anybody who was not made by the demonstration.
    """
    if not (settings.DEMO and person.is_demo):
        raise Refused(No(_("Roles can be tried on only in the demonstration.")))
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)


@transaction.atomic
def leave(person: Person) -> None:
    """Delete the account: its row is emptied, everything that belongs to it alone goes, what was done stays.

    The row stays so that history adds up; it says "a person who has left".

    Raises
    ------
    Refused
        The person is the last one who can look after a place or the installation.
    """
    _hold_place_teams(person)
    require(may_leave(person))
    email = person.email
    for model in (EmailAddress, Authenticator, SocialAccount):
        model._default_manager.filter(user_id=person.pk).delete()
    sessions.end_all(person)
    person.memberships.all().delete()
    _forget_letters_to(email)
    _forget_drafts_of(person)
    person.email = f"left-{person.pk}@people.invalid"
    person.name = person.language = ""
    person.is_active = person.is_operator = False
    person.deleted_at = timezone.now()
    person.save()
    deeds.record("people.person.left", actor=person, about=person)


def _hold_place_teams(person: Person) -> None:
    """Lock the teams and operators the person belongs to: two last members who leave at once must not both succeed."""
    memberships = person.memberships
    my_places = memberships.filter(role=Role.PLACE_TEAM).values("place")
    teams = memberships.model._default_manager.filter(role=Role.PLACE_TEAM, place__in=my_places)
    list(teams.order_by("pk").select_for_update().values_list("pk"))
    if person.is_operator:
        list(Person.objects.filter(is_operator=True).order_by("pk").select_for_update().values_list("pk"))


def _forget_letters_to(email: str) -> None:
    """Take the address off invitations, and withdraw open ones. Their room comes later, so it is asked by name."""
    letters = apps.get_model("places", "Invitation")._default_manager.filter(email__iexact=email)
    letters.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    letters.update(email="")
    asked = apps.get_model("rounds", "Author")._default_manager.filter(email__iexact=email)
    asked.update(email="", token_hash=None, state="declined")


def _forget_drafts_of(person: Person) -> None:
    """Delete drafts of proposals that nobody else stands behind: nobody could open them any more."""
    drafts = apps.get_model("rounds", "Proposal")._default_manager.filter(owner=person, state="draft")
    others = apps.get_model("rounds", "Author")._default_manager.filter(state="consented").exclude(person=person)
    drafts.exclude(pk__in=others.values("proposal")).delete()
