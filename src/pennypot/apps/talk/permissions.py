"""Who may do what in a conversation. Who may speak at all, and when, the room of the page says."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.talk.models import Comment, Thread
from pennypot.house.answers import Answer, No, Yes


def may_say(person: Someone, thread: Thread) -> Answer:
    """Everybody who signed in may speak while the conversation is open."""
    if thread.closed_at is not None:
        return No(_("This conversation is closed. You can still read it."))
    if not isinstance(person, Person):
        return No(_("Sign in to take part in the conversation."), _("Sign in"), reverse("account_login"))
    return Yes()


def may_answer(person: Someone, comment: Comment) -> Answer:
    """One level of answers: a comment can be answered, an answer not."""
    if comment.parent_id is not None:
        return No(_("Answer the first comment of this exchange instead."))
    if comment.hidden_at is not None:
        return No(_("This comment was hidden, so it cannot be answered."))
    return may_say(person, comment.thread)


def may_report(person: Someone, comment: Comment) -> Answer:
    """Everybody who signed in may report what somebody else said, once."""
    if not isinstance(person, Person):
        return No(_("Sign in to report a comment."), _("Sign in"), reverse("account_login"))
    if comment.person_id == person.pk:
        return No(_("This is your own comment. You can take it back."))
    if comment.hidden_at is not None:
        return No(_("This comment is hidden already."))
    return Yes()


def may_take_back(person: Someone, comment: Comment) -> Answer:
    """People take back what they said themselves."""
    if not isinstance(person, Person) or comment.person_id != person.pk:
        return No(_("You can only take back what you wrote yourself."))
    if comment.hidden_at is not None:
        return No(_("This comment is hidden already."))
    return Yes()


def may_moderate(person: Someone, place: Place) -> Answer:
    """The place team hides comments, answers reports and closes conversations."""
    return holds(person, place, Role.PLACE_TEAM)
