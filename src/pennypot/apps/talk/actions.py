"""The verbs of conversation, and the only place that writes."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Place
from pennypot.apps.talk.models import Comment, Report, Thread
from pennypot.apps.talk.permissions import may_answer, may_moderate, may_report, may_say, may_take_back
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

LONGEST_COMMENT = 4_000
# More than a lively talker writes, less than a machine does.
MOST_IN_TEN_MINUTES = 20


def open_thread(place: Place, address: str, subject: str) -> Thread:
    """Begin a conversation under a page; the room of the page calls it in its own transaction."""
    return Thread.objects.create(place=place, address=address, subject=subject[:200])


def say(person: Person, thread: Thread, text: str, *, parent: Comment | None = None, key: uuid.UUID) -> Comment:
    """Say something, or answer somebody. The same form sent twice says it once and gives the same comment back.

    The caller has asked its own room whether the person may speak here now.

    Raises
    ------
    Refused
        The conversation is closed, or nobody is signed in.
    Invalid
        There is no text, too much of it, or too many comments in a short time.
    """
    require(may_say(person, thread) if parent is None else may_answer(person, parent))
    text = _checked(text)
    with transaction.atomic():
        # The row's lock puts two comments one after the other, and closing before or after both.
        locked = Thread.objects.select_for_update().get(pk=thread.pk)
        require(may_say(person, locked))
        said = Comment.objects.filter(key=key).first()
        if said is not None and said.person_id == person.pk and said.thread_id == thread.pk:
            return said
        if said is not None:
            key = uuid.uuid4()
        _not_too_many(person)
        comment = Comment.objects.create(thread=locked, parent=parent, person=person, text=text, key=key)
        _changed(locked, shown=1)
        deeds.record("talk.comment.said", actor=person, about=comment, place=locked.place)
    return comment


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise Invalid(_("Write something first."), "text")
    if len(text) > LONGEST_COMMENT:
        raise Invalid(
            _("This is longer than %(most)s characters. Make it shorter, or write two comments.")
            % {"most": LONGEST_COMMENT},
            "text",
        )
    return text


def _not_too_many(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM talk_comment WHERE person_id = %s AND at > now() - interval '10 minutes'", [person.pk]
        )
        if cursor.fetchone()[0] >= MOST_IN_TEN_MINUTES:
            raise Invalid(
                _("You wrote many comments in a short time. Wait ten minutes; your text is kept here."), "text"
            )


def report(person: Person, comment: Comment, reason: str) -> Report:
    """Tell the place team that a comment should not stand. Once a reader; a second time changes nothing.

    Raises
    ------
    Refused
        It is the person's own comment, it is hidden already, or nobody is signed in.
    Invalid
        There is no reason.
    """
    require(may_report(person, comment))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say in a few words what is wrong with it."), "reason")
    with transaction.atomic():
        made, new = Report.objects.get_or_create(comment=comment, person=person, defaults={"reason": reason[:500]})
        if new:
            deeds.record("talk.comment.reported", actor=person, about=comment, place=comment.thread.place)
    return made


def hide(person: Person, comment: Comment, reason: str) -> None:
    """Hide a comment: its words are shown to nobody but the place team; that it was hidden, and why, to everybody.

    Open reports about it are answered by it.

    Raises
    ------
    Refused
        The person is not of the place team.
    Invalid
        There is no reason.
    """
    require(may_moderate(person, comment.thread.place))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why. Everybody will see the reason in place of the comment."), "reason")
    _hide(person, comment, reason[:300])


def take_back(person: Person, comment: Comment) -> None:
    """Take back what one said oneself.

    Raises
    ------
    Refused
        It is somebody else's, or hidden already.
    """
    require(may_take_back(person, comment))
    _hide(person, comment, _("Taken back by the person who wrote it."))


def _hide(person: Person, comment: Comment, reason: str) -> None:
    with transaction.atomic():
        hidden = Comment.objects.filter(pk=comment.pk, hidden_at=None).update(
            hidden_at=Now(), hidden_by=person, hidden_reason=reason
        )
        if not hidden:
            return
        _changed(comment.thread, shown=-1)
        _answer_reports(person, comment, Report.Answer.HIDDEN)
        deeds.record("talk.comment.hidden", actor=person, about=comment, place=comment.thread.place, reason=reason)


def let_stand(person: Person, comment: Comment) -> None:
    """Answer every open report about a comment: it stays.

    Raises
    ------
    Refused
        The person is not of the place team.
    """
    require(may_moderate(person, comment.thread.place))
    with transaction.atomic():
        if _answer_reports(person, comment, Report.Answer.STAYS):
            deeds.record("talk.reports.answered", actor=person, about=comment, place=comment.thread.place)


def _answer_reports(person: Person, comment: Comment, answer: str) -> int:
    waiting = Report.objects.filter(comment=comment, answer=Report.Answer.OPEN)
    return waiting.update(answer=answer, answered_by=person, answered_at=Now())


def set_closed(person: Person, thread: Thread, closed: bool) -> None:
    """Close a conversation, or open it again.

    Raises
    ------
    Refused
        The person is not of the place team.
    """
    require(may_moderate(person, thread.place))
    with transaction.atomic():
        changed = Thread.objects.filter(pk=thread.pk, closed_at__isnull=closed).update(
            closed_at=Now() if closed else None, changes=F("changes") + 1
        )
        if changed:
            kind = "talk.thread.closed" if closed else "talk.thread.opened"
            deeds.record(kind, actor=person, about=thread, place=thread.place)


def _changed(thread: Thread, *, shown: int) -> None:
    Thread.objects.filter(pk=thread.pk).update(comments_shown=F("comments_shown") + shown, changes=F("changes") + 1)
