"""The feed of long works: ``/live/work/<id>``, for the person whose work it is."""

from __future__ import annotations

import uuid

from pennypot.house import feeds
from pennypot.house.feeds import Asker, Drawn, Feed, Follower
from pennypot.house.models import Work


def _find(asker: Asker) -> Follower | None:
    """Return the work that is asked for, if it is the signed-in person's."""
    try:
        (text,) = asker.path
        work = uuid.UUID(text)
    except ValueError:
        return None
    person = feeds.person_of(asker.cookies)
    if person is None or not Work.objects.filter(pk=work, owner_id=person.pk).exists():
        return None
    return Follower(work, None, ("person", person.pk), (f"work:{work}",))


def _look(work: uuid.UUID) -> Work | None:
    return Work.objects.filter(pk=work).first()


def _number_of(work: Work) -> int:
    """Return when it last changed, as microseconds since 1970, exactly."""
    at = work.changed_at
    return int(at.replace(microsecond=0).timestamp()) * 1_000_000 + at.microsecond


def _draw(work: Work, _who: None) -> Drawn:
    """Return the number of the last change and what the page shows of it."""
    said = {
        "state": work.state,
        "said": work.said,
        "percent": work.percent,
        "done": work.done_parts,
        "all": work.all_parts,
        "result": work.result_url,
    }
    return Drawn(_number_of(work), said, last=work.state in (Work.State.DONE, Work.State.FAILED))


def register() -> None:
    """Let the live lane follow works."""
    feeds.register("work", Feed(_find, _look, _number_of, _draw, whole=True))
