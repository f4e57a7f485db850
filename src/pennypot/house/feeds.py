"""What the live lane can follow. Rooms add theirs here when Django starts; the house adds long works (`work_feed`).

A feed is looked at once for all who follow the same thing, and drawn for each of them; what is drawn is compared with
what the browser has, and only what is new is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest


@dataclass(frozen=True)
class Asker:
    """Who opens a stream.

    Parameters
    ----------
    path
        What follows ``/live/<kind>/``, in pieces.
    cookies
        As the browser sent them.
    address
        Of the network, as the server believes it.
    """

    path: tuple[str, ...]
    cookies: Mapping[str, str]
    address: str


@dataclass(frozen=True)
class Follower:
    """What somebody follows, and as whom.

    Parameters
    ----------
    thing
        What is looked at.
    who
        For whom it is drawn.
    counted
        For whom streams are counted, so that nobody takes them all.
    topics
        Announcements after which to look again.
    ends
        Announcements after which the stream ends and the page is asked for again: this browser sits elsewhere now.
    """

    thing: Hashable
    who: Any
    counted: Hashable
    topics: tuple[str, ...]
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """How a thing looks now.

    Parameters
    ----------
    number
        Grows with every change.
    data
        What the browser gets, by name.
    last
        Whether nothing comes after it.
    """

    number: int
    data: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False


@dataclass(frozen=True)
class Feed:
    """One kind of thing to follow. All functions are called in the reader's thread.

    Parameters
    ----------
    find
        Says what is followed and by whom, or None: then there is nothing here for this asker (404).
    look
        Asks the database how a thing is, or None when it is gone. Its answer serves all who follow the thing.
    number
        Says the number of what was looked at: who has that already is not drawn anything.
    draw
        Draws it for one of them.
    whole
        Whether all of it is sent each time, and not only what is new.
    pause
        Seconds from one event to the next at least, for pages that show many things at once.
    present
        Called now and then with those whose streams are open.
    """

    find: Callable[[Asker], Follower | None]
    look: Callable[[Any], Any]
    number: Callable[[Any], int]
    draw: Callable[[Any, Any], Drawn]
    whole: bool = False
    pause: float = 0.0
    present: Callable[[Sequence[Any]], None] | None = None


_feeds: dict[str, Feed] = {}


def register(kind: str, feed: Feed) -> None:
    """Answer ``/live/<kind>/...`` with a feed."""
    _feeds[kind] = feed


def feed_of(kind: str) -> Feed | None:
    """Return the feed of a kind, if there is one."""
    return _feeds.get(kind)


def cookies_in(header: str) -> dict[str, str]:
    """Return the cookies of a header; none when it is broken."""
    try:
        return {name: kept.value for name, kept in SimpleCookie(header).items()}
    except CookieError:
        return {}


def person_of(cookies: Mapping[str, str]) -> Any:
    """Return the person who is signed in with these cookies, or None."""
    kept = cookies.get(settings.SESSION_COOKIE_NAME)
    if kept is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(kept)
    person = get_user(request)
    return person if person.is_authenticated else None
