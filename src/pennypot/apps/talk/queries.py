"""The reads that conversations need, each with its number of SQL queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.http import Http404

from pennypot.apps.places.models import Place
from pennypot.apps.talk.models import Comment, Report, Thread
from pennypot.house.texts import excerpt

COMMENTS_A_PAGE = 50
REPORTS_A_PAGE = 50


@dataclass(frozen=True)
class CommentsPage:
    """One page of a conversation: comments, each followed by its answers."""

    comments: list[Comment]
    number: int
    pages: int
    total: int


def page_of(thread: Thread, number: int) -> CommentsPage:
    """Return a page of comments, the oldest first, each followed by its answers. Two SQL queries.

    Parameters
    ----------
    number
        From 1; a page that there is not gives the nearest.
    """
    found = thread.comments.order_by(Coalesce("parent", "id"), "id")
    total = found.count()
    pages = max(1, -(-total // COMMENTS_A_PAGE))
    number = min(max(number, 1), pages)
    first = (number - 1) * COMMENTS_A_PAGE
    shown = found.select_related("person", "hidden_by")[first : first + COMMENTS_A_PAGE]
    return CommentsPage(list(shown), number, pages, total)


def names_in(thread: Thread) -> str:
    """Return a fingerprint of how those who spoke are called; a rename or a leaving changes it. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT md5(string_agg(concat_ws('|', id, name, email, deleted_at), ';' ORDER BY id)) FROM people_person
            WHERE id IN (SELECT person_id FROM talk_comment WHERE thread_id = %s)""",
            [thread.pk],
        )
        return cursor.fetchone()[0] or ""


def page_with(comment: Comment) -> int:
    """Return the number of the page that a comment stands on. One SQL query."""
    root = comment.parent_id or comment.pk
    before = Comment.objects.alias(root=Coalesce("parent", "id")).filter(thread=comment.thread_id)
    return before.filter(Q(root__lt=root) | Q(root=root, pk__lt=comment.pk)).count() // COMMENTS_A_PAGE + 1


def address_of_comment(comment: Comment) -> str:
    """Return where a comment stands: its page of the conversation, and its place on it. One SQL query."""
    return f"{comment.thread.address}?talk={page_with(comment)}#comment-{comment.pk}"


def comment_in(thread: Thread | None, number: int | None) -> Comment | None:
    """Return a comment of this conversation by its number; None for none. One SQL query.

    Raises
    ------
    Http404
        A number was given, and it is of no comment here.
    """
    if number is None:
        return None
    comment = Comment.objects.select_related("thread").filter(pk=number, thread=thread).first()
    if comment is None:
        raise Http404
    return comment


def comment_of(place: Place, number: int) -> Comment:
    """Return a comment of this place. One SQL query.

    Raises
    ------
    Http404
        There is none of this number here.
    """
    found = Comment.objects.select_related("thread__place", "person", "hidden_by")
    comment = found.filter(pk=number, thread__place=place).first() if number < 2**63 else None
    if comment is None:
        raise Http404
    return comment


def thread_of(place: Place, number: int) -> Thread:
    """Return a conversation of this place. One SQL query.

    Raises
    ------
    Http404
        There is none of this number here.
    """
    thread = Thread.objects.select_related("place").filter(pk=number, place=place).first() if number < 2**63 else None
    if thread is None:
        raise Http404
    return thread


@dataclass(frozen=True)
class Reported:
    """A comment that somebody reported, with what was said about it."""

    comment: Comment
    reports: list[Report]

    @property
    def excerpt(self) -> str:
        """The beginning of the comment, as plain words."""
        return excerpt(self.comment.text, 300)


def waiting_reports(place: Place) -> list[Reported]:
    """Return reported comments that wait for an answer, the longest waiting first. One SQL query."""
    found = Report.objects.filter(answer=Report.Answer.OPEN, comment__thread__place=place).order_by("pk")
    found = found.select_related("person", "comment__person", "comment__thread__place")[: REPORTS_A_PAGE * 4]
    by_comment: dict[int, Reported] = {}
    for report in found:
        by_comment.setdefault(report.comment_id, Reported(report.comment, [])).reports.append(report)
    return list(by_comment.values())[:REPORTS_A_PAGE]


def answered_reports(place: Place) -> list[Report]:
    """Return the reports answered last. One SQL query."""
    found = Report.objects.filter(comment__thread__place=place).exclude(answer=Report.Answer.OPEN)
    return list(found.select_related("comment__thread", "answered_by").order_by("-answered_at")[:20])


def threads_of(place: Place) -> list[Thread]:
    """Return the conversations that were busiest, for the place team. One SQL query."""
    waiting = Count("comments__reports", filter=Q(comments__reports__answer=""))
    return list(place.threads.annotate(waiting=waiting).filter(comments_shown__gt=0).order_by(F("changes").desc())[:30])
