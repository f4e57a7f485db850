"""Long work: started by an action, done by the worker, followed on a page that can be left.

A room writes the job in its ``tasks.py``::

    @long_work("budgets.reading")
    def read(work: Work, *, upload: int) -> str:
        progress(work, 3, 10, _("3 of 10 sheets read"))
        return reverse("preview", args=[...])       # where the person goes when it is done

and starts it in an action, inside its transaction: nothing runs unless the transaction is committed::

    work = start("budgets.reading", owner=request.user, place=place, upload=upload.pk)
    ... redirect("work", work=work.pk)

Each change is one statement that also announces it (`house.live` listens), so pages follow without asking.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from pennypot.house.announcing import CHANNEL
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Work

AT_MOST_EVERY = 0.25  # seconds between two announcements of one work's progress

_CHANGE = f"""
WITH changed AS (
  UPDATE house_work
  SET {{}}, changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond')
  WHERE id = %s AND state IN ('{Work.State.WAITING}', '{Work.State.RUNNING}')
  RETURNING id
)
SELECT pg_notify('{CHANNEL}', 'work:' || id) FROM changed
"""  # noqa: S608 - constants only; values are parameters

logger = logging.getLogger(__name__)

_may_run_again: set[str] = set()


def long_work(kind: str, *, again: bool = False) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register a function as the job of a kind of work.

    Parameters
    ----------
    kind
        Dotted name, room first: ``budgets.reading``.
    again
        Whether the job may simply be run again when the server stopped in the middle of it.

    Notes
    -----
    The function is given the `Work` and the arguments of `start`, and returns the address of the result. It may raise
    `Invalid` or `Refused`, whose words the person sees; anything else is logged and shown as our mistake.
    """

    def register(function: Callable[..., str]) -> Callable[..., str]:
        def run(work_id: str, **arguments: Any) -> None:
            work = Work.objects.filter(pk=work_id, state__in=[Work.State.WAITING, Work.State.RUNNING]).first()
            if work is not None:
                _do(function, work, arguments)

        app.task(name=kind)(run)
        if again:
            _may_run_again.add(kind)
        return function

    return register


def start(
    kind: str,
    *,
    owner: Model | AnonymousUser | None,
    place: Model | None = None,
    said: str | Promise = "",
    **arguments: Any,
) -> Work:
    """Note a long work down and hand its job to the worker when the transaction is committed.

    Parameters
    ----------
    kind
        A name given to `long_work`; with another name nobody is given the job and the caller does it.
    owner
        Who may follow it.
    place
        The place it belongs to, if any.
    said
        What the page says until it begins.
    arguments
        Values for the job: numbers, texts, lists and dictionaries of them.
    """
    with transaction.atomic():
        work = Work.objects.create(
            kind=kind, owner_id=getattr(owner, "pk", None), place_id=getattr(place, "pk", None), said=str(said)[:300]
        )
        if kind in app.tasks:
            app.tasks[kind].defer(work_id=str(work.pk), **arguments)
    return work


def progress(work: Work, done: int, all_parts: int, said: str | Promise = "") -> None:
    """Say how far it is. Committed at once, also when called inside a transaction, so that people see it.

    May be called as often as convenient: at most four a second are written, and the last part always is.

    Parameters
    ----------
    done, all_parts
        Parts done and parts in all (rows, bytes, sheets); 0 in all means that nobody knows.
    said
        One short sentence; left as it was when empty.
    """
    now = time.monotonic()
    told_at: float = getattr(work, "_told_at", 0.0)
    if now - told_at < AT_MOST_EVERY and done < all_parts:
        return
    work._told_at = now  # type: ignore[attr-defined]
    values: dict[str, Any] = {"state": Work.State.RUNNING.value, "done_parts": done, "all_parts": all_parts}
    if said:
        values["said"] = str(said)[:300]
    _change(work, values, at_once=True)


def finish(work: Work, result_url: str = "", said: str | Promise = "") -> None:
    """Say that it is done and where the result is. Inside a transaction it takes effect with it."""
    values: dict[str, Any] = {"state": Work.State.DONE.value, "result_url": result_url}
    if said:
        values["said"] = str(said)[:300]
    _change(work, values)


def fail(work: Work, problem: str | Promise) -> None:
    """Say that it stopped, and why, in words for the person who waits."""
    _change(work, {"state": Work.State.FAILED.value, "problem": str(problem)})


def stopped_in_the_middle(work_id: str) -> None:
    """Tell the person that the server was stopped while their work was being done."""
    for work in Work.objects.filter(pk=work_id):
        with translation.override(_language_of(work)):
            fail(work, _("The server was stopped while this was being done. Please start it again."))


def may_run_again(kind: str) -> bool:
    """Whether a job of this kind may be run again after it stopped in the middle."""
    return kind in _may_run_again


def _do(function: Callable[..., str], work: Work, arguments: dict[str, Any]) -> None:
    with translation.override(_language_of(work)):
        _change(work, {"state": Work.State.RUNNING.value})
        try:
            finish(work, function(work, **arguments) or "")
        except Invalid as problem:
            fail(work, problem.message)
        except Refused as problem:
            fail(work, problem.answer.reason)
        except Exception:
            fail(work, _("Something went wrong on our side. It was written down for the people who run this site."))
            raise


def _language_of(work: Work) -> str:
    """Return the language of the person who waits, or the site's."""
    person = get_user_model().objects.filter(pk=work.owner_id).first() if work.owner_id else None
    return getattr(person, "language", "") or translation.get_language() or "en"


def _change(work: Work, values: dict[str, Any], *, at_once: bool = False) -> None:
    """Write and announce a change, unless the work has ended already.

    At once means: not with the surrounding transaction, but now, over a connection of its own.
    """
    if at_once and connection.in_atomic_block:
        with closing(connections.create_connection(DEFAULT_DB_ALIAS)) as aside:
            changed = _execute(aside, work, values, "SET lock_timeout = '2s'")
        if not changed:  # the work was itself made in this transaction, which nobody else sees yet
            _execute(connection, work, values)
    else:
        _execute(connection, work, values)
    for name, value in values.items():
        setattr(work, name, value)


def _execute(over: BaseDatabaseWrapper | Any, work: Work, values: dict[str, Any], first: str = "") -> bool:
    columns = ", ".join(f"{name} = %s" for name in values)
    with over.cursor() as cursor:
        if first:
            cursor.execute(first)
        cursor.execute(_CHANGE.format(columns), [*values.values(), work.pk])
        return cursor.fetchone() is not None
