"""Draws a conversation: ``{% conversation thread to=address may=answer form=form %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pennypot.apps.places.models import Place
from pennypot.apps.talk import queries
from pennypot.apps.talk.forms import Say
from pennypot.apps.talk.models import Comment, Thread
from pennypot.house.answers import Answer
from pennypot.house.kept import Kept
from pennypot.house.texts import rendered

register = template.Library()
register.filter("rendered", rendered)

# A page of fifty comments is about 40 kB, so 8 MB at most.
_pages: Kept[tuple[SafeString, queries.CommentsPage]] = Kept(most=200)


@register.inclusion_tag("talk/conversation.html", takes_context=True)
def conversation(
    context: dict[str, Any], thread: Thread, *, to: str, may: Answer, form: Say | None = None
) -> dict[str, Any]:
    """Draw one page of a conversation and its form.

    The comments are the same for every reader, so a page of them is made once and kept until the conversation
    changes; what a reader can do about a comment is on the comment's own page.

    Parameters
    ----------
    thread
        The conversation.
    to
        Address that takes what is said: a view of the room whose page this is.
    may
        Whether the reader may speak here now, by that room.
    form
        The form as it was sent, when it could not be taken.
    """
    request = context["request"]
    place: Place = context["place"]
    number = _number(request.GET.get("talk", ""))
    stamp = (thread.pk, thread.changes, thread.address, queries.names_in(thread))
    key = (stamp, number, place.slug, place.time_zone, get_language())
    drawn, shown = _pages.get(key, lambda: _draw(place, thread, number))
    form = form or Say(initial=_answering(thread, request.GET.get("answer", "")))
    return {
        "request": request,
        "place": place,
        "thread": thread,
        "comments": drawn,
        "page": shown,
        "pages": range(1, shown.pages + 1),
        "to": to,
        "may": may,
        "form": form,
        "answered": _answered(thread, form),
        "csrf_token": context.get("csrf_token"),
    }


def _draw(place: Place, thread: Thread, number: int) -> tuple[SafeString, queries.CommentsPage]:
    page = queries.page_of(thread, number)
    return render_to_string("talk/comments.html", {"place": place, "thread": thread, "page": page}), page


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _answering(thread: Thread, asked: str) -> dict[str, int]:
    """What the form starts with when the reader chose a comment to answer."""
    return {"parent": int(asked)} if asked.isascii() and asked.isdigit() and len(asked) < 18 else {}


def _answered(thread: Thread, form: Say) -> Comment | None:
    """Return the comment that is being answered, if it can be. One SQL query, none where nothing is answered."""
    parent = form["parent"].value()
    if not parent or not str(parent).isdigit() or len(str(parent)) > 17:
        return None
    found = thread.comments.filter(pk=int(parent), parent=None, hidden_at=None).select_related("person")
    return found.first()
