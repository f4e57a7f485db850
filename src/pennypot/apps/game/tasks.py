"""Long work of the game: bots rehearse a pack before people play it."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from pennypot.apps.game.actions.packs import REHEARSING
from pennypot.apps.game.actions.solo import forget_unsent
from pennypot.apps.game.models import Pack
from pennypot.apps.game.templatetags.game import said
from pennypot.apps.places.models import Place
from pennypot.house.answers import Invalid
from pennypot.house.models import Work
from pennypot.house.work import long_work, progress
from pennypot.play import BadPack, read_pack
from pennypot.play import Pack as Cards
from pennypot.play.lint import lint
from pennypot.play.pack import canonical
from pennypot.play.readings import Reading, reading_of
from pennypot.play.rehearsal import rehearse

GAMES = 60


@app.periodic(cron="50 3 * * *")
@app.task(name="game.forget_solos", queueing_lock="game.forget_solos")
def forget_solos(timestamp: int = 0) -> None:
    """Each night: delete games alone that nobody finished in a long time."""
    forget_unsent()


# It may be run again after the server stopped: it only writes down what it found.
@long_work(REHEARSING, again=True)
def rehearse_pack(work: Work, *, place_id: int, pack: int) -> str:
    """Let bots play the pack, and keep how they fared."""
    place = Place.objects.get(pk=place_id)
    row = Pack.objects.filter(pk=pack).first()
    if row is None:
        raise Invalid(_("This pack has been thrown away."))
    try:
        cards = read_pack(canonical(row.given))
    except BadPack as problem:
        raise Invalid(said(problem.sentence)) from None
    found = []
    for number in range(1, GAMES + 1):
        found.append(reading_of(cards, rehearse(cards, f"rehearsal {number}").state))
        progress(work, number, GAMES + 1, _("%(done)s of %(all)s games played") % {"done": number, "all": GAMES})
    problems = [{"words": one.words, "values": dict(one.values)} for one in lint(cards)]
    # The pack may have been changed meanwhile: what was played is told by its hash.
    Pack.objects.filter(pk=pack).update(rehearsal=_kept(cards, found) | {"problems": problems})
    return reverse("pack", args=[place.slug, pack])


def _kept(cards: Cards, found: list[Reading]) -> dict[str, Any]:
    worst = Counter(one.worst_need.need for one in found if one.worst_need)
    return {
        "hash": cards.hash,
        "games": len(found),
        "met": sum(one.gap_pence == 0 for one in found),
        "agreed": median(one.agreed for one in found),
        "ready": median(one.ready for one in found),
        "no_agreement": sum(one.ended == "no-agreement" for one in found),
        "worst_need": worst.most_common(1)[0][0] if worst else "",
    }
